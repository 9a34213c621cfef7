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
const RULES: [(&str, &str); 18] = [
    ("module-separator", "."),
    ("package-marker", "__init__.py"),
    ("package-marker", "__init__.pyi"),
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
    let rules = RULES.iter().map(|(key, value)| entry(key, value)).collect();
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
