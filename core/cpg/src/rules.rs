//! How names are looked up in a language: data that its importer states and the linker follows.

/// Rules of one language. Keys are listed in `plugin-api/wit/importer.wit`, `language.rules`; unknown keys are kept and ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rules {
    /// The language's identifier: `python`.
    pub language: String,
    entries: Vec<(String, String)>,
}

impl Rules {
    /// Keeps the entries in their order: where a key comes more than once, the first wins.
    pub fn new(language: impl Into<String>, entries: Vec<(String, String)>) -> Self {
        Self {
            language: language.into(),
            entries,
        }
    }

    /// The first value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    }

    /// All values of a key, in order.
    pub fn all<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a str> {
        self.entries
            .iter()
            .filter(move |(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    }

    /// Entries of `protocol`: the operator, the operand that is the receiver (none for each of them), methods in order.
    pub fn protocols(&self) -> impl Iterator<Item = (&str, Option<usize>, Vec<&str>)> {
        self.all("protocol").filter_map(|entry| {
            let mut words = entry.split_whitespace();
            let (operator, position) = (words.next()?, words.next()?);
            let position: usize = position.parse().ok()?;
            Some((operator, position.checked_sub(1), words.collect()))
        })
    }

    /// What stands between the parts of a module's name; a dot where nothing is said.
    pub fn separator(&self) -> &str {
        self.get("module-separator").unwrap_or(".")
    }
}
