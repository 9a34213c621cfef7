//! Outlines: for languages whose files cannot be lowered without knowing what they include.

use std::collections::{BTreeMap, BTreeSet};

use codegraph_model::IncludePaths;
use codegraph_plugin_host::types::Outline;

use super::build_files::BuildFiles;

/// Bytes of facts that a file is handed; what is met later than they last is left out.
const MOST: usize = 16 * 1024 * 1024;

/// Outlines by path, and who includes whom.
#[derive(Debug, Default)]
pub(super) struct Outlines {
    by_path: BTreeMap<String, Outline>,
    /// By path: the files that its includes mean, in their order.
    targets: BTreeMap<String, Vec<String>>,
    build: BuildFiles,
}

impl Outlines {
    pub(super) fn new(by_path: BTreeMap<String, Outline>, build: BuildFiles) -> Self {
        let paths = IncludePaths::new(by_path.keys().map(String::as_str));
        let targets = by_path
            .iter()
            .map(|(path, outline)| {
                let includes = outline.includes.iter();
                let folders = build.folders(path);
                let found = includes.filter_map(|include| paths.resolve_in(path, include, folders));
                (path.clone(), found.map(str::to_owned).collect())
            })
            .collect();
        Self {
            by_path,
            targets,
            build,
        }
    }

    /// The module that a file declares itself to be.
    pub(super) fn module(&self, path: &str) -> Option<&str> {
        self.by_path
            .get(path)
            .map(|outline| outline.module.as_str())
            .filter(|module| !module.is_empty())
    }

    /// Where a file looks for what it includes, as far as the project's build says it.
    pub(super) fn folders(&self, path: &str) -> &[String] {
        self.build.folders(path)
    }

    /// What is defined before a file, then facts of all that it includes, directly or not, in the order in which it is met; the file
    /// itself is not among them.
    pub(super) fn included(&self, path: &str) -> Vec<Vec<u8>> {
        let mut seen = BTreeSet::from([path]);
        let defined = self.build.of(path).map(|flags| flags.facts.clone());
        let mut facts: Vec<Vec<u8>> = defined
            .filter(|facts| !facts.is_empty())
            .into_iter()
            .collect();
        let mut left = MOST;
        // A stack of its own: a chain of includes may be longer than a thread's stack.
        let mut open = vec![(path, 0)];
        while let Some((at, number)) = open.pop() {
            let target = self.targets.get(at).and_then(|targets| targets.get(number));
            if let Some(target) = target {
                open.push((at, number + 1));
                if seen.insert(target) {
                    open.push((target, 0));
                }
            } else if at != path
                && let Some(outline) = self.by_path.get(at)
            {
                let Some(rest) = left.checked_sub(outline.facts.len()) else {
                    break;
                };
                left = rest;
                facts.push(outline.facts.clone());
            }
        }
        facts
    }
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
        Outlines::new(files.iter().map(outline).collect(), BuildFiles::default())
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
        assert_eq!(
            Outlines::new(by_path, BuildFiles::default())
                .included("0.h")
                .len(),
            49_998
        );
    }
}
