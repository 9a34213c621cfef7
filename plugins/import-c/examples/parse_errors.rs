//! How much of C and C++ files the grammar does not know: bytes in error nodes, as they are and as the importer prepares them.
//!
//! `parse_errors PATH…` prints a line of JSON; with `--list N` first the N files with most such bytes and where the widest error stands.
#![expect(clippy::print_stdout, reason = "a measuring program prints")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, io};

struct File {
    path: PathBuf,
    source: Vec<u8>,
    includes: Vec<String>,
    facts: Vec<u8>,
}

fn read_files(path: &Path, into: &mut Vec<File>) -> io::Result<()> {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<_>>()?;
        entries.sort();
        return entries.iter().try_for_each(|entry| read_files(entry, into));
    }
    let known = ["c", "h", "cc", "cpp", "hpp", "cxx", "hh"];
    if path
        .extension()
        .is_some_and(|end| known.iter().any(|known| end == *known))
    {
        let source = fs::read(path)?;
        let (includes, facts) = codegraph_import_c::outlined(&path.to_string_lossy(), &source);
        into.push(File {
            path: path.to_owned(),
            source,
            includes,
            facts,
        });
    }
    Ok(())
}

/// Bytes in error nodes, and the widest of them.
fn errors(tree: &tree_sitter::Tree) -> (usize, (usize, usize)) {
    let mut cursor = tree.walk();
    let (mut bytes, mut widest) = (0, (0, 0));
    loop {
        let node = cursor.node();
        let is_error = node.is_error();
        if is_error {
            bytes += node.end_byte() - node.start_byte();
            if node.end_byte() - node.start_byte() > widest.1 {
                widest = (
                    node.start_position().row + 1,
                    node.end_byte() - node.start_byte(),
                );
            }
        }
        if !is_error && node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return (bytes, widest);
            }
        }
    }
}

fn included(files: &[File], by_name: &BTreeMap<String, Vec<usize>>, start: usize) -> Vec<Vec<u8>> {
    let mut seen = BTreeSet::from([start]);
    let mut open = vec![start];
    let mut facts = Vec::new();
    while let Some(at) = open.pop() {
        for include in &files[at].includes {
            let name = include.rsplit('/').next().unwrap_or(include);
            for &other in by_name.get(name).into_iter().flatten() {
                if files[other]
                    .path
                    .ends_with(include.trim_start_matches("../"))
                    && seen.insert(other)
                {
                    facts.push(files[other].facts.clone());
                    open.push(other);
                    break;
                }
            }
        }
    }
    facts
}

fn main() -> io::Result<()> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let mut list = 0;
    if arguments.first().is_some_and(|first| first == "--list") {
        list = arguments
            .get(1)
            .and_then(|number| number.parse().ok())
            .unwrap_or(0);
        arguments.drain(..2);
    }
    let mut files = Vec::new();
    for path in &arguments {
        read_files(Path::new(path), &mut files)?;
    }
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        let name = file
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        by_name.entry(name).or_default().push(at);
    }
    let (mut all, mut raw, mut prepared) = (0, 0, 0);
    let mut worst = Vec::new();
    let (mut parsing, mut preparing) = (Duration::ZERO, Duration::ZERO);
    for at in 0..files.len() {
        let file = &files[at];
        let cpp = file
            .path
            .extension()
            .is_some_and(|end| end != "c" && end != "h")
            || codegraph_import_c::is_cpp(&file.source, &file.path.to_string_lossy());
        let language = if cpp {
            tree_sitter_cpp::LANGUAGE
        } else {
            tree_sitter_c::LANGUAGE
        };
        let mut parser = tree_sitter::Parser::new();
        parser
            .set_language(&language.into())
            .expect("the grammar fits the runtime");
        let began = Instant::now();
        let tree = parser
            .parse(&file.source, None)
            .expect("parsing is not cancelled");
        parsing += began.elapsed();
        let began = Instant::now();
        let bytes =
            codegraph_import_c::prepared(&file.source, &included(&files, &by_name, at), cpp);
        preparing += began.elapsed();
        let ready = parser
            .parse(&bytes, None)
            .expect("parsing is not cancelled");
        all += file.source.len();
        raw += errors(&tree).0;
        let (own, widest) = errors(&ready);
        prepared += own;
        worst.push((own, widest, &file.path));
    }
    worst.sort_by(|a, b| b.cmp(a));
    for (bytes, (line, width), path) in worst.iter().take(list) {
        println!("{bytes} {}:{line} ({width})", path.display());
    }
    let percent = |part: usize| part as f64 * 100.0 / all.max(1) as f64;
    println!(
        "{{\"files\":{},\"bytes\":{all},\"raw_percent\":{:.3},\"prepared_percent\":{:.3},\"parse_seconds\":{:.2},\"prepare_seconds\":{:.2}}}",
        files.len(),
        percent(raw),
        percent(prepared),
        parsing.as_secs_f64(),
        preparing.as_secs_f64()
    );
    Ok(())
}
