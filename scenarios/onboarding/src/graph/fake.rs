//! A small graph in memory for tests: a shop with an order path, a type hierarchy, a test, a name used twice.

use std::collections::BTreeMap;

use super::{
    About, Answer, Call, Dependency, Entry, Fault, FileRow, Gap, GapCount, Graph, Import, Kind,
    Member, ModuleRow, Parameter, Reference, Revision, Step, Symbol,
};

/// The graph of a few files, taken from what is pushed to it.
#[derive(Default)]
pub struct Fake {
    pub symbols: Vec<Symbol>,
    pub about: BTreeMap<u64, About>,
    pub parameters: BTreeMap<u64, Vec<Parameter>>,
    /// Caller, callee, line, resolution, confidence.
    pub calls: Vec<(u64, u64, u32, &'static str, f64)>,
    /// Type and base.
    pub bases: Vec<(u64, u64)>,
    pub files: Vec<FileRow>,
    pub sources: BTreeMap<String, String>,
    pub imports: Vec<Import>,
    pub gaps: Vec<Gap>,
    pub unresolved: BTreeMap<String, u64>,
}

impl Fake {
    fn symbol(&self, id: u64) -> Symbol {
        self.symbols
            .iter()
            .find(|symbol| symbol.id == id)
            .cloned()
            .expect("the fake graph has the node")
    }

