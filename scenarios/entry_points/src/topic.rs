//! What a question is about.

use std::collections::BTreeSet;

use crate::point::{Kind, Trust};

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    /// Kinds; all where the question names none.
    pub kinds: BTreeSet<Kind>,
    /// The question named them.
    pub named: bool,
    /// Only entries that are open to these.
    pub trust: Option<Trust>,
    /// Only entries without a check that turns callers away.
    pub unchecked: bool,
    /// Only in files whose path holds this, or routes whose path does.
    pub path: Option<String>,
    /// A function: which entries lead there.
    pub symbol: Option<String>,
}

/// Beginnings of words, as words are inflected, for each kind.
const WORDS: [(Kind, &[&str]); 7] = [
    (
        Kind::Route,
        &[
            "route",
            "endpoint",
            "url",
            "http",
            "api",
            "view",
            "маршрут",
            "эндпоинт",
            "ручк",
            "урл",
            "rest",
            "запрос",
            "страниц",
        ],
    ),
    (
        Kind::Listener,
        &[
            "listen",
            "port",
            "socket",
            "server",
            "bind",
            "слуша",
            "порт",
            "сокет",
            "сервер",
        ],
    ),
    (
        Kind::Command,
        &[
            "command",
            "cli",
            "argparse",
            "команд",
            "утилит",
            "аргумент",
            "консольн",
        ],
    ),
    (Kind::Main, &["main", "begin", "начина", "запуска"]),
    (
        Kind::Handler,
        &[
            "handler",
            "callback",
            "signal",
            "hook",
            "event",
            "middleware",
            "обработчик",
            "колбек",
            "колбэк",
            "сигнал",
            "событи",
            "хук",
        ],
    ),
    (
        Kind::Job,
        &[
            "job",
            "task",
            "cron",
            "scheduled",
            "schedule",
            "celery",
            "queue",
            "worker",
            "задач",
            "расписан",
            "очеред",
            "фонов",
            "крон",
        ],
    ),
    (
        Kind::Export,
        &[
            "export",
            "exported",
            "public",
            "library",
            "экспорт",
            "публичн",
            "библиотечн",
        ],
    ),
];

/// Words that ask for everything that is open to the network.
const NETWORK: &[&str] = &[
    "network",
    "network-facing",
    "remote",
    "internet",
    "outside",
    "external",
    "сет",
    "извне",
    "удалённ",
    "удаленн",
    "интернет",
    "внешн",
    "снаружи",
];
const LOCAL: &[&str] = &["local", "локальн"];
const UNCHECKED: &[&str] = &[
    "without auth",
    "without check",
    "without permission",
    "without login",
    "without a check",
    "unauthenticated",
    "unprotected",
    "unguarded",
    "no auth",
    "no check",
    "no login",
    "without any check",
    "anonymous",
    "not protected",
    "no permission",
    "без проверк",
    "без авториз",
    "без аутентифик",
    "без входа",
    "без логина",
    "незащищ",
    "не защищ",
    "аноним",
    "без прав",
];
/// Words by which a question asks what leads to a function.
const REACHED: &[&str] = &[
    "reach",
    "lead to",
    "leads to",
    "get to",
    "exposed",
    "reachable",
    "доступ",
    "ведут",
    "ведёт",
    "ведет",
    "добраться",
    "попасть",
    "достижим",
];

/// Words that are no names of functions though they are written like ones.
const PLAIN: &[&str] = &[
    "entry_points",
    "entry_point",
    "django",
    "flask",
    "fastapi",
    "aiohttp",
    "rest_framework",
];

/// Reads a question.
pub fn read(question: &str) -> Topic {
    let text = question.to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let begins = |word: &str| words.iter().any(|own| own.starts_with(word));
    let symbol = symbol(question).filter(|_| REACHED.iter().any(|word| text.contains(word)));
    let mut kinds: BTreeSet<Kind> = WORDS
        .iter()
        .filter(|(_, words)| words.iter().any(|word| begins(word)))
        .map(|(kind, _)| *kind)
        .collect();
    // "Network" and "server" ask for who gets there, where a kind is named besides.
    let trust = if NETWORK.iter().any(|word| begins(word)) {
        Some(Trust::Network)
    } else if LOCAL.iter().any(|word| begins(word)) {
        Some(Trust::Local)
    } else {
        None
    };
    if symbol.is_some() {
        kinds.clear();
    }
    let named = !kinds.is_empty();
    if !named {
        kinds.extend(Kind::ALL);
    }
    Topic {
        kinds,
        named,
        trust,
        unchecked: UNCHECKED.iter().any(|phrase| text.contains(phrase)),
        path: path(question),
        symbol,
    }
}

