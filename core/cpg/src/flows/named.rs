//! Names under which a question can mean things of the program: what calls run, what is read, what decorates functions.
//!
//! They do not depend on the question: they are found once, with the things by name, and a question looks its patterns up among them.
//! Most names fit none, and nothing is said of their calls.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::Pattern;
use super::language::Language;
use super::meaning::{Meaning, Meanings};
use super::program::{FileAt, Node, Program};
use crate::passes::facts::{Expression, Imported, Value};

/// Things by their names.
#[derive(Default)]
pub(super) struct Table {
    /// Ascending.
    names: Vec<String>,
    /// By name: things, ascending.
    things: Vec<Vec<u32>>,
}

impl Table {
    fn new(found: FxHashMap<String, Vec<u32>>) -> Self {
        let mut sorted: Vec<_> = found.into_iter().collect();
        sorted.sort_unstable();
        let (names, mut things): (Vec<_>, Vec<Vec<u32>>) = sorted.into_iter().unzip();
        for list in &mut things {
            list.sort_unstable();
            list.dedup();
        }
        Self { names, things }
    }

    /// Numbers of the names that fit: those that begin as the pattern does are neighbours.
    pub(super) fn fitting<'s>(&'s self, pattern: &'s Pattern) -> impl Iterator<Item = u32> + 's {
        let text = pattern.text();
        let (first, any) = match text.split_once('*') {
            Some((first, _)) => (first, true),
            None => (text, false),
        };
        let from = self.names.partition_point(|name| name.as_str() < first);
        (from as u32..)
            .zip(&self.names[from..])
            .take_while(move |(_, name)| {
                if any {
                    name.starts_with(first)
                } else {
                    *name == first
                }
            })
            .filter(|(_, name)| pattern.fits(name))
            .map(|(number, _)| number)
    }

    pub(super) fn things(&self, name: u32) -> &[u32] {
        &self.things[name as usize]
    }

    /// Things with a fitting name, ascending.
    pub(super) fn all_fitting(&self, pattern: &Pattern) -> Vec<u32> {
        let numbers = self.fitting(pattern);
        let mut found: Vec<u32> = numbers
            .flat_map(|number| self.things(number).iter().copied())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// All names of a program.
pub(crate) struct Named {
    /// Calls.
    pub(super) calls: Table,
    /// By call: numbers of its names.
    of_calls: Vec<SmallVec<[u32; 2]>>,
    /// Nodes that hold something outside.
    pub(super) outside: Table,
    /// Nodes that read something of the project, or of something outside that a description calls otherwise.
    pub(super) read: Table,
    /// Functions, by their decorators and by what makes those.
    pub(super) decorated: Table,
}

impl Named {
    pub(crate) fn new(program: &Program<'_>, languages: &[Language]) -> Self {
        let mut search = Search {
            program,
            languages,
            meanings: Meanings::default(),
        };
        let (calls, of_calls) = search.calls();
        let (outside, read) = search.reads();
        let decorated = search.decorated(&calls, &of_calls);
        Self {
            calls,
            of_calls,
            outside,
            read,
            decorated,
        }
    }

    /// Numbers of the names of a call.
    pub(super) fn of_call(&self, call: u32) -> &[u32] {
        &self.of_calls[call as usize]
    }

    /// Names of a call.
    pub(super) fn names(&self, call: u32) -> impl Iterator<Item = &str> {
        let numbers = self.of_call(call).iter();
        numbers.map(|&number| self.calls.names[number as usize].as_str())
    }
}

/// Full names of what is linked to a row.
pub(super) fn linked<'p>(
    program: &Program<'p>,
    language: Option<&Language>,
    (file, row): (FileAt, u32),
) -> Vec<Cow<'p, str>> {
    let mut names: Vec<Cow<'p, str>> = Vec::new();
    for edge in program.targets(file, row) {
        if let Some(&function) = program.functions.get(&edge.target) {
            let (at, facts) = program.function(function);
            names.push(program.files[at as usize].name(facts.full_name).into());
        } else if let Some(&name) = program.stubs.get(&edge.target) {
            names.push(name.into());
            let known = language.map(|language| language.canonical(name));
            names.extend(known.filter(|known| known != name).map(Cow::Owned));
        }
    }
    names
}

struct Search<'s, 'a> {
    program: &'s Program<'a>,
    languages: &'s [Language],
    meanings: Meanings,
}

impl Search<'_, '_> {
    fn calls(&mut self) -> (Table, Vec<SmallVec<[u32; 2]>>) {
        let program = self.program;
        let mut found: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for at in 0..program.files.len() as u32 {
            let id = &program.files[at as usize].language;
            let language = self.languages.iter().find(|language| language.id == *id);
            let sites = &program.files[at as usize].calls;
            for (call, site) in (program.bases[at as usize].calls..).zip(sites) {
                let names = linked(program, language, (at, site.row));
                for name in &names {
                    put(&mut found, name, call);
                }
                if !names.is_empty() || site.callee == 0 {
                    continue;
                }
                let callee = program.node(at, site.callee);
                let meanings = self.meanings.of(program, self.languages, callee);
                for meaning in meanings.iter() {
                    if let Meaning::Outside(name) = meaning {
                        put(&mut found, name, call);
                    }
                }
            }
        }
        let table = Table::new(found);
        let mut of_calls = vec![SmallVec::new(); program.ends().calls as usize];
        for (number, calls) in (0..).zip(&table.things) {
            for &call in calls {
                of_calls[call as usize].push(number);
            }
        }
        (table, of_calls)
    }

