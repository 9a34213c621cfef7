//! Cells as JSON.
//!
//! A reader in JavaScript must get every value exactly: numbers stay numbers up to 2⁵³, larger ones become strings.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, FixedSizeListArray, GenericListArray, MapArray,
    OffsetSizeTrait, PrimitiveArray, StructArray,
};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::{Map, Value};

/// The largest integer that a double holds exactly together with all below it.
const EXACT: i128 = 1 << 53;

/// Values nested deeper than this become text: readers of JSON stop at 128 levels.
const MAX_DEPTH: usize = 100;

/// Renders cells until their text is larger than the room there is.
pub(super) struct Writer {
    room: usize,
}

impl Writer {
    pub(super) fn with_room(room: usize) -> Self {
        Self { room }
    }

    /// The room that is left.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// One cell; `None` when it does not fit. A cell that is too large is not built in full.
    ///
    /// Arrow has no bit strings: DuckDB gives them as its own bytes, and only the column knows.
    pub(super) fn cell(&mut self, array: &ArrayRef, row: usize, is_bit: bool) -> Option<Value> {
        match array.data_type() {
            DataType::Binary if is_bit && !array.is_null(row) => {
                self.bits(array.as_binary::<i32>().value(row))
            }
            _ => self.value(array, row, 0),
        }
    }

    /// A bit string: its first byte counts the bits that pad the second one.
    fn bits(&mut self, bytes: &[u8]) -> Option<Value> {
        let (&padding, bytes) = bytes.split_first()?;
        self.spend(bytes.len() * 8)?;
        let digits = bytes.iter().map(|byte| format!("{byte:08b}"));
        self.text(digits.collect::<String>().get(usize::from(padding)..)?)
    }

    fn spend(&mut self, bytes: usize) -> Option<()> {
        self.room = self.room.checked_sub(bytes)?;
        Some(())
    }

    /// The room is asked for before the text is copied.
    fn text(&mut self, text: impl AsRef<str> + Into<String>) -> Option<Value> {
        self.spend(text.as_ref().len() + 2)?;
        Some(Value::String(text.into()))
    }

