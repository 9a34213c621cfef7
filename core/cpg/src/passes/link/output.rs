//! What the solver found, as rows of the graph.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::hierarchy::Hierarchy;
use super::program::{FileAt, Node, Program};
use super::solver::{Solver, Target};
use super::tier;
use super::value::{Externals, Kind};
use super::{gaps, import_links};
use crate::NodeId;
use crate::kind::EdgeKind;
use crate::passes::facts::MemberRead;
use crate::passes::{CallEdge, Link, Linked, Resolution, Stub};

/// Callees of one call; where values give more, and no table that holds them all, they are too mixed to tell anything.
const CALLEES: usize = 50;

/// Numbers of stubs, by whole name.
#[derive(Default)]
struct Stubs {
    numbers: FxHashMap<(String, bool), u32>,
    /// By number of the external name.
    known: FxHashMap<(u32, bool), u32>,
    stubs: Vec<Stub>,
}

impl Stubs {
    fn id(
        &mut self,
        program: &Program<'_>,
        externals: &Externals,
        number: u32,
        is_type: bool,
    ) -> NodeId {
        let row = if let Some(&row) = self.known.get(&(number, is_type)) {
            row
        } else {
            let full_name = externals.full_name(program, number);
            let next = self.stubs.len() as u32 + 1;
            let row = *self
                .numbers
                .entry((full_name.clone(), is_type))
                .or_insert(next);
            if row == next {
                let name = program.text(externals.last(number)).to_owned();
                self.stubs.push(Stub {
                    id: NodeId::new(0, row),
                    is_type,
                    name,
                    full_name,
                });
            }
            self.known.insert((number, is_type), row);
            row
        };
        NodeId::new(0, row)
    }
}

/// Rows of all that was found, each list in its order.
pub(super) fn rows(solver: Solver<'_, '_>, finished: bool) -> Linked {
    let places = sites(&solver);
    let full = solver.full();
    let through_tables = solver.sites_of_rests();
    let Solver {
        program,
        imports,
        hierarchy,
        externals,
        targets,
        properties,
        cut,
        ..
    } = solver;
    let mut stubs = Stubs::default();
    let mut linked = Linked::default();
    calls(
        program,
        externals,
        (targets, &places, &through_tables),
        &mut stubs,
        &mut linked,
    );
    property_calls(program, &properties, &mut linked);
    inheritance(program, hierarchy, externals, &mut stubs, &mut linked);
    import_links::import_links(program, imports, &mut linked);
    linked.calls.sort_by_key(|call| (call.site, call.target));
    linked.calls.dedup_by_key(|call| (call.site, call.target));
    linked.links.sort_unstable();
    linked.links.dedup();
    sort_stubs(stubs.stubs, &mut linked);
    gaps::gaps(program, full, &cut, finished, &mut linked);
    linked
}

/// Stubs get their numbers by name, so that no order of work shows in them.
fn sort_stubs(mut stubs: Vec<Stub>, linked: &mut Linked) {
    stubs.sort_by(|a, b| (&a.full_name, a.is_type).cmp(&(&b.full_name, b.is_type)));
    let mut renumbered = vec![0; stubs.len() + 1];
    for (row, stub) in (1..).zip(&mut stubs) {
        renumbered[stub.id.row() as usize] = row;
        stub.id = NodeId::new(0, row);
    }
    let new = |id: &mut NodeId| {
        if id.file() == 0 {
            *id = NodeId::new(0, renumbered[id.row() as usize]);
        }
    };
    linked
        .calls
        .iter_mut()
        .for_each(|call| new(&mut call.target));
    linked.links.iter_mut().for_each(|link| new(&mut link.dst));
    linked.calls.sort_by_key(|call| (call.site, call.target));
    linked.links.sort_unstable();
    linked.stubs = stubs;
}

pub(super) fn id(program: &Program<'_>, file: FileAt, row: u32) -> NodeId {
    NodeId::new(program.files[file as usize].ordinal, row)
}

pub(super) fn function_id(program: &Program<'_>, function: u32) -> NodeId {
    id(
        program,
        program.function_files[function as usize],
        program.function(function).row,
    )
}

pub(super) fn class_id(program: &Program<'_>, class: u32) -> NodeId {
    id(
        program,
        program.class_files[class as usize],
        program.class(class).row,
    )
}

fn edge(
    program: &Program<'_>,
    file: FileAt,
    (row, caller): (u32, Option<u32>),
    target: NodeId,
    resolution: Resolution,
) -> CallEdge {
    let caller = caller.map_or(0, |function| {
        program.files[file as usize].functions[function as usize].row
    });
    CallEdge {
        site: id(program, file, row),
        caller: id(program, file, caller),
        target,
        resolution,
        confidence: tier::confidence(resolution),
    }
}

