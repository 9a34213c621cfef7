//! Views `edges_*`: those of stored edges, and those that are functions of a node's columns.

use super::{TYPE_ID, View, numbers, typed};
use crate::kind::{EdgeKind, NodeKind, Role};

/// What edge kinds that are stored mean.
fn edge_doc(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Cfg => "Control flow between expressions of a method.",
        EdgeKind::Ref => "From a use to the declaration that it means.",
        EdgeKind::ReachingDef => {
            "From a definition to a use that it reaches; `variable` is part of the key."
        }
        EdgeKind::Cdg => "From a condition to what runs depending on it.",
        EdgeKind::Capture => "From a closure to what it captures.",
        EdgeKind::CapturedBy => "From a variable to the closure binding that captures it.",
        EdgeKind::InheritsFrom => "From a type to its base.",
        EdgeKind::AliasOf => "From a name to what it is another name of.",
        EdgeKind::Binds => "From a type to its bindings.",
        EdgeKind::BindsTo => "From a type argument to its parameter.",
        EdgeKind::Imports => "From an import to what it brings in.",
        EdgeKind::Include => "From a file to one that it includes.",
        EdgeKind::TaggedBy => "From a node to its tag.",
        EdgeKind::Overrides => "From a method to the one that it overrides.",
    }
}

fn edge(name: &str, doc: &str, src: &str, dst: &str, source: impl Into<String>) -> View {
    View::new(
        name,
        doc,
        &[
            ("src", src, "Node that it leaves."),
            ("dst", dst, "Node that it enters."),
        ],
        source,
    )
}

pub(super) fn views() -> Vec<View> {
    let mut views: Vec<View> = EdgeKind::ALL
        .iter()
        .filter(|&&kind| kind != EdgeKind::Include && kind != EdgeKind::ReachingDef)
        .map(|&kind| stored(kind))
        .collect();
    let reaching = EdgeKind::ReachingDef;
    views.push(dependence(
        &format!("edges_{}", reaching.text()),
        edge_doc(reaching),
        &[],
    ));
    let data = "Data dependence: the same as `edges_reaching_def`.";
    views.push(dependence("edges_ddg", data, &[]));
    views.push(dependence(
        "edges_pdg",
        "Program dependence: data and control.",
        &[EdgeKind::Cdg],
    ));
    views.extend(of_columns());
    views.extend(calls());
    views
}

/// Queries that together give the edges of a kind, as `src` and `dst`: where they are stored, inside files and between them.
pub(in crate::store) fn selects(kind: EdgeKind) -> Vec<String> {
    let number = kind as u8;
    match kind {
        EdgeKind::ReachingDef => vec!["SELECT src, src + distance AS dst FROM data_edge".into()],
        EdgeKind::Cfg => vec![
            "SELECT id AS src, id - ipdom_distance AS dst FROM node WHERE goes_to_ipdom".into(),
            format!("SELECT src, src + distance AS dst FROM edge WHERE kind = {number}"),
        ],
        _ => vec![
            format!("SELECT src, src + distance AS dst FROM edge WHERE kind = {number}"),
            format!("SELECT src, dst FROM link WHERE kind = {number}"),
        ],
    }
}

/// Edges of a kind.
fn stored(kind: EdgeKind) -> View {
    let mut view = edge(
        &format!("edges_{}", kind.text()),
        edge_doc(kind),
        "src",
        "dst",
        "",
    );
    view.sources = selects(kind)
        .iter()
        .map(|select| format!("FROM ({select}) AS edges"))
        .collect();
    view
}

/// Data dependence, and what else depends.
fn dependence(name: &str, doc: &str, others: &[EdgeKind]) -> View {
    let source = "FROM (SELECT src, src + distance AS dst, variable FROM data_edge) AS data_edges";
    let mut view = edge(name, doc, "src", "dst", source).column(
        "variable",
        "variable",
        "The variable; none for control.",
    );
    for &kind in others {
        let number = kind as u8;
        view.sources.push(format!(
            "FROM (SELECT src, src + distance AS dst, CAST(NULL AS VARCHAR) AS variable FROM edge WHERE kind = {number}) AS other_edges"
        ));
    }
    view
}

