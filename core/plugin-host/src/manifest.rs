//! The manifest: who a plugin is and what it asks for, read without running it.
//!
//! It is TOML in the custom section `codegraph:manifest`, in the component or in one of its core modules (where a linker
//! puts it). `docs/plugins.md` lists the keys.

use std::collections::BTreeSet;

use serde::Deserialize;
use wasmparser::{Parser, Payload};

use crate::contract::{API_VERSION, Capability};
use crate::limits::AskedLimits;
use crate::text;
use crate::types::PluginKind;

/// Name of the section.
pub const SECTION: &str = "codegraph:manifest";

/// Longest manifest, bytes.
const MAX_BYTES: usize = 64 << 10;

/// Who a plugin is and what it asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Identifier: lower-case letters, digits, `-`, `_`.
    pub id: String,
    /// What it is.
    pub kind: PluginKind,
    /// Its own version.
    pub version: String,
    /// Version of the API that it was built for.
    pub api: String,
    /// Name for people.
    pub name: String,
    /// A sentence.
    pub description: String,
    /// What it asks to be granted.
    pub capabilities: BTreeSet<Capability>,
    /// What it asks to spend.
    pub limits: AskedLimits,
    /// JSON Schema of its settings; none where it takes none.
    pub config: Option<serde_json::Value>,
}

/// Why there is no manifest to go by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The file is no WebAssembly, or ends early.
    #[error("not a whole WebAssembly file: {0}")]
    Malformed(String),
    /// A core module.
    #[error("a core module, not a component: build it for the target wasm32-wasip2")]
    CoreModule,
    /// The section is missing.
    #[error(
        "no manifest: embed plugin.toml as the custom section codegraph:manifest (the SDK's export macro does)"
    )]
    Missing,
    /// There is more than one.
    #[error("more than one manifest: a plugin must not link another plugin")]
    Several,
    /// The section is too long or no UTF-8 TOML.
    #[error("the manifest cannot be read: {0}")]
    Unreadable(String),
    /// A key has a value that cannot be.
    #[error("the manifest's key {key:?} {problem}")]
    Key {
        /// The key.
        key: String,
        /// What is wrong, and what to write instead.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: String,
    kind: String,
    version: String,
    api: String,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    limits: AskedLimits,
    /// JSON Schema, as a JSON text or as a table.
    config: Option<toml::Value>,
}

impl Manifest {
    /// Finds and reads the manifest of a component. Walks the whole file, so a file that ends early is noticed here.
    pub fn of_component(wasm: &[u8]) -> Result<Self, ManifestError> {
        if Parser::is_core_wasm(wasm) {
            return Err(ManifestError::CoreModule);
        }
        let mut found = None;
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.map_err(|error| ManifestError::Malformed(error.to_string()))?;
            if let Payload::CustomSection(section) = payload
                && section.name() == SECTION
                && found.replace(section.data()).is_some()
            {
                return Err(ManifestError::Several);
            }
        }
        Self::parse(found.ok_or(ManifestError::Missing)?)
    }

    /// Reads the text of a manifest.
    pub fn parse(text: &[u8]) -> Result<Self, ManifestError> {
        if text.len() > MAX_BYTES {
            return Err(ManifestError::Unreadable(format!(
                "it is longer than {MAX_BYTES} bytes"
            )));
        }
        let text = std::str::from_utf8(text)
            .map_err(|_| ManifestError::Unreadable("it is not UTF-8".into()))?;
        let raw: Raw = toml::from_str(text)
            .map_err(|error| ManifestError::Unreadable(one_line(&error.to_string())))?;
        if !text::is_identifier(&raw.id) {
            return Err(key(
                "id",
                "must be 1 to 64 lower-case letters, digits, '-' or '_', a letter first",
            ));
        }
        let kind = match raw.kind.as_str() {
            "importer" => PluginKind::Importer,
            "scenario" => PluginKind::Scenario,
            other => {
                return Err(key(
                    "kind",
                    format!("must be \"importer\" or \"scenario\", not {other:?}"),
                ));
            }
        };
        if raw.api != API_VERSION {
            return Err(key(
                "api",
                format!("is {:?}, this host has {API_VERSION:?}", raw.api),
            ));
        }
        for (name, value, bytes) in [("version", &raw.version, 64), ("name", &raw.name, 128)] {
            if value.is_empty() || value.len() > bytes || *value != text::clean_line(value, bytes) {
                return Err(key(name, format!("must be one line of 1 to {bytes} bytes")));
            }
        }
        let mut capabilities = BTreeSet::new();
        for name in &raw.capabilities {
            let capability = Capability::parse(name).ok_or_else(|| {
                let known = Capability::ALL.map(Capability::text).join(", ");
                key(
                    "capabilities",
                    format!("has {name:?}, which this host does not know; it has: {known}"),
                )
            })?;
            capabilities.insert(capability);
        }
        if kind == PluginKind::Importer
            && let Some(capability) = capabilities.first()
        {
            return Err(key(
                "capabilities",
                format!("has {:?}, which importers cannot use", capability.text()),
            ));
        }
        Ok(Self {
            id: raw.id,
            kind,
            version: raw.version,
            api: raw.api,
            name: raw.name,
            description: text::clean(&raw.description, 1024),
            capabilities,
            limits: raw.limits,
            config: raw.config.map(schema).transpose()?,
        })
    }
}

