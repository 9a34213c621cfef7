//! The plugin as the host sees it.

use codegraph_sdk::Fault;
use codegraph_sdk::finding::{SCAN_KEY, UNTRUSTED_KEY};
use codegraph_sdk::scenario::{Ask, Descriptor, Language, Outcome, Scenario, Sink};

use crate::report::report;
use crate::rules::{rules, sources};
use crate::search::{Options, search};
use crate::topic;

/// The exported scenario.
pub(crate) struct Security;

impl Scenario for Security {
    fn describe() -> Descriptor {
        crate::describe::descriptor()
    }

    fn run(ask: &Ask, out: &Sink) -> Result<Outcome, Fault> {
        let said = |key: &str| {
            let mut entries = ask.extra.iter();
            entries
                .find(|entry| entry.key == key)
                .map(|entry| entry.value.as_str())
        };
        let options = Options {
            public: match said(UNTRUSTED_KEY) {
                None | Some("network") => false,
                Some("public") => true,
                Some(other) => {
                    return Err(Fault::InvalidInput(format!(
                        "`{UNTRUSTED_KEY}` is `network` or `public`, not `{other}`"
                    )));
                }
            },
            russian: matches!(ask.language, Language::Ru),
        };
        let rules = rules().map_err(Fault::Internal)?;
        let sources = sources().map_err(Fault::Internal)?;
        let topic = if said(SCAN_KEY).is_some() {
            topic::read("", &rules)
        } else {
            topic::read(&ask.question, &rules)
        };
        let asked: Vec<_> = topic.rules.iter().map(|&at| rules[at].clone()).collect();
        let mut found = search(&asked, &sources, options)?;
        if let Some(path) = &topic.path {
            found
                .findings
                .retain(|finding| finding.place.path.contains(path.as_str()));
        }
        report(&found, &asked, &topic, options.russian, out)
    }
}
