//! Files that no importer claims: `data/kinds.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use codegraph_cpg::store::FileRole;
use serde::Deserialize;

use super::{Listed, content, reason};

/// What files are by their names.
#[derive(Debug)]
pub struct Kinds {
    languages: Vec<(String, String)>,
    by_extension: BTreeMap<String, Kind>,
    by_name: BTreeMap<String, Kind>,
    by_interpreter: BTreeMap<String, Kind>,
}

/// What a file is that no importer claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A programming language, by position.
    Language(usize),
    /// Text for people.
    Documentation,
    /// Settings.
    Configuration,
    /// Data.
    Data,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    language: Vec<Language>,
    documentation: Names,
    configuration: Names,
    data: Names,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    id: String,
    name: String,
    extensions: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    interpreters: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    extensions: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
}

impl Kinds {
    /// The table.
    pub fn built_in() -> &'static Self {
        static KINDS: LazyLock<Kinds> = LazyLock::new(|| {
            let file: File = toml::from_str(include_str!("../data/kinds.toml"))
                .expect("the table of kinds is tested");
            Kinds::new(file)
        });
        &KINDS
    }

    fn new(file: File) -> Self {
        let mut kinds = Self {
            languages: Vec::new(),
            by_extension: BTreeMap::new(),
            by_name: BTreeMap::new(),
            by_interpreter: BTreeMap::new(),
        };
        for language in file.language {
            let kind = Kind::Language(kinds.languages.len());
            kinds.add(
                kind,
                &Names {
                    extensions: language.extensions,
                    files: language.files,
                },
            );
            for interpreter in language.interpreters {
                kinds.by_interpreter.insert(interpreter, kind);
            }
            kinds.languages.push((language.id, language.name));
        }
        kinds.add(Kind::Documentation, &file.documentation);
        kinds.add(Kind::Configuration, &file.configuration);
        kinds.add(Kind::Data, &file.data);
        kinds
    }

    fn add(&mut self, kind: Kind, names: &Names) {
        for extension in &names.extensions {
            // Programs come first in the table: `.t` is Perl before it is anything else.
            self.by_extension.entry(extension.clone()).or_insert(kind);
        }
        for name in &names.files {
            self.by_name.entry(name.clone()).or_insert(kind);
        }
    }

    /// What a file's name says.
    pub fn of_name(&self, name: &str) -> Option<Kind> {
        if let Some(&kind) = self.by_name.get(name) {
            return Some(kind);
        }
        let lower = name.to_lowercase();
        let inner = lower.strip_prefix('.').unwrap_or(&lower);
        let mut endings = inner.match_indices('.').map(|(at, _)| &inner[at + 1..]);
        if let Some(kind) = endings.find_map(|ending| self.by_extension.get(ending).copied()) {
            return Some(kind);
        }
        // `README.ja`, `LICENSE-MIT`: the stem says it.
        let stem = name.split(['.', '-']).next().unwrap_or(name);
        if let Some(&kind) = self
            .by_name
            .get(&stem.to_uppercase())
            .filter(|_| !stem.is_empty())
        {
            return Some(kind);
        }
        (name.starts_with('.') && !inner.contains('.')).then_some(Kind::Configuration)
    }

    /// What a file's `#!` line says.
    pub fn of_first_line(&self, head: &[u8]) -> Option<Kind> {
        let name = interpreter(head)?;
        let without_version = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        self.by_interpreter
            .get(name)
            .or_else(|| self.by_interpreter.get(without_version))
            .copied()
    }

    fn language(&self, number: usize) -> (&str, &str) {
        let (id, name) = &self.languages[number];
        (id, name)
    }
}

/// The program that a `#!` line names.
pub(super) fn interpreter(head: &[u8]) -> Option<&str> {
    let line = head
        .strip_prefix(b"#!")?
        .split(|&byte| byte == b'\n' || byte == b'\r')
        .next()?;
    let mut words = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
    let program = words.next()?.rsplit('/').next()?;
    if program != "env" {
        return Some(program);
    }
    // `env` takes options and settings before the program.
    words
        .find(|word| !word.starts_with('-') && !word.contains('='))
        .map(|word| word.rsplit('/').next().unwrap_or(word))
}

/// Makes the entry of a file that no importer claims.
pub(super) fn list(
    kind: Option<Kind>,
    head: &[u8],
    path_role: FileRole,
    size: u64,
    largest: u64,
) -> Listed {
    let is_small = size <= largest.min(content::LARGEST_KEPT);
    let entry = |language: &str, role, gap, keep_text: bool| Listed {
        language: language.to_owned(),
        role,
        gap,
        keep_text: keep_text && is_small,
    };
    match kind {
        Some(Kind::Language(number)) => {
            let (id, name) = Kinds::built_in().language(number);
            let why = format!("no importer for {name} is installed");
            entry(id, path_role, Some((reason::NO_IMPORTER, why)), true)
        }
        Some(Kind::Documentation) => entry("", FileRole::Documentation, None, true),
        Some(Kind::Configuration) => entry("", FileRole::Configuration, None, true),
        Some(Kind::Data) => entry("", FileRole::Other, None, false),
        None => {
            let gap = if content::is_binary(head) {
                (reason::BINARY, "no text".to_owned())
            } else {
                (
                    reason::UNKNOWN_KIND,
                    "nothing says what it is: no known ending, name or #! line".to_owned(),
                )
            };
            entry("", FileRole::Other, Some(gap), false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreters() {
        for (line, name) in [
            ("#!/bin/sh\n", Some("sh")),
            ("#! /usr/bin/env python3 -u", Some("python3")),
            ("#!/usr/bin/env -S X=1 node --flag\r\n", Some("node")),
            ("#!", None),
            ("# no", None),
        ] {
            assert_eq!(interpreter(line.as_bytes()), name, "{line}");
        }
    }

    #[test]
    fn names() {
        let kinds = Kinds::built_in();
        for (name, kind) in [
            ("README.ja", Some(Kind::Documentation)),
            ("LICENSE-MIT", Some(Kind::Documentation)),
            (".flake8", Some(Kind::Configuration)),
            (".eslintrc.json", Some(Kind::Configuration)),
            ("Dockerfile", Some(Kind::Configuration)),
            ("a.b.csv", Some(Kind::Data)),
            ("photo.png", None),
            ("noending", None),
        ] {
            assert_eq!(kinds.of_name(name), kind, "{name}");
        }
        assert!(matches!(kinds.of_name("x.RS"), Some(Kind::Language(_))));
    }
}
