//! Opening the database.

use sqlx::migrate::Migrator;

use crate::error::StorageError;
use crate::location::Location;
use crate::postgres::PostgresDb;
use crate::sqlite::SqliteDb;
use crate::tx::Tx;

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    /// SQLite: one writer and a few readers, each a connection.
    Sqlite(SqliteDb),
    /// PostgreSQL: a pool of connections for each of them.
    Postgres(PostgresDb),
}

/// What [`Db::migrate`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Revision before; 0 where there were no tables.
    pub from: i64,
    /// Revision now.
    pub to: i64,
}

impl Db {
    /// Opens the database, making the file where it is one that is not there, and brings its tables to this version.
    ///
    /// Several processes may do so at once: migrations run in one transaction, under a lock.
    pub async fn open(location: &Location) -> Result<Self, StorageError> {
        match location {
            Location::Sqlite(path) => SqliteDb::open(path).await.map(Self::Sqlite),
            Location::Postgres(url) => Box::pin(PostgresDb::open(url)).await.map(Self::Postgres),
        }
    }

    /// Brings the tables of a database to a revision, or to this version's, and says from where it came.
    ///
    /// # Errors
    /// [`StorageError::NoRevision`] where there is no such revision, or the tables are past it: they never go back.
    pub async fn migrate(location: &Location, to: Option<i64>) -> Result<Migrated, StorageError> {
        match location {
            Location::Sqlite(path) => SqliteDb::migrate_to(path, to).await,
            Location::Postgres(url) => Box::pin(PostgresDb::migrate_to(url, to)).await,
        }
    }

    /// Begins a transaction that writes, and is the only one that does: what it read is so until it ends. It has that right from its
    /// first moment, so that it never has to give up half-way.
    pub async fn begin(&self) -> Result<Tx, StorageError> {
        match self {
            Self::Sqlite(db) => db.begin().await,
            Self::Postgres(db) => db.begin_alone().await,
        }
    }

    /// Begins a transaction that may write beside others of its kind, where the database can do that. Each of its statements has to
    /// be right by itself, whatever others change between two of them: a counter, a beat, a claim that skips what is locked.
    pub async fn begin_beside(&self) -> Result<Tx, StorageError> {
        match self {
            Self::Sqlite(db) => db.begin().await,
            Self::Postgres(db) => db.begin_beside().await,
        }
    }

    /// Begins a transaction that only reads: it sees one state and waits for nobody.
    pub async fn read(&self) -> Result<Tx, StorageError> {
        match self {
            Self::Sqlite(db) => db.read().await,
            Self::Postgres(db) => db.read().await,
        }
    }

    /// Closes all connections; SQLite's write-ahead log goes into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => db.close().await,
            Self::Postgres(db) => db.close().await,
        }
    }
}

/// The revision to go to: the one that is asked for, or the newest. There must be such a one, and it must not go back.
pub(crate) fn target(
    migrations: &Migrator,
    from: i64,
    asked: Option<i64>,
) -> Result<i64, StorageError> {
    let newest = newest(migrations);
    let to = asked.unwrap_or(newest);
    if to < from || migrations.iter().all(|migration| migration.version != to) {
        return Err(StorageError::NoRevision {
            asked: to,
            from,
            newest,
        });
    }
    Ok(to)
}

/// The revision of this program.
pub(crate) fn newest(migrations: &Migrator) -> i64 {
    let versions = migrations.iter().map(|migration| migration.version);
    versions.max().unwrap_or_default()
}
