//! `bare_parse_c FOLDER`: native tree-sitter parsing of every C and C++ file below a folder; see [`codegraph_kit::measuring`].
#![expect(clippy::print_stdout, reason = "a measuring program prints")]

use std::{env, io, path::Path};

use codegraph_kit::measuring::bare_parse;

fn main() -> io::Result<()> {
    let folder = env::args()
        .nth(1)
        .ok_or_else(|| io::Error::other("usage: bare_parse_c FOLDER"))?;
    let c = (&["c", "h"][..], tree_sitter_c::LANGUAGE.into());
    let cpp = (
        &["cc", "cpp", "cxx", "hh", "hpp", "hxx", "inl", "ipp"][..],
        tree_sitter_cpp::LANGUAGE.into(),
    );
    println!("{}", bare_parse(Path::new(&folder), &[c, cpp])?);
    Ok(())
}
