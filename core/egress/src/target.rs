//! A place to dial, parsed once and from then on never read as text again.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

/// A host and a port, in the one spelling that all parts of the system use.
///
/// The host is parsed by the URL standard: `0x7f.1`, `2130706433`, `127。0。0。1` and `%31` become the address that they
/// mean, names become lower case and punycode, a final dot goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    host: Host<String>,
    port: u16,
}

/// Says why a text names no place that could be dialled.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadTarget {
    /// The scheme is not one that may be used.
    #[error("only https:// addresses are allowed")]
    Scheme,
    /// The address carries a user name or a password. It is not repeated: it is a secret.
    #[error("the address holds a user name or password: remove what stands before the `@`")]
    Credentials,
    /// The text holds a character that parsers read differently.
    #[error("the address holds {0}: remove it")]
    Character(&'static str),
    /// The text is no address.
    #[error("the address cannot be read: {0}")]
    Syntax(String),
    /// The host is missing or no host.
    #[error("the host name is not valid: {0}")]
    Host(String),
}

impl Target {
    /// Reads a host (a name or an address, IPv6 in brackets) and a port.
    pub fn new(host: &str, port: u16) -> Result<Self, BadTarget> {
        refuse_characters(host)?;
        let host = host.strip_suffix('.').unwrap_or(host);
        let host = Host::parse(host).map_err(|error| BadTarget::Host(error.to_string()))?;
        Self::from_host(host, port)
    }

    /// Reads `host:port` as a proxy gets it. The port must be there.
    pub fn from_authority(authority: &str) -> Result<Self, BadTarget> {
        let (host, port) = authority
            .rsplit_once(':')
            .ok_or_else(|| BadTarget::Syntax("expected `host:port`".to_owned()))?;
        // `parse` of an integer would take a leading plus.
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadTarget::Syntax("the port is not a number".to_owned()));
        }
        let port =
            port.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
                BadTarget::Syntax("the port is not between 1 and 65535".to_owned())
            })?;
        Self::new(host, port)
    }

    /// The host as it is written in a URL: IPv6 in brackets.
    pub fn host(&self) -> String {
        self.host.to_string()
    }

    /// The host when it is a name.
    pub fn name(&self) -> Option<&str> {
        match &self.host {
            Host::Domain(name) => Some(name),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }

    /// The host when it is an address.
    pub fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
        }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn from_host(host: Host<String>, port: u16) -> Result<Self, BadTarget> {
        let host = match host {
            Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(&name).to_owned();
                check_name(&name)?;
                Host::Domain(name)
            }
            address => address,
        };
        Ok(Self { host, port })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Reads the address of a resource: `https://host[:port]/path`, nothing else.
///
/// The URL that comes back is the normal form: what is handed to another program must be this one and not the text
/// that came in, or the two may read it differently. Plain `http` is for callers that were told to allow it.
pub fn parse_url(text: &str, plain_http: bool) -> Result<(Url, Target), BadTarget> {
    refuse_characters(text)?;
    // The URL standard repairs `https:host`, `https:/host` and `https:\\host`; whoever writes so means no good.
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let rest = if lower.starts_with("https://") {
        &text[8..]
    } else if plain_http && lower.starts_with("http://") {
        &text[7..]
    } else {
        return Err(BadTarget::Scheme);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() {
        return Err(BadTarget::Host("it is empty".to_owned()));
    }
    if authority.contains('@') {
        return Err(BadTarget::Credentials);
    }
    let mut url = Url::parse(text).map_err(|error| BadTarget::Syntax(error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BadTarget::Credentials);
    }
    let host = url
        .host()
        .ok_or_else(|| BadTarget::Host("it is empty".to_owned()))?
        .to_owned();
    let port = url
        .port_or_known_default()
        .filter(|port| *port != 0)
        .ok_or_else(|| BadTarget::Syntax("the port is not between 1 and 65535".to_owned()))?;
    let target = Target::from_host(host, port)?;
    url.set_host(Some(&target.host()))
        .map_err(|error| BadTarget::Host(error.to_string()))?;
    Ok((url, target))
}

/// Characters that a parser drops, turns round or takes for another one.
fn refuse_characters(text: &str) -> Result<(), BadTarget> {
    for character in text.chars() {
        let what = match character {
            '\\' => "a backslash",
            character if character.is_whitespace() => "white space",
            character if character.is_control() => "a control character",
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{ad}' => "an invisible character",
            _ => continue,
        };
        return Err(BadTarget::Character(what));
    }
    Ok(())
}

/// A host name of letters, digits, hyphens and underscores in labels of 1 to 63, 253 in all.
fn check_name(name: &str) -> Result<(), BadTarget> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    if name.len() <= 253 && name.split('.').all(label) {
        Ok(())
    } else {
        Err(BadTarget::Host(
            "expected labels of letters, digits and hyphens".to_owned(),
        ))
    }
}
