//! Expressions of a sketch.

use super::Writer;
use super::scope::ScopeKind;
use crate::kind::{NodeKind, Role, property};
use crate::passes::op;

#[derive(Debug)]
enum Expr {
    Name(String),
    Literal(String, &'static str),
    Member(Box<Expr>, String),
    Call(Box<Expr>, Vec<(Option<String>, bool, Expr)>),
    Operator(&'static str, Vec<Expr>),
    Lambda(Vec<String>, Box<Expr>),
}

struct Parser<'a> {
    tokens: Vec<&'a str>,
    at: usize,
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '<' || c == '>' || c == '$';
        let end = if first == '"' {
            rest[1..].find('"').expect("a text ends") + 2
        } else if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            1
        };
        tokens.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    tokens
}

impl Parser<'_> {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).copied().unwrap_or("")
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == token;
        self.at += usize::from(found && self.at < self.tokens.len());
        found
    }

    fn conditional(&mut self) -> Expr {
        if self.take("lambda") {
            let mut parameters = Vec::new();
            while !self.take(":") {
                if !self.take(",") {
                    parameters.push(self.peek().to_owned());
                    self.at += 1;
                }
            }
            return Expr::Lambda(parameters, Box::new(self.conditional()));
        }
        let value = self.or();
        if !self.take("if") {
            return value;
        }
        let condition = self.or();
        assert!(self.take("else"), "a conditional needs `else`");
        Expr::Operator(op::CONDITIONAL, vec![condition, value, self.conditional()])
    }

    fn or(&mut self) -> Expr {
        self.joined("or", op::OR, Self::and)
    }

    fn and(&mut self) -> Expr {
        self.joined("and", op::AND, Self::not)
    }

    fn joined(&mut self, word: &str, name: &'static str, inner: fn(&mut Self) -> Expr) -> Expr {
        let mut left = inner(self);
        while self.take(word) {
            left = Expr::Operator(name, vec![left, inner(self)]);
        }
        left
    }

    fn not(&mut self) -> Expr {
        if self.take("not") {
            return Expr::Operator(op::NOT, vec![self.not()]);
        }
        if self.take("await") {
            return Expr::Operator(op::AWAIT, vec![self.not()]);
        }
        let left = self.primary();
        if self.take("|") {
            Expr::Operator(op::BIT_OR, vec![left, self.not()])
        } else {
            left
        }
    }

    fn list(&mut self, end: &str) -> Vec<Expr> {
        let mut items = Vec::new();
        while !self.take(end) {
            items.push(self.conditional());
            self.take(",");
        }
        items
    }

    fn primary(&mut self) -> Expr {
        let token = self.peek().to_owned();
        self.at += 1;
        let mut value = match token.as_str() {
            "(" => match self.list(")") {
                items if items.len() == 1 => items.into_iter().next().expect("one item"),
                items => Expr::Operator(op::TUPLE, items),
            },
            "[" => Expr::Operator(op::LIST, self.list("]")),
            "None" => Expr::Literal(token, "None"),
            _ if token.starts_with('"') => Expr::Literal(token.trim_matches('"').to_owned(), "str"),
            _ if token.starts_with(|c: char| c.is_ascii_digit()) => Expr::Literal(token, "int"),
            _ => Expr::Name(token),
        };
        loop {
            if self.take(".") {
                let name = self.peek().to_owned();
                self.at += 1;
                value = Expr::Member(Box::new(value), name);
            } else if self.take("(") {
                let mut arguments = Vec::new();
                while !self.take(")") {
                    let unpacked = self.take("*");
                    let is_keyword = self.tokens.get(self.at + 1) == Some(&"=");
                    let keyword = is_keyword.then(|| self.peek().to_owned());
                    self.at += 2 * usize::from(is_keyword);
                    arguments.push((keyword, unpacked, self.conditional()));
                    self.take(",");
                }
                value = Expr::Call(Box::new(value), arguments);
            } else if self.take("[") {
                let mut items = vec![value];
                items.extend(self.list("]"));
                value = Expr::Operator(op::INDEX_ACCESS, items);
            } else {
                return value;
            }
        }
    }
}

impl Writer {
    pub(super) fn expression(&mut self, parent: u32, role: Role, text: &str) -> u32 {
        let mut parser = Parser {
            tokens: tokens(text),
            at: 0,
        };
        let mut value = parser.conditional();
        if parser.take(",") {
            let mut items = vec![value];
            items.extend(parser.list(""));
            value = Expr::Operator(op::TUPLE, items);
        }
        assert_eq!(
            parser.at,
            parser.tokens.len(),
            "something is left of {text:?}"
        );
        self.lower(parent, role, &value)
    }

    fn lower(&mut self, parent: u32, role: Role, value: &Expr) -> u32 {
        match value {
            Expr::Name(name) => {
                let row = self.row(NodeKind::Identifier, parent, role, name);
                if let Some(declaration) = self.lookup(name) {
                    self.refer(row, declaration);
                }
                row
            }
            Expr::Literal(text, kind) => {
                let row = self.row(NodeKind::Literal, parent, role, text);
                self.type_text(row, kind);
                row
            }
            Expr::Member(base, name) => {
                let row = self.row(NodeKind::Call, parent, role, op::FIELD_ACCESS);
                let base = self.lower(row, Role::Argument, base);
                self.argument(base, 1);
                let field = self.row(NodeKind::FieldIdentifier, row, Role::Argument, name);
                self.argument(field, 2);
                row
            }
            Expr::Call(callee, arguments) => {
                let name = match &**callee {
                    Expr::Name(name) | Expr::Member(_, name) => name.as_str(),
                    _ => "",
                };
                let row = self.row(NodeKind::Call, parent, role, name);
                let callee = self.lower(row, Role::Receiver, callee);
                self.argument(callee, 0);
                for (position, (keyword, unpacked, argument)) in (1..).zip(arguments) {
                    let argument = self.lower(row, Role::Argument, argument);
                    self.argument(argument, position);
                    if let Some(keyword) = keyword {
                        let text = self.text(keyword);
                        self.batch.keywords.extend([argument, text]);
                    }
                    if *unpacked {
                        self.flag(argument, property::UNPACKED);
                    }
                }
                row
            }
            Expr::Operator(name, operands) => {
                let row = self.row(NodeKind::Call, parent, role, name);
                for (position, operand) in (1..).zip(operands) {
                    let operand = self.lower(row, Role::Argument, operand);
                    self.argument(operand, position);
                }
                row
            }
            Expr::Lambda(parameters, body) => {
                let reference = self.row(NodeKind::MethodRef, parent, role, "<lambda>");
                let method = self.row(NodeKind::Method, reference, Role::None, "<lambda>");
                let detail = format!("{}.<lambda>", self.owner);
                self.detail(method, &detail);
                self.flag(method, property::LAMBDA);
                self.refer(reference, method);
                let mut bindings = Vec::new();
                for (position, name) in (1..).zip(parameters) {
                    let row = self.row(NodeKind::MethodParameterIn, method, Role::Argument, name);
                    self.argument(row, position);
                    bindings.push((name.clone(), row));
                }
                self.row(NodeKind::MethodReturn, method, Role::None, "");
                let block = self.row(NodeKind::Block, method, Role::Body, "");
                self.scopes.push(super::scope::Scope {
                    kind: ScopeKind::Function,
                    bindings,
                    defined: Vec::new(),
                });
                let row = self.row(NodeKind::Return, block, Role::None, "return");
                let value = self.lower(row, Role::Argument, body);
                self.argument(value, 1);
                self.scopes.pop();
                reference
            }
        }
    }
}
