//! What is asked: patterns over calls, names, texts, operators, methods and classes.

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::flows::Pattern;
use crate::passes::facts::{Form, Named, RegionKind};

/// A question for matches: patterns, each for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The patterns.
    pub rules: Vec<Rule>,
}

/// A pattern with a word for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Any word; results carry it.
    pub label: String,
    /// What is looked for.
    pub find: Find,
    /// Where it has to stand: in all of these.
    #[serde(default)]
    pub inside: Vec<Around>,
    /// Where it must not stand: in any of these.
    #[serde(default)]
    pub outside: Vec<Around>,
    /// Captures that have to be the same.
    #[serde(default)]
    pub same: Vec<(String, String)>,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Find {
    /// A call.
    Call(Call),
    /// A name that gets a value.
    Binding(Binding),
    /// A literal text by a regular expression.
    Text(String),
    /// An operator by its name in the graph, with conditions on its operands, from 0.
    Operator(Pattern, Vec<(u16, Condition)>),
    /// A read of a member or of an imported name, by its full name.
    Read(Pattern),
    /// A method.
    Method(Method),
    /// A class.
    Class(Class),
    /// A function that is stored in a field or an element: its full names, one of them; any where none are given. Results carry it as
    /// `function`; one that another file has to define has only its name there.
    Stored(Vec<Pattern>),
    /// A handler of exceptions by the types that it takes; one that takes all where none are given.
    Handler(Vec<Pattern>),
}

/// Calls of functions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Full names of the function; one of them.
    pub callee: Vec<Pattern>,
    /// Short names of methods, where nothing is known of what they are called on.
    #[serde(default)]
    pub unresolved: Vec<String>,
    /// What it is called on.
    #[serde(default)]
    pub receiver: Option<Box<Condition>>,
    /// The name under which results carry what stands behind what it is called on, see [`Argument::origins`].
    #[serde(default)]
    pub origins: Option<String>,
    /// Its arguments; all of the conditions.
    #[serde(default)]
    pub arguments: Vec<Argument>,
}

/// A condition on an argument.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// Its position, from 0, where it may be given by that; receivers are not counted.
    #[serde(default)]
    pub position: Option<u16>,
    /// Its name, where it may be given by that.
    #[serde(default)]
    pub keyword: Option<String>,
    /// What it has to be.
    pub is: Condition,
    /// The name under which results carry it.
    #[serde(default)]
    pub capture: Option<String>,
    /// The name under which results carry what stands behind it, one entry each: functions, classes, modules and things outside with
    /// their full names, and calls that make it, without a text.
    #[serde(default)]
    pub origins: Option<String>,
}

/// Names that get a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The name, in small letters; one of them.
    pub name: Vec<Pattern>,
    /// What has the name; anything where nothing is given.
    #[serde(default)]
    pub kinds: Vec<Named>,
    /// What the value has to be.
    pub is: Condition,
}

/// Methods. Results carry those of its decorators that were asked for as `decorator`, with the name that fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// Its full name; any where none is given.
    #[serde(default)]
    pub name: Option<Pattern>,
    /// Full names of its decorators: one of them, where some are given.
    #[serde(default)]
    pub decorated: Vec<Pattern>,
    /// Full names of decorators that it has none of.
    #[serde(default)]
    pub undecorated: Vec<Pattern>,
    /// Properties that it has ([`crate::kind::property::NAMES`]).
    #[serde(default)]
    pub properties: Vec<String>,
}

/// Classes. Results carry their decorators as those of [`Method`]s.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its full name; any where none is given.
    #[serde(default)]
    pub name: Option<Pattern>,
    /// Full names of ancestors: one of them, where some are given.
    #[serde(default)]
    pub bases: Vec<Pattern>,
    /// Full names of its decorators: one of them, where some are given.
    #[serde(default)]
    pub decorated: Vec<Pattern>,
}

