//! The database on a PostgreSQL server, which several processes may share.
//!
//! Transactions see what others commit meanwhile (`READ COMMITTED`). So that code that reads and then writes need not think of that,
//! [`PostgresDb::begin_alone`] holds a lock that no other writer has; those of [`PostgresDb::begin_beside`] share it. Both give it back
//! with the end of their transaction, however that comes.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::db::{Migrated, newest, target};
use crate::error::{Place, StorageError};
use crate::location::PostgresUrl;
use crate::tx::{Tx, in_time};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/postgres");

/// So long a server may take to let a connection in, or to have one free.
const CONNECT: Duration = Duration::from_secs(5);
/// Settings of each connection: how long a statement waits for a lock, and how long a transaction may do nothing while it holds
/// some (its process was stopped, or its machine is gone).
const SETTINGS: [(&str, &str); 2] = [
    ("lock_timeout", "30s"),
    ("idle_in_transaction_session_timeout", "60s"),
];
/// Connections that write, and as many that read: a writer that waits for the lock keeps no reader from reading.
const CONNECTIONS: u32 = 8;
/// The lock that writers hold, alone or together: a number of ours among all that use advisory locks.
const WRITERS: i64 = 0x6364_6772_6170_6801;
/// The lock that a migration holds.
const MIGRATION: i64 = 0x6364_6772_6170_6802;

/// The PostgreSQL arm of [`Db`](crate::Db).
#[derive(Clone, Debug)]
pub struct PostgresDb {
    writers: PgPool,
    readers: PgPool,
    place: Place,
}

impl PostgresDb {
    pub(crate) async fn open(url: &PostgresUrl) -> Result<Self, StorageError> {
        let options = options(url)?;
        let place = Place::server(&options);
        let mut connection = connect(&options, &place).await?;
        let from = revision(&mut connection, &place).await?;
        // Where the tables are this version's, nothing is written: the user of a server's daily work needs no right to make tables.
        if from == newest(&MIGRATIONS) {
            check(&mut connection, &place).await?;
        } else {
            migrate(&mut connection, &place, None).await?;
        }
        connection
            .close()
            .await
            .map_err(|error| place.explain(error))?;
        let pool = || {
            PgPoolOptions::new()
                .min_connections(0)
                .max_connections(CONNECTIONS)
                .acquire_timeout(CONNECT)
                .connect_lazy_with(options.clone())
        };
        Ok(Self {
            writers: pool(),
            readers: pool(),
            place,
        })
    }

    pub(crate) async fn migrate_to(
        url: &PostgresUrl,
        to: Option<i64>,
    ) -> Result<Migrated, StorageError> {
        let options = options(url)?;
        let place = Place::server(&options);
        let mut connection = connect(&options, &place).await?;
        let from = revision(&mut connection, &place).await?;
        let to = target(&MIGRATIONS, from, to)?;
        migrate(&mut connection, &place, Some(to)).await?;
        connection
            .close()
            .await
            .map_err(|error| place.explain(error))?;
        Ok(Migrated { from, to })
    }

    pub(crate) async fn begin_alone(&self) -> Result<Tx, StorageError> {
        self.begin_with_lock("SELECT pg_advisory_xact_lock($1)")
            .await
    }

    pub(crate) async fn begin_beside(&self) -> Result<Tx, StorageError> {
        self.begin_with_lock("SELECT pg_advisory_xact_lock_shared($1)")
            .await
    }

    async fn begin_with_lock(&self, lock: &'static str) -> Result<Tx, StorageError> {
        let begun = async {
            let mut inner = self.writers.begin().await?;
            sqlx::query(lock).bind(WRITERS).execute(&mut *inner).await?;
            Ok(inner)
        };
        let inner = Box::pin(in_time(begun))
            .await
            .map_err(|error| self.place.explain(error))?;
        Ok(Tx::postgres(inner, self.place.clone()))
    }

    pub(crate) async fn read(&self) -> Result<Tx, StorageError> {
        let begun = self
            .readers
            .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        let inner = Box::pin(in_time(begun))
            .await
            .map_err(|error| self.place.explain(error))?;
        Ok(Tx::postgres(inner, self.place.clone()))
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

fn options(url: &PostgresUrl) -> Result<PgConnectOptions, StorageError> {
    let options = url.options().map_err(|error| StorageError::Unreachable {
        server: "DATABASE_URL".to_owned(),
        detail: error.to_string(),
    })?;
    Ok(options
        .application_name("codegraph")
        .options(SETTINGS)
        .disable_statement_logging())
}

async fn connect(options: &PgConnectOptions, place: &Place) -> Result<PgConnection, StorageError> {
    let connected = tokio::time::timeout(CONNECT, options.connect()).await;
    let connected =
        connected.unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())));
    let mut connection = connected.map_err(|error| place.explain(error))?;
    let encoding: String = sqlx::query_scalar("SHOW server_encoding")
        .fetch_one(&mut connection)
        .await
        .map_err(|error| place.explain(error))?;
    if encoding != "UTF8" {
        return Err(StorageError::Encoding(encoding));
    }
    Ok(connection)
}

/// The revision that the tables are at; 0 where there are none.
async fn revision(connection: &mut PgConnection, place: &Place) -> Result<i64, StorageError> {
    let there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await
        .map_err(|error| place.explain(error))?;
    if !there {
        return Ok(0);
    }
    sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success")
        .fetch_one(connection)
        .await
        .map_err(|error| place.explain(error))
}

/// Sees to it that the migrations that were made are those of this program.
async fn check(connection: &mut PgConnection, place: &Place) -> Result<(), StorageError> {
    let made: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations")
            .fetch_all(connection)
            .await
            .map_err(|error| place.explain(error))?;
    let is_ours = |(version, checksum): &(i64, Vec<u8>)| {
        MIGRATIONS.iter().any(|migration| {
            migration.version == *version && migration.checksum.as_ref() == checksum.as_slice()
        })
    };
    if made.iter().all(is_ours) {
        Ok(())
    } else {
        Err(StorageError::TooNew)
    }
}

async fn migrate(
    connection: &mut PgConnection,
    place: &Place,
    to: Option<i64>,
) -> Result<(), StorageError> {
    let mut tx = connection
        .begin()
        .await
        .map_err(|error| place.explain(error))?;
    // Two first starts at the same moment: the second finds the tables made.
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(MIGRATION)
        .execute(&mut *tx)
        .await
        .map_err(|error| place.explain(error))?;
    MIGRATIONS
        .run_direct(to, &mut *tx, false)
        .await
        .map_err(|error| place.explain_migration(error))?;
    tx.commit().await.map_err(|error| place.explain(error))
}
