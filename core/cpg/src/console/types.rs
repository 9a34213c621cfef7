//! Names of types as DuckDB writes them.

use duckdb::core::{LogicalTypeHandle, LogicalTypeId};

/// The name of a type: `VARCHAR`, `DECIMAL(18,3)`, `STRUCT(a INTEGER, b VARCHAR[])`.
pub(super) fn name(kind: &LogicalTypeHandle) -> String {
    if let Some(alias) = kind.get_alias() {
        return alias;
    }
    let field = |index| format!("{} {}", kind.child_name(index), name(&kind.child(index)));
    let fields = || {
        (0..kind.num_children())
            .map(field)
            .collect::<Vec<_>>()
            .join(", ")
    };
    match kind.id() {
        LogicalTypeId::Decimal => {
            format!("DECIMAL({},{})", kind.decimal_width(), kind.decimal_scale())
        }
        LogicalTypeId::List => format!("{}[]", name(&kind.child(0))),
        LogicalTypeId::Array => format!("{}[…]", name(&kind.child(0))),
        LogicalTypeId::Map => format!("MAP({}, {})", name(&kind.child(0)), name(&kind.child(1))),
        LogicalTypeId::Struct => format!("STRUCT({})", fields()),
        LogicalTypeId::Union => format!("UNION({})", fields()),
        LogicalTypeId::TimestampS => "TIMESTAMP_S".to_owned(),
        LogicalTypeId::TimestampMs => "TIMESTAMP_MS".to_owned(),
        LogicalTypeId::TimestampNs => "TIMESTAMP_NS".to_owned(),
        LogicalTypeId::TimestampTZ => "TIMESTAMP WITH TIME ZONE".to_owned(),
        LogicalTypeId::TimeTZ => "TIME WITH TIME ZONE".to_owned(),
        LogicalTypeId::SqlNull => "NULL".to_owned(),
        plain => format!("{plain:?}").to_ascii_uppercase(),
    }
}
