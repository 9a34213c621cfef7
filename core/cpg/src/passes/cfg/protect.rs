//! `try` and `with`: what runs whatever happens.

use super::build::{Builder, Jump, Op};
use crate::kind::Role;

impl Builder<'_> {
    pub(super) fn try_(&mut self, row: u32) {
        let after = self.label();
        let through = self.has(row, Role::Finally).then(|| self.new_finally());
        let done = through.map_or(Op::Goto(after), Op::EnterFinally);
        let catches: Vec<u32> = self
            .tree
            .children(row)
            .filter(|&child| self.ast.roles[child as usize] == Role::Catch)
            .collect();
        self.plan.extend(through.map(Op::Finally));
        let handlers = (!catches.is_empty()).then(|| self.label());
        self.plan.extend(handlers.map(Op::Handler));
        self.plan_role(row, Role::Body);
        if let Some(handlers) = handlers {
            self.plan.extend([Op::Reach(handlers), Op::Pop]);
        }
        self.plan_role(row, Role::Else);
        self.plan.push(done);
        if let Some(handlers) = handlers {
            self.plan.push(Op::Set(handlers));
            let mut open = true;
            for &catch in &catches {
                open = self.handler(catch, done);
            }
            if open {
                self.plan.push(Op::Jump(Jump::Exception));
            }
        }
        if let Some(through) = through {
            self.plan
                .extend([Op::Pop, Op::Set(self.finally_entry(through))]);
            self.plan_role(row, Role::Finally);
            self.plan.push(Op::LeaveFinally(through, after));
        }
        self.plan.push(Op::Set(after));
    }

    /// Plans one handler; what does not fit goes on behind it. Says whether anything can.
    pub(super) fn handler(&mut self, catch: u32, done: Op) -> bool {
        let (branch, next) = (self.label(), self.label());
        let mut tests = false;
        for child in self.tree.children(catch) {
            if matches!(
                self.ast.roles[child as usize],
                Role::TypeHint | Role::Condition
            ) {
                tests = true;
                self.plan.push(Op::Visit(child));
            }
        }
        self.plan
            .extend([Op::Emit(catch), Op::Goto(branch), Op::Set(branch)]);
        if tests {
            self.plan.push(Op::Unwind(branch, next));
        }
        self.plan_role(catch, Role::Target);
        if self.has(catch, Role::Guard) {
            tests = true;
            let guard = self.label();
            self.plan_role(catch, Role::Guard);
            self.plan
                .extend([Op::Goto(guard), Op::Edge(guard, next), Op::Set(guard)]);
        }
        self.plan_role(catch, Role::Body);
        self.plan.extend([done, Op::Set(next)]);
        tests
    }

    /// Resources, then the body; the row itself is their exit, on every way out.
    pub(super) fn with(&mut self, row: u32) {
        let through = self.new_finally();
        let after = self.label();
        let mut open = false;
        for child in self.tree.children(row) {
            if matches!(
                self.ast.roles[child as usize],
                Role::Resource | Role::Target
            ) {
                self.plan.push(Op::Visit(child));
                if !open {
                    self.plan.push(Op::Finally(through));
                    open = true;
                }
            }
        }
        self.plan_role(row, Role::Body);
        let entry = self.finally_entry(through);
        self.plan.extend([
            Op::EnterFinally(through),
            Op::Pop,
            Op::Set(entry),
            Op::Emit(row),
        ]);
        self.plan
            .extend([Op::LeaveFinally(through, after), Op::Set(after)]);
        // A `with` in the narrow sense has no handlers; where a language allows them, they are flow after the exit.
        for role in [Role::Catch, Role::Finally] {
            self.plan_role(row, role);
        }
    }
}
