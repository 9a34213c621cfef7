//! What is looked for, as the files of `rules/` and `sources/` say.

use std::collections::BTreeMap;

use codegraph_sdk::finding::{RuleInfo, Severity};
use serde::Deserialize;
use serde_json::Value;

const RULES: [(&str, &str); 6] = [
    ("injection", include_str!("../rules/injection.toml")),
    ("files", include_str!("../rules/files.toml")),
    ("crypto", include_str!("../rules/crypto.toml")),
    ("secrets", include_str!("../rules/secrets.toml")),
    ("misuse", include_str!("../rules/misuse.toml")),
    ("memory", include_str!("../rules/memory.toml")),
];
const SOURCES: [(&str, &str); 2] = [
    ("web", include_str!("../sources/web.toml")),
    ("other", include_str!("../sources/other.toml")),
];

/// Functions that give numbers and the like, which cannot carry what any rule looks for.
pub const NUMBERS: [&str; 20] = [
    "builtins.int",
    "builtins.float",
    "builtins.bool",
    "builtins.len",
    "builtins.ord",
    "builtins.hash",
    "builtins.isinstance",
    "decimal.Decimal",
    "fractions.Fraction",
    "uuid.UUID",
    "ipaddress.ip_address",
    "datetime.datetime.strptime",
    "datetime.datetime.fromisoformat",
    "datetime.date.fromisoformat",
    "atoi",
    "atol",
    "strtol",
    "strtoul",
    "strtod",
    "strlen",
];

/// A text in both languages of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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

/// What people are told of a flaw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Identifier: `sql-injection`.
    pub id: String,
    /// Common Weakness Enumeration, the closest first.
    pub cwe: Vec<u32>,
    /// How bad it is.
    pub severity: Severity,
    /// Beginnings of words by which questions mean it.
    pub words: Vec<String>,
    /// Name.
    pub title: Text,
    /// What is wrong; `{source}` stands for where the value comes from.
    pub says: Text,
    /// What to do.
    pub fix: Text,
    /// Where the rule is from.
    pub from: String,
    /// How it is found.
    pub searches: Vec<Search>,
}

/// A way to find a flaw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// Something from outside gets to a place.
    Flow(Box<Flow>),
    /// Something is written like this.
    Pattern(Value),
    /// An object gets into a wrong state; labels are identifiers of rules.
    States(Value),
}

/// From outside to a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Where it must not get.
    pub sinks: Vec<String>,
    /// Functions that make values harmless.
    pub without: Vec<String>,
    /// Calls whose truth says that a value is harmless.
    pub guards: Vec<String>,
    /// Places that it comes from instead of those of `sources/`.
    pub own: Vec<Own>,
    /// Only calls that fit this pattern.
    pub only: Option<Value>,
    /// A constant beginning with the host makes it harmless.
    pub fixed_prefix: bool,
}

/// A place that values come from, for one rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// The place.
    pub place: String,
    /// What it is, in English.
    pub en: String,
    /// What it is, in Russian.
    pub ru: String,
}

/// A way in from outside.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// `network`, or `public` for what only counts where callers are not trusted.
    pub kind: String,
    /// What it is, in English.
    pub en: String,
    /// What it is, in Russian.
    pub ru: String,
    /// Where that is documented.
    pub from: String,
    /// Its places.
    pub places: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceFile {
    source: Vec<Source>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    id: String,
    #[serde(default)]
    cwe: Vec<u32>,
    severity: Option<Severity>,
    #[serde(default)]
    words: Vec<String>,
    title: Option<Text>,
    says: Option<Text>,
    fix: Option<Text>,
    #[serde(default)]
    from: String,
    #[serde(default)]
    sinks: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    guards: Vec<String>,
    #[serde(default)]
    own: Vec<Own>,
    only: Option<Value>,
    #[serde(default)]
    fixed_prefix: bool,
    pattern: Option<Value>,
    states: Option<Value>,
}

impl Entry {
    fn search(&mut self) -> Result<Option<Search>, String> {
        let found = (
            !self.sinks.is_empty(),
            self.pattern.take(),
            self.states.take(),
        );
        match found {
            (true, None, None) => Ok(Some(Search::Flow(Box::new(Flow {
                sinks: std::mem::take(&mut self.sinks),
                without: std::mem::take(&mut self.without),
                guards: std::mem::take(&mut self.guards),
                own: std::mem::take(&mut self.own),
                only: self.only.take(),
                fixed_prefix: self.fixed_prefix,
            })))),
            (false, Some(pattern), None) => Ok(Some(Search::Pattern(pattern))),
            (false, None, Some(states)) => Ok(Some(Search::States(states))),
            // Found by the states of another rule.
            (false, None, None) => Ok(None),
            _ => Err(format!(
                "`{}`: an entry has `sinks`, a `pattern` or `states`, not several of them",
                self.id
            )),
        }
    }
}

/// All rules, in the order of their files.
///
/// # Errors
/// What is wrong with which entry.
pub fn rules() -> Result<Vec<Rule>, String> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (name, text) in RULES {
        let file: RuleFile =
            toml::from_str(text).map_err(|error| format!("rules/{name}.toml: {error}"))?;
        for mut entry in file.rule {
            let search = entry.search()?;
            let at = if let Some(&at) = places.get(&entry.id) {
                at
            } else {
                places.insert(entry.id.clone(), rules.len());
                rules.push(told(entry)?);
                rules.len() - 1
            };
            rules[at].searches.extend(search);
        }
    }
    Ok(rules)
}

/// The rule of its first entry, which has to say everything.
fn told(entry: Entry) -> Result<Rule, String> {
    let id = entry.id;
    let missing = |what: &str| format!("`{id}`: its first entry has no `{what}`");
    Ok(Rule {
        severity: entry.severity.ok_or_else(|| missing("severity"))?,
        title: entry.title.ok_or_else(|| missing("title"))?,
        says: entry.says.ok_or_else(|| missing("says"))?,
        fix: entry.fix.ok_or_else(|| missing("fix"))?,
        from: Some(entry.from)
            .filter(|from| !from.is_empty())
            .ok_or_else(|| missing("from"))?,
        cwe: Some(entry.cwe)
            .filter(|cwe| !cwe.is_empty())
            .ok_or_else(|| missing("cwe"))?,
        words: entry.words,
        searches: Vec::new(),
        id,
    })
}

/// All ways in.
///
/// # Errors
/// What is wrong with which file.
pub fn sources() -> Result<Vec<Source>, String> {
    let mut all = Vec::new();
    for (name, text) in SOURCES {
        let file: SourceFile =
            toml::from_str(text).map_err(|error| format!("sources/{name}.toml: {error}"))?;
        all.extend(file.source);
    }
    Ok(all)
}

impl Rule {
    /// The rule as lists of rules show it.
    pub fn info(&self) -> RuleInfo {
        RuleInfo {
            id: self.id.clone(),
            title: self.title.en.clone(),
            description: self.says.en.replace("{source}", "what comes from outside"),
            help: self.fix.en.clone(),
            from: self.from.clone(),
            severity: self.severity,
            cwe: self.cwe.clone(),
        }
    }
}
