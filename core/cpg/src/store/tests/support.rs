//! Small files and graphs made by hand.

use crate::NodeId;
use crate::ast::{FileAst, RowBatch};
use crate::kind::{EdgeKind, NodeKind, Role, property};
use crate::passes::{
    CallEdge, FileInfo, Link, Linked, Local, LocalEdge, MethodMetrics, Resolution, Stub,
};
use crate::store::{
    BuildOptions, BuildSummary, ColumnData, FileInput, FileRole, Graph, GraphBuilder, GraphStore,
    InputKey, Metadata, Rows, StoreOptions, UnparsedFile,
};
use std::path::PathBuf;
use std::sync::Arc;

/// A folder that is removed with the test.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("codegraph-store-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A file whose rows are pushed one by one; spans are found by their text, each search going on where the last one started.
pub(super) struct TestFile {
    pub(super) info: FileInfo,
    pub(super) source: String,
    pub(super) role: FileRole,
    pub(super) local: Local,
    batch: RowBatch,
    texts: Vec<String>,
    refs: Vec<(u32, u32)>,
}

/// What a row has besides kind, parent and code.
#[derive(Default)]
pub(super) struct Extra<'a> {
    pub(super) name: &'a str,
    pub(super) detail: &'a str,
    pub(super) kind: &'a str,
    pub(super) argument: Option<i32>,
    pub(super) properties: u32,
}

pub(super) fn named(name: &str) -> Extra<'_> {
    Extra {
        name,
        ..Extra::default()
    }
}

impl TestFile {
    pub(super) fn new(ordinal: u32, path: &str, module: &str, source: &str) -> Self {
        let info = FileInfo {
            ordinal,
            path: path.into(),
            module: module.into(),
            is_package: path.ends_with("__init__.py"),
        };
        Self {
            info,
            source: source.into(),
            role: FileRole::Source,
            local: Local::default(),
            batch: RowBatch {
                first: 1,
                ..RowBatch::default()
            },
            texts: vec![String::new()],
            refs: Vec::new(),
        }
    }

    fn text(&mut self, text: &str) -> u32 {
        if let Some(at) = self.texts.iter().position(|known| known == text) {
            return at as u32;
        }
        self.texts.push(text.into());
        self.texts.len() as u32 - 1
    }

    /// Adds a row whose source is the first `code` after `from`.
    pub(super) fn at(
        &mut self,
        from: &str,
        code: &str,
        kind: NodeKind,
        role: Role,
        parent: u32,
        extra: &Extra<'_>,
    ) -> u32 {
        let base = self
            .source
            .find(from)
            .unwrap_or_else(|| panic!("{from:?} is not in the source"));
        let start = base
            + self.source[base..]
                .find(code)
                .unwrap_or_else(|| panic!("{code:?} is not in the source"));
        let (name, detail, typed) = (
            self.text(extra.name),
            self.text(extra.detail),
            self.text(extra.kind),
        );
        let batch = &mut self.batch;
        batch.kinds.push(kind as u8);
        batch.roles.push(role as u8);
        batch.parents.push(parent);
        batch.arguments.push(extra.argument.unwrap_or(-1));
        batch.starts.push(start as u32);
        batch.ends.push((start + code.len()) as u32);
        batch.names.push(name);
        batch.details.push(detail);
        batch.types.push(typed);
        batch.properties.push(extra.properties);
        batch.kinds.len() as u32
    }

    pub(super) fn push(
        &mut self,
        code: &str,
        kind: NodeKind,
        role: Role,
        parent: u32,
        extra: &Extra<'_>,
    ) -> u32 {
        self.at("", code, kind, role, parent, extra)
    }

    pub(super) fn refer(&mut self, from: u32, to: u32) {
        self.refs.push((from, to));
    }

    pub(super) fn keyword(&mut self, row: u32, name: &str) {
        let text = self.text(name);
        self.batch.keywords.extend([row, text]);
    }

