//! The methods of a graph, by the catalogue's own queries.

use codegraph_cpg::store::{Budget, ColumnBatch, ColumnData, Graph, QueryError, Rows, Value};

/// A method of the tree.
pub(crate) struct Method {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) full_name: String,
}

/// All methods that have a name of their own, by file and place.
pub(crate) fn all(graph: &Graph) -> Result<Vec<Method>, QueryError> {
    let files = query(graph, "folder", &[Value::Text(String::new())])?;
    let mut methods = Vec::new();
    for (batch, row) in rows(&files) {
        if int(&files, batch, row, "methods") == 0 {
            continue;
        }
        let path = text(&files, batch, row, "path").to_owned();
        methods.extend(named(&query(graph, "file_outline", &[Value::Text(path)])?));
    }
    Ok(methods)
}

/// The methods among rows that have the columns of a symbol. What the host or importer named (`<lambda>`) nobody asks for.
pub(crate) fn named(found: &Rows) -> Vec<Method> {
    rows(found)
        .filter(|&(batch, row)| text(found, batch, row, "kind") == "METHOD")
        .map(|(batch, row)| Method {
            id: id(found, batch, row, "id"),
            name: text(found, batch, row, "name").to_owned(),
            full_name: text(found, batch, row, "full_name").to_owned(),
        })
        .filter(|method| !method.name.starts_with('<'))
        .collect()
}

/// Asks within the store's own bounds.
pub(crate) fn query(graph: &Graph, name: &str, parameters: &[Value]) -> Result<Rows, QueryError> {
    graph.query(name, parameters, Budget::default())
}

fn rows(found: &Rows) -> impl Iterator<Item = (&ColumnBatch, usize)> {
    let rows = |batch: &ColumnBatch| 0..batch.rows as usize;
    found
        .batches
        .iter()
        .flat_map(move |batch| rows(batch).map(move |row| (batch, row)))
}

fn column<'a>(found: &Rows, batch: &'a ColumnBatch, name: &str) -> &'a ColumnData {
    let at = found.columns.iter().position(|column| column.name == name);
    &batch.columns[at.expect("the catalogue says which columns a query has")]
}

fn text<'a>(found: &Rows, batch: &'a ColumnBatch, row: usize, name: &str) -> &'a str {
    column(found, batch, name).text(row).unwrap_or_default()
}

fn int(found: &Rows, batch: &ColumnBatch, row: usize, name: &str) -> i64 {
    match column(found, batch, name) {
        ColumnData::Ints(values) => values[row],
        _ => 0,
    }
}

fn id(found: &Rows, batch: &ColumnBatch, row: usize, name: &str) -> u64 {
    match column(found, batch, name) {
        ColumnData::Ids(values) => values[row],
        _ => 0,
    }
}
