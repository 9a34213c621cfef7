//! Module names, by the rules of a language.

use std::collections::BTreeSet;

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
}

impl<'a> Modules<'a> {
    /// Takes the rules of a language and the paths of all files.
    pub fn new<'p>(rules: &'a Rules, paths: impl Iterator<Item = &'p str>) -> Self {
        let markers: Vec<&str> = rules.all("package-marker").collect();
        let packages = (!markers.is_empty()).then(|| {
            paths
                .filter_map(|path| {
                    let (folder, name) = path.rsplit_once('/')?;
                    markers.contains(&name).then(|| folder.to_owned())
                })
                .collect()
        });
        Self { rules, packages }
    }

    /// Names the module of a file.
    ///
    /// Where the language marks packages, the folders of a module's name are those up to the nearest marked one, and the marked
    /// ones above it without a gap: a folder without a marker inside a package is a part of it (PEP 420), one outside of
    /// packages is not. Otherwise they are all. A file whose stem is the module index stands for its folder.
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

    fn folders<'p>(&self, folders: &'p str) -> Vec<&'p str> {
        if folders.is_empty() {
            return Vec::new();
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
        let modules = Modules::new(&rules, paths.into_iter());
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
    fn folders_are_packages() {
        let rules = rules(&[("module-separator", "/"), ("module-index", "index")]);
        let modules = Modules::new(&rules, std::iter::empty());
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
