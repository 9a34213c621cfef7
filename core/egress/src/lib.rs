//! The one door to the network: who may be dialled, and the proxy that keeps other programs to it.
//!
//! Whoever lets a user name an address lets that user point the server at itself and at its neighbours. The defence
//! is one rule, applied in one place, [`Egress::vet`]:
//!
//! 1. the name is resolved **once**; a failure denies;
//! 2. **all** its addresses must be allowed: an answer that mixes a public with a private one is denied whole;
//! 3. the connection goes to an address that was looked at: nobody resolves the name again, so it cannot change its
//!    mind between the check and the use;
//! 4. the port is 443, or one that the operator listed.
//!
//! An operator opens more with an [`AllowList`], one for each purpose. An entry opens what it names and switches no
//! check off for anything else.
//!
//! Programs that resolve names themselves, such as `git`, get a [`Proxy`] and no other way out: each connection that
//! they ask for, redirects included, goes through the rule.
//!
//! To add a range of addresses that must not be dialled: a row in `address.rs` and a case in its test.

mod address;
mod allow;
mod proxy;
mod resolve;
mod target;
mod vet;

pub use address::{Reach, Special, special};
pub use allow::{AllowEntry, AllowList, BadEntry};
pub use proxy::{End, Proxy, ProxyLimits, Report};
pub use resolve::{Resolve, ResolveError, SystemResolver};
pub use target::{BadTarget, Target, parse_url};
pub use vet::{Denied, Egress, Rule, Vetted};
