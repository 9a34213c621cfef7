//! The real thing: plugins as they were built, imports as the command line makes them, questions as they are asked.

use std::fmt::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use codegraph_cpg::store::{Graph, GraphStore, StoreOptions};
use codegraph_egress::{AllowList, Egress};
use codegraph_jobs::import::{self, ImportContext, ImportOptions, Silent};
use codegraph_model::{Clock, DataFolder, GroupId, ImportMode, ImportRequest, Origin, ProjectName};
use codegraph_plugin_host::types::{AnswerLanguage, Ask, Chunk, Citation, Outcome};
use codegraph_plugin_host::{Compiler, HostConfig, PluginHost};
use codegraph_storage::{Db, Location};
use tempfile::TempDir;

use super::case::{Document, Question};

/// All that an answer was.
pub(crate) struct Answer {
    pub(crate) outcome: Result<Outcome, String>,
    /// Texts and tables.
    pub(crate) text: String,
    pub(crate) pictures: String,
    /// Titles of pictures that are too large.
    pub(crate) oversized: Vec<String>,
    pub(crate) citations: Vec<Citation>,
    pub(crate) follow_ups: Vec<String>,
    /// Citations that were not as the source has them.
    pub(crate) corrected: usize,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.text.lines().chain(self.pictures.lines()) {
            writeln!(f, "    | {line}")?;
        }
        for citation in &self.citations {
            writeln!(
                f,
                "    [{}:{} {}] {}",
                citation.path,
                citation.line,
                citation.kind,
                citation.code.trim()
            )?;
        }
        for question in &self.follow_ups {
            writeln!(f, "    → {question}")?;
        }
        write!(f, "    {:?}", self.outcome)
    }
}

/// A host with all plugins, and a data folder.
pub(crate) struct World {
    context: ImportContext,
    _folder: TempDir,
}

impl World {
    /// Starts the host with the plugins that were built.
    ///
    /// # Panics
    /// Panics with the command that builds them where they were not.
    pub(crate) async fn start(root: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let plugins = folder.path().join("plugins");
        std::fs::create_dir(&plugins).expect("a folder for plugins");
        copy_plugins(root, &plugins);
        // Nothing here depends on the time.
        let clock = Clock::fixed(jiff::Timestamp::default());
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
                fetch_time: Duration::from_secs(1),
                fetch_bytes: 0,
                launcher: "codegraph".into(),
                strict_sandbox: false,
                extra_ca: None,
            },
        };
        Self {
            context,
            _folder: folder,
        }
    }

    /// Imports the project of a document and opens its graph.
    ///
    /// # Panics
    /// Panics where the import fails.
    pub(crate) async fn import(&self, name: &str, document: &Document, root: &Path) -> Arc<Graph> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let source = if let Some(project) = &document.project {
            root.join(project)
        } else {
            for (path, text) in &document.files {
                let path = folder.path().join("shop").join(path);
                std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
                std::fs::write(path, text).expect("a file");
            }
            folder.path().join("shop")
        };
        let request = ImportRequest {
            origin: Origin::Folder {
                path: source.to_str().expect("a path in UTF-8").to_owned(),
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
            .expect("the import succeeds");
        let path = self
            .context
            .data
            .graph(report.repository_id, report.revision_id);
        self.context
            .graphs
            .open(&path)
            .expect("the graph can be opened")
    }

    /// Asks a question and collects the answer.
    pub(crate) async fn ask(
        &self,
        scenario: &str,
        question: &Question,
        graph: Arc<Graph>,
    ) -> Answer {
        let (out, mut pieces) = tokio::sync::mpsc::channel(16);
        let language = if question.russian {
            AnswerLanguage::Ru
        } else {
            AnswerLanguage::En
        };
        let ask = Ask {
            question: question.text.clone(),
            language,
            ..Ask::default()
        };
        let cancel = codegraph_plugin_host::Cancel::new();
        let collected = async {
            let mut all = Vec::new();
            while let Some(piece) = pieces.recv().await {
                all.push(piece);
            }
            all
        };
        let (answered, pieces) = tokio::join!(
            self.context
                .host
                .ask(scenario, ask, graph.clone(), out, cancel),
            collected
        );
        let mut answer = Answer {
            outcome: answered
                .map(|answered| answered.outcome)
                .map_err(|error| error.to_string()),
            text: String::new(),
            pictures: String::new(),
            oversized: Vec::new(),
            citations: Vec::new(),
            follow_ups: Vec::new(),
            corrected: 0,
        };
        for piece in pieces {
            take(&mut answer, piece);
        }
        answer.corrected = answer
            .citations
            .iter()
            .filter(|citation| !is_true(citation, &graph))
            .count();
        answer
    }
}

fn take(answer: &mut Answer, piece: Chunk) {
    match piece {
        Chunk::Text(text) => answer.text.push_str(&text),
        Chunk::Table(table) => {
            let _ = writeln!(
                answer.text,
                "[{}]\n{}",
                table.title,
                table.columns.join(" | ")
            );
            for row in table.rows {
                let _ = writeln!(answer.text, "{}", row.join(" | "));
            }
            answer.text.push('\n');
        }
        Chunk::Citation(citation) => answer.citations.push(citation),
        Chunk::Diagram(diagram) => {
            let nodes = diagram
                .source
                .lines()
                .filter(|line| line.trim_start().starts_with('n') && !line.contains("->"))
                .count();
            if nodes > 25 {
                answer.oversized.push(diagram.title.clone());
            }
            answer.pictures.push_str(&diagram.source);
        }
        Chunk::FollowUp(question) => answer.follow_ups.push(question),
        Chunk::Progress(_) | Chunk::Other(_) => {}
    }
}

/// Whether the source has that code at that place.
fn is_true(citation: &Citation, graph: &Graph) -> bool {
    let there = graph
        .source(&citation.path, citation.line, citation.line_end)
        .unwrap_or_default();
    !citation.code.trim().is_empty() && there.trim_end() == citation.code.trim_end()
}

/// Copies the components of `plugins/`, `scenarios/` and `examples/`, the newer of where the build puts them.
fn copy_plugins(root: &Path, to: &Path) {
    for parent in ["plugins", "scenarios", "examples"] {
        for folder in super::entries(&root.join(parent)) {
            if !folder.join("plugin.toml").exists() {
                continue;
            }
            let id = super::manifest_id(&folder);
            let text =
                std::fs::read_to_string(folder.join("Cargo.toml")).expect("a readable manifest");
            let package: toml::Table = text.parse().expect("a manifest in TOML");
            let package = package["package"]["name"]
                .as_str()
                .expect("a package")
                .replace('-', "_");
            let target = root.join("target");
            let places = [
                target.join("debug/plugins").join(format!("{id}.wasm")),
                target
                    .join("wasm32-wasip2/plugin")
                    .join(format!("{package}.wasm")),
            ];
            let written = |path: &std::path::PathBuf| path.metadata().ok()?.modified().ok();
            let newest = places
                .into_iter()
                .filter(|path| path.exists())
                .max_by_key(written);
            let newest = newest.unwrap_or_else(|| {
                panic!("{id} was not built: run `make plugins` (scripts/plugins) first")
            });
            std::fs::copy(newest, to.join(format!("{id}.wasm"))).expect("a copy of the plugin");
        }
    }
}
