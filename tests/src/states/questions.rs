//! Questions for states: of the truth set, and of what real packages do.

use codegraph_cpg::flows::{Pattern, Position};
use codegraph_cpg::states::{Creation, End, ErrorState, Event, Query, Spec, Transition, Unknown};

fn creation(callee: &str, position: Position, state: &str) -> Creation {
    Creation {
        callee: Pattern::new(callee),
        position,
        state: state.to_owned(),
    }
}

fn to(from: &[&str], on: Event, to: &str) -> Transition {
    Transition {
        from: from.iter().map(|&state| state.to_owned()).collect(),
        on,
        to: to.to_owned(),
    }
}

fn receiver(callee: &str) -> Event {
    Event::Call(Pattern::new(callee), Position::Receiver)
}

fn wrong(state: &str) -> ErrorState {
    ErrorState {
        state: state.to_owned(),
        label: state.to_owned(),
    }
}

fn end(state: &str, label: &str) -> End {
    End {
        states: vec![state.to_owned()],
        label: label.to_owned(),
        exceptional: Some(format!("{label} on exception")),
    }
}

fn patterns(names: &[&str]) -> Vec<Pattern> {
    names.iter().map(|&name| Pattern::new(name)).collect()
}

/// The questions of the truth set: things that are opened, records that may not be there, locks.
pub(crate) fn truth() -> Vec<Spec> {
    let things = Spec {
        creations: vec![
            creation("things.open_thing", Position::Result, "open"),
            creation("things.Thing", Position::Result, "open"),
        ],
        transitions: vec![
            to(&["open"], receiver("*.close"), "closed"),
            to(&["closed"], receiver("*.close"), "closed twice"),
            to(
                &["open"],
                Event::Call(Pattern::new("things.dispose"), Position::Argument(0)),
                "closed",
            ),
            to(
                &["closed"],
                Event::Call(Pattern::new("things.dispose"), Position::Argument(0)),
                "closed twice",
            ),
            to(&["open"], Event::Exit, "closed"),
            to(&["closed"], Event::AnyCall, "used closed"),
            to(&["closed"], Event::Enter, "used closed"),
            to(
                &["closed"],
                Event::Call(Pattern::new("things.read_all"), Position::Argument(0)),
                "used closed",
            ),
        ],
        errors: vec![wrong("closed twice"), wrong("used closed")],
        ends: vec![end("open", "unclosed")],
        queries: vec![Query {
            member: "closed".to_owned(),
            states: vec!["closed".to_owned()],
        }],
        takers: patterns(&["things.keep"]),
        users: patterns(&["things.read_all"]),
        unknown: Unknown::Takes,
        contained: true,
    };
    let records = Spec {
        creations: vec![creation("things.lookup", Position::Result, "unchecked")],
        transitions: vec![
            to(&["unchecked"], Event::NotNull, "there"),
            to(&["unchecked"], Event::Null, "missing"),
            to(&["missing"], Event::Null, "missing"),
            to(&["there"], Event::NotNull, "there"),
            to(&["unchecked", "missing"], Event::Access, "null used"),
        ],
        errors: vec![wrong("null used")],
        unknown: Unknown::Uses,
        ..Spec::default()
    };
    let locks = Spec {
        creations: vec![creation("*.acquire", Position::Receiver, "held")],
        transitions: vec![
            to(&["held"], receiver("*.release"), "free"),
            to(&["free"], receiver("*.release"), "released twice"),
            to(&["free"], receiver("*.acquire"), "held"),
            to(&["held"], receiver("*.acquire"), "acquired twice"),
        ],
        errors: vec![wrong("released twice"), wrong("acquired twice")],
        ends: vec![end("held", "not released")],
        unknown: Unknown::Uses,
        ..Spec::default()
    };
    vec![things, records, locks]
}

/// Questions of what packages do with files, sockets, locks, and results that may be null.
pub(crate) fn packages() -> Vec<(&'static str, Spec)> {
    let opened = |creations: &[&str]| Spec {
        creations: creations
            .iter()
            .map(|callee| creation(callee, Position::Result, "open"))
            .collect(),
        transitions: vec![
            to(&["open"], receiver("*.close"), "closed"),
            to(&["open"], receiver("*.detach"), "closed"),
            to(&["open"], receiver("*.terminate"), "closed"),
            to(&["open"], Event::Exit, "closed"),
            to(&["closed"], receiver("*.read"), "used closed"),
            to(&["closed"], receiver("*.write"), "used closed"),
            to(&["closed"], receiver("*.send"), "used closed"),
            to(&["closed"], receiver("*.recv"), "used closed"),
        ],
        errors: vec![wrong("used closed")],
        ends: vec![End {
            states: vec!["open".to_owned()],
            label: "unclosed".to_owned(),
            exceptional: Some("unclosed on exception".to_owned()),
        }],
        queries: vec![Query {
            member: "closed".to_owned(),
            states: vec!["closed".to_owned()],
        }],
        users: patterns(&[
            "json.load",
            "pickle.load",
            "tomllib.load",
            "plistlib.load",
            "hashlib.*",
            "marshal.*",
            "shutil.copyfileobj",
            "select.*",
        ]),
        ..Spec::default()
    };
    let nulls = Spec {
        creations: [
            "re.match",
            "re.search",
            "re.fullmatch",
            "re.Pattern.match",
            "re.Pattern.search",
            "re.Pattern.fullmatch",
            "shutil.which",
            "inspect.getmodule",
        ]
        .iter()
        .map(|callee| creation(callee, Position::Result, "unchecked"))
        .collect(),
        transitions: vec![
            to(&["unchecked"], Event::NotNull, "there"),
            to(&["unchecked"], Event::Null, "missing"),
            to(&["missing"], Event::Null, "missing"),
            to(&["there"], Event::NotNull, "there"),
            to(&["unchecked", "missing"], Event::Access, "null used"),
        ],
        errors: vec![wrong("null used")],
        ..Spec::default()
    };
    let locks = Spec {
        creations: vec![
            creation("threading.Lock.acquire", Position::Receiver, "held"),
            creation("threading.RLock.acquire", Position::Receiver, "held"),
            creation("?.acquire", Position::Receiver, "held"),
        ],
        transitions: vec![
            to(&["held"], receiver("*.release"), "free"),
            to(&["free"], receiver("*.acquire"), "held"),
        ],
        ends: vec![end("held", "not released")],
        unknown: Unknown::Uses,
        ..Spec::default()
    };
    vec![
        (
            "files",
            opened(&[
                "builtins.open",
                "io.open",
                "codecs.open",
                "gzip.open",
                "os.fdopen",
                "*Path.open",
            ]),
        ),
        (
            "others",
            opened(&[
                "socket.socket",
                "socket.create_connection",
                "tempfile.TemporaryFile",
                "tempfile.NamedTemporaryFile",
                "zipfile.ZipFile",
                "tarfile.open",
                "sqlite3.connect",
                "subprocess.Popen",
                "requests.Session",
                "urllib.request.urlopen",
            ]),
        ),
        ("nulls", nulls),
        ("locks", locks),
    ]
}
