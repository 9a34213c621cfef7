//! Rows, and the writer that hands them over in batches.

use codegraph_sdk::importer::{AstBatch, NodeFlags, NodeKind, Role};
use codegraph_sdk::{Fault, Signal, Span, TextColumn};

use crate::output::Output;
use crate::texts::{Text, Texts};

/// Rows after which a batch goes out at the next boundary between declarations.
const GOOD_ROWS: usize = 16 * 1024;
/// Rows after which a batch goes out wherever it is: with pairs, at most 4 MiB.
const MOST_ROWS: usize = 64 * 1024;
/// Bytes of texts in one batch.
const MOST_TEXT: usize = 2 * 1024 * 1024;

/// A row number in the file; 0 is the file itself.
pub type RowId = u32;

/// One row. `name`, `detail` and `type_text` mean what the table at `cpg.node-kind` of the contract says.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the contract documents the fields")]
pub struct Row {
    pub kind: NodeKind,
    pub role: Role,
    pub parent: RowId,
    pub argument: i32,
    pub start: u32,
    pub end: u32,
    pub name: Text,
    pub detail: Text,
    pub type_text: Text,
    pub flags: NodeFlags,
}

/// Where an expression or statement goes: its parent and what it is to it.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Row of the parent.
    pub parent: RowId,
    /// What the child is to it.
    pub role: Role,
    /// Position among the arguments of a call; −1 elsewhere.
    pub argument: i32,
    /// Properties that the place gives to what stands there (`unpacked`).
    pub flags: NodeFlags,
    /// Name of the argument (`f(key=1)`).
    pub keyword: Text,
}

impl Place {
    /// A child with a role.
    pub fn new(parent: RowId, role: Role) -> Self {
        Self {
            parent,
            role,
            argument: -1,
            flags: NodeFlags::empty(),
            keyword: Text::EMPTY,
        }
    }

    /// A statement in a block.
    pub fn statement(parent: RowId) -> Self {
        Self::new(parent, Role::None)
    }

    /// An argument of a call, from 1.
    pub fn argument(parent: RowId, position: i32) -> Self {
        Self {
            argument: position,
            ..Self::new(parent, Role::Argument)
        }
    }

    /// The callee expression of a call.
    pub fn receiver(parent: RowId) -> Self {
        Self {
            argument: 0,
            ..Self::new(parent, Role::Receiver)
        }
    }

    /// The same place with another role.
    pub fn with_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// The same place with more properties.
    pub fn with_flags(self, flags: NodeFlags) -> Self {
        Self {
            flags: self.flags | flags,
            ..self
        }
    }

    /// The same place with an argument name.
    pub fn with_keyword(self, keyword: Text) -> Self {
        Self { keyword, ..self }
    }
}

/// Collects the rows of one file and hands them to an [`Output`].
pub struct Writer<O> {
    output: O,
    /// The file's texts.
    pub texts: Texts,
    batch: AstBatch,
    next: RowId,
    fault: Option<Fault>,
    closed: bool,
    inserted: Vec<Inserted>,
}

/// A stretch of the text that is no part of the file.
struct Inserted {
    /// Where it starts in the text.
    start: u32,
    end: u32,
    /// Bytes that were put in before its end.
    bytes: u32,
    /// The place in the file that its rows have.
    place: (u32, u32),
}

impl<O: Output> Writer<O> {
    /// Starts a file whose source has `source_length` bytes.
    pub fn new(output: O, source_length: usize) -> Self {
        let rows = (source_length / 8).min(MOST_ROWS);
        Self {
            output,
            texts: Texts::with_capacity(source_length / 64),
            batch: empty(1, rows),
            next: 1,
            fault: None,
            closed: false,
            inserted: Vec::new(),
        }
    }

    /// Says that the text that is lowered has a stretch that the file has not, starting at `at` of the text: rows of it have a place in
    /// the file. To be called before any row is added, in the order of the text.
    pub fn put_in(&mut self, at: u32, length: u32, place: (u32, u32)) {
        let before = self.inserted.last().map_or(0, |last| last.bytes);
        self.inserted.push(Inserted {
            start: at,
            end: at + length,
            bytes: before + length,
            place,
        });
    }

    /// The span in the file of one in the text.
    fn in_file(&self, start: u32, end: u32) -> (u32, u32) {
        let place = |at: u32, is_end: bool| {
            let before = |own: &Inserted| own.start < at || !is_end && own.start == at;
            let Some(last) = self.inserted.partition_point(before).checked_sub(1) else {
                return at;
            };
            let own = &self.inserted[last];
            if at < own.end || is_end && at == own.end {
                if is_end { own.place.1 } else { own.place.0 }
            } else {
                at - own.bytes
            }
        };
        (place(start, false), place(end, true))
    }

