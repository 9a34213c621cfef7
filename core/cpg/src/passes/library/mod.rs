//! What is known of libraries outside of the project: data that an importer brings (rule `library`): a TOML text for one library, or
//! a JSON list of several, which is read much faster.
//!
//! The format is described in `docs/libraries.md`. What cannot be read is left out and named in [`Library::problems`].

mod place;
#[cfg(test)]
mod tests;

pub(crate) use place::{Argument, Base, Invoke, Place, Step};

use std::collections::BTreeMap;

use serde::Deserialize;

/// Everything that the libraries of one language say.
#[derive(Debug, Default)]
pub(crate) struct Library {
    /// Functions by full name.
    pub(crate) functions: BTreeMap<String, Function>,
    /// Classes by full name, with their bases.
    pub(crate) classes: BTreeMap<String, Vec<String>>,
    /// Attributes by full name.
    pub(crate) attributes: BTreeMap<String, Attribute>,
    /// Second names, and what they stand for.
    pub(crate) aliases: BTreeMap<String, String>,
    /// What could not be read, as sentences.
    pub(crate) problems: Vec<String>,
}

/// A function of a library.
#[derive(Debug, Default)]
#[expect(dead_code, reason = "nothing asks for entry points yet")]
pub(crate) struct Function {
    /// Parameters in order, with their stars; `self` first where it is a method.
    pub(crate) parameters: Vec<String>,
    /// What it calls.
    pub(crate) calls: Vec<Invoke>,
    /// What it returns.
    pub(crate) returns: Vec<Made>,
    /// What it stores where.
    pub(crate) stores: Vec<(Place, Made)>,
    /// Places whose content gets into the result; none where that is not known.
    pub(crate) passes: Option<Vec<Place>>,
    /// Content that gets into another object: (object, content).
    pub(crate) into: Vec<(Place, Place)>,
    /// Places that do not hold what they held before.
    pub(crate) replaces: Vec<Place>,
    /// It never comes back.
    pub(crate) ends: bool,
    /// What it returns is a copy of it.
    pub(crate) copies: Option<Copies>,
    /// Used as a decorator.
    pub(crate) decorates: Option<Decorates>,
    /// Called with options it gives a decorator.
    pub(crate) decorator_factory: Option<Decorates>,
    /// Places that become entry points.
    pub(crate) registers: Vec<Place>,
    /// The parameter that names a module, which it gives.
    pub(crate) imports: Option<usize>,
    /// Resources that it gives, by kind and where they are then.
    pub(crate) acquires: Vec<(String, Place)>,
    /// Resources that it takes back.
    pub(crate) releases: Vec<(String, Place)>,
    /// The result by which it says that it did neither.
    pub(crate) fails: Option<Fails>,
}

impl Function {
    /// Whether what is at a way from a place that it returns stays the same there as in the result, whoever writes it later.
    pub(crate) fn shares(&self, way: usize) -> bool {
        match self.copies {
            None => way > 0,
            Some(Copies::Shallow) => way > 1,
            Some(Copies::Deep) => false,
        }
    }
}

/// A value that a function gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// What is at a place.
    Same(Place),
    /// A new object of a class.
    New(String),
}

/// How much a copy has of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Copies {
    /// Its fields and elements, which hold the same objects.
    Shallow,
    /// All that is in it.
    Deep,
}

/// How a result says that nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fails {
    /// It is the only value of its type, or 0 as a place.
    Null,
    /// It is a number below 0.
    Negative,
    /// It is any other number than 0.
    Nonzero,
}

impl Fails {
    /// The word for it in descriptions.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Negative => "negative",
            Self::Nonzero => "nonzero",
        }
    }
}

/// What a decorator makes of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Decorates {
    /// The function itself.
    Same,
    /// The function itself, which is called from outside now.
    Registers,
    /// Something that calls it in the same way.
    Wraps,
    /// Something that makes a context of what the generator yields.
    ContextManager,
    /// Something read like a field.
    Property,
    /// A method of the class.
    ClassMethod,
    /// A function of the class.
    StaticMethod,
}

