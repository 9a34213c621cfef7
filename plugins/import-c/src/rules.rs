//! What the plugin says of its languages.

use codegraph_sdk::Entry;
use codegraph_sdk::importer::Language;

use crate::library;

/// How names are looked up, for the linker: what both languages have.
const RULES: [(&str, &str); 14] = [
    ("module-separator", "::"),
    ("linkage", "native"),
    ("build-file", crate::build_files::NAMES[0]),
    ("build-file", crate::build_files::NAMES[1]),
    ("indirection", "transparent"),
    (
        "type-word",
        "struct union enum class const volatile restrict typename constexpr static register",
    ),
    ("linearization", "depth-first"),
    ("switch", "fallthrough"),
    ("default-values", "call"),
    ("text-type", "char*"),
    ("int-type", "int"),
    ("true-literal", "true"),
    ("false-literal", "false"),
    (
        "any-type",
        "void auto int char long short unsigned signed float double bool size_t",
    ),
];

/// Operators of C++ that a class can define.
const OPERATORS: [(&str, &str); 42] = [
    ("addition", "+"),
    ("subtraction", "-"),
    ("multiplication", "*"),
    ("division", "/"),
    ("modulo", "%"),
    ("and", "&"),
    ("or", "|"),
    ("xor", "^"),
    ("shiftLeft", "<<"),
    ("arithmeticShiftRight", ">>"),
    ("logicalAnd", "&&"),
    ("logicalOr", "||"),
    ("logicalNot", "!"),
    ("not", "~"),
    ("equals", "=="),
    ("notEquals", "!="),
    ("lessThan", "<"),
    ("greaterThan", ">"),
    ("lessEqualsThan", "<="),
    ("greaterEqualsThan", ">="),
    ("assignment", "="),
    ("assignmentPlus", "+="),
    ("assignmentMinus", "-="),
    ("assignmentMultiplication", "*="),
    ("assignmentDivision", "/="),
    ("indexAccess", "[]"),
    ("indirection", "*"),
    ("preIncrement", "++"),
    ("postIncrement", "++"),
    ("preDecrement", "--"),
    ("postDecrement", "--"),
    ("compare", "<=>"),
    ("minus", "-"),
    ("plus", "+"),
    ("assignmentOr", "|="),
    ("assignmentAnd", "&="),
    ("assignmentXor", "^="),
    ("assignmentModulo", "%="),
    ("assignmentShiftLeft", "<<="),
    ("assignmentArithmeticShiftRight", ">>="),
    ("addressOf", "&"),
    ("indirectFieldAccess", "->"),
];

/// Classes of the library that stand for what they hold.
pub(crate) const WRAPPERS: &str = "unique_ptr shared_ptr weak_ptr optional reference_wrapper vector deque list array set span initializer_list \
    map unordered_map multimap pair stack queue atomic";

/// What a loop over a range runs.
const RANGES: [&str; 5] = [
    "<protocol>.iterate 1 begin",
    "<protocol>.iterate 1 end",
    "<protocol>.step 1 operator*",
    "<protocol>.step 1 operator++",
    "<protocol>.step 1 operator!=",
];

/// The languages.
pub(crate) fn languages() -> Vec<Language> {
    let entry = |key: &str, value: &str| Entry {
        key: key.into(),
        value: value.into(),
    };
    let language = |id: &str, name: &str, extensions: &[&str], more: Vec<Entry>| Language {
        id: id.into(),
        name: name.into(),
        extensions: extensions.iter().map(|&text| text.to_owned()).collect(),
        file_names: Vec::new(),
        interpreters: Vec::new(),
        rules: RULES
            .iter()
            .map(|(key, value)| entry(key, value))
            .chain(more)
            .chain([entry("library", library::TEXT)])
            .collect(),
    };
    let mut more: Vec<Entry> = OPERATORS
        .iter()
        .map(|(operator, token)| {
            let rest = match *token {
                "<" | ">" | "<=" | ">=" => " operator<=>",
                "!=" => " operator==",
                _ => "",
            };
            entry(
                "protocol",
                &format!("<operator>.{operator} 1 operator{token}{rest}"),
            )
        })
        .collect();
    more.push(entry("instance-call", "operator()"));
    more.push(entry("overloads", "types"));
    more.push(entry("destructor", "~"));
    more.push(entry(
        "stores",
        "push_back push_front emplace_back emplace_front push emplace insert insert_or_assign assign reset store",
    ));
    more.push(entry("type-wrapper", WRAPPERS));
    more.extend(RANGES.map(|rule| entry("protocol", rule)));
    let cpp = [
        ".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h++", ".ipp", ".tpp", ".inl", ".C",
        ".H", ".cppm", ".ixx",
    ];
    vec![
        language("c", "C", &[".c", ".h"], Vec::new()),
        language("cpp", "C++", &cpp, more),
    ]
}
