//! What counts as an entry, a router and a check: the files of `data/`.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::point::{Kind, Trust};

const POINTS: [(&str, &str); 4] = [
    ("web", include_str!("../data/web.toml")),
    ("commands", include_str!("../data/commands.toml")),
    ("listeners", include_str!("../data/listeners.toml")),
    ("handlers", include_str!("../data/handlers.toml")),
];
const CHECKS: &str = include_str!("../data/checks.toml");

/// A text in both languages of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

impl Text {
    /// The text in a language.
    pub fn of(&self, russian: bool) -> &str {
        if russian { &self.ru } else { &self.en }
    }
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Its position, from 0.
    pub position: Option<u16>,
    /// Its name.
    pub keyword: Option<String>,
}

/// A way to enter a program, by what is written for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Point {
    /// What it is.
    pub kind: Kind,
    /// The library that calls.
    pub library: String,
    /// Where that is documented.
    pub from: String,
    /// Full names of decorators: what they stand at is entered.
    #[serde(default)]
    pub decorator: Vec<String>,
    /// Full names of functions that are given what is entered.
    #[serde(default)]
    pub call: Vec<String>,
    /// Short names, for objects of which only is known that a router or group made them.
    #[serde(default)]
    pub by_name: Vec<String>,
    /// Full names of ancestors: methods of such classes are entered.
    #[serde(default)]
    pub class: Vec<String>,
    /// Ancestors that such classes must not have.
    #[serde(default)]
    pub without: Vec<String>,
    /// Those methods.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Names of fields that hold what is entered.
    #[serde(default)]
    pub binding: Vec<String>,
    /// The argument with the path.
    pub path: Option<Slot>,
    /// The argument with the function or class that is entered.
    pub handler: Option<Slot>,
    /// The argument with its name.
    pub name: Option<Slot>,
    /// The argument with the verbs of HTTP.
    pub verbs: Option<Slot>,
    /// The verbs where nothing says them.
    #[serde(default)]
    pub otherwise: Vec<String>,
    /// The name of the decorator, call or method is the verb.
    #[serde(default)]
    pub verb_in_name: bool,
    /// What it makes is an object that others register on.
    #[serde(default)]
    pub group: bool,
    /// Only where there is a handler.
    #[serde(default)]
    pub needs_handler: bool,
    /// Only where the name is known.
    #[serde(default)]
    pub needs_name: bool,
    /// `file`: routes belong to the file that they stand in, and not to the object that they are registered on.
    #[serde(default)]
    pub object: Owner,
    /// Who gets there, where it is not what the kind says.
    pub trust: Option<Trust>,
    /// Why.
    pub why: Option<Text>,
}

/// What routes belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// The object whose method registers them.
    #[default]
    Receiver,
    /// Their file.
    File,
}

/// An application or router.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Full names of what makes it.
    pub make: Vec<String>,
    /// The argument with a prefix of its paths.
    pub prefix: Option<Slot>,
}

/// A router put into another one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mount {
    /// Full names of the function.
    pub call: Vec<String>,
    /// Its short names.
    #[serde(default)]
    pub by_name: Vec<String>,
    /// The argument with the inner router.
    pub child: Slot,
    /// The argument with the prefix.
    pub prefix: Slot,
    /// A prefix given here stands for that of the router, and not before it.
    #[serde(default)]
    pub replaces: bool,
}

/// A module of routes that a route names.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Include {
    /// Full names of the function.
    pub call: Vec<String>,
    /// The argument with the module.
    pub module: Slot,
}

/// A call that makes a handler of a class.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct View {
    /// Full names of the function.
    pub call: Vec<String>,
    /// Its short names.
    pub by_name: Vec<String>,
    /// Methods of such classes that answer.
    pub verbs: Vec<String>,
}

/// Functions that run around each request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Around {
    /// Full names of decorators.
    pub decorator: Vec<String>,
    /// Their short names.
    #[serde(default)]
    pub by_name: Vec<String>,
    /// Those of the short names that count for all requests, and not only those of their router.
    #[serde(default)]
    pub every: Vec<String>,
}

/// Something that may turn a caller away.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// `authentication`, `authorization`, `csrf`, `rate`, `validation`.
    pub kind: String,
    /// Where it is documented.
    pub from: String,
    /// Full names of decorators.
    #[serde(default)]
    pub decorator: Vec<String>,
    /// Full names of ancestors of handlers that are classes.
    #[serde(default)]
    pub class: Vec<String>,
    /// Names that the handler's class binds.
    #[serde(default)]
    pub attribute: Vec<String>,
    /// Full names of functions that handlers call.
    #[serde(default)]
    pub call: Vec<String>,
    /// Their short names.
    #[serde(default)]
    pub by_name: Vec<String>,
}

/// What a function depends on before it runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Depends {
    /// Where it is documented.
    pub from: String,
    /// Full names of what names the function that runs before.
    pub call: Vec<String>,
    /// It is a check by itself.
    pub kind: Option<String>,
}

/// How a caller is turned away.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Where it is documented.
    pub from: String,
    /// Full names of functions and classes.
    #[serde(default)]
    pub call: Vec<String>,
    /// Full names of what is raised without being called.
    #[serde(default)]
    pub raised: Vec<String>,
    /// The argument that says how.
    pub argument: Option<Slot>,
    /// Its values that turn away; any where none are given.
    #[serde(default)]
    pub codes: Vec<i64>,
    /// It turns away wherever it stands, and not only around a handler.
    #[serde(default = "yes")]
    pub everywhere: bool,
}

fn yes() -> bool {
    true
}

/// A file of points.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    point: Vec<Point>,
    #[serde(default)]
    object: Vec<Object>,
    #[serde(default)]
    mount: Vec<Mount>,
    #[serde(default)]
    include: Vec<Include>,
    #[serde(default)]
    view: Vec<View>,
    #[serde(default)]
    around: Vec<Around>,
}

/// The file of checks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckFile {
    check: Vec<Check>,
    depends: Vec<Depends>,
    refusal: Vec<Refusal>,
}

/// All data.
#[derive(Debug, Default)]
pub struct Data {
    /// Ways in.
    pub points: Vec<Point>,
    /// Applications and routers.
    pub objects: Vec<Object>,
    /// Routers in routers.
    pub mounts: Vec<Mount>,
    /// Modules of routes.
    pub includes: Vec<Include>,
    /// Handlers made of classes.
    pub views: Vec<View>,
    /// What runs around requests.
    pub arounds: Vec<Around>,
    /// Checks.
    pub checks: Vec<Check>,
    /// What runs before handlers.
    pub depends: Vec<Depends>,
    /// How callers are turned away.
    pub refusals: Vec<Refusal>,
}

impl Data {
    /// Reads the files.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn read() -> Result<Self, String> {
        let mut all = Self::default();
        for (name, text) in POINTS {
            let file: File = parse(name, text)?;
            all.points.extend(file.point);
            all.objects.extend(file.object);
            all.mounts.extend(file.mount);
            all.includes.extend(file.include);
            all.views.extend(file.view);
            all.arounds.extend(file.around);
        }
        let checks: CheckFile = parse("checks", CHECKS)?;
        all.checks = checks.check;
        all.depends = checks.depends;
        all.refusals = checks.refusal;
        Ok(all)
    }
}

fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| format!("data/{name}.toml: {error}"))
}
