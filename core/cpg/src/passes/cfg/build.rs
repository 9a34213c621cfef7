//! The machine that builds control flow.
//!
//! It keeps one current point and a stack of small operations, never the call stack: a file decides how deep its trees are. Places where
//! ways join or part are points without a row; they are taken out at the end.

use rustc_hash::FxHashMap;

use super::{BUDGET, ENTRY, EXIT, Flow, Way};
use crate::ast::FileAst;
use crate::kind::{NodeKind, Role};
use crate::passes::tree::{Defaults, Tree};
use crate::rules::Rules;

/// A point of the flow: a row's, or one without a row (a label).
pub(super) type Point = u32;

/// A way out of a construct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jump {
    Return,
    Exception,
    /// With the text number of the label, 0 for none.
    Break(u32),
    /// With the text number of the label, 0 for none.
    Continue(u32),
}

/// What is done next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    /// Runs a row with its children.
    Visit(u32),
    /// Runs the children of a row, not the row.
    Children(u32),
    /// The current point becomes the row.
    Emit(u32),
    /// The current way ends in a label.
    Goto(Point),
    /// The current point becomes the label.
    Set(Point),
    /// An edge between labels, for an exception that goes on.
    Unwind(Point, Point),
    /// An edge between labels.
    Edge(Point, Point),
    Loop {
        leave: Point,
        next: Point,
        label: u32,
    },
    Switch {
        leave: Point,
        dispatch: Point,
    },
    /// The label reached by what is thrown from here on.
    Handler(Point),
    /// Every way out from here on passes through this `finally`.
    Finally(u32),
    /// Ends the innermost of the four above.
    Pop,
    /// The normal way into a `finally`.
    EnterFinally(u32),
    /// Goes on from a `finally` wherever ways into it were going; normal ways go to the label.
    LeaveFinally(u32, Point),
    Jump(Jump),
    /// An edge to the innermost handler where the body ran something but nothing that is known to fail.
    Reach(Point),
    /// Adds the way past all cases of a switch that has no default.
    NoDefault {
        dispatch: Point,
        leave: Point,
    },
}

pub(super) enum FrameKind {
    Loop {
        leave: Point,
        next: Point,
    },
    Switch {
        leave: Point,
        dispatch: Point,
        has_default: bool,
    },
    Handler(Point),
    Finally(u32),
}

pub(super) struct Frame {
    pub(super) kind: FrameKind,
    pub(super) label: u32,
    /// Rows that had run when it began.
    emitted: u32,
    /// What held around it.
    outer: Scopes,
}

/// Positions of the innermost frames of each use in the stack of frames.
#[derive(Clone, Copy, Default)]
pub(super) struct Scopes {
    pub(super) breaks: Option<usize>,
    pub(super) continues: Option<usize>,
    pub(super) switch: Option<usize>,
    pub(super) catches: Option<usize>,
    pub(super) finally: Option<usize>,
}

/// A `finally` and where its ways go on.
pub(super) struct Through {
    pub(super) entry: Point,
    pub(super) normal: bool,
    pub(super) jumps: Vec<Jump>,
}

