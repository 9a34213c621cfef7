//! Operators by the specification's names, and what the passes need to know of them.

use super::ssa::Constant;

pub(crate) const ASSIGNMENT: &str = "<operator>.assignment";
pub(crate) const DELETE: &str = "<operator>.delete";
pub(crate) const DECLARATION: &str = "<operator>.declaration";
pub(crate) const ADDRESS_OF: &str = "<operator>.addressOf";
pub(crate) const YIELD: &str = "<operator>.yield";
pub(crate) const YIELD_FROM: &str = "<operator>.yieldFrom";
pub(crate) const APPEND: &str = "<operator>.append";
pub(crate) const KEY_VALUE: &str = "<operator>.keyValue";
pub(crate) const SLICE: &str = "<operator>.slice";
pub(crate) const ASSIGNMENT_PLUS: &str = "<operator>.assignmentPlus";
pub(crate) const AND: &str = "<operator>.logicalAnd";
pub(crate) const OR: &str = "<operator>.logicalOr";
pub(crate) const NOT: &str = "<operator>.logicalNot";
pub(crate) const ELVIS: &str = "<operator>.elvis";
pub(crate) const CONDITIONAL: &str = "<operator>.conditional";
pub(crate) const ASSERT: &str = "<operator>.assert";
pub(crate) const AWAIT: &str = "<operator>.await";
pub(crate) const CAST: &str = "<operator>.cast";
pub(crate) const FORMAT: &str = "<operator>.formatString";
pub(crate) const ADDITION: &str = "<operator>.addition";
pub(crate) const MODULO: &str = "<operator>.modulo";
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

/// Whether the operator writes its first operand after reading it.
pub(crate) fn updates(name: &str) -> bool {
    name.len() > ASSIGNMENT.len() && name.starts_with(ASSIGNMENT)
        || matches!(
            name,
            "<operator>.preIncrement"
                | "<operator>.preDecrement"
                | "<operator>.postIncrement"
                | "<operator>.postDecrement"
        )
}

/// Whether other code runs before the operator gives its value.
pub(crate) fn suspends(name: &str) -> bool {
    matches!(name, AWAIT | YIELD | YIELD_FROM)
}

/// An operator of one constant operand.
pub(crate) fn unary(name: &str, operand: &Constant) -> Option<Constant> {
    match (name, operand) {
        (NOT, Constant::Truth(truth)) => Some(Constant::Truth(!truth)),
        (NOT, Constant::Null) => Some(Constant::Truth(true)),
        (NOT, Constant::Int(number)) => Some(Constant::Truth(*number == 0)),
        ("<operator>.minus", Constant::Int(number)) => number.checked_neg().map(Constant::Int),
        ("<operator>.plus", Constant::Int(number)) => Some(Constant::Int(*number)),
        // One text alone, as formatted strings without holes are.
        ("<operator>.formatString", Constant::Text(_)) => Some(operand.clone()),
        _ => None,
    }
}

/// An operator of two constant operands; `assignmentPlus` and the like as what they compute.
pub(crate) fn binary(name: &str, left: &Constant, right: &Constant) -> Option<Constant> {
    let name = name.strip_prefix("<operator>.")?;
    let comparable = std::mem::discriminant(left) == std::mem::discriminant(right);
    match (name, left, right) {
        ("equals" | "is", ..) if comparable => Some(Constant::Truth(left == right)),
        ("notEquals" | "isNot", ..) if comparable => Some(Constant::Truth(left != right)),
        (
            "is" | "isNot" | "equals" | "notEquals",
            Constant::Null,
            Constant::Text(_) | Constant::Int(_) | Constant::Truth(_),
        )
        | (
            "is" | "isNot" | "equals" | "notEquals",
            Constant::Text(_) | Constant::Int(_) | Constant::Truth(_),
            Constant::Null,
        ) => Some(Constant::Truth(matches!(name, "isNot" | "notEquals"))),
        ("addition" | "assignmentPlus", Constant::Text(left), Constant::Text(right)) => {
            Some(Constant::Text(format!("{left}{right}").into()))
        }
        (_, &Constant::Int(left), &Constant::Int(right)) => {
            let truth = |truth| Some(Constant::Truth(truth));
            match name {
                "lessThan" => truth(left < right),
                "lessEqualsThan" => truth(left <= right),
                "greaterThan" => truth(left > right),
                "greaterEqualsThan" => truth(left >= right),
                "addition" | "assignmentPlus" => left.checked_add(right).map(Constant::Int),
                "subtraction" | "assignmentMinus" => left.checked_sub(right).map(Constant::Int),
                "multiplication" | "assignmentMultiplication" => {
                    left.checked_mul(right).map(Constant::Int)
                }
                "and" | "assignmentAnd" => Some(Constant::Int(left & right)),
                "or" | "assignmentOr" => Some(Constant::Int(left | right)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether the operator gives a truth value, and nothing of its operands.
pub(crate) fn gives_truth(name: &str) -> bool {
    matches!(
        name.strip_prefix("<operator>."),
        Some(
            "equals"
                | "notEquals"
                | "lessThan"
                | "lessEqualsThan"
                | "greaterThan"
                | "greaterEqualsThan"
                | "in"
                | "notIn"
                | "is"
                | "isNot"
                | "compare"
                | "logicalNot"
        )
    )
}
