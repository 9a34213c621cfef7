//! Rows as columns, as they cross to plugins, and the values that queries take.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Node ids.
    Id,
    /// Whole numbers.
    Int,
    /// Floating-point numbers.
    Real,
    /// Truth values.
    Bool,
    /// UTF-8 texts.
    Text,
}

impl ColumnType {
    /// The name in the catalogue: `id`, `int`, `real`, `bool`, `text`.
    pub fn text(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Int => "int",
            Self::Real => "real",
            Self::Bool => "bool",
            Self::Text => "text",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Id, Self::Int, Self::Real, Self::Bool, Self::Text]
            .into_iter()
            .find(|kind| kind.text() == text)
    }
}

/// Name and type of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnType,
}

/// One column of a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnData {
    /// Node ids; 0 where there is no value.
    Ids(Vec<u64>),
    /// Whole numbers; 0 where there is no value.
    Ints(Vec<i64>),
    /// Floating-point numbers; 0 where there is no value.
    Reals(Vec<f64>),
    /// 0 or 1.
    Bools(Vec<u8>),
    /// Row `i` is `bytes[offsets[i]..offsets[i + 1]]`, UTF-8; one more offset than rows.
    Texts {
        /// Where the texts start and end.
        offsets: Vec<u32>,
        /// The texts, one after the other.
        bytes: Vec<u8>,
    },
}

impl ColumnData {
    /// An empty column.
    pub fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Id => Self::Ids(Vec::new()),
            ColumnType::Int => Self::Ints(Vec::new()),
            ColumnType::Real => Self::Reals(Vec::new()),
            ColumnType::Bool => Self::Bools(Vec::new()),
            ColumnType::Text => Self::Texts {
                offsets: vec![0],
                bytes: Vec::new(),
            },
        }
    }

    /// A column of texts.
    pub fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let (mut offsets, mut bytes) = (vec![0], Vec::new());
        for text in texts {
            bytes.extend_from_slice(text.as_bytes());
            offsets.push(bytes.len() as u32);
        }
        Self::Texts { offsets, bytes }
    }

    /// What it takes in memory, in bytes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Ids(values) => values.len() * 8,
            Self::Ints(values) => values.len() * 8,
            Self::Reals(values) => values.len() * 8,
            Self::Bools(values) => values.len(),
            Self::Texts { offsets, bytes } => offsets.len() * 4 + bytes.len(),
        }
    }

    /// The text of a row; none where the column holds no texts or has no such row.
    pub fn text(&self, row: usize) -> Option<&str> {
        let Self::Texts { offsets, bytes } = self else {
            return None;
        };
        let (from, to) = (*offsets.get(row)?, *offsets.get(row + 1)?);
        std::str::from_utf8(bytes.get(from as usize..to as usize)?).ok()
    }

    fn slice(&self, from: usize, to: usize) -> Self {
        match self {
            Self::Ids(values) => Self::Ids(values[from..to].to_vec()),
            Self::Ints(values) => Self::Ints(values[from..to].to_vec()),
            Self::Reals(values) => Self::Reals(values[from..to].to_vec()),
            Self::Bools(values) => Self::Bools(values[from..to].to_vec()),
            Self::Texts { offsets, bytes } => {
                let base = offsets[from];
                Self::Texts {
                    offsets: offsets[from..=to]
                        .iter()
                        .map(|offset| offset - base)
                        .collect(),
                    bytes: bytes[base as usize..offsets[to] as usize].to_vec(),
                }
            }
        }
    }
}

/// Some rows of a result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnBatch {
    /// Number of rows.
    pub rows: u32,
    /// One a column.
    pub columns: Vec<ColumnData>,
    /// By column: the rows that have no value, ascending.
    pub nulls: Vec<Vec<u32>>,
}

impl ColumnBatch {
    /// What it takes in memory, in bytes.
    pub fn bytes(&self) -> usize {
        self.columns.iter().map(ColumnData::bytes).sum::<usize>()
            + self.nulls.iter().map(|rows| rows.len() * 4).sum::<usize>()
    }

    /// Whether a row has no value in a column.
    pub fn is_null(&self, column: usize, row: u32) -> bool {
        self.nulls
            .get(column)
            .is_some_and(|rows| rows.binary_search(&row).is_ok())
    }

    /// Rows `from` to `to` (exclusive, cut to what is there) as a batch of their own.
    #[must_use]
    pub fn slice(&self, from: u32, to: u32) -> Self {
        let to = to.min(self.rows);
        let from = from.min(to);
        Self {
            rows: to - from,
            columns: self
                .columns
                .iter()
                .map(|column| column.slice(from as usize, to as usize))
                .collect(),
            nulls: self
                .nulls
                .iter()
                .map(|rows| {
                    rows.iter()
                        .filter(|&&row| row >= from && row < to)
                        .map(|row| row - from)
                        .collect()
                })
                .collect(),
        }
    }
}

/// A value for a parameter of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A truth value.
    Truth(bool),
    /// A whole number, or a node id.
    Int(i64),
    /// A floating-point number.
    Real(f64),
    /// A text.
    Text(String),
    /// Texts; none may hold U+001F, which separates them on their way.
    Texts(Vec<String>),
    /// Whole numbers, or node ids.
    Ints(Vec<i64>),
}
