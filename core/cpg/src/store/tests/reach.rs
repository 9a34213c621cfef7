//! Searches along edges.

use super::support::{CREATE, FIND, Folder, MAIN, db_file, id, open_shop, row_of};
use crate::kind::NodeKind;
use crate::store::{ColumnData, Direction, QueryError, ReachSpec};

fn spec(from: &[u64], to: &[u64]) -> ReachSpec {
    ReachSpec {
        from: from.to_vec(),
        to: to.to_vec(),
        edges: vec!["call".into()],
        direction: Direction::Forward,
        max_depth: 0,
        max_results: 0,
        min_confidence: 0.0,
    }
}

fn ids(column: &ColumnData) -> &[u64] {
    let ColumnData::Ids(ids) = column else {
        panic!("no ids")
    };
    ids
}

#[test]
fn calls_are_followed_both_ways() {
    let folder = Folder::new("reach");
    let graph = open_shop(&folder);
    let find = id(1, row_of(&db_file(), NodeKind::Method, "find"));
    let store = id(1, row_of(&db_file(), NodeKind::TypeDecl, "Store"));
    let found = graph.reach(&spec(&[id(2, MAIN)], &[])).unwrap();
    assert_eq!(ids(&found.columns[0]), [store, find, id(0, 1)]);
    assert_eq!(found.columns[1], ColumnData::Ints(vec![1, 1, 2]));
    let back = graph
        .reach(&ReachSpec {
            direction: Direction::Backward,
            ..spec(&[id(0, 1)], &[])
        })
        .unwrap();
    assert_eq!(ids(&back.columns[0]), [find, id(2, MAIN)]);
    let sure = graph
        .reach(&ReachSpec {
            min_confidence: 0.95,
            ..spec(&[id(2, MAIN)], &[])
        })
        .unwrap();
    assert_eq!(ids(&sure.columns[0]), [store]);
    let paths = graph.reach(&spec(&[id(2, MAIN)], &[id(0, 1)])).unwrap();
    assert_eq!(ids(&paths.columns[2]), [id(2, MAIN), find, id(0, 1)]);
    assert_eq!(ids(&paths.columns[3])[..2], [0, id(2, FIND)]);
    assert_ne!(ids(&paths.columns[3])[1], id(2, CREATE));
    let files = graph
        .reach(&ReachSpec {
            edges: vec!["file_imports".into()],
            ..spec(&[id(2, 0)], &[])
        })
        .unwrap();
    assert_eq!(ids(&files.columns[0]), [id(1, 0)]);
    let bases = graph
        .reach(&ReachSpec {
            edges: vec!["inherits_from".into()],
            ..spec(&[store], &[])
        })
        .unwrap();
    assert_eq!(bases.rows, 1);
}

#[test]
fn wrong_searches_are_refused() {
    let folder = Folder::new("reach-wrong");
    let graph = open_shop(&folder);
    let with = |edges: &[&str]| ReachSpec {
        edges: edges.iter().map(|&edge| edge.into()).collect(),
        ..spec(&[1], &[])
    };
    assert!(
        matches!(graph.reach(&with(&["calls"])), Err(QueryError::UnknownEdges { known, .. }) if known.contains("inherits_from"))
    );
    assert!(matches!(
        graph.reach(&with(&[])),
        Err(QueryError::Invalid(_))
    ));
    assert!(matches!(
        graph.reach(&ReachSpec {
            min_confidence: f64::NAN,
            ..spec(&[1], &[])
        }),
        Err(QueryError::Invalid(_))
    ));
    assert_eq!(
        graph.reach(&spec(&[77], &[88])).unwrap().rows,
        0,
        "nodes without edges"
    );
}
