//! All files as one program: one numbering for each kind of thing, one table of texts.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::language::Language;
use crate::kind::property::STATIC;
use crate::passes::facts::{Expression, FileFacts, Name, Owner, Place, Value};
use crate::passes::library::Library;
use crate::rules::Rules;

/// A text of the program.
pub(super) type Symbol = u32;
/// A file, by position among the files in the order of their ordinals.
pub(super) type FileAt = u32;
/// A place that holds values: first the variables of all files, then their expressions, then returns of functions.
pub(super) type Node = u32;

/// No position.
pub(super) const NONE: u32 = u32::MAX;

/// First number of each kind of thing of a file.
#[derive(Clone, Copy, Default)]
pub(super) struct Bases {
    pub(super) variables: u32,
    pub(super) expressions: u32,
    pub(super) functions: u32,
    pub(super) classes: u32,
    pub(super) calls: u32,
    pub(super) imports: u32,
    pub(super) operations: u32,
}

pub(super) struct Program<'a> {
    pub(super) files: Vec<&'a FileFacts>,
    /// Position of each file's language in `languages`.
    pub(super) language_of: Vec<u32>,
    pub(super) languages: Vec<Language<'a>>,
    /// One more than files: the last holds the ends.
    pub(super) bases: Vec<Bases>,
    symbols: FxHashMap<&'a str, Symbol>,
    texts: Vec<&'a str>,
    /// By file: symbols of its names.
    names: Vec<Vec<Symbol>>,
    /// By function: its file.
    pub(super) function_files: Vec<FileAt>,
    /// By class: its file.
    pub(super) class_files: Vec<FileAt>,
    /// (file, name) of module variables.
    pub(super) module_variables: FxHashMap<(FileAt, Symbol), Node>,
    /// (class, name) of declared members.
    pub(super) members: FxHashMap<(u32, Symbol), Node>,
    /// Those of them that only instances have: what methods set on their receiver.
    pub(super) instance_members: FxHashSet<(u32, Symbol)>,
    /// What is known of libraries, by position of the language.
    pub(super) libraries: Vec<&'a Library>,
    /// Values that flow to each variable: those of node `n` are `sources[starts[n]..starts[n + 1]]`, as (file's own) values.
    starts: Vec<u32>,
    sources: Vec<Value>,
}

impl<'a> Program<'a> {
    pub(super) fn new(
        facts: &'a [FileFacts],
        rules: &'a [Rules],
        libraries: &'a [(String, Library)],
    ) -> Self {
        let mut files: Vec<&FileFacts> = facts.iter().collect();
        files.sort_by(|a, b| (a.ordinal, &a.path).cmp(&(b.ordinal, &b.path)));
        let mut this = Self {
            files,
            language_of: Vec::new(),
            languages: Vec::new(),
            bases: Vec::new(),
            symbols: FxHashMap::default(),
            texts: Vec::new(),
            names: Vec::new(),
            function_files: Vec::new(),
            class_files: Vec::new(),
            module_variables: FxHashMap::default(),
            members: FxHashMap::default(),
            instance_members: FxHashSet::default(),
            starts: Vec::new(),
            libraries: Vec::new(),
            sources: Vec::new(),
        };
        this.number();
        this.add_languages(rules);
        static NOTHING: LazyLock<Library> = LazyLock::new(Library::default);
        this.libraries = this
            .languages
            .iter()
            .map(|language| {
                let found = libraries.iter().find(|(id, _)| id == language.id);
                found.map_or(&*NOTHING, |(_, library)| library)
            })
            .collect();
        this.index();
        this
    }

    fn number(&mut self) {
        let mut next = Bases::default();
        for at in 0..self.files.len() {
            let file = self.files[at];
            self.bases.push(next);
            next.variables += file.variables.len() as u32;
            next.expressions += file.expressions.len() as u32;
            next.functions += file.functions.len() as u32;
            next.classes += file.classes.len() as u32;
            next.calls += file.calls.len() as u32;
            next.imports += file.imports.len() as u32;
            next.operations += file.operations.len() as u32;
            self.function_files
                .resize(next.functions as usize, at as u32);
            self.class_files.resize(next.classes as usize, at as u32);
            let names = file.names.iter().map(|name| self.symbol(name)).collect();
            self.names.push(names);
        }
        self.bases.push(next);
    }

    fn add_languages(&mut self, rules: &'a [Rules]) {
        for at in 0..self.files.len() {
            let id = self.files[at].language.as_str();
            let known = self.languages.iter().position(|language| language.id == id);
            let language = known.unwrap_or_else(|| {
                let language = Language::new(
                    id,
                    rules.iter().find(|rules| rules.language == id),
                    &mut |text| self.symbol(text),
                );
                self.languages.push(language);
                self.languages.len() - 1
            });
            self.language_of.push(language as u32);
        }
    }

