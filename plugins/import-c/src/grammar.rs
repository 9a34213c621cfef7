//! What the grammars of C and C++ call things: C++'s has nearly all that C's has.

use codegraph_kit::grammar::{Grammar, Treatment};
use codegraph_kit::grammar_names;

grammar_names! {
    kinds Kind {
        Unit = "translation_unit",
        // declarations
        Function = "function_definition",
        Declaration = "declaration",
        TypeDefinition = "type_definition",
        Linkage = "linkage_specification",
        DeclarationList = "declaration_list",
        FieldDeclaration = "field_declaration",
        Fields = "field_declaration_list",
        Struct = "struct_specifier",
        Union = "union_specifier",
        Enum = "enum_specifier",
        Enumerators = "enumerator_list",
        Enumerator = "enumerator",
        Bitfield = "bitfield_clause",
        StorageClass = "storage_class_specifier",
        Qualifier = "type_qualifier",
        Parameters = "parameter_list",
        Parameter = "parameter_declaration",
        VariadicParameter = "variadic_parameter",
        AttributeSpecifier = "attribute_specifier",
        AttributeDeclaration = "attribute_declaration",
        AttributedDeclarator = "attributed_declarator",
        AttributedStatement = "attributed_statement",
        Declspec = "ms_declspec_modifier",
        // declarators
        InitDeclarator = "init_declarator",
        PointerDeclarator = "pointer_declarator",
        ArrayDeclarator = "array_declarator",
        FunctionDeclarator = "function_declarator",
        ParenthesizedDeclarator = "parenthesized_declarator",
        AbstractPointer = "abstract_pointer_declarator",
        AbstractArray = "abstract_array_declarator",
        AbstractFunction = "abstract_function_declarator",
        AbstractParenthesized = "abstract_parenthesized_declarator",
        // types
        PrimitiveType = "primitive_type",
        SizedType = "sized_type_specifier",
        TypeIdentifier = "type_identifier",
        TypeDescriptor = "type_descriptor",
        MacroType = "macro_type_specifier",
        // statements
        Block = "compound_statement",
        ExpressionStatement = "expression_statement",
        If = "if_statement",
        Else = "else_clause",
        Switch = "switch_statement",
        Case = "case_statement",
        While = "while_statement",
        Do = "do_statement",
        For = "for_statement",
        Return = "return_statement",
        Break = "break_statement",
        Continue = "continue_statement",
        Goto = "goto_statement",
        Labeled = "labeled_statement",
        SehTry = "seh_try_statement",
        SehExcept = "seh_except_clause",
        SehFinally = "seh_finally_clause",
        SehLeave = "seh_leave_statement",
        PreprocIf = "preproc_if",
        PreprocIfdef = "preproc_ifdef",
        PreprocElse = "preproc_else",
        PreprocElif = "preproc_elif",
        PreprocElifdef = "preproc_elifdef",
        // expressions
        Identifier = "identifier",
        FieldIdentifier = "field_identifier",
        StatementIdentifier = "statement_identifier",
        Number = "number_literal",
        Char = "char_literal",
        Text = "string_literal",
        Texts = "concatenated_string",
        True = "true",
        False = "false",
        Null = "null",
        Assignment = "assignment_expression",
        Binary = "binary_expression",
        Unary = "unary_expression",
        Update = "update_expression",
        Pointer = "pointer_expression",
        Cast = "cast_expression",
        Call = "call_expression",
        Arguments = "argument_list",
        Comma = "comma_expression",
        Compound = "compound_literal_expression",
        Conditional = "conditional_expression",
        FieldAccess = "field_expression",
        Generic = "generic_expression",
        Offsetof = "offsetof_expression",
        Sizeof = "sizeof_expression",
        Alignof = "alignof_expression",
        Subscript = "subscript_expression",
        SubscriptArguments = "subscript_argument_list",
        Parenthesized = "parenthesized_expression",
        Extension = "extension_expression",
        Asm = "gnu_asm_expression",
        AsmInputs = "gnu_asm_input_operand_list",
        AsmInput = "gnu_asm_input_operand",
        AsmOutputs = "gnu_asm_output_operand_list",
        AsmOutput = "gnu_asm_output_operand",
        InitializerList = "initializer_list",
        InitializerPair = "initializer_pair",
        FieldDesignator = "field_designator",
        SubscriptDesignator = "subscript_designator",
        RangeDesignator = "subscript_range_designator",
        Comment = "comment",
        // C++
        Class = "class_specifier",
        BaseClause = "base_class_clause",
        AccessSpecifier = "access_specifier",
        VirtualSpecifier = "virtual_specifier",
        Namespace = "namespace_definition",
        NestedNamespace = "nested_namespace_specifier",
        NamespaceIdentifier = "namespace_identifier",
        NamespaceAlias = "namespace_alias_definition",
        Using = "using_declaration",
        Alias = "alias_declaration",
        Friend = "friend_declaration",
        Template = "template_declaration",
        TemplateParameters = "template_parameter_list",
        TypeParameter = "type_parameter_declaration",
        OptionalTypeParameter = "optional_type_parameter_declaration",
        VariadicTypeParameter = "variadic_type_parameter_declaration",
        TemplateInstantiation = "template_instantiation",
        TemplateType = "template_type",
        TemplateFunction = "template_function",
        TemplateMethod = "template_method",
        TemplateArguments = "template_argument_list",
        Qualified = "qualified_identifier",
        Destructor = "destructor_name",
        OperatorName = "operator_name",
        OperatorCast = "operator_cast",
        ReferenceDeclarator = "reference_declarator",
        AbstractReference = "abstract_reference_declarator",
        VariadicDeclarator = "variadic_declarator",
        StructuredBinding = "structured_binding_declarator",
        OptionalParameter = "optional_parameter_declaration",
        VariadicParameterDeclaration = "variadic_parameter_declaration",
        FieldInitializers = "field_initializer_list",
        FieldInitializer = "field_initializer",
        DefaultMethod = "default_method_clause",
        DeleteMethod = "delete_method_clause",
        PureVirtual = "pure_virtual_clause",
        ExplicitSpecifier = "explicit_function_specifier",
        TrailingReturn = "trailing_return_type",
        Lambda = "lambda_expression",
        LambdaCaptures = "lambda_capture_specifier",
        LambdaCapture = "lambda_capture_initializer",
        LambdaDefault = "lambda_default_capture",
        This = "this",
        New = "new_expression",
        NewDeclarator = "new_declarator",
        DeleteExpression = "delete_expression",
        Throw = "throw_statement",
        Try = "try_statement",
        Catch = "catch_clause",
        RangeFor = "for_range_loop",
        ConditionClause = "condition_clause",
        InitStatement = "init_statement",
        RawText = "raw_string_literal",
        UserLiteral = "user_defined_literal",
        Auto = "auto",
        Decltype = "decltype",
        Placeholder = "placeholder_type_specifier",
        DependentName = "dependent_name",
        DependentType = "dependent_type",
        PackExpansion = "parameter_pack_expansion",
        Fold = "fold_expression",
        CoReturn = "co_return_statement",
        CoYield = "co_yield_statement",
        CoAwait = "co_await_expression",
        StaticAssert = "static_assert_declaration",
        Concept = "concept_definition",
        Requires = "requires_clause",
        RequiresExpression = "requires_expression",
    }
    tokens {
        Add = "+", Subtract = "-", Star = "*", Divide = "/", Percent = "%",
        Amp = "&", Bar = "|", Caret = "^", Tilde = "~", Not = "!",
        Shl = "<<", Shr = ">>", AndAnd = "&&", OrOr = "||",
        Equal = "==", Unequal = "!=", Less = "<", Greater = ">", LessEqual = "<=", GreaterEqual = ">=", Spaceship = "<=>",
        Assign = "=", AssignAdd = "+=", AssignSubtract = "-=", AssignStar = "*=", AssignDivide = "/=", AssignPercent = "%=",
        AssignAnd = "&=", AssignOr = "|=", AssignXor = "^=", AssignShl = "<<=", AssignShr = ">>=",
        Increment = "++", Decrement = "--", Arrow = "->", Dot = ".", DotStar = ".*", Ellipsis = "...",
        WordAnd = "and", WordOr = "or", WordNot = "not", WordXor = "xor", WordBitand = "bitand", WordBitor = "bitor",
        WordCompl = "compl", WordNotEq = "not_eq", CaseWord = "case", DefaultWord = "default",
        VirtualWord = "virtual", BracketOpen = "[",
    }
    treatment treatment, stands_alone stands_alone
}

