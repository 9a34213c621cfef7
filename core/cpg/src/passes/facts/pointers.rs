//! Values behind pointers, and values of declared types that lists of values make.
//!
//! Where the rule `indirection` says `transparent`, a pointer holds what it points to, and an array what its elements are: that tells
//! which function is called through it, and under constant keys elements stay apart.

use super::collect::Collector;
use super::{Argument, CallSite, Expression, Key, Slot, Value};

impl Collector<'_> {
    /// Whether a pointer holds what it points to.
    pub(super) fn is_transparent(&self) -> bool {
        self.rules.get("indirection") == Some("transparent")
    }

    /// `*p`
    pub(super) fn pointed_to(&mut self, pointer: Value) -> Value {
        if pointer == 0 {
            return 0;
        }
        let element = self.fresh(Expression::Element(pointer, Key::Any));
        self.choice(vec![element, pointer])
    }

    /// A list of values for the members of a declared type: as if the type was called with them.
    pub(super) fn aggregate(&mut self, row: u32) -> Value {
        let ast = self.ast;
        if ast.type_text(row).is_empty() {
            return 0;
        }
        let name = self.name(ast.type_text(row));
        let callee = self.value(Expression::Global(name));
        let mut site = CallSite {
            row,
            caller: self.caller(row),
            callee,
            positional: 0,
            keywords: 0,
            unpacked: false,
            decorates: false,
            arguments: Vec::new(),
            types: self.argument_types(row),
            keeps: self.keeps(row),
            on: None,
        };
        for child in self.tree.children(row) {
            let value = self.value_of(child);
            let keyword = ast
                .keywords
                .binary_search_by_key(&child, |&(row, _)| row)
                .ok();
            let slot = if let Some(at) = keyword {
                site.keywords = site.keywords.saturating_add(1);
                Slot::Keyword(self.name(ast.texts.get(ast.keywords[at].1)))
            } else {
                let position = site.positional;
                site.positional = position.saturating_add(1);
                Slot::Position(position)
            };
            if value != 0 {
                let key = Key::Any;
                site.arguments.push(Argument { slot, value, key });
            }
        }
        let call = self.facts.calls.len() as u32;
        self.facts.calls.push(site);
        self.value(Expression::Call(call))
    }
}
