//! A small tree, and random edits of it.

use std::collections::BTreeMap;
use std::path::Path;

/// Numbers that look random and are the same each time (xorshift64*, S. Vigna 2016).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Files by path.
#[derive(Clone, Debug)]
pub(crate) struct Tree(pub(crate) BTreeMap<String, Vec<u8>>);

/// Names that edits define, call and import: few, so that they meet.
const NAMES: [&str; 6] = ["find", "load", "save", "Store", "Cart", "run"];
const MODULES: [&str; 6] = [
    "shop.store",
    "shop.cart",
    "shop.db.rows",
    "tools",
    "shop",
    "extra",
];
const FOLDERS: [&str; 4] = ["", "shop/", "shop/db/", "tools/"];

impl Tree {
    pub(crate) fn new() -> Self {
        let files = [
            ("shop/__init__.py", "from shop.store import Store\n"),
            (
                "shop/store.py",
                "from shop.db import rows\n\n\nclass Base:\n    def find(self, key):\n        return rows.load(key)\n\n\nclass Store(Base):\n    def save(self, key):\n        return self.find(key)\n",
            ),
            (
                "shop/cart.py",
                "from shop.store import Store\nimport os\n\n\ndef run(store: Store):\n    os.path.join('a', 'b')\n    return store.save(1) or Store().find(2)\n",
            ),
            ("shop/db/__init__.py", ""),
            ("shop/db/rows.py", "def load(key):\n    return eval(key)\n"),
            (
                "tools/cli.py",
                "import shop.cart\n\nshop.cart.run(None)\nunknown.find()\n",
            ),
            ("README.md", "# Shop\n\nSells things.\n"),
            ("setup.cfg", "[metadata]\nname = shop\n"),
            ("native/a.c", "int main(void) { return 0; }\n"),
        ];
        let own = |(path, text): (&str, &str)| (path.to_owned(), text.as_bytes().to_vec());
        Self(files.into_iter().map(own).collect())
    }

    /// Makes a folder hold these files and nothing else.
    pub(crate) fn write(&self, folder: &Path) {
        if folder.exists() {
            std::fs::remove_dir_all(folder).expect("a folder of our own");
        }
        for (path, text) in &self.0 {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            std::fs::write(path, text).expect("a file");
        }
    }

    /// Edits the tree; says what was done.
    pub(crate) fn edit(&mut self, numbers: &mut Numbers) -> String {
        match numbers.below(14) {
            0 | 1 => self.insert(numbers, "function", function),
            2 => self.insert(numbers, "class", class),
            3 => self.insert(numbers, "import", import),
            4 => self.insert(numbers, "broken syntax", |numbers| {
                numbers
                    .pick(&["def (:\n", "x = (1, [2\n", "class\n", "'''\n"])
                    .to_owned()
            }),
            5 | 6 => self.remove_line(numbers),
            7 => self.replace_line(numbers),
            8 => self.rename(numbers),
            9 => self.remove_file(numbers),
            10 => {
                let path = format!(
                    "{}{}.py",
                    numbers.pick(&FOLDERS),
                    numbers.pick(&["extra", "store", "more"])
                );
                let text = format!("{}\n\n{}", import(numbers), function(numbers));
                self.0.insert(path.clone(), text.into_bytes());
                format!("add {path}")
            }
            11 => self.toggle_package(numbers),
            12 => {
                let path = numbers
                    .pick(&["README.md", "setup.cfg", "docs/notes.md"])
                    .to_owned();
                let text = format!("# {}\n\nSells {} things.\n", path, numbers.below(5));
                self.0.insert(path.clone(), text.into_bytes());
                format!("write {path}")
            }
            _ => self.make_unreadable(numbers),
        }
    }

    fn sources(&self) -> Vec<&String> {
        let is_source = |path: &&String| Path::new(path).extension().is_some_and(|end| end == "py");
        self.0.keys().filter(is_source).collect()
    }

    fn source(&self, numbers: &mut Numbers) -> Option<String> {
        let sources = self.sources();
        (!sources.is_empty()).then(|| sources[numbers.below(sources.len())].clone())
    }

