//! An index, built and searched.

use codegraph_model::{Text, WantedTexts};

use super::*;
use crate::build::{Builder, remove_left};

fn text(kind: TextKind, path: &str, line: u32, name: &str, text: &str) -> Text {
    Text {
        kind,
        path: path.into(),
        line,
        line_end: line + text.lines().count().max(1) as u32 - 1,
        name: name.into(),
        text: text.into(),
    }
}

fn built(place: &Path) -> TextIndex {
    let mut builder = Builder::new(place, WantedTexts::default()).unwrap();
    for one in [
        text(
            TextKind::Readme,
            "README.md",
            1,
            "Shop",
            "# Shop\n\nA small shop.\nRun it with care.",
        ),
        text(
            TextKind::Document,
            "docs/ru/guide.md",
            10,
            "Транзакции",
            "# Транзакции\nКак фиксируются транзакции.",
        ),
        text(
            TextKind::Comment,
            "src/pay.py",
            7,
            "",
            "# opens connections to the bank",
        ),
        text(
            TextKind::Symbol,
            "src/pay.py",
            9,
            "shop.pay.openConnection",
            "def openConnection(self):",
        ),
        text(
            TextKind::Symbol,
            "src/pay.py",
            30,
            "shop.pay.Счёт.закрыть_счёт",
            "def закрыть_счёт(self):",
        ),
        text(
            TextKind::Symbol,
            "src/open.py",
            1,
            "shop.open.connection_pool_opener",
            "def connection_pool_opener():",
        ),
    ] {
        builder.add(&one).unwrap();
    }
    let about = builder.finish().unwrap();
    assert_eq!((about.texts, about.is_whole), (6, true));
    TextIndex::open(place).unwrap()
}

fn asked(index: &TextIndex, ask: Ask) -> Vec<(String, u32)> {
    let ask = Ask {
        limit: if ask.limit == 0 { 10 } else { ask.limit },
        ..ask
    };
    let found = index.search(&ask).unwrap();
    found
        .hits
        .into_iter()
        .map(|hit| (hit.path, hit.line))
        .collect()
}

fn words(text: &str) -> Ask {
    Ask {
        text: text.into(),
        ..Ask::default()
    }
}

#[test]
fn names_words_and_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let index = built(&folder.path().join("a.search"));
    // The symbol of this very name is first, whatever else holds the words.
    assert_eq!(
        asked(&index, words("openConnection"))[0],
        ("src/pay.py".into(), 9)
    );
    assert!(asked(&index, words("open_connection")).contains(&("src/pay.py".into(), 9)));
    assert_eq!(
        asked(&index, words("транзакциями")),
        [("docs/ru/guide.md".into(), 10)]
    );
    assert_eq!(
        asked(&index, words("закрыть счёт")),
        [("src/pay.py".into(), 30)]
    );
    assert_eq!(asked(&index, words("ЗакрытьСчёт"))[0].1, 30);
    assert_eq!(
        asked(&index, words("careful running")),
        [("README.md".into(), 4)]
    );
    assert_eq!(
        asked(&index, words("\"small shop\"")),
        [("README.md".into(), 3)]
    );
    assert!(asked(&index, words("\"shop small\"")).is_empty());
    assert!(asked(&index, words("zebra")).is_empty());
}

#[test]
fn some_words_where_none_holds_all() {
    let folder = tempfile::tempdir().unwrap();
    let index = built(&folder.path().join("a.search"));
    let found = index
        .search(&Ask {
            limit: 10,
            ..words("bank zebra")
        })
        .unwrap();
    assert_eq!(found.matched, Matched::Some);
    assert_eq!((found.total, found.hits[0].line), (1, 7));
    assert_eq!(found.hits[0].snippet, "# opens connections to the bank");
}

