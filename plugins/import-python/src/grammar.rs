//! What the grammar calls things.

use codegraph_kit::grammar::{Grammar, Treatment};
use codegraph_kit::grammar_names;

grammar_names! {
    kinds Kind {
        Module = "module",
        // simple statements
        ImportStatement = "import_statement",
        ImportFrom = "import_from_statement",
        FutureImport = "future_import_statement",
        RelativeImport = "relative_import",
        ImportPrefix = "import_prefix",
        AliasedImport = "aliased_import",
        WildcardImport = "wildcard_import",
        DottedName = "dotted_name",
        Print = "print_statement",
        Chevron = "chevron",
        Exec = "exec_statement",
        Assert = "assert_statement",
        ExpressionStatement = "expression_statement",
        Return = "return_statement",
        Delete = "delete_statement",
        Raise = "raise_statement",
        Pass = "pass_statement",
        Break = "break_statement",
        Continue = "continue_statement",
        Global = "global_statement",
        Nonlocal = "nonlocal_statement",
        TypeAlias = "type_alias_statement",
        // compound statements
        If = "if_statement",
        Elif = "elif_clause",
        Else = "else_clause",
        Match = "match_statement",
        Case = "case_clause",
        For = "for_statement",
        While = "while_statement",
        Try = "try_statement",
        Except = "except_clause",
        Finally = "finally_clause",
        With = "with_statement",
        WithClause = "with_clause",
        WithItem = "with_item",
        Function = "function_definition",
        Parameters = "parameters",
        LambdaParameters = "lambda_parameters",
        Class = "class_definition",
        Decorated = "decorated_definition",
        Decorator = "decorator",
        Block = "block",
        // parameters
        DefaultParameter = "default_parameter",
        TypedParameter = "typed_parameter",
        TypedDefaultParameter = "typed_default_parameter",
        PositionalSeparator = "positional_separator",
        KeywordSeparator = "keyword_separator",
        TypeParameters = "type_parameter",
        // targets and patterns
        ListSplatPattern = "list_splat_pattern",
        DictionarySplatPattern = "dictionary_splat_pattern",
        PatternList = "pattern_list",
        TuplePattern = "tuple_pattern",
        ListPattern = "list_pattern",
        AsPattern = "as_pattern",
        AsPatternTarget = "as_pattern_target",
        CasePattern = "case_pattern",
        UnionPattern = "union_pattern",
        DictPattern = "dict_pattern",
        KeywordPattern = "keyword_pattern",
        SplatPattern = "splat_pattern",
        ClassPattern = "class_pattern",
        ComplexPattern = "complex_pattern",
        // expressions
        ExpressionList = "expression_list",
        Named = "named_expression",
        Not = "not_operator",
        Boolean = "boolean_operator",
        Binary = "binary_operator",
        Unary = "unary_operator",
        Comparison = "comparison_operator",
        Lambda = "lambda",
        Assignment = "assignment",
        Augmented = "augmented_assignment",
        Yield = "yield",
        Await = "await",
        Attribute = "attribute",
        Subscript = "subscript",
        Slice = "slice",
        Call = "call",
        ArgumentList = "argument_list",
        KeywordArgument = "keyword_argument",
        ListSplat = "list_splat",
        DictionarySplat = "dictionary_splat",
        List = "list",
        Set = "set",
        Tuple = "tuple",
        Dictionary = "dictionary",
        Pair = "pair",
        ListComprehension = "list_comprehension",
        DictionaryComprehension = "dictionary_comprehension",
        SetComprehension = "set_comprehension",
        Generator = "generator_expression",
        ForIn = "for_in_clause",
        IfClause = "if_clause",
        Parenthesized = "parenthesized_expression",
        ParenthesizedListSplat = "parenthesized_list_splat",
        Conditional = "conditional_expression",
        // types
        Type = "type",
        SplatType = "splat_type",
        GenericType = "generic_type",
        UnionType = "union_type",
        ConstrainedType = "constrained_type",
        MemberType = "member_type",
        // leaves
        Identifier = "identifier",
        Integer = "integer",
        Float = "float",
        True = "true",
        False = "false",
        None = "none",
        Ellipsis = "ellipsis",
        String = "string",
        ConcatenatedString = "concatenated_string",
        StringStart = "string_start",
        StringContent = "string_content",
        StringEnd = "string_end",
        EscapeSequence = "escape_sequence",
        EscapeInterpolation = "escape_interpolation",
        Interpolation = "interpolation",
        FormatExpression = "format_expression",
        FormatSpecifier = "format_specifier",
        TypeConversion = "type_conversion",
        Comment = "comment",
        LineContinuation = "line_continuation",
    }
    tokens {
        AsyncToken = "async",
        FromToken = "from",
        NotToken = "not",
        AndToken = "and",
        OrToken = "or",
        InToken = "in",
        NotInToken = "not in",
        IsToken = "is",
        IsNotToken = "is not",
        Underscore = "_",
        EqualsSign = "=",
        Plus = "+",
        Minus = "-",
        Star = "*",
        DoubleStar = "**",
        At = "@",
        Slash = "/",
        Percent = "%",
        DoubleSlash = "//",
        Pipe = "|",
        Ampersand = "&",
        Caret = "^",
        Tilde = "~",
        ShiftLeft = "<<",
        ShiftRight = ">>",
        Less = "<",
        LessEqual = "<=",
        DoubleEqual = "==",
        NotEqual = "!=",
        GreaterEqual = ">=",
        Greater = ">",
        LessGreater = "<>",
        PlusEqual = "+=",
        MinusEqual = "-=",
        StarEqual = "*=",
        SlashEqual = "/=",
        AtEqual = "@=",
        DoubleSlashEqual = "//=",
        PercentEqual = "%=",
        DoubleStarEqual = "**=",
        ShiftRightEqual = ">>=",
        ShiftLeftEqual = "<<=",
        AmpersandEqual = "&=",
        CaretEqual = "^=",
        PipeEqual = "|=",
    }
    treatment treatment, stands_alone is_statement
}

