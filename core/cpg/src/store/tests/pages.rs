//! The reference pages in `docs/` are those that the code makes.

use std::path::Path;

fn check(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, made).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/{name} is out of date: run `UPDATE_DOCS=1 cargo test -p codegraph-cpg`"
    );
}

#[test]
fn schema_page_is_current() {
    check(
        "graph-schema.md",
        &crate::store::schema::reference_page().unwrap(),
    );
}

#[test]
fn query_page_is_current() {
    check("queries.md", &crate::store::catalog::reference_page());
}