/// Edges that a node's columns tell.
fn of_columns() -> Vec<View> {
    let parameters = numbers(&[NodeKind::MethodParameterIn, NodeKind::MethodParameterOut]);
    let declared = numbers(&[
        NodeKind::Method,
        NodeKind::TypeDecl,
        NodeKind::NamespaceBlock,
    ]);
    let located = numbers(&[
        NodeKind::Method,
        NodeKind::TypeDecl,
        NodeKind::NamespaceBlock,
        NodeKind::Comment,
    ]);
    // Ids below this are of what is defined outside of the tree.
    let inside = "id >= 4294967296";
    let (parent, file) = ("id - parent_distance", "(id >> 32) << 32");
    let of_role = |role: Role| format!("FROM node WHERE role = {}", role as u8);
    let mut contains = edge(
        "edges_contains",
        "From a method to all that its body holds, from a file to its methods, types and namespaces.",
        "src",
        "dst",
        format!(
            "FROM (SELECT id - method_distance AS src, id AS dst FROM node WHERE method_distance IS NOT NULL AND kind NOT IN ({declared})) AS inner_nodes"
        ),
    );
    contains.sources.push(format!(
        "FROM (SELECT {file} AS src, id AS dst FROM node WHERE kind IN ({declared}) AND {inside}) AS declarations"
    ));
    vec![
        contains,
        edge(
            "edges_ast",
            "From a node to its children in the syntax tree.",
            parent,
            "id",
            "FROM node WHERE parent_distance IS NOT NULL",
        ),
        edge(
            "edges_argument",
            "From a call or return to its arguments.",
            parent,
            "id",
            format!("FROM node WHERE argument_index >= 1 AND kind NOT IN ({parameters})"),
        ),
        edge(
            "edges_receiver",
            "From a call to the expression that gives what is called.",
            parent,
            "id",
            of_role(Role::Receiver),
        ),
        edge(
            "edges_condition",
            "From a control structure to its condition.",
            parent,
            "id",
            of_role(Role::Condition),
        ),
        edge(
            "edges_dominate",
            "From a node to those that it immediately dominates.",
            "id - idom_distance",
            "id",
            "FROM node WHERE idom_distance IS NOT NULL",
        ),
        edge(
            "edges_post_dominate",
            "From a node to those that it immediately post-dominates.",
            "id - ipdom_distance",
            "id",
            "FROM node WHERE ipdom_distance IS NOT NULL",
        ),
        edge(
            "edges_source_file",
            "From a declaration or comment to its file.",
            "id",
            file,
            format!("FROM node WHERE kind IN ({located}) AND {inside}"),
        ),
        edge(
            "edges_eval_type",
            "From a node to its type in `nodes_type`.",
            "id",
            TYPE_ID,
            format!("FROM {}", typed()),
        ),
    ]
}

fn calls() -> Vec<View> {
    let resolution = "How the target was found: `exact`, `import`, `type`, `hierarchy`, `type_hint`, `name_only`.";
    let confidence = "Precision of that way on the truth sets, from 0 to 1.";
    vec![
        edge(
            "edges_call",
            "From a call to a method that it may run.",
            "src",
            "dst",
            "FROM call_edge",
        )
        .column("resolution", "resolution", resolution)
        .column("confidence", "confidence", confidence),
        View::new(
            "call_graph",
            "Who calls whom, a row a call and target, with names and places.",
            &[
                (
                    "caller_id",
                    "src - caller_distance",
                    "The method that contains the call.",
                ),
                ("caller_full_name", "caller_full_name", "Its full name."),
                ("callee_id", "dst", "The method or type that is called."),
                ("callee_full_name", "callee_full_name", "Its full name."),
                ("call_id", "src", "The call."),
                ("filename", "filename", "Path of the file of the call."),
                ("file", "filename", "The same as `filename`."),
                ("line_number", "line_number", "Line of the call."),
                (
                    "code",
                    "code",
                    "Source text of the call, at most 200 bytes.",
                ),
                ("resolution", "resolution", resolution),
                ("confidence", "confidence", confidence),
            ],
            "FROM call_edge",
        ),
        View::new(
            "edges_include",
            "Files that import or include other files of the tree.",
            &[
                (
                    "src_filename",
                    "src_filename",
                    "Path of the file that imports or includes.",
                ),
                (
                    "dst_filename",
                    "dst_filename",
                    "Path of the file that is imported or included.",
                ),
                (
                    "include_path",
                    "include_path",
                    "What is imported or included, as the importer gives it.",
                ),
            ],
            "FROM include",
        ),
    ]
}
