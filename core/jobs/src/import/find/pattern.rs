//! The globs of a request.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::super::error::ImportError;

/// Which paths a request wants.
#[derive(Clone, Debug)]
pub struct Patterns {
    /// None is everything.
    include: Option<GlobSet>,
    exclude: GlobSet,
}

impl Patterns {
    /// Reads globs. A pattern without `/` fits names at any depth; one that fits a folder fits all below it.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, ImportError> {
        Ok(Self {
            include: if include.is_empty() {
                None
            } else {
                Some(set(include)?)
            },
            exclude: set(exclude)?,
        })
    }

    /// Whether a file is wanted.
    pub fn wants(&self, path: &str) -> bool {
        self.include
            .as_ref()
            .is_none_or(|include| include.is_match(path))
            && !self.exclude.is_match(path)
    }

    /// Whether a folder is left out with all that is in it.
    pub fn excludes_folder(&self, path: &str) -> bool {
        self.exclude.is_match(path)
    }
}

fn set(patterns: &[String]) -> Result<GlobSet, ImportError> {
    let bad = |pattern: &str, error: &globset::Error| ImportError::Glob {
        pattern: pattern.to_owned(),
        problem: error.kind().to_string(),
    };
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let trimmed = pattern.trim_end_matches('/');
        let rooted = match trimmed
            .strip_prefix("./")
            .or_else(|| trimmed.strip_prefix('/'))
        {
            Some(rooted) => rooted.to_owned(),
            None if trimmed.contains('/') => trimmed.to_owned(),
            None => format!("**/{trimmed}"),
        };
        if trimmed.is_empty() {
            return Err(ImportError::Glob {
                pattern: pattern.clone(),
                problem: "it is empty".into(),
            });
        }
        for glob in [rooted.clone(), format!("{rooted}/**")] {
            let glob = GlobBuilder::new(&glob)
                .literal_separator(true)
                .build()
                .map_err(|e| bad(pattern, &e))?;
            set.add(glob);
        }
    }
    set.build()
        .map_err(|error| bad(&patterns.join(", "), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(include: &[&str], exclude: &[&str], path: &str) -> bool {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        Patterns::new(&owned(include), &owned(exclude))
            .unwrap()
            .wants(path)
    }

    #[test]
    fn globs() {
        assert!(wants(&[], &[], "a/b.py"));
        assert!(wants(&["*.py"], &[], "a/b/c.py"));
        assert!(!wants(&["*.py"], &[], "a/b/c.pyi"));
        assert!(wants(&["src"], &[], "src/a/b.py"));
        assert!(wants(&["src/"], &[], "x/src/b.py"));
        assert!(!wants(&["/src"], &[], "x/src/b.py"));
        assert!(wants(&["src/*.py"], &[], "src/a.py"));
        assert!(!wants(&["src/*.py"], &[], "src/a/b.py"));
        assert!(wants(&["src/**/*.py"], &[], "src/a/b.py"));
        assert!(!wants(&[], &["tests"], "a/tests/t.py"));
        assert!(!wants(&["*.py"], &["test_*"], "test_x.py"));
    }

    #[test]
    fn what_is_no_glob_is_named() {
        for pattern in ["[a", "", "/", "a{b"] {
            let error = Patterns::new(&[pattern.to_owned()], &[]).unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("'{pattern}' is no glob")),
                "{error}"
            );
        }
    }
}
