//! Module names, by the rules of a language.

use std::collections::BTreeSet;
use std::path::Path;

use codegraph_cpg::rules::Rules;

/// What a path says about the module in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// The file stands for its folder.
    pub is_package: bool,
}

/// Names modules by paths.
#[derive(Debug)]
pub struct Modules<'a> {
    rules: &'a Rules,
    /// Folders that hold a package marker; none where the language has no markers.
    packages: Option<BTreeSet<String>>,
    /// The folders that the root's own name is made of, the outermost first; none where the root is no package.
    root: Vec<String>,
}

/// Whether a language takes a marked root for a package that is called by the name of its folder (rule `package-root`), and which
/// names it takes.
fn names_root(rules: &Rules, name: &str) -> bool {
    let is_word = |name: &str| {
        name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !name.starts_with(|c: char| c.is_ascii_digit())
    };
    !name.is_empty()
        && match rules.all("package-root").next() {
            Some("word") => is_word(name),
            Some("any") => !name.contains(rules.separator()),
            _ => false,
        }
}

/// The folders that the name of a root is made of: itself and those above it, as long as they hold a package marker. Only names of
/// markers are looked for above what is imported.
pub(super) fn root_package(rules: &Rules, root: &Path) -> Vec<String> {
    let is_marked = |folder: &Path| {
        rules
            .all("package-marker")
            .any(|marker| folder.join(marker).is_file())
    };
    let mut parts = Vec::new();
    for folder in root.ancestors().take_while(|folder| is_marked(folder)) {
        match folder.file_name().and_then(|name| name.to_str()) {
            Some(name) if names_root(rules, name) => parts.push(name.to_owned()),
            _ => break,
        }
    }
    parts.reverse();
    parts
}

impl<'a> Modules<'a> {
    /// Takes the rules of a language, the paths of all files, and the folders that the root's own name is made of.
    pub fn new<'p>(
        rules: &'a Rules,
        paths: impl Iterator<Item = &'p str>,
        root: Vec<String>,
    ) -> Self {
        let markers: Vec<&str> = rules.all("package-marker").collect();
        let packages = (!markers.is_empty()).then(|| {
            paths
                .filter_map(|path| {
                    let (folder, name) = path.rsplit_once('/')?;
                    markers.contains(&name).then(|| folder.to_owned())
                })
                .collect()
        });
        Self {
            rules,
            packages,
            root,
        }
    }

    /// Names the module of a file.
    ///
    /// Where the language marks packages, the folders of a module's name are those up to the nearest marked one, and the marked
    /// ones above it without a gap: a folder without a marker inside a package is a part of it (PEP 420), one outside of
    /// packages is not. Otherwise they are all. A root that is a package itself goes before what is in it. A file whose stem is the module index stands for its folder.
    pub fn of(&self, path: &str) -> Module {
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = file
            .rsplit_once('.')
            .map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem });
        let mut parts = self.folders(folders);
        let is_index = self.rules.all("module-index").any(|index| index == stem);
        if !is_index {
            parts.push(stem);
        }
        if parts.is_empty() {
            // The index of the root: the folder has no name that code could use.
            parts.push(stem);
        }
        Module {
            name: parts.join(self.rules.separator()),
            is_package: is_index,
        }
    }

    fn folders<'p>(&'p self, folders: &'p str) -> Vec<&'p str> {
        let root = || self.root.iter().map(String::as_str);
        if folders.is_empty() {
            return root().collect();
        }
        let Some(packages) = &self.packages else {
            return folders.split('/').collect();
        };
        let mut parts = Vec::new();
        let mut folder = folders;
        let mut is_in_package = false;
        loop {
            let is_marked = packages.contains(folder);
            if is_in_package && !is_marked {
                break;
            }
            is_in_package |= is_marked;
            let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
            parts.push(name);
            folder = above;
            if folder.is_empty() {
                is_in_package |= !self.root.is_empty();
                parts.extend(root().rev());
                break;
            }
        }
        if !is_in_package {
            return Vec::new();
        }
        parts.reverse();
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(entries: &[(&str, &str)]) -> Rules {
        Rules::new(
            "x",
            entries
                .iter()
                .map(|&(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    #[test]
    fn marked_packages() {
        let rules = rules(&[
            ("package-marker", "__init__.py"),
            ("module-index", "__init__"),
        ]);
        let paths = [
            "src/shop/__init__.py",
            "src/shop/db/__init__.py",
            "src/shop/db/store.py",
            "src/shop/data/x.py",
        ];
        let modules = Modules::new(&rules, paths.into_iter(), Vec::new());
        for (path, name, is_package) in [
            ("src/shop/__init__.py", "shop", true),
            ("src/shop/db/__init__.py", "shop.db", true),
            ("src/shop/db/store.py", "shop.db.store", false),
            // A folder without a marker inside a package is a part of it; one outside of packages has no name.
            ("src/shop/data/x.py", "shop.data.x", false),
            ("tools/build/x.py", "x", false),
            ("setup.py", "setup", false),
            ("__init__.py", "__init__", true),
        ] {
            assert_eq!(
                modules.of(path),
                Module {
                    name: name.into(),
                    is_package
                },
                "{path}"
            );
        }
    }

    #[test]
    fn a_marked_root_has_a_name_of_its_own() {
        let above = tempfile::tempdir().unwrap();
        let make = |path: &str| {
            let path = above.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        };
        make("web/__init__.py");
        make("web/urls/__init__.py");
        make("2nd-try/__init__.py");
        make("plain/x.py");
        let entries = [
            ("package-marker", "__init__.py"),
            ("module-index", "__init__"),
            ("package-root", "word"),
        ];
        let rules_of = |count: usize| rules(&entries[..count]);
        let root = |rules: &Rules, folder: &str| root_package(rules, &above.path().join(folder));
        assert_eq!(root(&rules_of(3), "web"), ["web"]);
        assert_eq!(root(&rules_of(3), "web/urls"), ["web", "urls"]);
        for folder in ["2nd-try", "plain", "none"] {
            assert_eq!(root(&rules_of(3), folder), Vec::<String>::new(), "{folder}");
        }
        // A language that does not say so names nothing by the root.
        assert_eq!(root(&rules_of(2), "web"), Vec::<String>::new());

        let rules = rules_of(3);
        let paths = [
            "__init__.py",
            "urls/__init__.py",
            "urls/base.py",
            "conf/x.py",
        ];
        let modules = Modules::new(&rules, paths.into_iter(), root(&rules, "web"));
        for (path, name) in [
            ("__init__.py", "web"),
            ("shortcuts.py", "web.shortcuts"),
            ("urls/__init__.py", "web.urls"),
            ("urls/base.py", "web.urls.base"),
            ("conf/x.py", "web.conf.x"),
        ] {
            assert_eq!(modules.of(path).name, name, "{path}");
        }
    }

    #[test]
    fn folders_are_packages() {
        let rules = rules(&[("module-separator", "/"), ("module-index", "index")]);
        let modules = Modules::new(&rules, std::iter::empty(), Vec::new());
        assert_eq!(
            modules.of("src/a/b.test.js"),
            Module {
                name: "src/a/b.test".into(),
                is_package: false
            }
        );
        assert_eq!(
            modules.of("src/a/index.js"),
            Module {
                name: "src/a".into(),
                is_package: true
            }
        );
    }
}
