//! What the scenario asks of the graph, as a trait: the answers are tested without a host.
//!
//! [`host::HostGraph`] is the real one: how rows of the named queries become these values is there and nowhere else.

#[cfg(test)]
pub mod fake;
pub mod host;

pub use codegraph_sdk::Fault;

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Method,
    Type,
    Module,
    Member,
    Local,
    Parameter,
    Other,
}

/// A named thing of the graph and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Node id.
    pub id: u64,
    pub kind: Kind,
    pub name: String,
    pub full_name: String,
    /// Empty for what is defined outside of the project.
    pub path: String,
    /// From 1; 0 where it has no place.
    pub line: u32,
    pub line_end: u32,
    /// `source`, `test`, `vendored`, `generated`; empty where not known.
    pub role: String,
    /// Used here, defined elsewhere.
    pub external: bool,
}

impl Symbol {
    /// In a test, by the role of its file.
    pub fn is_test(&self) -> bool {
        self.role == "test"
    }

    /// Full name without the number that tells repeated definitions of one name apart (`m.f$2`).
    pub fn base_name(&self) -> &str {
        match self.full_name.rsplit_once('$') {
            Some((base, number))
                if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) =>
            {
                base
            }
            _ => &self.full_name,
        }
    }
}

/// What the graph knows of a method or type beyond its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub docstring: String,
    /// Decorators and annotations as written.
    pub decorators: Vec<String>,
    /// Belongs to a type.
    pub in_type: bool,
    /// `static`, `async`, `generator`, `property` …
    pub properties: Vec<String>,
    /// 0 where it was not measured.
    pub cyclomatic: u32,
    pub nesting: u32,
    pub lines: u32,
    /// Declared type of the result.
    pub returns: String,
}

/// A member of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub symbol: Symbol,
    /// `constructor`, `static`, `property` …
    pub properties: Vec<String>,
    /// Declared type of a field, or of a method's result.
    pub declared_type: String,
}

impl Member {
    /// Runs where the type is called.
    pub fn is_constructor(&self) -> bool {
        self.symbol.kind == Kind::Method
            && self
                .properties
                .iter()
                .any(|property| property == "constructor")
    }
}

/// A parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub declared_type: String,
    /// Source of the default value; empty where it has none.
    pub default: String,
    pub variadic: bool,
    pub keyword_variadic: bool,
    pub keyword_only: bool,
    pub positional_only: bool,
}

/// A call: one site and one of its targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Node of the call.
    pub id: u64,
    /// Node that is called.
    pub target: u64,
    /// The other end: the caller where callers were asked for, else what is called.
    pub other: Symbol,
    /// Place of the call.
    pub path: String,
    pub line: u32,
    /// Start of its text.
    pub code: String,
    /// How the target was found: `exact`, `import`, `type`, `hierarchy`, `type_hint`, `name_only`; empty where it was not.
    pub resolution: String,
    /// Precision of that way, from 0 to 1.
    pub confidence: f64,
}

/// A place where a symbol is read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub path: String,
    pub line: u32,
    pub code: String,
    /// Full name of the method around it.
    pub within: String,
    pub role: String,
}

/// A file of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRow {
    pub path: String,
    pub language: String,
    pub role: String,
    pub module: String,
    pub lines: u64,
    pub methods: u64,
    pub types: u64,
    pub docstring: String,
}

/// A module (folder or package) of the map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleRow {
    pub module: String,
    pub files: u64,
    pub lines: u64,
    pub methods: u64,
    pub types: u64,
    pub role: String,
    /// First line of what it says of itself.
    pub about: String,
}

/// How often files of one module use another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub from: String,
    pub to: String,
    pub weight: u64,
}

/// An import of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// The file that imports.
    pub path: String,
    pub line: u32,
    /// Module as written or as found.
    pub module: String,
    /// The file that is imported; empty where it is not in the project.
    pub target: String,
    pub code: String,
}

/// Gaps of one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GapCount {
    pub reason: String,
    pub count: u64,
    pub files: u64,
}

/// One gap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    pub path: String,
    pub line: u32,
    pub reason: String,
    pub detail: String,
}

/// A place to start from, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub symbol: Symbol,
    pub reason: String,
}

/// A step of a call path: what is called, by which call. The first step has no call.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub symbol: Symbol,
    pub call: Option<Call>,
}

/// Freshness and size of the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    pub project: String,
    pub languages: Vec<String>,
    pub files: u32,
    pub gaps: u32,
}

/// Result of a question to the graph.
pub type Answer<T> = Result<T, Fault>;

/// The graph of one revision.
pub trait Graph {
    fn revision(&self) -> Revision;
    /// Symbols of a short or full name, or of the end of one (`Flask.route`), in any letter case; the same letters come first.
    fn lookup(&self, name: &str) -> Answer<Vec<Symbol>>;
    /// Symbols whose names resemble a text, best first.
    fn search(&self, text: &str, limit: u32) -> Answer<Vec<Symbol>>;
    /// What is known of a method or type; nothing of other kinds.
    fn about(&self, symbol: &Symbol) -> Answer<About>;
    fn parameters(&self, method: u64) -> Answer<Vec<Parameter>>;
    fn callers(&self, methods: &[u64]) -> Answer<Vec<Call>>;
    /// Calls of a method and their targets; a call whose target is not known comes with an empty resolution.
    fn callees(&self, method: u64) -> Answer<Vec<Call>>;
    fn members(&self, of: u64) -> Answer<Vec<Member>>;
    fn bases(&self, of: u64) -> Answer<Vec<Symbol>>;
    fn subtypes(&self, of: u64) -> Answer<Vec<Symbol>>;
    fn references(&self, id: u64) -> Answer<Vec<Reference>>;
    /// Calls of a name that no target was found for.
    fn unresolved(&self, name: &str) -> Answer<u64>;
    /// Files by path, by the end of a path, or by module name.
    fn files(&self, path: &str) -> Answer<Vec<FileRow>>;
    /// What a file defines, in order.
    fn outline(&self, path: &str) -> Answer<Vec<Symbol>>;
    /// Folders of a path or of the end of a path, the best first.
    fn folders(&self, path: &str) -> Answer<Vec<String>>;
    /// Files below a folder; of the whole project where it is empty.
    fn folder(&self, path: &str) -> Answer<Vec<FileRow>>;
    /// Path and text of a folder's README.
    fn readme(&self, folder: &str) -> Answer<Option<(String, String)>>;
    fn modules(&self, depth: u32) -> Answer<Vec<ModuleRow>>;
    fn dependencies(&self, depth: u32) -> Answer<Vec<Dependency>>;
    fn gap_counts(&self) -> Answer<Vec<GapCount>>;
    fn gaps(&self, prefix: &str, limit: u32) -> Answer<Vec<Gap>>;
    fn entries(&self) -> Answer<Vec<Entry>>;
    fn imports(&self, path: &str) -> Answer<Vec<Import>>;
    fn dependents(&self, path: &str) -> Answer<Vec<Import>>;
    /// Shortest call paths, each from one of `from` to one of `to`.
    fn call_paths(&self, from: &[u64], to: &[u64], most: u32) -> Answer<Vec<Vec<Step>>>;
    /// Lines of a file, from 1, both ends included.
    fn source(&self, path: &str, first: u32, last: u32) -> Answer<String>;
}
