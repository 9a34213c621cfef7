//! Names that files share by linkage: a name that no scope of a file binds means what another file of the program defines.
//!
//! Languages whose rule `linkage` names the same group link with each other. A definition of a file alone (`static`) is seen in that
//! file and in those that include it. Of several definitions of one name the nearest counts: a tree may hold several programs.

use std::cell::RefCell;
use std::collections::BTreeSet;

use codegraph_model::IncludePaths;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::program::{FileAt, Node, Program};
use crate::kind::property::{DECLARATION, IMPLICIT, LAMBDA, MODULE, STATIC};
use crate::passes::facts::{Imported, Owner};

/// Definitions of one name that are looked at.
const MOST: usize = 64;

type Found = SmallVec<[u32; 2]>;

#[derive(Default)]
pub(super) struct Linkage<'a> {
    /// By (group, last part of the name): functions that are no members in their file's rows.
    functions: FxHashMap<(&'a str, &'a str), Vec<u32>>,
    /// By (group, name): functions that are members in their file's rows.
    members: FxHashMap<(&'a str, &'a str), Vec<u32>>,
    /// By (group, name): variables of files.
    variables: FxHashMap<(&'a str, &'a str), Vec<Node>>,
    /// By (group, last part of the name).
    classes: FxHashMap<(&'a str, &'a str), Vec<u32>>,
    /// By file: files that it includes.
    includes: Vec<Vec<FileAt>>,
    /// By import of the program: the file that it means.
    pub(super) targets: FxHashMap<u32, FileAt>,
    reached: RefCell<FxHashMap<FileAt, FxHashSet<FileAt>>>,
}

impl<'a> Linkage<'a> {
    pub(super) fn new(program: &Program<'a>) -> Self {
        let mut this = Self {
            includes: vec![Vec::new(); program.files.len()],
            ..Self::default()
        };
        let linked = |at: usize| program.language(at as u32).linkage;
        let paths: Vec<&str> = (0..program.files.len())
            .filter(|&at| linked(at).is_some())
            .map(|at| program.files[at].path.as_str())
            .collect();
        if paths.is_empty() {
            return this;
        }
        let resolver = IncludePaths::new(paths.iter().copied());
        let by_path: FxHashMap<&str, FileAt> = program
            .files
            .iter()
            .zip(0..)
            .map(|(file, at)| (file.path.as_str(), at))
            .collect();
        for (at, file) in program.files.iter().enumerate() {
            let Some(group) = linked(at) else { continue };
            let bases = program.bases[at];
            for (function, number) in file.functions.iter().zip(bases.functions..) {
                if function.properties & (MODULE | LAMBDA | IMPLICIT) == 0 {
                    let by_name = if function.class.is_none() {
                        &mut this.functions
                    } else {
                        &mut this.members
                    };
                    let name = file.name(function.name);
                    by_name.entry((group, name)).or_default().push(number);
                }
            }
            for (class, number) in file.classes.iter().zip(bases.classes..) {
                let name = file.name(class.name);
                this.classes.entry((group, name)).or_default().push(number);
            }
            for (variable, node) in file.variables.iter().zip(bases.variables..) {
                if variable.owner == Owner::Module {
                    let name = file.name(variable.name);
                    this.variables.entry((group, name)).or_default().push(node);
                }
            }
            for (import, number) in file.imports.iter().zip(bases.imports..) {
                let module = file.name(import.module);
                let target = resolver.resolve_in(&file.path, module, &file.folders);
                let target = target.and_then(|path| by_path.get(path)).copied();
                if let Some(target) = target.filter(|_| import.what == Imported::All) {
                    this.includes[at].push(target);
                    this.targets.insert(number, target);
                }
            }
        }
        this
    }

    /// Whether a file sees what another one has for itself alone.
    fn sees(&self, from: FileAt, other: FileAt) -> bool {
        if from == other {
            return true;
        }
        let mut reached = self.reached.borrow_mut();
        let seen = reached.entry(from).or_insert_with(|| {
            let mut seen = FxHashSet::default();
            let mut open = vec![from];
            while let Some(at) = open.pop() {
                open.extend(
                    self.includes[at as usize]
                        .iter()
                        .copied()
                        .filter(|&next| seen.insert(next)),
                );
            }
            seen
        });
        seen.contains(&other)
    }

