//! Operators by the specification's names, and what the passes need to know of them.

pub(crate) const ASSIGNMENT: &str = "<operator>.assignment";
pub(crate) const ASSIGNMENT_PLUS: &str = "<operator>.assignmentPlus";
pub(crate) const AND: &str = "<operator>.logicalAnd";
pub(crate) const OR: &str = "<operator>.logicalOr";
pub(crate) const NOT: &str = "<operator>.logicalNot";
pub(crate) const ELVIS: &str = "<operator>.elvis";
pub(crate) const CONDITIONAL: &str = "<operator>.conditional";
pub(crate) const ASSERT: &str = "<operator>.assert";
pub(crate) const AWAIT: &str = "<operator>.await";
pub(crate) const CAST: &str = "<operator>.cast";
pub(crate) const BIT_OR: &str = "<operator>.or";
pub(crate) const FIELD_ACCESS: &str = "<operator>.fieldAccess";
pub(crate) const INDIRECT_FIELD_ACCESS: &str = "<operator>.indirectFieldAccess";
pub(crate) const INDEX_ACCESS: &str = "<operator>.indexAccess";
pub(crate) const TUPLE: &str = "<operator>.tupleLiteral";
pub(crate) const LIST: &str = "<operator>.listLiteral";
pub(crate) const SET: &str = "<operator>.setLiteral";
pub(crate) const DICT: &str = "<operator>.dictLiteral";

/// Whether a call's name is an operator's.
pub(crate) fn is_operator(name: &str) -> bool {
    name.starts_with("<operator")
}

/// Whether the operator skips its later arguments, by the value of the ones before.
pub(crate) fn is_short_circuit(name: &str) -> bool {
    matches!(name, AND | OR | ELVIS)
}

/// Operators that run no code of the program and cannot fail, whatever their operands are.
pub(crate) fn never_throws(name: &str) -> bool {
    matches!(
        name,
        ASSIGNMENT
            | AND
            | OR
            | NOT
            | ELVIS
            | CONDITIONAL
            | TUPLE
            | LIST
            | "<operator>.is"
            | "<operator>.isNot"
            | "<operator>.keyValue"
            | "<operator>.slice"
    )
}

/// Whether the operator reads a member by its name.
pub(crate) fn is_field_access(name: &str) -> bool {
    matches!(name, FIELD_ACCESS | INDIRECT_FIELD_ACCESS)
}
