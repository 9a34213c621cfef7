//! The door to the network, tried from outside: spellings, name servers that lie, the proxy.

#[path = "../../../tests/src/git/canary.rs"]
mod canary;
#[path = "egress/proxy.rs"]
mod proxy;
#[path = "egress/spellings.rs"]
mod spellings;
#[path = "egress/support/mod.rs"]
mod support;
#[path = "egress/vetting.rs"]
mod vetting;
