//! Whatever the bytes are, lowering ends, panics never, and gives rows that the host takes.

use codegraph_import_c::lower_file;
use codegraph_kit::testing::Collector;
use codegraph_sdk::importer::FileContext;

/// Sources to break: those of the cases, as they have every construct. With the language of each.
fn sources() -> Vec<(&'static str, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/cases");
    let mut sources = Vec::new();
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(path).unwrap();
        for (fence, language) in [("```c\n", "c"), ("```cpp\n", "cpp")] {
            let fences = text
                .split(fence)
                .skip(1)
                .filter_map(|rest| rest.split_once("```"));
            sources.extend(fences.map(|(code, _)| (language, code.as_bytes().to_vec())));
        }
    }
    assert!(!sources.is_empty(), "the cases have sources");
    sources
}

fn lower(language: &str, source: &[u8]) -> Collector {
    let context = FileContext {
        path: "src/mod.h".into(),
        module: String::new(),
        is_package: false,
        language: language.into(),
        included: Vec::new(),
        extra: Vec::new(),
    };
    let mut collector = Collector::new(source.len());
    if let Err(fault) = lower_file(&context, source, &mut collector).map(|_| ()) {
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
    for (language, source) in sources().iter().filter(|(_, source)| source.len() < 2000) {
        for end in 0..source.len() {
            lower(language, &source[..end]);
        }
    }
}

#[test]
fn changed_sources_are_lowered() {
    const PIECES: [&[u8]; 26] = [
        b"(",
        b")",
        b"[",
        b"]",
        b"{",
        b"}",
        b"\n",
        b";",
        b":",
        b",",
        b"'",
        b"\"",
        b"#if X\n",
        b"#else\n",
        b"#endif\n",
        b"#define M(x) for (;;)\n",
        b"\\\n",
        b"\r",
        b"\x00",
        b"\xff",
        b"/*",
        b"R\"(",
        b"M(",
        b"template <",
        b"struct ",
        b"case ",
    ];
    let sources = sources();
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for _ in 0..6000 {
        let (language, mut source) = sources[numbers.below(sources.len())].clone();
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
                    let other = &sources[numbers.below(sources.len())].1;
                    let from = numbers.below(other.len() + 1);
                    let piece = other[from..(from + numbers.below(40)).min(other.len())].to_vec();
                    source.splice(at..at, piece);
                }
            }
        }
        lower(language, &source);
    }
}

#[test]
fn deep_and_long_sources_end() {
    let deep = |open: &str, close: &str, count: usize| {
        format!(
            "int f(void) {{ x = {}1{}; }}",
            open.repeat(count),
            close.repeat(count)
        )
    };
    let long_sum = format!("int f(void) {{ return a{}; }}", " + a".repeat(50_000));
    let ifs = format!(
        "void f() {{ {} }}",
        "if (a) { b(); } else ".repeat(5_000) + "c();"
    );
    let conditionals = "#if A\n".repeat(3_000) + &"#endif\n".repeat(3_000);
    let blocks = format!(
        "void f() {{ {}{} }}",
        "{".repeat(20_000),
        "}".repeat(20_000)
    );
    for source in [
        deep("(", ")", 3_000),
        deep("-", "", 3_000),
        deep("f(", ")", 3_000),
        deep("a[", "]", 3_000),
        deep("{", "}", 3_000),
        deep("a ? b : ", "", 3_000),
        long_sum,
        ifs,
        conditionals,
        blocks,
        "struct A { ".repeat(3_000),
        "namespace a { ".repeat(3_000),
        "*".repeat(10_000),
    ] {
        for language in ["c", "cpp"] {
            lower(language, source.as_bytes());
        }
    }
}
