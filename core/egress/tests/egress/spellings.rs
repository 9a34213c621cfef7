//! The many ways to write an address that must not be dialled, through the vetting and through a live proxy.

use std::sync::Arc;

use codegraph_egress::{AllowList, Egress, Proxy, ProxyLimits, parse_url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::canary::Canary;
use crate::support::Zone;

/// Hosts that mean 127.0.0.2, where the canary sits, in every spelling that some parser reads so.
const CANARY: &[&str] = &[
    "127.0.0.2",
    "127.0.0.2.",
    "127.2",
    "127.0.2",
    "127.2.",
    "0177.0.0.2",
    "0177.0.0.02",
    "0177.0.0.0002",
    "0177.2",
    "00000177.2",
    "0x7f.0.0.2",
    "0X7F.0.0.2",
    "0x7f.0x0.0x0.0x2",
    "0x7f.2",
    "0x7f.0.2",
    "0x7f000002",
    "0X7F000002",
    "0x7f000002.",
    "0x0000007f000002",
    "2130706434",
    "2130706434.",
    "017700000002",
    "0017700000002",
    "127.0x2",
    "127.0.0x0002",
    "127.00.00.02",
    "127.000.000.002",
    "127.0.0.0x2",
    "127.0.0.02",
    "0x7f.00.0x0.2",
    "%31%32%37.0.0.2",
    "127%2e0%2e0%2e2",
    "127%2E0.0.2",
    "%30x7f.2",
    "127\u{3002}0\u{3002}0\u{3002}2",
    "127\u{ff0e}0\u{ff0e}0\u{ff0e}2",
    "127\u{ff61}0\u{ff61}0\u{ff61}2",
    "127.0.0\u{3002}2",
    "\u{ff11}\u{ff12}\u{ff17}.0.0.2",
    "\u{2460}\u{2461}\u{2466}.0.0.2",
    "\u{1d7cf}\u{1d7d0}\u{1d7d5}.0.0.2",
    "\u{b9}\u{b2}\u{2077}.0.0.\u{b2}",
    "\u{ff10}\u{ff58}7f.2",
    "[::ffff:127.0.0.2]",
    "[::ffff:7f00:2]",
    "[::FFFF:7F00:0002]",
    "[0:0:0:0:0:ffff:127.0.0.2]",
    "[0:0:0:0:0:ffff:7f00:2]",
    "[0000:0000:0000:0000:0000:ffff:7f00:0002]",
    "[::127.0.0.2]",
    "[::7f00:2]",
    "[::ffff:0:127.0.0.2]",
    "[64:ff9b::127.0.0.2]",
    "[64:ff9b::7f00:2]",
    "[64:ff9b:1::7f00:2]",
    "[2002:7f00:2::]",
    "[2002:7f00:0002::1]",
    "[2001:0:7f00:2::]",
    // Names: the test's name server gives them all the canary's address.
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost.localdomain",
    "ip6-localhost",
    "canary.test",
    "CANARY.test",
    "canary.test.",
    "127.0.0.2.wildcard.test",
    "7f000002.hex.test",
    "xn--bcher-kva.test",
    "b\u{fc}cher.test",
    "\u{24db}\u{24de}\u{24d2}\u{24d0}\u{24db}\u{24d7}\u{24de}\u{24e2}\u{24e3}",
    "_service.canary.test",
    "0x7f.0.0.2.test",
    "metadata",
];

/// Hosts that mean other places that are not public.
const OTHERS: &[&str] = &[
    "0",
    "0.0.0.0",
    "0.0",
    "00000000000",
    "0x0",
    "0.1.2.3",
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "0177.1",
    "2130706433",
    "127.255.255.255",
    "10.0.0.1",
    "10.1",
    "012.0.0.1",
    "0xa.1",
    "167772161",
    "100.64.0.1",
    "0x64400001",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "0251.254.169.254",
    "169.16689662",
    "[::ffff:a9fe:a9fe]",
    "[fd00:ec2::254]",
    "172.16.0.1",
    "172.31.255.255",
    "172.1048577",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.1",
    "0xc0.0xa8.0.1",
    "3232235521",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "4294967295",
    "0xffffffff",
    "037777777777",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::0.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:192.168.0.1]",
    "[fc00::1]",
    "[fd12:3456:789a::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[2001::1]",
    "[2002:a00:1::]",
    "[3fff::1]",
    "[4000::1]",
];

