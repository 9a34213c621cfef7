//! Names of operators by their tokens.

use codegraph_kit::operators;

use crate::grammar::Kind;

/// The operator of an expression with two operands.
pub(super) fn binary(token: Kind) -> Option<&'static str> {
    Some(match token {
        Kind::Add => operators::ADDITION,
        Kind::Subtract => operators::SUBTRACTION,
        Kind::Star => operators::MULTIPLICATION,
        Kind::Divide => operators::DIVISION,
        Kind::Percent => operators::MODULO,
        Kind::Amp | Kind::WordBitand => operators::AND,
        Kind::Bar | Kind::WordBitor => operators::OR,
        Kind::Caret | Kind::WordXor => operators::XOR,
        Kind::Shl => operators::SHIFT_LEFT,
        Kind::Shr => operators::ARITHMETIC_SHIFT_RIGHT,
        Kind::AndAnd | Kind::WordAnd => operators::LOGICAL_AND,
        Kind::OrOr | Kind::WordOr => operators::LOGICAL_OR,
        Kind::Equal => operators::EQUALS,
        Kind::Unequal | Kind::WordNotEq => operators::NOT_EQUALS,
        Kind::Less => operators::LESS_THAN,
        Kind::Greater => operators::GREATER_THAN,
        Kind::LessEqual => operators::LESS_EQUALS_THAN,
        Kind::GreaterEqual => operators::GREATER_EQUALS_THAN,
        Kind::Spaceship => operators::COMPARE,
        _ => return None,
    })
}

/// The operator of an assignment.
pub(super) fn assignment(token: Kind) -> &'static str {
    match token {
        Kind::AssignAdd => operators::ASSIGNMENT_PLUS,
        Kind::AssignSubtract => operators::ASSIGNMENT_MINUS,
        Kind::AssignStar => operators::ASSIGNMENT_MULTIPLICATION,
        Kind::AssignDivide => operators::ASSIGNMENT_DIVISION,
        Kind::AssignPercent => operators::ASSIGNMENT_MODULO,
        Kind::AssignAnd => operators::ASSIGNMENT_AND,
        Kind::AssignOr => operators::ASSIGNMENT_OR,
        Kind::AssignXor => operators::ASSIGNMENT_XOR,
        Kind::AssignShl => operators::ASSIGNMENT_SHIFT_LEFT,
        Kind::AssignShr => operators::ASSIGNMENT_ARITHMETIC_SHIFT_RIGHT,
        _ => operators::ASSIGNMENT,
    }
}

/// The operator of an expression with one operand.
pub(super) fn unary(token: Kind) -> &'static str {
    match token {
        Kind::Not | Kind::WordNot => operators::LOGICAL_NOT,
        Kind::Tilde | Kind::WordCompl => operators::NOT,
        Kind::Subtract => operators::MINUS,
        _ => operators::PLUS,
    }
}
