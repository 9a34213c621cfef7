//! Name servers that lie, and entries that open just what they say.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use codegraph_egress::{AllowList, Egress, Rule, Target};

use crate::support::Zone;

const PUBLIC: &str = "93.184.216.34";

fn door(zone: Zone, allow: &[&str]) -> Egress {
    Egress::new(AllowList::parse(allow).expect("entries"), Arc::new(zone))
}

async fn decide(door: &Egress, authority: &str) -> Result<Vec<String>, Rule> {
    match door.vet_authority(authority).await {
        Ok(vetted) => Ok(vetted.addresses.iter().map(ToString::to_string).collect()),
        Err(denied) => Err(denied.rule),
    }
}

fn range(rule: &Rule) -> &str {
    match rule {
        Rule::Address { range, .. } => range,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_public_name_is_let_through_at_the_usual_port() {
    let door = door(
        Zone::default().with("git.test", &[&[PUBLIC, "2606:4700::1"]]),
        &[],
    );
    let addresses = decide(&door, "git.test:443").await;
    assert_eq!(
        addresses,
        Ok(vec![
            format!("{PUBLIC}:443"),
            "[2606:4700::1]:443".to_owned()
        ])
    );
    assert_eq!(
        decide(&door, &format!("{PUBLIC}:443")).await,
        Ok(vec![format!("{PUBLIC}:443")])
    );
    for port in [1, 22, 80, 444, 8443, 65535] {
        assert_eq!(
            decide(&door, &format!("git.test:{port}")).await,
            Err(Rule::Port(port))
        );
    }
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_asked_once() {
    let zone = Arc::new(Zone::default().with("rebind.test", &[&[PUBLIC], &["127.0.0.1"]]));
    let door = Egress::new(AllowList::default(), zone.clone());
    let target = Target::new("rebind.test", 443).expect("a target");
    let vetted = door.vet(&target).await.expect("public at first");
    assert_eq!(zone.questions.load(Ordering::SeqCst), 1);
    // What is dialled was looked at: the second answer comes too late.
    assert_eq!(
        vetted.addresses,
        [format!("{PUBLIC}:443").parse().expect("an address")]
    );
    let denied = door
        .vet(&target)
        .await
        .expect_err("private at the next connection");
    assert_eq!(range(&denied.rule), "loopback");
}

#[tokio::test]
async fn one_bad_address_denies_them_all() {
    let cases: &[(&[&str], &str)] = &[
        (&[PUBLIC, "10.0.0.1"], "private"),
        (&["10.0.0.1", PUBLIC], "private"),
        (&[PUBLIC, "::1"], "loopback"),
        (&[PUBLIC, "::ffff:93.184.216.34"], "IPv4-mapped"),
        (&[PUBLIC, "2606:4700::1", "169.254.169.254"], "link-local"),
        (&["64:ff9b::5db8:d822"], "NAT64"),
    ];
    for (addresses, expected) in cases {
        let door = door(Zone::default().with("mixed.test", &[addresses]), &[]);
        let rule = decide(&door, "mixed.test:443").await.expect_err("mixed");
        assert_eq!(range(&rule), *expected);
    }
}

#[tokio::test]
async fn an_alias_is_its_addresses() {
    // What an alias points to is in the answer; the name that it goes by opens nothing.
    let door = door(
        Zone::default().with("alias.test", &[&["192.168.1.1"]]),
        &["public.test"],
    );
    let rule = decide(&door, "alias.test:443").await.expect_err("private");
    assert_eq!(range(&rule), "private");
}

#[tokio::test]
async fn no_answer_denies() {
    let many: Vec<_> = (0..100)
        .map(|number| format!("93.184.216.{number}"))
        .collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let zone = Zone::default()
        .with("empty.test", &[&[]])
        .with("many.test", &[&many]);
    let door = door(zone, &[]);
    for name in ["unknown.test", "empty.test", "many.test"] {
        let rule = decide(&door, &format!("{name}:443")).await.expect_err(name);
        assert!(matches!(rule, Rule::Unresolved(_)), "{name}: {rule:?}");
    }
}

#[tokio::test]
async fn entries_open_what_they_name() {
    let zone = || {
        Zone::default()
            .with("forge.corp", &[&["10.1.2.3"]])
            .with("other.corp", &[&["10.1.2.4"]])
            .with("metadata.corp", &[&["169.254.169.254"]])
            .with("own.corp", &[&["127.0.0.1"]])
            .with("public.test", &[&[PUBLIC]])
    };
    // Entry, what it opens, what it does not.
    let cases: &[(&str, &[&str], &[&str])] = &[
        (
            "forge.corp",
            &["forge.corp:443", "FORGE.corp.:443"],
            &[
                "forge.corp:8443",
                "other.corp:443",
                "10.1.2.3:443",
                "sub.forge.corp:443",
            ],
        ),
        (
            "forge.corp:8443",
            &["forge.corp:8443"],
            &["forge.corp:443", "other.corp:8443", "public.test:8443"],
        ),
        (
            "public.test:8443",
            &["public.test:8443", "public.test:443"],
            &["public.test:80", "forge.corp:8443"],
        ),
        (
            "*:8443",
            &["public.test:8443"],
            &["forge.corp:8443", "127.0.0.1:8443", "public.test:80"],
        ),
        (
            "10.1.2.0/24",
            &[
                "forge.corp:443",
                "other.corp:443",
                "10.1.2.9:443",
                "[::ffff:10.1.2.9]:443",
            ],
            &["10.1.3.1:443", "forge.corp:8443", "own.corp:443"],
        ),
        (
            "10.1.2.3:8443",
            &["10.1.2.3:8443", "forge.corp:8443"],
            &["10.1.2.3:443", "10.1.2.4:8443", "public.test:8443"],
        ),
        (
            "127.0.0.1:3000",
            &["127.0.0.1:3000", "own.corp:3000"],
            &["127.0.0.1:443", "127.0.0.2:3000", "[::1]:3000"],
        ),
        // A name never opens what its owner could point it to for harm.
        (
            "metadata.corp",
            &[],
            &["metadata.corp:443", "169.254.169.254:443"],
        ),
        ("own.corp", &[], &["own.corp:443"]),
        (
            "169.254.169.254",
            &["metadata.corp:443"],
            &["169.254.169.253:443"],
        ),
    ];
    for (entry, opened, closed) in cases {
        let door = door(zone(), &[entry]);
        for authority in *opened {
            let decided = decide(&door, authority).await;
            assert!(
                decided.is_ok(),
                "{entry} should open {authority}: {decided:?}"
            );
        }
        for authority in *closed {
            let decided = decide(&door, authority).await;
            assert!(
                decided.is_err(),
                "{entry} should not open {authority}: {decided:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_opened_name_with_a_mixed_answer_is_still_decided_whole() {
    let zone = Zone::default().with("forge.corp", &[&["10.1.2.3", "127.0.0.1"]]);
    let door = door(zone, &["forge.corp"]);
    let rule = decide(&door, "forge.corp:443")
        .await
        .expect_err("loopback inside");
    assert_eq!(range(&rule), "loopback");
}

#[tokio::test]
async fn the_server_never_dials_itself() {
    let zone = || Zone::default().with("own.corp", &[&["10.0.0.5"]]);
    let own =
        ["127.0.0.1:8000", "0.0.0.0:9000"].map(|address| address.parse().expect("an address"));
    let door = door(
        zone(),
        &[
            "127.0.0.0/8:8000",
            "10.0.0.0/8:9000",
            "own.corp:9000",
            "127.0.0.0/8:9001",
        ],
    )
    .with_own_listeners(own);
    for authority in [
        "127.0.0.1:8000",
        "own.corp:9000",
        "10.0.0.5:9000",
        "[::ffff:127.0.0.1]:8000",
    ] {
        let rule = decide(&door, authority).await.expect_err(authority);
        assert!(
            matches!(rule, Rule::OwnListener(_)),
            "{authority}: {rule:?}"
        );
    }
    assert!(decide(&door, "127.0.0.2:8000").await.is_ok());
    assert!(decide(&door, "127.0.0.1:9001").await.is_ok());
}

#[tokio::test]
async fn messages_say_what_to_do_and_no_secret() {
    let zone = Zone::default().with("inside.corp", &[&["10.9.8.7"]]);
    let door = door(zone, &[]);
    let message = door
        .vet_authority("inside.corp:443")
        .await
        .expect_err("private")
        .to_string();
    assert_eq!(
        message,
        "inside.corp:443: its address is not public (private): an operator can list it as allowed"
    );
    let message = door
        .vet_authority("user:secret@inside.corp:443")
        .await
        .expect_err("bad")
        .to_string();
    assert!(!message.contains("secret"), "{message}");
    let message = door
        .vet_authority("a\r\n\x1b[31m:443")
        .await
        .expect_err("bad")
        .to_string();
    assert!(!message.contains(char::is_control), "{message:?}");
}