    /// Adds a row; its parent must have been added before.
    pub fn push(&mut self, row: Row) -> RowId {
        debug_assert!(row.parent < self.next, "a parent comes before its children");
        debug_assert!(row.start <= row.end, "a span does not end before it starts");
        if self.batch.kinds.len() >= MOST_ROWS {
            self.flush();
        }
        let (start, end) = if self.inserted.is_empty() {
            (row.start, row.end)
        } else {
            self.in_file(row.start, row.end)
        };
        let batch = &mut self.batch;
        batch.kinds.push(row.kind as u8);
        batch.roles.push(row.role as u8);
        batch.parents.push(row.parent);
        batch.arguments.push(row.argument);
        batch.starts.push(start);
        batch.ends.push(end);
        batch.names.push(row.name.0);
        batch.details.push(row.detail.0);
        batch.types.push(row.type_text.0);
        batch.properties.push(row.flags.bits());
        let id = self.next;
        self.next += 1;
        id
    }

    /// Adds a row that stands at a place.
    pub fn put(&mut self, kind: NodeKind, place: Place, span: (u32, u32), name: Text) -> RowId {
        let row = self.at(kind, place, span, name);
        self.add(row, place)
    }

    /// Builds a row for a place, to be filled in and given to [`Writer::add`].
    pub fn at(&self, kind: NodeKind, place: Place, span: (u32, u32), name: Text) -> Row {
        Row {
            kind,
            role: place.role,
            parent: place.parent,
            argument: place.argument,
            start: span.0,
            end: span.1,
            name,
            detail: Text::EMPTY,
            type_text: Text::EMPTY,
            flags: place.flags,
        }
    }

    /// Adds a row with the argument name of its place.
    pub fn add(&mut self, row: Row, place: Place) -> RowId {
        let id = self.push(row);
        if !place.keyword.is_empty() {
            self.batch.keywords.extend([id, place.keyword.0]);
        }
        id
    }

    /// Says which declaration a row means.
    pub fn refer(&mut self, row: RowId, declaration: RowId) {
        debug_assert!(
            row < self.next && declaration < self.next && declaration != 0,
            "both rows were added"
        );
        self.batch.refs.extend([row, declaration]);
    }

    /// Reports a gap.
    pub fn gap(&mut self, start: u32, end: u32, reason: &str, detail: &str) {
        let (start, end) = self.in_file(start, end);
        self.output.gap(Span { start, end }, reason, detail);
    }

    /// Says that a top-level declaration is complete: a good place to end a batch.
    pub fn boundary(&mut self) {
        if self.batch.kinds.len() >= GOOD_ROWS {
            self.flush();
        }
    }

    /// Whether the file is over before its end: the host refused rows, or nobody wants more.
    pub fn is_over(&self) -> bool {
        self.closed || self.fault.is_some()
    }

    /// Number of the next row.
    pub fn next_row(&self) -> RowId {
        self.next
    }

    /// Hands over what is left.
    ///
    /// # Errors
    /// The host's refusal of a batch of this file.
    pub fn finish(mut self) -> Result<O, Fault> {
        self.flush();
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self.output),
        }
    }

    fn flush(&mut self) {
        let first = self.next - self.batch.kinds.len() as u32;
        while self.texts.waiting() > MOST_TEXT {
            let strings = self.texts.hand_over(MOST_TEXT);
            self.send(AstBatch {
                strings,
                ..empty(first, 0)
            });
        }
        self.batch.strings = self.texts.hand_over(MOST_TEXT);
        let following = empty(self.next, self.batch.kinds.len());
        let batch = std::mem::replace(&mut self.batch, following);
        self.send(batch);
    }

    fn send(&mut self, batch: AstBatch) {
        let nothing =
            batch.kinds.is_empty() && batch.refs.is_empty() && batch.strings.bytes.is_empty();
        if self.is_over() || nothing {
            return;
        }
        match self.output.push(batch) {
            Ok(Signal::GoOn) => {}
            Ok(Signal::Closed) => self.closed = true,
            Err(fault) => self.fault = Some(fault),
        }
    }
}

fn empty(first: RowId, rows: usize) -> AstBatch {
    AstBatch {
        first,
        kinds: Vec::with_capacity(rows),
        roles: Vec::with_capacity(rows),
        parents: Vec::with_capacity(rows),
        arguments: Vec::with_capacity(rows),
        starts: Vec::with_capacity(rows),
        ends: Vec::with_capacity(rows),
        names: Vec::with_capacity(rows),
        details: Vec::with_capacity(rows),
        types: Vec::with_capacity(rows),
        properties: Vec::with_capacity(rows),
        keywords: Vec::new(),
        refs: Vec::with_capacity(rows / 2),
        strings: TextColumn {
            offsets: vec![0],
            bytes: Vec::new(),
        },
    }
}
