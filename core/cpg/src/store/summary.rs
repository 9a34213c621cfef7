//! What a graph holds, counted in its tables: a new file and an amended one are counted alike.

use super::BuildSummary;
use crate::kind::NodeKind;
use duckdb::Connection;
use std::collections::BTreeMap;

/// Counts everything but the size of the file itself.
pub(super) fn summary(connection: &Connection) -> Result<BuildSummary, duckdb::Error> {
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u64>(0));
    let call_edges = count("SELECT count(*)::UBIGINT FROM call_edge")?;
    let edges = count(
        "SELECT ((SELECT count(*) FROM edge) + (SELECT count(*) FROM data_edge) + (SELECT count(*) FROM node WHERE goes_to_ipdom) + (SELECT count(*) FROM link))::UBIGINT",
    )?;
    let (lines, lowered_bytes) = connection.query_row(
        "SELECT coalesce(sum(line_count), 0)::UBIGINT, coalesce(sum(size), 0)::UBIGINT FROM file WHERE is_lowered",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let (source_bytes, source_bytes_stored) = connection.query_row(
        "SELECT coalesce(sum(size), 0)::UBIGINT, coalesce(sum(octet_length(content)), 0)::UBIGINT FROM source_files",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(BuildSummary {
        nodes: count("SELECT count(*)::UBIGINT FROM node")?,
        edges: edges + call_edges,
        call_edges,
        calls_by_resolution: groups(
            connection,
            "SELECT resolution, count(*)::UBIGINT FROM call_edge GROUP BY ALL",
        )?,
        calls: count(&format!(
            "SELECT count(*)::UBIGINT FROM node WHERE kind = {} AND NOT starts_with(name, '<operator>')",
            NodeKind::Call as u8
        ))?,
        methods: count("SELECT count(*)::UBIGINT FROM method WHERE NOT is_external")?,
        types: count("SELECT count(*)::UBIGINT FROM type_decl WHERE NOT is_external")?,
        files: count("SELECT count(*)::UBIGINT FROM file")?,
        files_by_role: groups(
            connection,
            "SELECT role, count(*)::UBIGINT FROM file WHERE NOT ends_with(name, '/') GROUP BY ALL",
        )?,
        files_by_language: groups(
            connection,
            "SELECT coalesce(language, ''), count(*)::UBIGINT FROM file WHERE is_lowered GROUP BY ALL",
        )?,
        lines,
        lowered_bytes,
        gaps_by_reason: groups(
            connection,
            "SELECT reason, count(*)::UBIGINT FROM analysis_gaps GROUP BY ALL",
        )?,
        gaps_by_language: gaps_by_language(connection)?,
        bytes: 0,
        source_bytes,
        source_bytes_stored,
    })
}

/// A query of names and counts.
fn groups(connection: &Connection, sql: &str) -> Result<BTreeMap<String, u64>, duckdb::Error> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn gaps_by_language(
    connection: &Connection,
) -> Result<BTreeMap<String, BTreeMap<String, u64>>, duckdb::Error> {
    let mut statement = connection.prepare(
        "SELECT g.reason, coalesce(f.language, ''), count(*)::UBIGINT \
         FROM analysis_gaps AS g LEFT JOIN file AS f ON f.id = g.file_id GROUP BY ALL",
    )?;
    let mut rows = statement.query([])?;
    let mut found: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        found
            .entry(row.get(0)?)
            .or_default()
            .insert(row.get(1)?, row.get(2)?);
    }
    Ok(found)
}
