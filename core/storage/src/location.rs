//! Where the database is.

use std::path::{Path, PathBuf};

/// Where the database is: `DATABASE_URL`, or a file of the data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// An SQLite file.
    Sqlite(PathBuf),
}

/// A `DATABASE_URL` that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLocation {
    /// PostgreSQL, which has no arm yet.
    #[error("PostgreSQL is not supported yet: unset DATABASE_URL, or set it to 'sqlite:<file>'")]
    Postgres,
    /// No path behind `sqlite:`.
    #[error("the database URL names no file: write 'sqlite:<file>'")]
    NoFile,
    /// A database in memory would be gone with each command.
    #[error("a database in memory does not outlive a command: write 'sqlite:<file>'")]
    InMemory,
    /// Something else. The text is the scheme only: an URL may hold a password.
    #[error("databases of scheme '{0}' are not supported: write 'sqlite:<file>'")]
    Scheme(String),
}

impl Location {
    /// Reads a `DATABASE_URL`; without one, the database is `codegraph.db` in the data folder.
    pub fn parse(url: Option<&str>, data: &Path) -> Result<Self, BadLocation> {
        let Some(url) = url.map(str::trim).filter(|url| !url.is_empty()) else {
            return Ok(Self::Sqlite(data.join("codegraph.db")));
        };
        let (scheme, rest) = url
            .split_once(':')
            .ok_or_else(|| BadLocation::Scheme(url.to_owned()))?;
        // `postgresql+asyncpg:` names a driver behind the plus; so may `sqlite+…:`.
        match scheme.split('+').next().unwrap_or(scheme) {
            "sqlite" => {
                let file = rest.split('?').next().unwrap_or(rest);
                // `sqlite:///relative`, `sqlite:////absolute`, `sqlite:file` and `sqlite://file` are all in use.
                let file = match file.strip_prefix("///") {
                    Some(file) => file,
                    None => file.strip_prefix("//").unwrap_or(file),
                };
                if file.is_empty() {
                    return Err(BadLocation::NoFile);
                }
                if file == ":memory:" {
                    return Err(BadLocation::InMemory);
                }
                Ok(Self::Sqlite(PathBuf::from(file)))
            }
            "postgres" | "postgresql" => Err(BadLocation::Postgres),
            other => Err(BadLocation::Scheme(other.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Location, BadLocation> {
        Location::parse(Some(url), Path::new("/data"))
    }

    #[test]
    fn takes_the_spellings_in_use() {
        let file = |path: &str| Ok(Location::Sqlite(path.into()));
        assert_eq!(
            Location::parse(None, Path::new("/data")),
            file("/data/codegraph.db")
        );
        assert_eq!(parse(" "), file("/data/codegraph.db"));
        assert_eq!(parse("sqlite:x.db"), file("x.db"));
        assert_eq!(parse("sqlite:/var/x.db"), file("/var/x.db"));
        assert_eq!(parse("sqlite:///x.db?mode=rwc"), file("x.db"));
        assert_eq!(parse("sqlite:////var/x.db"), file("/var/x.db"));
        assert_eq!(parse("sqlite+aiosqlite:///x.db"), file("x.db"));
    }

    #[test]
    fn says_what_is_wrong_and_shows_no_password() {
        assert_eq!(
            parse("postgresql+asyncpg://u:p@h/d"),
            Err(BadLocation::Postgres)
        );
        assert_eq!(
            parse("mysql://u:secret@h/d"),
            Err(BadLocation::Scheme("mysql".into()))
        );
        assert_eq!(parse("sqlite:"), Err(BadLocation::NoFile));
        assert_eq!(parse("sqlite::memory:"), Err(BadLocation::InMemory));
    }
}
