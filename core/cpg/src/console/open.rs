//! Opens a graph file for untrusted SQL.

use std::path::{Path, PathBuf};

use duckdb::{Config, Connection};

use super::{Checked, SqlError, engine_error, gate};

/// What the engine may use. Each is a second line: the process has limits of its own.
#[derive(Clone, Debug)]
pub struct Options {
    /// Memory of the engine in bytes; parser and planner come on top.
    pub memory_bytes: u64,
    /// Temporary files in bytes.
    pub temporary_bytes: u64,
    /// The folder of temporary files. Give a relative path: it appears in error messages.
    pub temporary_folder: PathBuf,
    /// Threads that run queries.
    pub threads: u32,
    /// Whether statements may hold comments.
    pub comments: bool,
}

/// A graph file, opened for one statement of somebody else.
pub struct Console {
    pub(super) connection: Connection,
    comments: bool,
}

impl Console {
    /// Opens the file read-only with everything off that reaches out of it, and locks that.
    ///
    /// A file that cannot be opened gives [`SqlError::CorruptGraph`]; a damaged one may as well end the process, which is
    /// why this belongs in a child.
    pub fn open(path: &Path, options: &Options) -> Result<Self, SqlError> {
        let failed = |error: duckdb::Error| engine_error::translate(&error);
        let config = configuration(options).map_err(failed)?;
        let connection = Connection::open_with_flags(path, config).map_err(|error| {
            let message = match failed(error) {
                SqlError::CorruptGraph { message } | SqlError::Invalid { message, .. } => message,
                other => other.to_string(),
            };
            SqlError::CorruptGraph { message }
        })?;
        Ok(Self {
            connection,
            comments: options.comments,
        })
    }

    /// Decides whether the statement may run. It is not run, and names in it are not looked up: see [`Console::bind`].
    pub fn check(&self, sql: &str) -> Result<Checked, SqlError> {
        gate::check(sql, self.comments, |query| {
            self.connection
                .query_row("SELECT json_serialize_sql(?::VARCHAR)", [query], |row| {
                    row.get(0)
                })
                .map_err(|error| engine_error::translate(&error))
        })
    }

    /// Looks up the names and types of a checked statement without running it.
    pub fn bind(&self, checked: &Checked) -> Result<(), SqlError> {
        self.connection
            .prepare(&checked.sql)
            .map(drop)
            .map_err(|error| engine_error::translate(&error))
    }

    /// A handle by which another thread stops the statement that runs.
    pub fn interrupter(&self) -> impl Fn() + Send + 'static {
        let handle = self.connection.interrupt_handle();
        move || handle.interrupt()
    }
}

/// The settings, in an order that the engine accepts: the temporary folder is fixed once external access is off, all is
/// fixed once the configuration is locked.
fn configuration(options: &Options) -> duckdb::Result<Config> {
    let settings = [
        ("access_mode", "READ_ONLY".to_owned()),
        ("memory_limit", format!("{}B", options.memory_bytes)),
        ("threads", options.threads.to_string()),
        (
            "temp_directory",
            options.temporary_folder.display().to_string(),
        ),
        (
            "max_temp_directory_size",
            format!("{}B", options.temporary_bytes),
        ),
        // The default is 1000; statements of people do not come near it, and each level costs stack.
        ("max_expression_depth", "500".to_owned()),
        ("errors_as_json", "true".to_owned()),
        ("autoinstall_known_extensions", "false".to_owned()),
        ("autoload_known_extensions", "false".to_owned()),
        ("allow_community_extensions", "false".to_owned()),
        ("allow_unsigned_extensions", "false".to_owned()),
        ("allow_persistent_secrets", "false".to_owned()),
        ("enable_external_access", "false".to_owned()),
        ("lock_configuration", "true".to_owned()),
    ];
    settings
        .into_iter()
        .try_fold(Config::default(), |config, (name, value)| {
            config.with(name, value)
        })
}
