//! All checks and refusals of a project, asked for once.

use std::collections::{BTreeMap, BTreeSet};

use codegraph_sdk::questions::Hit;
use codegraph_sdk::scenario::Value;
use codegraph_sdk::{Fault, rows};

use super::body::Body;
use crate::data::Data;
use crate::graph::{find, methods_around, origins, place, symbols};
use crate::point::{Check, Owner, Place};

/// Calls up from a function that refuses.
const LEVELS: usize = 2;
/// Functions that refuse, at one level.
const MOST: usize = 2_000;

/// A place in a method where a caller may be turned away.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) node: u64,
    /// In the method.
    pub(super) place: Place,
    pub(super) code: String,
    /// Where it is done: the same, or in what is called.
    pub(super) refuses: Place,
    /// It is one in a handler, too, and not only around it.
    pub(super) everywhere: bool,
    /// It is a call of a function that refuses.
    pub(super) called: bool,
}

/// By method.
pub(super) type Refuses = BTreeMap<u64, Vec<Refusal>>;

/// A function that runs around requests.
struct Around {
    function: u64,
    place: Place,
    on: Vec<Owner>,
    every: bool,
}

/// What is known of checks.
#[derive(Default)]
pub(super) struct Facts {
    /// Checks at methods and classes, by their decorators and bases.
    pub(super) at: BTreeMap<u64, Vec<Check>>,
    /// Names that classes bind.
    pub(super) attributes: Vec<Check>,
    pub(super) refuses: Refuses,
    /// Full names of the methods that refuse.
    pub(super) names: BTreeMap<u64, String>,
    /// Calls that ask, by method.
    asks: BTreeMap<u64, Vec<(u64, Check)>>,
    depends: Vec<(Place, Vec<u64>, Option<String>, String)>,
    arounds: Vec<Around>,
}

pub(super) fn collect(data: &Data) -> Result<Facts, Fault> {
    let mut facts = Facts::default();
    let hits = find(&super::questions::all(data))?.all;
    let inner: BTreeSet<u64> = hits
        .iter()
        .filter(|hit| hit.label.starts_with(['k', 'r', 'w', 'x']))
        .map(|hit| hit.place.node)
        .collect();
    let around = methods_around(&inner)?;
    let mut on: BTreeMap<(String, u32), Vec<Owner>> = BTreeMap::new();
    for hit in hits.iter().filter(|hit| hit.label.starts_with('q')) {
        let owners = origins(hit, "on").map(|(step, _)| Owner::Made(step.node));
        on.entry((hit.place.path.clone(), hit.place.line))
            .or_default()
            .extend(owners);
    }
    for hit in &hits {
        let Some((what, at)) = hit.label.split_at_checked(1) else {
            continue;
        };
        let at: usize = at.parse().unwrap_or(usize::MAX);
        let check = || {
            data.checks.get(at).map(|check| Check {
                kind: check.kind.clone(),
                how: "",
                name: short(&hit.place.code),
                place: place(&hit.place),
                refuses: None,
                always: true,
            })
        };
        match what {
            "d" => {
                for (step, name) in hit
                    .captures
                    .iter()
                    .filter(|(step, _)| step.kind == "decorator")
                {
                    if let Some(mut one) = check() {
                        one.how = "decorator";
                        one.name.clone_from(name);
                        one.place = place(step);
                        facts.at.entry(hit.place.node).or_default().push(one);
                    }
                }
            }
            "b" => {
                if let Some(mut one) = check() {
                    one.how = "class";
                    facts.at.entry(hit.place.node).or_default().push(one);
                }
            }
            "a" => {
                if let Some(mut one) = check() {
                    one.how = "attribute";
                    facts.attributes.push(one);
                }
            }
            "k" => {
                if let (Some(mut one), Some(&method)) = (check(), around.get(&hit.place.node)) {
                    one.how = "call";
                    facts
                        .asks
                        .entry(method)
                        .or_default()
                        .push((hit.place.node, one));
                }
            }
            "p" => {
                let functions = origins(hit, "on").map(|(step, _)| step.node).collect();
                let kind = data
                    .depends
                    .get(at)
                    .and_then(|depends| depends.kind.clone());
                facts
                    .depends
                    .push((place(&hit.place), functions, kind, short(&hit.place.code)));
            }
            "o" => around_of(data, hit, at, &on, &mut facts),
            "r" | "w" | "x" => {
                if what == "x" && !is_raised(hit) {
                    continue;
                }
                if let Some(&method) = around.get(&hit.place.node) {
                    facts.refuses.entry(method).or_default().push(Refusal {
                        node: hit.place.node,
                        place: place(&hit.place),
                        code: short(&hit.place.code),
                        refuses: place(&hit.place),
                        everywhere: what != "w",
                        called: false,
                    });
                }
            }
            _ => {}
        }
    }
    callers(&mut facts)?;
    let methods: BTreeSet<u64> = facts.refuses.keys().copied().collect();
    let known = symbols(&methods)?;
    facts.names = known
        .into_iter()
        .map(|(node, symbol)| (node, symbol.full_name))
        .collect();
    Ok(facts)
}

fn around_of(
    data: &Data,
    hit: &Hit,
    at: usize,
    on: &BTreeMap<(String, u32), Vec<Owner>>,
    facts: &mut Facts,
) {
    let Some(around) = data.arounds.get(at) else {
        return;
    };
    for (step, name) in hit
        .captures
        .iter()
        .filter(|(step, _)| step.kind == "decorator")
    {
        let last = name.rsplit('.').next().unwrap_or(name);
        facts.arounds.push(Around {
            function: hit.place.node,
            place: place(step),
            on: on
                .get(&(step.path.clone(), step.line))
                .cloned()
                .unwrap_or_default(),
            every: around.every.iter().any(|every| every == last),
        });
    }
}

