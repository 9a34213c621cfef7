//! What a section of the configuration is made of.

use std::path::PathBuf;

use figment::value::Value;
use serde::{Deserialize, Serialize};

/// A key: where it stands, what may set it, what it is for.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Section in the file.
    pub section: &'static str,
    /// Name in the section.
    pub name: &'static str,
    /// Names in the environment, the first is the one to use.
    pub environment: &'static [&'static str],
    /// What it is for.
    pub doc: &'static [&'static str],
    /// Reads the text that stands in the environment.
    pub read: fn(&str) -> Result<Value, String>,
}

impl Key {
    /// `section.name`.
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }
}

/// A type that a key may have.
pub trait Setting {
    /// Reads the text of an environment variable.
    fn read(text: &str) -> Result<Value, String>;
}

impl Setting for String {
    fn read(text: &str) -> Result<Value, String> {
        Ok(Value::from(text))
    }
}

impl Setting for PathBuf {
    fn read(text: &str) -> Result<Value, String> {
        if text.is_empty() {
            Err("a path is expected".into())
        } else {
            Ok(Value::from(text))
        }
    }
}

impl Setting for u64 {
    fn read(text: &str) -> Result<Value, String> {
        text.trim()
            .parse::<u64>()
            .map(Value::from)
            .map_err(|_| format!("a whole number is expected, not '{text}'"))
    }
}

impl Setting for bool {
    fn read(text: &str) -> Result<Value, String> {
        match text.trim() {
            "true" | "1" | "yes" | "on" => Ok(Value::from(true)),
            "false" | "0" | "no" | "off" => Ok(Value::from(false)),
            _ => Err(format!("true or false is expected, not '{text}'")),
        }
    }
}

impl<T: Setting> Setting for Option<T> {
    fn read(text: &str) -> Result<Value, String> {
        T::read(text)
    }
}

/// Paths, separated by `:` in the environment.
impl Setting for Vec<PathBuf> {
    fn read(text: &str) -> Result<Value, String> {
        Ok(Value::from(
            text.split(':')
                .filter(|path| !path.is_empty())
                .map(String::from)
                .collect::<Vec<_>>(),
        ))
    }
}

/// Words, separated by commas in the environment.
impl Setting for Vec<String> {
    fn read(text: &str) -> Result<Value, String> {
        Ok(Value::from(
            text.split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .map(String::from)
                .collect::<Vec<_>>(),
        ))
    }
}

/// A URL that may hold a password: it is shown without.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct SecretUrl(secrecy::SecretString);

impl SecretUrl {
    /// The URL with all that it holds: never for a log or an error.
    pub fn expose(&self) -> &str {
        secrecy::ExposeSecret::expose_secret(&self.0)
    }

    /// The URL without user name and password.
    pub fn masked(&self) -> String {
        let url = self.expose();
        match (url.find("://"), url.rfind('@')) {
            (Some(scheme), Some(at)) if scheme + 3 <= at => {
                format!("{}***{}", &url[..scheme + 3], &url[at..])
            }
            _ => url.to_owned(),
        }
    }
}

impl From<String> for SecretUrl {
    fn from(url: String) -> Self {
        Self(url.into())
    }
}

impl std::fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.masked())
    }
}

impl Setting for SecretUrl {
    fn read(text: &str) -> Result<Value, String> {
        Ok(Value::from(text))
    }
}

/// A text that is never shown.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct SecretText(secrecy::SecretString);

impl SecretText {
    /// The text: never for a log or an error.
    pub fn expose(&self) -> &str {
        secrecy::ExposeSecret::expose_secret(&self.0)
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for SecretText {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str("***")
    }
}

impl Setting for SecretText {
    fn read(text: &str) -> Result<Value, String> {
        Ok(Value::from(text))
    }
}

/// Declares a section: a struct with its keys, their defaults and the environment variables that set them.
macro_rules! section {
    (
        $(#[doc = $section_doc:literal])*
        $name:ident = $section:literal {
            $($(#[doc = $doc:literal])* $field:ident: $type:ty = $default:expr, $environment:expr;)*
        }
    ) => {
        $(#[doc = $section_doc])*
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name { $($(#[doc = $doc])* pub $field: $type,)* }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $name {
            /// The keys of the section.
            pub const KEYS: &'static [$crate::config::section::Key] = &[$($crate::config::section::Key {
                section: $section,
                name: stringify!($field),
                environment: &$environment,
                doc: &[$($doc),*],
                read: <$type as $crate::config::section::Setting>::read,
            },)*];

            /// What the section is for.
            pub const DOC: &'static [&'static str] = &[$($section_doc),*];
        }
    };
}
pub(crate) use section;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            (
                "postgresql+asyncpg://user:secret@host:5432/db",
                "postgresql+asyncpg://***@host:5432/db",
            ),
            ("postgres://u:p@ss@host/db", "postgres://***@host/db"),
            (
                "sqlite:/var/lib/codegraph.db",
                "sqlite:/var/lib/codegraph.db",
            ),
        ] {
            let url = SecretUrl::from(url.to_owned());
            assert_eq!(url.masked(), shown);
            assert_eq!(format!("{url:?}"), shown);
            assert_eq!(serde_json::to_value(&url).unwrap(), shown);
        }
        let text = SecretText::from("secret".to_owned());
        assert_eq!(format!("{text:?}"), "***");
        assert_eq!(serde_json::to_value(&text).unwrap(), "***");
    }
}
