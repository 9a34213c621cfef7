//! The public views.

use super::support::{Folder, build_shop};
use crate::store::schema::views::VIEWS;
use duckdb::Connection;

/// The shop attached under a name that it was not built with.
fn attached(folder: &Folder) -> Connection {
    let path = folder.file("shop.duckdb");
    build_shop(&path);
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(&format!(
            "ATTACH '{}' AS \"some alias\" (READ_ONLY)",
            path.display()
        ))
        .unwrap();
    connection
}

fn texts(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement
        .query_map([], |row| row.get::<_, Option<String>>(0))
        .unwrap();
    rows.map(|row| row.unwrap().unwrap_or_else(|| "-".into()))
        .collect()
}

#[test]
fn each_view_works_under_any_alias() {
    let folder = Folder::new("alias");
    let connection = attached(&folder);
    for view in VIEWS.iter() {
        let columns: Vec<String> = view
            .columns
            .iter()
            .map(|(name, ..)| format!("\"{name}\""))
            .collect();
        let sql = format!(
            "SELECT {} FROM \"some alias\".{}",
            columns.join(", "),
            view.name
        );
        let mut statement = connection
            .prepare(&sql)
            .unwrap_or_else(|error| panic!("{}: {error}", view.name));
        let mut rows = statement
            .query([])
            .unwrap_or_else(|error| panic!("{}: {error}", view.name));
        while rows
            .next()
            .unwrap_or_else(|error| panic!("{}: {error}", view.name))
            .is_some()
        {}
    }
}

#[test]
fn all_relations_of_the_specification_are_there() {
    let nodes = "method call identifier field_identifier literal local param param_out method_return return block control_structure member type_decl type_ref type_parameter type_argument method_ref file namespace_block metadata binding closure_binding jump_target comment tag unknown import eval";
    let edges = "ast cfg call ref reaching_def argument receiver condition dominate post_dominate cdg binds binds_to source_file alias_of inherits_from capture captured_by tagged_by contains include ddg pdg eval_type";
    let known: Vec<&str> = VIEWS.iter().map(|view| view.name.as_str()).collect();
    let wanted = nodes
        .split(' ')
        .filter(|name| *name != "eval")
        .map(|name| format!("nodes_{name}"));
    for name in wanted
        .chain(edges.split(' ').map(|name| format!("edges_{name}")))
        .chain(["cpg_nodes", "call_containment", "method_docstrings"].map(str::to_owned))
    {
        assert!(known.contains(&name.as_str()), "{name} is missing");
    }
}

#[test]
fn ids_of_edges_are_ids_of_nodes() {
    let folder = Folder::new("ids");
    let connection = attached(&folder);
    connection.execute_batch("USE \"some alias\"").unwrap();
    for view in VIEWS.iter().filter(|view| {
        view.name.starts_with("edges_") && view.columns.iter().any(|(name, ..)| name == "src")
    }) {
        if view.name == "edges_eval_type" {
            continue;
        }
        let sql = format!(
            "SELECT count(*) FROM {0} WHERE src NOT IN (SELECT id FROM cpg_nodes) OR dst NOT IN (SELECT id FROM cpg_nodes)",
            view.name
        );
        let strays: u64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(strays, 0, "{}", view.name);
    }
}

#[test]
fn columns_hold_what_the_source_says() {
    let folder = Folder::new("columns");
    let connection = attached(&folder);
    connection.execute_batch("USE \"some alias\"").unwrap();
    let text = |sql: &str| texts(&connection, sql).join(" ; ");
    assert_eq!(
        text("SELECT file FROM nodes_method WHERE name = 'find'"),
        "shop/db.py"
    );
    assert_eq!(
        text(
            "SELECT concat(line_number, ':', column_number, '-', line_number_end, ':', column_number_end) FROM nodes_method WHERE name = 'find'"
        ),
        "15:5-16:32"
    );
    assert_eq!(
        text("SELECT docstring FROM nodes_type_decl WHERE name = 'Store'"),
        "Keeps rows.\n\nFor ever."
    );
    assert_eq!(
        text("SELECT docstring FROM nodes_file WHERE name = 'shop/db.py'"),
        "Stores things."
    );
    assert_eq!(
        text(
            "SELECT array_to_string(inherits_from_type_full_name, ',') FROM nodes_type_decl WHERE name = 'Store'"
        ),
        "Base"
    );
    assert_eq!(
        text("SELECT method_full_name FROM nodes_call WHERE name = 'join'"),
        "os.path.join"
    );
    assert_eq!(
        text("SELECT dispatch_type FROM nodes_call WHERE name IN ('Store', 'find') ORDER BY id"),
        "STATIC_DISPATCH ; DYNAMIC_DISPATCH"
    );
    assert_eq!(
        text("SELECT argument_name FROM node WHERE argument_name IS NOT NULL"),
        "most"
    );
    assert_eq!(
        text("SELECT concat(name, is_variadic) FROM nodes_param ORDER BY id"),
        "selffalse ; keyfalse ; resttrue ; mostfalse"
    );
    assert_eq!(
        text("SELECT code FROM nodes_identifier WHERE name = 'key'"),
        "key"
    );
    assert_eq!(
        text("SELECT concat(imported_entity, ' as ', imported_as) FROM nodes_import ORDER BY id"),
        "os as os ; shop.db.Store as Store"
    );
    assert_eq!(
        text(
            "SELECT concat(ast_parent_full_name, ' ', name) FROM nodes_member WHERE name = 'size'"
        ),
        "shop.db.Store size"
    );
    assert_eq!(text("SELECT language FROM nodes_metadata"), "[\"python\"]");
    assert_eq!(
        text("SELECT node_type FROM cpg_nodes GROUP BY 1 HAVING count(*) = 1 ORDER BY 1"),
        "METHOD_RETURN ; RETURN"
    );
    assert_eq!(
        text(
            "SELECT concat(src_filename, ' ', dst_filename, ' ', include_path) FROM edges_include"
        ),
        "shop/app.py shop/db.py shop.db"
    );
    assert_eq!(
        text("SELECT role FROM nodes_file ORDER BY id"),
        "source ; source ; documentation ; source"
    );
    assert_eq!(text("SELECT name FROM dynamic_boundaries"), "eval");
    assert_eq!(
        text(
            "SELECT concat(caller_full_name, ' > ', callee_full_name) FROM call_graph ORDER BY call_id"
        ),
        "shop.db.Store.find > os.path.join ; shop.app.main > shop.db.Store ; shop.app.main > shop.db.Store.find"
    );
    assert_eq!(
        text(
            "SELECT t.full_name FROM edges_eval_type AS e JOIN nodes_type AS t ON t.id = e.dst JOIN nodes_param AS p ON p.id = e.src"
        ),
        "str"
    );
    // Code that equals the name is stored once.
    assert_eq!(
        text("SELECT code FROM node WHERE kind = 16 AND name = 'key'"),
        "-"
    );
}

#[test]
fn rows_stand_in_id_order() {
    let folder = Folder::new("order");
    let connection = attached(&folder);
    let ids = texts(
        &connection,
        "SELECT CAST(id AS VARCHAR) FROM \"some alias\".node WHERE id >= 4294967296",
    );
    let ids: Vec<u64> = ids.iter().map(|id| id.parse().unwrap()).collect();
    assert!(ids.is_sorted() && ids.len() > 40);
    let keys = texts(&connection, "SELECT name_key FROM \"some alias\".symbol");
    assert!(keys.is_sorted(), "{keys:?}");
}
