//! The database as an SQLite file.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::db::{Migrated, target};
use crate::error::{Place, StorageError};
use crate::tx::Tx;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/sqlite");

/// How long a writer waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest pause before a first start that met another one tries again.
const OPEN_PAUSE: Duration = Duration::from_millis(100);
/// Readers at the same time; SQLite in WAL mode lets them read while one writes.
const READERS: u32 = 4;

/// The SQLite arm of [`Db`](crate::Db).
#[derive(Clone, Debug)]
pub struct SqliteDb {
    writer: SqlitePool,
    readers: SqlitePool,
    place: Place,
}

impl SqliteDb {
    pub(crate) async fn open(path: &Path) -> Result<Self, StorageError> {
        let place = Place::File(path.to_owned());
        make_folder(path)?;
        // SQLite does not ask its busy handler when a file goes over to WAL, nor when the last user of one closes it: of
        // several first starts at the same moment some are refused at once, and have to try again.
        let started = tokio::time::Instant::now();
        let mut pause = Duration::from_millis(2);
        loop {
            match Self::connect(path, place.clone()).await {
                Err(StorageError::Busy) if started.elapsed() < BUSY_TIMEOUT => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(OPEN_PAUSE);
                }
                outcome => return outcome,
            }
        }
    }

    async fn connect(path: &Path, place: Place) -> Result<Self, StorageError> {
        let options = options(path);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_with(options.clone())
            .await
            .map_err(|e| place.explain(e))?;
        let mut db = Self {
            readers: writer.clone(),
            writer,
            place,
        };
        db.check().await?;
        db.migrate().await?;
        db.readers = SqlitePoolOptions::new()
            .min_connections(0)
            .max_connections(READERS)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_lazy_with(options.pragma("query_only", "1"));
        Ok(db)
    }

    pub(crate) async fn migrate_to(path: &Path, to: Option<i64>) -> Result<Migrated, StorageError> {
        let place = Place::File(path.to_owned());
        make_folder(path)?;
        let mut connection = options(path)
            .connect()
            .await
            .map_err(|e| place.explain(e))?;
        let applied: Result<i64, sqlx::Error> =
            sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations")
                .fetch_one(&mut connection)
                .await;
        // A database without the table has no revision yet.
        let from = applied.unwrap_or(0);
        let to = target(&MIGRATIONS, from, to)?;
        let mut tx = connection
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(|e| place.explain(e))?;
        MIGRATIONS
            .run_direct(Some(to), &mut *tx, false)
            .await
            .map_err(|e| place.explain_migration(e))?;
        tx.commit().await.map_err(|e| place.explain(e))?;
        Ok(Migrated { from, to })
    }

    /// Begins a transaction that holds the write lock from its first moment.
    pub(crate) async fn begin(&self) -> Result<Tx, StorageError> {
        let inner = self.writer.begin_with("BEGIN IMMEDIATE").await;
        let inner = inner.map_err(|e| self.place.explain(e))?;
        Ok(Tx::sqlite(inner, self.place.clone()))
    }

    pub(crate) async fn read(&self) -> Result<Tx, StorageError> {
        let inner = self.readers.begin().await;
        let inner = inner.map_err(|e| self.place.explain(e))?;
        Ok(Tx::sqlite(inner, self.place.clone()))
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Asks the engine whether the file is whole.
    async fn check(&self) -> Result<(), StorageError> {
        let verdict: Result<String, sqlx::Error> = sqlx::query_scalar("PRAGMA quick_check(1)")
            .fetch_one(&self.writer)
            .await;
        match verdict {
            Ok(text) if text == "ok" => Ok(()),
            Ok(detail) => Err(StorageError::Corrupt {
                path: self.place.path(),
                detail,
            }),
            Err(error) => Err(self.place.explain(error)),
        }
    }

    async fn migrate(&self) -> Result<(), StorageError> {
        // The transaction around it is what makes two first starts at the same moment safe.
        let mut tx = self
            .writer
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(|e| self.place.explain(e))?;
        // `run` would do the same, but its future cannot be sent between threads.
        MIGRATIONS
            .run_direct(None, &mut *tx, false)
            .await
            .map_err(|e| self.place.explain_migration(e))?;
        tx.commit().await.map_err(|e| self.place.explain(e))
    }
}

/// Makes the folder of the file, where it is not there.
fn make_folder(path: &Path) -> Result<(), StorageError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let Some(folder) = folder else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|error| StorageError::Open {
        path: path.to_owned(),
        detail: format!("cannot make the folder '{}': {error}", folder.display()),
    })
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged write survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
}
