//! Views `nodes_*` and what goes with them.
//!
//! To add one for a node kind: a line in [`VIEWS`]; what its column names mean stands once, in [`COLUMNS`].

use super::{TYPE_ID, View, typed};
use crate::kind::{NodeKind, property};
use crate::store::schema::Table;
use crate::store::schema::tables::{FileRows, MethodRows, TypeDeclRows};

/// Columns over the table `node`: name, expression, meaning.
const COLUMNS: &str = r#"
id | id | The node.
name | name | Name.
full_name | full_name | Full name.
canonical_name | name | Name of the field.
method_full_name | CASE WHEN starts_with(name, '<operator>') THEN name ELSE full_name END | Full name of the method that is meant, as far as the file tells; `edges_call` has what linking found.
signature | CAST('' AS VARCHAR) | Signature; empty, `edges_call` leads to the method that has it.
type_full_name | type_full_name | Type as declared or written; none where nothing is said.
dispatch_type | CASE WHEN properties & {DYNAMIC_DISPATCH} <> 0 THEN 'DYNAMIC_DISPATCH' ELSE 'STATIC_DISPATCH' END | `STATIC_DISPATCH`, or `DYNAMIC_DISPATCH` where the target depends on the receiver at run time.
code | coalesce(code, name) | Source text, at most 200 bytes; the first line of control structures and namespaces, none of blocks.
line_number | line_number | First line, from 1.
column_number | column_number | Column of the first character, from 1.
line_number_end | line_number + line_distance | Line of the last character.
column_number_end | column_number_end | Column of the last character.
offset | "offset" | Byte offset of the first byte in the file.
offset_end | "offset" + length | Byte offset after the last byte.
order_index | order_index | Position among the children of the parent, from 1.
argument_index | argument_index | Argument position from 1, callee expression 0, else -1.
argument_name | argument_name | Name of a keyword argument.
index | CASE WHEN argument_index >= 0 THEN argument_index ELSE order_index END | Position of the parameter, from 1.
is_variadic | properties & {VARIADIC} <> 0 | Takes any number of arguments.
evaluation_strategy | CAST(NULL AS VARCHAR) | None: importers do not say it.
control_structure_type | name | `IF`, `WHILE`, `FOR`, `TRY` …
parser_type_name | full_name | The grammar's name of the construct.
closure_binding_id | full_name | Identifier of the binding.
modifier_type | name | The modifier.
imported_entity | CASE WHEN type_full_name IS NULL THEN full_name ELSE concat(full_name, '.', type_full_name) END | What is imported.
imported_as | name | The name that it binds.
imported_module | full_name | The module.
imported_member | type_full_name | The member of the module; `*` for all, none for the module itself.
is_wildcard | coalesce(type_full_name = '*', false) | Imports all members.
ast_parent_type | CAST('TYPE_DECL' AS VARCHAR) | Node type of what it is a member of.
ast_parent_full_name | full_name | Full name of the type.
ast_parent_id | id - parent_distance | Parent in the syntax tree.
method_id | id - method_distance | Method that contains it.
filename | filename | Path of the file.
file | filename | The same as `filename`.
"#;