    /// Functions that a name means in a file: definitions, else declarations; overloads are several.
    pub(super) fn functions(&self, program: &Program<'a>, from: FileAt, name: &str) -> Found {
        let Some(group) = program.language(from).linkage else {
            return Found::new();
        };
        let last = name.rsplit("::").next().unwrap_or(name);
        // A name with its scope may be a member's.
        let members = self.members.get(&(group, last)).filter(|_| last != name);
        let all = self.functions.get(&(group, last));
        let all: Vec<u32> = all.into_iter().chain(members).flatten().copied().collect();
        let file_of = |function: u32| program.function_files[function as usize];
        let fits = |&function: &u32| {
            let facts = program.function(function);
            let file = file_of(function);
            let full = plain(program.files[file as usize].name(facts.full_name));
            let named =
                facts.properties & STATIC != 0 && full.ends_with(last) || is_suffix(full, name);
            named && (facts.properties & STATIC == 0 || self.sees(from, file))
        };
        let is_defined = |&function: &u32| program.function(function).properties & DECLARATION == 0;
        let mut found: Vec<u32> = all
            .iter()
            .copied()
            .filter(fits)
            .filter(is_defined)
            .take(MOST)
            .collect();
        if found.is_empty() {
            found = all.iter().copied().filter(fits).take(MOST).collect();
        }
        // What has just that name is nearer than what a scope has.
        let named = |&function: &u32| {
            let file = file_of(function);
            let full =
                plain(program.files[file as usize].name(program.function(function).full_name));
            without_path(full) == name
        };
        if program.language(from).typed && found.iter().any(named) {
            found.retain(named);
        }
        // A function of the file itself, or of what it includes, hides those of other programs.
        let own = |&function: &u32| file_of(function) == from;
        if found.iter().any(own) {
            found.retain(own);
        }
        Self::nearest(program, from, found)
    }

    /// Of those that are the same but for where they stand the nearest to a file.
    fn nearest(program: &Program<'a>, from: FileAt, found: Vec<u32>) -> Found {
        let mut best: Vec<((&str, usize, String), usize, u32)> = Vec::new();
        for function in found {
            let facts = program.function(function);
            let file = program.function_files[function as usize];
            let full = plain(program.files[file as usize].name(facts.full_name));
            // Of a function of one file alone the path is part of the name.
            let full = without_path(full);
            let types = if program.language(file).typed {
                super::overloads::signature(program, function)
            } else {
                String::new()
            };
            let parameters = facts
                .parameters
                .iter()
                .filter(|own| !own.is_receiver)
                .count();
            let key = (full, parameters, types);
            let near = common(
                &program.files[from as usize].path,
                &program.files[file as usize].path,
            );
            match best.iter_mut().find(|(own, ..)| *own == key) {
                None => best.push((key, near, function)),
                Some(own) if own.1 < near => *own = (key, near, function),
                Some(_) => {}
            }
        }
        best.into_iter().map(|(.., function)| function).collect()
    }

    /// The definitions of a function that is only declared: of the same full name and number of parameters.
    pub(super) fn definitions(&self, program: &Program<'a>, declaration: u32) -> Found {
        let from = program.function_files[declaration as usize];
        let facts = program.function(declaration);
        let full = plain(program.files[from as usize].name(facts.full_name));
        let count = |function: u32| {
            let parameters = program.function(function).parameters.iter();
            parameters.filter(|own| !own.is_receiver).count()
        };
        let mut found = self.functions(program, from, full);
        found.retain(|function| program.function(*function).properties & DECLARATION == 0);
        if found
            .iter()
            .any(|&function| count(function) == count(declaration))
        {
            found.retain(|function| count(*function) == count(declaration));
        }
        found
    }

    /// Types that a name means in a file; with several of the same name the nearest, those that it includes first.
    pub(super) fn classes(&self, program: &Program<'a>, from: FileAt, name: &str) -> Found {
        let Some(group) = program.language(from).linkage else {
            return Found::new();
        };
        let last = name.rsplit("::").next().unwrap_or(name);
        let Some(all) = self.classes.get(&(group, last)) else {
            return Found::new();
        };
        let rank = |class: u32| {
            let file = program.class_files[class as usize];
            let near = common(
                &program.files[from as usize].path,
                &program.files[file as usize].path,
            );
            (self.sees(from, file), near)
        };
        let fits = |&class: &u32| {
            let file = program.class_files[class as usize];
            is_suffix(
                program.files[file as usize].name(program.class(class).full_name),
                name,
            )
        };
        let candidates: Vec<u32> = all.iter().copied().filter(fits).take(MOST).collect();
        let Some(best) = candidates.iter().map(|&class| rank(class)).max() else {
            return Found::new();
        };
        candidates
            .into_iter()
            .filter(|&class| rank(class) == best)
            .collect()
    }

    /// Variables that a name means in a file.
    pub(super) fn variables(
        &self,
        program: &Program<'a>,
        from: FileAt,
        name: &str,
    ) -> SmallVec<[Node; 2]> {
        let Some(group) = program.language(from).linkage else {
            return SmallVec::new();
        };
        let all = self
            .variables
            .get(&(group, name))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let shared = |&node: &Node| {
            let file = program.file_of_variable(node);
            let own = &program.files[file as usize].variables
                [(node - program.bases[file as usize].variables) as usize];
            own.properties & STATIC == 0 || self.sees(from, file)
        };
        all.iter().copied().filter(shared).take(MOST).collect()
    }

