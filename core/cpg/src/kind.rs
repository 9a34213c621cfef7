//! Kinds, roles, properties and edge kinds of graph rows.
//!
//! Numbers are those of the contract (`plugin-api/wit/importer.wit`, interface `cpg`): a test in `plugin-host` compares them.
//! New cases go to the end, here and there.

macro_rules! numbered {
    ($(#[$meta:meta])* $name:ident { $($(#[$case_meta:meta])* $case:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name { $($(#[$case_meta])* $case,)* }

        impl $name {
            /// All cases in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$case,)*];

            /// The case of a number; none for a number that has no case.
            pub fn from_number(number: u8) -> Option<Self> {
                Self::ALL.get(usize::from(number)).copied()
            }

            /// The name in the graph.
            pub fn text(self) -> &'static str {
                match self { $(Self::$case => $text,)* }
            }
        }
    };
}

numbered! {
    /// Node types of the CPG specification; the text is the specification's name.
    NodeKind {
        Unknown = "UNKNOWN",
        File = "FILE",
        NamespaceBlock = "NAMESPACE_BLOCK",
        Method = "METHOD",
        MethodParameterIn = "METHOD_PARAMETER_IN",
        MethodParameterOut = "METHOD_PARAMETER_OUT",
        MethodReturn = "METHOD_RETURN",
        MethodRef = "METHOD_REF",
        TypeDecl = "TYPE_DECL",
        TypeRef = "TYPE_REF",
        TypeParameter = "TYPE_PARAMETER",
        TypeArgument = "TYPE_ARGUMENT",
        Member = "MEMBER",
        Local = "LOCAL",
        Block = "BLOCK",
        Call = "CALL",
        Identifier = "IDENTIFIER",
        FieldIdentifier = "FIELD_IDENTIFIER",
        Literal = "LITERAL",
        ControlStructure = "CONTROL_STRUCTURE",
        JumpTarget = "JUMP_TARGET",
        JumpLabel = "JUMP_LABEL",
        Return = "RETURN",
        Import = "IMPORT",
        Annotation = "ANNOTATION",
        Modifier = "MODIFIER",
        Comment = "COMMENT",
        ClosureBinding = "CLOSURE_BINDING",
        Binding = "BINDING",
        TemplateDom = "TEMPLATE_DOM",
    }
}

numbered! {
    /// What a child is to its parent.
    Role {
        None = "none",
        Argument = "argument",
        Receiver = "receiver",
        Condition = "condition",
        Then = "then",
        Else = "else",
        Body = "body",
        Init = "init",
        Update = "update",
        Iterable = "iterable",
        Target = "target",
        Catch = "catch",
        Finally = "finally",
        SwitchCase = "switch_case",
        Guard = "guard",
        DefaultValue = "default_value",
        TypeHint = "type_hint",
        Decorator = "decorator",
        Base = "base",
        Value = "value",
        Key = "key",
        Docstring = "docstring",
        Resource = "resource",
        Element = "element",
    }
}

numbered! {
    /// Edges that are stored; the others of the specification are functions of a node's columns and exist as views.
    /// The text is the relation's name without `edges_`.
    EdgeKind {
        Cfg = "cfg",
        Ref = "ref",
        ReachingDef = "reaching_def",
        Cdg = "cdg",
        Capture = "capture",
        CapturedBy = "captured_by",
        InheritsFrom = "inherits_from",
        AliasOf = "alias_of",
        Binds = "binds",
        BindsTo = "binds_to",
        Imports = "imports",
        Include = "include",
        TaggedBy = "tagged_by",
        Overrides = "overrides",
    }
}

/// Properties of a row, as bits.
pub mod property {
    /// Not written in the source at that place (the receiver of a constructor call, an implicit return …).
    pub const IMPLICIT: u32 = 1 << 0;
    /// Takes the rest of the positional arguments (`*args`, `...`).
    pub const VARIADIC: u32 = 1 << 1;
    /// Takes the rest of the keyword arguments (`**kwargs`).
    pub const KEYWORD_VARIADIC: u32 = 1 << 2;
    /// `keyword-only`.
    pub const KEYWORD_ONLY: u32 = 1 << 3;
    /// `positional-only`.
    pub const POSITIONAL_ONLY: u32 = 1 << 4;
    /// `public`.
    pub const PUBLIC: u32 = 1 << 5;
    /// `protected`.
    pub const PROTECTED: u32 = 1 << 6;
    /// `private`.
    pub const PRIVATE: u32 = 1 << 7;
    /// `static`.
    pub const STATIC: u32 = 1 << 8;
    /// `abstract`.
    pub const ABSTRACT: u32 = 1 << 9;
    /// `final`.
    pub const FINAL: u32 = 1 << 10;
    /// `readonly`.
    pub const READONLY: u32 = 1 << 11;
    /// `native`.
    pub const NATIVE: u32 = 1 << 12;
    /// `constructor`.
    pub const CONSTRUCTOR: u32 = 1 << 13;
    /// Belongs to a type and is called on its instances.
    pub const INSTANCE_METHOD: u32 = 1 << 14;
    /// Belongs to a type and is called on the type (`@classmethod`).
    pub const CLASS_METHOD: u32 = 1 << 15;
    /// Read like a field, runs like a method (`@property`).
    pub const PROPERTY: u32 = 1 << 16;
    /// `async`.
    pub const ASYNC: u32 = 1 << 17;
    /// `generator`.
    pub const GENERATOR: u32 = 1 << 18;
    /// `lambda`.
    pub const LAMBDA: u32 = 1 << 19;
    /// The body of a file.
    pub const MODULE: u32 = 1 << 20;
    /// A call whose target depends on the receiver's type at run time.
    pub const DYNAMIC_DISPATCH: u32 = 1 << 21;
    /// A construct whose meaning only a run can tell (`eval`, computed member …).
    pub const DYNAMIC_BOUNDARY: u32 = 1 << 22;
    /// A local that is bound by an import.
    pub const IMPORTED: u32 = 1 << 23;
    /// A local of the module or of the program (`global`, `nonlocal`).
    pub const GLOBAL: u32 = 1 << 24;
    /// A control structure whose condition is tested after its body.
    pub const TEST_LAST: u32 = 1 << 25;
    /// An argument that is unpacked (`*a`, `**k`, spread).
    pub const UNPACKED: u32 = 1 << 26;
    /// An overload or a declaration without a body.
    pub const DECLARATION: u32 = 1 << 27;
    /// An import without effect at run time (`if TYPE_CHECKING`).
    pub const TYPE_ONLY: u32 = 1 << 28;

    /// Names of the properties, the lowest bit first.
    pub const NAMES: [&str; 29] = [
        "implicit",
        "variadic",
        "keyword_variadic",
        "keyword_only",
        "positional_only",
        "public",
        "protected",
        "private",
        "static",
        "abstract",
        "final",
        "readonly",
        "native",
        "constructor",
        "instance_method",
        "class_method",
        "property",
        "async",
        "generator",
        "lambda",
        "module",
        "dynamic_dispatch",
        "dynamic_boundary",
        "imported",
        "global",
        "test_last",
        "unpacked",
        "declaration",
        "type_only",
    ];
}