    fn value(&mut self, array: &ArrayRef, row: usize, depth: usize) -> Option<Value> {
        // A number or a bracket and a comma.
        self.spend(4)?;
        if array.is_null(row) {
            return Some(Value::Null);
        }
        if depth > MAX_DEPTH {
            return self.displayed(array, row);
        }
        match array.data_type() {
            DataType::Null => Some(Value::Null),
            DataType::Boolean => Some(Value::Bool(
                array.as_any().downcast_ref::<BooleanArray>()?.value(row),
            )),
            DataType::Int8 => Some(integer::<Int8Type>(array, row)),
            DataType::Int16 => Some(integer::<Int16Type>(array, row)),
            DataType::Int32 => Some(integer::<Int32Type>(array, row)),
            DataType::Int64 => Some(integer::<Int64Type>(array, row)),
            DataType::UInt8 => Some(integer::<UInt8Type>(array, row)),
            DataType::UInt16 => Some(integer::<UInt16Type>(array, row)),
            DataType::UInt32 => Some(integer::<UInt32Type>(array, row)),
            DataType::UInt64 => Some(integer::<UInt64Type>(array, row)),
            // Through its shortest text, or 0.1 as a 32-bit float would read 0.10000000149011612.
            DataType::Float32 => {
                let value = array.as_primitive::<Float32Type>().value(row);
                Some(real(value.to_string().parse().unwrap_or(f64::from(value))))
            }
            DataType::Float64 => Some(real(array.as_primitive::<Float64Type>().value(row))),
            DataType::Decimal128(_, scale) => {
                let unscaled = array.as_primitive::<Decimal128Type>().value(row);
                self.decimal(unscaled, *scale, array, row)
            }
            DataType::Utf8 => self.text(array.as_string::<i32>().value(row)),
            DataType::LargeUtf8 => self.text(array.as_string::<i64>().value(row)),
            DataType::Utf8View => self.text(array.as_string_view().value(row)),
            DataType::Binary => self.bytes(array.as_binary::<i32>().value(row)),
            DataType::LargeBinary => self.bytes(array.as_binary::<i64>().value(row)),
            DataType::BinaryView => self.bytes(array.as_binary_view().value(row)),
            DataType::List(_) => self.list(array.as_list::<i32>(), row, depth),
            DataType::LargeList(_) => self.list(array.as_list::<i64>(), row, depth),
            DataType::FixedSizeList(..) => {
                let list = array.as_any().downcast_ref::<FixedSizeListArray>()?;
                self.items(&list.value(row), depth)
            }
            DataType::Struct(_) => self.object(array.as_struct(), row, depth),
            DataType::Map(..) => self.map(array.as_map(), row, depth),
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                let key = dictionary.normalized_keys()[row];
                self.value(dictionary.values(), key, depth + 1)
            }
            DataType::Union(..) => {
                let union = array.as_union();
                self.value(&union.value(row), 0, depth + 1)
            }
            // Stored in UTC whatever zone the type names; the names of zones are not ours to know.
            DataType::Timestamp(unit, Some(_)) => {
                let utc =
                    arrow::compute::cast(&array.slice(row, 1), &DataType::Timestamp(*unit, None));
                let Value::String(text) = self.displayed(&utc.ok()?, 0)? else {
                    return None;
                };
                self.text(text + "Z")
            }
            // Dates, times, intervals.
            _ => self.displayed(array, row),
        }
    }

    fn decimal(
        &mut self,
        unscaled: i128,
        scale: i8,
        array: &ArrayRef,
        row: usize,
    ) -> Option<Value> {
        if scale == 0 {
            return match i64::try_from(unscaled) {
                Ok(number) if unscaled.abs() <= EXACT => Some(Value::from(number)),
                _ => self.text(unscaled.to_string()),
            };
        }
        // Fifteen digits go through a double and back unchanged.
        if unscaled.abs() < 1_000_000_000_000_000 {
            let text = ArrayFormatter::try_new(array, &FormatOptions::new()).ok()?;
            if let Ok(number) = text.value(row).to_string().parse::<f64>() {
                return Some(real(number));
            }
        }
        self.displayed(array, row)
    }

    /// Bytes in DuckDB's own notation: printable ASCII as it is, all else as `\xHH`.
    fn bytes(&mut self, bytes: &[u8]) -> Option<Value> {
        use std::fmt::Write as _;
        // Checked before the text, up to four times as long, is built.
        self.spend(bytes.len())?;
        let mut text = String::with_capacity(bytes.len());
        for &byte in bytes {
            if (b' '..=b'~').contains(&byte) && !matches!(byte, b'\\' | b'\'' | b'"') {
                text.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\x{byte:02X}");
            }
        }
        self.text(text)
    }

    fn list<O: OffsetSizeTrait>(
        &mut self,
        list: &GenericListArray<O>,
        row: usize,
        depth: usize,
    ) -> Option<Value> {
        self.items(&list.value(row), depth)
    }

    fn items(&mut self, items: &ArrayRef, depth: usize) -> Option<Value> {
        let items: Option<Vec<Value>> = (0..items.len())
            .map(|index| self.value(items, index, depth + 1))
            .collect();
        items.map(Value::Array)
    }

    fn object(&mut self, object: &StructArray, row: usize, depth: usize) -> Option<Value> {
        let mut map = Map::new();
        for (index, field) in object.fields().iter().enumerate() {
            self.spend(field.name().len() + 4)?;
            let value = self.value(object.column(index), row, depth + 1)?;
            map.insert(field.name().clone(), value);
        }
        Some(Value::Object(map))
    }

    /// An object where all keys are text, else a list of `{key, value}`.
    fn map(&mut self, map: &MapArray, row: usize, depth: usize) -> Option<Value> {
        let entries = map.value(row);
        let (keys, values) = (entries.column(0), entries.column(1));
        let mut pairs = Vec::with_capacity(entries.len());
        for index in 0..entries.len() {
            self.spend(16)?;
            let key = self.value(keys, index, depth + 1)?;
            pairs.push((key, self.value(values, index, depth + 1)?));
        }
        if pairs.iter().all(|(key, _)| key.is_string()) {
            let named = pairs.into_iter().filter_map(|(key, value)| match key {
                Value::String(key) => Some((key, value)),
                _ => None,
            });
            return Some(Value::Object(named.collect()));
        }
        let pairs = pairs.into_iter().map(|(key, value)| {
            let pair = [("key".to_owned(), key), ("value".to_owned(), value)];
            Value::Object(pair.into_iter().collect())
        });
        Some(Value::Array(pairs.collect()))
    }

    fn displayed(&mut self, array: &ArrayRef, row: usize) -> Option<Value> {
        let options = FormatOptions::new();
        let text = ArrayFormatter::try_new(array, &options)
            .and_then(|formatter| formatter.value(row).try_to_string())
            .unwrap_or_else(|error| format!("<{error}>"));
        self.text(text)
    }
}

fn integer<T>(array: &ArrayRef, row: usize) -> Value
where
    T: ArrowPrimitiveType,
    T::Native: Into<i128>,
{
    let array: &PrimitiveArray<T> = array.as_primitive();
    let number: i128 = array.value(row).into();
    match i64::try_from(number) {
        Ok(small) if number.abs() <= EXACT => Value::from(small),
        _ => Value::String(number.to_string()),
    }
}

/// JSON has no infinities and no NaN: they become strings in DuckDB's spelling.
fn real(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or_else(
        || {
            let text = if value.is_nan() {
                "nan"
            } else if value > 0.0 {
                "inf"
            } else {
                "-inf"
            };
            Value::String(text.to_owned())
        },
        Value::Number,
    )
}
