//! Which type inherits from which, and in which order ancestors are searched.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::imports::Imports;
use super::meaning::meaning;
use super::program::{Node, Program, Symbol};
use super::value::{Externals, Kind, Val};
use crate::passes::facts::{Expression, Place, Value};

/// Steps that finding the meaning of one base may take.
const BASE_STEPS: u32 = 500;
/// Members in members that the expression of a base may have.
const BASE_DEPTH: u32 = 32;
/// Bases of one type; further ones are left out.
const BASES: usize = 200;
/// Overrides that a call of a declared type can have; with more, none is taken.
pub(super) const OVERRIDES: usize = 50;

/// What a name means on instances of a type.
#[derive(Clone, Debug, Default)]
pub(super) struct Lookup {
    /// Declared members and fields that hold its values, and whether it is the class that has them.
    pub(super) nodes: SmallVec<[(Node, bool); 2]>,
    /// The member of an ancestor outside of the project that it may be.
    pub(super) outside: Option<u32>,
}

#[derive(Default)]
pub(super) struct Hierarchy {
    /// By class: bases, of kinds `Class` and `External`.
    pub(super) bases: Vec<SmallVec<[Val; 2]>>,
    /// By class: itself, then its ancestors in the order of search.
    pub(super) ancestors: Vec<Box<[Val]>>,
    /// By class: classes with it as a base.
    children: Vec<Vec<u32>>,
    /// Types that looking for overrides has visited.
    pub(super) visited: u64,
    /// By class: the class whose instance it is, where the project has that; what ancestors say holds for those below.
    pub(super) metaclasses: Vec<Option<u32>>,
    /// By class: it has a base of which nothing is known.
    pub(super) incomplete: Vec<bool>,
    /// (class, name): methods that define the member.
    methods: FxHashMap<(u32, Symbol), SmallVec<[u32; 1]>>,
    /// (class, name) of fields that its own methods set.
    fields: FxHashSet<(u32, Symbol)>,
    overrides: FxHashMap<(u32, Symbol), Option<Vec<Node>>>,
}

