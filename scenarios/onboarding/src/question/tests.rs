//! Wordings and how they must be read.

use super::{Phrases, read};

/// Names of the project that is asked about.
fn known(word: &str) -> bool {
    ["handle", "run", "parse line", "call"].contains(&word)
}

/// Reads a question and prints `intent: subject, subject`.
fn reading(question: &str) -> String {
    let reading = read(question, &Phrases::built_in(), &known);
    let subjects: Vec<&str> = reading
        .subjects
        .iter()
        .map(|entity| entity.text.as_str())
        .collect();
    let intent = reading.intent.unwrap_or_else(|| "none".to_owned());
    if subjects.is_empty() {
        intent
    } else {
        format!("{intent}: {}", subjects.join(", "))
    }
}

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(question, expected)| {
            let got = reading(question);
            (got != *expected)
                .then(|| format!("{question}\n    expected {expected}\n    read     {got}"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} wordings misread:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn english() {
    check(&[
        ("Where is `Flask.route` defined?", "definition: Flask.route"),
        ("Where is the main() function?", "definition: main"),
        ("where is main", "definition: main"),
        ("where's url_for", "definition: url_for"),
        ("Where's the dispatcher defined?", "definition: dispatcher"),
        ("Find the definition of class Flask", "definition: Flask"),
        (
            "in which file is Blueprint implemented?",
            "definition: Blueprint",
        ),
        (
            "show me the source of make_response",
            "definition: make_response",
        ),
        (
            "What does exec_simple_query do?",
            "explain: exec_simple_query",
        ),
        ("what does the function main do?", "explain: main"),
        (
            "Explain how full_dispatch_request works",
            "explain: full_dispatch_request",
        ),
        ("how does Flask.wsgi_app work?", "explain: Flask.wsgi_app"),
        ("Please describe the Session class", "explain: Session"),
        (
            "what happens when finalize_request is called",
            "sequence: finalize_request",
        ),
        ("Show a sequence diagram of wsgi_app", "sequence: wsgi_app"),
        ("flask.app.Flask.run", "explain: flask.app.Flask.run"),
        ("`open_session`", "explain: open_session"),
        ("What is the signature of url_for?", "signature: url_for"),
        (
            "which arguments does send_file take?",
            "signature: send_file",
        ),
        (
            "parameters of render_template",
            "signature: render_template",
        ),
        ("how do I call jsonify?", "signature: jsonify"),
        (
            "what does make_response return?",
            "signature: make_response",
        ),
        ("Who calls dispatch_request?", "callers: dispatch_request"),
        ("what functions call `abort`", "callers: abort"),
        ("where is get_debug_flag used?", "callers: get_debug_flag"),
        ("callers of handle_exception", "callers: handle_exception"),
        (
            "Show me all usages of the Request class",
            "callers: Request",
        ),
        ("where does url_for get called?", "callers: url_for"),
        ("how many times is flash called", "callers: flash"),
        ("What does wsgi_app call?", "callees: wsgi_app"),
        (
            "which functions are called by preprocess_request",
            "callees: preprocess_request",
        ),
        ("callees of Flask.run", "callees: Flask.run"),
        (
            "call path from wsgi_app to dispatch_request",
            "call_path: wsgi_app, dispatch_request",
        ),
        (
            "How does main reach save_order?",
            "call_path: main, save_order",
        ),
        (
            "how can one get from `run` to `send`",
            "call_path: run, send",
        ),
        (
            "does checkout ever call charge_card?",
            "call_path: checkout, charge_card",
        ),
        (
            "Is there a path between App.start and db.connect?",
            "call_path: App.start, db.connect",
        ),
        ("What is src/flask/app.py for?", "file: src/flask/app.py"),
        ("what does app.py do", "explain: app.py"),
        (
            "What is the folder src/flask/json/ for?",
            "file: src/flask/json",
        ),
        ("what is in the sansio folder?", "file: sansio"),
        ("purpose of the file setup.cfg", "file: setup.cfg"),
        ("which functions are in helpers.py?", "file: helpers.py"),
        ("show the module map", "overview"),
        ("Give me an overview of the project", "overview"),
        ("What is the architecture of this codebase?", "overview"),
        ("how is the code organised?", "overview"),
        ("what modules are there", "overview"),
        ("What is this project about?", "overview"),
        ("What does this project do?", "overview"),
        ("what is in class Flask?", "members: Flask"),
        ("methods of the Blueprint class", "members: Blueprint"),
        ("What methods does Scaffold have?", "members: Scaffold"),
        ("who inherits from Scaffold?", "members: Scaffold"),
        ("subclasses of View", "members: View"),
        (
            "Which modules import flask.globals?",
            "importers: flask.globals",
        ),
        ("who imports helpers.py", "importers: helpers.py"),
        ("what does flask/app.py import?", "imports: flask/app.py"),
        ("imports of module flask.cli", "imports: flask.cli"),
        ("Where should I start reading?", "start"),
        ("what are the entry points?", "start"),
        ("where does the program start", "start"),
        ("What could you not see?", "gaps"),
        ("which files were skipped?", "gaps"),
        ("list the analysis gaps", "gaps"),
        ("what can you do?", "help"),
        ("help", "help"),
    ]);
}

#[test]
fn russian() {
    check(&[
        ("Где определён `Flask.route`?", "definition: Flask.route"),
        ("Где находится функция main()?", "definition: main"),
        ("где объявлена make_response", "definition: make_response"),
        (
            "в каком файле лежит класс Blueprint?",
            "definition: Blueprint",
        ),
        ("Найди определение url_for", "definition: url_for"),
        (
            "Покажи, где реализован dispatch_request",
            "definition: dispatch_request",
        ),
        (
            "Что делает exec_simple_query?",
            "explain: exec_simple_query",
        ),
        ("что делает функция main", "explain: main"),
        (
            "Объясни, как работает full_dispatch_request",
            "explain: full_dispatch_request",
        ),
        ("как устроен класс Session?", "explain: Session"),
        ("для чего нужна функция flash?", "explain: flash"),
        ("что такое Blueprint", "explain: Blueprint"),
        (
            "что происходит в finalize_request",
            "explain: finalize_request",
        ),
        (
            "что происходит, когда вызывается finalize_request",
            "sequence: finalize_request",
        ),
        ("расскажи про open_session", "explain: open_session"),
        ("Какая сигнатура у url_for?", "signature: url_for"),
        (
            "какие параметры принимает send_file?",
            "signature: send_file",
        ),
        (
            "сколько аргументов у render_template",
            "signature: render_template",
        ),
        ("что возвращает make_response?", "signature: make_response"),
        ("как вызвать jsonify?", "signature: jsonify"),
        (
            "Кто вызывает dispatch_request?",
            "callers: dispatch_request",
        ),
        ("какие функции вызывают `abort`", "callers: abort"),
        (
            "где используется get_debug_flag?",
            "callers: get_debug_flag",
        ),
        (
            "откуда вызывается метод handle_exception",
            "callers: handle_exception",
        ),
        ("покажи все вызовы flash", "callers: flash"),
        ("сколько раз вызывается flash", "callers: flash"),
        ("Кем используется класс Request?", "callers: Request"),
        ("Что вызывает wsgi_app?", "callees: wsgi_app"),
        ("какая функция вызывает wsgi_app?", "callers: wsgi_app"),
        ("какие функции вызывает wsgi_app?", "callees: wsgi_app"),
        ("кого вызывает wsgi_app?", "callees: wsgi_app"),
        (
            "какие функции вызываются из preprocess_request",
            "callees: preprocess_request",
        ),
        ("что вызывается внутри Flask.run?", "callees: Flask.run"),
        (
            "путь вызовов от wsgi_app до dispatch_request",
            "call_path: wsgi_app, dispatch_request",
        ),
        (
            "Как из main попасть в save_order?",
            "call_path: main, save_order",
        ),
        (
            "как wsgi_app доходит до dispatch_request?",
            "call_path: wsgi_app, dispatch_request",
        ),
        (
            "покажи цепочку вызовов между `run` и `send`",
            "call_path: run, send",
        ),
        (
            "вызывает ли checkout функцию charge_card?",
            "call_path: checkout, charge_card",
        ),
        (
            "Зачем нужен файл src/flask/app.py?",
            "file: src/flask/app.py",
        ),
        ("для чего папка src/flask/json/", "file: src/flask/json"),
        ("что лежит в папке sansio?", "file: sansio"),
        ("что находится в helpers.py", "file: helpers.py"),
        (
            "за что отвечает модуль flask.sessions?",
            "file: flask.sessions",
        ),
        ("Какие функции есть в helpers.py?", "file: helpers.py"),
        ("карта модулей", "overview"),
        ("Какая архитектура у проекта?", "overview"),
        ("как устроен этот проект?", "overview"),
        ("из чего состоит проект", "overview"),
        ("О чём этот проект?", "overview"),
        ("дай обзор кода", "overview"),
        ("какие есть модули?", "overview"),
        ("что внутри класса Flask?", "members: Flask"),
        ("какие методы есть у класса Blueprint", "members: Blueprint"),
        ("методы класса Scaffold", "members: Scaffold"),
        ("кто наследуется от Scaffold?", "members: Scaffold"),
        ("от кого наследуется View", "members: View"),
        ("наследники класса View", "members: View"),
        ("кто импортирует flask.globals?", "importers: flask.globals"),
        ("где импортируется helpers.py", "importers: helpers.py"),
        ("что импортирует flask/app.py?", "imports: flask/app.py"),
        ("какие модули импортирует flask.cli", "imports: flask.cli"),
        ("с чего начать чтение кода?", "start"),
        ("какие точки входа?", "start"),
        ("Чего ты не увидел?", "gaps"),
        ("какие файлы пропущены?", "gaps"),
        ("что не удалось разобрать", "gaps"),
        ("что ты умеешь?", "help"),
    ]);
}

#[test]
fn words_of_the_patterns_are_names_where_the_graph_has_them() {
    check(&[
        ("where is run", "definition: run"),
        ("Where is handle defined?", "definition: handle"),
        ("what does run do?", "explain: run"),
        ("what does run call?", "callees: run"),
        ("who calls handle", "callers: handle"),
        ("who calls call?", "callers: call"),
        ("where can I find parse line?", "definition: parse line"),
        ("where is the project defined", "none"),
        ("кто вызывает run?", "callers: run"),
        ("what does it call", "none"),
    ]);
}

#[test]
fn nothing_to_read() {
    for question in ["", "   ", "???", "!!! ... ---", "``", "\u{0}\u{1}", "🙂🙂"] {
        assert_eq!(reading(question), "none", "{question:?}");
    }
}

#[test]
fn names_stay_as_they_are_written() {
    check(&[
        ("who calls __init__?", "callers: __init__"),
        ("where is `__init__`", "definition: __init__"),
        ("where is _private_thing", "definition: _private_thing"),
        ("what does `size of größe` do", "explain: size of größe"),
        ("where is größe_in_px defined", "definition: größe_in_px"),
        ("где определена имя_функции", "definition: имя_функции"),
        ("where is `переменная` defined", "definition: переменная"),
        (
            "where is std::vector::push_back defined",
            "definition: std.vector.push_back",
        ),
        ("where is Foo#bar defined", "definition: Foo.bar"),
        ("what does foo(a, b) do", "explain: foo"),
        ("who calls ``a`b``?", "callers: a`b"),
        (
            "where is \"order_total\" defined",
            "definition: order_total",
        ),
        ("что делает «order_total»?", "explain: order_total"),
        ("what's Flask's signature?", "signature: Flask"),
    ]);
}

#[test]
fn every_pattern_has_an_intent_with_a_file() {
    let phrases = Phrases::built_in();
    for intent in &phrases.intents {
        let file = format!("{}/src/intents/{intent}.rs", env!("CARGO_MANIFEST_DIR"));
        assert!(std::path::Path::new(&file).exists(), "{file} is missing");
    }
}

#[test]
fn a_long_question_is_read_in_time() {
    let long = "where is what does who calls the foo_bar of ".repeat(230);
    let start = std::time::Instant::now();
    let _ = reading(&long);
    assert!(start.elapsed().as_secs() < 5, "took {:?}", start.elapsed());
}

#[test]
fn bad_data_names_the_pattern() {
    let with = |pattern: &str| {
        format!(
            "noise = []\nstop = []\nweak = []\n[hints]\n[words]\n[[intent]]\nid = \"a\"\nen = [\"{pattern}\"]\nru = []\n"
        )
    };
    assert!(
        Phrases::parse(&with("where {nothing}"))
            .unwrap_err()
            .contains("{nothing}")
    );
    assert!(
        Phrases::parse(&with("@none {symbol}"))
            .unwrap_err()
            .contains("@none")
    );
    assert!(
        Phrases::parse(&with("a? {symbol}"))
            .unwrap_err()
            .contains("no word")
    );
}
