//! Descriptions of libraries as they are read.

use super::{Argument, Attribute, Base, Decorates, Library, Made, Place, Step};

fn place(text: &str) -> Result<Place, String> {
    let parameters = ["self", "key", "*rest"].map(str::to_owned);
    Place::parse(text, &parameters)
}

#[test]
fn places() {
    let read = place(r#"self.items[key]["a"][0][][#]()"#).unwrap();
    assert_eq!(read.base, Base::Parameter(0));
    assert_eq!(
        read.steps,
        [
            Step::Field("items".into()),
            Step::Under(1),
            Step::Text("a".into()),
            Step::Index(0),
            Step::Any,
            Step::Keys,
            Step::Call,
        ]
    );
    assert_eq!(place("result").unwrap().base, Base::Result);
    assert_eq!(place("rest[]").unwrap().base, Base::Parameter(2));
    assert_eq!(place("self.__dict__[key]").unwrap().steps, [Step::Under(1)]);
    for wrong in ["nobody", "self[", "self(x)", "self[nobody]", "", "[]"] {
        assert!(place(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_whole_description() {
    let text = r#"
library = "functools"
written-from = "https://docs.python.org/3/library/functools.html"
[[function]]
name = "functools.reduce"
parameters = ["function", "iterable", "initial"]
calls = ["function(function(), iterable[], key=initial, *iterable)"]
returns = ["initial", "function()", "new a.B"]
stores = ["result[] = iterable[]"]
passes = []
decorator-factory = "contextmanager"
[[function]]
name = "broken"
parameters = ["a"]
calls = ["b()"]
[[class]]
name = "a.B"
bases = ["a.A"]
[[attribute]]
name = "a.b"
type = "a.B"
[[alias]]
name = "c.B"
is = "a.B"
"#;
    let library = Library::new([text, "not toml ["].into_iter());
    assert_eq!(library.problems.len(), 2, "{:?}", library.problems);
    assert!(library.problems[0].contains("broken: `b` is no parameter"));
    let reduce = &library.functions["functools.reduce"];
    assert_eq!(reduce.calls[0].arguments.len(), 4);
    assert!(
        matches!(&reduce.calls[0].arguments[0], Argument::Position(place) if place.steps == [Step::Call])
    );
    assert!(matches!(&reduce.calls[0].arguments[2], Argument::Keyword(key, _) if key == "key"));
    assert_eq!(reduce.returns[2], Made::New("a.B".into()));
    assert_eq!(reduce.passes.as_deref(), Some(&[][..]));
    assert_eq!(reduce.decorator_factory, Some(Decorates::ContextManager));
    assert_eq!(library.classes["a.B"], ["a.A"]);
    assert!(matches!(&library.attributes["a.b"], Attribute::Instance(class) if class == "a.B"));
    assert_eq!(library.aliases["c.B"], "a.B");
}

#[test]
fn what_is_replaced_copied_and_never_comes_back() {
    let text = r#"
[[function]]
name = "a.pop"
parameters = ["self", "key", "**named"]
replaces = ["self[key]", "self[named]"]
ends = true
[[function]]
name = "a.copy"
parameters = ["x"]
returns = ["x"]
copies = "shallow"
[[function]]
name = "a.broken"
parameters = ["x"]
replaces = ["y[]"]
"#;
    let half = "[[function]]\nname = \"a.half\"\ncopies = \"half\"";
    let library = Library::new([text, half].into_iter());
    assert_eq!(library.problems.len(), 2, "{:?}", library.problems);
    assert!(library.problems[0].contains("a.broken: `y` is no parameter"));
    let pop = &library.functions["a.pop"];
    assert_eq!(pop.replaces[0].steps, [Step::Under(1)]);
    assert!(pop.ends && pop.shares(1));
    let copy = &library.functions["a.copy"];
    assert!(!copy.ends && !copy.shares(1) && copy.shares(2));
}
