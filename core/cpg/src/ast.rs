//! The rows of one file as an importer pushed them.
//!
//! A guest is never trusted: [`FileAst::append`] and [`FileAst::finish`] check every number before anything else reads it.

use crate::kind::{NodeKind, Role};

/// No row, and the row of the file itself where a parent is meant.
pub const FILE_ROW: u32 = 0;

/// Texts of a file by number. Number 0 is the empty text.
#[derive(Clone, Debug)]
pub struct Texts {
    offsets: Vec<u32>,
    bytes: String,
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            offsets: vec![0, 0],
            bytes: String::new(),
        }
    }
}

impl Texts {
    /// The text of a number; empty where there is none.
    pub fn get(&self, number: u32) -> &str {
        let i = number as usize;
        match (self.offsets.get(i), self.offsets.get(i + 1)) {
            (Some(&from), Some(&to)) => &self.bytes[from as usize..to as usize],
            _ => "",
        }
    }

    /// How many numbers there are; at least one.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether only the empty text is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 1
    }

    /// Adds a text and gives its number.
    pub fn push(&mut self, text: &str) -> u32 {
        self.bytes.push_str(text);
        self.offsets.push(self.bytes.len() as u32);
        self.len() as u32 - 1
    }

    fn extend(&mut self, offsets: &[u32], bytes: Vec<u8>) -> Result<(), BadRows> {
        let text = String::from_utf8(bytes).map_err(|_| BadRows("texts are not UTF-8"))?;
        let Some((&first, rest)) = offsets.split_first() else {
            return Ok(());
        };
        let base = self.bytes.len() as u32;
        let mut last = first;
        if first != 0
            || offsets
                .last()
                .is_some_and(|&end| end as usize != text.len())
        {
            return Err(BadRows("offsets of texts do not cover their bytes"));
        }
        if base.checked_add(text.len() as u32).is_none() {
            return Err(BadRows("texts of a file are longer than 4 GiB"));
        }
        for &offset in rest {
            if offset < last || !text.is_char_boundary(offset as usize) {
                return Err(BadRows("offsets of texts do not ascend"));
            }
            last = offset;
            self.offsets.push(base + offset);
        }
        self.bytes.push_str(&text);
        Ok(())
    }
}

/// Rows as they come from an importer: `ast-sink.ast-batch` of the contract, field by field.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the contract documents the fields")]
pub struct RowBatch {
    pub first: u32,
    pub kinds: Vec<u8>,
    pub roles: Vec<u8>,
    pub parents: Vec<u32>,
    pub arguments: Vec<i32>,
    pub starts: Vec<u32>,
    pub ends: Vec<u32>,
    pub names: Vec<u32>,
    pub details: Vec<u32>,
    pub types: Vec<u32>,
    pub properties: Vec<u32>,
    pub keywords: Vec<u32>,
    pub refs: Vec<u32>,
    pub text_offsets: Vec<u32>,
    pub text_bytes: Vec<u8>,
}

/// Why pushed rows were refused: a defect of the importer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the importer pushed rows that cannot be: {0}")]
pub struct BadRows(pub &'static str);

/// A stretch of a source file that was not analysed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Gap {
    /// Byte offsets in the file; both 0 for the whole file.
    pub start: u32,
    /// End of the stretch, exclusive.
    pub end: u32,
    /// Short constant: `syntax_error`, `no_importer`, `minified`, `too_large` …
    pub reason: String,
    /// A sentence.
    pub detail: String,
}

/// The rows of one file: one element a row in each list, row 0 is the file.
#[derive(Clone, Debug, Default)]
pub struct FileAst {
    /// Node kinds.
    pub kinds: Vec<NodeKind>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Parent rows; always smaller than the row itself, but for row 0.
    pub parents: Vec<u32>,
    /// Argument positions: from 1, receiver 0, none −1.
    pub arguments: Vec<i32>,
    /// Byte offsets of the first byte.
    pub starts: Vec<u32>,
    /// Byte offsets after the last byte.
    pub ends: Vec<u32>,
    /// Text numbers of names.
    pub names: Vec<u32>,
    /// Text numbers of details (full names and the like; the table at `cpg.node-kind` of the contract says what).
    pub details: Vec<u32>,
    /// Text numbers of types.
    pub types: Vec<u32>,
    /// Bits of [`crate::kind::property`].
    pub properties: Vec<u32>,
    /// Argument names: (row, text number), ascending by row after [`FileAst::finish`].
    pub keywords: Vec<(u32, u32)>,
    /// Declarations that rows mean: (row, row of the declaration), ascending after [`FileAst::finish`].
    pub refs: Vec<(u32, u32)>,
    /// Texts.
    pub texts: Texts,
    /// Gaps that the importer named.
    pub gaps: Vec<Gap>,
    source_length: u32,
}

