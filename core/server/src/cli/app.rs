//! What commands work with: configuration, and what is opened with it.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use codegraph_cpg::store::{GraphStore, StoreOptions};
use codegraph_model::{Clock, DataFolder};
use codegraph_plugin_host::{Compiler, HostConfig, PluginHost};
use codegraph_server::config::{Config, Environment, Flag, SecretUrl, load};
use codegraph_storage::{Db, Location};
use figment::Figment;

use super::Global;

pub(crate) struct App {
    pub(crate) config: Config,
    /// Says where each value came from.
    pub(crate) sources: Figment,
    pub(crate) clock: Clock,
    pub(crate) program: PathBuf,
}

impl App {
    pub(crate) fn new(global: Global) -> anyhow::Result<Self> {
        let environment = Environment {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            start_folder: std::env::current_dir().context("the current folder cannot be found")?,
        };
        let mut flags = Vec::new();
        if let Some(value) = global.data_dir {
            flags.push(Flag {
                name: "--data-dir",
                key: "paths.data_dir",
                value,
            });
        }
        if global.verbose {
            flags.push(Flag {
                name: "--verbose",
                key: "log.filter",
                value: "codegraph=debug,warn".into(),
            });
        }
        let (config, sources) = load(&environment, global.config.as_deref(), &flags)?;
        start_log(&config.log.filter)?;
        let program = std::env::current_exe().context("this program's own file cannot be found")?;
        Ok(Self {
            config,
            sources,
            clock: Clock::new(jiff::Timestamp::now),
            program,
        })
    }

    pub(crate) fn data(&self) -> DataFolder {
        DataFolder::new(&self.config.paths.data_dir)
    }

    pub(crate) async fn db(&self) -> anyhow::Result<Db> {
        let url = self.config.database.url.as_ref().map(SecretUrl::expose);
        let location = Location::parse(url, &self.config.paths.data_dir)?;
        Ok(Db::open(&location).await?)
    }

    /// The database, where there must be one already: a question makes no data folder.
    pub(crate) async fn existing_db(&self) -> anyhow::Result<Option<Db>> {
        let is_usual = self.config.database.url.is_none();
        if is_usual && !self.config.paths.data_dir.join("codegraph.db").exists() {
            return Ok(None);
        }
        self.db().await.map(Some)
    }

    /// Folders with plugins: the one beside the program first.
    pub(crate) fn plugin_folders(&self) -> Vec<PathBuf> {
        let beside = self.program.parent().map(|folder| folder.join("plugins"));
        beside
            .into_iter()
            .chain(self.config.paths.plugin_dirs.iter().cloned())
            .collect()
    }

    pub(crate) async fn host(&self) -> anyhow::Result<Arc<PluginHost>> {
        let config = HostConfig::new(
            self.plugin_folders(),
            self.config.paths.cache_dir.join("plugins"),
            Compiler::Child(self.program.clone()),
            self.clock.clone(),
        );
        Ok(PluginHost::start(config).await?)
    }

    /// Opens graphs for questions.
    pub(crate) fn graphs(&self) -> anyhow::Result<GraphStore> {
        Ok(GraphStore::new(self.graph_options())?)
    }

    /// Opens graphs for imports: each is read once, by the import that takes its place.
    pub(crate) fn graphs_to_replace(&self) -> anyhow::Result<GraphStore> {
        Ok(GraphStore::new(StoreOptions {
            keep_milliseconds: 0,
            ..self.graph_options()
        })?)
    }

    fn graph_options(&self) -> StoreOptions {
        let graph = &self.config.graph;
        StoreOptions {
            directories: vec![self.data().graphs()],
            answers_folder: Some(self.config.paths.cache_dir.join("answers")),
            memory_limit: graph.memory_bytes,
            threads: or_cores(graph.threads) as u32,
            ..StoreOptions::default()
        }
    }
}

/// A number of threads; 0 stands for the machine's cores.
pub(crate) fn or_cores(number: u64) -> usize {
    match usize::try_from(number) {
        Ok(0) | Err(_) => std::thread::available_parallelism().map_or(1, usize::from),
        Ok(number) => number,
    }
}

fn start_log(filter: &str) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::builder()
        .parse(filter)
        .with_context(|| {
            format!("log.filter: '{filter}' is no filter such as 'warn' or 'codegraph_jobs=debug'")
        })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    Ok(())
}
