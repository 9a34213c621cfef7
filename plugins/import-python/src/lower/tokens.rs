//! Operators by their tokens.

use codegraph_kit::operators;

use crate::grammar::Kind;

/// The operator of a token between two operands; empty for a token that is none.
pub(super) fn binary(token: Kind) -> &'static str {
    match token {
        Kind::Plus => operators::ADDITION,
        Kind::Minus => operators::SUBTRACTION,
        Kind::Star => operators::MULTIPLICATION,
        Kind::Slash => operators::DIVISION,
        Kind::DoubleSlash => operators::FLOOR_DIVISION,
        Kind::Percent => operators::MODULO,
        Kind::DoubleStar => operators::EXPONENTIATION,
        Kind::At => operators::MATRIX_MULTIPLICATION,
        Kind::ShiftLeft => operators::SHIFT_LEFT,
        Kind::ShiftRight => operators::ARITHMETIC_SHIFT_RIGHT,
        Kind::Ampersand => operators::AND,
        Kind::Pipe => operators::OR,
        Kind::Caret => operators::XOR,
        Kind::AndToken => operators::LOGICAL_AND,
        Kind::OrToken => operators::LOGICAL_OR,
        Kind::Less => operators::LESS_THAN,
        Kind::LessEqual => operators::LESS_EQUALS_THAN,
        Kind::DoubleEqual => operators::EQUALS,
        Kind::NotEqual | Kind::LessGreater => operators::NOT_EQUALS,
        Kind::GreaterEqual => operators::GREATER_EQUALS_THAN,
        Kind::Greater => operators::GREATER_THAN,
        Kind::InToken => operators::IN,
        Kind::NotInToken => operators::NOT_IN,
        Kind::IsToken => operators::IS,
        Kind::IsNotToken => operators::IS_NOT,
        _ => "",
    }
}

/// The operator of a token that assigns.
pub(super) fn augmented(token: Kind) -> &'static str {
    match token {
        Kind::PlusEqual => operators::ASSIGNMENT_PLUS,
        Kind::MinusEqual => operators::ASSIGNMENT_MINUS,
        Kind::StarEqual => operators::ASSIGNMENT_MULTIPLICATION,
        Kind::SlashEqual => operators::ASSIGNMENT_DIVISION,
        Kind::DoubleSlashEqual => operators::ASSIGNMENT_FLOOR_DIVISION,
        Kind::PercentEqual => operators::ASSIGNMENT_MODULO,
        Kind::DoubleStarEqual => operators::ASSIGNMENT_EXPONENTIATION,
        Kind::AtEqual => operators::ASSIGNMENT_MATRIX_MULTIPLICATION,
        Kind::ShiftLeftEqual => operators::ASSIGNMENT_SHIFT_LEFT,
        Kind::ShiftRightEqual => operators::ASSIGNMENT_ARITHMETIC_SHIFT_RIGHT,
        Kind::AmpersandEqual => operators::ASSIGNMENT_AND,
        Kind::PipeEqual => operators::ASSIGNMENT_OR,
        Kind::CaretEqual => operators::ASSIGNMENT_XOR,
        _ => operators::ASSIGNMENT,
    }
}
