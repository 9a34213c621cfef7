//! What runs where objects are made and destroyed without a call that stands in the text: where a variable holds them by value, where a
//! class has them as bases or members, and where they are deleted. Only for languages with the rule `destructor`.

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::invoke::call_site;
use super::overloads::Type;
use super::program::{FileAt, NONE};
use super::solver::Solver;
use super::value::{Kind, Val};
use crate::kind::property::{CONSTRUCTOR, DECLARATION, DYNAMIC_DISPATCH, STATIC};
use crate::passes::Resolution;
use crate::passes::facts::{Expression, Made, Name, Owner, Place};

/// Classes of objects in one object that are looked at.
const PARTS: usize = 64;
/// Classes below one that is deleted through a pointer.
const BELOW: usize = 50;

/// Adds what objects run, file by file.
pub(super) fn add(solver: &mut Solver<'_, '_>) {
    let files = 0..solver.program.files.len() as u32;
    let with_ends: Vec<FileAt> = files
        .filter(|&at| solver.program.language(at).destructor.is_some())
        .collect();
    for &at in &with_ends {
        value_members(solver, at);
    }
    for at in with_ends {
        variables(solver, at);
        functions(solver, at);
    }
}

fn variables(solver: &mut Solver<'_, '_>, at: FileAt) {
    let program = solver.program;
    let file = program.files[at as usize];
    for object in &file.objects {
        let Expression::Global(name) = file.expressions[object.class as usize] else {
            continue;
        };
        let classes = solver.imports.linkage.classes(program, at, file.name(name));
        for class in classes {
            let site = solver.row_site(at, object.row, object.caller);
            match &object.made {
                Made::Default => solver.make(site, class, at, &[]),
                Made::From(from) => solver.make(site, class, at, &[*from]),
                Made::Elsewhere => {}
            }
            solver.destroy(site, class, Resolution::Import);
        }
    }
}

/// Constructors and destructors with what they run for bases and members.
fn functions(solver: &mut Solver<'_, '_>, at: FileAt) {
    let program = solver.program;
    let file = program.files[at as usize];
    let bases = program.bases[at as usize];
    let prefix = program.language(at).destructor.unwrap_or_default();
    for (position, facts) in (0..).zip(&file.functions) {
        if facts.properties & DECLARATION != 0 {
            continue;
        }
        let own = facts.class.map(|class| bases.classes + class);
        let class = own.or_else(|| {
            solver
                .imports
                .linkage
                .class_of(program, bases.functions + position)
        });
        let Some(class) = class else { continue };
        let site = solver.row_site(at, facts.row, Some(position));
        if file.name(facts.name).starts_with(prefix) {
            for part in solver.parts(class) {
                solver.destroy(site, part, Resolution::Import);
            }
            continue;
        }
        if facts.properties & CONSTRUCTOR == 0 {
            continue;
        }
        // What its list of first values makes is a call of its own.
        let called: Vec<&str> = file
            .calls
            .iter()
            .filter(|call| call.caller == Some(position))
            .filter_map(|call| match file.expressions[call.callee as usize] {
                Expression::Global(name) => Some(last(file.name(name))),
                Expression::Class(class) => Some(file.name(file.classes[class as usize].name)),
                _ => None,
            })
            .collect();
        let name = |class: u32| {
            let own = program.files[program.class_files[class as usize] as usize];
            own.name(program.class(class).name)
        };
        if called.contains(&name(class)) {
            continue;
        }
        for base in solver.class_bases(class) {
            if !called.contains(&name(base)) {
                solver.make(site, base, at, &[]);
            }
        }
        let end = file
            .functions
            .get(position as usize + 1)
            .map_or(u32::MAX, |next| next.row);
        for (variable, part) in solver.members_by_value(class).to_vec() {
            let owner = program.file_of_variable(variable);
            let within = variable - program.bases[owner as usize].variables;
            let is_set = owner == at
                && file.flows.iter().any(|flow| {
                    flow.to == Place::Variable(within) && flow.row > facts.row && flow.row < end
                });
            if !is_set {
                solver.make(site, part, at, &[]);
            }
        }
    }
}

impl Solver<'_, '_> {
    /// An object of a class is made at a site from arguments of such types. What has no constructor of its own makes its parts.
    pub(super) fn make(&mut self, site: u32, class: u32, file: FileAt, types: &[Option<Name>]) {
        let mut seen = FxHashSet::default();
        let mut open = vec![class];
        while let Some(class) = open.pop() {
            if seen.len() < PARTS && seen.insert(class) && !self.make_own(site, class, file, types)
            {
                open.extend(if types.is_empty() {
                    self.parts(class)
                } else {
                    self.class_bases(class)
                });
            }
        }
    }

    /// The constructor of a class runs at a site, where it has one for such types.
    fn make_own(&mut self, site: u32, class: u32, file: FileAt, types: &[Option<Name>]) -> bool {
        let program = self.program;
        let name = program.name(
            program.class_files[class as usize],
            program.class(class).name,
        );
        let (methods, _) = self.hierarchy.method(program, self.externals, class, name);
        let mut found: Vec<u32> = methods
            .into_iter()
            .filter(|&method| {
                let own = program.function(method).parameters.iter();
                let own = own.filter(|own| !own.is_receiver);
                let required = own.clone().filter(|own| !own.optional).count();
                program.function(method).properties & CONSTRUCTOR != 0
                    && required <= types.len()
                    && types.len() <= own.count()
                    && self.conversion(file, types, method).is_some()
            })
            .collect();
        self.least_conversion(file, types, &mut found);
        let instance = Val::new(Kind::Instance, class);
        for &method in &found {
            let method = self.definition(method);
            let invocation = self.invoke(site, SmallVec::new(), NONE);
            self.call_function(invocation, method, Some(instance), Resolution::Import);
        }
        !found.is_empty()
    }