/// File, row and function of each site that has targets.
type Places = FxHashMap<u32, (FileAt, u32, Option<u32>)>;

fn sites(solver: &Solver<'_, '_>) -> Places {
    let sites = solver.targets.iter().map(|&(site, ..)| site);
    sites.map(|site| (site, solver.place_of(site))).collect()
}

/// (site, target, tier)
type Targets = Vec<(u32, Target, Resolution)>;

/// Targets of calls.
fn calls(
    program: &Program<'_>,
    externals: &Externals,
    (mut targets, places, through_tables): (Targets, &Places, &FxHashSet<u32>),
    stubs: &mut Stubs,
    linked: &mut Linked,
) {
    targets.sort_unstable();
    targets.dedup_by_key(|&mut (call, target, _)| (call, target));
    let mut too_many: BTreeMap<FileAt, usize> = BTreeMap::new();
    for of_call in targets.chunk_by(|a, b| a.0 == b.0) {
        // What is outside of the project may be there as well as what is declared, and does not hide it.
        let of_project = |target: Target| matches!(target, Target::Function(_));
        let best = of_call
            .iter()
            .filter(|&&(_, target, _)| of_project(target))
            .map(|&(.., tier)| tier)
            .min();
        // What a value makes certain to some degree drops what is only declared or only named alike.
        let mut worst = if best.is_some_and(|best| best < Resolution::TypeHint) {
            Resolution::Hierarchy
        } else {
            Resolution::NameOnly
        };
        let (file, row, caller) = places[&of_call[0].0];
        if of_call.len() > CALLEES && !through_tables.contains(&of_call[0].0) {
            worst = Resolution::Import;
            *too_many.entry(file).or_default() += 1;
        }
        for &(_, target, resolution) in of_call.iter().filter(|&&(.., tier)| tier <= worst) {
            let target = match target {
                Target::Function(function) => function_id(program, function),
                Target::External(number) => stubs.id(program, externals, number, false),
            };
            linked
                .calls
                .push(edge(program, file, (row, caller), target, resolution));
        }
    }
    for (file, count) in too_many {
        let detail = format!(
            "{count} calls can have more than {CALLEES} callees: only those that need no value are kept"
        );
        linked.gaps.push((
            program.files[file as usize].ordinal,
            gaps::whole("callee_limit", detail),
        ));
    }
}

/// Calls of properties stand at the operator that reads the member.
fn property_calls(
    program: &Program<'_>,
    properties: &[(Node, u32, Resolution)],
    linked: &mut Linked,
) {
    if properties.is_empty() {
        return;
    }
    let mut found: Vec<(Node, u32, Resolution)> = properties.to_vec();
    found.sort_unstable();
    found.dedup_by_key(|&mut (node, function, _)| (node, function));
    for (at, file) in program.files.iter().enumerate() {
        let at = at as u32;
        for &MemberRead { row, caller, value } in &file.reads {
            let node = program.node(at, value);
            let first = found.partition_point(|&(other, ..)| other < node);
            for &(_, function, resolution) in found[first..]
                .iter()
                .take_while(|&&(other, ..)| other == node)
            {
                linked.calls.push(edge(
                    program,
                    at,
                    (row, caller),
                    function_id(program, function),
                    resolution,
                ));
            }
        }
    }
}

fn inheritance(
    program: &Program<'_>,
    hierarchy: &Hierarchy,
    externals: &Externals,
    stubs: &mut Stubs,
    linked: &mut Linked,
) {
    for class in 0..program.ends().classes {
        for &base in &hierarchy.bases[class as usize] {
            let dst = match base.kind() {
                Kind::Class => class_id(program, base.number()),
                _ => stubs.id(program, externals, base.number(), true),
            };
            linked.links.push(Link {
                src: class_id(program, class),
                dst,
                kind: EdgeKind::InheritsFrom,
            });
        }
    }
    let declared = hierarchy.declared_methods();
    for (class, name, methods) in &declared {
        // The nearest ancestor that has a method of the name.
        let above = hierarchy.ancestors[*class as usize]
            .iter()
            .skip(1)
            .filter(|ancestor| ancestor.kind() == Kind::Class)
            .find_map(|ancestor| {
                let at = declared
                    .binary_search_by(|(class, other, _)| {
                        (*class, *other).cmp(&(ancestor.number(), *name))
                    })
                    .ok()?;
                Some(&declared[at].2)
            });
        for &method in methods {
            for &overridden in above.into_iter().flatten() {
                let link = Link {
                    src: function_id(program, method),
                    dst: function_id(program, overridden),
                    kind: EdgeKind::Overrides,
                };
                linked.links.push(link);
            }
        }
    }
}
