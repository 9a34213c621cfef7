//! What goes in and out of plugin calls, in the host's own words; generated types stay inside this crate.

use std::time::Duration;

use codegraph_cpg::ast::FileAst;
use codegraph_cpg::rules::Rules;
use serde::{Deserialize, Serialize};

use crate::bill::Bill;

/// Why a call did not give its answer, as the side that answers says it: `types.fault` of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
pub enum Fault {
    /// The caller gave something that cannot be used.
    #[error("cannot be used: {0}")]
    InvalidInput(String),
    /// The operator did not grant what the call needs.
    #[error("not granted: {0}")]
    Denied(String),
    /// A limit on rows, bytes, steps or time was reached.
    #[error("over budget: {0}")]
    Budget(String),
    /// What the call needs is not there at the moment.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A defect of the side that answers.
    #[error("internal: {0}")]
    Internal(String),
    /// What fits none of the others.
    #[error("{0}")]
    Other(String),
}

/// A named text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// Its text.
    pub value: String,
}

/// A text in the languages that answers come in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Localized {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

impl Localized {
    /// The text in a language; the other one where it is empty.
    pub fn get(&self, language: AnswerLanguage) -> &str {
        let (wanted, other) = match language {
            AnswerLanguage::En => (&self.en, &self.ru),
            AnswerLanguage::Ru => (&self.ru, &self.en),
        };
        if wanted.is_empty() { other } else { wanted }
    }
}

/// The language of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerLanguage {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

/// A language that an importer plugin imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LanguageInfo {
    /// The plugin.
    pub plugin: String,
    /// Identifier of the language.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// File name endings with their dot.
    pub extensions: Vec<String>,
    /// Whole file names.
    pub file_names: Vec<String>,
    /// Interpreters in a `#!` line.
    pub interpreters: Vec<String>,
    /// How names are looked up.
    pub rules: Rules,
}

/// Cheap facts of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// The module that the file declares itself to be; empty where its path says it.
    pub module: String,
    /// What it includes, as written.
    pub includes: Vec<String>,
    /// The plugin's own format.
    pub facts: Vec<u8>,
    /// What has no field.
    pub extra: Vec<Entry>,
}

/// What the host knows of a file to lower: `importer.file-context` of the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileContext {
    /// Path from the root of the repository, with `/`.
    pub path: String,
    /// Module name, by the language's rules.
    pub module: String,
    /// The file stands for its folder.
    pub is_package: bool,
    /// Language to read the file as.
    pub language: String,
    /// Facts of the outlines of the files that it includes.
    pub included: Vec<Vec<u8>>,
    /// What has no field.
    pub extra: Vec<Entry>,
}

/// The rows of one file and what they cost.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The rows, finished and checked.
    pub ast: FileAst,
    /// What the call cost.
    pub bill: Bill,
}

/// A scenario as people and the router see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScenarioInfo {
    /// The plugin.
    pub plugin: String,
    /// What the scenario says of itself.
    #[serde(flatten)]
    pub descriptor: Descriptor,
}

/// What a scenario says of itself: `scenario.descriptor` of the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descriptor {
    /// Identifier.
    pub id: String,
    /// Name for people.
    pub name: Localized,
    /// A sentence.
    pub description: Localized,
    /// Group in lists.
    pub category: String,
    /// Words that lead a question here.
    pub keywords: Vec<Localized>,
    /// Phrases that lead a question here, matched before the keywords.
    pub phrases: Vec<Localized>,
    /// Questions to try.
    pub examples: Vec<Localized>,
    /// Takes the questions that no scenario claims.
    pub is_default: bool,
    /// Where several match: the higher wins.
    pub priority: u32,
    /// The user page, Markdown.
    pub readme: String,
    /// What has no field.
    pub extra: Vec<Entry>,
}

impl Descriptor {
    /// Key in `extra`: a question that is worth asking before somebody does.
    pub const WARM: &'static str = "warm";

    /// Questions that are worth asking in the background once a graph is there.
    pub fn warm(&self) -> impl Iterator<Item = &str> {
        self.extra
            .iter()
            .filter(|entry| entry.key == Self::WARM)
            .map(|entry| entry.value.as_str())
    }
}

/// An earlier question of the session and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// A question to a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The question as asked.
    pub question: String,
    /// Language of the answer.
    pub language: AnswerLanguage,
    /// Oldest first.
    pub history: Vec<Turn>,
    /// What has no field.
    pub extra: Vec<Entry>,
    /// How long the answer may take where that is more than the plugin is granted: the caller answers for it.
    pub time: Option<Duration>,
}

/// A place in the source that proves what was said. `code` is always the stored source's text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    /// Path from the root of the repository.
    pub path: String,
    /// First line, from 1.
    pub line: u32,
    /// Last line.
    pub line_end: u32,
    /// The code at that place.
    pub code: String,
    /// What it shows: `definition`, `call`, `reference`, `documentation`.
    pub kind: String,
    /// Full name of the symbol it belongs to; empty for none.
    pub symbol: String,
    /// From 0 to 1.
    pub relevance: f64,
}

/// A table of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Heading.
    pub title: String,
    /// Column names.
    pub columns: Vec<String>,
    /// Rows; each has one cell a column.
    pub rows: Vec<Vec<String>>,
}

/// A picture as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagram {
    /// Heading.
    pub title: String,
    /// `mermaid`.
    pub format: String,
    /// Its text.
    pub source: String,
}

/// A piece of an answer, in the order in which it is to be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Chunk {
    /// Markdown.
    Text(String),
    /// Rows.
    Table(Table),
    /// Evidence.
    Citation(Citation),
    /// A picture.
    Diagram(Diagram),
    /// What is being done, while it takes long.
    Progress(String),
    /// A question that would lead on.
    FollowUp(String),
    /// A flaw.
    Finding(Box<crate::finding::Finding>),
    /// What has no case.
    Other(Entry),
}

/// How an answer is to be taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// From 0 to 1.
    pub confidence: f64,
    /// False where what was asked for is not in the graph.
    pub found: bool,
    /// What the question was taken to be.
    pub intent: String,
    /// What has no field.
    pub extra: Vec<Entry>,
}

/// How an answer ended and what it cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answered {
    /// How it is to be taken.
    pub outcome: Outcome,
    /// What it cost.
    pub bill: Bill,
}

/// The two kinds of plugins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PluginKind {
    /// Turns source files into graph rows.
    Importer,
    /// Answers questions over the graph.
    Scenario,
}

impl PluginKind {
    /// The name in manifests.
    pub fn text(self) -> &'static str {
        match self {
            Self::Importer => "importer",
            Self::Scenario => "scenario",
        }
    }
}

/// How long something lasts, as milliseconds in JSON.
pub(crate) fn as_millis<S: serde::Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(value.as_secs_f64() * 1e3)
}
