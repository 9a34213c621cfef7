//! Calls, names, texts, operators, methods and classes that fit patterns, with constants followed.
//!
//! A pattern says what a call runs by its full name (as linked, or as libraries are known), what its arguments are, by position or
//! keyword, what they stand in, and what has to be the same. Constants are followed: through locals in the order of the method,
//! variables of modules and classes, imports, defaults, and parameters to what the callers give. Texts with parts that are not known
//! are templates whose holes fit any text. Regular expressions are searched in time linear in the text.
//!
//! Everything comes out of the facts ([`crate::passes::facts::Written`]); a question goes over the calls of all files once, and only
//! those whose last name is asked for are looked at.
//!
//! | file | |
//! |---|---|
//! | `spec` | the question |
//! | `find` | going over the files |
//! | `condition`, `constants`, `origins` | what values are |
//! | `around` | what things stand in |

mod around;
mod condition;
mod constants;
mod find;
mod origins;
mod spec;
#[cfg(test)]
mod tests;

pub use spec::{
    Argument, Around, Binding, Call, Class, Condition, DEEPEST, Find, MOST_ENTRIES, Method, Rule,
    Spec, SpecError,
};

use std::sync::Arc;

use crate::NodeId;
use crate::flows::path::Step;
use crate::flows::program::Node;
use crate::flows::{Flows, Indexed};
use crate::passes::facts::FileFacts;
use crate::passes::{Linked, Resolution};
use crate::rules::Rules;
use crate::sites::Sites;
use crate::stop::Stop;

/// How much a search may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Budget {
    /// Steps; see [`Found::steps`].
    pub steps: u64,
    /// Matches that are given; others are only counted.
    pub matches: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            steps: 50_000_000,
            matches: 10_000,
        }
    }
}

/// Something that fits a rule.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Match {
    /// Label of the rule.
    pub label: String,
    /// The row.
    pub node: NodeId,
    /// What was captured, by name.
    pub captures: Vec<(String, Capture)>,
    /// How the function of a call was found; none for what is no call, or was found by its name in the file.
    pub resolution: Option<Resolution>,
    /// How sure it is, from 0 to 1.
    pub confidence: f32,
}

/// A captured value.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Capture {
    /// Its row.
    pub node: NodeId,
    /// Its constant, where there is only one.
    pub text: Option<String>,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// By row, then by rule.
    pub matches: Vec<Match>,
    /// Matches that are not among them.
    pub more: usize,
    /// Things that were looked at and conditions that were decided.
    pub steps: u64,
    /// The budget ended the search: there may be others.
    pub cut: bool,
}

/// A captured value with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Captured {
    node: NodeId,
    text: Option<String>,
    root: Option<(Node, Vec<Step>)>,
}

impl Captured {
    /// Whether two values are surely the same.
    fn is_same(&self, other: &Self) -> bool {
        match (&self.text, &other.text) {
            (Some(one), Some(other)) => one == other,
            (None, None) => self.root.is_some() && self.root == other.root,
            _ => false,
        }
    }
}

struct Matcher<'p, 'a> {
    sites: Sites<'p, 'a>,
    regexes: condition::Regexes,
    steps: u64,
    stop: Stop<'p>,
}

/// Facts of all files, ready for questions.
pub struct Matches<'a>(Arc<Indexed<'a>>);

impl<'a> Matches<'a> {
    /// Indexes the facts; `rules` has one entry a language.
    pub fn new(files: &'a [FileFacts], linked: &'a Linked, rules: &[Rules]) -> Self {
        Self(Indexed::new(files, linked, rules))
    }

    /// Over what is indexed already.
    pub fn over(flows: &Flows<'a>) -> Self {
        Self(Arc::clone(&flows.0))
    }

    /// Answers a question.
    ///
    /// # Errors
    /// What is wrong with the question.
    pub fn find(&self, spec: &Spec, budget: Budget) -> Result<Found, SpecError> {
        let found = self.find_until(spec, budget, &|| false)?;
        Ok(found.unwrap_or_default())
    }

    /// The same, until `stop` says to end: then there is no answer.
    ///
    /// # Errors
    /// What is wrong with the question.
    pub fn find_until(
        &self,
        spec: &Spec,
        budget: Budget,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<Found>, SpecError> {
        spec.check()?;
        let Indexed {
            program, languages, ..
        } = &*self.0;
        let mut matcher = Matcher {
            sites: Sites::new(program, languages),
            regexes: find::regexes(spec)?,
            steps: 0,
            stop: Stop::new(stop),
        };
        Ok(matcher.run(spec, budget))
    }
}
