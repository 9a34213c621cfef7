//! A statement and its rows, without a database's types.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::error::StorageError;

/// A value that is bound. What is missing has a type, too: PostgreSQL asks for it.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Real(Option<f64>),
}

/// What can be bound, and what is bound where it is missing.
pub(crate) trait Bind: Into<Value> {
    const MISSING: Value;
}

impl Bind for String {
    const MISSING: Value = Value::Text(None);
}

impl Bind for &str {
    const MISSING: Value = Value::Text(None);
}

impl Bind for jiff::Timestamp {
    const MISSING: Value = Value::Int(None);
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        // PostgreSQL keeps no NUL in a text. Both databases get the same, so that a text reads the same from each.
        let text = if text.contains('\0') {
            text.replace('\0', "\u{fffd}")
        } else {
            text
        };
        Self::Text(Some(text))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(Some(number))
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        i64::from(truth).into()
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        // Counts of rows and bytes: none comes near 2⁶³.
        i64::try_from(number).unwrap_or(i64::MAX).into()
    }
}

impl From<jiff::Timestamp> for Value {
    fn from(time: jiff::Timestamp) -> Self {
        time.as_microsecond().into()
    }
}

impl<T: Bind> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(T::MISSING, Into::into)
    }
}

/// A statement with what is bound to it.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
    pub(crate) values: Vec<Value>,
}

impl Statement {
    pub(crate) fn new(text: &'static str) -> Self {
        Self::of_each(text, text)
    }

    /// A statement with a text for each database: only where one text cannot say it.
    pub(crate) fn of_each(sqlite: &'static str, postgres: &'static str) -> Self {
        Self {
            sqlite,
            postgres,
            values: Vec::new(),
        }
    }

    /// Binds the next value: the first is `$1`.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }
}

/// A row of a result; columns are read by their position.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    fn value<T>(&self, column: usize) -> Result<T, StorageError>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Sqlite>
            + sqlx::Type<sqlx::Sqlite>
            + for<'r> sqlx::Decode<'r, sqlx::Postgres>
            + sqlx::Type<sqlx::Postgres>,
    {
        let value = match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        };
        value.map_err(|error| StorageError::Value(error.to_string()))
    }

    pub(crate) fn text(&self, column: usize) -> Result<String, StorageError> {
        self.value(column)
    }

    pub(crate) fn int(&self, column: usize) -> Result<i64, StorageError> {
        self.value(column)
    }

    pub(crate) fn real(&self, column: usize) -> Result<f64, StorageError> {
        self.value(column)
    }

    pub(crate) fn optional_text(&self, column: usize) -> Result<Option<String>, StorageError> {
        self.value(column)
    }

    pub(crate) fn count(&self, column: usize) -> Result<u64, StorageError> {
        let number = self.int(column)?;
        u64::try_from(number).map_err(|_| StorageError::Value(format!("{number} is no count")))
    }

    pub(crate) fn truth(&self, column: usize) -> Result<bool, StorageError> {
        Ok(self.int(column)? != 0)
    }

    pub(crate) fn time(&self, column: usize) -> Result<jiff::Timestamp, StorageError> {
        time(self.int(column)?)
    }

    pub(crate) fn optional_time(
        &self,
        column: usize,
    ) -> Result<Option<jiff::Timestamp>, StorageError> {
        self.value::<Option<i64>>(column)?.map(time).transpose()
    }

    /// A value that stands as text: an id, a name.
    pub(crate) fn parsed<T>(&self, column: usize) -> Result<T, StorageError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        parse(&self.text(column)?)
    }

    pub(crate) fn optional_parsed<T>(&self, column: usize) -> Result<Option<T>, StorageError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        self.value::<Option<String>>(column)?
            .as_deref()
            .map(parse)
            .transpose()
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        column: usize,
    ) -> Result<T, StorageError> {
        serde_json::from_str(&self.text(column)?)
            .map_err(|error| StorageError::Value(error.to_string()))
    }
}

fn time(microseconds: i64) -> Result<jiff::Timestamp, StorageError> {
    jiff::Timestamp::from_microsecond(microseconds)
        .map_err(|error| StorageError::Value(error.to_string()))
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, StorageError> {
    text.parse()
        .map_err(|error: T::Err| StorageError::Value(error.to_string()))
}

impl Row {
    pub(crate) fn optional_json<T: serde::de::DeserializeOwned>(
        &self,
        column: usize,
    ) -> Result<Option<T>, StorageError> {
        let read = |text: String| {
            serde_json::from_str(&text).map_err(|error| StorageError::Value(error.to_string()))
        };
        self.optional_text(column)?.map(read).transpose()
    }
}

/// JSON text of a value that always has one.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| StorageError::Value(error.to_string()))
}
