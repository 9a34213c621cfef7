//! Files that say how a project is built, as far as outlines go: where includes are looked for, and what is defined before a file.
//!
//! The rule `build-file` of a language gives their names. The importer reads them, in its `outline`, and says sets of flags; paths in
//! them may be those of another machine, so the root of the project is told by the files of the sets that the tree has.

use std::collections::{BTreeMap, BTreeSet};

use codegraph_plugin_host::types::Entry;

/// Entries of one file that are kept.
const MOST_ENTRIES: usize = 1_000_000;
/// Folders that files without flags of their own look for includes in.
const MOST_FOLDERS: usize = 256;
/// Bytes of definitions of one set.
const MOST_FACTS: usize = 256 * 1024;

/// Flags of some files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// In the importer's own format.
    pub(super) facts: Vec<u8>,
    /// Folders of the tree, in order.
    pub(super) folders: Vec<String>,
}

/// What all such files of a tree say.
#[derive(Debug, Default)]
pub(super) struct BuildFiles {
    sets: Vec<Flags>,
    by_file: BTreeMap<String, usize>,
    /// Folders with the set for all files below them.
    below: BTreeMap<String, usize>,
    /// For files without flags of their own: the folders of all sets.
    shared: Vec<String>,
}

/// A set as the importer said it.
#[derive(Default)]
struct Said<'a> {
    facts: &'a str,
    folders: Vec<&'a str>,
    files: Vec<&'a str>,
    below: Vec<&'a str>,
}

impl BuildFiles {
    /// Adds what the importer said of one file at a path; `paths` are those of the tree. Gives sentences on what was left out.
    pub(super) fn add(
        &mut self,
        path: &str,
        entries: &[Entry],
        paths: &BTreeSet<&str>,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        let mut sets: Vec<Said<'_>> = Vec::new();
        if entries.len() > MOST_ENTRIES {
            let left = entries.len() - MOST_ENTRIES;
            notes.push(format!("{left} entries beyond the limit are left out"));
        }
        for entry in entries.iter().take(MOST_ENTRIES) {
            let value = entry.value.as_str();
            match (entry.key.as_str(), sets.last_mut()) {
                ("build.flags", _) => sets.push(Said {
                    facts: value,
                    ..Said::default()
                }),
                ("build.folder", Some(set)) => set.folders.push(value),
                ("build.file", Some(set)) => set.files.push(value),
                ("build.below", Some(set)) => set.below.push(value),
                ("build.note", _) => notes.push(value.to_owned()),
                _ => {}
            }
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let files = sets.iter().flat_map(|set| &set.files).copied();
        let root = root_of(files.filter(|file| is_absolute(file)), paths);
        let place = |path: &str| place(path, folder, root.as_deref());
        let mut outside = BTreeSet::new();
        for set in &sets {
            let mut flags = Flags::default();
            if set.facts.len() <= MOST_FACTS {
                flags.facts = set.facts.as_bytes().to_vec();
            } else {
                notes.push("definitions beyond the limit are left out".to_owned());
            }
            for &said in &set.folders {
                match place(said) {
                    Some(found) => flags.folders.push(found),
                    None => drop(outside.insert(said)),
                }
            }
            for found in &flags.folders {
                if self.shared.len() < MOST_FOLDERS && !self.shared.contains(found) {
                    self.shared.push(found.clone());
                }
            }
            let number = self.sets.len();
            for file in set.files.iter().filter_map(|file| place(file)) {
                if paths.contains(file.as_str()) {
                    self.by_file.entry(file).or_insert(number);
                }
            }
            for below in set.below.iter().filter_map(|below| place(below)) {
                self.below.entry(below).or_insert(number);
            }
            self.sets.push(flags);
        }
        if !outside.is_empty() {
            notes.push(format!(
                "{} folders of includes lie outside of the project and are not read",
                outside.len()
            ));
        }
        notes
    }

    /// The flags of a file: its own, else those of the nearest folder around it that has some.
    pub(super) fn of(&self, path: &str) -> Option<&Flags> {
        if let Some(&set) = self.by_file.get(path) {
            return self.sets.get(set);
        }
        if self.below.is_empty() {
            return None;
        }
        let mut at = path;
        loop {
            at = at.rsplit_once('/').map_or("", |(folder, _)| folder);
            if let Some(&set) = self.below.get(at) {
                return self.sets.get(set);
            }
            if at.is_empty() {
                return None;
            }
        }
    }

    /// Where a file looks for includes: headers have no flags of their own, so that all folders are theirs.
    pub(super) fn folders(&self, path: &str) -> &[String] {
        self.of(path).map_or(&self.shared, |flags| &flags.folders)
    }
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.get(1..3) == Some(":/")
}

/// The folder that most of the absolute paths have before a path of the tree, the first in order of several.
fn root_of<'a>(files: impl Iterator<Item = &'a str>, paths: &BTreeSet<&str>) -> Option<String> {
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files {
        // The longest end that the tree has: the first that is met.
        let found = file
            .match_indices('/')
            .find(|&(at, _)| paths.contains(&file[at + 1..]));
        if let Some((at, _)) = found {
            *votes.entry(&file[..at]).or_default() += 1;
        }
    }
    let best = votes.iter().rev().max_by_key(|(_, votes)| **votes)?;
    Some((*best.0).to_owned())
}

