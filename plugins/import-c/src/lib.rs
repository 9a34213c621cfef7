//! Importer for C and C++: `README.md` lists what it reads and how it is lowered.
//!
//! No preprocessor runs and nothing is built. What it includes in the middle of
//! something is put in ([`fragments`]). A file goes through these steps: [`lex`] reads it as tokens; [`conditionals`] decides which
//! branches of `#if` are read; [`macros`] tells what macros do to the syntax around them, the file's own and those of what it includes
//! ([`outline`]); [`prepare`] blanks in place what cannot be parsed; the kit parses the rest to a flat tree; [`lower`] pushes the rows.
//!
//! # To lower a new construct
//!
//! 1. Name its node kinds in `grammar.rs`.
//! 2. Lower it in the file of `lower/` that it belongs to, and add a case to `cases/` and a line to `README.md`.

mod bodies;
mod build_files;
mod conditionals;
mod fragments;
mod grammar;
mod language;
mod lex;
mod library;
mod lower;
mod macros;
mod outline;
mod prepare;
mod rules;

use codegraph_kit::output::{Host, Output};
use codegraph_kit::rows::Writer;
use codegraph_sdk::Fault;
use codegraph_sdk::importer::{FileContext, FileOutline, Importer, Language};
use grammar::Dialect;

/// The plugin.
pub struct C;

impl Importer for C {
    fn describe() -> Vec<Language> {
        rules::languages()
    }

    fn outline(path: &str, source: &[u8]) -> Result<FileOutline, Fault> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if build_files::NAMES.contains(&name) {
            return Ok(FileOutline {
                module: String::new(),
                includes: Vec::new(),
                facts: Vec::new(),
                extra: build_files::read(name, source)?,
            });
        }
        let (includes, facts) = outlined(path, source);
        Ok(FileOutline {
            module: String::new(),
            includes,
            facts,
            extra: Vec::new(),
        })
    }

    fn lower(context: &FileContext, source: &[u8]) -> Result<(), Fault> {
        lower_file(context, source, Host).map(|_| ())
    }
}

codegraph_sdk::export_importer!(C);

/// Lowers one file into an output: the plugin's `lower`, with the host replaced in native tests.
///
/// # Errors
/// [`Fault::InvalidInput`] where the file is too long, and whatever the output refuses.
pub fn lower_file<O: Output>(context: &FileContext, source: &[u8], output: O) -> Result<O, Fault> {
    if u32::try_from(source.len()).is_err() {
        return Err(Fault::InvalidInput("the file is longer than 4 GiB".into()));
    }
    if source.starts_with(&[0xFF, 0xFE]) || source.starts_with(&[0xFE, 0xFF]) {
        return Err(Fault::InvalidInput(
            "the file is UTF-16, which no compiler of C takes by default".into(),
        ));
    }
    let cpp = context.language == "cpp" || is_cpp(source, &context.path);
    let dialect = if cpp { Dialect::Cpp } else { Dialect::C };
    let mut writer = Writer::new(output, source.len());
    let spliced = fragments::splice(&context.path, source, &context.included, cpp);
    let source = match &spliced {
        Some(spliced) => {
            for &(start, end) in &spliced.left_out {
                writer.gap(
                    start,
                    end,
                    "include_limit",
                    "what is included here is too long to be put in",
                );
            }
            for &(at, length, place) in &spliced.pieces {
                writer.put_in(at, length, place);
            }
            &spliced.text
        }
        None => source,
    };
    let prepared = prepare::prepare(source, &context.included, cpp);
    lower::file(&context.path, source, &prepared, dialect, writer)
}

/// The bytes of a file as the parser is given them; `included` are facts of outlines.
#[must_use]
pub fn prepared(source: &[u8], included: &[Vec<u8>], cpp: bool) -> Vec<u8> {
    prepare::prepare(source, included, cpp).bytes
}

/// What a file includes, and what it tells those that include it.
#[must_use]
pub fn outlined(path: &str, source: &[u8]) -> (Vec<String>, Vec<u8>) {
    let outline = outline::outline(path, source);
    (outline.includes, outline.facts)
}

/// Whether a file holds C++ though its name does not say so: a header that only C++ can read.
#[must_use]
pub fn is_cpp(source: &[u8], path: &str) -> bool {
    let is_header = std::path::Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "h");
    if !is_header {
        return false;
    }
    let lexed = lex::lex(source);
    let decided = conditionals::decide(source, &lexed, false);
    language::holds_cpp(source, &lexed, &decided.live)
}
