//! Which file an include means, in a tree of which only the paths are known.

use std::collections::BTreeMap;

/// The paths of a tree, by their last names.
#[derive(Debug, Default)]
pub struct IncludePaths {
    by_name: BTreeMap<String, Vec<String>>,
}

impl IncludePaths {
    /// Takes the paths of a tree, from its root and with `/`.
    pub fn new<'a>(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in paths {
            by_name
                .entry(last_name(path).to_owned())
                .or_default()
                .push(path.to_owned());
        }
        for paths in by_name.values_mut() {
            paths.sort_unstable();
        }
        Self { by_name }
    }

    /// The file that an include means: beside the including file, then from the root, then the one whose path ends so.
    /// Of several the one that shares most folders with the including file, of those the first.
    pub fn resolve(&self, from: &str, include: &str) -> Option<&str> {
        self.resolve_in(from, include, &[])
    }

    /// The same, with folders of the tree that are looked at behind the including file's own, in order.
    pub fn resolve_in(&self, from: &str, include: &str, folders: &[String]) -> Option<&str> {
        let candidates = self.by_name.get(last_name(include))?;
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folders = folders.iter().map(String::as_str);
        for base in std::iter::once(folder).chain(folders).chain([""]) {
            if let Some(path) = join(base, include)
                && let Ok(at) = candidates.binary_search(&path)
            {
                return Some(&candidates[at]);
            }
        }
        let wanted = join("", include.trim_start_matches("../"))?;
        let near = |path: &str| {
            path.split('/')
                .zip(from.split('/'))
                .take_while(|(a, b)| a == b)
                .count()
        };
        let fits = |path: &str| {
            path.strip_suffix(wanted.as_str())
                .is_some_and(|rest| rest.ends_with('/'))
        };
        candidates
            .iter()
            .filter(|path| fits(path))
            // `max_by_key` takes the last of equals; the first in order is wanted.
            .rev()
            .max_by_key(|path| near(path))
            .map(String::as_str)
    }
}

fn last_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Joins a folder and a relative path of a tree; none where it leads out of the root.
pub fn join(folder: &str, relative: &str) -> Option<String> {
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

    #[test]
    fn folders_go_before_the_root() {
        let paths = IncludePaths::new(["a.h", "x/a.h", "y/a.h", "m/b.h"].into_iter());
        let folders = ["gone".to_owned(), "y".to_owned(), "x".to_owned()];
        assert_eq!(paths.resolve_in("m/m.c", "a.h", &folders), Some("y/a.h"));
        assert_eq!(paths.resolve_in("x/m.c", "a.h", &folders), Some("x/a.h"));
        assert_eq!(paths.resolve_in("m/m.c", "b.h", &folders), Some("m/b.h"));
        assert_eq!(paths.resolve("m/m.c", "a.h"), Some("a.h"));
    }

    #[test]
    fn beside_then_root_then_suffix() {
        let paths = IncludePaths::new(
            [
                "include/a.h",
                "src/a.h",
                "src/x/b.h",
                "lib/deep/c.h",
                "src/deep/c.h",
                "b.h",
            ]
            .into_iter(),
        );
        for (from, include, found) in [
            ("src/m.c", "a.h", Some("src/a.h")),
            ("lib/m.c", "include/a.h", Some("include/a.h")),
            ("lib/m.c", "a.h", Some("include/a.h")),
            ("src/m.c", "deep/c.h", Some("src/deep/c.h")),
            ("src/x/m.c", "../a.h", Some("src/a.h")),
            ("src/m.c", "../../../b.h", Some("src/x/b.h")),
            ("src/m.c", "eep/c.h", None),
            ("src/m.c", "", None),
        ] {
            assert_eq!(paths.resolve(from, include), found, "{include} in {from}");
        }
    }
}
