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
        let candidates = self.by_name.get(last_name(include))?;
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        for base in [folder, ""] {
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