/// Builds the flows of the methods of one file, one after the other.
pub(crate) struct Builder<'a> {
    pub(super) ast: &'a FileAst,
    pub(super) tree: &'a Tree,
    pub(super) switch_breaks: bool,
    pub(super) switch_falls: bool,
    defaults: Defaults,
    /// Steps that the method may still take.
    pub(super) left: u64,
    /// Rows that have run so far.
    emitted: u32,
    ops: Vec<Op>,
    pub(super) plan: Vec<Op>,
    pub(super) rows: Vec<u32>,
    /// Whether a point can be reached, as far as is known.
    pub(super) alive: Vec<bool>,
    pub(super) edges: Vec<(Point, Point)>,
    /// Those of the edges that are no ordinary steps.
    pub(super) marks: Vec<(Point, Point, Way)>,
    /// What the edges are that are being made.
    pub(super) way: Way,
    pub(super) current: Point,
    pub(super) frames: Vec<Frame>,
    pub(super) scopes: Scopes,
    pub(super) throughs: Vec<Through>,
    pub(super) targets: FxHashMap<&'a str, Point>,
    pub(super) gotos: Vec<(Point, &'a str)>,
    /// Label that stands before the next statement.
    pub(super) pending_label: u32,
    has_switch_default: FxHashMap<Point, bool>,
    /// Ways of exceptions from rows that can fail are left out; `throw` and what goes past every handler are not.
    pub(super) calm: bool,
    /// The last method has ways of exceptions.
    throws: bool,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(ast: &'a FileAst, tree: &'a Tree, rules: &Rules) -> Self {
        let switch = rules.get("switch").unwrap_or_default();
        Self {
            ast,
            tree,
            switch_breaks: matches!(switch, "break" | "fallthrough"),
            switch_falls: switch == "fallthrough",
            defaults: Defaults::of(rules),
            left: 0,
            emitted: 0,
            ops: Vec::new(),
            plan: Vec::new(),
            rows: Vec::new(),
            alive: Vec::new(),
            edges: Vec::new(),
            marks: Vec::new(),
            way: Way::Step,
            current: 0,
            frames: Vec::new(),
            scopes: Scopes::default(),
            throughs: Vec::new(),
            targets: FxHashMap::default(),
            gotos: Vec::new(),
            pending_label: 0,
            has_switch_default: FxHashMap::default(),
            calm: false,
            throws: false,
        }
    }

    /// Whether the method built last has ways of exceptions from rows that can fail.
    pub(crate) fn has_throws(&self) -> bool {
        self.throws
    }

    /// The flow of a method as if nothing failed: only what is thrown by name leaves the normal ways.
    pub(crate) fn method_without_throws(&mut self, method: u32) -> Option<Flow> {
        self.calm = true;
        let flow = self.method(method);
        self.calm = false;
        flow
    }

    /// The flow of a method; none where it exceeds the budget.
    pub(crate) fn method(&mut self, method: u32) -> Option<Flow> {
        self.rows.clear();
        self.alive.clear();
        self.edges.clear();
        self.marks.clear();
        self.way = Way::Step;
        self.targets.clear();
        self.gotos.clear();
        self.throughs.clear();
        self.has_switch_default.clear();
        self.pending_label = 0;
        self.throws = false;
        let exit = self
            .tree
            .child_of_kind(self.ast, method, NodeKind::MethodReturn)
            .unwrap_or(0);
        self.rows.extend([method, exit]);
        self.alive.extend([true, false]);
        self.current = ENTRY;
        if self.defaults == Defaults::AtCall {
            for child in self.tree.children(method) {
                if self.ast.kinds[child as usize] == NodeKind::MethodParameterIn {
                    self.plan.push(Op::Children(child));
                }
            }
        }
        for child in self.tree.children(method) {
            if self.ast.roles[child as usize] == Role::Body {
                self.plan.push(Op::Visit(child));
            }
        }
        self.schedule();
        self.left = BUDGET;
        while let Some(step) = self.ops.pop() {
            self.left = self.left.checked_sub(1)?;
            self.step(step);
        }
        self.goto(EXIT);
        for (from, name) in std::mem::take(&mut self.gotos) {
            if let Some(&target) = self.targets.get(&name) {
                self.edges.push((from, target));
            }
        }
        self.take_out_labels(self.left)
    }

    /// Whether default values of a definition run where it stands.
    pub(super) fn defaults_run_here(&self) -> bool {
        self.defaults == Defaults::AtDefinition
    }

    /// Puts the planned operations on the stack, the first on top.
    fn schedule(&mut self) {
        self.ops.extend(self.plan.drain(..).rev());
    }

    pub(super) fn label(&mut self) -> Point {
        self.point(0, false)
    }

    fn point(&mut self, row: u32, alive: bool) -> Point {
        self.rows.push(row);
        self.alive.push(alive);
        self.rows.len() as u32 - 1
    }

    pub(super) fn new_finally(&mut self) -> u32 {
        let entry = self.label();
        self.throughs.push(Through {
            entry,
            normal: false,
            jumps: Vec::new(),
        });
        self.throughs.len() as u32 - 1
    }

    pub(super) fn finally_entry(&self, through: u32) -> Point {
        self.throughs[through as usize].entry
    }

    pub(super) fn edge(&mut self, from: Point, to: Point) {
        self.edges.push((from, to));
        if self.way != Way::Step {
            self.marks.push((from, to, self.way));
        }
        if self.alive[from as usize] {
            self.alive[to as usize] = true;
        }
    }

    /// Does something whose edges are such steps, but where they are told apart already.
    pub(super) fn marked(&mut self, way: Way, run: impl FnOnce(&mut Self)) {
        let before = self.way;
        if before == Way::Step {
            self.way = way;
        }
        run(self);
        self.way = before;
    }

    pub(super) fn goto(&mut self, to: Point) {
        self.edge(self.current, to);
        self.end();
    }

    /// What comes next cannot be reached from here.
    pub(super) fn end(&mut self) {
        self.current = self.point(0, false);
    }

    fn step(&mut self, step: Op) {
        match step {
            Op::Visit(row) => {
                self.visit(row);
                self.schedule();
            }
            Op::Children(row) => {
                for child in self.tree.children(row) {
                    if self.ast.roles[child as usize] != Role::TypeHint {
                        self.plan.push(Op::Visit(child));
                    }
                }
                self.schedule();
            }
            Op::Emit(row) => self.emit(row),
            Op::Goto(label) => self.goto(label),
            Op::Set(label) => self.current = label,
            Op::Edge(from, to) => self.edge(from, to),
            Op::Unwind(from, to) => self.marked(Way::Unwind, |this| this.edge(from, to)),
            Op::Loop { leave, next, label } => {
                let at = self.push(FrameKind::Loop { leave, next }, label);
                self.scopes.breaks = Some(at);
                self.scopes.continues = Some(at);
            }
            Op::Switch { leave, dispatch } => {
                let at = self.push(
                    FrameKind::Switch {
                        leave,
                        dispatch,
                        has_default: false,
                    },
                    0,
                );
                self.scopes.switch = Some(at);
                if self.switch_breaks {
                    self.scopes.breaks = Some(at);
                }
            }
            Op::Handler(label) => {
                self.scopes.catches = Some(self.push(FrameKind::Handler(label), 0));
            }
            Op::Finally(through) => {
                let at = self.push(FrameKind::Finally(through), 0);
                self.scopes.catches = Some(at);
                self.scopes.finally = Some(at);
            }
            Op::Pop => {
                if let Some(frame) = self.frames.pop() {
                    self.scopes = frame.outer;
                    if let FrameKind::Switch {
                        dispatch,
                        has_default,
                        ..
                    } = frame.kind
                    {
                        self.has_switch_default.insert(dispatch, has_default);
                    }
                }
            }
            Op::EnterFinally(through) => {
                let at = through as usize;
                self.throughs[at].normal |= self.alive[self.current as usize];
                self.goto(self.throughs[at].entry);
            }
            Op::LeaveFinally(through, next) => {
                let through = &mut self.throughs[through as usize];
                let (normal, jumps) = (through.normal, std::mem::take(&mut through.jumps));
                let from = self.current;
                for &jump in &jumps {
                    self.current = from;
                    let way = if jump == Jump::Exception {
                        Way::Unwind
                    } else {
                        Way::Resume
                    };
                    self.marked(way, |this| this.jump(jump));
                }
                self.current = from;
                if normal || jumps.is_empty() {
                    self.marked(Way::Resume, |this| this.goto(next));
                }
            }
            Op::Jump(jump) => self.jump(jump),
            Op::Reach(label) => {
                let ran = self
                    .frames
                    .last()
                    .is_some_and(|frame| self.emitted > frame.emitted);
                if ran && !self.alive[label as usize] {
                    self.marked(Way::Throw, |this| this.edge(this.current, label));
                }
            }
            Op::NoDefault { dispatch, leave } => {
                if !self
                    .has_switch_default
                    .get(&dispatch)
                    .copied()
                    .unwrap_or(false)
                {
                    self.edge(dispatch, leave);
                }
            }
        }
    }

    fn push(&mut self, kind: FrameKind, label: u32) -> usize {
        self.frames.push(Frame {
            kind,
            label,
            emitted: self.emitted,
            outer: self.scopes,
        });
        self.frames.len() - 1
    }

    pub(super) fn emit(&mut self, row: u32) {
        self.emitted += 1;
        let point = self.point(row, false);
        self.edge(self.current, point);
        self.current = point;
        if self.can_throw(row) && self.scopes.catches.is_some() {
            self.throws = true;
            if !self.calm {
                self.throw();
            }
        }
    }
}
