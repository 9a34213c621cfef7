//! Prefixes: routers in applications, routers in routers, modules of routes in routes.

use std::collections::BTreeMap;

use crate::graph::is_empty_text;
use crate::point::{Entry, Kind, Owner, Place};

/// Routers in routers that are followed.
const DEEPEST: usize = 8;
/// Paths of one route: a router can be put into several.
const MOST: usize = 8;

/// What stands before a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Prefix {
    /// Nothing.
    #[default]
    None,
    /// A text.
    Text(String),
    /// Something that only a run can tell.
    Unknown(String),
}

impl Prefix {
    /// Of an argument: its code, and its constant where that is known.
    pub(crate) fn of(code: &str, constant: &str) -> Self {
        if !constant.is_empty() {
            return Self::Text(constant.to_owned());
        }
        // An empty text is known, too.
        if is_empty_text(code) {
            return Self::None;
        }
        Self::Unknown(format!("{{{code}}}"))
    }

    fn text(&self) -> &str {
        match self {
            Self::None => "",
            Self::Text(text) | Self::Unknown(text) => text,
        }
    }
}

/// A router put into another one, or a route that leads to others.
#[derive(Clone, Debug)]
pub(crate) struct Mounted {
    pub(crate) node: u64,
    pub(crate) place: Place,
    pub(crate) line_end: u32,
    pub(crate) parents: Vec<Owner>,
    pub(crate) children: Vec<Owner>,
    pub(crate) prefix: Prefix,
    pub(crate) replaces: bool,
}

/// Applications and routers of a project.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    /// By the call that makes them.
    pub(crate) made: BTreeMap<u64, (Prefix, Place)>,
    /// Last lines of those calls.
    pub(crate) ends: BTreeMap<u64, u32>,
    pub(crate) mounted: Vec<Mounted>,
    /// Files that calls name which stand for modules of routes.
    pub(crate) included: BTreeMap<u64, Vec<String>>,
}

impl Objects {
    /// Everything that an object is put into, itself first.
    pub(crate) fn above(&self, owners: &[Owner]) -> Vec<Owner> {
        let mut found: Vec<Owner> = owners.to_vec();
        let mut at = 0;
        while at < found.len() && at < 64 {
            for mounted in &self.mounted {
                if mounted.children.contains(&found[at]) {
                    for parent in &mounted.parents {
                        if !found.contains(parent) {
                            found.push(parent.clone());
                        }
                    }
                }
            }
            at += 1;
        }
        found
    }

    /// Routes with their whole paths, one for each way to them.
    pub(crate) fn with_prefixes(&self, entries: Vec<Entry>) -> Vec<Entry> {
        let mut all = Vec::new();
        for entry in entries {
            if entry.kind != Kind::Route || entry.name.is_empty() && entry.owners.is_empty() {
                all.push(entry);
                continue;
            }
            let mut prefixes: Vec<Vec<String>> = Vec::new();
            for owner in &entry.owners {
                for prefix in self.prefixes(owner, 0) {
                    if !prefixes.contains(&prefix) && prefixes.len() < MOST {
                        prefixes.push(prefix);
                    }
                }
            }
            // Routes that are written inside of what leads to them.
            let around: Vec<String> = self
                .around(&entry)
                .map(|one| one.prefix.text().to_owned())
                .collect();
            if prefixes.is_empty() {
                prefixes.push(Vec::new());
            }
            for mut prefix in prefixes {
                prefix.extend(around.iter().cloned());
                let mut one = entry.clone();
                one.name = join(&prefix, &entry.name);
                all.push(one);
            }
        }
        all
    }

    /// What is put into something by a call that a route stands in, outer ones first.
    fn around(&self, entry: &Entry) -> impl Iterator<Item = &Mounted> {
        let (node, place) = (entry.node, entry.place.clone());
        self.mounted.iter().filter(move |mounted| {
            mounted.place.path == place.path
                && mounted.node < node
                && (mounted.place.line..=mounted.line_end).contains(&place.line)
        })
    }

    fn prefixes(&self, owner: &Owner, depth: usize) -> Vec<Vec<String>> {
        let own = match owner {
            Owner::Made(node) => self.made.get(node).map_or("", |(prefix, _)| prefix.text()),
            Owner::File(_) => "",
        };
        let mut found = Vec::new();
        let mounts = self
            .mounted
            .iter()
            .filter(|mounted| mounted.children.contains(owner));
        for mounted in mounts {
            let outer = if depth >= DEEPEST {
                Vec::new()
            } else {
                let parents = mounted.parents.iter().filter(|parent| *parent != owner);
                parents
                    .flat_map(|parent| self.prefixes(parent, depth + 1))
                    .collect()
            };
            let outer = if outer.is_empty() {
                vec![Vec::new()]
            } else {
                outer
            };
            for mut prefix in outer {
                prefix.push(mounted.prefix.text().to_owned());
                if !(mounted.replaces && mounted.prefix != Prefix::None) {
                    prefix.push(own.to_owned());
                }
                if found.len() < MOST {
                    found.push(prefix);
                }
            }
        }
        if found.is_empty() {
            found.push(vec![own.to_owned()]);
        }
        found
    }
}

/// Parts of a path, with one slash between them.
fn join(prefixes: &[String], path: &str) -> String {
    let parts = prefixes.iter().map(String::as_str).chain([path]);
    let mut whole = String::new();
    for part in parts {
        // Beginnings and ends of regular expressions say nothing of the path.
        let part = part.strip_prefix('^').unwrap_or(part);
        let part = part.strip_suffix('$').unwrap_or(part);
        if part.is_empty() {
            continue;
        }
        while whole.ends_with('/') {
            whole.pop();
        }
        whole.push('/');
        whole.push_str(part.trim_start_matches('/'));
    }
    if whole.is_empty() {
        "/".to_owned()
    } else {
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_put_together() {
        let joined = |parts: &[&str], path: &str| {
            join(
                &parts
                    .iter()
                    .map(|part| (*part).to_owned())
                    .collect::<Vec<_>>(),
                path,
            )
        };
        assert_eq!(joined(&[], "/items"), "/items");
        assert_eq!(joined(&["/auth"], "/"), "/auth/");
        assert_eq!(joined(&["polls/"], ""), "/polls/");
        assert_eq!(
            joined(&["", "shop/"], "items/<int:id>/"),
            "/shop/items/<int:id>/"
        );
        assert_eq!(joined(&["^api/"], "^v1$"), "/api/v1");
        assert_eq!(joined(&[], ""), "/");
    }

    #[test]
    fn a_prefix_may_be_known_to_be_empty() {
        assert_eq!(Prefix::of("\"\"", ""), Prefix::None);
        assert_eq!(Prefix::of("ROOT", "/x"), Prefix::Text("/x".into()));
        assert_eq!(Prefix::of("root()", ""), Prefix::Unknown("{root()}".into()));
    }
}
