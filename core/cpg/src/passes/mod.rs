//! What the host computes from rows: in a file as soon as it is lowered, and over all files at the end.
//!
//! No pass knows a language. `local` sees one file and may run on any thread; `link` sees the facts of all files.
//!
//! What languages do differently comes as rules. Besides the keys of the contract the passes know these; lists are words with spaces
//! between, and may come in several entries:
//!
//! | key | says | where nothing is said |
//! |---|---|---|
//! | `switch` | `fallthrough`: a case runs into the next one and BREAK leaves the switch; `break`: BREAK leaves it | neither |
//! | `default-values` | `call`: default values are computed in each call; `definition`: once, where the definition stands | `definition` |
//! | `builtin` | names that need no import | every name that nothing binds is taken for one |
//! | `wildcard-skips-prefix` | what names begin with that `*` does not import where the module lists none (`_`) | all are imported |
//! | `type-wrapper` | types that stand for the types in their brackets (`Optional`) | none |
//! | `any-type` | declared types that tell nothing (`Any`) | none |
//! | `list-type`, `tuple-type`, `dict-type`, `set-type` | types of the literals, where their rows do not say | not known |
//! | `text-type`, `int-type` | types of the literals whose values are constants | no literal is one |
//! | `true-literal`, `false-literal` | the literals of truth | none |
//! | `read-member`, `write-member` | functions that take a member's name as their second argument (`getattr`) | none |
//! | `scope-dictionary` | functions that give the names of the scope as a dictionary (`globals`) | none |
//! | `missing-member` | method that runs where a member is not found (`__getattr__`) | none |
//! | `descriptor` | method by which a value that a class holds says what reading it gives (`__get__`) | none |
//! | `linkage` | group of languages whose files define names for each other: functions, variables and types by name, those of one file alone (`static`) where it is included | names are imported |
//! | `indirection` | `transparent`: a pointer holds what it points to, an array what its elements are | neither |
//! | `type-word` | words in the texts of declared types that are no part of the type's name (`struct`, `const`) | texts are names with dots |
//! | `overloads` | `types`: several functions of a name are told apart by the declared types of what they are called with | by the number of arguments |
//! | `destructor` | what names of destructors begin with: objects that variables and members hold by value are made and destroyed with them, `<operator>.delete` destroys | objects have no such ends |
//! | `stores` | methods that put their last argument into their object, which stands for what it holds (`push_back`) | none |
//! | `derived` | method of an ancestor that runs where a class is derived (`__init_subclass__`) | none |
//! | `metaclass` | keyword among the bases that says the type of the type | there is none |
//! | `class-made` | methods of a metaclass that run where a class of it is made | none |
//! | `after-construction` | method that runs behind a constructor that was made for the class (`__post_init__`) | none |
//! | `protocol` | an operator or protocol, the operand that is the receiver (from 1; 0: each), methods of which the first found runs | operators run nothing |
//! | `library` | what libraries do (`docs/libraries.md`) | nothing is known of them |
//!
//! Protocols without an operator are called as [`facts::protocol`] says, and `<protocol>.step` for the step of an iterator.

use crate::NodeId;
use crate::ast::Gap;
use crate::kind::EdgeKind;

/// What is known of a file besides its rows.
#[derive(Clone, Debug, Default)]
pub struct FileInfo {
    /// Ordinal in the graph, from 1.
    pub ordinal: u32,
    /// Path from the root of the repository, with `/`.
    pub path: String,
    /// Module name by the language's rules; empty where there is none.
    pub module: String,
    /// The file stands for its folder.
    pub is_package: bool,
}

/// An edge inside a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalEdge {
    /// Row that it leaves.
    pub src: u32,
    /// Row that it enters.
    pub dst: u32,
    /// Its kind.
    pub kind: EdgeKind,
    /// Text number of the variable (`reaching_def`, `capture`); 0 for none.
    pub variable: u32,
}

