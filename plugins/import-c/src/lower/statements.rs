//! Statements, loops apart.

use codegraph_kit::output::Output;
use codegraph_kit::rows::{Place, RowId};
use codegraph_kit::scope::ScopeKind;
use codegraph_kit::texts::Text;
use codegraph_kit::tree::NodeId;
use codegraph_kit::{NodeKind, Role};

use super::Lower;
use crate::grammar::{Field, Kind, is_token};

impl<O: Output> Lower<'_, O> {
    /// Adds a block with a scope of its own.
    pub(super) fn block(&mut self, node: NodeId, parent: RowId, role: Role) -> RowId {
        self.block_at(node, Place::new(parent, role))
    }

    /// Adds a block at a place: as a statement, or as a value where GNU C has one there.
    pub(super) fn block_at(&mut self, node: NodeId, place: Place) -> RowId {
        let block = self
            .w
            .put(NodeKind::Block, place, self.tree.span(node), Text::EMPTY);
        let around = self.open(ScopeKind::Block);
        self.statements(node, block);
        self.scope = around;
        block
    }

    /// Lowers the statements of a node into a block.
    pub(super) fn statements(&mut self, node: NodeId, block: RowId) {
        if !self.depth.enter() {
            self.too_deep(node, Place::statement(block));
            return;
        }
        for child in self.tree.children(node) {
            if self.w.is_over() {
                break;
            }
            self.comments(self.tree.start(child), block);
            if !is_token(self.tree.kind(child)) {
                self.item(child, block);
            }
        }
        self.comments(self.tree.end(node), block);
        self.depth.leave();
    }

    /// Adds what a control structure runs: always a block.
    pub(super) fn body(&mut self, node: NodeId, parent: RowId, role: Role) {
        if self.tree.kind(node) == Kind::Block {
            self.block(node, parent, role);
            return;
        }
        let block = self.w.put(
            NodeKind::Block,
            Place::new(parent, role),
            self.tree.span(node),
            Text::EMPTY,
        );
        let around = self.open(ScopeKind::Block);
        self.comments(self.tree.start(node), block);
        self.item(node, block);
        self.scope = around;
    }

    /// Lowers a statement into a block.
    pub(super) fn statement(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let place = Place::statement(block);
        match tree.kind(node) {
            Kind::Block => {
                self.block(node, block, Role::None);
            }
            Kind::ExpressionStatement => {
                for part in self.parts(node).collect::<Vec<_>>() {
                    self.expression(part, place);
                }
            }
            Kind::If => self.if_statement(node, place),
            Kind::Switch => self.switch(node, place),
            Kind::Case => self.case(node, block),
            Kind::While => self.while_statement(node, place),
            Kind::Do => self.do_statement(node, place),
            Kind::For => self.for_statement(node, place),
            Kind::RangeFor => self.range_for(node, place),
            Kind::Return | Kind::CoReturn => {
                let row = self
                    .w
                    .put(NodeKind::Return, place, tree.span(node), Text::EMPTY);
                if let Some(value) = self.parts(node).next() {
                    self.initial_or_expression(value, Place::argument(row, 1));
                }
            }
            Kind::Break => {
                self.control("BREAK", "break_statement", place, tree.span(node));
            }
            Kind::Continue => {
                self.control("CONTINUE", "continue_statement", place, tree.span(node));
            }
            Kind::Goto => self.goto(node, place),
            Kind::Labeled => self.labeled(node, block),
            Kind::Throw => {
                let row = self.control("THROW", "throw_statement", place, tree.span(node));
                if let Some(value) = self.parts(node).next() {
                    self.initial_or_expression(value, Place::new(row, Role::Value));
                }
            }
            Kind::Try => self.try_statement(node, place),
            Kind::SehTry => self.seh_try(node, place),
            Kind::SehLeave => {
                self.control("BREAK", "seh_leave_statement", place, tree.span(node));
            }
            Kind::PreprocIf | Kind::PreprocIfdef | Kind::PreprocElif | Kind::PreprocElifdef => {
                self.alternatives(node, place);
            }
            Kind::PreprocElse | Kind::AttributedStatement => {
                for part in self.parts(node).collect::<Vec<_>>() {
                    self.item(part, block);
                }
            }
            Kind::Error => self.recover(node, block),
            kind if is_token(kind) => {}
            _ => self.expression(node, place),
        }
    }

    /// A value, or a list of values in braces.
    pub(super) fn initial_or_expression(&mut self, node: NodeId, place: Place) {
        if self.tree.kind(node) == Kind::InitializerList {
            self.initializer_list(node, place, Text::EMPTY, Text::EMPTY);
        } else {
            self.expression(node, place);
        }
    }

    fn if_statement(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let around = self.open(ScopeKind::Block);
        // A macro that is the head of a branch: what it asks for is the call of it.
        let row = if self.is_head(node) {
            let construct = if self.is_loop_head(node) {
                "macro_loop"
            } else {
                "macro_branch"
            };
            let kind = if self.is_loop_head(node) {
                "WHILE"
            } else {
                "IF"
            };
            let row = self.control(kind, construct, place, tree.span(node));
            self.head_call(node, Place::new(row, Role::Condition));
            row
        } else {
            let row = self.control("IF", "if_statement", place, tree.span(node));
            self.condition(node, row);
            row
        };
        let role = if self.is_head(node) && self.is_loop_head(node) {
            Role::Body
        } else {
            Role::Then
        };
        if let Some(body) = tree.child(node, Field::Consequence) {
            self.body(body, row, role);
        }
        if let Some(other) = tree.child(node, Field::Alternative)
            && let Some(body) = self.parts(other).last()
        {
            self.body(body, row, Role::Else);
        }
        self.stray(node, row);
        self.scope = around;
    }

    /// What a control structure tests, with what it declares.
    pub(super) fn condition(&mut self, node: NodeId, row: RowId) {
        let Some(condition) = self.tree.child(node, Field::Condition) else {
            return;
        };
        if self.tree.kind(condition) != Kind::ConditionClause {
            self.expression(condition, Place::new(row, Role::Condition));
            return;
        }
        let tree = self.tree;
        if let Some(first) = tree.child(condition, Field::Initializer) {
            self.initializer(first, row);
        }
        let Some(value) = tree
            .child(condition, Field::Value)
            .or_else(|| self.parts(condition).next())
        else {
            return;
        };
        if tree.kind(value) == Kind::Declaration {
            let block = self.w.put(
                NodeKind::Block,
                Place::new(row, Role::Condition),
                tree.span(value),
                Text::EMPTY,
            );
            self.declaration(value, block);
        } else {
            self.expression(value, Place::new(row, Role::Condition));
        }
    }

    /// What runs before a loop or a test.
    pub(super) fn initializer(&mut self, node: NodeId, row: RowId) {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::InitStatement => {
                for part in self.parts(node).collect::<Vec<_>>() {
                    self.initializer(part, row);
                }
            }
            Kind::Declaration | Kind::Alias | Kind::TypeDefinition | Kind::ExpressionStatement => {
                let block = self.w.put(
                    NodeKind::Block,
                    Place::new(row, Role::Init),
                    tree.span(node),
                    Text::EMPTY,
                );
                self.item(node, block);
            }
            _ => self.expression(node, Place::new(row, Role::Init)),
        }
    }

    fn switch(&mut self, node: NodeId, place: Place) {
        let around = self.open(ScopeKind::Block);
        let row = self.control("SWITCH", "switch_statement", place, self.tree.span(node));
        self.condition(node, row);
        if let Some(body) = self.tree.child(node, Field::Body) {
            self.body(body, row, Role::Body);
        }
        self.stray(node, row);
        self.scope = around;
    }

    /// `case x:` is a place to jump to, and the statements behind it follow in the same block: one case runs into the next.
    fn case(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let value = tree.child(node, Field::Value);
        let is_default = value.is_none();
        let name = self
            .w
            .texts
            .intern(if is_default { "default" } else { "case" });
        let end = value
            .map_or(tree.start(node) + 7, |value| tree.end(value))
            .min(tree.end(node));
        let mut row = self.w.at(
            NodeKind::JumpTarget,
            Place::statement(block),
            (tree.start(node), end),
            name,
        );
        row.detail = self.w.texts.intern("case_statement");
        let target = self.w.push(row);
        if let Some(value) = value {
            self.expression(value, Place::new(target, Role::Condition));
        }
        for part in self.parts(node).collect::<Vec<_>>() {
            if Some(part) == value || tree.field_of(part) == Field::Value {
                continue;
            }
            self.comments(tree.start(part), block);
            self.item(part, block);
        }
    }

    fn goto(&mut self, node: NodeId, place: Place) {
        let row = self.control("GOTO", "goto_statement", place, self.tree.span(node));
        match self.tree.child(node, Field::Label) {
            Some(label) => {
                let name = self.tree.name(label);
                self.w.put(
                    NodeKind::JumpLabel,
                    Place::statement(row),
                    self.tree.span(label),
                    name,
                );
            }
            // `goto *pointer`
            None => {
                for part in self.parts(node).collect::<Vec<_>>() {
                    self.expression(part, Place::new(row, Role::Value));
                }
            }
        }
    }

    fn labeled(&mut self, node: NodeId, block: RowId) {
        let tree = self.tree;
        let label = tree.child(node, Field::Label);
        if let Some(label) = label {
            let mut row = self.w.at(
                NodeKind::JumpTarget,
                Place::statement(block),
                tree.span(label),
                tree.name(label),
            );
            row.detail = self.w.texts.intern("labeled_statement");
            self.w.push(row);
        }
        for part in self.parts(node).collect::<Vec<_>>() {
            if Some(part) != label {
                self.comments(tree.start(part), block);
                self.item(part, block);
            }
        }
    }

    /// Branches of a conditional of the preprocessor inside of a function: which one is read only a build tells.
    fn alternatives(&mut self, node: NodeId, place: Place) {
        let tree = self.tree;
        let row = self.control("IF", "preproc_if", place, tree.span(node));
        let start = tree.start(node) as usize;
        let line = &self.source[start..tree.end(node) as usize];
        let end = line
            .iter()
            .position(|&byte| byte == b'\n')
            .unwrap_or(line.len());
        let text = String::from_utf8_lossy(line[..end].trim_ascii()).into_owned();
        let place = Place::new(row, Role::Condition);
        self.put_literal(
            &text,
            "preprocessor",
            place,
            (start as u32, (start + end) as u32),
        );
        let then = self.w.put(
            NodeKind::Block,
            Place::new(row, Role::Then),
            tree.span(node),
            Text::EMPTY,
        );
        let mut other = None;
        for child in tree.children(node) {
            match tree.field_of(child) {
                Field::Alternative => other = Some(child),
                Field::Condition | Field::Name => {}
                _ if is_token(tree.kind(child)) => {}
                _ => {
                    self.comments(tree.start(child), then);
                    self.item(child, then);
                }
            }
        }
        if let Some(other) = other {
            let block = self.w.put(
                NodeKind::Block,
                Place::new(row, Role::Else),
                tree.span(other),
                Text::EMPTY,
            );
            self.item(other, block);
        }
    }
}
