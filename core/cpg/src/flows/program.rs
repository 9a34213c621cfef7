//! The facts of all files as one graph of nodes with their uses.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::NodeId;
use crate::kind::EdgeKind;
use crate::kind::property::MODULE;
use crate::passes::facts::{
    CallSite, Expression, FileFacts, Flow, Function, Key, Name, Operation, Owner, Value,
};
use crate::passes::{CallEdge, Linked};

use super::path::Step;

/// A text of the program.
pub(crate) type Symbol = u32;
/// A file by position.
pub(crate) type FileAt = u32;
/// A variable or an expression: first the variables of all files, then their expressions.
pub(crate) type Node = u32;

/// No position.
pub(crate) const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Default)]
pub(crate) struct Bases {
    pub(crate) variables: u32,
    pub(crate) expressions: u32,
    pub(crate) functions: u32,
    pub(crate) classes: u32,
    pub(crate) calls: u32,
    pub(crate) operations: u32,
    pub(crate) flows: u32,
}

/// Where the value of a node goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// Into a place, by flow.
    Flow(u32),
    /// Into an expression that reads a part of it, or stands for it.
    Part(Node),
    /// An argument of a call, by position in its list.
    Argument(u32, u32),
    Callee(u32),
    Operand(u32, u32),
    /// A parameter that a call leaves out.
    Default(Node),
    Return(u32),
    Yield(u32),
    Raise(u32),
}

pub(crate) struct Program<'a> {
    pub(crate) files: Vec<&'a FileFacts>,
    pub(crate) bases: Vec<Bases>,
    pub(crate) at: FxHashMap<u32, FileAt>,
    symbols: FxHashMap<&'a str, Symbol>,
    pub(crate) names: Vec<Vec<Symbol>>,
    pub(crate) uses: Vec<(Node, Use)>,
    /// (variable, flow) and (base of a store, flow), ascending.
    pub(crate) sources: Vec<(Node, u32)>,
    pub(crate) stores: Vec<(Node, u32)>,
    /// By call: the node of its result.
    pub(crate) results: Vec<Node>,
    /// Parameter: what it holds where a call leaves it out.
    pub(crate) defaults: FxHashMap<Node, Node>,
    /// Row of a call: its number.
    pub(crate) call_rows: FxHashMap<NodeId, u32>,
    /// By function: the one around it.
    pub(crate) parents: Vec<u32>,
    /// By function: the expression that means it.
    pub(crate) function_nodes: FxHashMap<u32, Node>,
    pub(crate) functions: FxHashMap<NodeId, u32>,
    pub(crate) classes: FxHashMap<NodeId, u32>,
    /// Targets of sites, ascending.
    pub(crate) calls: &'a [CallEdge],
    /// (target, position in `calls`), ascending.
    callers: Vec<(NodeId, u32)>,
    pub(crate) stubs: FxHashMap<NodeId, &'a str>,
    /// What imports mean, ascending: (row of the import, declaration).
    imports: Vec<(NodeId, NodeId)>,
    /// Declaration row: variable.
    pub(crate) declared: FxHashMap<NodeId, Node>,
    /// Expressions that read a member, by its name.
    pub(crate) members: FxHashMap<Symbol, Vec<Node>>,
    /// Expressions of names that no scope of their file binds, by name.
    pub(crate) globals: FxHashMap<Symbol, Vec<Node>>,
    /// Import expressions of variables.
    pub(crate) importers: FxHashMap<Node, Vec<Node>>,
    /// Names of functions and fields that hold them.
    pub(crate) methods: FxHashSet<Symbol>,
    pub(crate) module_variables: FxHashMap<(FileAt, Symbol), Node>,
    pub(crate) class_variables: FxHashMap<(u32, Symbol), Node>,
    pub(crate) modules: FxHashMap<&'a str, FileAt>,
}

