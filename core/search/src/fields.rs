//! The schema of an index.

use tantivy::Index;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

use crate::words;

/// The fields of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    pub(crate) kind: Field,
    pub(crate) path: Field,
    /// The path and each folder above it, whole.
    pub(crate) within: Field,
    /// Words of the path.
    pub(crate) path_words: Field,
    pub(crate) line: Field,
    pub(crate) line_end: Field,
    pub(crate) name: Field,
    /// The last part of a symbol's name, whole and in lower case.
    pub(crate) short_name: Field,
    pub(crate) text: Field,
}

impl Fields {
    /// The schema, always the same.
    pub(crate) fn schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(words::NAME)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let indexed = TextOptions::default().set_indexing_options(indexing);
        let stored = indexed.clone().set_stored();
        let fields = Self {
            kind: schema.add_text_field("kind", STRING | STORED),
            path: schema.add_text_field("path", STORED),
            within: schema.add_text_field("within", STRING),
            path_words: schema.add_text_field("path_words", indexed),
            line: schema.add_u64_field("line", STORED | FAST),
            line_end: schema.add_u64_field("line_end", STORED),
            name: schema.add_text_field("name", stored.clone()),
            short_name: schema.add_text_field("short_name", STRING),
            text: schema.add_text_field("text", stored),
        };
        (schema.build(), fields)
    }

    /// Makes the words of this crate known to an index.
    pub(crate) fn register(index: &Index) {
        index.tokenizers().register(words::NAME, words::analyzer());
    }
}

/// The last part of a name, as it is looked for whole.
pub(crate) fn short(name: &str) -> String {
    let last = name
        .rsplit(['.', ':', '/', '#'])
        .find(|part| !part.is_empty());
    last.unwrap_or(name).to_lowercase()
}
