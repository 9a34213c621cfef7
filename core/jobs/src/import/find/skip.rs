//! Folders that hold no source of the project: the built-in list, `data/skipped_folders.toml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

/// The built-in list of folders that are skipped.
#[derive(Debug)]
pub struct SkipRules(Vec<Rule>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    what: String,
    #[serde(default)]
    silent: bool,
    names: Vec<String>,
    #[serde(default)]
    beside: Vec<String>,
    #[serde(default)]
    inside: Vec<String>,
    #[serde(default)]
    unless_inside: Vec<String>,
}

/// Why a folder is skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// What such folders hold.
    pub what: String,
    /// Not even a gap: it holds no source at all.
    pub silent: bool,
}

impl SkipRules {
    /// The list.
    pub fn built_in() -> &'static Self {
        static RULES: LazyLock<SkipRules> = LazyLock::new(|| {
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            struct File {
                folder: Vec<Rule>,
            }
            let file: File = toml::from_str(include_str!("../data/skipped_folders.toml"))
                .expect("the list of skipped folders is tested");
            SkipRules(file.folder)
        });
        &RULES
    }

    /// Says whether a folder is skipped. `beside` has the names of the folder that it lies in; `inside` gives those of its own,
    /// and is asked for only where a rule needs them. Where dependency folders are wanted, version control is still skipped.
    pub fn skips(
        &self,
        name: &str,
        beside: &BTreeSet<String>,
        inside: impl Fn() -> BTreeSet<String>,
        dependencies_too: bool,
    ) -> Option<Skip> {
        let mut own = None;
        let rule = self.0.iter().find(|rule| {
            (dependencies_too || rule.silent)
                && rule.names.iter().any(|pattern| fits(pattern, name))
                && (rule.beside.is_empty() || holds(beside, &rule.beside))
                && (rule.inside.is_empty() || holds(own.get_or_insert_with(&inside), &rule.inside))
                && (rule.unless_inside.is_empty()
                    || !holds(own.get_or_insert_with(&inside), &rule.unless_inside))
        })?;
        Some(Skip {
            what: rule.what.clone(),
            silent: rule.silent,
        })
    }
}

fn holds(names: &BTreeSet<String>, patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| {
        if pattern.contains('*') {
            names.iter().any(|name| fits(pattern, name))
        } else {
            names.contains(pattern)
        }
    })
}

/// Whether a name fits a pattern in which `*` stands for any text.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut left) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or("");
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|&name| name.to_owned()).collect()
    }

    fn skips(name: &str, beside: &[&str], inside: &[&str]) -> Option<String> {
        SkipRules::built_in()
            .skips(name, &names(beside), || names(inside), true)
            .map(|skip| skip.what)
    }

    #[test]
    fn patterns() {
        for (pattern, name, is_fit) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "x", true),
            ("*.egg-info", "shop.egg-info", true),
            ("test_*", "test_", true),
            ("*.test.*", "a.test.js", true),
            ("*.test.*", "a.tests.js", false),
            ("a*a", "a", false),
            ("*_test.*", "a_test.b_test.c", true),
        ] {
            assert_eq!(fits(pattern, name), is_fit, "{pattern} {name}");
        }
    }

    #[test]
    fn dependencies_and_build_results() {
        assert_eq!(
            skips("node_modules", &[], &[]).as_deref(),
            Some("dependencies")
        );
        assert_eq!(
            skips("my-env", &[], &["bin", "pyvenv.cfg"]).as_deref(),
            Some("dependencies")
        );
        assert_eq!(skips("env", &[], &["mod.py"]), None);
        assert_eq!(
            skips("shop.egg-info", &[], &[]).as_deref(),
            Some("build results and caches")
        );
        assert_eq!(
            skips("target", &["Cargo.toml"], &[]).as_deref(),
            Some("build results")
        );
        assert_eq!(skips("target", &["pkg.py"], &[]), None);
    }

    #[test]
    fn a_package_that_is_called_build_is_source() {
        assert_eq!(
            skips("build", &["setup.py"], &["lib"]).as_deref(),
            Some("build results")
        );
        assert_eq!(skips("build", &["pyproject.toml"], &["__init__.py"]), None);
        assert_eq!(skips("build", &["main.py"], &[]), None);
    }

    #[test]
    fn version_control_is_skipped_whatever_is_wanted() {
        let rules = SkipRules::built_in();
        let none = BTreeSet::new();
        assert!(
            rules
                .skips(".git", &none, BTreeSet::new, false)
                .unwrap()
                .silent
        );
        assert_eq!(
            rules.skips("node_modules", &none, BTreeSet::new, false),
            None
        );
    }
}
