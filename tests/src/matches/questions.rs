//! Questions for matches: uses of libraries that reviews object to.

use codegraph_cpg::flows::Pattern;
use codegraph_cpg::matches::{
    Argument, Around, Binding, Call, Class, Condition, Find, Method, Rule, Spec,
};
use codegraph_cpg::passes::facts::{Form, Named, RegionKind};

fn patterns(names: &[&str]) -> Vec<Pattern> {
    names.iter().map(|&name| Pattern::new(name)).collect()
}

fn rule(label: &str, find: Find) -> Rule {
    Rule {
        label: label.to_owned(),
        find,
        inside: Vec::new(),
        outside: Vec::new(),
        same: Vec::new(),
    }
}

fn call(callees: &[&str], arguments: Vec<Argument>) -> Find {
    Find::Call(Call {
        callee: patterns(callees),
        arguments,
        ..Call::default()
    })
}

fn keyword(name: &str, is: Condition) -> Argument {
    Argument {
        position: None,
        keyword: Some(name.to_owned()),
        is,
        capture: None,
        origins: None,
    }
}

fn argument(position: u16, name: Option<&str>, is: Condition) -> Argument {
    Argument {
        position: Some(position),
        keyword: name.map(str::to_owned),
        is,
        capture: None,
        origins: None,
    }
}

