//! Importer for Python: `README.md` lists what it reads and how it is lowered.
//!
//! A file goes through four steps: [`source`] makes its bytes fit for the grammar without moving any, the kit parses it to
//! a flat tree, [`bind`] finds what each scope binds, and [`lower`] pushes the rows.
//!
//! # To lower a new construct
//!
//! 1. Name its node kinds in `grammar.rs`.
//! 2. If it binds names, say so in `bind.rs`.
//! 3. Lower it in the file of `lower/` that it belongs to, and add a case to `cases/` and a line to `README.md`.

mod bind;
mod grammar;
mod library;
mod lower;
mod repair;
mod shapes;
mod source;
mod text;

use codegraph_kit::output::{Host, Output};
use codegraph_kit::rows::Writer;
use codegraph_sdk::importer::{FileContext, Importer, Language};
use codegraph_sdk::{Entry, Fault};
use source::Reading;

/// The plugin.
pub struct Python;

impl Importer for Python {
    fn describe() -> Vec<Language> {
        vec![language()]
    }

    fn lower(context: &FileContext, source: &[u8]) -> Result<(), Fault> {
        lower_file(context, source, Host).map(|_| ())
    }
}

codegraph_sdk::export_importer!(Python);

/// How names are looked up in Python, for the linker.
const RULES: [(&str, &str); 100] = [
    ("module-separator", "."),
    ("package-marker", "__init__.py"),
    ("package-marker", "__init__.pyi"),
    ("package-root", "word"),
    ("module-index", "__init__"),
    ("constructor", "__init__"),
    ("constructor", "__new__"),
    ("instance-call", "__call__"),
    ("linearization", "c3"),
    ("super", "super"),
    ("receiver-parameter", "first"),
    ("builtins-module", "builtins"),
    ("builtin", BUILTINS),
    ("export-list", "__all__"),
    ("wildcard-skips-prefix", "_"),
    (
        "type-wrapper",
        "Optional Union Annotated ClassVar Final Required NotRequired ReadOnly Unpack",
    ),
    ("any-type", "Any object"),
    ("default-values", "definition"),
    ("outline", "none"),
    ("true-literal", "True"),
    ("false-literal", "False"),
    ("text-type", "str bytes"),
    ("int-type", "int"),
    ("list-type", "list"),
    ("tuple-type", "tuple"),
    ("dict-type", "dict"),
    ("set-type", "set"),
    ("read-member", "getattr"),
    ("write-member", "setattr"),
    ("scope-dictionary", "globals locals vars"),
    ("missing-member", "__getattr__"),
    ("derived", "__init_subclass__"),
    ("metaclass", "metaclass"),
    ("class-made", "__prepare__ __new__ __init__"),
    ("descriptor", "__get__"),
    ("after-construction", "__post_init__"),
    ("protocol", "<operator>.addition 1 __add__"),
    ("protocol", "<operator>.addition 2 __radd__"),
    ("protocol", "<operator>.subtraction 1 __sub__"),
    ("protocol", "<operator>.subtraction 2 __rsub__"),
    ("protocol", "<operator>.multiplication 1 __mul__"),
    ("protocol", "<operator>.multiplication 2 __rmul__"),
    ("protocol", "<operator>.division 1 __truediv__"),
    ("protocol", "<operator>.division 2 __rtruediv__"),
    ("protocol", "<operator>.floorDiv 1 __floordiv__"),
    ("protocol", "<operator>.floorDiv 2 __rfloordiv__"),
    ("protocol", "<operator>.modulo 1 __mod__"),
    ("protocol", "<operator>.modulo 2 __rmod__"),
    ("protocol", "<operator>.exponentiation 1 __pow__"),
    ("protocol", "<operator>.exponentiation 2 __rpow__"),
    ("protocol", "<operator>.matMul 1 __matmul__"),
    ("protocol", "<operator>.matMul 2 __rmatmul__"),
    ("protocol", "<operator>.shiftLeft 1 __lshift__"),
    ("protocol", "<operator>.shiftLeft 2 __rlshift__"),
    ("protocol", "<operator>.arithmeticShiftRight 1 __rshift__"),
    ("protocol", "<operator>.arithmeticShiftRight 2 __rrshift__"),
    ("protocol", "<operator>.and 1 __and__"),
    ("protocol", "<operator>.and 2 __rand__"),
    ("protocol", "<operator>.or 1 __or__"),
    ("protocol", "<operator>.or 2 __ror__"),
    ("protocol", "<operator>.xor 1 __xor__"),
    ("protocol", "<operator>.xor 2 __rxor__"),
    ("protocol", "<operator>.equals 1 __eq__"),
    ("protocol", "<operator>.notEquals 1 __ne__ __eq__"),
    ("protocol", "<operator>.lessThan 1 __lt__"),
    ("protocol", "<operator>.lessEqualsThan 1 __le__"),
    ("protocol", "<operator>.greaterThan 1 __gt__"),
    ("protocol", "<operator>.greaterEqualsThan 1 __ge__"),
    ("protocol", "<operator>.assignmentPlus 1 __iadd__ __add__"),
    ("protocol", "<operator>.assignmentMinus 1 __isub__ __sub__"),
    (
        "protocol",
        "<operator>.assignmentMultiplication 1 __imul__ __mul__",
    ),
    (
        "protocol",
        "<operator>.assignmentDivision 1 __itruediv__ __truediv__",
    ),
    (
        "protocol",
        "<operator>.assignmentFloorDiv 1 __ifloordiv__ __floordiv__",
    ),
    ("protocol", "<operator>.assignmentModulo 1 __imod__ __mod__"),
    (
        "protocol",
        "<operator>.assignmentExponentiation 1 __ipow__ __pow__",
    ),
    (
        "protocol",
        "<operator>.assignmentMatMul 1 __imatmul__ __matmul__",
    ),
    (
        "protocol",
        "<operator>.assignmentShiftLeft 1 __ilshift__ __lshift__",
    ),
    (
        "protocol",
        "<operator>.assignmentArithmeticShiftRight 1 __irshift__ __rshift__",
    ),
    ("protocol", "<operator>.assignmentAnd 1 __iand__ __and__"),
    ("protocol", "<operator>.assignmentOr 1 __ior__ __or__"),
    ("protocol", "<operator>.assignmentXor 1 __ixor__ __xor__"),
    ("protocol", "<operator>.minus 1 __neg__"),
    ("protocol", "<operator>.plus 1 __pos__"),
    ("protocol", "<operator>.not 1 __invert__"),
    ("protocol", "<operator>.logicalNot 1 __bool__ __len__"),
    ("protocol", "<operator>.in 2 __contains__ __iter__"),
    ("protocol", "<operator>.notIn 2 __contains__ __iter__"),
    ("protocol", "<operator>.indexAccess 1 __getitem__"),
    ("protocol", "<operator>.await 1 __await__"),
    ("protocol", "<protocol>.iterate 1 __iter__ __getitem__"),
    ("protocol", "<protocol>.iterateAsync 1 __aiter__"),
    ("protocol", "<protocol>.step 1 __next__ __anext__"),
    ("protocol", "<protocol>.enter 1 __enter__"),
    ("protocol", "<protocol>.exit 1 __exit__"),
    ("protocol", "<protocol>.enterAsync 1 __aenter__"),
    ("protocol", "<protocol>.exitAsync 1 __aexit__"),
    ("protocol", "<protocol>.storeElement 1 __setitem__"),
    ("protocol", "<protocol>.deleteElement 1 __delitem__"),
    (
        "protocol",
        "<operator>.formattedValue 1 __format__ __str__ __repr__",
    ),
    (
        "protocol",
        "<operator>.formatString 0 __format__ __str__ __repr__",
    ),
];

