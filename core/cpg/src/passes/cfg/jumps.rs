//! Ways that leave a construct.

use super::build::{Builder, FrameKind, Jump};
use super::{EXIT, Way};
use crate::kind::NodeKind;
use crate::passes::op;

impl Builder<'_> {
    /// Whether running a row (its operands have run) can fail.
    pub(super) fn can_throw(&self, row: u32) -> bool {
        match self.ast.kinds[row as usize] {
            NodeKind::Call => !op::never_throws(self.ast.name(row)),
            NodeKind::Import | NodeKind::Unknown => true,
            NodeKind::ControlStructure => matches!(self.ast.name(row), "FOR" | "TRY"),
            _ => false,
        }
    }

    /// An edge for what is thrown here; the current point stays.
    pub(super) fn throw(&mut self) {
        self.marked(Way::Throw, Self::thrown);
    }

    fn thrown(&mut self) {
        let from = self.current;
        match self.scopes.catches.map(|at| &self.frames[at].kind) {
            Some(&FrameKind::Handler(label)) => self.edge(from, label),
            Some(&FrameKind::Finally(through)) => self.pass(through, Jump::Exception),
            _ => self.edge(from, EXIT),
        }
    }

    pub(super) fn pass(&mut self, through: u32, jump: Jump) {
        let from = self.current;
        let alive = self.alive[from as usize];
        self.left = self
            .left
            .saturating_sub(self.throughs[through as usize].jumps.len() as u64);
        let through = &mut self.throughs[through as usize];
        let entry = through.entry;
        if alive && !through.jumps.contains(&jump) {
            through.jumps.push(jump);
        }
        self.edge(from, entry);
    }

    pub(super) fn jump(&mut self, jump: Jump) {
        let target = match jump {
            Jump::Exception => {
                self.throw();
                self.end();
                return;
            }
            Jump::Return => None,
            Jump::Break(0) => self.scopes.breaks,
            Jump::Continue(0) => self.scopes.continues,
            Jump::Break(label) | Jump::Continue(label) => {
                // A walk over all that is open costs as much.
                self.left = self.left.saturating_sub(self.frames.len() as u64);
                let name = self.ast.texts.get(label);
                self.frames
                    .iter()
                    .rposition(|frame| frame.label != 0 && self.ast.texts.get(frame.label) == name)
            }
        };
        if let Some(at) = self
            .scopes
            .finally
            .filter(|&at| target.is_none_or(|target| at > target))
        {
            if let FrameKind::Finally(through) = self.frames[at].kind {
                self.pass(through, jump);
            }
        } else {
            let point = match (jump, target.map(|at| &self.frames[at].kind)) {
                (Jump::Return, _) => Some(EXIT),
                (
                    Jump::Break(_),
                    Some(&(FrameKind::Loop { leave, .. } | FrameKind::Switch { leave, .. })),
                ) => Some(leave),
                (Jump::Continue(_), Some(&FrameKind::Loop { next, .. })) => Some(next),
                _ => None,
            };
            if let Some(point) = point {
                self.edge(self.current, point);
            }
        }
        self.end();
    }

    /// A label of `goto`, or a case of a switch whose body is flat.
    pub(super) fn jump_target(&mut self, row: u32) {
        self.emit(row);
        let point = self.current;
        let name = self.ast.name(row);
        let is_default = name == "default";
        if let Some(at) = self.scopes.switch
            && (is_default || name == "case" || name.starts_with("case "))
            && let FrameKind::Switch {
                dispatch,
                has_default,
                ..
            } = &mut self.frames[at].kind
        {
            *has_default |= is_default;
            let dispatch = *dispatch;
            self.edge(dispatch, point);
            return;
        }
        self.pending_label = self.ast.names[row as usize];
        // Jumps may come from anywhere before or after.
        self.alive[point as usize] = true;
        self.targets.entry(name).or_insert(point);
    }

    pub(super) fn remember_goto(&mut self, row: u32, label: u32) {
        self.emit(row);
        self.gotos.push((self.current, self.ast.texts.get(label)));
        self.end();
    }
}