#[test]
fn kinds_folders_and_pages() {
    let folder = tempfile::tempdir().unwrap();
    let index = built(&folder.path().join("a.search"));
    let comments = Ask {
        kinds: vec![TextKind::Comment],
        ..words("connection")
    };
    assert_eq!(asked(&index, comments), [("src/pay.py".into(), 7)]);
    let within = |within: &str| Ask {
        within: within.into(),
        ..words("connection")
    };
    assert_eq!(
        asked(&index, within("src/open.py")),
        [("src/open.py".into(), 1)]
    );
    assert_eq!(asked(&index, within("src/")).len(), 3);
    assert!(asked(&index, within("sr")).is_empty());
    let all = asked(&index, words("connection"));
    let mut paged = Vec::new();
    for offset in 0..4 {
        paged.extend(asked(
            &index,
            Ask {
                limit: 1,
                offset,
                ..words("connection")
            },
        ));
    }
    assert_eq!(paged, all);
    assert!(matches!(
        index.search(&words("+-")),
        Err(SearchError::Nothing)
    ));
}

#[test]
fn what_is_missing_or_damaged_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a.search");
    assert_eq!(TextIndex::open(&place).err(), Some(SearchError::Missing));
    drop(built(&place));
    for entry in std::fs::read_dir(&place).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        // Locks hold nothing, and what is not counted in `meta.json` is not read.
        if bytes.is_empty() || name.starts_with('.') {
            continue;
        }
        let mut cut = bytes.clone();
        cut.truncate(bytes.len() / 2);
        std::fs::write(&path, cut).unwrap();
        assert!(TextIndex::open(&place).is_err(), "{name} cut");
        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 0x40;
        std::fs::write(&path, flipped).unwrap();
        let opened = TextIndex::open(&place);
        if path.extension().is_none_or(|end| end != "json") {
            assert!(
                matches!(opened, Err(SearchError::Damaged(_))),
                "{name} flipped"
            );
        }
        std::fs::write(&path, bytes).unwrap();
    }
    assert!(TextIndex::open(&place).is_ok());
}

#[test]
fn a_builder_that_goes_leaves_nothing_and_the_first_of_two_stays() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a.search");
    let entries = || std::fs::read_dir(folder.path()).unwrap().count();
    let mut given_up = Builder::new(&place, WantedTexts::default()).unwrap();
    given_up
        .add(&text(TextKind::Symbol, "a", 1, "a", "a"))
        .unwrap();
    assert_eq!(remove_left(folder.path(), |_| true), 0, "its owner lives");
    drop(given_up);
    assert_eq!(entries(), 0);
    let second = Builder::new(&place, WantedTexts::default()).unwrap();
    let first = built(&place);
    second.finish().unwrap();
    assert_eq!(entries(), 1);
    assert_eq!(TextIndex::open(&place).unwrap().built(), first.built());
    // As a killed process leaves it.
    let left = folder.path().join("b.search.1-0.part");
    std::fs::create_dir(&left).unwrap();
    assert_eq!(remove_left(folder.path(), |_| false), 0);
    assert_eq!(remove_left(folder.path(), |_| true), 1);
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("owner.lock"), "").unwrap();
    assert_eq!(remove_left(folder.path(), |_| false), 1);
}

#[test]
fn an_index_that_is_replaced_is_told_so_and_says_what_it_was_to_hold() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a.search");
    let first = built(&place);
    assert!(!first.is_replaced());
    let ask = Ask {
        text: "bank".into(),
        limit: 10,
        ..Ask::default()
    };
    let before = first.search(&ask).unwrap();
    let wanted = WantedTexts {
        comments: false,
        ..WantedTexts::default()
    };
    let builder = Builder::new(&place, wanted).unwrap();
    assert_eq!(builder.replace().unwrap().wanted, wanted);
    assert!(first.is_replaced());
    // Who has it open goes on with it.
    assert_eq!(first.search(&ask).unwrap(), before);
    let second = TextIndex::open(&place).unwrap();
    assert_eq!((second.built().wanted, second.built().texts), (wanted, 0));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    // Where nothing is, there is nothing to replace, and one that is gone is not replaced.
    std::fs::remove_dir_all(&place).unwrap();
    assert!(!second.is_replaced());
    Builder::new(&place, wanted).unwrap().replace().unwrap();
}
