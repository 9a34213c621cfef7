//! The address and the branch, parsed before anything else is done with them.

use std::fmt;

use codegraph_egress::{BadTarget, Target, parse_url};

use super::FetchError;

/// Longest address.
const MOST_BYTES: usize = 2048;

/// The address of a repository that may be fetched from: `https://host[:port]/path`, in normal form, no credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitUrl {
    text: String,
    target: Target,
}

impl GitUrl {
    /// Reads an address as a person wrote it.
    pub fn parse(text: &str) -> Result<Self, FetchError> {
        Self::read(text).map_err(FetchError::BadUrl)
    }

    fn read(text: &str) -> Result<Self, String> {
        if text.len() > MOST_BYTES {
            return Err(format!("it is longer than {MOST_BYTES} bytes"));
        }
        if text.starts_with('-') {
            return Err("it begins with a hyphen and would pass for an option".to_owned());
        }
        if helper(text).is_some() {
            return Err(advice(text).to_owned());
        }
        let (url, target) = parse_url(text, false).map_err(|error| match error {
            BadTarget::Scheme => advice(text).to_owned(),
            error => error.to_string(),
        })?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it holds a `?` or `#`: write only https://host/path".to_owned());
        }
        if url.path().chars().all(|character| character == '/') {
            return Err("it names a host but no repository: write https://host/path".to_owned());
        }
        if has_encoded_control(url.path()) {
            return Err("it holds a control character: remove it".to_owned());
        }
        Ok(Self {
            text: url.into(),
            target,
        })
    }

    /// The normal form: the only text of it that other programs get to see.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host and port.
    pub fn target(&self) -> &Target {
        &self.target
    }
}

impl fmt::Display for GitUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a text is meant as an address and not as a path on this machine: it has a scheme, asks for one of Git's
/// remote helpers, or has the form `user@host:path`.
pub fn is_remote(text: &str) -> bool {
    text.contains("://") || helper(text).is_some() || is_scp(text)
}

/// What to do instead, for an address that is not `https://`.
fn advice(text: &str) -> &'static str {
    if helper(text).is_some() {
        return "Git's remote helpers run programs and are not allowed: write https://host/path";
    }
    let scheme = text
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http") => "plain http can be read and changed on its way: write https://",
        Some("ssh" | "git+ssh" | "ssh+git") => "ssh is not supported: write https://host/path",
        Some("git") => "git:// is not encrypted: write https://host/path",
        Some("file") => "for a folder of this machine write its path, without file://",
        Some(_) => "only https:// addresses are allowed",
        None if is_scp(text) => "ssh is not supported: write https://host/path",
        None => "only https:// addresses are allowed: write https://host/path",
    }
}

/// The name of the helper in `helper::rest`.
fn helper(text: &str) -> Option<&str> {
    let (name, _) = text.split_once("::")?;
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte));
    is_name.then_some(name)
}

/// `user@host:path`: a colon with no slash before it, and somebody's name.
fn is_scp(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(host, _)| host.contains('@') && !host.contains('/'))
}

fn has_encoded_control(path: &str) -> bool {
    path.as_bytes().windows(3).any(|window| {
        window[0] == b'%'
            && (matches!(window[1], b'0' | b'1')
                || (window[1] == b'7' && window[2].eq_ignore_ascii_case(&b'f')))
    })
}

