//! What a file is: a file to lower, or one to list and why.

mod content;
mod kinds;
mod roles;

use std::collections::BTreeMap;

use codegraph_cpg::store::FileRole;
use codegraph_plugin_host::types::LanguageInfo;

pub use content::{Content, look};
pub use kinds::Kinds;
pub use roles::role;

/// Reasons of gaps that classification gives.
pub mod reason {
    /// No importer for the file's language.
    pub const NO_IMPORTER: &str = "no_importer";
    /// A language that the request left out.
    pub const LANGUAGE_LEFT_OUT: &str = "language_left_out";
    /// Above the size limit.
    pub const TOO_LARGE: &str = "too_large";
    /// No text.
    pub const BINARY: &str = "binary";
    /// Text in an encoding that importers do not read.
    pub const ENCODING: &str = "encoding";
    /// Squeezed by a program.
    pub const MINIFIED: &str = "minified";
    /// Text of a kind that is not known.
    pub const UNKNOWN_KIND: &str = "unknown_kind";
}

/// What a file's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// To be lowered, by position in [`Languages::all`].
    Lower(usize),
    /// Only listed.
    List(Listed),
}

/// A file that is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The language's identifier where it is known, else empty.
    pub language: String,
    /// What the file is for.
    pub role: FileRole,
    /// Why it is not lowered, where that is a gap: reason, sentence.
    pub gap: Option<(&'static str, String)>,
    /// Whether its text is kept.
    pub keep_text: bool,
}

/// The languages that importers have.
#[derive(Clone, Debug)]
pub struct Languages {
    all: Vec<LanguageInfo>,
    wanted: Vec<bool>,
    by_extension: BTreeMap<String, usize>,
    by_name: BTreeMap<String, usize>,
    by_interpreter: BTreeMap<String, usize>,
}

impl Languages {
    /// Takes what the importers say. `wanted` names the languages to lower; empty is all. Where two claim a name, the first wins.
    pub fn new(all: Vec<LanguageInfo>, wanted: &[String]) -> Self {
        let mut languages = Self {
            wanted: all
                .iter()
                .map(|language| wanted.is_empty() || wanted.contains(&language.id))
                .collect(),
            by_extension: BTreeMap::new(),
            by_name: BTreeMap::new(),
            by_interpreter: BTreeMap::new(),
            all,
        };
        for (i, language) in languages.all.iter().enumerate() {
            for extension in &language.extensions {
                languages
                    .by_extension
                    .entry(extension.to_lowercase())
                    .or_insert(i);
            }
            for name in &language.file_names {
                languages.by_name.entry(name.clone()).or_insert(i);
            }
            for interpreter in &language.interpreters {
                languages
                    .by_interpreter
                    .entry(interpreter.clone())
                    .or_insert(i);
            }
        }
        languages
    }

    /// All languages.
    pub fn all(&self) -> &[LanguageInfo] {
        &self.all
    }

    fn of_path(&self, name: &str) -> Option<usize> {
        if let Some(&language) = self.by_name.get(name) {
            return Some(language);
        }
        // The longest ending first: `.d.ts` before `.ts`.
        let lower = name.to_lowercase();
        let mut endings = lower.match_indices('.').map(|(at, _)| &lower[at..]);
        endings.find_map(|ending| self.by_extension.get(ending).copied())
    }

    fn of_first_line(&self, head: &[u8]) -> Option<usize> {
        kinds::interpreter(head).and_then(|name| {
            let without_version = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            self.by_interpreter
                .get(name)
                .or_else(|| self.by_interpreter.get(without_version))
                .copied()
        })
    }

    /// Whether a file's first bytes are needed to say what it is: its name says nothing.
    pub fn needs_head(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.of_path(name).is_none() && Kinds::built_in().of_name(name).is_none()
    }

