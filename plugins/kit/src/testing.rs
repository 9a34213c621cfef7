//! An output for native tests, as strict as the host.

use codegraph_sdk::importer::{AstBatch, NodeKind};
use codegraph_sdk::{Fault, Signal, Span};

use crate::output::Output;

/// A gap as it was reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedGap {
    /// First byte.
    pub start: u32,
    /// After the last byte.
    pub end: u32,
    /// The constant.
    pub reason: String,
    /// The sentence.
    pub detail: String,
}

/// Collects the rows of one file and refuses what the host would refuse.
#[derive(Debug, Default)]
pub struct Collector {
    source_length: u32,
    /// Kinds by row; row 0 is the file.
    pub kinds: Vec<u8>,
    /// Names by row, as text numbers.
    pub names: Vec<u32>,
    /// Details by row, as text numbers.
    pub details: Vec<u32>,
    /// Spans by row.
    pub spans: Vec<(u32, u32)>,
    /// Parents by row.
    pub parents: Vec<u32>,
    /// Texts by number.
    pub texts: Vec<String>,
    /// Row and declaration.
    pub refs: Vec<(u32, u32)>,
    /// Row and text.
    pub keywords: Vec<(u32, u32)>,
    /// Gaps in the order of their report.
    pub gaps: Vec<ReportedGap>,
    /// Bytes of the longest batch.
    pub longest_batch: usize,
}

const LAST_KIND: u8 = NodeKind::TemplateDom as u8;
const LAST_ROLE: u8 = codegraph_sdk::importer::Role::Element as u8;
const BATCH_LIMIT: usize = 8 * 1024 * 1024;

impl Collector {
    /// Starts a file of so many bytes.
    pub fn new(source_length: usize) -> Self {
        Self {
            source_length: source_length as u32,
            kinds: vec![NodeKind::File as u8],
            names: vec![0],
            details: vec![0],
            spans: vec![(0, source_length as u32)],
            parents: vec![0],
            texts: vec![String::new()],
            ..Self::default()
        }
    }

    /// Checks what can only be checked at the end.
    ///
    /// # Errors
    /// Says which pair or gap points nowhere.
    pub fn finish(&self) -> Result<(), String> {
        let rows = self.kinds.len() as u32;
        if let Some(pair) = self
            .refs
            .iter()
            .find(|&&(row, to)| row >= rows || to >= rows || to == 0)
        {
            return Err(format!("the reference {pair:?} points to no row"));
        }
        let texts = self.texts.len() as u32;
        if let Some(pair) = self
            .keywords
            .iter()
            .find(|&&(row, text)| row >= rows || text >= texts)
        {
            return Err(format!("the argument name {pair:?} belongs to no row"));
        }
        match self
            .gaps
            .iter()
            .find(|gap| gap.start > gap.end || gap.end > self.source_length)
        {
            Some(gap) => Err(format!("the gap {gap:?} lies outside of the source")),
            None => Ok(()),
        }
    }

    /// How many rows have a kind.
    pub fn count(&self, kind: NodeKind) -> usize {
        let is_kind = |number: &&u8| **number == kind as u8;
        self.kinds.iter().filter(is_kind).count()
    }

    fn check(&mut self, batch: &AstBatch) -> Result<(), String> {
        let rows = batch.kinds.len();
        let lengths = [
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
        if lengths.iter().any(|&length| length != rows) {
            return Err("lists of a batch differ in length".into());
        }
        if batch.first as usize != self.kinds.len() {
            return Err(format!(
                "a batch starts at {} and not at {}",
                batch.first,
                self.kinds.len()
            ));
        }
        let bytes = rows * 34
            + (batch.keywords.len() + batch.refs.len() + batch.strings.offsets.len()) * 4
            + batch.strings.bytes.len();
        self.longest_batch = self.longest_batch.max(bytes);
        if bytes > BATCH_LIMIT {
            return Err(format!("a batch has {bytes} bytes"));
        }
        for pair in batch.strings.offsets.windows(2) {
            let text = batch
                .strings
                .bytes
                .get(pair[0] as usize..pair[1] as usize)
                .ok_or("offsets leave the texts")?;
            self.texts
                .push(String::from_utf8(text.to_vec()).map_err(|_| "a text is not UTF-8")?);
        }
        let texts = self.texts.len() as u32;
        for i in 0..rows {
            let row = self.kinds.len() as u32;
            if batch.parents[i] >= row {
                return Err(format!("row {row} comes before its parent"));
            }
            let (start, end) = (batch.starts[i], batch.ends[i]);
            if start > end || end > self.source_length {
                return Err(format!("row {row} has the span {start}..{end}"));
            }
            if batch.kinds[i] > LAST_KIND
                || batch.kinds[i] == NodeKind::File as u8
                || batch.roles[i] > LAST_ROLE
            {
                return Err(format!("row {row} has no known kind or role"));
            }
            if [batch.names[i], batch.details[i], batch.types[i]]
                .iter()
                .any(|&text| text >= texts)
            {
                return Err(format!("row {row} has a text that never came"));
            }
            self.kinds.push(batch.kinds[i]);
            self.names.push(batch.names[i]);
            self.details.push(batch.details[i]);
            self.spans.push((start, end));
            self.parents.push(batch.parents[i]);
        }
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
}

impl Output for &mut Collector {
    fn push(&mut self, batch: AstBatch) -> Result<Signal, Fault> {
        self.check(&batch).map_err(Fault::InvalidInput)?;
        Ok(Signal::GoOn)
    }

    fn gap(&mut self, place: Span, reason: &str, detail: &str) {
        let (reason, detail) = (reason.to_owned(), detail.to_owned());
        self.gaps.push(ReportedGap {
            start: place.start,
            end: place.end,
            reason,
            detail,
        });
    }
}
