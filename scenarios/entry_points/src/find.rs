//! Looks for entries as the data describes them, and joins what speaks of one object.

mod calls;
mod classes;
mod decorated;
mod registered;

use std::collections::{BTreeMap, BTreeSet};

use codegraph_sdk::Fault;
use codegraph_sdk::questions::Hit;

use crate::data::{Data, Point};
use crate::graph::{self, Symbol};
use crate::mounts::Objects;
use crate::point::{Entry, Handler, Kind, Place, Trust};
use crate::{exports, mains};

pub(crate) use registered::View;

/// Certainty of an entry that is known by the short name of what registers it, on an object that is known.
const BY_NAME: f64 = 0.8;
/// … on an object that is not known.
const BY_NAME_ONLY: f64 = 0.5;

/// Entries, and what was left out or not understood.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) entries: Vec<Entry>,
    /// Places that register something that only a run can tell: no handler and no name.
    pub(crate) unseen: Vec<Place>,
    pub(crate) more: u64,
    pub(crate) cut: bool,
    /// Symbols of handlers by node.
    pub(crate) symbols: BTreeMap<u64, Symbol>,
    pub(crate) objects: Objects,
}

/// An entry before its handler is known.
pub(crate) struct Draft {
    pub(crate) entry: Entry,
    /// Nodes of functions and classes that are entered.
    pub(crate) handlers: Vec<u64>,
    /// Methods of a class that are entered, where the handler is one; all that the class has by these names.
    pub(crate) methods: Vec<String>,
}

/// What searches collect.
pub(crate) struct Search<'d> {
    pub(crate) data: &'d Data,
    pub(crate) russian: bool,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) objects: Objects,
    pub(crate) unseen: Vec<Place>,
    /// Handlers made of classes, by the call that makes them.
    pub(crate) views: BTreeMap<u64, View>,
    pub(crate) more: u64,
    pub(crate) cut: bool,
}

impl Search<'_> {
    /// Asks, and counts what was left out.
    pub(crate) fn ask(&mut self, rules: &[serde_json::Value]) -> Result<Vec<Hit>, Fault> {
        let hits = graph::find(rules)?;
        self.more += hits.more;
        self.cut |= hits.cut;
        Ok(hits.all)
    }

    /// An entry of a point, registered somewhere.
    pub(crate) fn entry(&self, point: &Point, node: u64, place: Place, confidence: f64) -> Entry {
        let trust = point.trust.unwrap_or_else(|| point.kind.trust());
        let reason = point.why.as_ref().map_or_else(
            || reason(point.kind, self.russian).to_owned(),
            |why| why.of(self.russian).to_owned(),
        );
        Entry {
            kind: point.kind,
            trust,
            reason,
            library: point.library.clone(),
            documentation: point.from.clone(),
            verbs: Vec::new(),
            name: String::new(),
            name_unknown: false,
            handler: None,
            place,
            confidence,
            checks: Vec::new(),
            owners: Vec::new(),
            node,
            is_test: false,
        }
    }
}

/// Why entries of a kind are open to those who get there.
pub(crate) fn reason(kind: Kind, russian: bool) -> &'static str {
    let (en, ru) = match kind {
        Kind::Route => (
            "whoever reaches the server can send a request",
            "запрос может прислать любой, кому доступен сервер",
        ),
        Kind::Listener => (
            "whoever reaches the port can send data",
            "данные может прислать любой, кому доступен порт",
        ),
        Kind::Command | Kind::Main => (
            "a user of the machine starts it and gives its arguments",
            "запускает и задаёт аргументы пользователь машины",
        ),
        Kind::Handler => (
            "the program itself, or a library, calls it",
            "вызывает сама программа или библиотека",
        ),
        Kind::Job => (
            "a queue or a clock starts it, with what the program put there",
            "запускает очередь или часы с тем, что положила программа",
        ),
        Kind::Export => (
            "programs that use this code call it",
            "вызывают программы, которые используют этот код",
        ),
    };
    if russian { ru } else { en }
}

/// Everything, with handlers and whole paths, without checks.
///
/// # Errors
/// What the host says of a question.
pub(crate) fn find(data: &Data, kinds: &BTreeSet<Kind>, russian: bool) -> Result<Found, Fault> {
    let mut search = Search {
        data,
        russian,
        drafts: Vec::new(),
        objects: Objects::default(),
        unseen: Vec::new(),
        views: BTreeMap::new(),
        more: 0,
        cut: false,
    };
    if kinds.contains(&Kind::Route) {
        registered::objects(&mut search)?;
    } else {
        registered::makers(&mut search)?;
    }
    let points: Vec<usize> = (0..data.points.len())
        .filter(|&at| kinds.contains(&data.points[at].kind))
        .collect();
    decorated::search(&mut search, &points)?;
    calls::search(&mut search, &points)?;
    classes::search(&mut search, &points)?;
    mains::search(&mut search, kinds)?;
    exports::search(&mut search, kinds)?;
    finish(search)
}