fn text(glob: &str) -> Condition {
    Condition::Text(Pattern::new(glob))
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn result(callees: &[&str]) -> Condition {
    Condition::Result(Box::new(Call {
        callee: patterns(callees),
        ..Call::default()
    }))
}

/// All rules: each has a label that lines of the truth set have.
pub(crate) fn truth() -> Spec {
    let mut rules = libraries();
    rules.extend(shapes());
    Spec { rules }
}

/// Misuse of libraries.
fn libraries() -> Vec<Rule> {
    let safe = Condition::Any(vec![
        Condition::Named(Pattern::new("yaml.*SafeLoader")),
        Condition::Named(Pattern::new("yaml.*BaseLoader")),
    ]);
    let random = Condition::Result(Box::new(Call {
        callee: patterns(&["random.*"]),
        ..Call::default()
    }));
    vec![
        rule(
            "shell",
            call(
                &["subprocess.*"],
                vec![keyword("shell", Condition::Truth(true))],
            ),
        ),
        rule(
            "shell with computed command",
            call(
                &["subprocess.*"],
                vec![
                    keyword("shell", Condition::Truth(true)),
                    argument(0, Some("args"), not(Condition::Constant)),
                ],
            ),
        ),
        rule(
            "unsafe yaml",
            call(
                &["yaml.load", "yaml.load_all"],
                vec![argument(
                    1,
                    Some("Loader"),
                    Condition::Any(vec![Condition::Absent, not(safe)]),
                )],
            ),
        ),
        rule(
            "weak hash",
            call(
                &["hashlib.md5", "hashlib.sha1"],
                vec![keyword(
                    "usedforsecurity",
                    Condition::Any(vec![Condition::Absent, not(Condition::Truth(false))]),
                )],
            ),
        ),
        rule(
            "weak hash",
            call(
                &["hashlib.new"],
                vec![argument(
                    0,
                    Some("name"),
                    Condition::Regex("(?i)^(md5|sha-?1)$".to_owned()),
                )],
            ),
        ),
        rule(
            "unverified",
            call(
                &["requests.*", "httpx.*"],
                vec![keyword("verify", Condition::Truth(false))],
            ),
        ),
        rule(
            "no timeout",
            call(
                &["requests.get", "requests.post", "requests.request"],
                vec![keyword(
                    "timeout",
                    Condition::Any(vec![Condition::Absent, Condition::Null]),
                )],
            ),
        ),
        rule(
            "plain http",
            call(
                &["requests.*"],
                vec![argument(0, Some("url"), text("http://*"))],
            ),
        ),
        rule("temporary name", call(&["tempfile.mktemp"], Vec::new())),
        rule(
            "wide permissions",
            call(
                &["os.chmod"],
                vec![argument(1, Some("mode"), Condition::Between(0o666, 0o777))],
            ),
        ),
        rule(
            "random secret",
            Find::Binding(Binding {
                name: patterns(&["*token*", "*password*", "*secret*", "*nonce*"]),
                kinds: Vec::new(),
                is: random,
            }),
        ),
        rule(
            "hard-coded secret",
            Find::Binding(Binding {
                name: patterns(&["*password*", "*secret*", "*api_key*"]),
                kinds: Vec::new(),
                is: Condition::All(vec![text("*"), Condition::Regex(".{4}".to_owned())]),
            }),
        ),
        Rule {
            same: vec![("from".to_owned(), "to".to_owned())],
            ..rule(
                "onto itself",
                call(
                    &["shutil.copy", "shutil.move", "os.rename"],
                    vec![
                        Argument {
                            capture: Some("from".to_owned()),
                            origins: None,
                            ..argument(0, Some("src"), Condition::Present)
                        },
                        Argument {
                            capture: Some("to".to_owned()),
                            origins: None,
                            ..argument(1, Some("dst"), Condition::Present)
                        },
                    ],
                ),
            )
        },
        rule(
            "opened at once",
            call(
                &["json.load", "yaml.safe_load", "pickle.load"],
                vec![argument(0, None, result(&["builtins.open", "io.open"]))],
            ),
        ),
    ]
}

/// What stands where, and how things are written.
fn shapes() -> Vec<Rule> {
    let empty = Condition::Any(vec![
        Condition::Form(Form::Collection),
        result(&["builtins.list", "builtins.dict", "builtins.set"]),
    ]);
    let route = Method {
        decorated: patterns(&["flask.Flask.route", "*.route"]),
        ..Method::default()
    };
    vec![
        rule(
            "mutable default",
            Find::Binding(Binding {
                name: patterns(&["*_*", "*a*", "*e*", "*i*", "*o*", "*u*"]),
                kinds: vec![Named::Parameter],
                is: empty,
            }),
        ),
        Rule {
            inside: vec![Around::Region(RegionKind::Loop)],
            ..rule("compiled in a loop", call(&["re.compile"], Vec::new()))
        },
        Rule {
            outside: vec![
                Around::Region(RegionKind::Try),
                Around::Region(RegionKind::Handler),
            ],
            ..rule("unprotected json", call(&["json.loads"], Vec::new()))
        },
        Rule {
            inside: vec![Around::Method(Method {
                properties: vec!["async".to_owned()],
                ..Method::default()
            })],
            ..rule("blocking", call(&["time.sleep", "requests.*"], Vec::new()))
        },
        Rule {
            inside: vec![Around::Method(route.clone())],
            ..rule(
                "exits in a route",
                call(&["sys.exit", "os._exit"], Vec::new()),
            )
        },
        rule(
            "route without login",
            Find::Method(Method {
                undecorated: patterns(&["*login_required"]),
                ..route
            }),
        ),
        rule(
            "unsafe model",
            Find::Class(Class {
                bases: patterns(&["pickle.Unpickler"]),
                ..Class::default()
            }),
        ),
        Rule {
            inside: vec![Around::Class(Class {
                bases: patterns(&["threading.Thread"]),
                ..Class::default()
            })],
            ..rule("exits in a thread", call(&["sys.exit"], Vec::new()))
        },
        rule("takes all", Find::Handler(Vec::new())),
        rule(
            "takes exits",
            Find::Handler(patterns(&["builtins.BaseException"])),
        ),
        rule(
            "compared with null",
            Find::Operator(
                Pattern::new("<operator>.equals"),
                vec![(1, Condition::Null)],
            ),
        ),
        rule(
            "identical to a text",
            Find::Operator(Pattern::new("<operator>.is"), vec![(1, text("*"))]),
        ),
        rule(
            "key in text",
            Find::Text("-----BEGIN [A-Z ]*PRIVATE KEY-----".to_owned()),
        ),
        rule(
            "sql by parts",
            Find::Call(Call {
                callee: patterns(&["*.execute"]),
                unresolved: vec!["execute".to_owned()],
                arguments: vec![argument(
                    0,
                    None,
                    Condition::All(vec![
                        Condition::Regex("(?i)^\\s*(select|insert|update|delete)\\b".to_owned()),
                        not(Condition::Constant),
                    ]),
                )],
                ..Call::default()
            }),
        ),
        rule("environment", Find::Read(Pattern::new("os.environ"))),
    ]
}