/// Views over the table `node`: name, node types, own columns (`pos` stands for line and column), meaning.
const VIEWS: &str = "
nodes_call | CALL | name method_full_name signature type_full_name dispatch_type code pos line_number_end order_index argument_index argument_name offset offset_end | Calls; operators are calls named `<operator>.…`.
nodes_identifier | IDENTIFIER | name type_full_name code pos offset offset_end order_index argument_index | Uses of names.
nodes_field_identifier | FIELD_IDENTIFIER | canonical_name code pos offset offset_end order_index argument_index | Names of fields in field accesses.
nodes_literal | LITERAL | name code type_full_name pos order_index argument_index | Literals; `name` is the value, a string without quotes.
nodes_local | LOCAL | name type_full_name code pos order_index | Variables of methods and modules.
nodes_param | METHOD_PARAMETER_IN | name type_full_name code pos order_index index is_variadic evaluation_strategy | Parameters.
nodes_param_out | METHOD_PARAMETER_OUT | name type_full_name code pos order_index index is_variadic evaluation_strategy | Parameters as a call leaves them.
nodes_method_return | METHOD_RETURN | type_full_name code pos order_index evaluation_strategy | What methods return, formally.
nodes_return | RETURN | code pos order_index argument_index | Return statements.
nodes_block | BLOCK | type_full_name code pos order_index argument_index | Blocks.
nodes_control_structure | CONTROL_STRUCTURE | control_structure_type parser_type_name code pos line_number_end order_index | Branches, loops, handlers, jumps.
nodes_member | MEMBER | name type_full_name code pos offset offset_end order_index ast_parent_type ast_parent_full_name | Fields and other members of types.
nodes_type_ref | TYPE_REF | name full_name code pos order_index | Uses of types as values.
nodes_type_parameter | TYPE_PARAMETER | name code pos order_index | Formal type parameters.
nodes_type_argument | TYPE_ARGUMENT | name code pos order_index | Actual type parameters.
nodes_method_ref | METHOD_REF | name method_full_name type_full_name code pos order_index argument_index | Uses of methods as values.
nodes_namespace_block | NAMESPACE_BLOCK | name full_name order_index | Modules, packages, namespaces as far as one file has them.
nodes_binding | BINDING | name signature method_full_name | Names that types bind to methods.
nodes_closure_binding | CLOSURE_BINDING | name closure_binding_id evaluation_strategy code | Captured variables.
nodes_jump_target | JUMP_TARGET JUMP_LABEL | name parser_type_name code pos order_index | Labels and cases.
nodes_comment | COMMENT | code pos line_number_end offset offset_end order_index | Comments.
nodes_unknown | UNKNOWN | parser_type_name code pos order_index argument_index | Constructs that have no other node.
nodes_import | IMPORT | imported_entity imported_as imported_module imported_member is_wildcard code pos order_index | Imports, a row a bound name.
nodes_annotation | ANNOTATION | name full_name code pos order_index | Annotations and decorators; `ast_parent_id` is what they stand at.
nodes_modifier | MODIFIER | modifier_type code pos order_index | Modifiers as written.
";

/// Columns that each view has after its own.
const LAST: &str = "ast_parent_id method_id filename file";

/// Fields of the lines of a table in text.
fn table<const FIELDS: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; FIELDS]> {
    text.trim().lines().map(|line| {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        fields
            .try_into()
            .unwrap_or_else(|fields| panic!("{fields:?} should have {FIELDS} fields"))
    })
}

fn column(name: &str) -> (String, String, String) {
    let [name, expression, doc] = table::<3>(COLUMNS)
        .find(|column| column[0] == name)
        .unwrap_or_else(|| panic!("{name} is no column of nodes"));
    let variadic = property::VARIADIC | property::KEYWORD_VARIADIC;
    let expression = expression
        .replace(
            "{DYNAMIC_DISPATCH}",
            &property::DYNAMIC_DISPATCH.to_string(),
        )
        .replace("{VARIADIC}", &variadic.to_string());
    (name.into(), expression, doc.into())
}

fn view([name, kinds, columns, doc]: [&str; 4]) -> View {
    let kinds: Vec<NodeKind> = kinds
        .split(' ')
        .map(|text| {
            *NodeKind::ALL
                .iter()
                .find(|kind| kind.text() == text)
                .expect("node types have these names")
        })
        .collect();
    let columns = format!("id {columns} {LAST}").replace(" pos ", " line_number column_number ");
    View {
        name: name.into(),
        doc: doc.into(),
        columns: columns.split(' ').map(column).collect(),
        sources: vec![format!(
            "FROM node WHERE kind IN ({})",
            super::numbers(&kinds)
        )],
    }
}

/// A view of a table's columns as they are.
fn plain(name: &str, doc: &str, table: &Table, source: &str) -> View {
    let columns = table.columns.iter().map(|column| {
        (
            column.name.into(),
            super::super::quote(column.name),
            column.doc.into(),
        )
    });
    View {
        name: name.into(),
        doc: doc.into(),
        columns: columns.collect(),
        sources: vec![source.into()],
    }
}

pub(super) fn views() -> Vec<View> {
    let mut views: Vec<View> = table::<4>(VIEWS).map(view).collect();
    views.extend(declarations());
    views.extend(files());
    views.extend(helpers());
    views
}

const NO_TEXT: &str = "CAST(NULL AS VARCHAR)";
const COMPRESSED: &str = "None: texts are stored compressed in `source_files`.";