/// Gives drafts their handlers: of classes those methods that answer.
fn finish(mut search: Search<'_>) -> Result<Found, Fault> {
    let mut nodes: BTreeSet<u64> = BTreeSet::new();
    for draft in &search.drafts {
        nodes.extend(&draft.handlers);
    }
    let mut symbols = graph::symbols(&nodes)?;
    let mut members: BTreeMap<u64, Vec<(u64, String)>> = BTreeMap::new();
    let classes = symbols.values().filter(|symbol| symbol.is_type);
    for class in classes.map(|symbol| symbol.id).collect::<Vec<_>>() {
        members.insert(class, graph::methods_of(class)?);
    }
    let inner: BTreeSet<u64> = members.values().flatten().map(|(id, _)| *id).collect();
    symbols.extend(graph::symbols(&inner)?);
    let mut entries = Vec::new();
    for draft in std::mem::take(&mut search.drafts) {
        let known: Vec<&Symbol> = draft
            .handlers
            .iter()
            .filter_map(|node| symbols.get(node))
            .collect();
        if known.is_empty() {
            entries.push(draft.entry);
            continue;
        }
        for symbol in known {
            let answering: Vec<&(u64, String)> = members
                .get(&symbol.id)
                .into_iter()
                .flatten()
                .filter(|(_, name)| draft.methods.contains(name))
                .collect();
            if answering.is_empty() {
                entries.push(with_handler(&draft.entry, symbol, 0));
            }
            for (method, name) in answering {
                let Some(method) = symbols.get(method) else {
                    continue;
                };
                let mut entry = with_handler(&draft.entry, method, symbol.id);
                if entry.kind == Kind::Route {
                    entry.verbs = vec![verb(name)];
                }
                entries.push(entry);
            }
        }
    }
    let mut entries = search.objects.with_prefixes(entries);
    once(&mut entries);
    Ok(Found {
        entries,
        unseen: search.unseen,
        more: search.more,
        cut: search.cut,
        symbols,
        objects: search.objects,
    })
}

fn with_handler(entry: &Entry, symbol: &Symbol, class: u64) -> Entry {
    let mut entry = entry.clone();
    entry.is_test |= symbol.is_test;
    entry.handler = Some(Handler {
        node: symbol.id,
        name: symbol.full_name.clone(),
        place: symbol.place(),
        line_end: symbol.line_end,
        parameters: Vec::new(),
        class: if symbol.is_type { symbol.id } else { class },
    });
    entry
}

/// The verb that a method is named after.
pub(crate) fn verb(name: &str) -> String {
    let name = name.rsplit('.').next().unwrap_or(name);
    let name = name
        .strip_prefix("do_")
        .or_else(|| name.strip_prefix("add_"))
        .unwrap_or(name);
    match name {
        "list" | "retrieve" => "GET".to_owned(),
        "create" => "POST".to_owned(),
        "update" => "PUT".to_owned(),
        "partial_update" => "PATCH".to_owned(),
        "destroy" => "DELETE".to_owned(),
        "view" | "receive" | "receive_json" | "connect" => "*".to_owned(),
        other => other.to_uppercase(),
    }
}

/// In the order of answers, each once: of a class that a route names the route's entry, and not that of the class.
fn once(entries: &mut Vec<Entry>) {
    let registered: BTreeSet<(Kind, u64)> = entries
        .iter()
        .filter(|entry| !entry.name.is_empty())
        .filter_map(|entry| Some((entry.kind, entry.handler.as_ref()?.node)))
        .collect();
    entries.retain(|entry| {
        let own = entry
            .handler
            .as_ref()
            .map(|handler| (entry.kind, handler.node));
        !entry.name.is_empty() || own.is_none_or(|own| !registered.contains(&own))
    });
    entries.sort_by(|a, b| key(a).cmp(&key(b)));
    entries.dedup_by(|a, b| {
        let same = (&a.kind, a.trust, &a.name, &a.verbs, &a.handler)
            == (&b.kind, b.trust, &b.name, &b.verbs, &b.handler);
        // Of one line, or of a function that two ways of looking found.
        same && (a.place == b.place || a.handler.is_some())
    });
}

type Key<'e> = (
    bool,
    Kind,
    Trust,
    &'e str,
    &'e [String],
    &'e str,
    &'e Place,
    u64,
);

fn key(entry: &Entry) -> Key<'_> {
    let handler = entry.handler.as_ref();
    (
        entry.is_test,
        entry.kind,
        entry.trust,
        &entry.name,
        &entry.verbs,
        handler.map_or("", |handler| &handler.name),
        &entry.place,
        entry.node,
    )
}
