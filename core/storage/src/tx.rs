//! The transaction: every access goes through one.

use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Sqlite, Transaction};

use crate::api_key::ApiKeys;
use crate::audit::Audit;
use crate::error::{Named, StorageError};
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

/// A transaction; what it changed is there after [`Tx::commit`], and gone when it is dropped without.
pub struct Tx {
    inner: Inner,
    named: Named,
}

enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
}

impl Tx {
    pub(crate) fn sqlite(inner: Transaction<'static, Sqlite>, named: Named) -> Self {
        Self {
            inner: Inner::Sqlite(inner),
            named,
        }
    }

    /// Keeps what was changed.
    pub async fn commit(self) -> Result<(), StorageError> {
        let done = match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
        };
        done.map_err(|error| self.named.explain(error))
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
        let done = match &mut self.inner {
            Inner::Sqlite(tx) => sqlx_query(&statement)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
        };
        done.map_err(|error| self.named.explain(error))
    }

    /// Runs a statement that inserts what must be unique.
    pub(crate) async fn insert(
        &mut self,
        statement: Statement,
        noun: &'static str,
    ) -> Result<(), StorageError> {
        let done = match &mut self.inner {
            Inner::Sqlite(tx) => sqlx_query(&statement).execute(&mut **tx).await,
        };
        match done {
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                Err(StorageError::Conflict(noun))
            }
            Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
                Err(StorageError::Gone(noun))
            }
            Err(error) => Err(self.named.explain(error)),
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
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let rows: Result<Vec<SqliteRow>, _> =
                    sqlx_query(&statement).fetch_all(&mut **tx).await;
                let rows = rows.map_err(|error| self.named.explain(error))?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
        }
    }

    pub(crate) async fn row(&mut self, statement: Statement) -> Result<Option<Row>, StorageError> {
        Ok(self.rows(statement).await?.into_iter().next())
    }
}

fn sqlx_query(statement: &Statement) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
    let mut query = sqlx::query(statement.text);
    for value in &statement.values {
        query = match value.clone() {
            Value::Null => query.bind(None::<String>),
            Value::Text(text) => query.bind(text),
            Value::Int(number) => query.bind(number),
            Value::Real(number) => query.bind(number),
        };
    }
    query
}