    /// The module's rows: namespace, body method, block. Gives the block's row, which is 3.
    pub(super) fn module(&mut self) -> u32 {
        let (whole, module) = (self.source.clone(), self.info.module.clone());
        self.push(
            &whole,
            NodeKind::NamespaceBlock,
            Role::None,
            0,
            &Extra {
                name: &module,
                detail: &module,
                ..Extra::default()
            },
        );
        let full = format!("{module}.<module>");
        let flags = property::MODULE;
        self.push(
            &whole,
            NodeKind::Method,
            Role::None,
            1,
            &Extra {
                name: "<module>",
                detail: &full,
                properties: flags,
                ..Extra::default()
            },
        );
        self.push(&whole, NodeKind::Block, Role::Body, 2, &Extra::default())
    }

    pub(super) fn metrics(&mut self, row: u32, cyclomatic: u32) {
        self.local.metrics.push(MethodMetrics {
            row,
            cyclomatic,
            cognitive: 1,
            nesting: 1,
            parameters: 1,
            lines: 2,
            statements: 1,
            ast_hash: 0xabcd + u64::from(row),
        });
    }

    pub(super) fn ast(&self) -> FileAst {
        let mut batch = self.batch.clone();
        let mut end = 0;
        batch.text_offsets.push(0);
        for text in &self.texts[1..] {
            batch.text_bytes.extend_from_slice(text.as_bytes());
            end += text.len() as u32;
            batch.text_offsets.push(end);
        }
        batch.refs = self
            .refs
            .iter()
            .flat_map(|&(from, to)| [from, to])
            .collect();
        let mut ast = FileAst::new(self.source.len() as u32);
        ast.append(batch).unwrap();
        ast.finish().unwrap();
        ast
    }

    pub(super) fn add(&self, builder: &GraphBuilder) {
        let ast = self.ast();
        let input = FileInput {
            info: &self.info,
            language: "python",
            file_role: self.role,
            ast: &ast,
            source: self.source.as_bytes(),
            local: &self.local,
            key: Some(InputKey(*blake3::hash(self.source.as_bytes()).as_bytes())),
        };
        builder.add_file(input).unwrap();
    }
}

pub(super) fn id(file: u32, row: u32) -> u64 {
    NodeId::new(file, row).0
}

pub(super) fn call(
    site: u64,
    caller: u64,
    target: u64,
    resolution: Resolution,
    confidence: f32,
) -> CallEdge {
    CallEdge {
        site: NodeId(site),
        caller: NodeId(caller),
        target: NodeId(target),
        resolution,
        confidence,
    }
}

const DB: &str = "\"\"\"Stores things.\"\"\"\nimport os\n\nLIMIT = 10\n\nclass Base:\n    pass\n\nclass Store(Base):\n    \"\"\"Keeps rows.\n\n    For ever.\n    \"\"\"\n    size = 0\n    def find(self, key, *rest, most=LIMIT):\n        return os.path.join(key)\n";

const APP: &str = "from shop.db import Store\n\ndef main():\n    store = Store()\n    return store.find('é', most=1)\n\ndef unused():\n    eval('1')\n";

