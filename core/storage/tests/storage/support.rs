//! Databases of the tests' own.

use std::path::Path;

use codegraph_storage::{Db, Location};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::postgres;

/// Where a test's database is.
pub(crate) struct Place {
    pub(crate) location: Location,
    /// Of PostgreSQL; empty for SQLite.
    pub(crate) url: String,
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::parse(None, folder.path()).unwrap();
        Self {
            location,
            url: String::new(),
            folder,
        }
    }

    pub(crate) fn postgres() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = postgres::database();
        let location = Location::parse(Some(&url), folder.path()).unwrap();
        Self {
            location,
            url,
            folder,
        }
    }

    /// Runs statements beside the program.
    pub(crate) async fn sql(&self, statements: &'static str) {
        match &self.location {
            Location::Sqlite(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .foreign_keys(true);
                let mut connection = options.connect().await.unwrap();
                sqlx::raw_sql(statements)
                    .execute(&mut connection)
                    .await
                    .unwrap();
                connection.close().await.unwrap();
            }
            Location::Postgres(_) => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(statements)
                    .execute(&mut connection)
                    .await
                    .unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn open(&self) -> Db {
        Db::open(&self.location).await.unwrap()
    }
}

/// Runs each test on both databases.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    super::$name(crate::support::Place::sqlite()).await;
                }
            )*
        }
        mod on_postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    super::$name(crate::support::Place::postgres()).await;
                }
            )*
        }
    };
}
pub(crate) use on_both;
