//! Names of operators as calls: the CPG specification's, and in its manner what it has no name for.

macro_rules! operators {
    ($($(#[$meta:meta])* $name:ident = $text:literal,)*) => {
        $($(#[$meta])* pub const $name: &str = concat!("<operator>.", $text);)*
    };
}

operators! {
    /// `a + b`
    ADDITION = "addition",
    /// `a - b`
    SUBTRACTION = "subtraction",
    /// `a * b`
    MULTIPLICATION = "multiplication",
    /// `a / b`
    DIVISION = "division",
    /// Division that rounds down.
    FLOOR_DIVISION = "floorDiv",
    /// `a % b`
    MODULO = "modulo",
    /// `a` to the power of `b`
    EXPONENTIATION = "exponentiation",
    /// Matrix product.
    MATRIX_MULTIPLICATION = "matMul",
    /// `a << b`
    SHIFT_LEFT = "shiftLeft",
    /// `a >> b` with the sign kept
    ARITHMETIC_SHIFT_RIGHT = "arithmeticShiftRight",
    /// `a & b`
    AND = "and",
    /// `a | b`
    OR = "or",
    /// `a ^ b`
    XOR = "xor",
    /// `~a`
    NOT = "not",
    /// `+a`
    PLUS = "plus",
    /// `-a`
    MINUS = "minus",
    /// `a and b`: the second runs only where the first is true
    LOGICAL_AND = "logicalAnd",
    /// `a or b`: the second runs only where the first is false
    LOGICAL_OR = "logicalOr",
    /// `not a`
    LOGICAL_NOT = "logicalNot",
    /// `a == b`
    EQUALS = "equals",
    /// `a != b`
    NOT_EQUALS = "notEquals",
    /// `a < b`
    LESS_THAN = "lessThan",
    /// `a <= b`
    LESS_EQUALS_THAN = "lessEqualsThan",
    /// `a > b`
    GREATER_THAN = "greaterThan",
    /// `a >= b`
    GREATER_EQUALS_THAN = "greaterEqualsThan",
    /// `a in b`
    IN = "in",
    /// `a not in b`
    NOT_IN = "notIn",
    /// `a is b`
    IS = "is",
    /// `a is not b`
    IS_NOT = "isNot",
    /// A chain of comparisons, `a < b <= c`: each operand is evaluated once.
    COMPARE = "compare",
    /// Arguments: condition, value where true, value where false.
    CONDITIONAL = "conditional",
    /// Arguments: target, value.
    ASSIGNMENT = "assignment",
    /// `a += b`
    ASSIGNMENT_PLUS = "assignmentPlus",
    /// `a -= b`
    ASSIGNMENT_MINUS = "assignmentMinus",
    /// `a *= b`
    ASSIGNMENT_MULTIPLICATION = "assignmentMultiplication",
    /// `a /= b`
    ASSIGNMENT_DIVISION = "assignmentDivision",
    /// Division that rounds down, assigned.
    ASSIGNMENT_FLOOR_DIVISION = "assignmentFloorDiv",
    /// `a %= b`
    ASSIGNMENT_MODULO = "assignmentModulo",
    /// Power, assigned.
    ASSIGNMENT_EXPONENTIATION = "assignmentExponentiation",
    /// Matrix product, assigned.
    ASSIGNMENT_MATRIX_MULTIPLICATION = "assignmentMatMul",
    /// `a <<= b`
    ASSIGNMENT_SHIFT_LEFT = "assignmentShiftLeft",
    /// `a >>= b` with the sign kept
    ASSIGNMENT_ARITHMETIC_SHIFT_RIGHT = "assignmentArithmeticShiftRight",
    /// `a &= b`
    ASSIGNMENT_AND = "assignmentAnd",
    /// `a |= b`
    ASSIGNMENT_OR = "assignmentOr",
    /// `a ^= b`
    ASSIGNMENT_XOR = "assignmentXor",
    /// Arguments: object, field identifier.
    FIELD_ACCESS = "fieldAccess",
    /// Arguments: object, index.
    INDEX_ACCESS = "indexAccess",
    /// Arguments: first, last, step.
    SLICE = "slice",
    /// Arguments: elements.
    LIST_LITERAL = "listLiteral",
    /// Arguments: elements.
    TUPLE_LITERAL = "tupleLiteral",
    /// Arguments: elements.
    SET_LITERAL = "setLiteral",
    /// Arguments: [`KEY_VALUE`] calls, and unpacked dictionaries.
    DICT_LITERAL = "dictLiteral",
    /// Arguments: key, value.
    KEY_VALUE = "keyValue",
    /// What a comprehension does with each element: adds it to its result. Argument: the element.
    APPEND = "append",
    /// Arguments: pieces of text and values.
    FORMAT_STRING = "formatString",
    /// A formatted string that stays in pieces for a library to put together.
    TEMPLATE_STRING = "templateString",
    /// Arguments: value, conversion, format.
    FORMATTED_VALUE = "formattedValue",
    /// Argument: what is waited for.
    AWAIT = "await",
    /// Argument: the value that is handed out.
    YIELD = "yield",
    /// Argument: the iterable whose values are handed out.
    YIELD_FROM = "yieldFrom",
    /// Arguments: condition, message.
    ASSERT = "assert",
    /// Arguments: what is unbound or removed.
    DELETE = "delete",
    /// A statement that does nothing.
    PASS = "pass",
    /// A declared type without a value. Argument: the target; its type is a child with the role type-hint.
    DECLARATION = "declaration",
    /// A name for a type. Arguments: the name, the type.
    TYPE_ALIAS = "typeAlias",
    /// Pattern: any of the arguments.
    OR_PATTERN = "orPattern",
    /// Pattern: the argument, bound to the target.
    AS_PATTERN = "asPattern",
    /// Pattern: a sequence of the arguments.
    SEQUENCE_PATTERN = "sequencePattern",
    /// Pattern: a mapping that has the [`KEY_VALUE`] arguments.
    MAPPING_PATTERN = "mappingPattern",
    /// Pattern: an instance of the receiver, its attributes as arguments.
    CLASS_PATTERN = "classPattern",
}
