//! The plugin as the host sees it.

use std::collections::BTreeSet;

use codegraph_sdk::Fault;
use codegraph_sdk::scenario::{Ask, Descriptor, Language, Outcome, Scenario, Sink};

use crate::data::Data;
use crate::point::{Entry, Kind, Trust};
use crate::report::{Report, report};
use crate::topic::{self, Topic};
use crate::{find, guards, reached};

/// The exported scenario.
pub(crate) struct EntryPoints;

impl Scenario for EntryPoints {
    fn describe() -> Descriptor {
        crate::describe::descriptor()
    }

    fn run(ask: &Ask, out: &Sink) -> Result<Outcome, Fault> {
        let russian = matches!(ask.language, Language::Ru);
        let data = Data::read().map_err(Fault::Internal)?;
        let topic = topic::read(&ask.question);
        let kinds: BTreeSet<Kind> = if topic.unchecked && !topic.named {
            [Kind::Route, Kind::Listener].into()
        } else {
            topic.kinds.clone()
        };
        let target = topic.symbol.as_deref().map(reached::reached).transpose()?;
        let mut found = find::find(&data, &kinds, russian)?;
        let unguarded = guards::guard(&data, &mut found)?;
        let mut entries = std::mem::take(&mut found.entries);
        entries.retain(|entry| is_asked(entry, &topic));
        let mut distance = Vec::new();
        if let Some(target) = &target {
            for (entry, depth) in reached::leading(std::mem::take(&mut entries), target) {
                entries.push(entry);
                distance.push(depth);
            }
        }
        report(
            &mut Report {
                entries,
                distance,
                target,
                found: &found,
                topic: &topic,
                unguarded,
                russian,
            },
            out,
        )
    }
}

fn is_asked(entry: &Entry, topic: &Topic) -> bool {
    let open = topic.trust.is_none_or(|trust| match trust {
        Trust::Network => entry.trust == Trust::Network,
        Trust::Local => entry.trust <= Trust::Local,
        Trust::Internal => true,
    });
    let unchecked = !topic.unchecked || !entry.checks.iter().any(|check| check.always);
    let here = topic.path.as_ref().is_none_or(|path| {
        let handler = entry.handler.as_ref().map(|handler| &handler.place.path);
        entry.place.path.contains(path)
            || handler.is_some_and(|own| own.contains(path))
            || entry.kind == Kind::Route && entry.name.contains(path)
    });
    open && unchecked && here
}