    /// Arguments that become objects of their own: copies, and what a constructor of the parameter's class converts.
    pub(super) fn pass_by_value(&mut self, invocation: u32, function: u32) {
        let program = self.program;
        let own = program.function_files[function as usize];
        if invocation >= program.ends().calls || program.language(own).destructor.is_none() {
            return;
        }
        let (file, site) = call_site(program, invocation);
        let parameters = program.function(function).parameters.iter();
        for (parameter, given) in parameters.filter(|own| !own.is_receiver).zip(&site.types) {
            let (Some(declared), Some(given)) = (parameter.declared, given) else {
                continue;
            };
            let to = Type::new(program.files[own as usize].name(declared));
            let from = Type::new(program.files[file as usize].name(*given));
            let Some(class) = self.class(own, to.name).filter(|_| to.pointers == 0) else {
                continue;
            };
            let is_copy = self.class(file, from.name) == Some(class);
            let by_value = !to.is_reference && !to.is_moved;
            let converts =
                !is_copy && (from.pointers > 0 || program.language(file).is_number(from.name));
            if converts || is_copy && by_value && !from.is_moved && from.pointers == 0 {
                self.make(invocation, class, file, &[Some(*given)]);
                self.destroy(invocation, class, Resolution::Type);
            }
        }
    }

    /// An object of a class is destroyed at a site. What has no destructor of its own destroys its parts.
    pub(super) fn destroy(&mut self, site: u32, class: u32, tier: Resolution) {
        let mut seen = FxHashSet::default();
        let mut open = vec![class];
        while let Some(class) = open.pop() {
            if seen.len() >= PARTS || !seen.insert(class) {
                continue;
            }
            if let Some(method) = self.destructor(class) {
                let invocation = self.invoke(site, SmallVec::new(), NONE);
                let instance = Val::new(Kind::Instance, class);
                self.call_function(invocation, method, Some(instance), tier);
            } else {
                open.extend(self.parts(class));
            }
        }
    }

    /// A value is deleted: of a declared type only, it may be of a class below.
    pub(super) fn delete(&mut self, site: u32, value: Val, tier: Resolution) {
        let class = value.number();
        let tier = tier.max(Resolution::Type);
        self.destroy(site, class, tier);
        let is_virtual = self
            .destructor(class)
            .is_some_and(|method| self.program.function(method).properties & DYNAMIC_DISPATCH != 0);
        if value.kind() == Kind::Declared && is_virtual {
            for below in self.hierarchy.below(class, BELOW) {
                self.destroy(site, below, tier.max(Resolution::Hierarchy));
            }
        }
    }

    /// The destructor that a class defines itself.
    fn destructor(&mut self, class: u32) -> Option<u32> {
        let program = self.program;
        let file = program.class_files[class as usize];
        let prefix = program.language(file).destructor?;
        let name = format!(
            "{prefix}{}",
            program.files[file as usize].name(program.class(class).name)
        );
        let symbol = program.known_symbol(&name)?;
        let (methods, _) = self
            .hierarchy
            .method(program, self.externals, class, symbol);
        methods.first().map(|&method| self.definition(method))
    }

    /// What defines a function that is only declared.
    pub(super) fn definition(&self, function: u32) -> u32 {
        if self.program.function(function).properties & DECLARATION == 0 {
            return function;
        }
        let found = self.imports.linkage.definitions(self.program, function);
        found.first().copied().unwrap_or(function)
    }

    fn class_bases(&self, class: u32) -> Vec<u32> {
        self.hierarchy.bases[class as usize]
            .iter()
            .filter(|base| base.kind() == Kind::Class)
            .map(|base| base.number())
            .collect()
    }

    /// Classes whose objects are in each object of a class: bases, then members.
    fn parts(&self, class: u32) -> Vec<u32> {
        let mut parts = self.class_bases(class);
        parts.extend(self.members_by_value(class).iter().map(|&(_, part)| part));
        parts
    }

    /// Members that hold an object by value: the variable and its class.
    fn members_by_value(&self, class: u32) -> &[(u32, u32)] {
        self.value_members.get(&class).map_or(&[], Vec::as_slice)
    }
}

/// Finds the members of all classes that hold objects by value.
fn value_members(solver: &mut Solver<'_, '_>, at: FileAt) {
    let program = solver.program;
    let (file, bases) = (program.files[at as usize], program.bases[at as usize]);
    for (variable, node) in file.variables.iter().zip(bases.variables..) {
        let Owner::Class(own) = variable.owner else {
            continue;
        };
        if variable.properties & STATIC != 0 {
            continue;
        }
        for &source in program.sources(node) {
            if let Expression::Exact(of) = file.expressions[source as usize]
                && let Expression::Global(name) = file.expressions[of as usize]
            {
                let classes = solver.imports.linkage.classes(program, at, file.name(name));
                let members = solver.value_members.entry(bases.classes + own).or_default();
                members.extend(classes.into_iter().map(|part| (node, part)));
            }
        }
    }
}

fn last(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}