    fn index(&mut self) {
        let variables = self.ends().variables as usize;
        let mut counts = vec![0_u32; variables + 1];
        for (at, file) in self.files.iter().enumerate() {
            let bases = self.bases[at];
            for (variable, node) in file.variables.iter().zip(bases.variables..) {
                let name = self.names[at][variable.name as usize];
                match variable.owner {
                    Owner::Module => {
                        self.module_variables
                            .entry((at as u32, name))
                            .or_insert(node);
                    }
                    Owner::Class(class) => {
                        let key = (bases.classes + class, name);
                        self.members.entry(key).or_insert(node);
                        if variable.properties & STATIC == 0 {
                            self.instance_members.insert(key);
                        }
                    }
                    Owner::Function(_) | Owner::Version(_) => {}
                }
            }
            for flow in &file.flows {
                if let Place::Variable(variable) = flow.to {
                    // Definitions belong to the type, whatever an importer says of the name they bind.
                    let defines = file.defined(flow.from).is_some()
                        || matches!(file.expressions[flow.from as usize], Expression::Class(_));
                    if let (true, Owner::Class(class)) =
                        (defines, file.variables[variable as usize].owner)
                    {
                        let name = self.names[at][file.variables[variable as usize].name as usize];
                        self.instance_members.remove(&(bases.classes + class, name));
                    }
                    counts[(bases.variables + variable) as usize + 1] += 1;
                }
            }
        }
        for node in 0..variables {
            counts[node + 1] += counts[node];
        }
        self.starts.clone_from(&counts);
        self.sources = vec![0; counts[variables] as usize];
        for (at, file) in self.files.iter().enumerate() {
            for flow in &file.flows {
                if let Place::Variable(variable) = flow.to {
                    let slot = &mut counts[(self.bases[at].variables + variable) as usize];
                    self.sources[*slot as usize] = flow.from;
                    *slot += 1;
                }
            }
        }
    }

    /// Members of a class that are declared with a type and are no methods, in their order.
    pub(super) fn fields(&self, class: u32) -> Vec<(Symbol, Node)> {
        let file = self.class_files[class as usize];
        let (facts, bases) = (self.files[file as usize], self.bases[file as usize]);
        let own = Owner::Class(class - bases.classes);
        // Where types are declared and not run, their members are not the type's own.
        let of_instances = self.language(file).linkage.is_some();
        let declared = |variable: &crate::passes::facts::Variable| {
            variable.owner == own && (variable.properties & STATIC != 0) != of_instances
        };
        let members = facts.variables.iter().zip(bases.variables..);
        members
            .filter(|(variable, _)| declared(variable))
            .filter(|&(_, node)| {
                let sources = self.sources(node);
                !sources.iter().any(|&value| {
                    facts.defined(value).is_some()
                        || matches!(facts.expressions[value as usize], Expression::Class(_))
                })
            })
            .map(|(variable, node)| (self.name(file, variable.name), node))
            .collect()
    }

    pub(super) fn ends(&self) -> Bases {
        self.bases[self.files.len()]
    }

    pub(super) fn symbol(&mut self, text: &'a str) -> Symbol {
        let next = self.texts.len() as u32;
        let symbol = *self.symbols.entry(text).or_insert(next);
        if symbol == next {
            self.texts.push(text);
        }
        symbol
    }

    /// The symbol of a text that some file has.
    pub(super) fn known_symbol(&self, text: &str) -> Option<Symbol> {
        self.symbols.get(text).copied()
    }

    pub(super) fn text(&self, symbol: Symbol) -> &'a str {
        self.texts[symbol as usize]
    }

    /// The symbol of a file's name.
    pub(super) fn name(&self, file: FileAt, name: Name) -> Symbol {
        self.names[file as usize][name as usize]
    }

    pub(super) fn language(&self, file: FileAt) -> &Language<'a> {
        &self.languages[self.language_of[file as usize] as usize]
    }

    /// Values that flow to a variable, in the order of the source.
    pub(super) fn sources(&self, variable: Node) -> &[Value] {
        let at = variable as usize;
        &self.sources[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The file of a variable.
    pub(super) fn file_of_variable(&self, variable: Node) -> FileAt {
        self.bases
            .partition_point(|bases| bases.variables <= variable) as u32
            - 1
    }

    /// The node of a file's value.
    pub(super) fn node(&self, file: FileAt, value: Value) -> Node {
        match self.files[file as usize].expressions[value as usize] {
            Expression::Variable(variable) => self.bases[file as usize].variables + variable,
            _ => self.ends().variables + self.bases[file as usize].expressions + value,
        }
    }

    /// The node of what a function returns.
    pub(super) fn return_node(&self, function: u32) -> Node {
        let ends = self.ends();
        ends.variables + ends.expressions + function
    }

    /// Facts of a function.
    pub(super) fn function(&self, function: u32) -> &'a crate::passes::facts::Function {
        let file = self.function_files[function as usize];
        &self.files[file as usize].functions
            [(function - self.bases[file as usize].functions) as usize]
    }

    /// Facts of a class.
    pub(super) fn class(&self, class: u32) -> &'a crate::passes::facts::Class {
        let file = self.class_files[class as usize];
        &self.files[file as usize].classes[(class - self.bases[file as usize].classes) as usize]
    }
}