    /// Changes the lines of some source file.
    fn change(
        &mut self,
        numbers: &mut Numbers,
        what: &str,
        change: impl FnOnce(&mut Vec<String>, &mut Numbers),
    ) -> String {
        let Some(path) = self.source(numbers) else {
            return "nothing".to_owned();
        };
        let text = String::from_utf8_lossy(&self.0[&path]).into_owned();
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        change(&mut lines, numbers);
        self.0.insert(path.clone(), lines.concat().into_bytes());
        format!("{what} in {path}")
    }

    fn insert(
        &mut self,
        numbers: &mut Numbers,
        what: &str,
        text: impl FnOnce(&mut Numbers) -> String,
    ) -> String {
        self.change(numbers, what, |lines, numbers| {
            let text = text(numbers);
            // Mostly where it stands well, sometimes in the middle of something.
            let at = match numbers.below(3) {
                0 => numbers.below(lines.len() + 1),
                1 => 0,
                _ => lines.len(),
            };
            lines.insert(at, text);
        })
    }

    fn remove_line(&mut self, numbers: &mut Numbers) -> String {
        self.change(numbers, "remove a line", |lines, numbers| {
            if !lines.is_empty() {
                lines.remove(numbers.below(lines.len()));
            }
        })
    }

    fn replace_line(&mut self, numbers: &mut Numbers) -> String {
        self.change(numbers, "replace a line", |lines, numbers| {
            if !lines.is_empty() {
                let at = numbers.below(lines.len());
                lines[at] = format!("{}()\n", numbers.pick(&NAMES));
            }
        })
    }

    fn rename(&mut self, numbers: &mut Numbers) -> String {
        let Some(from) = self.source(numbers) else {
            return "nothing".to_owned();
        };
        let to = format!(
            "{}{}.py",
            numbers.pick(&FOLDERS),
            numbers.pick(&["rows", "cart", "moved"])
        );
        let text = self.0.remove(&from).expect("it is there");
        self.0.insert(to.clone(), text);
        format!("rename {from} to {to}")
    }

    fn remove_file(&mut self, numbers: &mut Numbers) -> String {
        // Something is to be left.
        if self.sources().len() < 4 {
            return "nothing".to_owned();
        }
        let path = self.source(numbers).expect("there are sources");
        self.0.remove(&path);
        format!("remove {path}")
    }

    /// Makes a folder a package or takes that from it: names of other modules change.
    fn toggle_package(&mut self, numbers: &mut Numbers) -> String {
        let path = format!("{}__init__.py", numbers.pick(&FOLDERS[1..]));
        if self.0.remove(&path).is_some() {
            return format!("remove {path}");
        }
        self.0.insert(path.clone(), import(numbers).into_bytes());
        format!("add {path}")
    }

    /// What is no source any more, or was none and is now.
    fn make_unreadable(&mut self, numbers: &mut Numbers) -> String {
        let path = "shop/odd.py".to_owned();
        let text: &[u8] = numbers.pick(&[
            b"\0\x01".as_slice(),
            b"\xff\xfea\0",
            b"# Generated by a tool. DO NOT EDIT.\nx = 1\n",
            b"def find():\n    pass\n",
        ]);
        self.0.insert(path.clone(), text.to_vec());
        format!("write {path}")
    }
}

fn function(numbers: &mut Numbers) -> String {
    let (name, callee, method) = (
        numbers.pick(&NAMES),
        numbers.pick(&NAMES),
        numbers.pick(&NAMES),
    );
    format!(
        "def {name}(a, b=1):\n    if a:\n        return {callee}(b).{method}(a)\n    return a.{method}()\n"
    )
}

fn class(numbers: &mut Numbers) -> String {
    let (name, base, method) = (
        numbers.pick(&NAMES),
        numbers.pick(&NAMES),
        numbers.pick(&NAMES),
    );
    format!(
        "class {name}({base}):\n    def {method}(self):\n        return self.{}()\n",
        numbers.pick(&NAMES)
    )
}

fn import(numbers: &mut Numbers) -> String {
    let (module, name) = (numbers.pick(&MODULES), numbers.pick(&NAMES));
    match numbers.below(3) {
        0 => format!("import {module}\n"),
        1 => format!("from {module} import {name}\n"),
        _ => format!("from {module} import *\n"),
    }
}