/// Whether a name stands in a statement that raises it: it is also read where it is handled.
fn is_raised(hit: &Hit) -> bool {
    codegraph_sdk::scenario::source(&hit.place.path, hit.place.line, hit.place.line)
        .is_ok_and(|line| line.trim_start().starts_with("raise "))
}

/// Functions that call what refuses refuse as well, a few levels up.
fn callers(facts: &mut Facts) -> Result<(), Fault> {
    let mut level: BTreeMap<u64, Place> = facts
        .refuses
        .iter()
        .filter_map(|(&method, all)| {
            let first = all.iter().find(|refusal| refusal.everywhere)?;
            Some((method, first.refuses.clone()))
        })
        .collect();
    for _ in 0..LEVELS {
        let ids: Vec<i64> = level
            .keys()
            .filter_map(|&id| i64::try_from(id).ok())
            .take(MOST)
            .collect();
        if ids.is_empty() {
            break;
        }
        let mut next = BTreeMap::new();
        for row in rows::ask("callers", &[Value::Ints(ids)], 0)?.iter() {
            if row.text("resolution")? == "name_only" {
                continue;
            }
            let (method, target) = (row.id("id")?, row.id("target_id")?);
            let Some(refuses) = level.get(&target).cloned() else {
                continue;
            };
            if !facts.refuses.contains_key(&method) {
                next.insert(method, refuses.clone());
            }
            facts.refuses.entry(method).or_default().push(Refusal {
                node: row.id("call_id")?,
                place: Place {
                    path: row.text("call_path")?,
                    line: row.small("call_line")?,
                },
                code: short(&row.text("call_code")?),
                refuses,
                everywhere: true,
                called: true,
            });
        }
        level = next;
    }
    Ok(())
}

/// The first line of a piece of code, cut.
fn short(code: &str) -> String {
    let line = code.lines().next().unwrap_or_default().trim();
    let mut text: String = line.chars().take(80).collect();
    if text.len() < line.len() {
        text.push('…');
    }
    text
}

impl Facts {
    /// Whether anything stands in the body of a method.
    pub(super) fn has_body(&self, method: u64) -> bool {
        self.asks.contains_key(&method)
            || self
                .refuses
                .get(&method)
                .is_some_and(|all| all.iter().any(|refusal| refusal.everywhere))
    }

    /// Checks in the body of a method.
    pub(super) fn in_body(&self, method: u64, body: &Body) -> Vec<Check> {
        let asks = self.asks.get(&method).into_iter().flatten();
        let asks = asks.map(|(node, check)| Check {
            always: body.is_before_all(*node, check.place.line),
            ..check.clone()
        });
        let refusals = self.refuses.get(&method).into_iter().flatten();
        let refusals = refusals
            .filter(|refusal| refusal.everywhere)
            .map(|refusal| {
                let gate = if refusal.called {
                    Some(refusal.node)
                } else {
                    body.gate(refusal.node, refusal.place.line)
                };
                Check {
                    kind: "refusal".to_owned(),
                    how: if refusal.called { "call" } else { "branch" },
                    name: refusal.code.clone(),
                    place: refusal.place.clone(),
                    refuses: refusal.called.then(|| refusal.refuses.clone()),
                    always: gate.is_some_and(|gate| body.is_before_all(gate, refusal.place.line)),
                }
            });
        asks.chain(refusals).collect()
    }

    /// Dependencies between lines that are checks, or lead to what refuses.
    pub(super) fn dependencies(
        &self,
        from: &Place,
        line_end: u32,
        registered: &Place,
    ) -> Vec<Check> {
        let first = if registered.path == from.path {
            from.line.min(registered.line)
        } else {
            from.line
        };
        let mut found = Vec::new();
        for (place, functions, kind, code) in &self.depends {
            if place.path != from.path || !(first..=line_end).contains(&place.line) {
                continue;
            }
            let refuses = functions.iter().find_map(|node| {
                let all = self.refuses.get(node)?;
                Some(
                    all.iter()
                        .find(|refusal| refusal.everywhere)?
                        .refuses
                        .clone(),
                )
            });
            if refuses.is_some() || kind.is_some() {
                found.push(Check {
                    kind: kind.clone().unwrap_or_else(|| "refusal".to_owned()),
                    how: "dependency",
                    name: code.clone(),
                    place: place.clone(),
                    refuses,
                    always: true,
                });
            }
        }
        found
    }

    /// Functions that run before a request to one of these objects, and may refuse it.
    pub(super) fn around(&self, above: &[Owner], handler: u64) -> Vec<Check> {
        let runs = self.arounds.iter().filter(|around| {
            around.function != handler
                && (around.every || around.on.iter().any(|on| above.contains(on)))
        });
        runs.filter_map(|around| {
            let refusal = self.refuses.get(&around.function)?.first()?;
            Some(Check {
                kind: "refusal".to_owned(),
                how: "before",
                name: self
                    .names
                    .get(&around.function)
                    .cloned()
                    .unwrap_or_default(),
                place: around.place.clone(),
                refuses: Some(refusal.refuses.clone()),
                always: true,
            })
        })
        .collect()
    }
}