fn declarations() -> Vec<View> {
    let hash = "CASE WHEN ast_hash IS NOT NULL THEN format('{:016x}', ast_hash) END";
    let last_part = "regexp_extract(type_full_name, '[^.:/]*$')";
    let method =
        "Methods, functions, lambdas, bodies of modules; external ones that are called here too.";
    let type_decl = "Types; external ones that are used here too.";
    vec![
        plain("nodes_method", method, &MethodRows::TABLE, "FROM method")
            .column("file", "filename", "The same as `filename`.")
            .column("hash", hash, "`ast_hash` in hexadecimal."),
        plain(
            "nodes_type_decl",
            type_decl,
            &TypeDeclRows::TABLE,
            "FROM type_decl",
        )
        .column("file", "filename", "The same as `filename`."),
        View::new(
            "nodes_type",
            "Types that are named anywhere, a row a name.",
            &[
                (
                    "id",
                    TYPE_ID,
                    "Made from the name; negative, so that it meets no other node.",
                ),
                ("full_name", "type_full_name", "The name."),
                ("name", last_part, "Its last part."),
            ],
            format!(
                "FROM (SELECT DISTINCT type_full_name FROM {}) AS t",
                typed()
            ),
        ),
        View::new(
            "nodes_tag",
            "Tags that an import sets; none so far. People's tags are kept beside the graph.",
            &[
                ("id", "CAST(NULL AS BIGINT)", "The node."),
                ("name", NO_TEXT, "Name."),
                ("value", NO_TEXT, "Value."),
            ],
            "FROM metadata WHERE false",
        ),
    ]
}

fn files() -> Vec<View> {
    vec![
        plain(
            "nodes_file",
            "Files of the tree.",
            &FileRows::TABLE,
            "FROM file",
        )
        .column("filename", "name", "The same as `name`.")
        .column("file", "name", "The same as `name`.")
        .column("content", NO_TEXT, COMPRESSED)
        .column(
            "order_index",
            "CAST(id >> 32 AS INTEGER)",
            "Ordinal of the file.",
        ),
        View::new(
            "nodes_config_file",
            "Settings, build files, manifests.",
            &[
                ("id", "id", "The node."),
                ("name", "name", "Path."),
                ("content", NO_TEXT, COMPRESSED),
                ("file", "name", "The same as `name`."),
            ],
            "FROM file WHERE role = 'configuration'",
        ),
        View::new(
            "nodes_metadata",
            "One row on the graph; `metadata` has all there is.",
            &[
                ("id", "CAST(-1 AS BIGINT)", "No node of a file."),
                (
                    "language",
                    "max(value) FILTER (key = 'languages')",
                    "Languages, a JSON list.",
                ),
                (
                    "version",
                    "max(value) FILTER (key = 'schema_version')",
                    "Version of the schema.",
                ),
                (
                    "overlays",
                    "CAST(['base', 'controlflow', 'dataflow', 'callgraph'] AS VARCHAR[])",
                    "What was computed.",
                ),
                (
                    "root",
                    "max(value) FILTER (key = 'root')",
                    "Name of the root.",
                ),
            ],
            "FROM metadata",
        ),
    ]
}

fn helpers() -> Vec<View> {
    let node_type = format!("{}[kind + 1]", super::node_types());
    let call = NodeKind::Call as u8;
    vec![
        View::new(
            "cpg_nodes",
            "All nodes with their types.",
            &[
                ("id", "id", "The node."),
                (
                    "node_type",
                    &node_type,
                    "Its type, by the CPG specification.",
                ),
            ],
            "FROM node",
        ),
        View::new(
            "call_containment",
            "Calls and the methods that contain them.",
            &[
                ("call_id", "id", "The call."),
                ("call_name", "name", "Its name."),
                ("method_id", "id - method_distance", "The method."),
                ("filename", "filename", "Path of the file."),
                ("line_number", "line_number", "Line of the call."),
            ],
            format!("FROM node WHERE kind = {call} AND method_distance IS NOT NULL"),
        ),
        View::new(
            "method_docstrings",
            "Docstrings of methods.",
            &[
                ("method_id", "id", "The method."),
                ("full_name", "full_name", "Its full name."),
                (
                    "docstring",
                    "docstring",
                    "The docstring, without common indentation.",
                ),
                ("filename", "filename", "Path of the file."),
                ("line_number", "line_number", "First line of the method."),
            ],
            "FROM method WHERE docstring IS NOT NULL",
        ),
    ]
}