impl Hierarchy {
    pub(super) fn new<'a>(
        program: &Program<'a>,
        imports: &mut Imports<'a>,
        externals: &mut Externals,
    ) -> Self {
        let classes = program.ends().classes as usize;
        let mut this = Self {
            bases: vec![SmallVec::new(); classes],
            ancestors: vec![Box::default(); classes],
            children: vec![Vec::new(); classes],
            incomplete: vec![false; classes],
            ..Self::default()
        };
        for class in 0..classes as u32 {
            let file = program.class_files[class as usize];
            for &base in program.class(class).bases.iter().take(BASES) {
                let mut steps = BASE_STEPS;
                let mut found = SmallVec::new();
                meaning(
                    program,
                    imports,
                    externals,
                    (file, base),
                    BASE_DEPTH,
                    &mut steps,
                    &mut found,
                );
                found.retain(|value| {
                    matches!(value.kind(), Kind::Class | Kind::External)
                        && *value != Val::new(Kind::Class, class)
                });
                this.incomplete[class as usize] |= found.is_empty();
                // Of alternatives (`try: from a import B …`) all count as bases, in their order.
                for value in found {
                    if !this.bases[class as usize].contains(&value) {
                        this.bases[class as usize].push(value);
                    }
                }
            }
        }
        this.metaclasses = vec![None; classes];
        for class in 0..classes as u32 {
            let file = program.class_files[class as usize];
            let metaclass = program.class(class).metaclass;
            if metaclass != 0 {
                let (mut steps, mut found) = (BASE_STEPS, SmallVec::new());
                let start = (file, metaclass);
                meaning(
                    program, imports, externals, start, BASE_DEPTH, &mut steps, &mut found,
                );
                this.metaclasses[class as usize] = found
                    .iter()
                    .find(|value| value.kind() == Kind::Class)
                    .map(|value| value.number());
            }
        }
        for class in 0..classes as u32 {
            for base in &this.bases[class as usize] {
                if base.kind() == Kind::Class {
                    this.children[base.number() as usize].push(class);
                }
            }
        }
        this.linearize(program);
        this.collect_members(program);
        this
    }

    pub(super) fn collect_members(&mut self, program: &Program<'_>) {
        for (at, file) in program.files.iter().enumerate() {
            let bases = program.bases[at];
            for flow in &file.flows {
                match flow.to {
                    Place::Variable(variable) => {
                        let (Some(function), crate::passes::facts::Owner::Class(class)) = (
                            file.defined(flow.from),
                            file.variables[variable as usize].owner,
                        ) else {
                            continue;
                        };
                        let name = program.name(at as u32, file.variables[variable as usize].name);
                        self.methods
                            .entry((bases.classes + class, name))
                            .or_default()
                            .push(bases.functions + function);
                    }
                    Place::Element(..) => {}
                    Place::Member(base, name) => {
                        if let Some(class) = receiver_class(file, base) {
                            self.fields
                                .insert((bases.classes + class, program.name(at as u32, name)));
                        }
                    }
                }
            }
        }
    }

    /// The class whose instance a class is, where the project has it.
    pub(super) fn metaclass(&self, class: u32) -> Option<u32> {
        self.ancestors[class as usize]
            .iter()
            .filter(|ancestor| ancestor.kind() == Kind::Class)
            .find_map(|ancestor| self.metaclasses[ancestor.number() as usize])
    }

    /// Methods that a name means on a type, as declared; else what an ancestor outside of the project may have.
    pub(super) fn method(
        &self,
        program: &Program<'_>,
        externals: &mut Externals,
        class: u32,
        name: Symbol,
    ) -> (SmallVec<[u32; 1]>, Option<u32>) {
        for &ancestor in &self.ancestors[class as usize] {
            match ancestor.kind() {
                Kind::Class => {
                    let class = ancestor.number();
                    if let Some(methods) = self.methods.get(&(class, name)) {
                        return (methods.clone(), None);
                    }
                    if program.members.contains_key(&(class, name))
                        && !program.instance_members.contains(&(class, name))
                    {
                        break;
                    }
                }
                _ => return (SmallVec::new(), externals.member(ancestor.number(), name)),
            }
        }
        (SmallVec::new(), None)
    }

    /// What a name means on instances of a type, from position `from` of its ancestors on. `field` gives the node of a field that is
    /// set somewhere, of none where no program part sets one of that name.
    pub(super) fn lookup(
        &self,
        program: &Program<'_>,
        externals: &mut Externals,
        (class, from): (u32, usize),
        name: Symbol,
        mut field: impl FnMut(u32) -> Option<Node>,
    ) -> Lookup {
        let mut lookup = Lookup::default();
        let mut is_set = false;
        for &ancestor in self.ancestors[class as usize]
            .get(from..)
            .unwrap_or_default()
        {
            if ancestor.kind() != Kind::Class {
                if !is_set {
                    lookup.outside = externals.member(ancestor.number(), name);
                }
                break;
            }
            let class = ancestor.number();
            is_set |= self.fields.contains(&(class, name));
            match program.members.get(&(class, name)) {
                Some(&node) => {
                    let of_class = !program.instance_members.contains(&(class, name));
                    lookup.nodes.push((node, of_class));
                    // What one class sets on its instances, another above it may set as well.
                    if of_class {
                        break;
                    }
                    is_set = true;
                }
                None => lookup.nodes.extend(field(class).map(|node| (node, false))),
            }
        }
        lookup
    }

    /// Members of that name in types below a type; none where there are too many.
    pub(super) fn overrides(
        &mut self,
        program: &Program<'_>,
        class: u32,
        name: Symbol,
    ) -> Option<Vec<Node>> {
        if let Some(found) = self.overrides.get(&(class, name)) {
            return found.clone();
        }
        let mut found = Some(Vec::new());
        let mut seen = FxHashSet::default();
        let mut stack: Vec<u32> = self.children[class as usize].clone();
        while let Some(at) = stack.pop() {
            if !seen.insert(at) {
                continue;
            }
            self.visited += 1;
            stack.extend(&self.children[at as usize]);
            if let (Some(&node), Some(list)) = (program.members.get(&(at, name)), &mut found) {
                list.push(node);
                if list.len() > OVERRIDES {
                    found = None;
                    break;
                }
            }
        }
        if let Some(list) = &mut found {
            list.sort_unstable();
        }
        self.overrides.insert((class, name), found.clone());
        found
    }

    /// Whether a type or one of its ancestors defines a method of that name.
    pub(super) fn is_method(&self, class: u32, name: Symbol) -> bool {
        let defines = |value: &Val| {
            value.kind() == Kind::Class && self.methods.contains_key(&(value.number(), name))
        };
        self.ancestors[class as usize].iter().any(defines)
    }

    /// Types below a type, at most `most`, ascending.
    pub(super) fn below(&self, class: u32, most: usize) -> Vec<u32> {
        let mut seen = FxHashSet::default();
        let mut found = Vec::new();
        let mut stack = self.children[class as usize].clone();
        while let Some(at) = stack.pop() {
            if found.len() < most && seen.insert(at) {
                found.push(at);
                stack.extend(&self.children[at as usize]);
            }
        }
        found.sort_unstable();
        found
    }

    /// Classes and the names of the members that they declare as methods.
    pub(super) fn declared_methods(&self) -> Vec<(u32, Symbol, SmallVec<[u32; 1]>)> {
        let mut all: Vec<_> = self
            .methods
            .iter()
            .map(|(&(class, name), methods)| (class, name, methods.clone()))
            .collect();
        all.sort_unstable();
        all
    }
}

/// The class whose methods' receiver an expression is.
fn receiver_class(file: &crate::passes::facts::FileFacts, base: Value) -> Option<u32> {
    let Expression::Variable(variable) = file.expressions[base as usize] else {
        return None;
    };
    let crate::passes::facts::Owner::Function(function) = file.variables[variable as usize].owner
    else {
        return None;
    };
    let function = &file.functions[function as usize];
    let receiver = function
        .parameters
        .first()
        .filter(|parameter| parameter.is_receiver)?;
    (receiver.variable == variable)
        .then_some(function.class)
        .flatten()
}