impl<'a> Program<'a> {
    pub(crate) fn new(facts: &'a [FileFacts], linked: &'a Linked) -> Self {
        let mut files: Vec<&FileFacts> = facts.iter().collect();
        files.sort_by_key(|file| file.ordinal);
        let mut this = Self {
            at: (0..)
                .zip(&files)
                .map(|(at, file)| (file.ordinal, at))
                .collect(),
            files,
            bases: Vec::new(),
            symbols: FxHashMap::default(),
            names: Vec::new(),
            uses: Vec::new(),
            sources: Vec::new(),
            stores: Vec::new(),
            results: Vec::new(),
            defaults: FxHashMap::default(),
            call_rows: FxHashMap::default(),
            parents: Vec::new(),
            function_nodes: FxHashMap::default(),
            functions: FxHashMap::default(),
            classes: FxHashMap::default(),
            calls: &linked.calls,
            callers: Vec::new(),
            stubs: linked
                .stubs
                .iter()
                .map(|stub| (stub.id, stub.full_name.as_str()))
                .collect(),
            imports: linked
                .links
                .iter()
                .filter(|link| link.kind == EdgeKind::Imports)
                .map(|link| (link.src, link.dst))
                .collect(),
            declared: FxHashMap::default(),
            members: FxHashMap::default(),
            globals: FxHashMap::default(),
            importers: FxHashMap::default(),
            methods: FxHashSet::default(),
            module_variables: FxHashMap::default(),
            class_variables: FxHashMap::default(),
            modules: FxHashMap::default(),
        };
        this.imports.sort_unstable();
        this.callers = (0..)
            .zip(this.calls)
            .map(|(at, call)| (call.target, at))
            .collect();
        this.callers.sort_unstable();
        this.number();
        for at in 0..this.files.len() as u32 {
            this.declare(at);
        }
        for at in 0..this.files.len() as u32 {
            this.index(at);
        }
        this.uses.sort_unstable();
        this.uses.dedup();
        this.sources.sort_unstable();
        this.stores.sort_unstable();
        this.keep_class_members();
        this
    }

    pub(crate) fn symbol(&mut self, text: &'a str) -> Symbol {
        let next = self.symbols.len() as u32;
        *self.symbols.entry(text).or_insert(next)
    }

    /// The symbol of a text that some file has.
    pub(crate) fn known(&self, text: &str) -> Option<Symbol> {
        self.symbols.get(text).copied()
    }

    pub(crate) fn name(&self, file: FileAt, name: Name) -> Symbol {
        self.names[file as usize][name as usize]
    }

    pub(crate) fn ends(&self) -> Bases {
        self.bases[self.files.len()]
    }

    pub(crate) fn node(&self, file: FileAt, value: Value) -> Node {
        match self.files[file as usize].expressions[value as usize] {
            Expression::Variable(variable) => self.bases[file as usize].variables + variable,
            _ => self.ends().variables + self.bases[file as usize].expressions + value,
        }
    }

    fn file_by(&self, number: u32, base: impl Fn(&Bases) -> u32) -> FileAt {
        // Files without a thing share its number with the next one: the last is the one that has it.
        self.bases.partition_point(|bases| base(bases) <= number) as u32 - 1
    }

    pub(crate) fn file(&self, node: Node) -> FileAt {
        let variables = self.ends().variables;
        if node < variables {
            self.file_by(node, |bases| bases.variables)
        } else {
            self.file_by(node - variables, |bases| bases.expressions)
        }
    }

    pub(crate) fn is_variable(&self, node: Node) -> bool {
        node < self.ends().variables
    }

    /// The expression of a node that is no variable, and its file.
    pub(crate) fn expression(&self, node: Node) -> (FileAt, &'a Expression) {
        let file = self.file(node);
        let value = node - self.ends().variables - self.bases[file as usize].expressions;
        (file, &self.files[file as usize].expressions[value as usize])
    }

    /// The row of a node: of a declaration, or where an expression was first met.
    pub(crate) fn row(&self, node: Node) -> u32 {
        let file = self.file(node);
        let bases = self.bases[file as usize];
        let facts = self.files[file as usize];
        if self.is_variable(node) {
            facts.variables[(node - bases.variables) as usize].row
        } else {
            let value = node - self.ends().variables - bases.expressions;
            facts.rows.get(value as usize).copied().unwrap_or(0)
        }
    }

    pub(crate) fn uses(&self, node: Node) -> std::ops::Range<usize> {
        let first = self.uses.partition_point(|&(other, _)| other < node);
        let count = self.uses[first..].partition_point(|&(other, _)| other == node);
        first..first + count
    }

    pub(crate) fn use_at(&self, at: usize) -> Use {
        self.uses[at].1
    }

