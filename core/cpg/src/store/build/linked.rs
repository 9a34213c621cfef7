//! What the linker found as rows of the tables.

use super::batch::{Batches, Stage, push_gap};
use super::tree::{last_part, name_key};
use crate::NodeId;
use crate::kind::{NodeKind, Role};
use crate::passes::{Linked, Stub};
use crate::rules::Rules;
use crate::store::schema::tables::{CallEdgeRows, LinkRows, Rows, RuleRows};
use crate::store::schema::{ColumnBuilder as _, Table};
use crate::store::{StoreError, frame};
use arrow::record_batch::RecordBatch;
use std::collections::BTreeMap;

/// Rows that go to tables as they are, and call edges that still lack what the file's other tables know.
pub(super) struct LinkedRows {
    pub(super) rows: Vec<(&'static Table, RecordBatch)>,
    pub(super) calls: RecordBatch,
}

pub(super) fn rows(
    linked: &Linked,
    rules: &[Rules],
    paths: &BTreeMap<u32, String>,
) -> Result<LinkedRows, StoreError> {
    let mut batches = Batches::default();
    for stub in &linked.stubs {
        push_stub(&mut batches, stub);
    }
    for (ordinal, gap) in &linked.gaps {
        let path = paths.get(ordinal).map_or("", String::as_str);
        push_gap(
            &mut batches,
            (NodeId::new(*ordinal, 0).0 as i64, path),
            gap,
            None,
            Stage::Link,
        );
    }
    let mut links = LinkRows::default();
    for link in &linked.links {
        links.src.push(link.src.0 as i64);
        links.dst.push(link.dst.0 as i64);
        links.kind.push(link.kind as u8);
    }
    let mut calls = CallEdgeRows::default();
    for call in &linked.calls {
        calls.src.push(call.site.0 as i64);
        calls.dst.push(call.target.0 as i64);
        calls.caller_distance.option(
            call.site
                .0
                .checked_sub(call.caller.0)
                .and_then(|distance| u32::try_from(distance).ok()),
        );
        calls.resolution.push(call.resolution.text());
        calls.confidence.push(call.confidence);
        calls.none_for_the_rest();
    }
    let mut rows = batches.finish();
    if links.rows() > 0 {
        rows.push((links.table(), links.finish()));
    }
    let mut kept = RuleRows::default();
    for rules in rules {
        kept.language.push(&rules.language);
        let frame = frame::pack(rules)
            .map_err(|error| StoreError::Input(format!("rules of {}: {error}", rules.language)))?;
        kept.rules.push(&frame);
    }
    if kept.rows() > 0 {
        rows.push((kept.table(), kept.finish()));
    }
    Ok(LinkedRows {
        rows,
        calls: calls.finish(),
    })
}

fn push_stub(batches: &mut Batches, stub: &Stub) {
    let id = stub.id.0 as i64;
    let kind = if stub.is_type {
        NodeKind::TypeDecl
    } else {
        NodeKind::Method
    };
    let name = if stub.name.is_empty() {
        last_part(&stub.full_name)
    } else {
        &stub.name
    };
    let around = stub
        .full_name
        .strip_suffix(name)
        .map_or("", |around| around.trim_end_matches(['.', ':', '/', '#']));
    let nodes = &mut batches.node;
    nodes.id.push(id);
    nodes.kind.push(kind as u8);
    nodes.role.push(Role::None as u8);
    nodes.argument_index.push(-1);
    nodes.name.push(name);
    nodes.full_name.push(&stub.full_name);
    nodes.properties.push(0);
    nodes.none_for_the_rest();
    if stub.is_type {
        let rows = &mut batches.type_decl;
        rows.id.push(id);
        rows.name.push(name);
        rows.full_name.push(&stub.full_name);
        rows.is_external.push(true);
        rows.inherits_from_type_full_name.push(&[]);
        rows.modifier.push(&[]);
        rows.flags.push(&[]);
        rows.decorators.push(&[]);
        rows.ast_parent_full_name.filled(around);
        rows.is_test.push(false);
        rows.none_for_the_rest();
    } else {
        let rows = &mut batches.method;
        rows.id.push(id);
        rows.name.push(name);
        rows.full_name.push(&stub.full_name);
        rows.is_external.push(true);
        rows.modifier.push(&[]);
        rows.flags.push(&[]);
        rows.decorators.push(&[]);
        rows.ast_parent_full_name.filled(around);
        rows.is_test.push(false);
        rows.none_for_the_rest();
    }
    let rows = &mut batches.symbol;
    rows.name_key.push(&name_key(name));
    rows.name.push(name);
    rows.full_name.push(&stub.full_name);
    rows.kind.push(kind.text());
    rows.id.push(id);
    rows.is_external.push(true);
    rows.is_declaration.push(false);
    rows.none_for_the_rest();
}