    /// Groups of variables that are one: those of the same name that are not of one file alone.
    pub(super) fn shared_variables(&self, program: &Program<'a>) -> Vec<Vec<Node>> {
        let names: BTreeSet<&(&str, &str)> = self.variables.keys().collect();
        let mut groups = Vec::new();
        for name in names {
            let shared: Vec<Node> = self.variables[name]
                .iter()
                .copied()
                .filter(|&node| {
                    let file = program.file_of_variable(node);
                    let at = node - program.bases[file as usize].variables;
                    program.files[file as usize].variables[at as usize].properties & STATIC == 0
                })
                .collect();
            if shared.len() > 1 {
                groups.push(shared);
            }
        }
        groups
    }

    /// What a name means for a function, looked up from its own scope outwards: `n::C::f` for `f` in `n::C::g`.
    pub(super) fn in_scope(&self, program: &Program<'a>, caller: u32, name: &str) -> Found {
        let file = program.function_files[caller as usize];
        let facts = program.function(caller);
        let mut scope = plain(program.files[file as usize].name(facts.full_name));
        while let Some((outer, _)) = scope.rsplit_once("::") {
            scope = outer;
            let wanted = format!("{scope}::{name}");
            let found = self.functions(program, file, &wanted);
            if !found.is_empty() {
                return found;
            }
        }
        Found::new()
    }

    /// Whether other functions have the same full name and other parameters.
    pub(super) fn has_overloads(&self, program: &Program<'a>, function: u32) -> bool {
        !self.overloads(program, function).is_empty()
    }

    /// Other functions of the same full name.
    pub(super) fn overloads(&self, program: &Program<'a>, function: u32) -> Vec<u32> {
        let file = program.function_files[function as usize];
        let facts = program.function(function);
        let name = program.files[file as usize].name(facts.name);
        let Some(group) = program.language(file).linkage else {
            return Vec::new();
        };
        let own = plain(program.files[file as usize].name(facts.full_name));
        let all = self
            .functions
            .get(&(group, name))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let members = self
            .members
            .get(&(group, name))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let same = |&other: &u32| {
            let file = program.function_files[other as usize];
            let facts = program.function(other);
            other != function && plain(program.files[file as usize].name(facts.full_name)) == own
        };
        all.iter().chain(members).copied().filter(same).collect()
    }

    /// The class that a function belongs to by its full name.
    pub(super) fn class_of(&self, program: &Program<'a>, function: u32) -> Option<u32> {
        let file = program.function_files[function as usize];
        let full = plain(program.files[file as usize].name(program.function(function).full_name));
        let (class, _) = full.rsplit_once("::")?;
        self.classes(program, file, class).first().copied()
    }
}

/// A full name without the types that tell overloads apart, and without a number.
fn plain(full: &str) -> &str {
    // `operator()` keeps its parentheses.
    let from = full
        .rfind("operator")
        .map_or(0, |at| at + "operator()".len());
    let end = full
        .get(from..)
        .and_then(|rest| rest.find(['(', '$']))
        .map_or(full.len(), |at| from + at);
    &full[..end]
}

/// A full name without the path that functions of one file alone have before it.
fn without_path(full: &str) -> &str {
    let mut from = 0;
    while let Some(at) = full[from..].find(':') {
        let at = from + at;
        if full[at + 1..].starts_with(':') {
            from = at + 2;
        } else {
            return &full[at + 1..];
        }
    }
    full
}

/// Whether a name is a full name, or its end behind a scope.
fn is_suffix(full: &str, name: &str) -> bool {
    full.strip_suffix(name)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
}

/// How many folders two paths share.
fn common(a: &str, b: &str) -> usize {
    a.split('/')
        .zip(b.split('/'))
        .take_while(|(a, b)| a == b)
        .count()
}

#[cfg(test)]
mod tests {
    use super::{is_suffix, plain};

    #[test]
    fn names_lose_what_tells_overloads_apart() {
        assert_eq!(plain("n::f(int)"), "n::f");
        assert_eq!(plain("n::f(int)$2"), "n::f");
        assert_eq!(plain("n::C::operator()"), "n::C::operator()");
        assert_eq!(plain("n::C::operator()(int)"), "n::C::operator()");
        assert_eq!(plain("operator+"), "operator+");
        assert!(is_suffix("n::C::f", "C::f") && is_suffix("f", "f"));
        assert!(!is_suffix("n::xf", "f"));
    }
}