/// Measures of one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodMetrics {
    /// Row of the method.
    pub row: u32,
    /// McCabe's cyclomatic complexity: decisions + 1 (McCabe 1976).
    pub cyclomatic: u32,
    /// Cognitive complexity (Campbell, SonarSource 2018).
    pub cognitive: u32,
    /// Deepest nesting of control structures.
    pub nesting: u32,
    /// Parameters, the receiver not among them.
    pub parameters: u32,
    /// Lines from first to last.
    pub lines: u32,
    /// Statements.
    pub statements: u32,
    /// Hash of the method's tree: kinds, roles, operators and literals, names of locals by their order; layout does not count.
    pub ast_hash: u64,
}

/// What the local passes add to the rows of a file.
#[derive(Clone, Debug, Default)]
pub struct Local {
    /// By row: row of the method that contains it, 0 for none. A method's own row has its parent method.
    pub method_of: Vec<u32>,
    /// By row: immediate dominator in the control flow of its method, 0 for none.
    pub idom: Vec<u32>,
    /// By row: immediate post-dominator, 0 for none.
    pub ipdom: Vec<u32>,
    /// Edges inside the file.
    pub edges: Vec<LocalEdge>,
    /// One a method, ascending by row.
    pub metrics: Vec<MethodMetrics>,
    /// Full names of what calls mean as far as this file tells (`os.path.join`, `shop.db.Store.find`): (row, name), ascending.
    pub callee_names: Vec<(u32, String)>,
    /// What the linker needs of this file.
    pub facts: facts::FileFacts,
    /// Methods that exceeded a budget.
    pub gaps: Vec<Gap>,
}

/// How the target of a call was found, best first; the text is the value of `resolution` in the graph.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Resolution {
    /// One binding in scope.
    Exact,
    /// Through an import.
    Import,
    /// A value of that type flows to the receiver.
    Type,
    /// An override below the declared type.
    Hierarchy,
    /// By an annotation only.
    TypeHint,
    /// By name only.
    NameOnly,
}

impl Resolution {
    /// The name in the graph.
    pub fn text(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Import => "import",
            Self::Type => "type",
            Self::Hierarchy => "hierarchy",
            Self::TypeHint => "type_hint",
            Self::NameOnly => "name_only",
        }
    }

    /// The way of a name in the graph; by name only where there is no such.
    pub(crate) fn of_text(text: &str) -> Self {
        [
            Self::Exact,
            Self::Import,
            Self::Type,
            Self::Hierarchy,
            Self::TypeHint,
        ]
        .into_iter()
        .find(|way| way.text() == text)
        .unwrap_or(Self::NameOnly)
    }
}

/// A call and one of its targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallEdge {
    /// The call.
    pub site: NodeId,
    /// The method that contains the call.
    pub caller: NodeId,
    /// The method that is called; of file 0 for a stub.
    pub target: NodeId,
    /// How it was found.
    pub resolution: Resolution,
    /// From 0 to 1: the precision of that way on the truth sets.
    pub confidence: f32,
}

/// An edge between files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Node that it leaves.
    pub src: NodeId,
    /// Node that it enters.
    pub dst: NodeId,
    /// Its kind.
    pub kind: EdgeKind,
}

/// A method or type that is used here and defined elsewhere (`is_external`). Its node is of file 0; row numbers count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stub {
    /// Its node.
    pub id: NodeId,
    /// Whether it is a type and no method.
    pub is_type: bool,
    /// Short name.
    pub name: String,
    /// Full name: `os.path.join`.
    pub full_name: String,
}

/// What the linker found over all files.
#[derive(Clone, Debug, Default)]
pub struct Linked {
    /// External methods and types, by node.
    pub stubs: Vec<Stub>,
    /// Calls and their targets, ascending by site, then target.
    pub calls: Vec<CallEdge>,
    /// Edges between files, ascending.
    pub links: Vec<Link>,
    /// Files with what could not be linked within a budget: (ordinal, gap).
    pub gaps: Vec<(u32, Gap)>,
}

pub mod facts;

mod cfg;
mod control_dependence;
mod def_use;
mod dominators;
mod hash;
pub(crate) mod library;
mod link;
mod local;
mod metrics;
pub(crate) mod op;
mod ssa;
mod tree;

#[cfg(test)]
pub(crate) mod sketch;

pub use link::link;
pub use local::local;
