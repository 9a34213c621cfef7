//! `bare_parse FOLDER`: native tree-sitter parsing of every Python file below a folder; see [`codegraph_kit::measuring`].
#![expect(clippy::print_stdout, reason = "a measuring program prints")]

use std::{env, io, path::Path};

use codegraph_kit::measuring::bare_parse;

fn main() -> io::Result<()> {
    let folder = env::args()
        .nth(1)
        .ok_or_else(|| io::Error::other("usage: bare_parse FOLDER"))?;
    let python = (
        &["py", "pyi", "pyw"][..],
        tree_sitter_python::LANGUAGE.into(),
    );
    println!("{}", bare_parse(Path::new(&folder), &[python])?);
    Ok(())
}
