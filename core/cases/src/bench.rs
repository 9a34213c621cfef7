//! The real thing: a host with plugins, imports as the command line makes them, a data folder that goes when all is done.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use codegraph_cpg::store::{Graph, GraphStore, StoreOptions};
use codegraph_egress::{AllowList, Egress};
use codegraph_jobs::import::{self, ImportContext, ImportOptions, Silent};
use codegraph_model::{Clock, DataFolder, GroupId, ImportMode, ImportRequest, Origin, ProjectName};
use codegraph_plugin_host::types::PluginKind;
use codegraph_plugin_host::{Compiler, HostConfig, PluginHost, PluginState};
use codegraph_storage::{Db, Location};
use tempfile::TempDir;

use crate::CasesError;

/// A host with plugins, and a data folder.
pub struct Bench {
    context: ImportContext,
    /// Where plugins were put that are to be tested.
    put: PathBuf,
    _folder: TempDir,
}

impl Bench {
    /// Starts a host with the plugins of some files, which go before those of the same id in some folders. Without a `cache` for
    /// compiled plugins they are compiled anew.
    pub async fn start(
        files: &[PathBuf],
        folders: Vec<PathBuf>,
        compiler: Compiler,
        cache: Option<PathBuf>,
    ) -> Result<Self, CasesError> {
        let folder = tempfile::tempdir().map_err(CasesError::io("make", std::env::temp_dir()))?;
        let put = folder.path().join("plugins");
        std::fs::create_dir(&put).map_err(CasesError::io("make", &put))?;
        for (number, file) in files.iter().enumerate() {
            if !file.is_file() {
                return Err(CasesError::Missing(file.clone()));
            }
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            // Two of the same name may come from two folders.
            let copy = put.join(format!("{number}-{name}"));
            std::fs::copy(file, &copy).map_err(CasesError::io("read", file))?;
        }
        // Nothing depends on the time.
        let clock = Clock::fixed(jiff::Timestamp::default());
        let directories = std::iter::once(put.clone()).chain(folders).collect();
        let cache = cache.unwrap_or_else(|| folder.path().join("cache"));
        let config = HostConfig::new(directories, cache, compiler, clock.clone());
        let setup = |error: &dyn std::fmt::Display| CasesError::Setup(error.to_string());
        let host = PluginHost::start(config)
            .await
            .map_err(|error| setup(&error))?;
        let data = DataFolder::new(folder.path().join("data"));
        std::fs::create_dir_all(data.graphs()).map_err(CasesError::io("make", data.graphs()))?;
        let db = Db::open(&Location::Sqlite(data.root().join("codegraph.db")))
            .await
            .map_err(|error| setup(&error))?;
        let graphs = GraphStore::new(StoreOptions {
            directories: vec![data.graphs()],
            ..StoreOptions::default()
        })
        .map_err(|error| setup(&error))?;
        let context = ImportContext {
            db,
            data,
            host,
            graphs,
            // Nothing may be dialled.
            egress: Arc::new(Egress::system(AllowList::new([]))),
            clock,
            options: ImportOptions {
                parallel_files: 2,
                bytes_in_work: 64 << 20,
                max_file_bytes: 4 << 20,
                max_files: 10_000,
                graph_memory: 512 << 20,
                fetch_time: Duration::from_secs(1),
                fetch_bytes: 0,
                fetch_depth: 1,
                rows_at_once: 1 << 16,
                launcher: "codegraph".into(),
                strict_sandbox: false,
                extra_ca: None,
            },
        };
        Ok(Self {
            context,
            put,
            _folder: folder,
        })
    }

    /// The host.
    pub fn host(&self) -> &PluginHost {
        &self.context.host
    }

    /// The host, to be kept.
    pub fn host_shared(&self) -> Arc<PluginHost> {
        Arc::clone(&self.context.host)
    }

    /// The graphs.
    pub fn graphs(&self) -> &GraphStore {
        &self.context.graphs
    }

    /// Ids of the plugins of the files that the host was started with; what cannot be called is an error.
    pub fn tested(&self) -> Result<Vec<String>, CasesError> {
        let mut ids = Vec::new();
        for plugin in self.host().plugins() {
            if plugin.path.parent() != Some(&self.put) {
                continue;
            }
            if let PluginState::Refused { reason } = &plugin.state {
                return Err(CasesError::Plugin {
                    plugin: plugin.id,
                    reason: reason.to_string(),
                });
            }
            ids.push(plugin.id);
        }
        Ok(ids)
    }

    /// Whether a plugin is an importer; else it is a scenario.
    pub(crate) fn is_importer(&self, id: &str) -> Result<bool, CasesError> {
        let plugins = self.host().plugins();
        let found = plugins
            .iter()
            .find(|plugin| plugin.id == id && plugin.state == PluginState::Ready);
        match found.and_then(|plugin| plugin.kind) {
            Some(kind) => Ok(kind == PluginKind::Importer),
            None => Err(CasesError::Plugin {
                plugin: id.into(),
                reason: "it is not loaded".into(),
            }),
        }
    }

    /// Imports a folder and opens its graph.
    pub async fn import(&self, name: &str, source: &Path) -> Result<Arc<Graph>, String> {
        let request = ImportRequest {
            origin: Origin::Folder {
                path: source
                    .to_str()
                    .ok_or("the path is no text in UTF-8")?
                    .to_owned(),
            },
            project: ProjectName::from_any(name),
            group: GroupId::DEFAULT,
            languages: Vec::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            skip_dependency_folders: true,
            mode: ImportMode::Full,
        };
        let cancel = codegraph_jobs::Cancel::default();
        let report = import::run(&self.context, request, Arc::new(Silent), cancel)
            .await
            .map_err(|error| error.to_string())?;
        let path = self
            .context
            .data
            .graph(report.repository_id, report.revision_id);
        self.context
            .graphs
            .open(&path)
            .map_err(|error| error.to_string())
    }
}
