//! The limit that an import is measured against: native parsing of every file below a folder, and nothing else.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use tree_sitter::{Language, Parser};

/// A grammar with the endings of the files that it parses, without their dot.
pub type Endings<'a> = (&'a [&'a str], Language);

struct Source {
    grammar: usize,
    bytes: Vec<u8>,
}

/// Parses every file below a folder whose ending a grammar has. Gives one line of JSON: files, bytes, lines, seconds on one thread and on
/// two.
///
/// # Errors
/// Whatever reading the folder meets, and a grammar that does not fit the parser.
pub fn bare_parse(folder: &Path, grammars: &[Endings<'_>]) -> io::Result<String> {
    let mut files = Vec::new();
    read_files(folder, grammars, &mut files)?;
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    let lines: usize = files
        .iter()
        .map(|file| file.bytes.split(|&byte| byte == b'\n').count() - 1)
        .sum();
    let one = parse_all(&files, grammars, 1)?.as_secs_f64();
    let two = parse_all(&files, grammars, 2)?.as_secs_f64();
    Ok(format!(
        "{{\"files\":{},\"bytes\":{bytes},\"lines\":{lines},\"seconds_one_thread\":{one:.3},\"seconds_two_threads\":{two:.3}}}",
        files.len()
    ))
}

fn read_files(folder: &Path, grammars: &[Endings<'_>], into: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            read_files(&path, grammars, into)?;
            continue;
        }
        let ending = path.extension().and_then(|ending| ending.to_str());
        let grammar = ending.and_then(|ending| {
            grammars
                .iter()
                .position(|(endings, _)| endings.contains(&ending))
        });
        if let Some(grammar) = grammar {
            let bytes = fs::read(path)?;
            into.push(Source { grammar, bytes });
        }
    }
    Ok(())
}

fn parse_all(files: &[Source], grammars: &[Endings<'_>], threads: usize) -> io::Result<Duration> {
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    thread::scope(|scope| {
        let parse = || -> io::Result<()> {
            let mut parser = Parser::new();
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                parser
                    .set_language(&grammars[file.grammar].1)
                    .map_err(io::Error::other)?;
                let tree = parser.parse(&file.bytes, None);
                let tree = tree.ok_or_else(|| io::Error::other("the parser gave no tree"))?;
                assert!(tree.root_node().end_byte() <= file.bytes.len());
            }
            Ok(())
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(parse)).collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .map_err(|_| io::Error::other("a parser failed"))?
        })
    })?;
    Ok(began.elapsed())
}
