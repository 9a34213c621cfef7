//! The limit that an import is measured against: native tree-sitter parsing of every Python file below a folder, and nothing else.
//!
//! `bare_parse FOLDER` prints one line of JSON: files, bytes, lines, seconds on one thread and on two.
#![expect(clippy::print_stdout, reason = "a measuring program prints")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, io, path::Path, thread};

fn read_files(folder: &Path, into: &mut Vec<Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            read_files(&path, into)?;
        } else if path
            .extension()
            .is_some_and(|end| end == "py" || end == "pyi" || end == "pyw")
        {
            into.push(fs::read(path)?);
        }
    }
    Ok(())
}

fn parse_all(files: &[Vec<u8>], threads: usize) -> Duration {
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut parser = tree_sitter::Parser::new();
                parser
                    .set_language(&tree_sitter_python::LANGUAGE.into())
                    .expect("the grammar fits the runtime");
                while let Some(source) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tree = parser
                        .parse(source, None)
                        .expect("parsing is not cancelled");
                    assert!(tree.root_node().end_byte() <= source.len());
                }
            });
        }
    });
    began.elapsed()
}

fn main() -> io::Result<()> {
    let folder = env::args()
        .nth(1)
        .ok_or_else(|| io::Error::other("usage: bare_parse FOLDER"))?;
    let mut files = Vec::new();
    read_files(Path::new(&folder), &mut files)?;
    let bytes: usize = files.iter().map(Vec::len).sum();
    let lines: usize = files
        .iter()
        .map(|file| file.split(|&byte| byte == b'\n').count() - 1)
        .sum();
    let (one, two) = (
        parse_all(&files, 1).as_secs_f64(),
        parse_all(&files, 2).as_secs_f64(),
    );
    println!(
        "{{\"files\":{},\"bytes\":{bytes},\"lines\":{lines},\"seconds_one_thread\":{one:.3},\"seconds_two_threads\":{two:.3}}}",
        files.len()
    );
    Ok(())
}
