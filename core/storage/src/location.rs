//! Where the database is.

use std::fmt;
use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;

/// Where the database is: `DATABASE_URL`, or a file of the data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A database of a PostgreSQL server.
    Postgres(PostgresUrl),
}

/// Where a PostgreSQL server is and who calls it. It may hold a password, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

impl PostgresUrl {
    pub(crate) fn options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        self.0.parse()
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresUrl(…)")
    }
}

/// A `DATABASE_URL` that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLocation {
    /// A PostgreSQL URL that cannot be read. What is wrong with it is not said by its text: that may hold a password.
    #[error(
        "the PostgreSQL URL cannot be read: write 'postgres://<user>:<password>@<host>:<port>/<database>', and special characters of a password as '%40'"
    )]
    Postgres,
    /// A PostgreSQL URL that names no database.
    #[error(
        "the PostgreSQL URL names no database: write 'postgres://<user>:<password>@<host>:<port>/<database>'"
    )]
    NoDatabase,
    /// No path behind `sqlite:`.
    #[error("the database URL names no file: write 'sqlite:<file>'")]
    NoFile,
    /// A database in memory would be gone with each command.
    #[error("a database in memory does not outlive a command: write 'sqlite:<file>'")]
    InMemory,
    /// Something else. The text is the scheme only: an URL may hold a password.
    #[error("databases of scheme '{0}' are not supported: write 'sqlite:<file>' or 'postgres://…'")]
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
            .ok_or_else(|| BadLocation::Scheme("none".to_owned()))?;
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
            "postgres" | "postgresql" => postgres(scheme, rest),
            other => Err(BadLocation::Scheme(other.to_owned())),
        }
    }
}

fn postgres(scheme: &str, rest: &str) -> Result<Location, BadLocation> {
    // A driver that is named behind a plus has a parameter `ssl`, with the meaning of `sslmode`.
    let rest = if scheme.contains('+') {
        rest.replace("?ssl=", "?sslmode=")
            .replace("&ssl=", "&sslmode=")
    } else {
        rest.to_owned()
    };
    if !rest.starts_with("//") {
        return Err(BadLocation::Postgres);
    }
    let url = PostgresUrl(format!("postgres:{rest}"));
    let options = url.options().map_err(|_| BadLocation::Postgres)?;
    if options.get_database().is_none_or(str::is_empty) {
        return Err(BadLocation::NoDatabase);
    }
    Ok(Location::Postgres(url))
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
    fn takes_the_spellings_of_postgresql() {
        for url in [
            "postgres://anna:pw%40@db.example.org:5433/graphs",
            "postgresql://anna:pw%40@db.example.org:5433/graphs",
            "postgresql+asyncpg://anna:pw%40@db.example.org:5433/graphs",
        ] {
            let Ok(Location::Postgres(found)) = parse(url) else {
                panic!("{url}");
            };
            let options = found.options().unwrap();
            assert_eq!(
                (
                    options.get_host(),
                    options.get_port(),
                    options.get_username(),
                    options.get_database()
                ),
                ("db.example.org", 5433, "anna", Some("graphs"))
            );
        }
        let Ok(Location::Postgres(found)) = parse("postgresql+asyncpg://a@h/d?ssl=require") else {
            panic!("a driver's parameter");
        };
        let mode = found.options().unwrap().get_ssl_mode();
        assert!(
            matches!(mode, sqlx::postgres::PgSslMode::Require),
            "{mode:?}"
        );
        let Ok(Location::Postgres(found)) = parse("postgres:///graphs?host=/run/postgresql") else {
            panic!("a socket");
        };
        let options = found.options().unwrap();
        assert_eq!(options.get_socket().unwrap(), Path::new("/run/postgresql"));
    }

    #[test]
    fn says_what_is_wrong_and_shows_no_password() {
        for bad in [
            "postgres:",
            "postgres:d",
            "postgres://u:p@h:port/d",
            "postgres://u:p@h/d?sslmode=maybe",
        ] {
            assert_eq!(parse(bad), Err(BadLocation::Postgres), "{bad}");
        }
        assert_eq!(parse("postgres://u:p@h"), Err(BadLocation::NoDatabase));
        assert_eq!(parse("postgres://u:p@h/"), Err(BadLocation::NoDatabase));
        let shown = format!("{:?}", parse("postgres://u:secret@h/d"));
        assert!(!shown.contains("secret"), "{shown}");
        assert_eq!(
            parse("mysql://u:secret@h/d"),
            Err(BadLocation::Scheme("mysql".into()))
        );
        assert_eq!(parse("sqlite:"), Err(BadLocation::NoFile));
        assert_eq!(parse("sqlite::memory:"), Err(BadLocation::InMemory));
    }
}