impl FileAst {
    /// Starts with the row of the file.
    pub fn new(source_length: u32) -> Self {
        Self {
            kinds: vec![NodeKind::File],
            roles: vec![Role::None],
            parents: vec![FILE_ROW],
            arguments: vec![-1],
            starts: vec![0],
            ends: vec![source_length],
            names: vec![0],
            details: vec![0],
            types: vec![0],
            properties: vec![0],
            source_length,
            ..Self::default()
        }
    }

    /// Number of rows, the file's among them.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether nothing was pushed.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// Name of a row.
    pub fn name(&self, row: u32) -> &str {
        self.texts.get(self.names[row as usize])
    }

    /// Detail of a row.
    pub fn detail(&self, row: u32) -> &str {
        self.texts.get(self.details[row as usize])
    }

    /// Type of a row.
    pub fn type_text(&self, row: u32) -> &str {
        self.texts.get(self.types[row as usize])
    }

    /// Whether a row has a property of [`crate::kind::property`].
    pub fn has(&self, row: u32, property: u32) -> bool {
        self.properties[row as usize] & property != 0
    }

    /// Adds a batch after checking it.
    ///
    /// # Errors
    /// [`BadRows`] where the lists differ in length, a number has no meaning or points out of range. The file is then unusable.
    pub fn append(&mut self, batch: RowBatch) -> Result<(), BadRows> {
        let rows = batch.kinds.len();
        let same = [
            batch.roles.len(),
            batch.parents.len(),
            batch.arguments.len(),
            batch.starts.len(),
            batch.ends.len(),
            batch.names.len(),
            batch.details.len(),
            batch.types.len(),
            batch.properties.len(),
        ];
        if same.iter().any(|&length| length != rows) {
            return Err(BadRows("lists of a batch differ in length"));
        }
        let first = self.len();
        if batch.first as usize != first {
            return Err(BadRows("a batch does not go on where the one before ended"));
        }
        if first + rows > u32::MAX as usize {
            return Err(BadRows("a file has more rows than can be numbered"));
        }
        if !batch.keywords.len().is_multiple_of(2) || !batch.refs.len().is_multiple_of(2) {
            return Err(BadRows("pairs are not whole"));
        }
        self.texts.extend(&batch.text_offsets, batch.text_bytes)?;
        let texts = self.texts.len() as u32;
        for (i, &parent) in batch.parents.iter().enumerate() {
            if parent as usize >= first + i {
                return Err(BadRows("a parent does not come before its child"));
            }
        }
        for (&start, &end) in batch.starts.iter().zip(&batch.ends) {
            if start > end || end > self.source_length {
                return Err(BadRows("an offset lies outside of the source"));
            }
        }
        if [&batch.names, &batch.details, &batch.types]
            .iter()
            .any(|list| list.iter().any(|&number| number >= texts))
        {
            return Err(BadRows("a text number has no text"));
        }
        for &kind in &batch.kinds {
            let kind = NodeKind::from_number(kind).filter(|&kind| kind != NodeKind::File);
            self.kinds
                .push(kind.ok_or(BadRows("a node kind is not known"))?);
        }
        for &role in &batch.roles {
            self.roles
                .push(Role::from_number(role).ok_or(BadRows("a role is not known"))?);
        }
        self.parents.extend_from_slice(&batch.parents);
        self.arguments.extend_from_slice(&batch.arguments);
        self.starts.extend_from_slice(&batch.starts);
        self.ends.extend_from_slice(&batch.ends);
        self.names.extend_from_slice(&batch.names);
        self.details.extend_from_slice(&batch.details);
        self.types.extend_from_slice(&batch.types);
        self.properties.extend_from_slice(&batch.properties);
        self.keywords.extend(
            batch
                .keywords
                .chunks_exact(2)
                .map(|pair| (pair[0], pair[1])),
        );
        self.refs
            .extend(batch.refs.chunks_exact(2).map(|pair| (pair[0], pair[1])));
        Ok(())
    }

    /// Checks what could only be checked at the end, and puts pairs in order.
    ///
    /// # Errors
    /// [`BadRows`] where a pair names a row or a text that never came.
    pub fn finish(&mut self) -> Result<(), BadRows> {
        let rows = self.len() as u32;
        let texts = self.texts.len() as u32;
        if self
            .keywords
            .iter()
            .any(|&(row, text)| row >= rows || text >= texts)
        {
            return Err(BadRows("an argument name belongs to no row"));
        }
        if self.refs.iter().any(|&(row, declaration)| {
            row >= rows || declaration >= rows || declaration == FILE_ROW
        }) {
            return Err(BadRows("a reference points to no row"));
        }
        self.keywords.sort_unstable();
        self.refs.sort_unstable();
        self.refs.dedup();
        Ok(())
    }

    /// The declaration that a row means, if it means just one or more: the first.
    pub fn reference(&self, row: u32) -> Option<u32> {
        let at = self.refs.partition_point(|&(from, _)| from < row);
        self.refs
            .get(at)
            .filter(|&&(from, _)| from == row)
            .map(|&(_, to)| to)
    }
}