/// A path of such a file as one of the tree; none where it is not in the tree.
fn place(said: &str, folder: &str, root: Option<&str>) -> Option<String> {
    if is_absolute(said) {
        let rest = said.strip_prefix(root?)?;
        return match rest.strip_prefix('/') {
            Some(rest) => Some(rest.to_owned()),
            None => rest.is_empty().then(String::new),
        };
    }
    codegraph_model::include::join(folder, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(lines: &[(&str, &str)]) -> Vec<Entry> {
        let entry = |&(key, value): &(&str, &str)| Entry {
            key: key.to_owned(),
            value: value.to_owned(),
        };
        lines.iter().map(entry).collect()
    }

    fn read(path: &str, lines: &[(&str, &str)]) -> (BuildFiles, Vec<String>) {
        let paths = BTreeSet::from(["src/a.c", "src/x/b.c", "include/a.h", "b.c"]);
        let mut files = BuildFiles::default();
        let notes = files.add(path, &entries(lines), &paths);
        (files, notes)
    }

    #[test]
    fn paths_of_another_machine_are_told_by_the_files() {
        let (files, notes) = read(
            "build/db.json",
            &[
                ("build.flags", "A 1\n"),
                ("build.folder", "/home/b/p/include"),
                ("build.folder", "/usr/include"),
                ("build.folder", "/home/b/p"),
                ("build.file", "/home/b/p/src/a.c"),
                ("build.file", "/home/b/p/src/x/b.c"),
                ("build.file", "/elsewhere/src/gone.c"),
                ("build.flags", ""),
                ("build.folder", "/home/b/p/lib"),
                ("build.folder", "/home/b/prefix/lib"),
                ("build.file", "/home/b/p/b.c"),
            ],
        );
        let flags = files.of("src/a.c").unwrap();
        assert_eq!(
            (&flags.facts[..], flags.folders.join("|")),
            (&b"A 1\n"[..], "include|".to_owned())
        );
        assert_eq!(files.of("b.c").unwrap().folders, ["lib"]);
        assert_eq!(files.of("include/a.h"), None);
        assert_eq!(files.folders("include/a.h"), ["include", "", "lib"]);
        assert_eq!(
            notes,
            ["2 folders of includes lie outside of the project and are not read"]
        );
    }

    #[test]
    fn flags_for_what_is_below() {
        let (files, notes) = read(
            "src/flags.txt",
            &[
                ("build.flags", "B 2\n"),
                ("build.folder", "x"),
                ("build.folder", "../include"),
                ("build.folder", "../../out"),
                ("build.below", ""),
            ],
        );
        assert_eq!(files.of("src/x/b.c").unwrap().folders, ["src/x", "include"]);
        assert_eq!(files.of("b.c"), None);
        assert_eq!(notes.len(), 1);
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        let (files, notes) = read(
            "db.json",
            &[
                ("build.folder", "before any set"),
                ("build.file", "a"),
                ("unknown", ""),
                ("build.flags", &"x".repeat(MOST_FACTS + 1)),
                ("build.file", "../../../etc/passwd"),
                ("build.file", "src/a.c"),
                ("build.note", "told by the importer"),
            ],
        );
        assert_eq!(files.of("src/a.c"), Some(&Flags::default()));
        assert_eq!(files.by_file.len(), 1);
        assert_eq!(
            notes,
            [
                "told by the importer",
                "definitions beyond the limit are left out"
            ]
        );
    }
}