/// Checks the short name of a branch or tag by Git's own rules for names, and stricter where it would pass for
/// something else.
pub fn check_branch(name: &str) -> Result<(), FetchError> {
    let problem = if name.is_empty() {
        "it is empty"
    } else if name.len() > 250 {
        "it is longer than 250 bytes"
    } else if name.starts_with('-') {
        "it begins with a hyphen and would pass for an option"
    } else if name.starts_with("refs/") {
        "write the short name, without refs/heads/ or refs/tags/"
    } else if name == "@" || name.contains("@{") || name.contains("..") {
        "it is an expression and no name"
    } else if name.starts_with('/') || name.ends_with('/') || name.contains("//") {
        "it has a slash too many"
    } else if name.ends_with('.') {
        "it ends with a dot"
    } else if name
        .chars()
        .any(|character| character.is_control() || " ~^:?*[\\".contains(character))
    {
        "it holds a character that Git does not allow in names"
    } else if name.split('/').any(|part| {
        part.starts_with('.')
            || part
                .get(part.len().saturating_sub(5)..)
                .is_some_and(|end| end.eq_ignore_ascii_case(".lock"))
    }) {
        "a part of it begins with a dot or ends with .lock"
    } else {
        return Ok(());
    };
    let shown: String = name.chars().take(80).collect();
    Err(FetchError::BadBranch(format!(
        "`{}`: {problem}",
        shown.escape_debug()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_normal_form() {
        let cases = [
            ("https://git.example/a/b", "https://git.example/a/b"),
            ("HTTPS://Git.Example/a/b.git", "https://git.example/a/b.git"),
            ("https://git.example:443/a", "https://git.example/a"),
            ("https://git.example:8443/a", "https://git.example:8443/a"),
            ("https://git.example./a", "https://git.example/a"),
            ("https://git.example/a/../b", "https://git.example/b"),
            ("https://git.example/~user/a", "https://git.example/~user/a"),
            (
                "https://b\u{fc}cher.example/a",
                "https://xn--bcher-kva.example/a",
            ),
            ("https://0x7f.1/a", "https://127.0.0.1/a"),
            ("https://[::0001]/a", "https://[::1]/a"),
        ];
        for (text, expected) in cases {
            assert_eq!(
                GitUrl::parse(text).expect(text).as_str(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn addresses_that_end_here() {
        let cases = [
            ("ext::sh -c touch% /tmp/x", "remote helpers"),
            ("ext::https://git.example/a", "remote helpers"),
            ("fd::17/foo", "remote helpers"),
            ("https::https://git.example/a", "remote helpers"),
            ("file:///etc", "write its path"),
            ("FILE:///etc", "write its path"),
            ("file://localhost/etc", "write its path"),
            ("ssh://-oProxyCommand=touch/x", "ssh is not supported"),
            ("ssh://git@git.example/a", "ssh is not supported"),
            ("git+ssh://git.example/a", "ssh is not supported"),
            ("git@git.example:a/b.git", "ssh is not supported"),
            ("-oProxyCommand=x@host:a", "hyphen"),
            ("git://git.example/a", "not encrypted"),
            ("http://git.example/a", "write https://"),
            ("HtTp://git.example/a", "write https://"),
            ("ftp://git.example/a", "only https://"),
            ("ftps://git.example/a", "only https://"),
            ("javascript://git.example/a", "only https://"),
            ("-u", "hyphen"),
            ("--upload-pack=touch /tmp/x", "hyphen"),
            ("--config=core.sshCommand=x", "hyphen"),
            ("https:/git.example/a", "only https://"),
            ("https:git.example/a", "only https://"),
            ("https:\\\\git.example\\a", "backslash"),
            ("https://git.example\\@evil.example/a", "backslash"),
            ("https:///git.example/a", "host name"),
            ("https://", "host name"),
            ("https:///", "host name"),
            ("https://git.example", "no repository"),
            ("https://git.example/", "no repository"),
            ("https://git.example//", "no repository"),
            ("https://user@git.example/a", "user name or password"),
            ("https://user:secret@git.example/a", "user name or password"),
            ("https://:secret@git.example/a", "user name or password"),
            ("https://@git.example/a", "user name or password"),
            ("https://a@b@git.example/a", "user name or password"),
            ("https://git.example#@evil.example/a", "`?` or `#`"),
            ("https://git.example/a?x=1", "`?` or `#`"),
            ("https://git.example/a#x", "`?` or `#`"),
            (" https://git.example/a", "white space"),
            ("https://git.example/a b", "white space"),
            ("https://git.example/a\n", "white space"),
            ("https://git.\texample/a", "white space"),
            ("https://git.example/a\0", "control character"),
            ("https://git.example/a%0ahost=x", "control character"),
            ("https://git.example/a%00", "control character"),
            ("https://git.example/a%7F", "control character"),
            ("https://git.exam\u{200b}ple/a", "invisible character"),
            ("https://git.example\u{202e}/a", "invisible character"),
            ("https://git.example:0/a", "between 1 and 65535"),
            ("https://git.example:99999/a", "cannot be read"),
            ("https://git.example:-1/a", "cannot be read"),
            ("https://[::1%25lo]/a", "cannot be read"),
            ("https://[::1/a", "cannot be read"),
            ("https://exa_mple-.example/a", "host name"),
            ("https://-git.example/a", "host name"),
            ("https://git..example/a", "host name"),
            ("https://256.1.1.1/a", "cannot be read"),
            ("/srv/repository", "write https://"),
            ("C:\\repository", "backslash"),
            ("", "write https://"),
        ];
        for (text, expected) in cases {
            let error = GitUrl::parse(text).expect_err(text).to_string();
            assert!(error.contains(expected), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
        let long = format!("https://git.example/{}", "a".repeat(3000));
        assert!(matches!(GitUrl::parse(&long), Err(FetchError::BadUrl(_))));
    }

    #[test]
    fn branches() {
        for name in ["main", "feature/x", "v1.0", "release-2", "a@b", "\u{fc}ber"] {
            check_branch(name).expect(name);
        }
        let refused = [
            "",
            "-x",
            "--x",
            "--upload-pack=x",
            "refs/heads/main",
            "refs/..",
            "..",
            "a..b",
            "@",
            "a@{1}",
            "/a",
            "a/",
            "a//b",
            "a.",
            ".a",
            "a/.b",
            "a.lock",
            "a.LOCK/b",
            "a b",
            "a\nb",
            "a\tb",
            "a\0b",
            "a~1",
            "a^",
            "a:b",
            "a?",
            "a*",
            "a[",
            "a\\b",
            "\u{7f}",
        ];
        for name in refused {
            let error = check_branch(name).expect_err(name);
            assert!(matches!(error, FetchError::BadBranch(_)), "{error}");
            assert!(!error.to_string().contains(char::is_control), "{error:?}");
        }
        assert!(check_branch(&"a".repeat(251)).is_err());
    }

    #[test]
    fn paths_and_addresses_are_told_apart() {
        for text in [
            "https://a/b",
            "ext::x",
            "git@host:a",
            "file:///a",
            "ssh://a",
            "fd::1",
        ] {
            assert!(is_remote(text), "{text}");
        }
        for text in ["/srv/a", "./a", "a", "../a@b", "a/b:c", "C:\\a"] {
            assert!(!is_remote(text), "{text}");
        }
    }
}
