//! What an import hands to the [`GraphBuilder`](super::GraphBuilder).

use crate::ast::{FileAst, Gap};
use crate::passes::{FileInfo, Local};
use std::collections::BTreeMap;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileRole {
    /// Code of the project.
    Source,
    /// Code that tests it.
    Test,
    /// Code of others that is kept in the tree.
    Vendored,
    /// Written by a program.
    Generated,
    /// Text for people: README, manuals.
    Documentation,
    /// Settings, build files, manifests.
    Configuration,
    /// Everything else.
    Other,
}

impl FileRole {
    /// All roles.
    pub const ALL: [Self; 7] = [
        Self::Source,
        Self::Test,
        Self::Vendored,
        Self::Generated,
        Self::Documentation,
        Self::Configuration,
        Self::Other,
    ];

    /// The name in the graph.
    pub fn text(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Test => "test",
            Self::Vendored => "vendored",
            Self::Generated => "generated",
            Self::Documentation => "documentation",
            Self::Configuration => "configuration",
            Self::Other => "other",
        }
    }
}

/// What the rows of a file come from, as a hash: source, context, importer. Equal keys mean equal rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputKey(pub [u8; 32]);

/// A lowered file with what the local passes found.
#[derive(Clone, Copy, Debug)]
pub struct FileInput<'a> {
    /// Path, module, ordinal (from 1).
    pub info: &'a FileInfo,
    /// The language's identifier.
    pub language: &'a str,
    /// What the file is for.
    pub file_role: FileRole,
    /// Its rows, finished.
    pub ast: &'a FileAst,
    /// Its bytes, those that the rows' offsets mean.
    pub source: &'a [u8],
    /// What the local passes found.
    pub local: &'a Local,
    /// What all of this comes from.
    pub key: Option<InputKey>,
}

/// A file that is listed and not lowered: documents, settings, languages without an importer, what is too large.
#[derive(Clone, Debug)]
pub struct UnparsedFile {
    /// Ordinal in the graph, from 1.
    pub ordinal: u32,
    /// Path from the root of the repository, with `/`.
    pub path: String,
    /// The language's identifier where it is known, else empty.
    pub language: String,
    /// What the file is for. The text of [`FileRole::Documentation`] can be searched.
    pub file_role: FileRole,
    /// Size in bytes.
    pub size: u64,
    /// Its text, if it is to be kept.
    pub text: Option<Vec<u8>>,
    /// Why it was not lowered, where that is a gap.
    pub gaps: Vec<Gap>,
    /// What all of this comes from; none where another attempt could end otherwise.
    pub key: Option<InputKey>,
}

/// How a graph is built.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// Bytes of source that are expected: small sources get small blocks, so that tables do not cost more than they hold.
    pub source_bytes: u64,
    /// Memory that DuckDB may take, in bytes.
    pub memory_limit: u64,
    /// Threads that DuckDB may use when it sorts and joins at the end.
    pub threads: u32,
    /// Bytes of finished rows that may wait for a file of a smaller ordinal before they are written out of order.
    pub reorder_bytes: usize,
    /// Nodes of a file that are loaded at once.
    pub rows_at_once: u32,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            source_bytes: 0,
            memory_limit: 1 << 30,
            threads: 2,
            reorder_bytes: 128 << 20,
            rows_at_once: 1 << 16,
        }
    }
}

/// What a revision says of itself.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// Name of the project.
    pub project: String,
    /// Identifier of the revision.
    pub revision: String,
    /// Commit of the imported tree; empty where it was no git repository.
    pub indexed_commit: String,
    /// When, RFC 3339 in UTC.
    pub indexed_at: String,
    /// Languages that were lowered, sorted.
    pub languages: Vec<String>,
    /// Name of the root, never a path of the machine.
    pub root: String,
    /// Importers as (plugin, version).
    pub importers: Vec<(String, String)>,
    /// What has no field of its own.
    pub extra: Vec<(String, String)>,
}

/// What a graph holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildSummary {
    /// Nodes, files and stubs among them.
    pub nodes: u64,
    /// Stored edges: inside files, between files, and calls. Edges that are functions of columns do not count.
    pub edges: u64,
    /// Edges from calls to methods.
    pub call_edges: u64,
    /// Those by how their target was found.
    pub calls_by_resolution: BTreeMap<String, u64>,
    /// Calls that are no operators.
    pub calls: u64,
    /// Methods that are defined in the tree.
    pub methods: u64,
    /// Types that are defined in the tree.
    pub types: u64,
    /// Files, lowered or not, and folders that were left out.
    pub files: u64,
    /// Files by role, without folders.
    pub files_by_role: BTreeMap<String, u64>,
    /// Lowered files by language.
    pub files_by_language: BTreeMap<String, u64>,
    /// Lines of the lowered files.
    pub lines: u64,
    /// Bytes of the lowered files.
    pub lowered_bytes: u64,
    /// Rows of `analysis_gaps` by reason.
    pub gaps_by_reason: BTreeMap<String, u64>,
    /// The same by reason and language of the file, `""` where that is not known.
    pub gaps_by_language: BTreeMap<String, BTreeMap<String, u64>>,
    /// Size of the graph file in bytes.
    pub bytes: u64,
    /// Bytes of source text that are stored, before compression.
    pub source_bytes: u64,
    /// The same after compression: part of `bytes`.
    pub source_bytes_stored: u64,
}