/// Rows of `shop/db.py`: ordinal 1.
pub(super) fn db_file() -> TestFile {
    use NodeKind as K;
    use Role as R;
    let mut file = TestFile::new(1, "shop/db.py", "shop.db", DB);
    let block = file.module();
    file.push(
        "\"\"\"Stores things.\"\"\"",
        K::Literal,
        R::Docstring,
        block,
        &Extra {
            name: "Stores things.",
            kind: "str",
            ..Extra::default()
        },
    );
    let os = file.push(
        "os",
        K::Local,
        R::None,
        block,
        &Extra {
            name: "os",
            properties: property::IMPORTED,
            ..Extra::default()
        },
    );
    let limit = file.push("LIMIT", K::Local, R::None, block, &named("LIMIT"));
    let import = file.push(
        "import os",
        K::Import,
        R::None,
        block,
        &Extra {
            name: "os",
            detail: "os",
            ..Extra::default()
        },
    );
    file.refer(import, os);
    let assign = file.push(
        "LIMIT = 10",
        K::Call,
        R::None,
        block,
        &named("<operator>.assignment"),
    );
    file.push(
        "LIMIT",
        K::Identifier,
        R::Argument,
        assign,
        &Extra {
            name: "LIMIT",
            argument: Some(1),
            ..Extra::default()
        },
    );
    file.push(
        "10",
        K::Literal,
        R::Argument,
        assign,
        &Extra {
            name: "10",
            kind: "int",
            argument: Some(2),
            ..Extra::default()
        },
    );
    let base = file.push(
        "class Base:\n    pass",
        K::TypeDecl,
        R::None,
        block,
        &Extra {
            name: "Base",
            detail: "shop.db.Base",
            ..Extra::default()
        },
    );
    let class = "class Store(Base):\n    \"\"\"Keeps rows.\n\n    For ever.\n    \"\"\"\n    size = 0\n    def find(self, key, *rest, most=LIMIT):\n        return os.path.join(key)";
    let store = file.push(
        class,
        K::TypeDecl,
        R::None,
        block,
        &Extra {
            name: "Store",
            detail: "shop.db.Store",
            ..Extra::default()
        },
    );
    let written = file.at(
        "(Base)",
        "Base",
        K::Identifier,
        R::Base,
        store,
        &named("Base"),
    );
    file.refer(written, base);
    file.push("size", K::Member, R::None, store, &named("size"));
    let member = file.push("find", K::Member, R::None, store, &named("find"));
    let body = file.push(
        class,
        K::Method,
        R::None,
        store,
        &Extra {
            name: "<body>",
            detail: "shop.db.Store.<body>",
            properties: property::IMPLICIT,
            ..Extra::default()
        },
    );
    let body_block = file.push(class, K::Block, R::Body, body, &Extra::default());
    let doc = "Keeps rows.\n\n    For ever.\n    ";
    file.push(
        &format!("\"\"\"{doc}\"\"\""),
        K::Literal,
        R::Docstring,
        body_block,
        &Extra {
            name: doc,
            kind: "str",
            ..Extra::default()
        },
    );
    let find = "def find(self, key, *rest, most=LIMIT):\n        return os.path.join(key)";
    let method = file.push(
        find,
        K::Method,
        R::None,
        store,
        &Extra {
            name: "find",
            detail: "shop.db.Store.find",
            kind: "(self, key, *rest, most=LIMIT)",
            properties: property::INSTANCE_METHOD,
            ..Extra::default()
        },
    );
    file.refer(member, method);
    file.push(
        "self",
        K::MethodParameterIn,
        R::Argument,
        method,
        &named("self"),
    );
    let key = file.push(
        "key",
        K::MethodParameterIn,
        R::Argument,
        method,
        &Extra {
            name: "key",
            kind: "str",
            ..Extra::default()
        },
    );
    file.push(
        "*rest",
        K::MethodParameterIn,
        R::Argument,
        method,
        &Extra {
            name: "rest",
            properties: property::VARIADIC,
            ..Extra::default()
        },
    );
    let most = file.push(
        "most=LIMIT",
        K::MethodParameterIn,
        R::Argument,
        method,
        &Extra {
            name: "most",
            properties: property::KEYWORD_ONLY,
            ..Extra::default()
        },
    );
    let default = file.at(
        "most=",
        "LIMIT",
        K::Identifier,
        R::DefaultValue,
        most,
        &named("LIMIT"),
    );
    file.refer(default, limit);
    file.push(
        "def",
        K::MethodReturn,
        R::None,
        method,
        &Extra {
            kind: "str",
            ..Extra::default()
        },
    );
    let inner = file.push(
        "return os.path.join(key)",
        K::Block,
        R::Body,
        method,
        &Extra::default(),
    );
    let give = file.push(
        "return os.path.join(key)",
        K::Return,
        R::None,
        inner,
        &Extra::default(),
    );
    let join = file.push(
        "os.path.join(key)",
        K::Call,
        R::Argument,
        give,
        &Extra {
            name: "join",
            argument: Some(1),
            properties: property::DYNAMIC_DISPATCH,
            ..Extra::default()
        },
    );
    let argument = file.at(
        "join(",
        "key",
        K::Identifier,
        R::Argument,
        join,
        &Extra {
            name: "key",
            argument: Some(1),
            ..Extra::default()
        },
    );
    file.refer(argument, key);
    let rows = file.batch.kinds.len() + 1;
    file.local.method_of = (0..rows as u32)
        .map(|row| match row {
            0..=2 => 0,
            row if row > body && row < method => body,
            row if row > method => method,
            _ => 2,
        })
        .collect();
    file.local.edges.push(LocalEdge {
        src: give,
        dst: method,
        kind: EdgeKind::Cfg,
        variable: 0,
    });
    file.local.callee_names.push((join, "os.path.join".into()));
    file.metrics(2, 1);
    file.metrics(method, 3);
    file
}

