//! What each kind of row and control structure means for the flow, as operations of the machine.

use super::build::{Builder, Jump, Op, Point};
use crate::kind::{NodeKind, Role};
use crate::passes::op;

impl Builder<'_> {
    /// Plans what running a row is.
    pub(super) fn visit(&mut self, row: u32) {
        let label = std::mem::take(&mut self.pending_label);
        match self.ast.kinds[row as usize] {
            NodeKind::Call => self.call(row),
            NodeKind::Block | NodeKind::NamespaceBlock => self.plan.push(Op::Children(row)),
            NodeKind::ControlStructure => self.structure(row, label),
            NodeKind::Return => {
                self.plan
                    .extend([Op::Children(row), Op::Emit(row), Op::Jump(Jump::Return)]);
            }
            NodeKind::JumpTarget => self.jump_target(row),
            NodeKind::Identifier
            | NodeKind::FieldIdentifier
            | NodeKind::Literal
            | NodeKind::MethodRef
            | NodeKind::TypeRef
            | NodeKind::Import
            | NodeKind::TemplateDom
            | NodeKind::Unknown => {
                if !self.tree.is_leaf(row) {
                    self.plan.push(Op::Children(row));
                }
                self.plan.push(Op::Emit(row));
            }
            NodeKind::Method | NodeKind::TypeDecl => self.definition(row),
            NodeKind::Local | NodeKind::Comment => self.pending_label = label,
            _ => {}
        }
    }

    /// Where a definition stands, its decorators, bases and default values run.
    pub(super) fn definition(&mut self, row: u32) {
        for child in self.tree.children(row) {
            match (
                self.ast.kinds[child as usize],
                self.ast.roles[child as usize],
            ) {
                (NodeKind::Annotation, _) => self.plan.push(Op::Children(child)),
                (NodeKind::MethodParameterIn, _) if self.defaults_run_here() => {
                    self.plan.push(Op::Children(child));
                }
                (_, Role::Base) => self.plan.push(Op::Visit(child)),
                _ => {}
            }
        }
        // Here it binds its name; `Flow` says what becomes of the point.
        if !self.ast.has(row, crate::kind::property::LAMBDA) {
            self.plan.push(Op::Emit(row));
        }
    }

    pub(super) fn call(&mut self, row: u32) {
        let name = self.ast.name(row);
        if op::is_short_circuit(name) {
            let join = self.label();
            let mut children = self.tree.children(row).peekable();
            while let Some(child) = children.next() {
                self.plan.push(Op::Visit(child));
                if children.peek().is_some() {
                    let branch = self.label();
                    self.plan
                        .extend([Op::Goto(branch), Op::Edge(branch, join), Op::Set(branch)]);
                }
            }
            self.plan
                .extend([Op::Goto(join), Op::Set(join), Op::Emit(row)]);
        } else if name == op::CONDITIONAL {
            let part = |position| self.tree.argument(self.ast, row, position);
            let (condition, then, other) = (part(1), part(2), part(3));
            let (branch, join) = (self.label(), self.label());
            self.plan.extend(condition.map(Op::Visit));
            self.plan.extend([Op::Goto(branch), Op::Set(branch)]);
            self.plan.extend(then.map(Op::Visit));
            self.plan.extend([Op::Goto(join), Op::Set(branch)]);
            self.plan.extend(other.map(Op::Visit));
            self.plan
                .extend([Op::Goto(join), Op::Set(join), Op::Emit(row)]);
        } else if name == op::ASSERT {
            // The message is computed only when the assertion fails.
            let (branch, join) = (self.label(), self.label());
            let mut children = self.tree.children(row);
            self.plan.extend(children.next().map(Op::Visit));
            self.plan
                .extend([Op::Goto(branch), Op::Edge(branch, join), Op::Set(branch)]);
            self.plan.extend(children.map(Op::Visit));
            self.plan
                .extend([Op::Goto(join), Op::Set(join), Op::Emit(row)]);
        } else {
            self.plan.extend([Op::Children(row), Op::Emit(row)]);
        }
    }

    pub(super) fn structure(&mut self, row: u32, label: u32) {
        match self.ast.name(row) {
            "IF" => self.branch(row),
            "WHILE" | "DO" => self.while_loop(row, label),
            "FOR" if self.tree.child(self.ast, row, Role::Iterable).is_some() => {
                self.each_loop(row, label);
            }
            "FOR" => self.counted_loop(row, label),
            "SWITCH" => self.switch(row),
            "TRY" if self.tree.child(self.ast, row, Role::Resource).is_some() => self.with(row),
            "TRY" => self.try_(row),
            "THROW" => {
                self.plan
                    .extend([Op::Children(row), Op::Emit(row), Op::Jump(Jump::Exception)]);
            }
            "BREAK" => {
                let label = self.jump_label(row);
                self.plan
                    .extend([Op::Emit(row), Op::Jump(Jump::Break(label))]);
            }
            "CONTINUE" => {
                let label = self.jump_label(row);
                self.plan
                    .extend([Op::Emit(row), Op::Jump(Jump::Continue(label))]);
            }
            "GOTO" => {
                let label = self.jump_label(row);
                self.remember_goto(row, label);
            }
            _ => self.plan.push(Op::Children(row)),
        }
    }

    /// Text number of the label that a jump names, 0 for none.
    pub(super) fn jump_label(&self, row: u32) -> u32 {
        self.tree
            .child_of_kind(self.ast, row, NodeKind::JumpLabel)
            .map_or(0, |child| self.ast.names[child as usize])
    }

    pub(super) fn plan_role(&mut self, row: u32, role: Role) {
        for child in self.tree.children(row) {
            if self.ast.roles[child as usize] == role {
                self.plan.push(Op::Visit(child));
            }
        }
    }

    pub(super) fn has(&self, row: u32, role: Role) -> bool {
        self.tree.child(self.ast, row, role).is_some()
    }

    pub(super) fn branch(&mut self, row: u32) {
        let (branch, join) = (self.label(), self.label());
        self.plan_role(row, Role::Init);
        self.plan_role(row, Role::Condition);
        self.plan.extend([Op::Goto(branch), Op::Set(branch)]);
        self.plan_role(row, Role::Then);
        self.plan_role(row, Role::Body);
        self.plan.extend([Op::Goto(join), Op::Set(branch)]);
        self.plan_role(row, Role::Else);
        self.plan.extend([Op::Goto(join), Op::Set(join)]);
    }

    pub(super) fn while_loop(&mut self, row: u32, label: u32) {
        let (head, test, branch, leave) = (self.label(), self.label(), self.label(), self.label());
        let test_last =
            self.ast.name(row) == "DO" || self.ast.has(row, crate::kind::property::TEST_LAST);
        let endless = !self.has(row, Role::Condition);
        self.plan_role(row, Role::Init);
        self.plan
            .push(Op::Goto(if test_last { head } else { test }));
        let body = [
            Op::Set(head),
            Op::Loop {
                leave,
                next: test,
                label,
            },
        ];
        let condition = |this: &mut Self| {
            this.plan.push(Op::Set(test));
            this.plan_role(row, Role::Condition);
            this.plan.extend([Op::Goto(branch), Op::Edge(branch, head)]);
        };
        if !test_last {
            condition(self);
        }
        self.plan.extend(body);
        self.plan_role(row, Role::Body);
        self.plan.extend([Op::Pop, Op::Goto(test)]);
        if test_last {
            condition(self);
        }
        self.leave_loop(row, branch, leave, endless);
    }

    pub(super) fn counted_loop(&mut self, row: u32, label: u32) {
        let (test, branch, update, leave) =
            (self.label(), self.label(), self.label(), self.label());
        let endless = !self.has(row, Role::Condition);
        self.plan_role(row, Role::Init);
        self.plan.extend([Op::Goto(test), Op::Set(test)]);
        self.plan_role(row, Role::Condition);
        self.plan.extend([
            Op::Goto(branch),
            Op::Set(branch),
            Op::Loop {
                leave,
                next: update,
                label,
            },
        ]);
        self.plan_role(row, Role::Body);
        self.plan
            .extend([Op::Pop, Op::Goto(update), Op::Set(update)]);
        self.plan_role(row, Role::Update);
        self.plan.push(Op::Goto(test));
        self.leave_loop(row, branch, leave, endless);
    }

    /// The way out by the condition, over `else`, which BREAK skips.
    pub(super) fn leave_loop(&mut self, row: u32, branch: Point, leave: Point, endless: bool) {
        if !endless {
            self.plan.push(Op::Set(branch));
            self.plan_role(row, Role::Else);
            self.plan.push(Op::Goto(leave));
        }
        self.plan.push(Op::Set(leave));
    }

    pub(super) fn each_loop(&mut self, row: u32, label: u32) {
        let (head, branch, leave) = (self.label(), self.label(), self.label());
        self.plan_role(row, Role::Iterable);
        self.plan.extend([
            Op::Goto(head),
            Op::Set(head),
            Op::Emit(row),
            Op::Goto(branch),
            Op::Set(branch),
        ]);
        self.plan_role(row, Role::Target);
        // Guards of a comprehension: an element that fails one is skipped.
        for child in self.tree.children(row) {
            if self.ast.roles[child as usize] == Role::Guard {
                let next = self.label();
                self.plan.extend([
                    Op::Visit(child),
                    Op::Goto(next),
                    Op::Edge(next, head),
                    Op::Set(next),
                ]);
            }
        }
        self.plan.push(Op::Loop {
            leave,
            next: head,
            label,
        });
        self.plan_role(row, Role::Body);
        self.plan.extend([Op::Pop, Op::Goto(head)]);
        self.leave_loop(row, branch, leave, false);
    }

    pub(super) fn switch(&mut self, row: u32) {
        let (dispatch, leave) = (self.label(), self.label());
        self.plan_role(row, Role::Init);
        self.plan_role(row, Role::Condition);
        self.plan
            .extend([Op::Goto(dispatch), Op::Switch { leave, dispatch }]);
        let mut cases = Vec::new();
        let is_case = |child: u32| {
            self.ast.roles[child as usize] == Role::SwitchCase
                && self.ast.kinds[child as usize] == NodeKind::ControlStructure
        };
        for child in self.tree.children(row) {
            if is_case(child) {
                cases.push(child);
            } else if self.ast.roles[child as usize] == Role::Body {
                cases.extend(self.tree.children(child).filter(|&inner| is_case(inner)));
            }
        }
        if cases.is_empty() {
            let nowhere = self.label();
            self.plan.push(Op::Set(nowhere));
            self.plan_role(row, Role::Body);
            self.plan
                .extend([Op::Pop, Op::Goto(leave), Op::NoDefault { dispatch, leave }]);
        } else {
            self.plan.push(Op::Set(dispatch));
            self.cases(&cases, leave);
            self.plan.push(Op::Pop);
        }
        self.plan.push(Op::Set(leave));
    }

    /// Cases are tried one after the other; the default runs where none fits, wherever it stands.
    pub(super) fn cases(&mut self, cases: &[u32], leave: Point) {
        let bodies: Vec<Point> = cases.iter().map(|_| self.label()).collect();
        let is_default = |this: &Self, case: u32| {
            !this.has(case, Role::Condition) && !this.has(case, Role::Guard)
        };
        let default = cases.iter().position(|&case| is_default(self, case));
        for (i, &case) in cases.iter().enumerate() {
            if default == Some(i) {
                continue;
            }
            let (fits, next) = (self.label(), self.label());
            let patterns: Vec<u32> = self
                .tree
                .children(case)
                .filter(|&child| self.ast.roles[child as usize] == Role::Condition)
                .collect();
            if patterns.is_empty() {
                self.plan.push(Op::Goto(fits));
            }
            for &pattern in &patterns {
                let branch = self.label();
                self.plan.extend([
                    Op::Visit(pattern),
                    Op::Goto(branch),
                    Op::Edge(branch, fits),
                    Op::Set(branch),
                ]);
            }
            self.plan.extend([Op::Goto(next), Op::Set(fits)]);
            if self.has(case, Role::Guard) {
                let branch = self.label();
                self.plan_role(case, Role::Guard);
                self.plan
                    .extend([Op::Goto(branch), Op::Edge(branch, next), Op::Set(branch)]);
            }
            self.plan.extend([Op::Goto(bodies[i]), Op::Set(next)]);
        }
        self.plan
            .push(Op::Goto(default.map_or(leave, |i| bodies[i])));
        for (i, &case) in cases.iter().enumerate() {
            let next = if self.switch_falls {
                bodies.get(i + 1).copied().unwrap_or(leave)
            } else {
                leave
            };
            self.plan.push(Op::Set(bodies[i]));
            self.plan_role(case, Role::Body);
            self.plan_role(case, Role::Then);
            self.plan.push(Op::Goto(next));
        }
    }
}
