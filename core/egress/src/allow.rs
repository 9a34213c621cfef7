//! What an operator opens beyond public addresses at port 443.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use crate::Target;
use crate::address::{Reach, canonical, within};

/// The entries of one purpose. Empty: only public addresses at port 443.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList {
    entries: Vec<AllowEntry>,
}

/// One thing that is opened.
///
/// | entry | opens |
/// |---|---|
/// | `git.example.com` | this name at port 443, on a private network too |
/// | `git.example.com:8443` | this name at this port, on a private network too |
/// | `*:8443` | this port of every host whose addresses are public |
/// | `10.20.0.0/16`, `10.0.0.7` | these addresses, at the ports that are open anyway |
/// | `10.20.0.0/16:8443`, `127.0.0.1:3000`, `[::1]:3000` | these addresses at this port |
///
/// A name never opens loopback, link-local (where clouds keep their credentials) and other ranges of
/// [`Reach::Never`]: whoever owns the name could point it there. Those open by address only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowEntry {
    /// A name at a port.
    Name {
        /// In normal form.
        name: String,
        /// The port, 443 when none was written.
        port: u16,
    },
    /// A port of every public host.
    Port(u16),
    /// A range of addresses.
    Range {
        /// The range.
        net: IpNet,
        /// The port that is opened as well; `None` opens no port.
        port: Option<u16>,
    },
}

/// Says why a text is no entry of an allow-list.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{entry}` is no allow-list entry ({reason}): write a host, host:port, *:port, an address or a CIDR range"
)]
pub struct BadEntry {
    entry: String,
    reason: String,
}

impl AllowList {
    /// A list of these entries.
    pub fn new(entries: impl IntoIterator<Item = AllowEntry>) -> Self {
        Self {
            entries: entries.into_iter().collect(),
        }
    }

    /// Reads a list as it stands in the configuration.
    pub fn parse<T: AsRef<str>>(entries: impl IntoIterator<Item = T>) -> Result<Self, BadEntry> {
        let entries = entries
            .into_iter()
            .map(|entry| entry.as_ref().parse())
            .collect::<Result<_, _>>()?;
        Ok(Self { entries })
    }

    /// Whether the port of the target is open at this address.
    pub(crate) fn opens_port(&self, target: &Target, address: IpAddr) -> bool {
        self.entries.iter().any(|entry| match entry {
            AllowEntry::Name { name, port } => {
                *port == target.port() && target.name() == Some(name)
            }
            AllowEntry::Port(port) => *port == target.port(),
            AllowEntry::Range { net, port } => *port == Some(target.port()) && within(net, address),
        })
    }

    /// Whether an address that is not public is open for the target.
    pub(crate) fn opens_address(&self, target: &Target, address: IpAddr, reach: Reach) -> bool {
        self.entries.iter().any(|entry| match entry {
            AllowEntry::Name { name, port } => {
                reach == Reach::Site && *port == target.port() && target.name() == Some(name)
            }
            AllowEntry::Port(_) => false,
            AllowEntry::Range { net, port } => {
                port.is_none_or(|port| port == target.port()) && within(net, address)
            }
        })
    }
}

impl FromStr for AllowEntry {
    type Err = BadEntry;

    fn from_str(text: &str) -> Result<Self, BadEntry> {
        let text = text.trim();
        let bad = |reason: String| BadEntry {
            entry: text.to_owned(),
            reason,
        };
        if let Some(net) = range(text) {
            return Ok(Self::Range { net, port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => {
                let port = port
                    .parse()
                    .ok()
                    .filter(|port| *port != 0)
                    .ok_or_else(|| bad("the port is not between 1 and 65535".to_owned()))?;
                (host, Some(port))
            }
            None => (text, None),
        };
        if host == "*" {
            return port
                .map(Self::Port)
                .ok_or_else(|| bad("`*` needs a port".to_owned()));
        }
        if let Some(net) = range(host) {
            return Ok(Self::Range { net, port });
        }
        let port = port.unwrap_or(443);
        let target = Target::new(host, port).map_err(|error| bad(error.to_string()))?;
        match target.name() {
            Some(name) => Ok(Self::Name {
                name: name.to_owned(),
                port,
            }),
            // `0x7f.1` is an address in disguise; an operator's list has to be readable.
            None => Err(bad("write the address in its usual form".to_owned())),
        }
    }
}

/// Reads an address or a range of them, IPv6 with or without brackets.
fn range(text: &str) -> Option<IpNet> {
    let bare = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, prefix) = rest.split_once(']')?;
            return match prefix.strip_prefix('/') {
                Some(prefix) => IpNet::new(address.parse().ok()?, prefix.parse().ok()?).ok(),
                None if prefix.is_empty() => Some(IpNet::from(address.parse::<IpAddr>().ok()?)),
                None => None,
            };
        }
        None => text,
    };
    if let Ok(net) = bare.parse::<IpNet>() {
        return Some(net.trunc());
    }
    let address: IpAddr = bare.parse().ok()?;
    Some(IpNet::from(canonical(address)))
}

impl fmt::Display for AllowEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { name, port } => write!(f, "{name}:{port}"),
            Self::Port(port) => write!(f, "*:{port}"),
            Self::Range { net, port: None } => write!(f, "{net}"),
            Self::Range {
                net: IpNet::V4(net),
                port: Some(port),
            } => write!(f, "{net}:{port}"),
            Self::Range {
                net: IpNet::V6(net),
                port: Some(port),
            } => write!(f, "[{}]/{}:{port}", net.addr(), net.prefix_len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_read_and_print() {
        let cases = [
            ("git.example.com", "git.example.com:443"),
            ("Git.Example.COM.", "git.example.com:443"),
            ("git.example.com:8443", "git.example.com:8443"),
            ("*:8443", "*:8443"),
            ("10.20.0.0/16", "10.20.0.0/16"),
            ("10.20.3.4/16", "10.20.0.0/16"),
            ("10.20.0.0/16:8443", "10.20.0.0/16:8443"),
            ("10.0.0.7", "10.0.0.7/32"),
            ("127.0.0.1:3000", "127.0.0.1/32:3000"),
            ("::1", "::1/128"),
            ("[::1]:3000", "[::1]/128:3000"),
            ("fd00::/8", "fd00::/8"),
            ("[fd00::]/8:8443", "[fd00::]/8:8443"),
            ("::ffff:10.0.0.1", "10.0.0.1/32"),
        ];
        for (text, expected) in cases {
            let entry: AllowEntry = text.parse().expect(text);
            assert_eq!(entry.to_string(), expected, "{text}");
            assert_eq!(entry.to_string().parse::<AllowEntry>().as_ref(), Ok(&entry));
        }
    }

    #[test]
    fn what_is_no_entry_says_so() {
        for text in [
            "",
            "*",
            "*:0",
            "*:http",
            "host:0",
            "host:65536",
            "host:",
            ":443",
            "a b",
            "user@host",
            "https://host",
            "host/path",
            "0x7f.1",
            "2130706433",
            "10.0.0.0/33",
            "[::1",
            "*.example.com",
        ] {
            let error = text.parse::<AllowEntry>().expect_err(text);
            assert!(error.to_string().contains("write a host"), "{error}");
        }
    }
}