grammar_names! {
    fields Field {
        Alternative = "alternative",
        Argument = "argument",
        Arguments = "arguments",
        Base = "base",
        Body = "body",
        Captures = "captures",
        Condition = "condition",
        Consequence = "consequence",
        Declarator = "declarator",
        DefaultType = "default_type",
        DefaultValue = "default_value",
        Designator = "designator",
        MemberName = "field",
        Function = "function",
        Index = "index",
        Indices = "indices",
        Initializer = "initializer",
        Label = "label",
        Left = "left",
        Length = "length",
        Member = "member",
        Name = "name",
        Operator = "operator",
        Parameters = "parameters",
        Pattern = "pattern",
        Placement = "placement",
        Right = "right",
        Scope = "scope",
        Size = "size",
        TemplateParameters = "template_parameters",
        Type = "type",
        Update = "update",
        Value = "value",
    }
}

/// A tree of either grammar.
pub(crate) type Tree = codegraph_kit::tree::Tree<Kind, Field>;

/// Which of the two grammars a file is read with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    C,
    Cpp,
}

/// The grammar of a dialect.
pub(crate) fn grammar(dialect: Dialect) -> Grammar<Kind, Field> {
    Grammar::new(match dialect {
        Dialect::C => tree_sitter_c::LANGUAGE.into(),
        Dialect::Cpp => tree_sitter_cpp::LANGUAGE.into(),
    })
}