fn clean(word: &str) -> &str {
    let word = word.trim_matches(|c: char| "`'\"?,;:!«»".contains(c));
    word.strip_suffix('.').unwrap_or(word)
}

/// A word with a slash, or one that ends like a file.
fn path(question: &str) -> Option<String> {
    let words = question.split_whitespace().map(clean);
    let mut paths = words.filter(|word| {
        let is_file = word.rsplit_once('.').is_some_and(|(stem, ending)| {
            !stem.is_empty()
                && (1..=4).contains(&ending.len())
                && ending.chars().all(|c| c.is_ascii_lowercase())
        });
        let is_path = word.contains('/') && !word.contains("://") && word.len() > 1;
        // Two words with a slash between them are no path ("and/or", "CLI/API").
        let is_pair = word.split('/').count() == 2
            && word
                .split('/')
                .all(|part| !part.is_empty() && part.chars().all(char::is_alphabetic));
        is_file || is_path && !is_pair
    });
    paths.next().map(str::to_owned)
}

/// A word that is written like a name of the code: in code quotes, with `_`, `(`, `.` or an inner capital.
fn symbol(question: &str) -> Option<String> {
    let quoted = question.split('`').nth(1).filter(|name| !name.is_empty());
    let words = question.split_whitespace().map(clean);
    let mut names = words.filter(|word| {
        let bare = word.trim_end_matches("()");
        let is_name = bare
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':'));
        let like_code = bare.contains('_') || bare.contains('.') || bare.len() < word.len() || {
            let mut letters = bare.chars();
            letters.next().is_some_and(char::is_alphabetic)
                && letters.any(char::is_uppercase)
                && bare.chars().any(char::is_lowercase)
        };
        is_name && like_code && bare.is_ascii() && !PLAIN.contains(&bare.to_lowercase().as_str())
    });
    quoted
        .map(str::to_owned)
        .or_else(|| names.next().map(str::to_owned))
        .map(|name| name.trim_end_matches("()").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(question: &str) -> Vec<Kind> {
        let topic = read(question);
        if topic.named {
            topic.kinds.into_iter().collect()
        } else {
            Vec::new()
        }
    }

    #[test]
    fn kinds_are_named() {
        assert_eq!(kinds("Find API endpoints"), [Kind::Route]);
        assert_eq!(kinds("Какие команды есть у программы?"), [Kind::Command]);
        assert_eq!(
            kinds("Which celery tasks and signal handlers are there?"),
            [Kind::Handler, Kind::Job]
        );
        assert_eq!(kinds("Analyze attack surface"), []);
    }

    #[test]
    fn filters_are_read() {
        let topic = read("Which routes of src/api.py work without authentication?");
        assert!(topic.unchecked);
        assert_eq!(topic.path.as_deref(), Some("src/api.py"));
        assert_eq!(read("What is network-facing?").trust, Some(Trust::Network));
        assert_eq!(read("Что доступно извне?").trust, Some(Trust::Network));
        assert_eq!(read("routes and/or commands").path, None);
    }

    #[test]
    fn a_function_may_be_asked_for() {
        assert_eq!(
            read("Which entry points reach save_order?")
                .symbol
                .as_deref(),
            Some("save_order")
        );
        assert_eq!(read("Is `find` exposed?").symbol.as_deref(), Some("find"));
        assert_eq!(
            read("Какие точки входа ведут к Store.find?")
                .symbol
                .as_deref(),
            Some("Store.find")
        );
        assert_eq!(read("Find entry_points").symbol, None);
    }

    #[test]
    fn anything_can_be_read() {
        for question in [
            "",
            "`",
            "````",
            "/",
            "...",
            "\u{202e}",
            "a/b/c/",
            &"x".repeat(20_000),
        ] {
            let _ = read(question);
        }
    }
}
