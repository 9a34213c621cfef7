//! The transaction: every access goes through one.

use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::query::Query;
use sqlx::sqlite::SqliteRow;
use sqlx::{Database, Encode, Postgres, Sqlite, Transaction, Type};

use crate::api_key::ApiKeys;
use crate::audit::Audit;
use crate::error::{Place, StorageError};
use crate::group::Groups;
use crate::guess::Guesses;
use crate::job::Jobs;
use crate::lease::Leases;
use crate::login::Logins;
use crate::project::Projects;
use crate::repository::Repositories;
use crate::revision::Revisions;
use crate::session::Sessions;
use crate::sql::{Row, Statement, Value};
use crate::user::Users;

/// So long a server may take for a statement: longer than the longest wait for a lock, after which it answers by itself.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// A transaction; what it changed is there after [`Tx::commit`], and gone when it is dropped without.
pub struct Tx {
    inner: Inner,
    place: Place,
}

enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) fn sqlite(inner: Transaction<'static, Sqlite>, place: Place) -> Self {
        Self {
            inner: Inner::Sqlite(inner),
            place,
        }
    }

    pub(crate) fn postgres(inner: Transaction<'static, Postgres>, place: Place) -> Self {
        Self {
            inner: Inner::Postgres(inner),
            place,
        }
    }

    /// Keeps what was changed.
    pub async fn commit(self) -> Result<(), StorageError> {
        let done = match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => in_time(tx.commit()).await,
        };
        done.map_err(|error| self.place.explain(error))
    }

    /// Projects.
    pub fn projects(&mut self) -> Projects<'_> {
        Projects(self)
    }

    /// Repositories.
    pub fn repositories(&mut self) -> Repositories<'_> {
        Repositories(self)
    }

    /// Revisions.
    pub fn revisions(&mut self) -> Revisions<'_> {
        Revisions(self)
    }

    /// Leases.
    pub fn leases(&mut self) -> Leases<'_> {
        Leases(self)
    }

    /// Users.
    pub fn users(&mut self) -> Users<'_> {
        Users(self)
    }

    /// Logins and their refresh tokens.
    pub fn logins(&mut self) -> Logins<'_> {
        Logins(self)
    }

    /// API keys.
    pub fn api_keys(&mut self) -> ApiKeys<'_> {
        ApiKeys(self)
    }

    /// Guesses of passwords.
    pub fn guesses(&mut self) -> Guesses<'_> {
        Guesses(self)
    }

    /// The audit log.
    pub fn audit(&mut self) -> Audit<'_> {
        Audit(self)
    }

    /// Groups of projects and their members.
    pub fn groups(&mut self) -> Groups<'_> {
        Groups(self)
    }

    /// Jobs.
    pub fn jobs(&mut self) -> Jobs<'_> {
        Jobs(self)
    }

    /// Sessions of chat.
    pub fn sessions(&mut self) -> Sessions<'_> {
        Sessions(self)
    }

    /// Runs a statement and gives the number of rows that it changed.
    pub(crate) async fn run(&mut self, statement: Statement) -> Result<u64, StorageError> {
        let done = self.execute(statement).await;
        done.map_err(|error| self.place.explain(error))
    }

    /// Runs a statement that inserts what must be unique.
    pub(crate) async fn insert(
        &mut self,
        statement: Statement,
        noun: &'static str,
    ) -> Result<(), StorageError> {
        match self.execute(statement).await {
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                Err(StorageError::Conflict(noun))
            }
            Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
                Err(StorageError::Gone(noun))
            }
            Err(error) => Err(self.place.explain(error)),
        }
    }

    async fn execute(&mut self, statement: Statement) -> Result<u64, sqlx::Error> {
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let query = bound::<Sqlite>(statement.sqlite, statement.values);
                Ok(query.execute(&mut **tx).await?.rows_affected())
            }
            Inner::Postgres(tx) => {
                let query = bound::<Postgres>(statement.postgres, statement.values);
                Ok(in_time(query.execute(&mut **tx)).await?.rows_affected())
            }
        }
    }

    /// Runs a statement that must change one row.
    pub(crate) async fn change(
        &mut self,
        statement: Statement,
        noun: &'static str,
    ) -> Result<(), StorageError> {
        match self.run(statement).await? {
            1 => Ok(()),
            _ => Err(StorageError::Gone(noun)),
        }
    }

    pub(crate) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StorageError> {
        let rows = match &mut self.inner {
            Inner::Sqlite(tx) => {
                let query = bound::<Sqlite>(statement.sqlite, statement.values);
                let rows: Result<Vec<SqliteRow>, _> = query.fetch_all(&mut **tx).await;
                rows.map(|rows| rows.into_iter().map(Row::Sqlite).collect())
            }
            Inner::Postgres(tx) => {
                let query = bound::<Postgres>(statement.postgres, statement.values);
                let rows: Result<Vec<PgRow>, _> = in_time(query.fetch_all(&mut **tx)).await;
                rows.map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
        };
        rows.map_err(|error| self.place.explain(error))
    }

    pub(crate) async fn row(&mut self, statement: Statement) -> Result<Option<Row>, StorageError> {
        Ok(self.rows(statement).await?.into_iter().next())
    }
}

fn bound<D>(text: &'static str, values: Vec<Value>) -> Query<'static, D, D::Arguments>
where
    D: Database,
    Option<String>: Encode<'static, D> + Type<D>,
    Option<i64>: Encode<'static, D> + Type<D>,
    Option<f64>: Encode<'static, D> + Type<D>,
{
    values
        .into_iter()
        .fold(sqlx::query::<D>(text), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Int(number) => query.bind(number),
            Value::Real(number) => query.bind(number),
        })
}

/// A server that was stopped, or whose machine is gone, does not say so: who waits for it gives up.
pub(crate) async fn in_time<T>(
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
}
