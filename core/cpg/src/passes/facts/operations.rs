//! Operators, collections and protocols.

use super::collect::Collector;
use super::{Expression, Key, Operation, Place, Value, protocol};
use crate::kind::{NodeKind, Role, property};
use crate::passes::op;
use crate::passes::ssa::Constant;

impl<'a> Collector<'a> {
    /// An operation whose result goes to an expression; to one of its own where none is given.
    pub(super) fn operation(
        &mut self,
        row: u32,
        operator: &'a str,
        operands: Vec<Value>,
        result: Option<Value>,
    ) -> Value {
        if operands.iter().all(|&operand| operand == 0) {
            return result.unwrap_or(0);
        }
        let at = self.facts.operations.len() as u32;
        let result = result.unwrap_or_else(|| self.fresh(Expression::Operation(at)));
        let operation = Operation {
            row,
            caller: self.caller(row),
            operator: self.name(operator),
            operands,
            types: self.argument_types(row),
            result,
        };
        self.facts.operations.push(operation);
        result
    }

    /// The constant that a row is known to have.
    pub(super) fn constant(&self, row: u32) -> Option<Constant> {
        if let Some(constant) = self.ssa.constants.get(&row) {
            return Some(constant.clone());
        }
        let (name, kind) = (self.ast.name(row), self.ast.type_text(row));
        if self.kind(row) != NodeKind::Literal {
            None
        } else if self.words.text_types.contains(&kind) {
            Some(Constant::Text(name.into()))
        } else if self.words.int_types.contains(&kind) {
            crate::passes::ssa::whole_number(name).map(Constant::Int)
        } else {
            None
        }
    }

    /// The key that a row stands for.
    pub(super) fn key(&mut self, row: u32) -> Key {
        match self.constant(row) {
            Some(Constant::Int(number)) => u32::try_from(number).map_or(Key::Any, Key::Index),
            Some(Constant::Text(text)) => Key::Text(self.owned_name(&text)),
            _ => Key::Any,
        }
    }

    /// `a[k]`
    pub(super) fn element(&mut self, row: u32) -> Value {
        let (Some(base), Some(index)) = (
            self.tree.argument(self.ast, row, 1),
            self.tree.argument(self.ast, row, 2),
        ) else {
            return 0;
        };
        // `globals()["f"]`
        if self.kind(base) == NodeKind::Call
            && self.ast.reference(base).is_none()
            && self.words.scope_dictionary.contains(&self.ast.name(base))
            && let Some(Constant::Text(text)) = self.constant(index)
            && let Some(value) = self.known_module_name(&text)
        {
            return value;
        }
        let (collection, key_value) = (self.value_of(base), self.value_of(index));
        if collection == 0 {
            return 0;
        }
        // A part of a sequence has its elements.
        let is_slice = self.kind(index) == NodeKind::Call && self.ast.name(index) == op::SLICE;
        let key = self.key(index);
        // What a pointer points to is what it holds.
        if self.words.transparent {
            let element = self.fresh(Expression::Element(collection, key));
            let operands = vec![collection, key_value];
            self.operation(row, op::INDEX_ACCESS, operands, Some(element));
            return self.choice(vec![element, collection]);
        }
        let result = if is_slice {
            let bounds = self.slice_bounds(index);
            self.fresh(Expression::Element(collection, bounds))
        } else {
            self.fresh(Expression::Element(collection, key))
        };
        self.operation(
            row,
            op::INDEX_ACCESS,
            vec![collection, key_value],
            Some(result),
        );
        if is_slice {
            // The new sequence holds the elements; they keep no order here.
            let made = self.fresh(Expression::Collection(row, 0));
            self.store(row, made, Key::Any, result);
            // A part of a text is a text.
            let same = self.operation(row, op::SLICE, vec![collection], None);
            return self.choice(vec![made, same]);
        }
        result
    }

    /// Elements that a slice has: those between constants where it goes forward.
    fn slice_bounds(&mut self, slice: u32) -> Key {
        if self.tree.argument(self.ast, slice, 3).is_some() {
            return Key::Any;
        }
        let start = match self.tree.argument(self.ast, slice, 1) {
            None => Some(0),
            Some(start) => match self.key(start) {
                Key::Index(at) => Some(at),
                _ => None,
            },
        };
        let end = self.tree.argument(self.ast, slice, 2);
        match (start, end.map(|end| self.key(end))) {
            (Some(start), Some(Key::Index(end))) => Key::Between(start, end.max(start)),
            (Some(start), _) if start > 0 => Key::From(start),
            (None, Some(Key::Index(end))) => Key::Between(0, end),
            _ => Key::Any,
        }
    }

    /// A value becomes an element.
    pub(super) fn store(&mut self, row: u32, collection: Value, key: Key, value: Value) {
        if value != 0 && collection != 0 {
            self.facts.flows.push(super::Flow {
                row,
                to: Place::Element(collection, key),
                from: value,
                caller: None,
            });
        }
    }

    /// A list, tuple, set or dictionary in brackets.
    pub(super) fn display(&mut self, row: u32, operator: &str) -> Value {
        let ast = self.ast;
        let name = if ast.type_text(row).is_empty() {
            super::expressions::collection_type(self.rules, operator)
        } else {
            ast.type_text(row)
        };
        let name = self.name(name);
        let made = self.fresh(Expression::Collection(row, name));
        let ordered = matches!(operator, op::LIST | op::TUPLE);
        let mut position = Some(0_u32);
        for child in self.tree.children(row) {
            let value = self.value_of(child);
            if self.kind(child) == NodeKind::Call && ast.name(child) == op::KEY_VALUE {
                self.pair(row, made, child);
            } else if ast.has(child, property::UNPACKED) {
                position = None;
                if value != 0 && operator == op::DICT {
                    self.fresh(Expression::Merged(made, value));
                } else if value != 0 {
                    let elements = self.fresh(Expression::Iterated(value));
                    self.store(row, made, Key::Any, elements);
                }
            } else if let Ok(at) = ast.keywords.binary_search_by_key(&child, |&(row, _)| row)
                && value != 0
            {
                // Under the name of a member.
                let name = self.name(ast.texts.get(ast.keywords[at].1));
                self.flow(Place::Member(made, name), value);
            } else {
                let key = position.filter(|_| ordered).map_or(Key::Any, Key::Index);
                self.store(row, made, key, value);
                position = position.map(|at| at + 1);
            }
        }
        made
    }

