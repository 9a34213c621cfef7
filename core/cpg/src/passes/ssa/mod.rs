//! Locals in static single assignment form, constants, and what they say cannot run.
//!
//! R. Cytron et al., "Efficiently Computing Static Single Assignment Form and the Control Dependence Graph", TOPLAS 1991, over the rows of
//! a method; only variables with more than one definition get versions, and only versions that something reads are kept, however many
//! definitions there are. On it runs sparse conditional constant propagation (M. Wegman, F. K. Zadeck, TOPLAS 1991).
//!
//! A variable keeps one place for all its values where its values cannot be told apart by the order of the method: another method
//! writes it, or its address is taken. What other methods only read is *exposed*: of its versions those count that hold when a call is
//! made or the method ends.

mod constants;
mod decided;
mod events;
mod rename;

pub(crate) use constants::{Constant, Texts, whole_number};
pub(crate) use events::Events;

use rustc_hash::FxHashMap;

use crate::ast::FileAst;
use crate::passes::cfg::Flow;
use crate::passes::tree::Tree;
use crate::rules::Rules;

/// No version, no point.
pub(crate) const NONE: u32 = u32::MAX;

/// A value that a variable has at a place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Version {
    /// Row of the variable's declaration.
    pub(crate) variable: u32,
    /// Row that defines it: a target, an import, a definition, the declaration itself for what a parameter or an unset local begins
    /// with; 0 where ways with different versions meet.
    pub(crate) definition: u32,
    /// Versions that meet here.
    pub(crate) operands: Vec<u32>,
    /// Something reads it, directly or through others.
    pub(crate) used: bool,
    /// Other methods can see it.
    pub(crate) exposed: bool,
}

/// What is known of the variables of a file.
#[derive(Debug, Default)]
pub(crate) struct Ssa {
    /// All versions of the file.
    pub(crate) versions: Vec<Version>,
    /// By row of a read: its version, [`NONE`] where the variable has one place.
    pub(crate) reads: Vec<u32>,
    /// Row that defines: version.
    pub(crate) definitions: FxHashMap<u32, u32>,
    /// By row: whether it is known never to run.
    pub(crate) dead: Vec<bool>,
    /// Constants of expressions that are no literals, by row.
    pub(crate) constants: FxHashMap<u32, Constant>,
    /// How literals are read.
    pub(crate) literals: Texts,
}

impl Ssa {
    pub(crate) fn new(rows: usize, rules: &Rules) -> Self {
        Self {
            literals: Texts::new(rules),
            reads: vec![NONE; rows],
            dead: vec![false; rows],
            ..Self::default()
        }
    }
}

/// Adds the methods of a file to its [`Ssa`], outer ones first.
pub(crate) struct Analysis<'a> {
    pub(crate) ast: &'a FileAst,
    pub(crate) tree: &'a Tree,
    pub(crate) events: Events,
    pub(crate) ssa: Ssa,
    /// By row: one more than its last descendant.
    ends: Vec<u32>,
    /// By row, of the method at hand: its point.
    points: Vec<u32>,
    /// Constants of variables with a single definition, by row of the declaration.
    fixed: FxHashMap<u32, Constant>,
}

impl<'a> Analysis<'a> {
    pub(crate) fn new(ast: &'a FileAst, tree: &'a Tree, method_of: &[u32], rules: &Rules) -> Self {
        Self {
            ast,
            tree,
            events: Events::new(ast, tree, method_of),
            ssa: Ssa::new(ast.len(), rules),
            ends: ends(ast),
            points: vec![NONE; ast.len()],
            fixed: FxHashMap::default(),
        }
    }

    /// One method: `idom` has the immediate dominator of each point.
    pub(crate) fn method(&mut self, flow: &Flow, idom: &[u32]) {
        for (point, &row) in (0..).zip(&flow.rows) {
            if row != 0 {
                self.points[row as usize] = point;
            }
        }
        let names = rename::Renaming::new(self, flow, idom).run();
        constants::Propagation::new(self, flow, &names).run();
        for &row in &flow.rows {
            self.points[row as usize] = NONE;
        }
    }
}

/// By row: one more than its last descendant; rows come in pre-order.
pub(crate) fn ends(ast: &FileAst) -> Vec<u32> {
    let mut ends: Vec<u32> = (1..=ast.len() as u32).collect();
    for row in (1..ast.len()).rev() {
        let parent = ast.parents[row] as usize;
        ends[parent] = ends[parent].max(ends[row]);
    }
    ends
}
