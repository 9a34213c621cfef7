//! Where a request comes from, where proxies stand between.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// Proxies whose `X-Forwarded-For` is believed. Of everybody else the address of the connection counts, whatever the headers say.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// A text that is no address and no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no address and no range such as 10.0.0.0/8")]
pub struct NotARange(String);

impl TrustedProxies {
    /// Reads addresses and ranges.
    pub fn parse(texts: &[String]) -> Result<Self, NotARange> {
        let parse = |text: &String| {
            text.parse::<IpNet>()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| NotARange(text.clone()))
        };
        texts.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(&address))
    }

    /// The address of the client: from the connection backwards through proxies that are trusted, the first that is not.
    pub fn client(&self, extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| {
                peer.0.ip().to_canonical()
            });
        if !self.trusts(peer) {
            return peer;
        }
        let mut client = peer;
        let hops = headers.get_all("x-forwarded-for").iter().rev();
        for hop in hops.flat_map(|line| line.to_str().unwrap_or("?").rsplit(',')) {
            // What is no address was written by somebody who is not trusted: the last that was is the client.
            let Ok(address) = hop.trim().parse::<IpAddr>() else {
                return client;
            };
            client = address.to_canonical();
            if !self.trusts(client) {
                return client;
            }
        }
        client
    }
}

/// What an address is counted by: IPv6 hands out whole networks, so all of one count as one.
pub(crate) fn bucket(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = address.to_bits() & !(u128::MAX >> 64);
            format!("{}/64", Ipv6Addr::from_bits(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], peer: &str, lines: &[&str]) -> String {
        let proxies: Vec<String> = proxies.iter().map(|&text| text.to_owned()).collect();
        let mut extensions = Extensions::new();
        let peer = SocketAddr::new(peer.parse().unwrap(), 1);
        extensions.insert(ConnectInfo(peer));
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted = TrustedProxies::parse(&proxies).unwrap();
        trusted.client(&extensions, &headers).to_string()
    }

    #[test]
    fn headers_count_only_from_trusted_proxies() {
        let spoof = ["1.2.3.4"];
        assert_eq!(client(&[], "9.9.9.9", &spoof), "9.9.9.9");
        assert_eq!(client(&["10.0.0.0/8"], "9.9.9.9", &spoof), "9.9.9.9");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &spoof), "1.2.3.4");
        assert_eq!(client(&["10.0.0.1"], "::ffff:10.0.0.1", &spoof), "1.2.3.4");
    }

    #[test]
    fn the_first_that_is_not_trusted_from_behind_is_the_client() {
        let proxies = ["10.0.0.0/8"];
        assert_eq!(
            client(&proxies, "10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2"]),
            "1.2.3.4"
        );
        assert_eq!(
            client(&proxies, "10.0.0.1", &["6.6.6.6", "1.2.3.4"]),
            "1.2.3.4"
        );
        assert_eq!(
            client(&proxies, "10.0.0.1", &["1.2.3.4, junk, 10.0.0.2"]),
            "10.0.0.2"
        );
        assert_eq!(client(&proxies, "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client(&proxies, "10.0.0.1", &["10.0.0.3"]), "10.0.0.3");
    }

    #[test]
    fn one_network_is_one_bucket() {
        let of = |text: &str| bucket(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
        assert_eq!(of("127.0.0.1"), "127.0.0.1");
        assert!(TrustedProxies::parse(&["10.0.0.0/99".into()]).is_err());
    }
}
