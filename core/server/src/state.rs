//! What all handlers share.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use codegraph_auth::Auth;
use codegraph_cpg::store::GraphStore;
use codegraph_model::{Clock, DataFolder};
use codegraph_plugin_host::PluginHost;
use codegraph_storage::{Db, StorageError, Tx};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Notify, watch};

use crate::client_address::TrustedProxies;
use crate::config::Config;
use crate::error::{ApiError, ApiResult, Code};
use crate::limits::Quotas;
use crate::live::Live;
use crate::sql::Runner;
use crate::text_indexes::TextIndexes;
use crate::warming::Warming;

/// How long a request waits for plugins that are still being loaded.
const PLUGINS_WAIT: Duration = Duration::from_secs(30);

/// What all handlers share; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// What a state is made of.
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// The relational database. Handlers come to it through [`crate::caller::Caller`].
    pub db: Db,
    /// Who calls.
    pub auth: Auth,
    /// The data folder.
    pub data: DataFolder,
    /// Graphs that are read.
    pub graphs: GraphStore,
    /// Text indexes that are searched.
    pub texts: TextIndexes,
    /// Computes in the background what will be asked of them.
    pub warming: Warming,
    /// Plugins, once they are loaded.
    pub plugins: Plugins,
    /// Runs SQL in children.
    pub sql: Runner,
    /// The time.
    pub clock: Clock,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
    /// How often somebody may call.
    pub quotas: Quotas,
    /// What stays open.
    pub live: Live,
    /// What was measured.
    pub metrics: PrometheusHandle,
    /// Tells the workers of this process that there is a job.
    pub job_added: Arc<Notify>,
    /// The program: children are copies of it.
    pub program: PathBuf,
    /// When it started.
    pub started: Instant,
}

/// Plugins that may still be loading: the server answers before they are there.
#[derive(Clone)]
pub struct Plugins(watch::Receiver<Option<Result<Arc<PluginHost>, Arc<str>>>>);

/// Says that plugins are there.
pub struct PluginsLoaded(watch::Sender<Option<Result<Arc<PluginHost>, Arc<str>>>>);

impl Plugins {
    /// Plugins to come, and what says that they came.
    pub fn to_come() -> (PluginsLoaded, Self) {
        let (sender, receiver) = watch::channel(None);
        (PluginsLoaded(sender), Self(receiver))
    }

    /// Plugins that are there.
    pub fn ready(host: Arc<PluginHost>) -> Self {
        let (sender, plugins) = Self::to_come();
        sender.0.send_replace(Some(Ok(host)));
        plugins
    }

    /// The plugins, where they are there already.
    pub fn now(&self) -> Option<Arc<PluginHost>> {
        self.0.borrow().clone()?.ok()
    }

    /// Waits for the plugins; none where they cannot be loaded.
    pub async fn wait(&self) -> Option<Arc<PluginHost>> {
        let mut receiver = self.0.clone();
        let loaded = receiver.wait_for(Option::is_some).await.ok()?;
        loaded.clone()?.ok()
    }
}

impl PluginsLoaded {
    /// Says that they are there, or why not.
    pub fn set(&self, host: Result<Arc<PluginHost>, String>) {
        self.0.send_replace(Some(host.map_err(Arc::from)));
    }
}

impl AppState {
    /// Puts a state together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Tells WebSockets and streams to end: the server stops.
    pub fn close(&self) {
        self.0.live.close();
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }

    /// A transaction that reads. For the one door ([`crate::caller`]) and for what has no caller: health.
    pub(crate) async fn read(&self) -> Result<Tx, StorageError> {
        self.0.db.read().await
    }

    /// A transaction that writes. For the one door.
    pub(crate) async fn begin(&self) -> Result<Tx, StorageError> {
        self.0.db.begin().await
    }

    /// A transaction that writes beside others ([`Db::begin_beside`](codegraph_storage::Db::begin_beside)). For the one door.
    pub(crate) async fn begin_beside(&self) -> Result<Tx, StorageError> {
        self.0.db.begin_beside().await
    }

    /// The plugins, waiting for them a while.
    pub(crate) async fn plugins(&self) -> ApiResult<Arc<PluginHost>> {
        let loading =
            || ApiError::new(Code::Unavailable, "plugins are still being loaded").retry_after(5);
        match tokio::time::timeout(PLUGINS_WAIT, self.0.plugins.wait()).await {
            Ok(Some(host)) => Ok(host),
            Ok(None) => Err(ApiError::new(Code::Unavailable, "plugins cannot be loaded")),
            Err(_) => Err(loading()),
        }
    }
}