fn treatment(kind: Kind) -> Treatment {
    match kind {
        Kind::Comment => Treatment::Comment,
        Kind::Identifier
        | Kind::FieldIdentifier
        | Kind::TypeIdentifier
        | Kind::StatementIdentifier
        | Kind::NamespaceIdentifier
        | Kind::PrimitiveType => Treatment::Name,
        Kind::Number
        | Kind::Char
        | Kind::Text
        | Kind::RawText
        | Kind::SizedType
        | Kind::StorageClass
        | Kind::Qualifier
        | Kind::AccessSpecifier
        | Kind::VirtualSpecifier
        | Kind::AttributeSpecifier
        | Kind::AttributeDeclaration
        | Kind::Declspec
        | Kind::LambdaDefault
        | Kind::OperatorName => Treatment::Leaf,
        kind if is_token(kind) => Treatment::Leaf,
        _ => Treatment::Keep,
    }
}

/// Whether a kind is a token's, which has no rows of its own.
pub(crate) fn is_token(kind: Kind) -> bool {
    kind as u8 >= Kind::Add as u8
}

/// Whether a node says all that it says wherever it stands, also inside of an error.
fn stands_alone(kind: Kind) -> bool {
    is_statement(kind)
        || matches!(
            kind,
            Kind::Function
                | Kind::Declaration
                | Kind::TypeDefinition
                | Kind::Linkage
                | Kind::FieldDeclaration
                | Kind::Namespace
                | Kind::Using
                | Kind::Alias
                | Kind::Template
                | Kind::Block
        )
}

/// Whether a kind is a statement's.
pub(crate) fn is_statement(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ExpressionStatement
            | Kind::If
            | Kind::Switch
            | Kind::Case
            | Kind::While
            | Kind::Do
            | Kind::For
            | Kind::RangeFor
            | Kind::Return
            | Kind::Break
            | Kind::Continue
            | Kind::Goto
            | Kind::Labeled
            | Kind::Try
            | Kind::SehTry
            | Kind::Throw
            | Kind::CoReturn
            | Kind::CoYield
            | Kind::AttributedStatement
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kinds of one grammar only: the other need not have them.
    const ONE_OF: [&str; 2] = ["macro_type_specifier", "variadic_parameter"];

    #[test]
    fn the_grammars_have_all_names() {
        let c: tree_sitter::Language = tree_sitter_c::LANGUAGE.into();
        let cpp: tree_sitter::Language = tree_sitter_cpp::LANGUAGE.into();
        for &(name, named) in Kind::NAMES {
            let language = if ONE_OF.contains(&name) { &c } else { &cpp };
            assert_ne!(language.id_for_node_kind(name, named), 0, "{name}");
        }
        for name in Field::NAMES {
            let known = |language: &tree_sitter::Language| language.field_id_for_name(name);
            assert!(known(&c).or(known(&cpp)).is_some(), "{name}");
        }
    }
}
