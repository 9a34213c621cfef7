//! The physical tables. Rows stand in id order; there are no keys and no indexes (zone maps do their work).
//!
//! Users and plugins read the views; these tables are below the contract and may change with the schema version.

use super::{
    Blob, Column, ColumnBuilder, Id, Int, Real, Small, Table, Text, Texts, Truth, Unsigned, Wide,
};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use std::sync::Arc;

macro_rules! tables {
    ($($(#[doc = $doc:literal])* $rows:ident $name:literal { $($(#[doc = $column_doc:literal])* $column:ident: $kind:ident,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Default)]
            pub(crate) struct $rows { $(pub(crate) $column: $kind,)* }

            impl $rows {
                pub(crate) const TABLE: Table = Table {
                    name: $name,
                    doc: concat!($($doc),*),
                    columns: &[$(Column { name: stringify!($column), sql: <$kind as ColumnBuilder>::SQL, doc: concat!($($column_doc),*) },)*],
                };
            }

            impl Rows for $rows {
                fn table(&self) -> &'static Table {
                    const { &$rows::TABLE }
                }

                fn rows(&self) -> usize {
                    [$(self.$column.len()),*][0]
                }

                fn none_for_the_rest(&mut self) {
                    let rows = [$(self.$column.len()),*].into_iter().max().unwrap_or(0);
                    $(if self.$column.len() < rows { self.$column.none(); })*
                }

                fn finish(&mut self) -> RecordBatch {
                    let arrays = vec![$(self.$column.finish()),*];
                    let fields: Vec<Field> = Self::TABLE
                        .columns
                        .iter()
                        .zip(&arrays)
                        .map(|(column, array)| Field::new(column.name, array.data_type().clone(), true))
                        .collect();
                    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("each row fills each column")
                }
            }
        )*

        /// All physical tables.
        pub const TABLES: &[Table] = &[$($rows::TABLE),*];
    };
}

/// Rows of a table that are being filled.
pub(crate) trait Rows {
    /// Where they go.
    fn table(&self) -> &'static Table;
    /// How many there are.
    fn rows(&self) -> usize;
    /// Ends a row: columns that it did not fill get no value.
    fn none_for_the_rest(&mut self);
    /// Gives them and starts anew.
    fn finish(&mut self) -> RecordBatch;
}

