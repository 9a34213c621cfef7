//! A small language for tests: text with indentation becomes the rows of a file, as the contract wants them.
//!
//! ```text
//! @static | @classmethod | @property | @decorator      before a definition
//! def name(a, b: Type, c=1, *rest):                    class Name(Base):
//! import a.b as c        from m import x as y, z       from m import *
//! if c: / elif c: / else:     while c: / else:         for x in e: / else:
//! do c:                       cfor init; cond; update: switch e: / case p if g: / default:
//! try: / except E as x: / else: / finally:             with e as x:
//! target = value    target: Type = value    return e   raise e   break label   continue   goto label   label name
//! ```
//!
//! Expressions: names, numbers, texts, members, calls (`f(1, k=x, *a)`), `and`, `or`, `not`, `a if c else b`, lists, tuples, `await`,
//! `lambda x: e`.

mod expression;
mod scope;
mod statement;

use crate::ast::{FileAst, RowBatch};
use crate::kind::{NodeKind, Role, property};
use crate::passes::{FileInfo, Local, local};
use crate::rules::Rules;

/// A statement with what is indented below it.
#[derive(Debug, Default)]
struct Line<'a> {
    text: &'a str,
    at: u32,
    body: Vec<Line<'a>>,
}

/// Rules of the small language.
pub(crate) fn rules() -> Rules {
    rules_with(&[])
}

/// Rules of the small language, some of them replaced.
pub(crate) fn rules_with(first: &[(&str, &str)]) -> Rules {
    let own = [
        ("module-separator", "."),
        ("module-index", "__init__"),
        ("constructor", "__init__"),
        ("constructor", "__new__"),
        ("instance-call", "__call__"),
        ("linearization", "c3"),
        ("super", "super"),
        ("receiver-parameter", "first"),
        ("builtins-module", "builtins"),
        ("export-list", "__all__"),
        ("wildcard-skips-prefix", "_"),
        ("type-wrapper", "Optional Union"),
        ("any-type", "Any"),
    ];
    let entries = first
        .iter()
        .chain(&own)
        .map(|&(key, value)| (key.to_owned(), value.to_owned()));
    Rules::new("sketch", entries.collect())
}

/// Rows of a file with that module name.
pub(crate) fn rows(module: &str, source: &str) -> FileAst {
    let lines = parse(source);
    let mut writer = Writer::new(source, module);
    writer.module(&lines);
    writer.finish()
}

/// The local passes over a file.
pub(crate) fn passes(info: &FileInfo, source: &str, rules: &Rules) -> (FileAst, Local) {
    let ast = rows(&info.module, source);
    let result = local(&ast, source.as_bytes(), info, rules);
    (ast, result)
}

fn parse(source: &str) -> Vec<Line<'_>> {
    let mut stack: Vec<(usize, Vec<Line<'_>>)> = vec![(0, Vec::new())];
    let close = |stack: &mut Vec<(usize, Vec<Line<'_>>)>, indent: usize| {
        while stack.len() > 1 && stack.last().is_some_and(|top| top.0 > indent) {
            let (_, body) = stack.pop().expect("more than one level");
            let above = &mut stack.last_mut().expect("the outermost level stays").1;
            above.last_mut().expect("a body stands below a line").body = body;
        }
    };
    let mut offset = 0;
    for raw in source.split_inclusive('\n') {
        let text = raw.trim();
        let indent = raw.len() - raw.trim_start().len();
        let at = (offset + indent) as u32;
        offset += raw.len();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if stack.len() == 1 && stack[0].1.is_empty() {
            stack[0].0 = indent;
        }
        close(&mut stack, indent);
        if stack.last().is_some_and(|top| top.0 < indent) {
            stack.push((indent, Vec::new()));
        }
        stack.last_mut().expect("a level is open").1.push(Line {
            text,
            at,
            body: Vec::new(),
        });
    }
    close(&mut stack, 0);
    while stack.len() > 1 {
        let (_, body) = stack.pop().expect("more than one level");
        let above = &mut stack.last_mut().expect("the outermost level stays").1;
        above.last_mut().expect("a body stands below a line").body = body;
    }
    stack.pop().expect("the outermost level stays").1
}

/// Writes rows.
struct Writer {
    batch: RowBatch,
    texts: Vec<String>,
    length: u32,
    scopes: Vec<scope::Scope>,
    owner: String,
    at: u32,
}

impl Writer {
    fn new(source: &str, module: &str) -> Self {
        let batch = RowBatch {
            first: 1,
            ..RowBatch::default()
        };
        Self {
            batch,
            texts: vec![String::new()],
            length: source.len() as u32,
            scopes: Vec::new(),
            owner: module.to_owned(),
            at: 0,
        }
    }

    fn text(&mut self, text: &str) -> u32 {
        if let Some(known) = self.texts.iter().position(|other| other == text) {
            return known as u32;
        }
        self.texts.push(text.to_owned());
        self.texts.len() as u32 - 1
    }

    fn row(&mut self, kind: NodeKind, parent: u32, role: Role, name: &str) -> u32 {
        let name = self.text(name);
        let batch = &mut self.batch;
        batch.kinds.push(kind as u8);
        batch.roles.push(role as u8);
        batch.parents.push(parent);
        batch.arguments.push(-1);
        batch.starts.push(self.at);
        batch.ends.push(self.at);
        batch.names.push(name);
        batch.details.push(0);
        batch.types.push(0);
        batch.properties.push(0);
        batch.kinds.len() as u32
    }

    fn argument(&mut self, row: u32, position: i32) -> u32 {
        self.batch.arguments[row as usize - 1] = position;
        row
    }

    fn detail(&mut self, row: u32, detail: &str) {
        self.batch.details[row as usize - 1] = self.text(detail);
    }

    fn type_text(&mut self, row: u32, text: &str) {
        self.batch.types[row as usize - 1] = self.text(text);
    }

    fn flag(&mut self, row: u32, property: u32) {
        self.batch.properties[row as usize - 1] |= property;
    }

    fn refer(&mut self, row: u32, declaration: u32) {
        self.batch.refs.extend([row, declaration]);
    }

    fn module(&mut self, lines: &[Line<'_>]) {
        let name = self.owner.clone();
        let namespace = self.row(NodeKind::NamespaceBlock, 0, Role::None, &name);
        self.detail(namespace, &name);
        let method = self.row(NodeKind::Method, namespace, Role::None, "<module>");
        self.detail(method, &format!("{name}.<module>"));
        self.flag(method, property::MODULE);
        self.row(NodeKind::MethodReturn, method, Role::None, "");
        self.batch.ends[method as usize - 1] = self.length;
        self.body_of(method, lines, scope::ScopeKind::Module, &[]);
    }

    fn finish(mut self) -> FileAst {
        self.batch.text_offsets.push(0);
        for text in &self.texts[1..] {
            self.batch.text_bytes.extend_from_slice(text.as_bytes());
            self.batch
                .text_offsets
                .push(self.batch.text_bytes.len() as u32);
        }
        let mut ast = FileAst::new(self.length);
        ast.append(self.batch).expect("rows of a sketch are right");
        ast.finish().expect("pairs of a sketch are right");
        ast
    }
}
