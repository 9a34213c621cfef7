//! Whatever the bytes are, lowering ends, panics never, and gives rows that the host takes.

use codegraph_import_python::lower_file;
use codegraph_kit::testing::Collector;
use codegraph_sdk::importer::FileContext;

/// Sources to break: those of the cases, as they have every construct.
fn sources() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/cases");
    let mut sources = Vec::new();
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(path).unwrap();
        let fences = text
            .split("```python")
            .skip(1)
            .filter_map(|rest| rest.split_once('\n')?.1.split_once("```"));
        sources.extend(fences.map(|(code, _)| code.as_bytes().to_vec()));
    }
    sources
}

fn lower(source: &[u8]) -> Collector {
    let context = FileContext {
        path: "pkg/mod.py".into(),
        module: "pkg.mod".into(),
        is_package: false,
        language: "python".into(),
        included: Vec::new(),
        extra: Vec::new(),
    };
    let mut collector = Collector::new(source.len());
    let outcome = lower_file(&context, source, &mut collector).map(|_| ());
    if let Err(fault) = outcome {
        assert!(
            source.starts_with(&[0xFF]) || source.starts_with(&[0xFE]),
            "refused: {fault:?}"
        );
        return collector;
    }
    if let Err(why) = collector.finish() {
        panic!("{why} in:\n{}", String::from_utf8_lossy(source));
    }
    collector
}

/// A small generator of numbers (xorshift, Marsaglia 2003): the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

#[test]
fn sources_cut_off_anywhere_are_lowered() {
    for source in sources().iter().filter(|source| source.len() < 2000) {
        for end in 0..source.len() {
            lower(&source[..end]);
        }
    }
}

#[test]
fn changed_sources_are_lowered() {
    const PIECES: [&[u8]; 24] = [
        b"(",
        b")",
        b"[",
        b"]",
        b"{",
        b"}",
        b"\n",
        b"\n    ",
        b":",
        b",",
        b"'",
        b"\"\"\"",
        b"def ",
        b"class ",
        b"*",
        b"=",
        b"\\",
        b"\r",
        b"\x00",
        b"\xff",
        b"#",
        b"f'{",
        b"match x:\n  case ",
        b"lambda ",
    ];
    let sources = sources();
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for _ in 0..4000 {
        let mut source = sources[numbers.below(sources.len())].clone();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(source.len() + 1);
            match numbers.below(4) {
                0 => {
                    let piece = PIECES[numbers.below(PIECES.len())];
                    source.splice(at..at, piece.iter().copied());
                }

                1 => {
                    source.drain(at..(at + numbers.below(12)).min(source.len()));
                }
                2 if at < source.len() => source[at] = numbers.below(256) as u8,
                _ => {
                    let other = &sources[numbers.below(sources.len())];
                    let from = numbers.below(other.len() + 1);
                    let piece = other[from..(from + numbers.below(40)).min(other.len())].to_vec();
                    source.splice(at..at, piece);
                }
            }
        }
        lower(&source);
    }
}

#[test]
fn bytes_at_random_are_lowered() {
    let mut numbers = Numbers(0xD1B5_4A32_D192_ED03);
    for _ in 0..500 {
        let bytes: Vec<u8> = (0..numbers.below(300))
            .map(|_| numbers.below(256) as u8)
            .collect();
        lower(&bytes);
    }
}

#[test]
fn a_large_declaration_goes_in_several_batches() {
    use std::fmt::Write as _;
    let mut source = String::from("table = {\n");
    for i in 0..120_000 {
        let _ = writeln!(source, "    'key number {i}': ({i}, name_{i}),");
    }
    source.push_str("}\n");
    let collector = lower(source.as_bytes());
    assert!(collector.kinds.len() > 600_000);
    assert!(
        collector.longest_batch < 6 << 20,
        "a batch has {} bytes",
        collector.longest_batch
    );
    assert!(collector.gaps.is_empty());
}

#[test]
fn long_chains_and_deep_nests_are_lowered() {
    let chain = format!("x = a{}\n", ".b()".repeat(20_000));
    assert!(lower(chain.as_bytes()).gaps.is_empty());
    let sum = format!("x = {}1\n", "a + ".repeat(20_000));
    assert!(lower(sum.as_bytes()).gaps.is_empty());
    for (open, close) in [
        ("[", "]"),
        ("f(", ")"),
        ("lambda: ", ""),
        ("a**", ""),
        ("{1: ", "}"),
        ("not (yield ", ")"),
    ] {
        let nest = format!(
            "x = {}1{}\ny = f()\n",
            open.repeat(2000),
            close.repeat(2000)
        );
        let collector = lower(nest.as_bytes());
        assert!(
            collector.gaps.iter().any(|gap| gap.reason == "too_deep"),
            "{open}"
        );
    }
}