    /// What reads of members and imports mean: outside, and otherwise.
    fn reads(&mut self) -> (Table, Table) {
        let program = self.program;
        let mut nodes: Vec<Node> = program.members.values().flatten().copied().collect();
        nodes.extend(program.imports_of_files());
        nodes.sort_unstable();
        nodes.dedup();
        let (mut outside, mut read) = (FxHashMap::default(), FxHashMap::default());
        for node in nodes {
            for meaning in self.meanings.of(program, self.languages, node).iter() {
                if let Meaning::Outside(name) = meaning {
                    put(&mut outside, name, node);
                }
            }
            match *program.expression(node).1 {
                Expression::Member(base, name) => {
                    let file = program.file(node);
                    let name = program.files[file as usize].name(name);
                    let base = program.node(file, base);
                    for around in self.holders(base) {
                        put(&mut read, &format!("{around}.{name}"), node);
                    }
                }
                Expression::Import(import) => {
                    let facts = program.files[program.file(node) as usize];
                    let import = &facts.imports[import as usize];
                    if let Imported::Member(member) = import.what {
                        let module = facts.name(import.module);
                        let name = format!("{module}.{}", facts.name(member));
                        put(&mut read, &name, node);
                    }
                }
                _ => {}
            }
        }
        (Table::new(outside), Table::new(read))
    }

    /// Names of what a node may be, whose members are named behind them.
    fn holders(&mut self, base: Node) -> Vec<String> {
        let program = self.program;
        let meanings = self.meanings.of(program, self.languages, base);
        let names = meanings.iter().filter_map(|meaning| match meaning {
            Meaning::Module(at) => Some(program.files[*at as usize].module.clone()),
            Meaning::Instance(class) | Meaning::Class(class) => {
                let at = program.bases.partition_point(|b| b.classes <= *class) - 1;
                let facts = program.files[at];
                let own = class - program.bases[at].classes;
                let class = &facts.classes[own as usize];
                Some(facts.name(class.full_name).to_owned())
            }
            // What a description makes of it may have another name.
            Meaning::Outside(around) => Some(around.clone()),
            _ => None,
        });
        names.collect()
    }

    fn decorated(&mut self, calls: &Table, of_calls: &[SmallVec<[u32; 2]>]) -> Table {
        let program = self.program;
        let mut found = FxHashMap::default();
        for number in 0..program.ends().functions {
            let (file, function) = program.function(number);
            for &decorator in &function.decorators {
                let facts = program.files[file as usize];
                if let Expression::Call(call) = facts.expressions[decorator as usize] {
                    let call = program.bases[file as usize].calls + call;
                    for &name in &of_calls[call as usize] {
                        put(&mut found, &calls.names[name as usize], number);
                    }
                } else {
                    for name in self.decorators(file, decorator) {
                        put(&mut found, &name, number);
                    }
                }
            }
        }
        Table::new(found)
    }

    /// Names of a decorator that no call makes.
    fn decorators(&mut self, file: FileAt, decorator: Value) -> Vec<String> {
        let program = self.program;
        let node = program.node(file, decorator);
        let meanings = self.meanings.of(program, self.languages, node);
        let names = meanings.iter().filter_map(|meaning| match meaning {
            Meaning::Outside(name) => Some(name.clone()),
            Meaning::Function(function) => {
                let (at, function) = program.function(*function);
                let name = program.files[at as usize].name(function.full_name);
                Some(name.to_owned())
            }
            _ => None,
        });
        names.collect()
    }
}

fn put(found: &mut FxHashMap<String, Vec<u32>>, name: &str, thing: u32) {
    match found.get_mut(name) {
        Some(things) => things.push(thing),
        None => {
            found.insert(name.to_owned(), vec![thing]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_find_their_names() {
        let names = ["a.b", "a.bc", "a.c.b", "b", "os.path.join", "os.pathsep"];
        let found = names
            .iter()
            .zip(0..)
            .map(|(name, at)| ((*name).to_owned(), vec![at, at]));
        let table = Table::new(found.collect());
        for (pattern, wanted) in [
            ("a.b", vec![0]),
            ("a.b*", vec![0, 1]),
            ("*.b", vec![0, 2]),
            ("*b", vec![0, 2, 3]),
            ("a*b", vec![0, 2]),
            ("os.path.*", vec![4]),
            ("os.path", vec![]),
            ("z*", vec![]),
            ("*", vec![0, 1, 2, 3, 4, 5]),
        ] {
            assert_eq!(
                table.all_fitting(&Pattern::new(pattern)),
                wanted,
                "{pattern}"
            );
        }
    }
}
