//! A file that was not lowered as rows of the tables.

use super::batch::{Batches, Stage, folder, push_facts, push_gap, push_source};
use super::lines::Lines;
use crate::NodeId;
use crate::kind::{NodeKind, Role};
use crate::store::schema::ColumnBuilder as _;
use crate::store::schema::tables::Rows as _;
use crate::store::{FileRole, StoreError, UnparsedFile};

/// Longest text of a document that can be searched, in bytes.
const DOCUMENT_BYTES: usize = 256 << 10;

/// Longest beginning of a document that describes it, in characters.
const SUMMARY_CHARACTERS: usize = 400;

pub(super) fn rows(file: &UnparsedFile) -> Result<Batches, StoreError> {
    let mut batches = Batches::default();
    let id = NodeId::new(file.ordinal, 0).0 as i64;
    let lines = file.text.as_deref().map(Lines::new);
    let document = file
        .text
        .as_deref()
        .filter(|_| file.file_role == FileRole::Documentation)
        .map(|text| {
            let cut = &text[..text.len().min(DOCUMENT_BYTES)];
            // A NUL ends texts in some readers; a document has none.
            String::from_utf8_lossy(cut).replace('\0', " ")
        });
    let nodes = &mut batches.node;
    nodes.id.push(id);
    nodes.kind.push(NodeKind::File as u8);
    nodes.role.push(Role::None as u8);
    nodes.order_index.push(0);
    nodes.argument_index.push(-1);
    nodes.name.push(&file.path);
    nodes.filename.push(&file.path);
    nodes.line_number.push(1);
    nodes.column_number.push(1);
    nodes.offset.push(0);
    nodes
        .length
        .push(u32::try_from(file.size).unwrap_or(u32::MAX));
    nodes.properties.push(0);
    nodes.none_for_the_rest();
    let rows = &mut batches.file;
    rows.id.push(id);
    rows.name.push(&file.path);
    rows.folder.push(folder(&file.path));
    rows.hash.option(
        file.text
            .as_deref()
            .map(|text| blake3::hash(text).to_hex().to_string())
            .as_deref(),
    );
    rows.language.filled(&file.language);
    rows.role.push(file.file_role.text());
    rows.is_package.push(false);
    rows.is_lowered.push(false);
    rows.size.push(file.size);
    rows.line_count.option(lines.as_ref().map(Lines::count));
    rows.code_line_count
        .option(lines.as_ref().map(Lines::filled));
    rows.docstring.filled(
        document
            .as_deref()
            .map(summary)
            .unwrap_or_default()
            .as_str(),
    );
    rows.none_for_the_rest();
    for gap in &file.gaps {
        push_gap(
            &mut batches,
            (id, &file.path),
            gap,
            lines.as_ref(),
            Stage::File,
        );
    }
    if let Some(text) = &file.text {
        push_source(&mut batches, id, &file.path, text)?;
    }
    push_facts(&mut batches, (id, &file.path), file.key, None)?;
    if let Some(text) = &document {
        let rows = &mut batches.document;
        rows.file_id.push(id);
        rows.filename.push(&file.path);
        rows.folder.push(folder(&file.path));
        rows.content.push(text);
    }
    Ok(batches)
}

/// The first paragraph that is more than a heading's decoration or a picture, cut at a word.
fn summary(text: &str) -> String {
    let is_words =
        |line: &str| line.chars().filter(|c| c.is_alphabetic()).count() * 2 > line.chars().count();
    let mut paragraph = String::new();
    for line in text.lines().map(str::trim) {
        let is_heading = line.starts_with(['#', '=', '-', '<', '!', '[', '.']);
        if is_heading || !is_words(line) {
            if paragraph.is_empty() {
                continue;
            }
            break;
        }
        if !paragraph.is_empty() {
            paragraph.push(' ');
        }
        paragraph.push_str(line);
        if paragraph.chars().count() > SUMMARY_CHARACTERS {
            let cut: String = paragraph.chars().take(SUMMARY_CHARACTERS).collect();
            return format!(
                "{} …",
                cut.rsplit_once(' ')
                    .map_or(cut.as_str(), |(words, _)| words)
            );
        }
    }
    paragraph
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn a_document_is_described_by_its_first_paragraph() {
        let text =
            "[![build](x)](y)\n\n# Shop\n=====\n\nSells things\nover the counter.\n\nMore.\n";
        assert_eq!(summary(text), "Sells things over the counter.");
        assert_eq!(summary("# Only a heading\n"), "");
        let long = "word ".repeat(200);
        assert!(summary(&long).ends_with("word …") && summary(&long).chars().count() < 410);
    }
}
