//! A graph as text, for a person to read and compare.
//!
//! A line a row, children indented below their parent:
//!
//! ```text
//! role argument key=: KIND name detail :type @line [properties] -> KIND name@line
//! ```
//!
//! - the role stands where there is one; of arguments only the number is written (`1:`, the callee is `0:`), and a role other
//!   than argument and receiver before the number;
//! - a text that has white space or is empty stands in quotes; `detail` is left out where it is empty;
//! - the line is left out where it is the parent's;
//! - `->` is followed by what the row refers to.
//!
//! What every file has is left out (`NAMESPACE_BLOCK`, the method `<module>` and its block), as is a `METHOD_RETURN` that declares
//! nothing, unless all is asked for.

use std::fmt::Write as _;

use codegraph_cpg::ast::FileAst;
use codegraph_cpg::kind::{NodeKind, Role, property};

/// Prints the rows of a file.
pub(crate) fn print(ast: &FileAst, source: &[u8], wanted: &Wanted) -> String {
    let mut printer = Printer {
        ast,
        lines: line_starts(source),
        wanted,
        out: String::new(),
    };
    // Depth and line of the nearest printed row above, by row.
    let mut above = vec![(0_usize, 0_u32); ast.len()];
    for row in 1..ast.len() as u32 {
        let (depth, line) = above[ast.parents[row as usize] as usize];
        let shown = printer.row(row, depth, line);
        above[row as usize] = shown.map_or((depth, line), |line| (depth + 1, line));
    }
    printer.gaps();
    printer.out
}

/// Which rows a case wants to see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Kinds or names (`CALL`, `METHOD`, `IF`); empty for all.
    pub(crate) only: Vec<String>,
    /// Also what every file has.
    pub(crate) all: bool,
}

impl Wanted {
    fn takes(&self, ast: &FileAst, row: u32) -> bool {
        self.only.is_empty()
            || self.only.iter().any(|wanted| {
                wanted == ast.kinds[row as usize].text()
                    || wanted == ast.name(row)
                    || wanted == ast.roles[row as usize].text()
            })
    }
}

struct Printer<'a> {
    ast: &'a FileAst,
    lines: Vec<u32>,
    wanted: &'a Wanted,
    out: String,
}

impl Printer<'_> {
    /// Prints a row, if it is to be shown, and gives its line.
    fn row(&mut self, row: u32, depth: usize, parent_line: u32) -> Option<u32> {
        let ast = self.ast;
        let at = row as usize;
        let kind = ast.kinds[at];
        if (!self.wanted.all && self.is_frame(row)) || !self.wanted.takes(ast, row) {
            return None;
        }
        let line = self.line(ast.starts[at]);
        self.out.push_str(&"  ".repeat(depth));
        self.place(row);
        self.out.push_str(kind.text());
        if ast.names[at] != 0 || kind == NodeKind::Literal || kind == NodeKind::Call {
            self.out.push(' ');
            self.text(ast.name(row));
        }
        if ast.details[at] != 0 {
            self.out.push(' ');
            self.text(ast.detail(row));
        }
        if ast.types[at] != 0 {
            self.out.push_str(" :");
            self.text(ast.type_text(row));
        }
        if line != parent_line {
            let _ = write!(self.out, " @{line}");
        }
        self.properties(ast.properties[at]);
        let from = ast.refs.partition_point(|&(row, _)| row < at as u32);
        for &(_, declaration) in ast.refs[from..]
            .iter()
            .take_while(|&&(from, _)| from == row)
        {
            let target = ast.kinds[declaration as usize].text();
            let line = self.line(ast.starts[declaration as usize]);
            let _ = write!(self.out, " -> {target} ");
            self.text(ast.name(declaration));
            let _ = write!(self.out, "@{line}");
        }
        self.out.push('\n');
        Some(line)
    }

    /// Whether a row is part of what every file has.
    fn is_frame(&self, row: u32) -> bool {
        let ast = self.ast;
        let kind = ast.kinds[row as usize];
        let parent = ast.parents[row as usize];
        match kind {
            NodeKind::NamespaceBlock => true,
            NodeKind::Method => ast.has(row, property::MODULE),
            NodeKind::Block => {
                ast.has(parent, property::MODULE) && ast.kinds[parent as usize] == NodeKind::Method
            }
            NodeKind::MethodReturn => ast.types[row as usize] == 0,
            _ => false,
        }
    }

    fn place(&mut self, row: u32) {
        let ast = self.ast;
        let (role, argument) = (ast.roles[row as usize], ast.arguments[row as usize]);
        let mut parts = Vec::new();
        if !matches!(role, Role::None | Role::Argument | Role::Receiver)
            || (argument < 0 && role != Role::None)
        {
            parts.push(role.text().to_owned());
        }
        if argument >= 0 {
            parts.push(argument.to_string());
        }
        let from = ast.keywords.partition_point(|&(keyed, _)| keyed < row);
        if let Some(&(_, name)) = ast.keywords.get(from).filter(|&&(keyed, _)| keyed == row) {
            parts.push(format!("{}=", ast.texts.get(name)));
        }
        if !parts.is_empty() {
            self.out.push_str(&parts.join(" "));
            self.out.push_str(": ");
        }
    }

    fn properties(&mut self, bits: u32) {
        let names: Vec<&str> = property::NAMES
            .iter()
            .enumerate()
            .filter(|&(bit, &name)| bits & (1 << bit) != 0 && name != "public")
            .map(|(_, &name)| name)
            .collect();
        if !names.is_empty() {
            let _ = write!(self.out, " [{}]", names.join(" "));
        }
    }

    fn text(&mut self, text: &str) {
        if text.is_empty()
            || text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"')
        {
            let _ = write!(self.out, "{text:?}");
        } else {
            self.out.push_str(text);
        }
    }

    fn line(&self, offset: u32) -> u32 {
        self.lines.partition_point(|&start| start <= offset) as u32
    }

    fn gaps(&mut self) {
        for gap in &self.ast.gaps {
            let line = self.line(gap.start);
            let _ = writeln!(self.out, "gap {} @{line}: {}", gap.reason, gap.detail);
        }
    }
}

fn line_starts(source: &[u8]) -> Vec<u32> {
    let after_breaks = source
        .iter()
        .enumerate()
        .filter(|&(_, &byte)| byte == b'\n')
        .map(|(at, _)| at as u32 + 1);
    std::iter::once(0).chain(after_breaks).collect()
}
