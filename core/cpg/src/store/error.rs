//! What can go wrong with a graph file, and with a question to it.

use std::path::PathBuf;

/// Why a graph could not be built or opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("there is no graph at {0}: import the project again")]
    Missing(PathBuf),
    /// The file is no graph of ours, is damaged, or an import of it never ended.
    #[error("the graph at {path} cannot be read ({reason}): import the project again")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The file is of another version of the schema.
    #[error(
        "the graph at {path} has schema version {found}, this program reads {wanted}: import the project again"
    )]
    SchemaVersion {
        /// The file.
        path: PathBuf,
        /// Version in the file.
        found: String,
        /// Version of this program.
        wanted: u32,
    },
    /// The path is in use for a file that has been replaced since.
    #[error(
        "the graph at {0} was replaced while it is in use: a revision needs a file name of its own"
    )]
    Replaced(PathBuf),
    /// A number or text of the import does not fit the schema.
    #[error("the import gave something that a graph cannot hold: {0}")]
    Input(String),
    /// The loader ended early; later calls get this, the first one the cause.
    #[error("the graph could not be written: {0}")]
    Loader(String),
    /// DuckDB refused.
    #[error("the graph database failed: {0}")]
    Engine(String),
    /// The file system refused.
    #[error("the graph file {path} could not be written: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

impl From<duckdb::Error> for StoreError {
    fn from(error: duckdb::Error) -> Self {
        Self::Engine(error.to_string())
    }
}

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The catalogue has no query of that name.
    #[error("there is no query named {name:?}; the catalogue has: {known}")]
    UnknownQuery {
        /// What was asked for.
        name: String,
        /// All names, separated by commas.
        known: String,
    },
    /// Parameters differ from what the query takes.
    #[error("query {query} takes ({takes}): {problem}")]
    Parameters {
        /// Name of the query.
        query: String,
        /// Its parameters with their types.
        takes: String,
        /// What does not fit.
        problem: String,
    },
    /// An edge kind that cannot be searched along.
    #[error("there are no edges {name:?} to search along; there are: {known}")]
    UnknownEdges {
        /// What was asked for.
        name: String,
        /// All names, separated by commas.
        known: String,
    },
    /// Another argument has no meaning.
    #[error("{0}")]
    Invalid(String),
    /// A limit was reached before the answer was there.
    #[error("the query was stopped: {0}")]
    Budget(String),
    /// The caller stopped it.
    #[error("the query was cancelled")]
    Cancelled,
    /// The graph has no text of that file.
    #[error("the graph holds no source text of {0:?}")]
    NoSource(String),
    /// DuckDB refused.
    #[error("the graph database failed: {0}")]
    Engine(String),
}

impl From<duckdb::Error> for QueryError {
    fn from(error: duckdb::Error) -> Self {
        Self::Engine(error.to_string())
    }
}