/// Names of the module `builtins` of Python 3.14, and of Python 2 those that no longer are.
const BUILTINS: &str = "\
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError \
    BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError \
    ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception ExceptionGroup \
    False FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError \
    ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError \
    MemoryError ModuleNotFoundError NameError None NotADirectoryError NotImplemented NotImplementedError OSError \
    OverflowError PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError RecursionError \
    ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError \
    SyntaxWarning SystemError SystemExit TabError TimeoutError True TypeError UnboundLocalError UnicodeDecodeError \
    UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning WindowsError \
    ZeroDivisionError __build_class__ __debug__ __import__ abs aiter all anext any ascii bin bool breakpoint bytearray \
    bytes callable chr classmethod compile complex copyright credits delattr dict dir divmod enumerate eval exec exit \
    filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len \
    license list locals map max memoryview min next object oct open ord pow print property quit range repr reversed \
    round set setattr slice sorted staticmethod str sum super tuple type vars zip \
    apply basestring buffer cmp coerce execfile file intern long raw_input reduce reload unichr unicode xrange";

/// What the plugin says of its language.
pub fn language() -> Language {
    let entry = |key: &str, value: &str| Entry {
        key: key.into(),
        value: value.into(),
    };
    let rules = RULES.iter().map(|(key, value)| entry(key, value));
    let rules = rules.chain([entry("library", library::TEXT)]).collect();
    Language {
        id: "python".into(),
        name: "Python".into(),
        extensions: [".py", ".pyi", ".pyw"].map(String::from).to_vec(),
        file_names: ["SConstruct", "SConscript", "wscript"]
            .map(String::from)
            .to_vec(),
        interpreters: ["python", "python2", "python3", "pypy", "pypy3"]
            .map(String::from)
            .to_vec(),
        rules,
    }
}

/// Lowers one file into an output: the plugin's `lower`, with the host replaced in native tests.
///
/// # Errors
/// [`Fault::InvalidInput`] where the file cannot be read at all, and whatever the output refuses.
pub fn lower_file<O: Output>(
    context: &FileContext,
    source: &[u8],
    mut output: O,
) -> Result<O, Fault> {
    let (bytes, unreadable) = match source::read(source) {
        Reading::Plain(bytes) => (bytes.into(), None),
        Reading::Patched(copy, unreadable) => (std::borrow::Cow::Owned(copy), unreadable),
        Reading::Refused(why) => return Err(Fault::InvalidInput(why)),
    };
    if let Some(stretch) = unreadable {
        let place = codegraph_kit::Span {
            start: stretch.start,
            end: stretch.end,
        };
        output.gap(place, "encoding", &stretch.detail);
    }
    let writer = Writer::new(output, source.len());
    lower::file(context, &bytes, writer)
}
