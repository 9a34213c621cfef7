//! A host over a folder of its own, and a graph of one file.
#![expect(
    clippy::format_collect,
    reason = "a text of few lines, where speed does not matter"
)]

use std::path::PathBuf;
use std::sync::Arc;

use codegraph_cpg::store::{
    Budget, ColumnBatch, ColumnData, ColumnInfo, ColumnType, Interrupt, QueryError, ReachSpec,
    RevisionInfo, Rows, Value,
};
use codegraph_model::Clock;
use codegraph_plugin_host::types::{Answered, Ask, Chunk, FileContext, Lowered};
use codegraph_plugin_host::{
    Cancel, Compiler, GraphReader, HostConfig, PluginError, PluginHost, PluginState, PluginStatus,
    Refusal,
};
use tempfile::TempDir;
use tokio::sync::mpsc;

use codegraph_tests::plugins::guest::Guest;

/// A folder of plugins and what runs them.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) host: Arc<PluginHost>,
}

impl World {
    /// A host over these plugins, each in a file of its own.
    pub(crate) async fn with(guests: &[Guest]) -> Self {
        Self::with_config(guests, |_| {}).await
    }

    /// The same with a configuration that is changed first.
    pub(crate) async fn with_config(
        guests: &[Guest],
        change: impl FnOnce(&mut HostConfig),
    ) -> Self {
        let files: Vec<_> = guests
            .iter()
            .map(|guest| (guest.id.clone(), guest.build()))
            .collect();
        Self::with_files(&files, change).await
    }

    /// A host over these files.
    pub(crate) async fn with_files(
        files: &[(String, Vec<u8>)],
        change: impl FnOnce(&mut HostConfig),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plugins = folder.path().join("plugins");
        std::fs::create_dir(&plugins).unwrap();
        for (name, wasm) in files {
            std::fs::write(plugins.join(format!("{name}.wasm")), wasm).unwrap();
        }
        let clock = Clock::new(jiff::Timestamp::now);
        let mut config = HostConfig::new(
            vec![plugins],
            folder.path().join("cache"),
            Compiler::InProcess,
            clock,
        );
        change(&mut config);
        let host = PluginHost::start(config).await.unwrap();
        Self { folder, host }
    }

    /// Where a plugin's file is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder
            .path()
            .join("plugins")
            .join(format!("{name}.wasm"))
    }

    /// Puts a file in place whole, as an install does.
    pub(crate) fn install(&self, name: &str, wasm: &[u8]) {
        let whole = self.folder.path().join("incoming");
        std::fs::write(&whole, wasm).unwrap();
        std::fs::rename(whole, self.path(name)).unwrap();
    }

    /// What is known of a plugin's file.
    pub(crate) fn status(&self, name: &str) -> PluginStatus {
        let path = self.path(name);
        let found = self
            .host
            .plugins()
            .into_iter()
            .find(|status| status.path == path);
        found.unwrap_or_else(|| panic!("{name} is not listed"))
    }

    /// Why a plugin's file was refused.
    pub(crate) fn refusal(&self, name: &str) -> Refusal {
        match self.status(name).state {
            PluginState::Refused { reason } => reason,
            state => panic!("{name} is {state:?}"),
        }
    }

    /// Panics, with the reason, where a plugin cannot be called.
    pub(crate) fn ready(&self, name: &str) -> &Self {
        let status = self.status(name);
        assert_eq!(status.state, PluginState::Ready, "{name}");
        assert_eq!(status.newer, None, "{name}");
        self
    }

    /// Lowers a file of 100 bytes.
    pub(crate) async fn lower(&self, plugin: &str) -> Result<Lowered, PluginError> {
        let context = FileContext {
            path: "a.x".into(),
            module: "a".into(),
            language: "x".into(),
            ..FileContext::default()
        };
        self.host
            .lower(plugin, context, vec![b'x'; 100].into())
            .await
    }

    /// Asks a question about the graph of one file.
    pub(crate) async fn ask(&self, scenario: &str) -> (Result<Answered, PluginError>, Vec<Chunk>) {
        let (out, mut answer) = mpsc::channel(8);
        let ask = Ask {
            question: "where is f defined?".into(),
            ..Ask::default()
        };
        let call = self
            .host
            .ask(scenario, ask, Arc::new(OneFile), out, Cancel::new());
        let read = async {
            let mut chunks = Vec::new();
            while let Some(chunk) = answer.recv().await {
                chunks.push(chunk);
            }
            chunks
        };
        tokio::join!(call, read)
    }
}

/// A graph that holds `a.py` and one query.
pub(crate) struct OneFile;

impl GraphReader for OneFile {
    fn revision(&self) -> RevisionInfo {
        RevisionInfo {
            project: "one".into(),
            revision: "r1".into(),
            files: 1,
            ..RevisionInfo::default()
        }
    }

    fn query(
        &self,
        name: &str,
        _: &[Value],
        budget: Budget,
        _: &Interrupt,
    ) -> Result<Rows, QueryError> {
        if name != "definition" {
            return Err(QueryError::UnknownQuery {
                name: name.into(),
                known: "definition".into(),
            });
        }
        let rows = budget.rows.min(3);
        Ok(Rows {
            columns: vec![ColumnInfo {
                name: "id".into(),
                kind: ColumnType::Id,
            }],
            batches: vec![ColumnBatch {
                rows,
                columns: vec![ColumnData::Ids((1..=u64::from(rows)).collect())],
                nulls: vec![vec![]],
            }],
            truncated: rows < 3,
        })
    }

    fn reach(&self, _: &ReachSpec) -> Result<ColumnBatch, QueryError> {
        Err(QueryError::Invalid(
            "the graph of one file has no edges".into(),
        ))
    }

    fn source(&self, path: &str, first: u32, last: u32) -> Result<String, QueryError> {
        if path != "a.py" {
            return Err(QueryError::NoSource(path.into()));
        }
        let lines = ["def f():", "    return 1", "", "x = f()"];
        let last = if last == 0 { u32::MAX } else { last };
        let wanted = lines
            .iter()
            .zip(1..)
            .filter(|(_, line)| (first..=last).contains(line));
        Ok(wanted.map(|(line, _)| format!("{line}\n")).collect())
    }
}
