//! How the host is set up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use codegraph_model::Clock;

use crate::capability::graph::SqlRunner;
use crate::compile::Compiler;
use crate::contract::Capability;
use crate::limits::Limits;

/// How the host is set up.
#[derive(Clone)]
pub struct HostConfig {
    /// Folders with `*.wasm`; where two files have the same plugin, the earlier folder wins.
    pub directories: Vec<PathBuf>,
    /// Folder for compiled plugins; made with mode 0700 where it is missing.
    pub cache: PathBuf,
    /// What compiles.
    pub compiler: Compiler,
    /// What plugins may cost.
    pub limits: Limits,
    /// Whether changes in the folders are picked up by themselves.
    pub watch: bool,
    /// How long the folders must be quiet before changes are picked up.
    pub debounce: Duration,
    /// Settings by plugin; checked against the manifest's schema.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// What is granted.
    pub grants: Grants,
    /// Runs SQL of plugins; none: they cannot.
    pub sql: Option<Arc<dyn SqlRunner>>,
    /// The time.
    pub clock: Clock,
}

impl HostConfig {
    /// Usual limits, a watcher, no settings, the usual grants.
    pub fn new(
        directories: Vec<PathBuf>,
        cache: PathBuf,
        compiler: Compiler,
        clock: Clock,
    ) -> Self {
        Self {
            directories,
            cache,
            compiler,
            limits: Limits::default(),
            watch: false,
            debounce: Duration::from_millis(300),
            settings: BTreeMap::new(),
            grants: Grants::default(),
            sql: None,
            clock,
        }
    }
}

/// What plugins are granted of what they ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grants {
    /// For plugins without an entry of their own.
    pub usual: BTreeSet<Capability>,
    /// By plugin.
    pub plugins: BTreeMap<String, BTreeSet<Capability>>,
}

impl Default for Grants {
    /// Reading the graph is usual; SQL text is not.
    fn default() -> Self {
        let usual = Capability::ALL
            .into_iter()
            .filter(|&capability| capability != Capability::GraphSql)
            .collect();
        Self {
            usual,
            plugins: BTreeMap::new(),
        }
    }
}

impl Grants {
    /// What a plugin gets of what it asks for.
    pub(crate) fn of(&self, plugin: &str, asked: &BTreeSet<Capability>) -> BTreeSet<Capability> {
        asked & self.plugins.get(plugin).unwrap_or(&self.usual)
    }
}
