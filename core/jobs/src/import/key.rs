//! Keys of files: two files of equal keys have equal rows, whenever they are imported.
//!
//! A key covers all that rows come from: the program, the importer with its limits and the rules of its language, what the plan says
//! of the file, what the file includes, and its bytes. The path is not in it: keys are compared path by path.

use codegraph_cpg::FINGERPRINT;
use codegraph_cpg::passes::FileInfo;
use codegraph_cpg::store::{FileRole, InputKey};
use codegraph_plugin_host::PluginStatus;
use codegraph_plugin_host::types::LanguageInfo;

use super::plan::ToList;

/// Makes keys.
pub(super) struct Keys {
    /// By position in [`super::classify::Languages::all`].
    importers: Vec<String>,
}

impl Keys {
    pub(super) fn new(plugins: &[PluginStatus], languages: &[LanguageInfo]) -> Self {
        Self {
            importers: languages
                .iter()
                .map(|language| importer(plugins, language))
                .collect(),
        }
    }

    /// Names the importer of a language, its rules for it, and the program around it.
    pub(super) fn importer(&self, language: usize) -> &str {
        &self.importers[language]
    }

    /// The key of a file that is to be lowered.
    pub(super) fn to_lower(
        &self,
        language: usize,
        info: &FileInfo,
        role: FileRole,
        (included, folders): (&[Vec<u8>], &[String]),
        source: &[u8],
    ) -> InputKey {
        let mut hash = Parts::new("to lower");
        hash.part(self.importer(language).as_bytes());
        hash.part(info.module.as_bytes());
        hash.part(&[u8::from(info.is_package)]);
        hash.part(role.text().as_bytes());
        hash.part(&(included.len() as u64).to_le_bytes());
        for facts in included {
            hash.part(facts);
        }
        hash.part(&(folders.len() as u64).to_le_bytes());
        for folder in folders {
            hash.part(folder.as_bytes());
        }
        hash.part(source);
        hash.key()
    }

    /// The key of a file that is only listed; its bytes count where they are kept.
    pub(super) fn to_list(file: &ToList, text: Option<&[u8]>) -> InputKey {
        let mut hash = Parts::new("to list");
        hash.part(FINGERPRINT.as_bytes());
        hash.part(&file.size.to_le_bytes());
        hash.part(file.language.as_bytes());
        hash.part(file.role.text().as_bytes());
        hash.part(&(file.gaps.len() as u64).to_le_bytes());
        for gap in &file.gaps {
            hash.part(gap.reason.as_bytes());
            hash.part(gap.detail.as_bytes());
        }
        hash.part(&[u8::from(text.is_some())]);
        hash.part(text.unwrap_or_default());
        hash.key()
    }
}

fn importer(plugins: &[PluginStatus], language: &LanguageInfo) -> String {
    let mut hash = Parts::new("importer");
    hash.part(FINGERPRINT.as_bytes());
    for plugin in plugins.iter().filter(|plugin| plugin.id == language.plugin) {
        hash.part(plugin.version.as_bytes());
        hash.part(plugin.hash.as_bytes());
        // Where one of them is reached, another one would give other rows.
        hash.part(serde_json::json!(plugin.limits).to_string().as_bytes());
    }
    hash.part(language.id.as_bytes());
    hash.part(serde_json::json!(language.rules).to_string().as_bytes());
    hash.0.finalize().to_hex().to_string()
}

/// A hash of parts, each with its length, so that no two lists of parts are one text.
struct Parts(blake3::Hasher);

impl Parts {
    fn new(kind: &str) -> Self {
        let mut parts = Self(blake3::Hasher::new());
        parts.part(kind.as_bytes());
        parts
    }

    fn part(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn key(&self) -> InputKey {
        InputKey(*self.0.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codegraph_cpg::ast::Gap;
    use codegraph_cpg::rules::Rules;

    fn language(rules: &[(&str, &str)]) -> LanguageInfo {
        let rules = rules
            .iter()
            .map(|&(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        LanguageInfo {
            plugin: "import-alpha".into(),
            id: "alpha".into(),
            name: "Alpha".into(),
            extensions: Vec::new(),
            file_names: Vec::new(),
            interpreters: Vec::new(),
            rules: Rules::new("alpha", rules),
        }
    }

    fn info(module: &str, is_package: bool) -> FileInfo {
        FileInfo {
            ordinal: 1,
            path: "a.al".into(),
            module: module.into(),
            is_package,
        }
    }

    #[test]
    fn whatever_rows_come_from_changes_the_key() {
        let keys = Keys::new(&[], &[language(&[]), language(&[("self", "this")])]);
        let role = FileRole::Source;
        let none: (&[Vec<u8>], &[String]) = (&[], &[]);
        let x = [b"x".to_vec()];
        let folder = ["x".to_owned()];
        let key = keys.to_lower(0, &info("a", false), role, none, b"x");
        assert_eq!(key, keys.to_lower(0, &info("a", false), role, none, b"x"));
        let other_ordinal = FileInfo {
            ordinal: 2,
            ..info("a", false)
        };
        assert_eq!(key, keys.to_lower(0, &other_ordinal, role, none, b"x"));
        let others = [
            keys.to_lower(1, &info("a", false), role, none, b"x"),
            keys.to_lower(0, &info("b", false), role, none, b"x"),
            keys.to_lower(0, &info("a", true), role, none, b"x"),
            keys.to_lower(0, &info("a", false), FileRole::Test, none, b"x"),
            keys.to_lower(0, &info("a", false), role, (&x, &[]), b"x"),
            keys.to_lower(0, &info("a", false), role, (&[Vec::new()], &[]), b"x"),
            keys.to_lower(0, &info("a", false), role, (&[], &folder), b"x"),
            keys.to_lower(0, &info("a", false), role, none, b"y"),
        ];
        for (i, other) in others.iter().enumerate() {
            assert_ne!(key, *other, "{i}");
            assert!(!others[..i].contains(other), "{i}");
        }
    }

    #[test]
    fn a_listed_file_is_told_by_what_is_kept_of_it() {
        let file = ToList {
            ordinal: 1,
            path: "README".into(),
            size: 2,
            language: String::new(),
            role: FileRole::Documentation,
            keep_text: true,
            gaps: Vec::new(),
        };
        let key = Keys::to_list(&file, Some(b"ab"));
        assert_ne!(key, Keys::to_list(&file, Some(b"ac")));
        assert_ne!(key, Keys::to_list(&file, None));
        let gap = Gap {
            start: 0,
            end: 0,
            reason: "no_importer".into(),
            detail: String::new(),
        };
        let with_gap = ToList {
            gaps: vec![gap],
            ..file.clone()
        };
        assert_ne!(key, Keys::to_list(&with_gap, Some(b"ab")));
    }
}