tables! {
    /// A node of any kind, in id order; what only methods, types and files have is in their own tables. Other nodes and ends
    /// of spans are told by their distance: whole ids take four bytes a row and more when compressed, distances one.
    NodeRows "node" {
        /// File ordinal `<< 32 |` pre-order number in the file; file 0 holds what is defined elsewhere.
        id: Id,
        /// Number of the node kind.
        kind: Small,
        /// Number of the role: what the node is to its parent.
        role: Small,
        /// `id` minus that of the parent in the syntax tree; none for files and external nodes.
        parent_distance: Unsigned,
        /// `id` minus that of the method around it; none where there is none.
        method_distance: Unsigned,
        /// Position among the children of the parent, from 1.
        order_index: Int,
        /// Argument position from 1, receiver 0, else -1.
        argument_index: Int,
        /// Name of a keyword argument.
        argument_name: Text,
        /// Name; a literal's value; the type of a control structure.
        name: Text,
        /// Full name, none of methods, types and operators; a call's target as far as its file tells; the grammar's name of a construct;
        /// an import's module; a member's type.
        full_name: Text,
        /// Type as declared or written; the member that an import takes.
        type_full_name: Text,
        /// Source text, at most 200 bytes, of control structures the first line; none where it equals the name.
        code: Text,
        /// Path of the file.
        filename: Text,
        /// First line, from 1.
        line_number: Int,
        /// Column of the first character, from 1.
        column_number: Int,
        /// Lines from the first to that of the last character.
        line_distance: Unsigned,
        /// Column of the last character.
        column_number_end: Int,
        /// Byte offset of the first byte in the file.
        offset: Unsigned,
        /// Bytes.
        length: Unsigned,
        /// Bits of the node's properties.
        properties: Unsigned,
        /// `id` minus that of the immediate dominator in the control flow of its method.
        idom_distance: Int,
        /// `id` minus that of the immediate post-dominator.
        ipdom_distance: Int,
        /// Control can go there next: most edges of the control flow are told so, and `edge` has the others.
        goes_to_ipdom: Truth,
    }

    /// A method, function, lambda or body of a module; external ones that are called here too.
    MethodRows "method" {
        /// Its node.
        id: Id,
        /// Short name.
        name: Text,
        /// Full name.
        full_name: Text,
        /// Signature as the importer words it.
        signature: Text,
        /// Path of the file; none for external methods.
        filename: Text,
        /// First line, from 1.
        line_number: Int,
        /// Column of the first character, from 1.
        column_number: Int,
        /// Line of the last character.
        line_number_end: Int,
        /// Column of the last character.
        column_number_end: Int,
        /// Byte offset of the first byte in the file.
        offset: Unsigned,
        /// Byte offset after the last byte.
        offset_end: Unsigned,
        /// Source text, at most 200 bytes.
        code: Text,
        /// Defined outside of the tree.
        is_external: Truth,
        /// Node type of what it is defined in.
        ast_parent_type: Text,
        /// Full name of what it is defined in.
        ast_parent_full_name: Text,
        /// Position among the children of the parent, from 1.
        order_index: Int,
        /// Modifiers.
        modifier: Texts,
        /// Properties by name: `async`, `generator`, `lambda`, `property` …
        flags: Texts,
        /// Decorators or annotations, as written.
        decorators: Texts,
        /// Declared type of what it returns.
        return_type: Text,
        /// Its docstring, without common indentation.
        docstring: Text,
        /// Parent in the syntax tree.
        parent_id: Id,
        /// Method around it.
        method_id: Id,
        /// Stands in a file of role `test`.
        is_test: Truth,
        /// Decisions + 1 (McCabe 1976).
        cyclomatic_complexity: Unsigned,
        /// Cognitive complexity (Campbell, SonarSource 2018).
        cognitive_complexity: Unsigned,
        /// Deepest nesting of control structures.
        nesting_depth: Unsigned,
        /// Parameters, the receiver not among them.
        parameter_count: Unsigned,
        /// Lines from first to last.
        line_count: Unsigned,
        /// Statements.
        statement_count: Unsigned,
        /// Hash of its tree; layout and comments do not count.
        ast_hash: Wide,
    }

    /// A type; external ones that are used here too.
    TypeDeclRows "type_decl" {
        /// Its node.
        id: Id,
        /// Short name.
        name: Text,
        /// Full name.
        full_name: Text,
        /// Defined outside of the tree.
        is_external: Truth,
        /// Its bases: full names where the file tells them, else as written.
        inherits_from_type_full_name: Texts,
        /// The type that it is another name of.
        alias_type_full_name: Text,
        /// Path of the file; none for external types.
        filename: Text,
        /// Source text, at most 200 bytes.
        code: Text,
        /// First line, from 1.
        line_number: Int,
        /// Column of the first character, from 1.
        column_number: Int,
        /// Line of the last character.
        line_number_end: Int,
        /// Column of the last character.
        column_number_end: Int,
        /// Byte offset of the first byte in the file.
        offset: Unsigned,
        /// Byte offset after the last byte.
        offset_end: Unsigned,
        /// Node type of what it is defined in.
        ast_parent_type: Text,
        /// Full name of what it is defined in.
        ast_parent_full_name: Text,
        /// Position among the children of the parent, from 1.
        order_index: Int,
        /// Modifiers.
        modifier: Texts,
        /// Properties by name.
        flags: Texts,
        /// Decorators or annotations, as written.
        decorators: Texts,
        /// Its docstring, without common indentation.
        docstring: Text,
        /// Parent in the syntax tree.
        parent_id: Id,
        /// Method around it.
        method_id: Id,
        /// Stands in a file of role `test`.
        is_test: Truth,
        /// Lines from first to last.
        line_count: Unsigned,
    }

    /// A file of the tree, lowered or only listed.
    FileRows "file" {
        /// Its node.
        id: Id,
        /// Path from the root, with `/`.
        name: Text,
        /// Path of its folder, empty for the root.
        folder: Text,
        /// BLAKE3 of its bytes, hexadecimal; none where its text was not read.
        hash: Text,
        /// Language identifier; none where it is not known.
        language: Text,
        /// What it is for: `source`, `test`, `vendored`, `generated`, `documentation`, `configuration`, `other`.
        role: Text,
        /// Module name by the language's rules.
        module: Text,
        /// Stands for its folder.
        is_package: Truth,
        /// Whether an importer lowered it.
        is_lowered: Truth,
        /// Size in bytes.
        size: Wide,
        /// Lines.
        line_count: Unsigned,
        /// Lines that are not blank.
        code_line_count: Unsigned,
        /// Its docstring, or the first lines of a document.
        docstring: Text,
        /// Methods that it defines, its own body not among them.
        method_count: Unsigned,
        /// Types that it defines.
        type_count: Unsigned,
        /// Statements of all methods.
        statement_count: Unsigned,
        /// Cyclomatic complexity of all methods together.
        cyclomatic_complexity: Unsigned,
        /// Cognitive complexity of all methods together.
        cognitive_complexity: Unsigned,
        /// Deepest nesting in a method.
        nesting_depth: Unsigned,
    }

    /// A name that can be looked up, sorted by `name_key`.
    SymbolRows "symbol" {
        /// The last part of the name in lower case, without the number of a later definition (`f$2`).
        name_key: Text,
        /// Short name.
        name: Text,
        /// Full name.
        full_name: Text,
        /// Node type: `METHOD`, `TYPE_DECL`, `MEMBER`, `LOCAL` (a variable of a module), `NAMESPACE_BLOCK` (a module).
        kind: Text,
        /// Its node.
        id: Id,
        /// Signature of a method.
        signature: Text,
        /// Path of the file; none for external symbols.
        filename: Text,
        /// First line, from 1.
        line_number: Int,
        /// Last line.
        line_number_end: Int,
        /// Defined outside of the tree.
        is_external: Truth,
        /// What its file is for.
        file_role: Text,
        /// Language identifier.
        language: Text,
        /// First line of its source text, at most 200 bytes.
        code: Text,
        /// Only says that something is there that is defined elsewhere.
        is_declaration: Truth,
        /// Such a declaration where another row is the definition: look-ups leave it out.
        is_redundant: Truth,
    }

    /// An edge inside a file that is no function of a node's columns, by source; data dependence has a table of its own.
    EdgeRows "edge" {
        /// Node that it leaves.
        src: Id,
        /// The node that it enters minus `src`.
        distance: Int,
        /// Number of the edge kind.
        kind: Small,
    }

    /// A definition and a use that it reaches, by definition. Apart from `edge`, whose rows would all pay for the variable.
    DataEdgeRows "data_edge" {
        /// The definition.
        src: Id,
        /// The use minus `src`.
        distance: Int,
        /// The variable.
        variable: Text,
    }

    /// A call and one of its targets, by call, with what is known of the caller and the target.
    CallEdgeRows "call_edge" {
        /// The call.
        src: Id,
        /// The method or type that is called.
        dst: Id,
        /// `src` minus the method that contains the call.
        caller_distance: Unsigned,
        /// How the target was found: `exact`, `import`, `type`, `hierarchy`, `type_hint`, `name_only`.
        resolution: Text,
        /// Precision of that way on the truth sets, from 0 to 1.
        confidence: Real,
        /// Path of the file of the call.
        filename: Text,
        /// What that file is for.
        file_role: Text,
        /// Line of the call.
        line_number: Int,
        /// Source text of the call, at most 200 bytes.
        code: Text,
        /// Node type of the target: `METHOD` or `TYPE_DECL`.
        callee_kind: Text,
        /// Short name of the target.
        callee_name: Text,
        /// Full name of the target.
        callee_full_name: Text,
        /// Signature of the target.
        callee_signature: Text,
        /// Path of the target's file; none where it is external.
        callee_filename: Text,
        /// What that file is for.
        callee_file_role: Text,
        /// First line of the target.
        callee_line_number: Int,
        /// Last line of the target.
        callee_line_number_end: Int,
        /// Short name of the method that contains the call.
        caller_name: Text,
        /// Its full name.
        caller_full_name: Text,
        /// Its signature.
        caller_signature: Text,
        /// Its first line.
        caller_line_number: Int,
        /// Its last line.
        caller_line_number_end: Int,
    }

    /// An edge between files.
    LinkRows "link" {
        /// Node that it leaves.
        src: Id,
        /// Node that it enters.
        dst: Id,
        /// Number of the edge kind.
        kind: Small,
    }

    /// A file that takes in another file of the tree, by import or include.
    IncludeRows "include" {
        /// Path of the file that imports or includes.
        src_filename: Text,
        /// Path of the file that is imported or included.
        dst_filename: Text,
        /// What is imported or included, as the importer gives it.
        include_path: Text,
        /// Line of the import; none where it has no line of its own.
        line_number: Int,
    }

    /// What was not analysed, and why.
    GapRows "analysis_gaps" {
        /// The file.
        file_id: Id,
        /// Path of the file.
        filename: Text,
        /// First line; none for the whole file.
        line_number: Int,
        /// Last line; none for the whole file.
        line_number_end: Int,
        /// Byte offset of the first byte; 0 for the whole file.
        offset: Unsigned,
        /// Byte offset after the last byte; 0 for the whole file.
        offset_end: Unsigned,
        /// Short constant.
        reason: Text,
        /// A sentence.
        detail: Text,
        /// What found it: `file`, which saw that file alone, or `link`, which saw all files.
        stage: Text,
    }

    /// A construct whose meaning only a run can tell.
    BoundaryRows "dynamic_boundaries" {
        /// The node.
        node_id: Id,
        /// Method that contains it.
        method_id: Id,
        /// Path of the file.
        filename: Text,
        /// Its line.
        line_number: Int,
        /// Name of the call or construct.
        name: Text,
        /// Source text, at most 200 bytes.
        code: Text,
    }

    /// Text of a file, compressed: `source` of the plugin contract reads it.
    SourceRows "source_files" {
        /// The file.
        file_id: Id,
        /// Path of the file.
        filename: Text,
        /// Size in bytes, before compression.
        size: Wide,
        /// Zstandard frame.
        content: Blob,
    }

    /// What the next import needs of a file, so that it need not look at it again while it is the same.
    FactRows "file_facts" {
        /// The file.
        file_id: Id,
        /// BLAKE3 of all that the file's rows come from: source, context, importer; none where the same could give other rows.
        input_key: Blob,
        /// What the linker needs of the file, a Zstandard frame; none where it was not lowered.
        facts: Blob,
    }

    /// How names are looked up in the languages of the graph, and what is known of their libraries.
    RuleRows "language_rules" {
        /// Identifier of the language.
        language: Text,
        /// Rules as the importer states them, a Zstandard frame.
        rules: Blob,
    }

    /// Text of a document, for searching.
    DocumentRows "document" {
        /// The file.
        file_id: Id,
        /// Path of the file.
        filename: Text,
        /// Path of its folder, empty for the root.
        folder: Text,
        /// Its text, at most 256 KiB, what is no UTF-8 replaced.
        content: Text,
    }

    /// What the revision says of itself.
    MetadataRows "metadata" {
        /// Its name.
        key: Text,
        /// Its value; lists are JSON.
        value: Text,
    }
}
