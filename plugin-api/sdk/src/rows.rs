//! Queries of the catalogue, and their columns as rows of values, by column name.

use crate::scenario::{self, Budget, Statement, Value};
use crate::{Batch, Column, Fault};

/// Rows of one batch.
const BATCH: u32 = 1_000;

/// Asks a query of the catalogue (`docs/queries.md`), for at most `most` rows; 0 leaves the host's bound.
///
/// # Errors
/// As the host's: an unknown query, parameters that do not fit, a budget.
pub fn ask(name: &str, parameters: &[Value], most: u32) -> Result<Rows, Fault> {
    let budget = Budget {
        rows: most,
        bytes: 0,
        milliseconds: 0,
    };
    let result = scenario::query(&Statement::Named(name.to_owned()), parameters, budget)?;
    let columns = result.columns().into_iter().map(|column| column.name);
    let columns = columns.collect();
    let mut batches: Vec<Batch> = Vec::new();
    while let Some(batch) = result.next(BATCH)? {
        batches.push(batch);
    }
    Ok(Rows::new(name, columns, batches))
}

/// A whole result.
#[derive(Debug)]
pub struct Rows {
    query: String,
    columns: Vec<String>,
    batches: Vec<Batch>,
}

/// One row of a result.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    of: &'a Rows,
    batch: &'a Batch,
    index: usize,
}

impl Rows {
    /// Takes the batches of a query.
    pub fn new(query: &str, columns: Vec<String>, batches: Vec<Batch>) -> Self {
        Self {
            query: query.to_owned(),
            columns,
            batches,
        }
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.batches.iter().flat_map(move |batch| {
            (0..batch.rows as usize).map(move |index| Row {
                of: self,
                batch,
                index,
            })
        })
    }
}