    fn listed(list: &[(Node, u32)], node: Node) -> impl Iterator<Item = u32> + '_ {
        let first = list.partition_point(|&(other, _)| other < node);
        list[first..]
            .iter()
            .take_while(move |&&(other, _)| other == node)
            .map(|&(_, number)| number)
    }

    /// Flows into a variable.
    pub(crate) fn sources(&self, node: Node) -> impl Iterator<Item = u32> + '_ {
        Self::listed(&self.sources, node)
    }

    /// Flows into parts of what a node holds.
    pub(crate) fn stores(&self, node: Node) -> impl Iterator<Item = u32> + '_ {
        Self::listed(&self.stores, node)
    }

    pub(crate) fn flow(&self, number: u32) -> (FileAt, &'a Flow) {
        let file = self.file_by(number, |bases| bases.flows);
        let own = number - self.bases[file as usize].flows;
        (file, &self.files[file as usize].flows[own as usize])
    }

    pub(crate) fn call(&self, number: u32) -> (FileAt, &'a CallSite) {
        let file = self.file_by(number, |bases| bases.calls);
        let own = number - self.bases[file as usize].calls;
        (file, &self.files[file as usize].calls[own as usize])
    }

    pub(crate) fn operation(&self, number: u32) -> (FileAt, &'a Operation) {
        let file = self.file_by(number, |bases| bases.operations);
        let own = number - self.bases[file as usize].operations;
        (file, &self.files[file as usize].operations[own as usize])
    }

    pub(crate) fn function(&self, number: u32) -> (FileAt, &'a Function) {
        let file = self.file_by(number, |bases| bases.functions);
        let own = number - self.bases[file as usize].functions;
        (file, &self.files[file as usize].functions[own as usize])
    }

    /// The innermost function that a row stands in.
    pub(crate) fn function_of(&self, file: FileAt, row: u32) -> u32 {
        let facts = self.files[file as usize];
        let base = self.bases[file as usize].functions;
        let at = facts
            .functions
            .partition_point(|function| function.row <= row);
        let mut function = if at == 0 { NONE } else { base + at as u32 - 1 };
        while function != NONE {
            let end = facts.order.ends.get((function - base) as usize);
            if end.is_some_and(|&end| end > row) {
                break;
            }
            function = self.parents[function as usize];
        }
        function
    }

    /// The variable that versions are of.
    pub(crate) fn base_variable(&self, node: Node) -> Node {
        let file = self.file(node);
        let first = self.bases[file as usize].variables;
        match self.files[file as usize].variables[(node - first) as usize].owner {
            Owner::Version(base) => first + base,
            _ => node,
        }
    }

    pub(crate) fn owner(&self, node: Node) -> Owner {
        let base = self.base_variable(node);
        let file = self.file(base);
        let first = self.bases[file as usize].variables;
        self.files[file as usize].variables[(base - first) as usize].owner
    }

    /// The function that runs a node: of a variable the one that it belongs to.
    pub(crate) fn home(&self, node: Node) -> u32 {
        let file = self.file(node);
        if !self.is_variable(node) {
            return self.function_of(file, self.row(node));
        }
        if let Owner::Function(function) = self.owner(node) {
            return self.bases[file as usize].functions + function;
        }
        let functions = &self.files[file as usize].functions;
        let module = functions
            .iter()
            .position(|function| function.properties & MODULE != 0);
        module.map_or(NONE, |at| self.bases[file as usize].functions + at as u32)
    }

    /// Targets of what runs at a row.
    pub(crate) fn targets(&self, file: FileAt, row: u32) -> &'a [CallEdge] {
        let site = NodeId::new(self.files[file as usize].ordinal, row);
        let first = self.calls.partition_point(|call| call.site < site);
        let count = self.calls[first..].partition_point(|call| call.site == site);
        &self.calls[first..first + count]
    }

    /// Sites that can call a function: (file, row).
    pub(crate) fn callers(&self, function: u32) -> impl Iterator<Item = (FileAt, u32)> + '_ {
        let (file, facts) = self.function(function);
        let target = NodeId::new(self.files[file as usize].ordinal, facts.row);
        let first = self.callers.partition_point(|&(other, _)| other < target);
        self.callers[first..]
            .iter()
            .take_while(move |&&(other, _)| other == target)
            .filter_map(|&(_, at)| {
                let site = self.calls[at as usize].site;
                Some((*self.at.get(&site.file())?, site.row()))
            })
    }

    /// The call of a row.
    pub(crate) fn call_at(&self, file: FileAt, row: u32) -> Option<u32> {
        let id = NodeId::new(self.files[file as usize].ordinal, row);
        self.call_rows.get(&id).copied()
    }

    /// What an import means.
    pub(crate) fn imported(&self, import: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let first = self.imports.partition_point(|&(src, _)| src < import);
        self.imports[first..]
            .iter()
            .take_while(move |&&(src, _)| src == import)
            .map(|&(_, dst)| dst)
    }

    /// The step that a key of a file means.
    pub(crate) fn step(&self, file: FileAt, key: Key) -> Step {
        match key {
            Key::Any => Step::Any,
            Key::Index(at) => Step::Index(at),
            Key::From(at) => Step::From(at),
            Key::Text(name) => Step::Text(self.name(file, name)),
            Key::Keys => Step::Keys,
            Key::Between(from, to) => Step::Between(from, to),
        }
    }

    /// The variable, or other beginning, that an expression reads a part of, and the way to that part.
    pub(crate) fn root(&self, mut node: Node) -> (Node, super::path::Path) {
        let mut steps = super::path::Path::new();
        while !self.is_variable(node) {
            let (file, expression) = self.expression(node);
            let (base, step) = match *expression {
                Expression::Member(base, name) => (base, Step::Field(self.name(file, name))),
                Expression::Element(base, key) => (base, self.step(file, key)),
                _ => break,
            };
            steps.insert(0, step);
            node = self.node(file, base);
        }
        (node, steps)
    }
}
