//! Imports as the command line makes them, in process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use codegraph_cpg::store::{GraphStore, StoreOptions};
use codegraph_egress::{AllowList, Egress};
use codegraph_jobs::import::{self, ImportContext, ImportOptions, Silent};
use codegraph_model::{
    Clock, DataFolder, GroupId, ImportMode, ImportReport, ImportRequest, Origin,
};
use codegraph_plugin_host::{Compiler, HostConfig, PluginHost};
use codegraph_storage::{Db, Location};
use tempfile::TempDir;

/// A host with the importers that were built, a data folder, and a folder to import.
pub(crate) struct World {
    pub(crate) context: ImportContext,
    folder: TempDir,
}

impl World {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let plugins = folder.path().join("plugins");
        std::fs::create_dir(&plugins).expect("a folder for plugins");
        for importer in super::super::built::all() {
            if importer.kind != "importer" {
                continue;
            }
            let target = plugins.join(format!("{}.wasm", importer.id));
            std::fs::copy(&importer.wasm, target).expect("a copy of the plugin");
        }
        let clock = Clock::new(jiff::Timestamp::now);
        let config = HostConfig::new(
            vec![plugins],
            folder.path().join("cache"),
            Compiler::InProcess,
            clock.clone(),
        );
        let host = PluginHost::start(config).await.expect("the host starts");
        let data = DataFolder::new(folder.path().join("data"));
        std::fs::create_dir_all(data.graphs()).expect("a folder for graphs");
        let db = Db::open(&Location::Sqlite(data.root().join("codegraph.db")))
            .await
            .expect("a database");
        let graphs = GraphStore::new(StoreOptions {
            directories: vec![data.graphs()],
            keep_milliseconds: 0,
            ..StoreOptions::default()
        });
        let context = ImportContext {
            db,
            data,
            host,
            graphs: graphs.expect("a graph store"),
            // Nothing may be dialled.
            egress: Arc::new(Egress::system(AllowList::new([]))),
            clock,
            options: ImportOptions {
                parallel_files: 2,
                bytes_in_work: 64 << 20,
                max_file_bytes: 4 << 20,
                max_files: 10_000,
                graph_memory: 512 << 20,
                rows_at_once: 1 << 16,
                fetch_depth: 1,
                fetch_time: Duration::from_secs(1),
                fetch_bytes: 0,
                launcher: "codegraph".into(),
                strict_sandbox: false,
                extra_ca: None,
            },
        };
        Self { context, folder }
    }

    /// The folder to import.
    pub(crate) fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    /// The folder of the plugins.
    pub(crate) fn plugins(&self) -> PathBuf {
        self.folder.path().join("plugins")
    }

    /// Imports the folder.
    ///
    /// # Panics
    /// Panics where the import fails.
    pub(crate) async fn import(&self, project: &str, mode: ImportMode) -> ImportReport {
        let request = ImportRequest {
            origin: Origin::Folder {
                path: self.source().to_str().expect("a path in UTF-8").to_owned(),
            },
            project: Some(project.parse().expect("a name")),
            group: GroupId::DEFAULT,
            languages: Vec::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            skip_dependency_folders: true,
            mode,
        };
        let cancel = codegraph_jobs::Cancel::default();
        import::run(&self.context, request, Arc::new(Silent), cancel)
            .await
            .expect("the import succeeds")
    }

    /// The file of the graph of an import.
    pub(crate) fn graph(&self, report: &ImportReport) -> PathBuf {
        self.context
            .data
            .graph(report.repository_id, report.revision_id)
    }

    /// Writes a file below the folder to import.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.source().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("folders");
        std::fs::write(path, text).expect("a file");
    }
}