grammar_names! {
    fields Field {
        Alias = "alias",
        Alternative = "alternative",
        Argument = "argument",
        Arguments = "arguments",
        Attribute = "attribute",
        Body = "body",
        Cause = "cause",
        Code = "code",
        Condition = "condition",
        Consequence = "consequence",
        Definition = "definition",
        Expression = "expression",
        FormatSpecifier = "format_specifier",
        Function = "function",
        Guard = "guard",
        Key = "key",
        Left = "left",
        ModuleName = "module_name",
        Name = "name",
        Object = "object",
        Operator = "operator",
        Operators = "operators",
        Parameters = "parameters",
        ReturnType = "return_type",
        Right = "right",
        Subject = "subject",
        Subscript = "subscript",
        Superclasses = "superclasses",
        Type = "type",
        TypeConversion = "type_conversion",
        TypeParameters = "type_parameters",
        Value = "value",
    }
}

/// The grammar's numbers by our names.
pub(crate) fn grammar() -> Grammar<Kind, Field> {
    Grammar::new(tree_sitter_python::LANGUAGE.into())
}

/// A file's tree.
pub(crate) type Tree = codegraph_kit::tree::Tree<Kind, Field>;

fn treatment(kind: Kind) -> Treatment {
    match kind {
        Kind::Identifier => Treatment::Name,
        Kind::Comment => Treatment::Comment,
        Kind::LineContinuation => Treatment::Drop,
        Kind::StringStart
        | Kind::StringContent
        | Kind::StringEnd
        | Kind::ImportPrefix
        | Kind::Integer
        | Kind::Float
        | Kind::True
        | Kind::False
        | Kind::None
        | Kind::Ellipsis => Treatment::Leaf,
        _ if is_token(kind) => Treatment::Leaf,
        _ => Treatment::Keep,
    }
}

/// Whether a node is a statement.
pub(crate) fn is_statement(kind: Kind) -> bool {
    (Kind::ImportStatement as u8..=Kind::FutureImport as u8).contains(&(kind as u8))
        || (Kind::Print as u8..=Kind::TypeAlias as u8).contains(&(kind as u8))
            && kind != Kind::Chevron
        || matches!(
            kind,
            Kind::If
                | Kind::Match
                | Kind::For
                | Kind::While
                | Kind::Try
                | Kind::With
                | Kind::Function
                | Kind::Class
                | Kind::Decorated
        )
}

/// Whether a node is a token without meaning of its own.
pub(crate) fn is_token(kind: Kind) -> bool {
    kind as u8 >= Kind::AsyncToken as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_has_every_name_that_is_used() {
        let language: tree_sitter::Language = tree_sitter_python::LANGUAGE.into();
        for (name, named) in Kind::NAMES {
            assert_ne!(
                language.id_for_node_kind(name, *named),
                0,
                "no node kind {name} (named: {named})"
            );
        }
        for name in Field::NAMES {
            assert!(
                language.field_id_for_name(name).is_some(),
                "no field {name}"
            );
        }
    }

    #[test]
    fn every_named_kind_of_the_grammar_is_known() {
        use codegraph_kit::grammar::Kind as _;
        let language: tree_sitter::Language = tree_sitter_python::LANGUAGE.into();
        for id in 0..language.node_kind_count() as u16 {
            let name = language.node_kind_for_id(id).unwrap_or_default();
            let shown = language.node_kind_is_named(id) && language.node_kind_is_visible(id);
            if shown && !language.node_kind_is_supertype(id) {
                assert!(
                    Kind::of(name, true).is_some(),
                    "node kind {name} has no treatment"
                );
            }
        }
    }
}