/// Authorities that are none: parsers disagree about them, so nobody gets them.
const BROKEN: &[&str] = &[
    "",
    ".",
    "..",
    "127.0.0.2..",
    ".127.0.0.2",
    "127..0.2",
    "127.0.0.2.2.2",
    "256.0.0.2",
    "127.0.0.256",
    "0x100000000",
    "4294967296",
    "0x7f.0.0.0x100",
    "08.0.0.2",
    "127.0.0.2/",
    "127.0.0.2/24",
    "127.0.0.2#",
    "127.0.0.2?",
    "user@127.0.0.2",
    "user:password@127.0.0.2",
    "public.test@127.0.0.2",
    "public.test#@127.0.0.2",
    "public.test?@127.0.0.2",
    "public.test/@127.0.0.2",
    "public.test\\@127.0.0.2",
    "127.0.0.2\\@public.test",
    "127.0.0.2%00.public.test",
    "127.0.0.2\0.public.test",
    "127.0.0.2%20",
    "127.0.0.2%0d%0a",
    " 127.0.0.2",
    "127.0.0.2 ",
    "127.0.0.2\t",
    "127.0.\t0.2",
    "127.0.0.2\u{200b}",
    "127.0.0\u{200d}.2",
    "127.\u{ad}0.0.2",
    "\u{202e}2.0.0.721",
    "127.0.0.2\u{feff}",
    "[127.0.0.2]",
    "[::ffff:127.0.0.2",
    "::ffff:127.0.0.2]",
    "::1",
    "[[::1]]",
    "[::1%lo]",
    "[::1%25lo]",
    "[fe80::1%eth0]",
    "[::ffff:0177.0.0.2]",
    "[::ffff:127.2]",
    "[:::1]",
    "[1::2::3]",
    "[]",
    "[v1.127]",
    "-canary.test",
    "canary-.test",
    "can ary.test",
    "canary,test",
    "canary.test:80",
    "http://127.0.0.2",
    "*",
    "<127.0.0.2>",
    "127.0.0.2|x",
    "127^0.0.2",
];

/// A door that opens the canary's port for every public address: only the address stands against a connection.
fn door(port: u16) -> Egress {
    let allow = AllowList::parse([format!("*:{port}")]).expect("an entry");
    Egress::new(allow, Arc::new(Zone::all("127.0.0.2")))
}

#[tokio::test]
async fn every_spelling_is_denied() {
    let canary = Canary::start("127.0.0.2").await;
    let port = canary.address.port();
    let door = door(port);
    let hosts: Vec<_> = [CANARY, OTHERS, BROKEN].concat();
    assert!(hosts.len() >= 150, "{}", hosts.len());
    for host in &hosts {
        let decided = door.vet_authority(&format!("{host}:{port}")).await;
        assert!(decided.is_err(), "`{host}` is let through: {decided:?}");
        if let Ok((url, target)) = parse_url(&format!("https://{host}:{port}/a"), false) {
            let decided = door.vet(&target).await;
            assert!(decided.is_err(), "`{url}` is let through: {decided:?}");
        }
    }
    assert_eq!(canary.hits(), 0);
    // The door does let a public address through at that port: it is the address that is denied above.
    let public = door.vet_authority(&format!("93.184.216.34:{port}")).await;
    assert!(public.is_ok(), "{public:?}");
}

#[tokio::test]
async fn every_spelling_is_refused_by_the_proxy() {
    let canary = Canary::start("127.0.0.2").await;
    let port = canary.address.port();
    let limits = ProxyLimits {
        connections: 10_000,
        ..ProxyLimits::default()
    };
    let proxy = Proxy::start(Arc::new(door(port)), limits)
        .await
        .expect("a proxy");
    for host in [CANARY, OTHERS, BROKEN].concat() {
        let mut stream = TcpStream::connect(("127.0.0.1", proxy.port()))
            .await
            .expect("the proxy");
        let request = format!(
            "CONNECT {host}:{port} HTTP/1.1\r\nProxy-Authorization: {}\r\n\r\n",
            crate::proxy::authorization(&proxy)
        );
        stream
            .write_all(request.as_bytes())
            .await
            .expect("the proxy reads");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .await
            .expect("the proxy answers");
        let status = answer.split(' ').nth(1);
        assert!(matches!(status, Some("403" | "400")), "`{host}`: {answer}");
    }
    assert_eq!(canary.hits(), 0);
    assert_eq!(proxy.report().opened, 0);
}

#[test]
fn the_canary_spellings_mean_the_canary() {
    // Else the table would prove nothing: numbers that are read as addresses at all are read as this one or as one
    // that carries it inside.
    let mut addresses = 0;
    for host in CANARY {
        let (_, target) = parse_url(&format!("https://{host}/a"), false).expect(host);
        if let Some(address) = target.address() {
            addresses += 1;
            let text = address.to_string();
            assert!(
                text.contains("127.0.0.2") || text.contains("7f00:2"),
                "{host}: {text}"
            );
        }
    }
    assert!(addresses > 50, "{addresses}");
}