/// An attribute of a module or class.
#[derive(Debug)]
pub(crate) enum Attribute {
    /// An instance of a class.
    Instance(String),
    /// The thing of another name.
    Same(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct File {
    #[serde(default)]
    function: Vec<RawFunction>,
    #[serde(default)]
    class: Vec<RawClass>,
    #[serde(default)]
    attribute: Vec<RawAttribute>,
    #[serde(default)]
    alias: Vec<RawAlias>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct RawFunction {
    name: String,
    #[serde(default)]
    parameters: Vec<String>,
    #[serde(default)]
    calls: Vec<String>,
    #[serde(default)]
    returns: Vec<String>,
    #[serde(default)]
    stores: Vec<String>,
    passes: Option<Vec<String>>,
    #[serde(default)]
    into: Vec<String>,
    #[serde(default)]
    replaces: Vec<String>,
    #[serde(default)]
    ends: bool,
    copies: Option<Copies>,
    decorates: Option<Decorates>,
    decorator_factory: Option<Decorates>,
    #[serde(default)]
    registers: Vec<String>,
    imports: Option<String>,
    #[serde(default)]
    acquires: Vec<String>,
    #[serde(default)]
    releases: Vec<String>,
    fails: Option<Fails>,
}

#[derive(Deserialize)]
struct RawClass {
    name: String,
    #[serde(default)]
    bases: Vec<String>,
}

#[derive(Deserialize)]
struct RawAttribute {
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    is: Option<String>,
}

#[derive(Deserialize)]
struct RawAlias {
    name: String,
    is: String,
}

impl Library {
    /// Reads the texts of a language's libraries; of what two say, the first counts.
    pub(crate) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut this = Self::default();
        for text in texts {
            let files = if text.starts_with('[') && text.trim_end().ends_with("}]") {
                serde_json::from_str::<Vec<File>>(text).map_err(|error| error.to_string())
            } else {
                toml::from_str::<File>(text)
                    .map(|file| vec![file])
                    .map_err(|error| error.to_string())
            };
            match files {
                Ok(files) => files.into_iter().for_each(|file| this.add(file)),
                Err(problem) => this.problems.push(problem),
            }
        }
        this
    }

    fn add(&mut self, file: File) {
        for raw in file.function {
            let name = raw.name.clone();
            match function(raw) {
                Ok(function) => {
                    self.functions.entry(name).or_insert(function);
                }
                Err(problem) => self.problems.push(format!("{name}: {problem}")),
            }
        }
        for class in file.class {
            self.classes.entry(class.name).or_insert(class.bases);
        }
        for attribute in file.attribute {
            let value = match (attribute.kind, attribute.is) {
                (Some(kind), _) => Attribute::Instance(kind),
                (None, Some(other)) => Attribute::Same(other),
                (None, None) => {
                    let problem = format!("{}: neither `type` nor `is`", attribute.name);
                    self.problems.push(problem);
                    continue;
                }
            };
            self.attributes.entry(attribute.name).or_insert(value);
        }
        for alias in file.alias {
            self.aliases.entry(alias.name).or_insert(alias.is);
        }
    }
}

fn function(raw: RawFunction) -> Result<Function, String> {
    let parameters = raw.parameters;
    let place = |text: &String| Place::parse(text, &parameters);
    let places = |texts: &[String]| texts.iter().map(place).collect::<Result<Vec<_>, _>>();
    let made = |text: &str| match text.strip_prefix("new ") {
        Some(class) => Ok(Made::New(class.trim().to_owned())),
        None => Place::parse(text, &parameters).map(Made::Same),
    };
    let pair = |text: &String| {
        let (to, from) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` has no `=`"))?;
        Ok::<_, String>((to.trim().to_owned(), from.trim().to_owned()))
    };
    let resources = |texts: &[String]| {
        let resource = |text: &String| {
            let (kind, at) = text
                .trim()
                .split_once(' ')
                .ok_or_else(|| format!("`{text}` is not a kind and a place"))?;
            Ok::<_, String>((kind.to_owned(), Place::parse(at, &parameters)?))
        };
        texts.iter().map(resource).collect::<Result<Vec<_>, _>>()
    };
    Ok(Function {
        acquires: resources(&raw.acquires)?,
        releases: resources(&raw.releases)?,
        fails: raw.fails,
        calls: raw
            .calls
            .iter()
            .map(|text| Invoke::parse(text, &parameters))
            .collect::<Result<_, _>>()?,
        returns: raw
            .returns
            .iter()
            .map(|text| made(text))
            .collect::<Result<_, _>>()?,
        stores: raw
            .stores
            .iter()
            .map(|text| {
                let (to, from) = pair(text)?;
                Ok::<_, String>((place(&to)?, made(&from)?))
            })
            .collect::<Result<_, _>>()?,
        passes: raw.passes.as_deref().map(places).transpose()?,
        into: raw
            .into
            .iter()
            .map(|text| {
                let (to, from) = pair(text)?;
                Ok::<_, String>((place(&to)?, place(&from)?))
            })
            .collect::<Result<_, _>>()?,
        replaces: places(&raw.replaces)?,
        registers: places(&raw.registers)?,
        imports: raw
            .imports
            .map(|name| parameters.iter().position(|own| *own == name).ok_or(name))
            .transpose()
            .map_err(|name| format!("`{name}` is no parameter"))?,
        ends: raw.ends,
        copies: raw.copies,
        decorates: raw.decorates,
        decorator_factory: raw.decorator_factory,
        parameters,
    })
}
