//! What the scopes of a sketch bind.

use super::{Line, Writer};
use crate::kind::{NodeKind, Role, property};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Function,
    Class,
}

pub(super) struct Scope {
    pub(super) kind: ScopeKind,
    pub(super) bindings: Vec<(String, u32)>,
    /// How often a name was defined, for full names.
    pub(super) defined: Vec<String>,
}

impl Writer {
    /// The declaration that a name means.
    pub(super) fn lookup(&self, name: &str) -> Option<u32> {
        let innermost = self.scopes.len() - 1;
        self.scopes
            .iter()
            .enumerate()
            .rev()
            .find_map(|(at, scope)| {
                if scope.kind == ScopeKind::Class && at != innermost {
                    return None;
                }
                scope
                    .bindings
                    .iter()
                    .find(|(bound, _)| bound == name)
                    .map(|&(_, row)| row)
            })
    }

    /// The body of a method: its scope, its locals, its statements.
    pub(super) fn body_of(
        &mut self,
        method: u32,
        lines: &[Line<'_>],
        kind: ScopeKind,
        parameters: &[(String, u32)],
    ) {
        let block = self.row(NodeKind::Block, method, Role::Body, "");
        let mut bindings = parameters.to_vec();
        let mut names = Vec::new();
        bound(lines, &mut names);
        for name in names {
            if !bindings.iter().any(|(other, _)| *other == name) {
                let local = self.row(NodeKind::Local, block, Role::None, &name);
                bindings.push((name, local));
            }
        }
        self.scopes.push(Scope {
            kind,
            bindings,
            defined: Vec::new(),
        });
        self.statements(block, lines);
        self.scopes.pop();
    }

    /// Members of a class: what its body binds and what its methods set on their first parameter.
    pub(super) fn members(&mut self, class: u32, lines: &[Line<'_>]) {
        let mut names = Vec::new();
        bound(lines, &mut names);
        let mut bindings = Vec::new();
        for name in names {
            let member = self.row(NodeKind::Member, class, Role::None, &name);
            self.flag(member, property::STATIC);
            bindings.push((name, member));
        }
        self.scopes.push(Scope {
            kind: ScopeKind::Class,
            bindings,
            defined: Vec::new(),
        });
    }
}

/// Names that statements bind, each once, in the order of the source.
pub(super) fn bound(lines: &[Line<'_>], names: &mut Vec<String>) {
    for line in lines {
        let mut add = |name: &str| {
            let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.is_empty();
            if is_name && !names.iter().any(|other| other == name) {
                names.push(name.to_owned());
            }
        };
        let (word, rest) = line.text.split_once(' ').unwrap_or((line.text, ""));
        match word {
            "def" | "class" => add(rest.split(['(', ':']).next().unwrap_or("")),
            "import" => match rest.split_once(" as ") {
                Some((_, alias)) => add(alias),
                None => add(rest.split('.').next().unwrap_or("")),
            },
            "from" => {
                let items = rest.split_once(" import ").map_or("", |parts| parts.1);
                items
                    .split(',')
                    .for_each(|item| add(item.rsplit(" as ").next().unwrap_or("").trim()));
            }
            "for" => add(rest.split_once(" in ").map_or("", |parts| parts.0)),
            "except" | "with" => {
                if let Some((_, name)) = rest.trim_end_matches(':').split_once(" as ") {
                    add(name);
                }
            }
            _ => {
                if let Some((target, _)) = super::statement::assignment(line.text) {
                    let target = target.split(':').next().unwrap_or("");
                    target.split(',').for_each(|part| add(part.trim()));
                }
            }
        }
        if !matches!(word, "def" | "class") {
            bound(&line.body, names);
        }
    }
}
