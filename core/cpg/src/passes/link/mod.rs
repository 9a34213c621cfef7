//! The pass over all files: imports stitched, type hierarchy, calls linked in tiers.
//!
//! 1. [`program`] numbers what all files have; [`imports`] finds what each import binds; [`hierarchy`] puts ancestors in order.
//! 2. [`constraints`] hands the facts to [`solver`], which moves values until nothing changes and links calls as callees become known.
//! 3. [`by_name`] looks at what is left; [`output`] makes the rows.
//!
//! What waits for the full value solver: SSA names in place of variables (so an earlier value of a name is still seen by a later
//! call), elements of containers, calls that decorators, `with`, `for` and operators make, results of what lies outside, values of
//! the receiver by call.

mod by_name;
mod constraints;
mod gaps;
mod hierarchy;
mod import_links;
mod imports;
mod invoke;
mod language;
mod linearize;
mod meaning;
mod modules;
mod output;
mod program;
mod solver;
mod tier;
mod value;

#[cfg(test)]
mod tests;

use super::Linked;
use super::facts::FileFacts;
use crate::rules::Rules;

/// Links the files of a graph. `rules` has one entry a language; files may come in any order. The same files give the same result, in
/// the same order.
pub fn link(files: &[FileFacts], rules: &[Rules]) -> Linked {
    let mut program = program::Program::new(files, rules);
    let mut externals = value::Externals::default();
    let mut imports = imports::Imports::new(&mut program, &mut externals);
    let mut hierarchy = hierarchy::Hierarchy::new(&program, &mut imports, &mut externals);
    let mut solver = solver::Solver::new(&program, &mut imports, &mut hierarchy, &mut externals);
    constraints::add(&mut solver);
    let finished = solver.solve();
    by_name::add(&mut solver);
    output::rows(solver, finished)
}
