//! Outlines: for languages whose files cannot be lowered without knowing what they include.

use std::collections::{BTreeMap, BTreeSet};

use codegraph_plugin_host::types::Outline;

/// Outlines by path, and who includes whom.
#[derive(Debug, Default)]
pub(super) struct Outlines {
    by_path: BTreeMap<String, Outline>,
    /// Paths by their last name, for includes that are found by a suffix only.
    by_name: BTreeMap<String, Vec<String>>,
}

impl Outlines {
    pub(super) fn new(by_path: BTreeMap<String, Outline>) -> Self {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in by_path.keys() {
            by_name
                .entry(last_name(path).to_owned())
                .or_default()
                .push(path.clone());
        }
        Self { by_path, by_name }
    }

    /// The module that a file declares itself to be.
    pub(super) fn module(&self, path: &str) -> Option<&str> {
        self.by_path
            .get(path)
            .map(|outline| outline.module.as_str())
            .filter(|module| !module.is_empty())
    }

    /// Facts of all that a file includes, directly or not, in the order in which it is met; the file itself is not among them.
    pub(super) fn included(&self, path: &str) -> Vec<Vec<u8>> {
        let mut seen = BTreeSet::from([path.to_owned()]);
        let mut facts = Vec::new();
        self.collect(path, &mut seen, &mut facts);
        facts
    }

    fn collect(&self, start: &str, seen: &mut BTreeSet<String>, facts: &mut Vec<Vec<u8>>) {
        // A stack of its own: a chain of includes may be longer than a thread's stack.
        let mut open = vec![(start.to_owned(), 0)];
        while let Some((path, at)) = open.pop() {
            let Some(outline) = self.by_path.get(&path) else {
                continue;
            };
            let Some(include) = outline.includes.get(at) else {
                if path != start {
                    facts.push(outline.facts.clone());
                }
                continue;
            };
            open.push((path.clone(), at + 1));
            if let Some(target) = self.resolve(&path, include)
                && seen.insert(target.to_owned())
            {
                open.push((target.to_owned(), 0));
            }
        }
    }

    /// The file that an include means: beside the including file, then from the root, then the one whose path ends so.
    /// Of several the one that shares most folders with the including file.
    fn resolve(&self, from: &str, include: &str) -> Option<&str> {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        for base in [folder, ""] {
            if let Some(path) = join(base, include)
                && let Some((path, _)) = self.by_path.get_key_value(&path)
            {
                return Some(path);
            }
        }
        let wanted = join("", include.trim_start_matches("../"))?;
        let suffix = format!("/{wanted}");
        let candidates = self.by_name.get(last_name(&wanted))?;
        let near = |path: &str| {
            path.split('/')
                .zip(from.split('/'))
                .take_while(|(a, b)| a == b)
                .count()
        };
        candidates
            .iter()
            .filter(|path| path.ends_with(&suffix))
            // `max_by_key` takes the last of equals; the first in order is wanted.
            .rev()
            .max_by_key(|path| near(path))
            .map(String::as_str)
    }
}

fn last_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Joins a folder and a relative path; none where it leads out of the root.
fn join(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlines(files: &[(&str, &[&str])]) -> Outlines {
        let outline = |&(path, includes): &(&str, &[&str])| {
            let includes = includes.iter().map(|&text| text.to_owned()).collect();
            (
                path.to_owned(),
                Outline {
                    includes,
                    facts: path.into(),
                    ..Outline::default()
                },
            )
        };
        Outlines::new(files.iter().map(outline).collect())
    }

    fn included(outlines: &Outlines, path: &str) -> Vec<String> {
        outlines
            .included(path)
            .into_iter()
            .map(|facts| String::from_utf8(facts).unwrap())
            .collect()
    }

    #[test]
    fn innermost_first_each_once_and_no_loop() {
        let outlines = outlines(&[
            ("main.c", &["a.h", "b.h"]),
            ("a.h", &["b.h"]),
            ("b.h", &["a.h", "main.c"]),
        ]);
        assert_eq!(included(&outlines, "main.c"), ["b.h", "a.h"]);
        assert_eq!(included(&outlines, "b.h"), ["a.h", "main.c"]);
        assert_eq!(included(&outlines, "unknown.c"), [""; 0]);
    }

    #[test]
    fn beside_then_root_then_suffix() {
        let outlines = outlines(&[
            (
                "src/x/main.c",
                &[
                    "own.h",
                    "include/root.h",
                    "lib/deep.h",
                    "../up.h",
                    "../../../out.h",
                    "gone.h",
                ],
            ),
            ("src/x/own.h", &[]),
            ("include/own.h", &[]),
            ("include/root.h", &[]),
            ("a/lib/deep.h", &[]),
            ("src/lib/deep.h", &[]),
            ("src/up.h", &[]),
        ]);
        assert_eq!(
            included(&outlines, "src/x/main.c"),
            [
                "src/x/own.h",
                "include/root.h",
                "src/lib/deep.h",
                "src/up.h"
            ]
        );
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let names: Vec<String> = (0..50_000).map(|i| format!("{i}.h")).collect();
        let by_path = names
            .iter()
            .zip(names.iter().skip(1))
            .map(|(path, next)| {
                (
                    path.clone(),
                    Outline {
                        includes: vec![next.clone()],
                        ..Outline::default()
                    },
                )
            })
            .collect();
        assert_eq!(Outlines::new(by_path).included("0.h").len(), 49_998);
    }
}
