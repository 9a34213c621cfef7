//! The rule: may this place be dialled, and at which addresses.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::address::canonical;
use crate::{
    AllowList, BadTarget, Resolve, ResolveError, Special, SystemResolver, Target, special,
};

/// How long a name may take to resolve.
const RESOLVE: Duration = Duration::from_secs(10);

/// More addresses than this are no answer of an honest server.
const MOST_ADDRESSES: usize = 64;

/// The door to the network for one purpose.
#[derive(Clone)]
pub struct Egress {
    allow: AllowList,
    resolver: Arc<dyn Resolve>,
    own: Vec<SocketAddr>,
}

/// A place that may be dialled, at these addresses only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vetted {
    /// What was asked for.
    pub target: Target,
    /// Its addresses; at least one.
    pub addresses: Vec<SocketAddr>,
}

/// Says what was not dialled and which rule stood against it.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{target}: {rule}")]
pub struct Denied {
    /// What was asked for, in normal form where it has one.
    pub target: String,
    /// The rule.
    pub rule: Rule,
}

/// The rules that deny.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The text names no place.
    Malformed(String),
    /// The name does not resolve.
    Unresolved(String),
    /// The port is neither 443 nor listed.
    Port(u16),
    /// One of the addresses is not public and not listed.
    Address {
        /// That address.
        address: IpAddr,
        /// What its range is for.
        range: &'static str,
    },
    /// The place is this server itself.
    OwnListener(SocketAddr),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(reason) => f.write_str(reason),
            Self::Unresolved(reason) => write!(f, "the name does not resolve ({reason})"),
            Self::Port(port) => write!(
                f,
                "port {port} is not open: an operator can list `host:{port}` as allowed"
            ),
            // The address itself stays out: what a private name resolves to is not for every reader of a message.
            Self::Address { range, .. } => write!(
                f,
                "its address is not public ({range}): an operator can list it as allowed"
            ),
            Self::OwnListener(address) => write!(f, "{address} is this server itself"),
        }
    }
}

impl Egress {
    /// A door that opens public addresses at port 443, and what the list says.
    pub fn new(allow: AllowList, resolver: Arc<dyn Resolve>) -> Self {
        Self {
            allow,
            resolver,
            own: Vec::new(),
        }
    }

    /// The same with the system's way to find addresses.
    pub fn system(allow: AllowList) -> Self {
        Self::new(allow, Arc::new(SystemResolver::new()))
    }

    /// Names the server's own listeners, which no entry of the list can open. An unspecified address stands for all
    /// addresses of the machine that are not public.
    #[must_use]
    pub fn with_own_listeners(mut self, own: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.own = own.into_iter().collect();
        self
    }

    /// Decides about a host and port as another program wrote them.
    pub async fn vet_authority(&self, authority: &str) -> Result<Vetted, Denied> {
        let target = Target::from_authority(authority).map_err(|error| Denied {
            target: quoted(authority),
            rule: malformed(&error),
        })?;
        self.vet(&target).await
    }

    /// Decides about a place. What is dialled afterwards must be one of the addresses that come back.
    pub async fn vet(&self, target: &Target) -> Result<Vetted, Denied> {
        let denied = |rule| Denied {
            target: target.to_string(),
            rule,
        };
        let addresses = self.addresses(target).await.map_err(denied)?;
        for address in &addresses {
            self.check(target, *address).map_err(denied)?;
        }
        let addresses = addresses
            .into_iter()
            .map(|address| SocketAddr::new(address, target.port()))
            .collect();
        Ok(Vetted {
            target: target.clone(),
            addresses,
        })
    }

    async fn addresses(&self, target: &Target) -> Result<Vec<IpAddr>, Rule> {
        let Some(name) = target.name() else {
            return Ok(target.address().into_iter().collect());
        };
        let answer = match tokio::time::timeout(RESOLVE, self.resolver.resolve(name)).await {
            Ok(answer) => answer,
            Err(_) => Err(ResolveError(format!(
                "no answer within {} s",
                RESOLVE.as_secs()
            ))),
        };
        let addresses = answer.map_err(|error| Rule::Unresolved(error.to_string()))?;
        match addresses.len() {
            0 => Err(Rule::Unresolved("it has no address".to_owned())),
            1..=MOST_ADDRESSES => Ok(addresses),
            count => Err(Rule::Unresolved(format!("it has {count} addresses"))),
        }
    }

    fn check(&self, target: &Target, address: IpAddr) -> Result<(), Rule> {
        if let Some(own) = self.own.iter().find(|own| is_own(own, target, address)) {
            return Err(Rule::OwnListener(*own));
        }
        if let Some(Special { name, reach }) = special(address)
            && !self.allow.opens_address(target, address, reach)
        {
            return Err(Rule::Address {
                address,
                range: name,
            });
        }
        if target.port() == 443 || self.allow.opens_port(target, address) {
            Ok(())
        } else {
            Err(Rule::Port(target.port()))
        }
    }
}

fn is_own(own: &SocketAddr, target: &Target, address: IpAddr) -> bool {
    own.port() == target.port()
        && (canonical(own.ip()) == canonical(address)
            || (own.ip().is_unspecified() && special(address).is_some()))
}

fn malformed(error: &BadTarget) -> Rule {
    Rule::Malformed(error.to_string())
}

/// Text of a stranger for a message: no control characters, no endless line, and no credential.
fn quoted(text: &str) -> String {
    let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let short: String = text.chars().take(80).collect();
    format!("`{}`", short.escape_debug())
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Egress")
            .field("allow", &self.allow)
            .field("own", &self.own)
            .finish_non_exhaustive()
    }
}