    /// Says what a file is. `head` has its first bytes where [`Languages::needs_head`] asks for them.
    pub fn classify(&self, path: &str, size: u64, largest: u64, head: &[u8]) -> Class {
        let name = path.rsplit('/').next().unwrap_or(path);
        let path_role = role(path);
        let kinds = Kinds::built_in();
        let language = self.of_path(name);
        let kind = if language.is_none() {
            kinds.of_name(name)
        } else {
            None
        };
        let (language, kind) = match (language, kind) {
            (None, None) => (self.of_first_line(head), kinds.of_first_line(head)),
            known => known,
        };
        if let Some(i) = language {
            let id = self.all[i].id.clone();
            let listed = |reason, why: String| {
                Class::List(Listed {
                    language: id.clone(),
                    role: path_role,
                    gap: Some((reason, why)),
                    keep_text: false,
                })
            };
            if !self.wanted[i] {
                return listed(
                    reason::LANGUAGE_LEFT_OUT,
                    format!("{} was left out by the request", self.all[i].name),
                );
            }
            if size > largest {
                return listed(
                    reason::TOO_LARGE,
                    format!("{size} bytes, the limit is {largest}"),
                );
            }
            return Class::Lower(i);
        }
        Class::List(kinds::list(kind, head, path_role, size, largest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codegraph_cpg::rules::Rules;

    fn languages(wanted: &[&str]) -> Languages {
        let language =
            |id: &str, extensions: &[&str], names: &[&str], interpreters: &[&str]| LanguageInfo {
                plugin: format!("import-{id}"),
                id: id.into(),
                name: id.to_uppercase(),
                extensions: extensions.iter().map(|&text| text.into()).collect(),
                file_names: names.iter().map(|&text| text.into()).collect(),
                interpreters: interpreters.iter().map(|&text| text.into()).collect(),
                rules: Rules::default(),
            };
        let wanted: Vec<String> = wanted.iter().map(|&text| text.into()).collect();
        Languages::new(
            vec![
                language("alpha", &[".al", ".d.be"], &["Alphafile"], &["alpha"]),
                language("beta", &[".be"], &[], &[]),
            ],
            &wanted,
        )
    }

    fn class(path: &str, head: &str) -> Class {
        languages(&[]).classify(path, 10, 1_000, head.as_bytes())
    }

    fn gap(class: &Class) -> Option<&'static str> {
        match class {
            Class::Lower(_) => None,
            Class::List(listed) => listed.gap.as_ref().map(|gap| gap.0),
        }
    }

    #[test]
    fn by_name_ending_and_first_line() {
        assert_eq!(class("x/a.al", ""), Class::Lower(0));
        assert_eq!(class("x/A.AL", ""), Class::Lower(0));
        assert_eq!(class("x/a.d.be", ""), Class::Lower(0));
        assert_eq!(class("x/a.be", ""), Class::Lower(1));
        assert_eq!(class("Alphafile", ""), Class::Lower(0));
        assert_eq!(
            class("bin/tool", "#!/usr/bin/env -S alpha -x\n"),
            Class::Lower(0)
        );
        assert_eq!(class("bin/tool", "#!/usr/bin/alpha3.12\n"), Class::Lower(0));
        assert_eq!(
            gap(&class("bin/tool", "#!/bin/sh\n")),
            Some(reason::NO_IMPORTER)
        );
    }

    #[test]
    fn what_is_not_lowered_says_why() {
        let languages = languages(&["beta"]);
        let class = |path, size| languages.classify(path, size, 1_000, &[]);
        assert_eq!(gap(&class("a.al", 10)), Some(reason::LANGUAGE_LEFT_OUT));
        assert_eq!(gap(&class("a.be", 1_001)), Some(reason::TOO_LARGE));
        // What a program wrote is built like the rest: other files call it, and it calls them.
        assert_eq!(class("generated/a.be", 1), Class::Lower(1));
        assert_eq!(gap(&class("a.rs", 1)), Some(reason::NO_IMPORTER));
        assert_eq!(gap(&class("a.xyz", 1)), Some(reason::UNKNOWN_KIND));
    }

    #[test]
    fn documents_and_settings_are_no_gaps() {
        for (path, expected) in [
            ("README", FileRole::Documentation),
            ("docs/a.md", FileRole::Documentation),
            ("tests/notes.rst", FileRole::Documentation),
            ("pyproject.toml", FileRole::Configuration),
            (".gitignore", FileRole::Configuration),
            ("data.csv", FileRole::Other),
        ] {
            let Class::List(listed) = class(path, "") else {
                panic!("{path}")
            };
            assert_eq!((listed.role, listed.gap), (expected, None), "{path}");
        }
    }
}
