//! Declared types of expressions, as texts: what tells overloads apart.
//!
//! Only what declarations of the same file say is known; what is not known is no type. Where the rule `overloads` does not ask for it,
//! nothing is computed.

use super::Name;
use super::collect::Collector;
use crate::kind::{NodeKind, Role, property};
use crate::passes::op;

/// How deep expressions are looked into.
const DEPTH: u32 = 16;

impl Collector<'_> {
    /// Declared types of the arguments of a call or an operator, by position.
    pub(super) fn argument_types(&mut self, row: u32) -> Vec<Option<Name>> {
        if !self.words.typed {
            return Vec::new();
        }
        let arguments: Vec<u32> = self
            .tree
            .children(row)
            .filter(|&child| self.ast.arguments[child as usize] >= 1)
            .collect();
        let types: Vec<Option<Name>> = arguments
            .into_iter()
            .map(|child| {
                let text = self.type_of(child, DEPTH)?;
                Some(self.owned_name(&text))
            })
            .collect();
        if types.iter().all(Option::is_none) {
            return Vec::new();
        }
        types
    }

    /// The declared type of an expression. What is made there and has no name yet ends in `&&`.
    pub(super) fn type_of(&self, row: u32, depth: u32) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let ast = self.ast;
        let argument = |position| self.tree.argument(ast, row, position);
        let known = |text: &str| {
            let is_open = text
                .split_whitespace()
                .any(|word| word.trim_end_matches(['&', '*']) == "auto");
            (!text.is_empty() && !is_open).then(|| text.to_owned())
        };
        match self.kind(row) {
            NodeKind::Literal => known(ast.type_text(row)),
            NodeKind::TypeRef => known(ast.name(row)),
            NodeKind::Identifier => {
                let declaration = ast.reference(row)?;
                match self.kind(declaration) {
                    NodeKind::Method => known(ast.type_text(declaration)),
                    NodeKind::Local | NodeKind::Member | NodeKind::MethodParameterIn => {
                        known(ast.type_text(declaration))
                            .or_else(|| self.type_of_first(declaration, depth))
                    }
                    _ => None,
                }
            }
            NodeKind::Call if !op::is_operator(ast.name(row)) => self.result_type(row, depth),
            NodeKind::Call => match ast.name(row) {
                op::ADDRESS_OF => {
                    let inner = self.type_of(argument(1)?, depth)?;
                    Some(format!("{}*", inner.trim_end_matches('&')))
                }
                op::NEW => Some(format!(
                    "{}*",
                    self.type_of(argument(1)?, depth)?.trim_end_matches('&')
                )),
                op::INDIRECTION | op::INDEX_ACCESS => {
                    let inner = self.type_of(argument(1)?, depth)?;
                    let inner = inner.trim_end_matches('&');
                    if let Some(at) = inner.find('[') {
                        return Some(inner[..at].to_owned());
                    }
                    inner.strip_suffix('*').map(str::to_owned)
                }
                op::CAST => self.type_of(argument(1)?, depth),
                op::INITIALIZER => known(ast.type_text(row)).map(|text| text + "&&"),
                op::CONDITIONAL => self.type_of(argument(2)?, depth),
                op::LISTED => self.type_of(self.tree.children(row).last()?, depth),
                name if op::is_field_access(name) => {
                    let class = self.class_of(argument(1)?, depth)?;
                    let member = self.member_row(class, ast.name(argument(2)?))?;
                    known(ast.type_text(member))
                }
                name if op::gives_truth(name) || matches!(name, op::AND | op::OR | op::NOT) => {
                    Some("bool".to_owned())
                }
                "<operator>.sizeOf" => Some("unsigned long".to_owned()),
                _ => {
                    // Arithmetic gives what its operands are; of objects the operator's own type is not known here.
                    let own = self.type_of(argument(1)?, depth)?;
                    self.any_types
                        .contains(&own.trim_start_matches("const "))
                        .then_some(own)
                }
            },
            _ => None,
        }
    }

    /// The type of what a variable begins with, where that is declared to say it.
    fn type_of_first(&self, declaration: u32, depth: u32) -> Option<String> {
        let value = self.first_value(declaration)?;
        let own = self.type_of(value, depth)?;
        Some(own.trim_end_matches("&&").to_owned())
    }

    /// The value that a declaration is given where it stands.
    pub(super) fn first_value(&self, declaration: u32) -> Option<u32> {
        let ast = self.ast;
        let parent = ast.parents[declaration as usize];
        let end = (declaration + 64).min(ast.len() as u32);
        let assignment = (declaration + 1..end).find(|&row| {
            ast.parents[row as usize] == parent
                && self.kind(row) == NodeKind::Call
                && ast.name(row) == op::ASSIGNMENT
                && self.tree.argument(ast, row, 1).is_some_and(|target| {
                    ast.reference(target) == Some(declaration)
                        && ast.starts[target as usize] == ast.starts[declaration as usize]
                })
        })?;
        self.tree.argument(ast, assignment, 2)
    }

    /// Whether an assignment gives a variable the value that it begins with.
    pub(super) fn is_first_value(&self, row: u32) -> bool {
        let ast = self.ast;
        let (Some(target), Some(value)) = (
            self.tree.argument(ast, row, 1),
            self.tree.argument(ast, row, 2),
        ) else {
            return true;
        };
        let declares = ast.reference(target).is_some_and(|declaration| {
            ast.starts[declaration as usize] == ast.starts[target as usize]
        });
        declares || self.is_construction(value)
    }

    /// Whether a call of a type stands there only because a declaration asks for it.
    pub(super) fn is_construction(&self, value: u32) -> bool {
        self.kind(value) == NodeKind::Call
            && self
                .tree
                .child(self.ast, value, Role::Receiver)
                .is_some_and(|receiver| {
                    self.kind(receiver) == NodeKind::Identifier
                        && self.ast.has(receiver, property::IMPLICIT)
                })
    }

    /// The declared type of the object whose member a call names.
    pub(super) fn receiver_type(&mut self, row: u32) -> Option<Name> {
        if !self.words.typed {
            return None;
        }
        let receiver = self.tree.child(self.ast, row, Role::Receiver)?;
        if self.kind(receiver) != NodeKind::Call || !op::is_field_access(self.ast.name(receiver)) {
            return None;
        }
        let object = self.tree.argument(self.ast, receiver, 1)?;
        let text = self.type_of(object, DEPTH)?;
        Some(self.owned_name(&text))
    }

    /// Whether the first operand is declared as a pointer.
    pub(super) fn is_pointer(&self, row: u32) -> bool {
        self.tree
            .argument(self.ast, row, 1)
            .and_then(|operand| self.type_of(operand, DEPTH))
            .is_some_and(|text| text.ends_with('*') || text.ends_with("*&&") || text.contains('['))
    }

    /// Whether what a call makes stays: of a variable, of the caller, or where a place was asked for.
    pub(super) fn keeps(&self, row: u32) -> bool {
        let parent = self.ast.parents[row as usize];
        match self.kind(parent) {
            NodeKind::Call => {
                matches!(self.ast.name(parent), op::NEW | op::ASSIGNMENT)
                    || self.is_construction(row)
            }
            _ => true,
        }
    }

    /// What a call gives: the type that it names, or what the function is declared to give.
    fn result_type(&self, row: u32, depth: u32) -> Option<String> {
        let ast = self.ast;
        let own = |method: u32| {
            let result = self
                .tree
                .child_of_kind(ast, method, NodeKind::MethodReturn)?;
            let text = ast.type_text(result);
            let by_value = !text.ends_with(['*', '&']);
            let is_open = text.is_empty() || text.starts_with("auto");
            (!is_open).then(|| {
                if by_value {
                    format!("{text}&&")
                } else {
                    text.to_owned()
                }
            })
        };
        if let Some(declaration) = ast.reference(row) {
            return match self.kind(declaration) {
                NodeKind::Method => own(declaration),
                _ => None,
            };
        }
        // What is moved loses its name.
        if matches!(ast.name(row), "move")
            && let Some(inner) = self.tree.argument(ast, row, 1)
        {
            let inner = self.type_of(inner, depth)?;
            return Some(format!("{}&&", inner.trim_end_matches('&')));
        }
        match self.tree.child(ast, row, Role::Receiver) {
            None => {
                let name = ast.name(row);
                if self.class_row(name).is_some() {
                    return Some(format!("{name}&&"));
                }
                // All functions of that name in the file agree.
                let mut found = None;
                for function in &self.facts.functions {
                    if self.facts.name(function.name) == name {
                        let text = own(function.row)?;
                        if found.as_ref().is_some_and(|other| *other != text) {
                            return None;
                        }
                        found = Some(text);
                    }
                }
                found
            }
            Some(receiver) if self.kind(receiver) == NodeKind::TypeRef => {
                Some(ast.name(receiver).to_owned())
            }
            Some(receiver) if self.kind(receiver) == NodeKind::Identifier => {
                let name = ast.name(receiver);
                self.class_row(name).map(|_| format!("{name}&&"))
            }
            Some(receiver)
                if self.kind(receiver) == NodeKind::Call
                    && op::is_field_access(ast.name(receiver)) =>
            {
                let class = self.class_of(self.tree.argument(ast, receiver, 1)?, depth)?;
                let name = ast.name(self.tree.argument(ast, receiver, 2)?);
                let method = self.tree.children(class).find(|&child| {
                    self.kind(child) == NodeKind::Method && ast.name(child) == name
                })?;
                own(method)
            }
            _ => None,
        }
    }

    /// The class of an object or of what a pointer points to.
    fn class_of(&self, row: u32, depth: u32) -> Option<u32> {
        let text = self.type_of(row, depth)?;
        let end = text.find(['*', '&', '[', '<', '(']).unwrap_or(text.len());
        let name = text[..end].split_whitespace().last()?;
        self.class_row(name)
    }

    /// The class of a name in the file.
    fn class_row(&self, name: &str) -> Option<u32> {
        let last = name.rsplit("::").next().unwrap_or(name);
        let found = self
            .facts
            .classes
            .iter()
            .find(|class| self.facts.name(class.name) == last)?;
        Some(found.row)
    }

    fn member_row(&self, class: u32, name: &str) -> Option<u32> {
        self.tree
            .children(class)
            .find(|&child| self.kind(child) == NodeKind::Member && self.ast.name(child) == name)
    }
}

/// Where the bracket that a text begins with ends.
pub(super) fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The last of the arguments of a template.
pub(super) fn last_argument(text: &str) -> &str {
    let (mut depth, mut from) = (0_u32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' => depth += 1,
            '>' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => from = at + 1,
            _ => {}
        }
    }
    &text[from..]
}

#[cfg(test)]
mod tests {
    use super::{closing, last_argument};

    #[test]
    fn arguments_of_templates_are_found() {
        assert_eq!(closing("<a<b>, c>*"), Some(8));
        assert_eq!(closing("<a"), None);
        assert_eq!(last_argument("string, pair<a, b>"), " pair<a, b>");
        assert_eq!(last_argument("int(int, char)"), "int(int, char)");
    }
}