impl<'a> Row<'a> {
    /// The column, and whether the row has a value in it.
    fn column(&self, name: &str) -> Result<Option<&'a Column>, Fault> {
        let missing = || {
            Fault::Internal(format!(
                "the query `{}` gives no column `{name}`",
                self.of.query
            ))
        };
        let at = self
            .of
            .columns
            .iter()
            .position(|column| column == name)
            .ok_or_else(missing)?;
        let is_null = self
            .batch
            .nulls
            .get(at)
            .is_some_and(|nulls| nulls.binary_search(&(self.index as u32)).is_ok());
        if is_null {
            return Ok(None);
        }
        self.batch.columns.get(at).map(Some).ok_or_else(missing)
    }

    fn wrong(&self, name: &str, wanted: &str) -> Fault {
        Fault::Internal(format!(
            "column `{name}` of the query `{}` holds no {wanted}",
            self.of.query
        ))
    }

    /// A text; empty where there is no value.
    ///
    /// # Errors
    /// [`Fault::Internal`] where the query has no such column, or one of another type; so for all of these.
    pub fn text(&self, name: &str) -> Result<String, Fault> {
        let Some(column) = self.column(name)? else {
            return Ok(String::new());
        };
        let (texts, row) = match column {
            Column::Texts(texts) => (texts, self.index),
            Column::Dict((codes, texts)) => (
                texts,
                *codes
                    .get(self.index)
                    .ok_or_else(|| self.wrong(name, "text"))? as usize,
            ),
            _ => return Err(self.wrong(name, "text")),
        };
        let bounds = texts.offsets.get(row).zip(texts.offsets.get(row + 1));
        let bytes = bounds.and_then(|(&from, &to)| texts.bytes.get(from as usize..to as usize));
        bytes
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .ok_or_else(|| self.wrong(name, "text"))
    }

    /// A node id; 0 where there is no value.
    ///
    /// # Errors
    /// As [`Row::text`].
    pub fn id(&self, name: &str) -> Result<u64, Fault> {
        match self.column(name)? {
            None => Ok(0),
            Some(Column::Ids(values)) => values
                .get(self.index)
                .copied()
                .ok_or_else(|| self.wrong(name, "id")),
            Some(Column::Ints(values)) => values
                .get(self.index)
                .and_then(|&value| u64::try_from(value).ok())
                .ok_or_else(|| self.wrong(name, "id")),
            Some(_) => Err(self.wrong(name, "id")),
        }
    }

    /// A count; 0 where there is no value or a negative one.
    ///
    /// # Errors
    /// As [`Row::text`].
    pub fn count(&self, name: &str) -> Result<u64, Fault> {
        match self.column(name)? {
            None => Ok(0),
            Some(Column::Ints(values)) => values
                .get(self.index)
                .map(|&value| u64::try_from(value).unwrap_or(0))
                .ok_or_else(|| self.wrong(name, "number")),
            Some(Column::Ids(values)) => values
                .get(self.index)
                .copied()
                .ok_or_else(|| self.wrong(name, "number")),
            Some(_) => Err(self.wrong(name, "number")),
        }
    }

    /// A line number or another small count; 0 where there is no value.
    ///
    /// # Errors
    /// As [`Row::text`].
    pub fn small(&self, name: &str) -> Result<u32, Fault> {
        self.count(name)
            .map(|value| u32::try_from(value).unwrap_or(u32::MAX))
    }

    /// A real number; 0 where there is no value.
    ///
    /// # Errors
    /// As [`Row::text`].
    pub fn real(&self, name: &str) -> Result<f64, Fault> {
        match self.column(name)? {
            None => Ok(0.0),
            Some(Column::Reals(values)) => values
                .get(self.index)
                .copied()
                .ok_or_else(|| self.wrong(name, "real number")),
            Some(_) => Err(self.wrong(name, "real number")),
        }
    }

    /// A truth value; false where there is no value.
    ///
    /// # Errors
    /// As [`Row::text`].
    pub fn truth(&self, name: &str) -> Result<bool, Fault> {
        match self.column(name)? {
            None => Ok(false),
            Some(Column::Bools(values)) => values
                .get(self.index)
                .map(|&value| value != 0)
                .ok_or_else(|| self.wrong(name, "truth value")),
            Some(_) => Err(self.wrong(name, "truth value")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextColumn;

    fn rows() -> Rows {
        let texts = TextColumn {
            offsets: vec![0, 1, 1, 3],
            bytes: b"abc".to_vec(),
        };
        let batch = Batch {
            rows: 3,
            columns: vec![
                Column::Texts(texts),
                Column::Ints(vec![7, -1, 9]),
                Column::Dict((
                    vec![1, 0, 1],
                    TextColumn {
                        offsets: vec![0, 1, 2],
                        bytes: b"xy".to_vec(),
                    },
                )),
            ],
            nulls: vec![vec![], vec![2], vec![]],
        };
        Rows::new("q", vec!["t".into(), "n".into(), "d".into()], vec![batch])
    }

    #[test]
    fn values_by_name() {
        let rows = rows();
        let all: Vec<Row<'_>> = rows.iter().collect();
        assert_eq!(all.len(), 3);
        assert_eq!(
            (
                all[0].text("t").unwrap(),
                all[1].text("t").unwrap(),
                all[2].text("t").unwrap()
            ),
            ("a".into(), String::new(), "bc".into())
        );
        assert_eq!(
            (
                all[0].count("n").unwrap(),
                all[1].count("n").unwrap(),
                all[2].count("n").unwrap()
            ),
            (7, 0, 0)
        );
        assert_eq!(all[0].text("d").unwrap(), "y");
    }

    #[test]
    fn wrong_columns_are_named() {
        let rows = rows();
        let row = rows.iter().next().unwrap();
        assert!(matches!(row.text("none"), Err(Fault::Internal(why)) if why.contains("`none`")));
        assert!(matches!(row.text("n"), Err(Fault::Internal(why)) if why.contains("`n`")));
        assert!(row.real("t").is_err());
    }
}
