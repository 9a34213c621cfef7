//! The pass over all files: imports stitched, type hierarchy, calls linked in tiers.
//!
//! 1. [`program`] numbers what all files have; [`imports`] finds what each import binds; [`hierarchy`] puts ancestors in order.
//! 2. [`constraints`] hands the facts to [`solver`], which moves values until nothing changes and links calls as callees become known.
//! 3. [`by_name`] looks at what is left; [`output`] makes the rows.

mod by_name;
mod constraints;
mod effects;
mod elements;
mod gaps;
mod hierarchy;
mod import_links;
mod imports;
mod invoke;
mod language;
mod lifetime;
mod linearize;
mod linkage;
mod meaning;
mod modules;
mod operations;
mod output;
mod overloads;
mod places;
mod program;
mod rest;
mod solver;
mod tier;
mod value;
mod wrappers;

#[cfg(test)]
mod tests;

use super::Linked;
use super::facts::FileFacts;
use super::library::Library;
use crate::rules::Rules;

/// Links the files of a graph. `rules` has one entry a language; files may come in any order. The same files give the same result, in
/// the same order.
pub fn link(files: &[FileFacts], rules: &[Rules]) -> Linked {
    let libraries: Vec<(String, Library)> = rules
        .iter()
        .map(|rules| (rules.language.clone(), Library::new(rules.all("library"))))
        .collect();
    let mut program = program::Program::new(files, rules, &libraries);
    let mut externals = value::Externals::default();
    let known = effects::Known::new(&mut program, &mut externals);
    let mut imports = imports::Imports::new(&mut program, &mut externals);
    let mut hierarchy = hierarchy::Hierarchy::new(&program, &mut imports, &mut externals);
    let mut solver = solver::Solver::new(
        &program,
        &mut imports,
        &mut hierarchy,
        &mut externals,
        &known,
    );
    constraints::add(&mut solver);
    // First only receivers that are seen; then methods that nothing here calls, on any instance of their class.
    let mut finished = solver.solve();
    constraints::unseen_receivers(&mut solver);
    finished &= solver.solve();
    by_name::add(&mut solver);
    output::rows(solver, finished)
}
