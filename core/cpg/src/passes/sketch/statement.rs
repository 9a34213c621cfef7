//! Statements of a sketch.

use super::scope::{ScopeKind, bound};
use super::{Line, Writer};
use crate::kind::{NodeKind, Role, property};

/// Target and value of an assignment.
pub(super) fn assignment(text: &str) -> Option<(&str, &str)> {
    let (target, value) = text.split_once(" = ")?;
    (!target.contains('(')).then_some((target, value))
}

fn keyword<'a>(line: &Line<'a>) -> (&'a str, &'a str) {
    let text = line.text.strip_suffix(':').unwrap_or(line.text);
    text.split_once(' ').unwrap_or((text, ""))
}

impl Writer {
    pub(super) fn statements(&mut self, block: u32, lines: &[Line<'_>]) {
        let mut i = 0;
        let mut decorators = Vec::new();
        while i < lines.len() {
            let line = &lines[i];
            i += 1;
            if let Some(decorator) = line.text.strip_prefix('@') {
                decorators.push(decorator);
                continue;
            }
            self.at = line.at;
            let from = i;
            while i < lines.len()
                && matches!(keyword(&lines[i]).0, "elif" | "else" | "except" | "finally")
            {
                i += 1;
            }
            self.statement(block, line, &lines[from..i], &decorators);
            decorators.clear();
        }
    }

    fn control(&mut self, parent: u32, role: Role, name: &str) -> u32 {
        self.row(NodeKind::ControlStructure, parent, role, name)
    }

    fn block(&mut self, parent: u32, role: Role, lines: &[Line<'_>]) {
        let block = self.row(NodeKind::Block, parent, role, "");
        self.statements(block, lines);
    }

    fn statement(
        &mut self,
        block: u32,
        line: &Line<'_>,
        clauses: &[Line<'_>],
        decorators: &[&str],
    ) {
        let (word, rest) = keyword(line);
        match word {
            "pass" => {}
            "def" => self.function(block, line, rest, decorators),
            "class" => self.class(block, line, rest, decorators),
            "import" => {
                let (module, bound) = rest
                    .split_once(" as ")
                    .unwrap_or((rest, rest.split('.').next().unwrap_or("")));
                self.import(block, bound, module, "");
            }
            "from" => {
                let (module, items) = rest.split_once(" import ").expect("`from` needs `import`");
                for item in items.split(',').map(str::trim) {
                    let (member, bound) = item.split_once(" as ").unwrap_or((item, item));
                    self.import(block, bound, module, member);
                }
            }
            "if" | "elif" => self.branch(block, Role::None, line, clauses),
            "while" => {
                let row = self.control(block, Role::None, "WHILE");
                self.expression(row, Role::Condition, rest);
                self.block(row, Role::Body, &line.body);
                self.else_of(row, clauses);
            }
            "do" => {
                let row = self.control(block, Role::None, "DO");
                self.block(row, Role::Body, &line.body);
                self.expression(row, Role::Condition, rest);
            }
            "for" => {
                let (target, iterable) = rest.split_once(" in ").expect("`for` needs `in`");
                let row = self.control(block, Role::None, "FOR");
                self.expression(row, Role::Iterable, iterable);
                self.expression(row, Role::Target, target);
                self.block(row, Role::Body, &line.body);
                self.else_of(row, clauses);
            }
            "cfor" => {
                let row = self.control(block, Role::None, "FOR");
                for (part, role) in rest
                    .split(';')
                    .zip([Role::Init, Role::Condition, Role::Update])
                {
                    if !part.trim().is_empty() {
                        self.expression(row, role, part.trim());
                    }
                }
                self.block(row, Role::Body, &line.body);
            }
            "switch" => self.switch(block, line, rest),
            "try" => self.try_(block, line, clauses),
            "with" => {
                let row = self.control(block, Role::None, "TRY");
                let (resource, target) = rest.split_once(" as ").unwrap_or((rest, ""));
                self.expression(row, Role::Resource, resource);
                if !target.is_empty() {
                    self.expression(row, Role::Target, target);
                }
                self.block(row, Role::Body, &line.body);
            }
            "return" => {
                let row = self.row(NodeKind::Return, block, Role::None, "return");
                if !rest.is_empty() {
                    let value = self.expression(row, Role::Argument, rest);
                    self.argument(value, 1);
                }
            }
            "raise" => {
                let row = self.control(block, Role::None, "THROW");
                if !rest.is_empty() {
                    self.expression(row, Role::Value, rest);
                }
            }
            "break" | "continue" | "goto" => {
                let row = self.control(block, Role::None, &word.to_uppercase());
                if !rest.is_empty() {
                    self.row(NodeKind::JumpLabel, row, Role::None, rest);
                }
            }
            "label" => {
                self.row(NodeKind::JumpTarget, block, Role::None, rest);
            }
            _ => self.simple(block, line.text),
        }
    }

    fn simple(&mut self, block: u32, text: &str) {
        let Some((target, value)) = assignment(text) else {
            self.expression(block, Role::None, text);
            return;
        };
        let (target, hint) = target.split_once(": ").unwrap_or((target, ""));
        let row = self.row(NodeKind::Call, block, Role::None, "<operator>.assignment");
        let target = self.expression(row, Role::Argument, target);
        self.argument(target, 1);
        let value = self.expression(row, Role::Argument, value);
        self.argument(value, 2);
        if !hint.is_empty() {
            self.expression(row, Role::TypeHint, hint);
        }
    }

    fn import(&mut self, block: u32, bound: &str, module: &str, member: &str) {
        let row = self.row(NodeKind::Import, block, Role::None, bound);
        self.detail(row, module);
        self.type_text(row, member);
        if let Some(local) = self.lookup(bound) {
            self.refer(row, local);
        }
    }

    fn branch(&mut self, parent: u32, role: Role, line: &Line<'_>, clauses: &[Line<'_>]) {
        let row = self.control(parent, role, "IF");
        self.expression(row, Role::Condition, keyword(line).1);
        self.block(row, Role::Then, &line.body);
        match clauses {
            [first, rest @ ..] if keyword(first).0 == "elif" => {
                self.branch(row, Role::Else, first, rest);
            }
            _ => self.else_of(row, clauses),
        }
    }

    fn else_of(&mut self, row: u32, clauses: &[Line<'_>]) {
        if let Some(clause) = clauses.iter().find(|clause| clause.text == "else:") {
            self.block(row, Role::Else, &clause.body);
        }
    }

    fn try_(&mut self, block: u32, line: &Line<'_>, clauses: &[Line<'_>]) {
        let row = self.control(block, Role::None, "TRY");
        self.block(row, Role::Body, &line.body);
        for clause in clauses {
            let (word, rest) = keyword(clause);
            match word {
                "except" => {
                    let catch = self.control(row, Role::Catch, "CATCH");
                    let (test, name) = rest.split_once(" as ").unwrap_or((rest, ""));
                    if !test.is_empty() {
                        self.expression(catch, Role::TypeHint, test);
                    }
                    if !name.is_empty() {
                        self.expression(catch, Role::Target, name);
                    }
                    self.block(catch, Role::Body, &clause.body);
                }
                "finally" => self.block(row, Role::Finally, &clause.body),
                _ => self.block(row, Role::Else, &clause.body),
            }
        }
    }

    fn switch(&mut self, block: u32, line: &Line<'_>, subject: &str) {
        let row = self.control(block, Role::None, "SWITCH");
        self.expression(row, Role::Condition, subject);
        let body = self.row(NodeKind::Block, row, Role::Body, "");
        for case in &line.body {
            let (word, rest) = keyword(case);
            if word == "label" {
                // A flat switch, as C has it.
                self.statements(body, &line.body);
                return;
            }
            let row = self.control(body, Role::SwitchCase, "CASE");
            let (patterns, guard) = rest.split_once(" if ").unwrap_or((rest, ""));
            for pattern in patterns
                .split('|')
                .map(str::trim)
                .filter(|pattern| !pattern.is_empty())
            {
                self.expression(row, Role::Condition, pattern);
            }
            if !guard.is_empty() {
                self.expression(row, Role::Guard, guard);
            }
            self.block(row, Role::Body, &case.body);
        }
    }

    /// A full name that is not taken yet in the scope.
    fn full_name(&mut self, name: &str) -> String {
        let scope = self.scopes.last_mut().expect("a scope is open");
        scope.defined.push(name.to_owned());
        let count = scope.defined.iter().filter(|other| *other == name).count();
        let suffix = if count > 1 {
            format!("${count}")
        } else {
            String::new()
        };
        format!("{}.{name}{suffix}", self.owner)
    }

    fn bind(&mut self, name: &str, row: u32) {
        let scope = self.scopes.last().expect("a scope is open");
        if let Some(&(_, declaration)) = scope.bindings.iter().find(|(bound, _)| bound == name) {
            self.refer(declaration, row);
        }
    }

    fn decorate(&mut self, row: u32, decorators: &[&str]) {
        for decorator in decorators
            .iter()
            .filter(|text| !matches!(**text, "static" | "classmethod" | "property"))
        {
            let annotation = self.row(NodeKind::Annotation, row, Role::Decorator, decorator);
            self.expression(annotation, Role::Value, decorator);
        }
    }

    fn function(&mut self, block: u32, line: &Line<'_>, rest: &str, decorators: &[&str]) {
        let (name, rest) = rest.split_once('(').expect("`def` needs parameters");
        let (parameters, result) = rest.rsplit_once(" -> ").unwrap_or((rest, ""));
        let parameters = parameters
            .strip_suffix(')')
            .expect("parameters end in a bracket");
        let full = self.full_name(name);
        let method = self.row(NodeKind::Method, block, Role::None, name);
        self.detail(method, &full);
        self.batch.ends[method as usize - 1] = last_line(line);
        if self
            .scopes
            .last()
            .is_some_and(|scope| scope.kind == ScopeKind::Class)
        {
            let kind = if decorators.contains(&"static") {
                property::STATIC
            } else if decorators.contains(&"classmethod") {
                property::CLASS_METHOD
            } else {
                property::INSTANCE_METHOD
            };
            self.flag(method, kind);
            if decorators.contains(&"property") {
                self.flag(method, property::PROPERTY);
            }
        }
        self.bind(name, method);
        self.decorate(method, decorators);
        let mut own = Vec::new();
        for (position, parameter) in parameters
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .enumerate()
        {
            let (declaration, default) = parameter.split_once('=').unwrap_or((parameter, ""));
            let (spelled, hint) = declaration.split_once(": ").unwrap_or((declaration, ""));
            let name = spelled.trim_start_matches('*');
            let row = self.row(NodeKind::MethodParameterIn, method, Role::Argument, name);
            self.argument(row, position as i32 + 1);
            match spelled.len() - name.len() {
                0 => {}
                1 => self.flag(row, property::VARIADIC),
                _ => self.flag(row, property::KEYWORD_VARIADIC),
            }
            if !hint.is_empty() {
                self.expression(row, Role::TypeHint, hint);
            }
            if !default.is_empty() {
                self.expression(row, Role::DefaultValue, default);
            }
            own.push((name.to_owned(), row));
        }
        let returns = self.row(NodeKind::MethodReturn, method, Role::None, "");
        if !result.is_empty() {
            self.expression(returns, Role::TypeHint, result);
        }
        let owner = std::mem::replace(&mut self.owner, full);
        self.body_of(method, &line.body, ScopeKind::Function, &own);
        self.owner = owner;
    }

    fn class(&mut self, block: u32, line: &Line<'_>, rest: &str, decorators: &[&str]) {
        let (name, bases) = rest.split_once('(').unwrap_or((rest, ")"));
        let full = self.full_name(name);
        let class = self.row(NodeKind::TypeDecl, block, Role::None, name);
        self.detail(class, &full);
        self.bind(name, class);
        self.decorate(class, decorators);
        for base in bases
            .trim_end_matches(')')
            .split(',')
            .map(str::trim)
            .filter(|base| !base.is_empty())
        {
            self.expression(class, Role::Base, base);
        }
        let owner = std::mem::replace(&mut self.owner, full);
        self.members(class, &line.body);
        let mut names = Vec::new();
        bound(&line.body, &mut names);
        // Definitions are children of the class, the other statements run in a method of their own.
        let body = self.row(NodeKind::Method, class, Role::None, "<body>");
        let detail = format!("{}.<body>", self.owner);
        self.detail(body, &detail);
        self.flag(body, property::IMPLICIT | property::STATIC);
        self.row(NodeKind::MethodReturn, body, Role::None, "");
        let inner = self.row(NodeKind::Block, body, Role::Body, "");
        let mut i = 0;
        let mut definitions = Vec::new();
        while i < line.body.len() {
            let from = i;
            while line.body[i].text.starts_with('@') {
                i += 1;
            }
            i += 1;
            if matches!(keyword(&line.body[i - 1]).0, "def" | "class") {
                definitions.push(from..i);
            } else {
                self.statements(inner, &line.body[from..i]);
            }
        }
        for range in definitions {
            self.statements(class, &line.body[range]);
        }
        self.scopes.pop();
        self.owner = owner;
    }
}

fn last_line(line: &Line<'_>) -> u32 {
    line.body
        .last()
        .map_or(line.at + line.text.len() as u32, last_line)
}