    /// `key: value` of a dictionary.
    pub(super) fn pair(&mut self, row: u32, made: Value, pair: u32) {
        let (Some(key), Some(value)) = (
            self.tree.argument(self.ast, pair, 1),
            self.tree.argument(self.ast, pair, 2),
        ) else {
            return;
        };
        let (place, held) = (self.key(key), self.value_of(key));
        if let Key::Text(name) = place {
            self.binding(key, name, value, super::Named::Key);
        }
        let value = self.value_of(value);
        self.store(row, made, place, value);
        self.store(row, made, Key::Keys, held);
    }

    /// What a comprehension makes.
    pub(super) fn comprehension(&mut self, row: u32) -> Value {
        let name = if self.ast.has(row, property::GENERATOR) {
            ""
        } else if self.dictionaries.contains(&row) {
            self.words.dictionary
        } else {
            self.words.list
        };
        let name = self.name(name);
        self.fresh(Expression::Collection(row, name))
    }

    /// The comprehension that an element is for.
    pub(super) fn comprehension_around(&self, row: u32) -> Option<u32> {
        let mut at = self.ast.parents[row as usize];
        while at != 0 {
            match self.kind(at) {
                NodeKind::Block if !self.ast.name(at).is_empty() => return Some(at),
                NodeKind::Method | NodeKind::TypeDecl => return None,
                _ => at = self.ast.parents[at as usize],
            }
        }
        None
    }

    /// An element of a comprehension.
    pub(super) fn appended(&mut self, row: u32) {
        let Some(block) = self.comprehension_around(row) else {
            return;
        };
        let made = self.value_of(block);
        for child in self.tree.children(row) {
            if self.kind(child) == NodeKind::Call && self.ast.name(child) == op::KEY_VALUE {
                self.pair(row, made, child);
            } else {
                let value = self.value_of(child);
                self.store(row, made, Key::Any, value);
            }
        }
    }

    /// `for x in xs`
    pub(super) fn each(&mut self, row: u32) {
        let (Some(iterable), Some(target)) = (
            self.tree.child(self.ast, row, Role::Iterable),
            self.tree.child(self.ast, row, Role::Target),
        ) else {
            return;
        };
        let value = self.value_of(iterable);
        if value == 0 {
            return;
        }
        let step = self.iterated(row, value);
        self.bind_value(target, step);
    }

    /// What stepping through a value gives, and the code that it runs.
    pub(super) fn iterated(&mut self, row: u32, value: Value) -> Value {
        self.at = row;
        let step = self.fresh(Expression::Iterated(value));
        if self.words.transparent {
            let result = self.operation(row, protocol::ITERATE, vec![value], None);
            return self.choice(vec![step, result, value]);
        }
        let how = if self.ast.has(row, property::ASYNC) {
            protocol::ITERATE_ASYNC
        } else {
            protocol::ITERATE
        };
        self.operation(row, how, vec![value], Some(step))
    }

    /// `with r as t`
    pub(super) fn contexts(&mut self, row: u32) {
        let mut entered = 0;
        let is_async = self.ast.has(row, property::ASYNC);
        let (enter, exit) = if is_async {
            (protocol::ENTER_ASYNC, protocol::EXIT_ASYNC)
        } else {
            (protocol::ENTER, protocol::EXIT)
        };
        for child in self.tree.children(row).collect::<Vec<_>>() {
            match self.role(child) {
                Role::Resource => {
                    let value = self.value_of(child);
                    entered = 0;
                    if value != 0 {
                        self.at = child;
                        entered = self.fresh(Expression::Entered(value));
                        self.operation(child, enter, vec![value], Some(entered));
                        self.operation(child, exit, vec![value], Some(0));
                    }
                }
                Role::Target if entered != 0 => {
                    self.bind_value(child, entered);
                    entered = 0;
                }
                _ => {}
            }
        }
    }

    /// Binds a target to a value; parts of the target to its elements.
    pub(super) fn bind_value(&mut self, target: u32, value: Value) {
        if value == 0 {
            return;
        }
        let mut pairs = vec![(target, value)];
        while let Some((target, value)) = pairs.pop() {
            if !self.is_list(target) {
                self.assign(target, value);
                continue;
            }
            let mut position = Some(0);
            // What is no collection is stepped through.
            let steps = self.operation(target, protocol::ITERATE, vec![value], None);
            for child in self.tree.children(target) {
                if self.ast.has(child, property::UNPACKED) {
                    let from = position.take().map_or(Key::Any, Key::From);
                    let rest = self.fresh(Expression::Element(value, from));
                    let name = self.name(self.words.list);
                    let made = self.fresh(Expression::Collection(child, name));
                    self.store(self.at, made, Key::Any, rest);
                    pairs.push((child, made));
                } else {
                    let key = position.map_or(Key::Any, Key::Index);
                    let part = self.fresh(Expression::Element(value, key));
                    let part = self.choice(vec![part, steps]);
                    pairs.push((child, part));
                    position = position.map(|at| at + 1);
                }
            }
        }
    }
}
