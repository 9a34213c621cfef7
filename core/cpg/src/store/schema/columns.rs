//! The types of columns: their SQL, and how values become Arrow arrays.

use arrow::array::{
    ArrayBuilder, ArrayRef, BinaryBuilder, BooleanBuilder, Float32Builder, Int32Builder,
    Int64Builder, ListBuilder, StringBuilder, UInt8Builder, UInt32Builder, UInt64Builder,
};
use std::sync::Arc;

/// A column that is being filled.
pub(crate) trait ColumnBuilder: Default {
    /// The type in DuckDB.
    const SQL: &'static str;
    /// What is put in.
    type Value<'v>;
    /// Number of values so far.
    fn len(&self) -> usize;
    /// Adds a value.
    fn push(&mut self, value: Self::Value<'_>);
    /// Adds a value, or none.
    fn option(&mut self, value: Option<Self::Value<'_>>);
    /// Adds no value.
    fn none(&mut self) {
        self.option(None);
    }
    /// Gives the array and starts anew.
    fn finish(&mut self) -> ArrayRef;
}

macro_rules! column {
    ($(#[$meta:meta])* $name:ident<$life:lifetime>($builder:ty) = $sql:literal, $value:ty) => {
        $(#[$meta])*
        #[derive(Default)]
        pub(crate) struct $name($builder);

        impl ColumnBuilder for $name {
            const SQL: &'static str = $sql;
            type Value<$life> = $value;

            fn len(&self) -> usize {
                ArrayBuilder::len(&self.0)
            }

            fn push(&mut self, value: Self::Value<'_>) {
                self.0.append_value(value);
            }

            fn option(&mut self, value: Option<Self::Value<'_>>) {
                self.0.append_option(value);
            }

            fn finish(&mut self) -> ArrayRef {
                Arc::new(self.0.finish())
            }
        }
    };
}

column!(/// Node ids.
    Id<'v>(Int64Builder) = "BIGINT", i64);
column!(/// Numbers with sign.
    Int<'v>(Int32Builder) = "INTEGER", i32);
column!(/// Numbers without sign.
    Unsigned<'v>(UInt32Builder) = "UINTEGER", u32);
column!(/// Sizes and hashes.
    Wide<'v>(UInt64Builder) = "UBIGINT", u64);
column!(/// Numbers of kinds and roles.
    Small<'v>(UInt8Builder) = "UTINYINT", u8);
column!(/// Fractions.
    Real<'v>(Float32Builder) = "FLOAT", f32);
column!(/// Truth values.
    Truth<'v>(BooleanBuilder) = "BOOLEAN", bool);
column!(/// Texts.
    Text<'v>(StringBuilder) = "VARCHAR", &'v str);
column!(/// Bytes.
    Blob<'v>(BinaryBuilder) = "BLOB", &'v [u8]);

impl Text {
    /// Adds a text, or no value for the empty one.
    pub(crate) fn filled(&mut self, value: &str) {
        self.0
            .append_option(Some(value).filter(|text| !text.is_empty()));
    }
}

/// Lists of texts.
#[derive(Default)]
pub(crate) struct Texts(ListBuilder<StringBuilder>);

impl Texts {
    /// Adds a list.
    pub(crate) fn list<T: AsRef<str>>(&mut self, values: impl IntoIterator<Item = T>) {
        for value in values {
            self.0.values().append_value(value.as_ref());
        }
        self.0.append(true);
    }
}

impl ColumnBuilder for Texts {
    const SQL: &'static str = "VARCHAR[]";
    type Value<'v> = &'v [&'v str];

    fn len(&self) -> usize {
        ArrayBuilder::len(&self.0)
    }

    fn push(&mut self, value: &[&str]) {
        self.list(value);
    }

    fn option(&mut self, value: Option<&[&str]>) {
        match value {
            Some(values) => self.list(values),
            None => self.0.append(false),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}
