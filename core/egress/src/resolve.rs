//! From names to addresses.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::LookupIpStrategy;
use hickory_resolver::net::NetError;

/// Finds the addresses of a name. Tests put a hostile one in.
pub trait Resolve: Send + Sync {
    /// All addresses of a name in normal form. An empty list counts as a failure.
    fn resolve<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, ResolveError>> + Send + 'a>>;
}

/// Says why a name has no addresses.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ResolveError(pub String);

/// Resolves as the system is configured to: its hosts file, its name servers.
///
/// Where the configuration cannot be read no name resolves, and the reason is the answer; addresses need none of it.
pub struct SystemResolver {
    resolver: Result<TokioResolver, ResolveError>,
}

impl SystemResolver {
    /// Reads the system's configuration once.
    pub fn new() -> Self {
        Self {
            resolver: Self::configured()
                .map_err(|error| ResolveError(format!("the system's configuration: {error}"))),
        }
    }

    fn configured() -> Result<TokioResolver, NetError> {
        let mut builder = TokioResolver::builder_tokio()?;
        // A server reached over one family only must not hide the addresses of the other from the check.
        builder.options_mut().ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        builder.build()
    }
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self::new()
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, ResolveError>> + Send + 'a>> {
        Box::pin(async move {
            let answer = self
                .resolver
                .as_ref()
                .map_err(Clone::clone)?
                .lookup_ip(name)
                .await
                .map_err(|error| ResolveError(error.to_string()))?;
            Ok(answer.iter().collect())
        })
    }
}

impl std::fmt::Debug for SystemResolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SystemResolver").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks nobody: the name stands for loopback by RFC 6761 and in the hosts file.
    #[tokio::test]
    async fn the_name_of_the_machine_itself() {
        let addresses = SystemResolver::new()
            .resolve("localhost")
            .await
            .expect("an answer");
        assert!(!addresses.is_empty());
        assert!(addresses.iter().all(IpAddr::is_loopback), "{addresses:?}");
    }
}
