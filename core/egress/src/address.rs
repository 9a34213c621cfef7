//! The addresses that are no place on the public Internet.
//!
//! Sources: the IANA special-purpose address registries for IPv4 (RFC 6890 and its updates) and IPv6, and for IPv6
//! the rule that only 2000::/3 is assigned as global unicast. The standard library's `is_global` is not stable and
//! calls some forms global that carry an IPv4 address inside; here those are all special.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Says in what way an address is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Special {
    /// What the range is for, in words for an operator.
    pub name: &'static str,
    /// What it takes to open it.
    pub reach: Reach,
}

/// What it takes to open a range that is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Networks of one's own: an allow-list entry with the host's name is enough.
    Site,
    /// The machine itself, its link, and what nobody should dial: only an entry that lists the address or its range.
    Never,
}

/// Says in what way an address is not public; `None` for one that is.
pub fn special(address: IpAddr) -> Option<Special> {
    match address {
        IpAddr::V4(address) => V4
            .iter()
            .find(|(net, ..)| net.contains(&address))
            .map(|&(_, name, reach)| Special { name, reach }),
        IpAddr::V6(address) => V6
            .iter()
            .find(|(net, ..)| net.contains(&address))
            .map(|&(_, name, reach)| Special { name, reach })
            .or_else(|| {
                (!GLOBAL_UNICAST.contains(&address)).then_some(Special {
                    name: "not assigned as global unicast",
                    reach: Reach::Never,
                })
            }),
    }
}