/// Rows of `shop/app.py`: ordinal 2.
pub(super) fn app_file() -> TestFile {
    use NodeKind as K;
    use Role as R;
    let mut file = TestFile::new(2, "shop/app.py", "shop.app", APP);
    let block = file.module();
    let import = file.push(
        "from shop.db import Store",
        K::Import,
        R::None,
        block,
        &Extra {
            name: "Store",
            detail: "shop.db",
            kind: "Store",
            ..Extra::default()
        },
    );
    let main = file.push(
        "def main():\n    store = Store()\n    return store.find('é', most=1)",
        K::Method,
        R::None,
        block,
        &Extra {
            name: "main",
            detail: "shop.app.main",
            kind: "()",
            ..Extra::default()
        },
    );
    let body = file.push(
        "store = Store()\n    return store.find('é', most=1)",
        K::Block,
        R::Body,
        main,
        &Extra::default(),
    );
    let create = file.push("Store()", K::Call, R::None, body, &named("Store"));
    let find = file.push(
        "store.find('é', most=1)",
        K::Call,
        R::None,
        body,
        &Extra {
            name: "find",
            properties: property::DYNAMIC_DISPATCH,
            ..Extra::default()
        },
    );
    file.push(
        "'é'",
        K::Literal,
        R::Argument,
        find,
        &Extra {
            name: "é",
            kind: "str",
            argument: Some(1),
            ..Extra::default()
        },
    );
    let keyword = file.at(
        "most=",
        "1",
        K::Literal,
        R::Argument,
        find,
        &Extra {
            name: "1",
            kind: "int",
            argument: Some(2),
            ..Extra::default()
        },
    );
    file.keyword(keyword, "most");
    let unused = file.push(
        "def unused():\n    eval('1')",
        K::Method,
        R::None,
        block,
        &Extra {
            name: "unused",
            detail: "shop.app.unused",
            kind: "()",
            ..Extra::default()
        },
    );
    let block = file.push("eval('1')", K::Block, R::Body, unused, &Extra::default());
    file.push(
        "eval('1')",
        K::Call,
        R::None,
        block,
        &Extra {
            name: "eval",
            properties: property::DYNAMIC_BOUNDARY,
            ..Extra::default()
        },
    );
    let rows = file.batch.kinds.len() as u32 + 1;
    file.local.method_of = (0..rows)
        .map(|row| {
            if row <= 2 {
                0
            } else if row > unused {
                unused
            } else if row > main && row < unused {
                main
            } else {
                2
            }
        })
        .collect();
    assert_eq!(
        (import, main, create, find),
        (4, 5, 7, 8),
        "rows that the links below name"
    );
    file
}

pub(super) const MAIN: u32 = 5;
pub(super) const CREATE: u32 = 7;
pub(super) const FIND: u32 = 8;

/// The row of a declaration of `db_file`.
pub(super) fn row_of(file: &TestFile, kind: NodeKind, name: &str) -> u32 {
    let ast = file.ast();
    (1..ast.len() as u32)
        .find(|&row| ast.kinds[row as usize] == kind && ast.name(row) == name)
        .expect("the row is there")
}

