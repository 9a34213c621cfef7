//! A statement and its rows, without a database's types.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::error::StorageError;

/// A value that is bound.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Text(String),
    Int(i64),
    Real(f64),
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Int(i64::from(truth))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        // Counts of rows and bytes: none comes near 2⁶³.
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<jiff::Timestamp> for Value {
    fn from(time: jiff::Timestamp) -> Self {
        Self::Int(time.as_microsecond())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A statement with what is bound to it.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) text: &'static str,
    pub(crate) values: Vec<Value>,
}

impl Statement {
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text,
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
}

impl Row {
    fn value<T>(&self, column: usize) -> Result<T, StorageError>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
    {
        match self {
            Self::Sqlite(row) => row
                .try_get(column)
                .map_err(|error| StorageError::Value(error.to_string())),
        }
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