/// Writes an address that carries an IPv4 address inside (`::ffff:a.b.c.d`) as that one, so that lists meet it.
pub(crate) fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// Whether an operator's range holds the address, however it is written.
pub(crate) fn within(net: &IpNet, address: IpAddr) -> bool {
    net.contains(&address) || net.contains(&canonical(address))
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(std::net::Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(segments: [u16; 8], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(std::net::Ipv6Addr::from_segments(segments), prefix)
}

const GLOBAL_UNICAST: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

const V4: &[(Ipv4Net, &str, Reach)] = &[
    (v4(0, 0, 0, 0, 8), "this network", Reach::Never),
    (v4(10, 0, 0, 0, 8), "private", Reach::Site),
    (v4(100, 64, 0, 0, 10), "carrier-grade NAT", Reach::Site),
    (v4(127, 0, 0, 0, 8), "loopback", Reach::Never),
    (v4(169, 254, 0, 0, 16), "link-local", Reach::Never),
    (v4(172, 16, 0, 0, 12), "private", Reach::Site),
    (v4(192, 0, 0, 0, 24), "protocol assignments", Reach::Never),
    (v4(192, 0, 2, 0, 24), "documentation", Reach::Never),
    (v4(192, 31, 196, 0, 24), "AS112 service", Reach::Never),
    (
        v4(192, 52, 193, 0, 24),
        "automatic multicast tunnel",
        Reach::Never,
    ),
    (v4(192, 88, 99, 0, 24), "6to4 relay", Reach::Never),
    (v4(192, 168, 0, 0, 16), "private", Reach::Site),
    (v4(192, 175, 48, 0, 24), "AS112 service", Reach::Never),
    (v4(198, 18, 0, 0, 15), "benchmark", Reach::Never),
    (v4(198, 51, 100, 0, 24), "documentation", Reach::Never),
    (v4(203, 0, 113, 0, 24), "documentation", Reach::Never),
    (v4(224, 0, 0, 0, 4), "multicast", Reach::Never),
    (v4(240, 0, 0, 0, 4), "reserved or broadcast", Reach::Never),
];

const V6: &[(Ipv6Net, &str, Reach)] = &[
    (
        v6([0, 0, 0, 0, 0, 0, 0, 0], 128),
        "unspecified",
        Reach::Never,
    ),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "loopback", Reach::Never),
    (
        v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96),
        "IPv4-mapped",
        Reach::Never,
    ),
    (
        v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96),
        "IPv4-translated",
        Reach::Never,
    ),
    (
        v6([0, 0, 0, 0, 0, 0, 0, 0], 96),
        "IPv4-compatible",
        Reach::Never,
    ),
    (
        v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96),
        "NAT64",
        Reach::Never,
    ),
    (
        v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
        "local NAT64",
        Reach::Never,
    ),
    (
        v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64),
        "discard",
        Reach::Never,
    ),
    (
        v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64),
        "dummy prefix",
        Reach::Never,
    ),
    // Teredo, benchmark, ORCHID and the like; nothing in it is an ordinary server.
    (
        v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
        "protocol assignments",
        Reach::Never,
    ),
    (
        v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
        "documentation",
        Reach::Never,
    ),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), "6to4", Reach::Never),
    (
        v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48),
        "AS112 service",
        Reach::Never,
    ),
    (
        v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
        "documentation",
        Reach::Never,
    ),
    (
        v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16),
        "segment routing",
        Reach::Never,
    ),
    (
        v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
        "unique local",
        Reach::Site,
    ),
    (
        v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
        "link-local",
        Reach::Never,
    ),
    (
        v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),
        "site-local",
        Reach::Never,
    ),
    (
        v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
        "multicast",
        Reach::Never,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_by_name() {
        let cases = [
            ("0.0.0.0", "this network"),
            ("0.1.2.3", "this network"),
            ("10.0.0.0", "private"),
            ("10.255.255.255", "private"),
            ("100.64.0.1", "carrier-grade NAT"),
            ("100.127.255.255", "carrier-grade NAT"),
            ("127.0.0.1", "loopback"),
            ("127.255.255.254", "loopback"),
            ("169.254.169.254", "link-local"),
            ("172.16.0.1", "private"),
            ("172.31.255.255", "private"),
            ("192.0.0.8", "protocol assignments"),
            ("192.0.2.1", "documentation"),
            ("192.31.196.1", "AS112 service"),
            ("192.52.193.1", "automatic multicast tunnel"),
            ("192.88.99.1", "6to4 relay"),
            ("192.168.1.1", "private"),
            ("192.175.48.1", "AS112 service"),
            ("198.18.0.1", "benchmark"),
            ("198.19.255.255", "benchmark"),
            ("198.51.100.7", "documentation"),
            ("203.0.113.9", "documentation"),
            ("224.0.0.1", "multicast"),
            ("239.255.255.255", "multicast"),
            ("240.0.0.1", "reserved or broadcast"),
            ("255.255.255.255", "reserved or broadcast"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::2", "IPv4-compatible"),
            ("::127.0.0.1", "IPv4-compatible"),
            ("::8.8.8.8", "IPv4-compatible"),
            ("::ffff:127.0.0.1", "IPv4-mapped"),
            ("::ffff:8.8.8.8", "IPv4-mapped"),
            ("::ffff:0:127.0.0.1", "IPv4-translated"),
            ("64:ff9b::7f00:1", "NAT64"),
            ("64:ff9b:1::7f00:1", "local NAT64"),
            ("100::1", "discard"),
            ("100:0:0:1::1", "dummy prefix"),
            ("2001::1", "protocol assignments"),
            ("2001:2::1", "protocol assignments"),
            ("2001:10::1", "protocol assignments"),
            ("2001:20::1", "protocol assignments"),
            ("2001:db8::1", "documentation"),
            ("2002:7f00:1::", "6to4"),
            ("2620:4f:8000::1", "AS112 service"),
            ("3fff::1", "documentation"),
            ("5f00::1", "segment routing"),
            ("fc00::1", "unique local"),
            ("fdff::1", "unique local"),
            ("fe80::1", "link-local"),
            ("febf::1", "link-local"),
            ("fec0::1", "site-local"),
            ("ff02::1", "multicast"),
            ("4000::1", "not assigned as global unicast"),
            ("1::1", "not assigned as global unicast"),
        ];
        for (address, expected) in cases {
            let found = special(address.parse().expect("an address"));
            assert_eq!(
                found.map(|special| special.name),
                Some(expected),
                "{address}"
            );
        }
    }

    #[test]
    fn neighbours_of_the_ranges_are_public() {
        let cases = [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:db7::1",
            "2001:db9::1",
            "2606:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
        ];
        for address in cases {
            assert_eq!(
                special(address.parse().expect("an address")),
                None,
                "{address}"
            );
        }
    }

    #[test]
    fn only_networks_of_ones_own_open_by_name() {
        for address in [
            "10.1.2.3",
            "100.64.1.1",
            "172.20.0.1",
            "192.168.0.1",
            "fd00::1",
        ] {
            let found = special(address.parse().expect("an address")).expect("special");
            assert_eq!(found.reach, Reach::Site, "{address}");
        }
        for address in [
            "127.0.0.1",
            "169.254.169.254",
            "::1",
            "::ffff:10.0.0.1",
            "fe80::1",
        ] {
            let found = special(address.parse().expect("an address")).expect("special");
            assert_eq!(found.reach, Reach::Never, "{address}");
        }
    }
}