pub(super) fn linked(db: &TestFile) -> Linked {
    let (store, base) = (
        row_of(db, NodeKind::TypeDecl, "Store"),
        row_of(db, NodeKind::TypeDecl, "Base"),
    );
    let (find, join) = (
        row_of(db, NodeKind::Method, "find"),
        row_of(db, NodeKind::Call, "join"),
    );
    let link = |src, dst, kind| Link {
        src: NodeId(src),
        dst: NodeId(dst),
        kind,
    };
    Linked {
        stubs: vec![Stub {
            id: NodeId::new(0, 1),
            is_type: false,
            name: "join".into(),
            full_name: "os.path.join".into(),
        }],
        calls: vec![
            call(id(1, join), id(1, find), id(0, 1), Resolution::Import, 0.99),
            call(
                id(2, CREATE),
                id(2, MAIN),
                id(1, store),
                Resolution::Import,
                0.99,
            ),
            call(id(2, FIND), id(2, MAIN), id(1, find), Resolution::Type, 0.9),
        ],
        links: vec![
            link(id(1, store), id(1, base), EdgeKind::InheritsFrom),
            link(id(2, 0), id(1, 0), EdgeKind::Imports),
            link(id(2, 4), id(1, store), EdgeKind::Imports),
        ],
        gaps: Vec::new(),
    }
}

pub(super) fn metadata() -> Metadata {
    Metadata {
        project: "shop".into(),
        revision: "r1".into(),
        indexed_commit: "abc".into(),
        indexed_at: "2025-01-02T03:04:05Z".into(),
        languages: vec!["python".into()],
        root: "shop".into(),
        importers: vec![("import-python".into(), "0.1.0".into())],
        extra: vec![("note".into(), "by hand".into())],
    }
}

pub(super) fn readme() -> UnparsedFile {
    UnparsedFile {
        ordinal: 3,
        path: "README.md".into(),
        language: String::new(),
        file_role: FileRole::Documentation,
        size: 40,
        text: Some(b"# Shop\n\nSells things over the counter.\n".to_vec()),
        gaps: Vec::new(),
        key: Some(InputKey([3; 32])),
    }
}

pub(super) fn unread() -> UnparsedFile {
    UnparsedFile {
        ordinal: 4,
        path: "web/app.js".into(),
        language: "javascript".into(),
        file_role: FileRole::Source,
        size: 9_000_000_000,
        text: None,
        gaps: vec![crate::ast::Gap {
            start: 0,
            end: 0,
            reason: "no_importer".into(),
            detail: "no plugin imports javascript".into(),
        }],
        key: None,
    }
}

/// The shop: two modules, a README, a file without an importer.
pub(super) fn build_shop(path: &std::path::Path) -> BuildSummary {
    let builder = GraphBuilder::create(path, BuildOptions::default()).unwrap();
    let db = db_file();
    // Out of order on purpose.
    app_file().add(&builder);
    builder.add_unparsed_file(unread()).unwrap();
    db.add(&builder);
    builder.add_unparsed_file(readme()).unwrap();
    builder.add_linked(&linked(&db), &[]).unwrap();
    builder.finish(metadata()).unwrap()
}

/// The shop, open.
pub(super) fn open_shop(folder: &Folder) -> Arc<Graph> {
    let path = folder.file("shop.duckdb");
    build_shop(&path);
    GraphStore::new(StoreOptions {
        directories: vec![folder.0.clone()],
        ..StoreOptions::default()
    })
    .unwrap()
    .open(&path)
    .unwrap()
}

/// A result as lines of values, nulls as `-`.
pub(super) fn lines(rows: &Rows, columns: &[&str]) -> Vec<String> {
    let at: Vec<usize> = columns
        .iter()
        .map(|name| {
            rows.columns
                .iter()
                .position(|column| column.name == *name)
                .unwrap()
        })
        .collect();
    let mut out = Vec::new();
    for batch in &rows.batches {
        for row in 0..batch.rows {
            let value = |column: usize| {
                if batch.is_null(column, row) {
                    return "-".to_owned();
                }
                match &batch.columns[column] {
                    ColumnData::Ids(values) => format!(
                        "{}/{}",
                        values[row as usize] >> 32,
                        values[row as usize] as u32
                    ),
                    ColumnData::Ints(values) => values[row as usize].to_string(),
                    ColumnData::Reals(values) => format!("{:.2}", values[row as usize]),
                    ColumnData::Bools(values) => (values[row as usize] != 0).to_string(),
                    texts @ ColumnData::Texts { .. } => {
                        texts.text(row as usize).unwrap().to_owned()
                    }
                }
            };
            out.push(
                at.iter()
                    .map(|&column| value(column))
                    .collect::<Vec<_>>()
                    .join(" | "),
            );
        }
    }
    out
}