fn schema(value: toml::Value) -> Result<serde_json::Value, ManifestError> {
    let schema = match value {
        toml::Value::String(text) => serde_json::from_str(&text)
            .map_err(|error| key("config", format!("is no JSON: {error}")))?,
        table => serde_json::to_value(table)
            .map_err(|error| key("config", format!("is no JSON: {error}")))?,
    };
    if schema.is_object() {
        Ok(schema)
    } else {
        Err(key("config", "must be a JSON Schema, an object"))
    }
}

fn key(key: &str, problem: impl Into<String>) -> ManifestError {
    ManifestError::Key {
        key: key.into(),
        problem: problem.into(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
id = "a"
kind = "scenario"
version = "0.1.0"
api = "1.0.0-rc"
name = "A"
"#;

    fn refused(text: &str) -> String {
        Manifest::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn least() {
        let manifest = Manifest::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(
            (manifest.id.as_str(), manifest.kind),
            ("a", PluginKind::Scenario)
        );
        assert!(manifest.capabilities.is_empty() && manifest.config.is_none());
    }

    #[test]
    fn whole() {
        let more = "description = \"x\"\ncapabilities = [\"graph.sql\"]\nlimits = { seconds = 5 }\nconfig = '{\"type\": \"object\"}'\n";
        let manifest = Manifest::parse(format!("{GOOD}{more}").as_bytes()).unwrap();
        assert_eq!(manifest.limits.seconds, Some(5));
        assert_eq!(manifest.config.unwrap()["type"], "object");
    }

    #[test]
    fn errors_name_the_key() {
        let with = |from: &str, to: &str| refused(&GOOD.replace(from, to));
        assert!(with("\"a\"", "\"../a\"").contains("key \"id\""));
        assert!(with("scenario", "spy").contains("not \"spy\""));
        assert!(with("1.0.0-rc", "9.0.0").contains("this host has \"1.0.0-rc\""));
        assert!(with("name = \"A\"", "").contains("missing field `name`"));
        assert!(with("name = \"A\"", "name = \"A\\u001b[2J\"").contains("key \"name\""));
        assert!(refused(&format!("{GOOD}colour = 1")).contains("unknown field `colour`"));
        assert!(
            refused(&format!("{GOOD}capabilities = [\"graph.all\"]")).contains("\"graph.all\"")
        );
        assert!(
            refused(&format!("{GOOD}limits = {{ years = 1 }}")).contains("unknown field `years`")
        );
        assert!(refused(&format!("{GOOD}config = \"[\"")).contains("key \"config\""));
        assert!(refused("id = ").contains("cannot be read"));
        assert_eq!(
            Manifest::parse(b"\xff").unwrap_err(),
            ManifestError::Unreadable("it is not UTF-8".into())
        );
        assert!(
            Manifest::parse(&vec![b'#'; 1 << 20])
                .unwrap_err()
                .to_string()
                .contains("longer than")
        );
    }

    #[test]
    fn importers_have_no_capabilities() {
        let text =
            format!("{GOOD}capabilities = [\"graph.query\"]").replace("scenario", "importer");
        assert!(refused(&text).contains("importers cannot use"));
    }

    #[test]
    fn found_in_a_nested_core_module() {
        let manifest = GOOD.replace('"', "\\\"").replace('\n', "\\n");
        let wasm = wat::parse_str(format!(
            "(component (core module (@custom \"{SECTION}\" \"{manifest}\")))"
        ))
        .unwrap();
        assert_eq!(Manifest::of_component(&wasm).unwrap().id, "a");
        let cut = &wasm[..wasm.len() - 5];
        assert!(matches!(
            Manifest::of_component(cut),
            Err(ManifestError::Malformed(_))
        ));
        let twice = format!(
            "(component (core module (@custom \"{SECTION}\" \"{manifest}\")) (@custom \"{SECTION}\" \"{manifest}\"))"
        );
        assert_eq!(
            Manifest::of_component(&wat::parse_str(twice).unwrap()),
            Err(ManifestError::Several)
        );
    }

    #[test]
    fn not_there() {
        assert_eq!(
            Manifest::of_component(&wat::parse_str("(component)").unwrap()),
            Err(ManifestError::Missing)
        );
        assert_eq!(
            Manifest::of_component(&wat::parse_str("(module)").unwrap()),
            Err(ManifestError::CoreModule)
        );
        assert!(matches!(
            Manifest::of_component(b"hello"),
            Err(ManifestError::Malformed(_))
        ));
        assert!(matches!(
            Manifest::of_component(b""),
            Err(ManifestError::Malformed(_))
        ));
    }
}