/// What something stands in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Around {
    /// A method, or one around it.
    Method(Method),
    /// A class, or one around it.
    Class(Class),
    /// A stretch of a method.
    Region(RegionKind),
}

/// What a value has to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It is given.
    Present,
    /// It is not given, nor can it be among what is unpacked.
    Absent,
    /// It can be the only value of its type (`null`).
    Null,
    /// It can be this truth value.
    Truth(bool),
    /// It can be a whole number from one to another, both included.
    Between(i64, i64),
    /// It can be a text that fits; parts that are not known count as any text.
    Text(Pattern),
    /// It can be a text in which the regular expression is found.
    Regex(String),
    /// It can be any constant.
    Constant,
    /// It is written as such an expression.
    Form(Form),
    /// It can be something with that full name: a class, function, module, or what is outside.
    Named(Pattern),
    /// It can be the result of a call.
    Result(Box<Call>),
    /// All of these.
    All(Vec<Condition>),
    /// One of these.
    Any(Vec<Condition>),
    /// Given, and not this.
    Not(Box<Condition>),
}

/// Why a question is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// A pattern says nothing or is too long.
    #[error(transparent)]
    Pattern(#[from] crate::flows::SpecError),
    /// Nothing is looked for.
    #[error("the question has no rules")]
    NoRules,
    /// A rule that every call would fit, and the like.
    #[error("the rule `{0}` names nothing to look for")]
    Nothing(String),
    /// A regular expression that cannot be read, or grows too large.
    #[error("the regular expression `{text}` is not taken: {why}")]
    Regex {
        /// As it was given.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// An argument without a place.
    #[error("a condition of `{0}` is on an argument with neither position nor keyword")]
    Placeless(String),
    /// A property that there is not.
    #[error("there is no property `{0}`")]
    Property(String),
    /// Captures that are compared and never made.
    #[error("the rule `{rule}` compares `{capture}`, which nothing captures")]
    Capture {
        /// Label of the rule.
        rule: String,
        /// The name.
        capture: String,
    },
    /// Too many entries, or too deep ones.
    #[error(
        "the question has more than {MOST_ENTRIES} entries, or conditions more than {DEEPEST} deep"
    )]
    TooMany,
}

/// Entries of a question: rules, patterns and conditions together.
pub const MOST_ENTRIES: usize = 20_000;
/// Conditions inside of each other.
pub const DEEPEST: usize = 16;
/// Bytes that a compiled regular expression may take.
const REGEX_BYTES: usize = 1 << 20;

/// Reads a regular expression; its search takes time linear in the text.
pub(super) fn regex(text: &str) -> Result<Regex, SpecError> {
    regex::RegexBuilder::new(text)
        .size_limit(REGEX_BYTES)
        .build()
        .map_err(|error| SpecError::Regex {
            text: text.chars().take(200).collect(),
            why: error.to_string(),
        })
}

impl Spec {
    /// Refuses what cannot be answered.
    ///
    /// # Errors
    /// What is wrong with the question.
    pub fn check(&self) -> Result<(), SpecError> {
        if self.rules.is_empty() {
            return Err(SpecError::NoRules);
        }
        let mut check = Check {
            left: MOST_ENTRIES,
            captures: Vec::new(),
            label: "",
        };
        self.rules.iter().try_for_each(|rule| check.rule(rule))
    }
}

struct Check<'s> {
    left: usize,
    captures: Vec<&'s str>,
    label: &'s str,
}

impl<'s> Check<'s> {
    fn count(&mut self, entries: usize) -> Result<(), SpecError> {
        self.left = self.left.checked_sub(entries).ok_or(SpecError::TooMany)?;
        Ok(())
    }

    fn nothing(&self) -> SpecError {
        SpecError::Nothing(self.label.to_owned())
    }

