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

    /// What stands between the parts of a module's name; a dot where nothing is said.
    pub fn separator(&self) -> &str {
        self.get("module-separator").unwrap_or(".")
    }
}