    fn call(&self, edge: &(u64, u64, u32, &'static str, f64), other: u64) -> Call {
        let path = self.symbol(edge.0).path;
        let code = self
            .source(&path, edge.2, edge.2)
            .unwrap_or_default()
            .trim()
            .to_owned();
        Call {
            id: u64::from(edge.2),
            target: edge.1,
            other: self.symbol(other),
            path,
            line: edge.2,
            code,
            resolution: edge.3.to_owned(),
            confidence: edge.4,
        }
    }

    /// Adds a symbol and gives its id.
    pub fn add(
        &mut self,
        kind: Kind,
        full_name: &str,
        path: &str,
        line: u32,
        line_end: u32,
    ) -> u64 {
        let id = self.symbols.len() as u64 + 1;
        let role = if path.starts_with("tests/") {
            "test"
        } else {
            "source"
        };
        self.symbols.push(Symbol {
            id,
            kind,
            name: full_name.rsplit('.').next().unwrap_or(full_name).to_owned(),
            full_name: full_name.to_owned(),
            path: path.to_owned(),
            line,
            line_end,
            role: if path.is_empty() {
                String::new()
            } else {
                role.to_owned()
            },
            external: path.is_empty(),
        });
        id
    }

    /// Adds a file with its text.
    pub fn file(&mut self, path: &str, docstring: &str, text: &str) {
        let role = if path.starts_with("tests/") {
            "test"
        } else {
            "source"
        };
        self.sources.insert(path.to_owned(), text.to_owned());
        self.files.push(FileRow {
            path: path.to_owned(),
            language: "python".to_owned(),
            role: role.to_owned(),
            module: path.trim_end_matches(".py").replace('/', "."),
            lines: text.lines().count() as u64,
            methods: 1,
            types: 0,
            docstring: docstring.to_owned(),
        });
    }
}

impl Graph for Fake {
    fn revision(&self) -> Revision {
        Revision {
            project: "shop".to_owned(),
            languages: vec!["python".to_owned()],
            files: self.files.len() as u32,
            gaps: self.gaps.len() as u32,
        }
    }
    fn lookup(&self, name: &str) -> Answer<Vec<Symbol>> {
        let name = name.to_lowercase();
        let end = format!(".{name}");
        let fits = |symbol: &&Symbol| {
            let full = symbol.full_name.to_lowercase();
            full == name || full.ends_with(&end)
        };
        Ok(self.symbols.iter().filter(fits).cloned().collect())
    }
    fn search(&self, text: &str, limit: u32) -> Answer<Vec<Symbol>> {
        let text = text.to_lowercase();
        Ok(self
            .symbols
            .iter()
            .filter(|symbol| symbol.name.to_lowercase().contains(&text))
            .take(limit as usize)
            .cloned()
            .collect())
    }
    fn about(&self, symbol: &Symbol) -> Answer<About> {
        Ok(self.about.get(&symbol.id).cloned().unwrap_or_default())
    }
    fn parameters(&self, method: u64) -> Answer<Vec<Parameter>> {
        Ok(self.parameters.get(&method).cloned().unwrap_or_default())
    }
    fn callers(&self, methods: &[u64]) -> Answer<Vec<Call>> {
        Ok(self
            .calls
            .iter()
            .filter(|edge| methods.contains(&edge.1))
            .map(|edge| self.call(edge, edge.0))
            .collect())
    }
    fn callees(&self, method: u64) -> Answer<Vec<Call>> {
        Ok(self
            .calls
            .iter()
            .filter(|edge| edge.0 == method)
            .map(|edge| self.call(edge, edge.1))
            .collect())
    }
    fn members(&self, of: u64) -> Answer<Vec<Member>> {
        let prefix = format!("{}.", self.symbol(of).full_name);
        let direct = |symbol: &&Symbol| {
            symbol
                .full_name
                .strip_prefix(&prefix)
                .is_some_and(|rest| !rest.contains('.'))
        };
        let member = |symbol: &Symbol| Member {
            symbol: symbol.clone(),
            properties: self
                .about
                .get(&symbol.id)
                .map(|about| about.properties.clone())
                .unwrap_or_default(),
            declared_type: String::new(),
        };
        Ok(self.symbols.iter().filter(direct).map(member).collect())
    }
    fn bases(&self, of: u64) -> Answer<Vec<Symbol>> {
        Ok(self
            .bases
            .iter()
            .filter(|edge| edge.0 == of)
            .map(|edge| self.symbol(edge.1))
            .collect())
    }
    fn subtypes(&self, of: u64) -> Answer<Vec<Symbol>> {
        Ok(self
            .bases
            .iter()
            .filter(|edge| edge.1 == of)
            .map(|edge| self.symbol(edge.0))
            .collect())
    }
    fn references(&self, _id: u64) -> Answer<Vec<Reference>> {
        Ok(Vec::new())
    }
    fn unresolved(&self, name: &str) -> Answer<u64> {
        Ok(self.unresolved.get(name).copied().unwrap_or(0))
    }
    fn files(&self, path: &str) -> Answer<Vec<FileRow>> {
        let end = format!("/{path}");
        Ok(self
            .files
            .iter()
            .filter(|file| file.path == path || file.path.ends_with(&end) || file.module == path)
            .cloned()
            .collect())
    }
    fn outline(&self, path: &str) -> Answer<Vec<Symbol>> {
        Ok(self
            .symbols
            .iter()
            .filter(|symbol| symbol.path == path)
            .cloned()
            .collect())
    }
    fn folders(&self, path: &str) -> Answer<Vec<String>> {
        let mut all: Vec<String> = Vec::new();
        for file in &self.files {
            for (at, _) in file.path.match_indices('/') {
                all.push(file.path[..at].to_owned());
            }
        }
        all.sort();
        all.dedup();
        let end = format!("/{path}");
        all.retain(|folder| folder == path || folder.ends_with(&end));
        Ok(all)
    }
    fn folder(&self, path: &str) -> Answer<Vec<FileRow>> {
        let start = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        Ok(self
            .files
            .iter()
            .filter(|file| file.path.starts_with(&start))
            .cloned()
            .collect())
    }
    fn readme(&self, folder: &str) -> Answer<Option<(String, String)>> {
        let path = if folder.is_empty() {
            "README.md".to_owned()
        } else {
            format!("{folder}/README.md")
        };
        Ok(self.sources.get(&path).map(|text| (path, text.clone())))
    }
    fn modules(&self, depth: u32) -> Answer<Vec<ModuleRow>> {
        let mut modules: BTreeMap<String, ModuleRow> = BTreeMap::new();
        for file in &self.files {
            let name = file
                .module
                .split('.')
                .take(depth as usize)
                .collect::<Vec<_>>()
                .join(".");
            let row = modules.entry(name.clone()).or_insert_with(|| ModuleRow {
                module: name,
                role: file.role.clone(),
                ..ModuleRow::default()
            });
            row.files += 1;
            row.lines += file.lines;
            row.methods += file.methods;
        }
        Ok(modules.into_values().collect())
    }
    fn dependencies(&self, _depth: u32) -> Answer<Vec<Dependency>> {
        Ok(vec![Dependency {
            from: "shop.cli".to_owned(),
            to: "shop.orders".to_owned(),
            weight: 2,
        }])
    }
    fn gap_counts(&self) -> Answer<Vec<GapCount>> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for gap in &self.gaps {
            *counts.entry(&gap.reason).or_default() += 1;
        }
        Ok(counts
            .into_iter()
            .map(|(reason, count)| GapCount {
                reason: reason.to_owned(),
                count,
                files: count,
            })
            .collect())
    }
    fn gaps(&self, prefix: &str, limit: u32) -> Answer<Vec<Gap>> {
        Ok(self
            .gaps
            .iter()
            .filter(|gap| gap.path.starts_with(prefix))
            .take(limit as usize)
            .cloned()
            .collect())
    }
    fn entries(&self) -> Answer<Vec<Entry>> {
        Ok(self
            .symbols
            .iter()
            .filter(|symbol| symbol.name == "main")
            .map(|symbol| Entry {
                symbol: symbol.clone(),
                reason: "main".to_owned(),
            })
            .collect())
    }
    fn imports(&self, path: &str) -> Answer<Vec<Import>> {
        Ok(self
            .imports
            .iter()
            .filter(|import| import.path == path)
            .cloned()
            .collect())
    }
    fn dependents(&self, path: &str) -> Answer<Vec<Import>> {
        Ok(self
            .imports
            .iter()
            .filter(|import| import.target == path)
            .cloned()
            .collect())
    }
    fn call_paths(&self, from: &[u64], to: &[u64], most: u32) -> Answer<Vec<Vec<Step>>> {
        let mut done = Vec::new();
        let mut open: Vec<Vec<Step>> = from
            .iter()
            .map(|&id| {
                vec![Step {
                    symbol: self.symbol(id),
                    call: None,
                }]
            })
            .collect();
        while !open.is_empty() && done.len() < most as usize {
            let mut next = Vec::new();
            for path in open {
                let end = path[path.len() - 1].symbol.id;
                if path.len() > 1 && to.contains(&end) {
                    done.push(path);
                    continue;
                }
                for edge in self.calls.iter().filter(|edge| {
                    edge.0 == end && !path.iter().any(|step| step.symbol.id == edge.1)
                }) {
                    let mut longer = path.clone();
                    longer.push(Step {
                        symbol: self.symbol(edge.1),
                        call: Some(self.call(edge, edge.1)),
                    });
                    next.push(longer);
                }
            }
            open = next;
        }
        done.truncate(most as usize);
        Ok(done)
    }
    fn source(&self, path: &str, first: u32, last: u32) -> Answer<String> {
        let text = self
            .sources
            .get(path)
            .ok_or_else(|| Fault::InvalidInput(format!("there is no source of {path}")))?;
        let lines: Vec<&str> = text
            .lines()
            .skip(first as usize - 1)
            .take((last - first + 1) as usize)
            .collect();
        Ok(lines.join("\n"))
    }
}

/// The shop.
pub fn shop() -> Fake {
    let mut fake = Fake::default();
    fake.file("shop/cli.py", "Command line.", "\"\"\"Command line.\"\"\"\nfrom shop.orders import Orders\n\ndef main(argv):\n    store = Orders()\n    store.save_order(argv)\n");
    fake.file(
        "shop/orders.py",
        "",
        "class Base:\n    pass\n\nclass Orders(Base):\n    @checked\n    def save_order(self, order, *, retry=3):\n        \"\"\"Saves an order.\n\n        Twice if need be.\n        \"\"\"\n        self.write(order)\n        audit(order)\n    def write(self, order):\n        open(order)\ndef audit(order):\n    pass\n",
    );
    fake.file(
        "shop/other.py",
        "",
        "def audit(x):\n    return x\ndef load(x):\n    pass\n",
    );
    fake.file(
        "tests/test_orders.py",
        "",
        "def test_save():\n    Orders().save_order(1)\n",
    );
    fake.sources.insert(
        "README.md".to_owned(),
        "# Shop\n\nSells things.\n".to_owned(),
    );
    let main = fake.add(Kind::Method, "shop.cli.main", "shop/cli.py", 4, 6);
    let base = fake.add(Kind::Type, "shop.orders.Base", "shop/orders.py", 1, 2);
    let orders = fake.add(Kind::Type, "shop.orders.Orders", "shop/orders.py", 4, 14);
    let save = fake.add(
        Kind::Method,
        "shop.orders.Orders.save_order",
        "shop/orders.py",
        5,
        12,
    );
    let write = fake.add(
        Kind::Method,
        "shop.orders.Orders.write",
        "shop/orders.py",
        13,
        14,
    );
    let audit = fake.add(Kind::Method, "shop.orders.audit", "shop/orders.py", 15, 16);
    fake.add(Kind::Method, "shop.other.audit", "shop/other.py", 1, 2);
    let load = fake.add(Kind::Method, "shop.other.load", "shop/other.py", 3, 4);
    let test = fake.add(
        Kind::Method,
        "tests.test_orders.test_save",
        "tests/test_orders.py",
        1,
        2,
    );
    let open = fake.add(Kind::Method, "builtins.open", "", 0, 0);
    fake.bases.push((orders, base));
    fake.calls = vec![
        (main, save, 6, "type", 0.9),
        (save, write, 11, "exact", 1.0),
        (save, audit, 12, "name_only", 0.4),
        (write, open, 14, "exact", 1.0),
        (test, save, 2, "type", 0.9),
    ];
    for id in [main, save, write, audit, load, test] {
        fake.about.insert(
            id,
            About {
                cyclomatic: 1,
                lines: 3,
                ..About::default()
            },
        );
    }
    fake.about.insert(
        save,
        About {
            docstring: "Saves an order.\n\nTwice if need be.".to_owned(),
            cyclomatic: 12,
            lines: 8,
            ..About::default()
        },
    );
    fake.parameters.insert(
        save,
        vec![
            Parameter {
                name: "self".to_owned(),
                ..Parameter::default()
            },
            Parameter {
                name: "order".to_owned(),
                ..Parameter::default()
            },
            Parameter {
                name: "retry".to_owned(),
                default: "3".to_owned(),
                keyword_only: true,
                ..Parameter::default()
            },
        ],
    );
    fake.imports.push(Import {
        path: "shop/cli.py".to_owned(),
        line: 2,
        module: "shop.orders".to_owned(),
        target: "shop/orders.py".to_owned(),
        code: "from shop.orders import Orders".to_owned(),
    });
    fake
}