    fn rule(&mut self, rule: &'s Rule) -> Result<(), SpecError> {
        self.count(1)?;
        self.captures.clear();
        self.label = &rule.label;
        match &rule.find {
            Find::Call(call) => self.call(call, 0)?,
            Find::Binding(binding) => {
                if binding.name.is_empty() {
                    return Err(self.nothing());
                }
                self.names(&binding.name)?;
                self.condition(&binding.is, 0)?;
            }
            Find::Text(text) => drop(regex(text)?),
            Find::Operator(name, operands) => {
                name.check()?;
                operands
                    .iter()
                    .try_for_each(|(_, condition)| self.condition(condition, 0))?;
            }
            Find::Read(name) => name.check()?,
            Find::Method(method) => self.method(method)?,
            Find::Class(class) => self.class(class)?,
            Find::Stored(names) | Find::Handler(names) => self.names(names)?,
        }
        for around in rule.inside.iter().chain(&rule.outside) {
            self.count(1)?;
            match around {
                Around::Method(method) => self.method(method)?,
                Around::Class(class) => self.class(class)?,
                Around::Region(_) => {}
            }
        }
        for capture in rule.same.iter().flat_map(|(one, other)| [one, other]) {
            if !self.captures.contains(&capture.as_str()) {
                return Err(SpecError::Capture {
                    rule: rule.label.clone(),
                    capture: capture.clone(),
                });
            }
        }
        Ok(())
    }

    fn names(&mut self, names: &[Pattern]) -> Result<(), SpecError> {
        self.count(names.len())?;
        Ok(names.iter().try_for_each(Pattern::check)?)
    }

    fn call(&mut self, call: &'s Call, depth: usize) -> Result<(), SpecError> {
        self.names(&call.callee)?;
        self.count(1 + call.unresolved.len())?;
        if call.callee.is_empty() && call.unresolved.iter().all(String::is_empty) {
            return Err(self.nothing());
        }
        if let Some(receiver) = &call.receiver {
            self.condition(receiver, depth + 1)?;
        }
        for argument in &call.arguments {
            if argument.position.is_none() && argument.keyword.is_none() {
                return Err(SpecError::Placeless(self.label.to_owned()));
            }
            self.captures.extend(argument.capture.as_deref());
            self.captures.extend(argument.origins.as_deref());
            self.condition(&argument.is, depth + 1)?;
        }
        Ok(())
    }

    fn method(&mut self, method: &Method) -> Result<(), SpecError> {
        let none = method.name.is_none()
            && method.decorated.is_empty()
            && method.undecorated.is_empty()
            && method.properties.is_empty();
        if none {
            return Err(self.nothing());
        }
        self.names(&method.decorated)?;
        self.names(&method.undecorated)?;
        for property in &method.properties {
            if !crate::kind::property::NAMES.contains(&property.as_str()) {
                return Err(SpecError::Property(property.clone()));
            }
        }
        Ok(method.name.iter().try_for_each(Pattern::check)?)
    }

    fn class(&mut self, class: &Class) -> Result<(), SpecError> {
        if class.name.is_none() && class.bases.is_empty() && class.decorated.is_empty() {
            return Err(self.nothing());
        }
        self.names(&class.bases)?;
        self.names(&class.decorated)?;
        Ok(class.name.iter().try_for_each(Pattern::check)?)
    }

    fn condition(&mut self, condition: &'s Condition, depth: usize) -> Result<(), SpecError> {
        self.count(1)?;
        if depth >= DEEPEST {
            return Err(SpecError::TooMany);
        }
        match condition {
            // Any text may be asked for.
            Condition::Text(pattern) if pattern.text() != "*" => pattern.check()?,
            Condition::Regex(text) => drop(regex(text)?),
            Condition::Named(pattern) => pattern.check()?,
            Condition::Result(call) => self.call(call, depth + 1)?,
            Condition::All(all) | Condition::Any(all) => {
                if all.is_empty() {
                    return Err(self.nothing());
                }
                all.iter()
                    .try_for_each(|condition| self.condition(condition, depth + 1))?;
            }
            Condition::Not(inner) => self.condition(inner, depth + 1)?,
            _ => {}
        }
        Ok(())
    }
}
