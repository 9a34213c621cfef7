//! Collects the facts of a file from its rows.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Class, Expression, FileFacts, Function, Import, Imported, Name, Owner, Parameter, Value,
    Variable,
};
use crate::ast::FileAst;
use crate::kind::{NodeKind, Role, property};
use crate::passes::FileInfo;
use crate::passes::ssa::Ssa;
use crate::passes::tree::Tree;
use crate::rules::Rules;

/// No position.
const NONE: u32 = u32::MAX;

pub(super) struct Collector<'a> {
    pub(super) ast: &'a FileAst,
    pub(super) tree: &'a Tree,
    pub(super) rules: &'a Rules,
    pub(super) method_of: &'a [u32],
    pub(super) facts: FileFacts,
    names: FxHashMap<&'a str, Name>,
    /// Texts that do not stand in the file as they are.
    owned: FxHashMap<String, Name>,
    pub(super) interned: FxHashMap<Expression, Value>,
    /// By row: position of the variable, function, class or import that the row declares.
    pub(super) declared: Vec<u32>,
    /// By row of an expression: its value.
    pub(super) values: Vec<Value>,
    /// Wrappers of declared types that stand for their arguments.
    pub(super) wrappers: Vec<&'a str>,
    module_scope: FxHashMap<&'a str, u32>,
    /// Declared types that tell nothing.
    pub(super) any_types: Vec<&'a str>,
    /// Literals of the file that are their type's only value.
    pub(super) nulls: FxHashSet<&'a str>,
    /// (function, value) that it returns.
    pub(super) returned: FxHashSet<(u32, Value)>,
    pub(super) ssa: &'a Ssa,
    /// By version: its variable, once something names it.
    pub(super) version_variables: Vec<u32>,
    /// Row that is being looked at.
    pub(super) at: u32,
    /// Blocks that make dictionaries.
    pub(super) dictionaries: FxHashSet<u32>,
    /// By row that hands on the elements of another value: what it steps through.
    pub(super) delegated: FxHashMap<u32, Value>,
    /// Values of definitions after their decorators, by row.
    pub(super) decorated: FxHashMap<u32, Value>,
    pub(super) words: super::words::Words<'a>,
}

/// Facts of a file, and the full names of what its calls mean as far as the file tells.
pub(crate) fn collect(
    ast: &FileAst,
    tree: &Tree,
    method_of: &[u32],
    info: &FileInfo,
    rules: &Rules,
    ssa: &Ssa,
) -> (FileFacts, Vec<(u32, String)>) {
    let facts = FileFacts {
        ordinal: info.ordinal,
        path: info.path.clone(),
        module: info.module.clone(),
        is_package: info.is_package,
        language: rules.language.clone(),
        expressions: vec![Expression::Unknown],
        rows: vec![0],
        ..FileFacts::default()
    };
    let mut this = Collector {
        ast,
        tree,
        rules,
        method_of,
        facts,
        names: FxHashMap::default(),
        owned: FxHashMap::default(),
        interned: FxHashMap::default(),
        declared: vec![NONE; ast.len()],
        values: vec![0; ast.len()],
        wrappers: rules
            .all("type-wrapper")
            .flat_map(str::split_whitespace)
            .collect(),
        module_scope: FxHashMap::default(),
        any_types: rules
            .all("any-type")
            .flat_map(str::split_whitespace)
            .collect(),
        nulls: FxHashSet::default(),
        returned: FxHashSet::default(),
        ssa,
        version_variables: vec![NONE; ssa.versions.len()],
        at: 0,
        dictionaries: FxHashSet::default(),
        delegated: FxHashMap::default(),
        decorated: FxHashMap::default(),
        words: super::words::Words::new(rules),
    };
    this.declarations();
    this.expressions();
    this.definitions();
    this.objects();
    this.flows();
    this.facts.flows.retain(|flow| flow.from != 0);
    this.order();
    this.versions();
    this.written();
    let names = super::names::callee_names(&this.facts, rules);
    (this.facts, names)
}

impl<'a> Collector<'a> {
    pub(super) fn name(&mut self, text: &'a str) -> Name {
        if let Some(&name) = self.names.get(text) {
            return name;
        }
        let name = self.facts.names.len() as Name;
        self.facts.names.push(text.to_owned());
        self.names.insert(text, name);
        name
    }

    pub(super) fn value(&mut self, expression: Expression) -> Value {
        if expression == Expression::Unknown {
            return 0;
        }
        if let Some(&value) = self.interned.get(&expression) {
            return value;
        }
        let value = self.fresh(expression.clone());
        self.interned.insert(expression, value);
        value
    }

    /// An expression that counts for itself, also where another one reads the same: reads of places differ by when they happen.
    pub(super) fn fresh(&mut self, expression: Expression) -> Value {
        let value = self.facts.expressions.len() as Value;
        self.facts.expressions.push(expression);
        self.facts.rows.push(self.at);
        value
    }

    pub(super) fn choice(&mut self, mut values: Vec<Value>) -> Value {
        values.retain(|&value| value != 0);
        values.sort_unstable();
        values.dedup();
        match values[..] {
            [] => 0,
            [one] => one,
            _ => self.value(Expression::Choice(values)),
        }
    }

    pub(super) fn kind(&self, row: u32) -> NodeKind {
        self.ast.kinds[row as usize]
    }

    pub(super) fn role(&self, row: u32) -> Role {
        self.ast.roles[row as usize]
    }

    /// The function that runs a row, by position.
    pub(super) fn caller(&self, row: u32) -> Option<u32> {
        let method = self.method_of[row as usize];
        (method != 0).then(|| self.declared[method as usize])
    }

    pub(super) fn declarations(&mut self) {
        let ast = self.ast;
        for row in 1..ast.len() as u32 {
            match self.kind(row) {
                NodeKind::Method => self.declare_function(row),
                NodeKind::TypeDecl => {
                    let class = Class {
                        row,
                        name: self.name(ast.name(row)),
                        full_name: self.name(ast.detail(row)),
                        caller: self.caller(row),
                        bases: Vec::new(),
                        metaclass: 0,
                        decorators: Vec::new(),
                    };
                    self.declared[row as usize] = self.facts.classes.len() as u32;
                    self.facts.classes.push(class);
                }
                NodeKind::Literal if super::hints::is_null(ast, row) => {
                    self.nulls.insert(ast.name(row));
                }
                NodeKind::Local | NodeKind::Member | NodeKind::MethodParameterIn => {
                    self.declare_variable(row);
                }
                NodeKind::Import => {
                    let what = match ast.type_text(row) {
                        "" => Imported::Module,
                        "*" => Imported::All,
                        member => Imported::Member(self.name(member)),
                    };
                    let import = Import {
                        row,
                        variable: None,
                        bound: self.name(ast.name(row)),
                        module: self.name(ast.detail(row)),
                        what,
                    };
                    self.declared[row as usize] = self.facts.imports.len() as u32;
                    self.facts.imports.push(import);
                }
                _ => {}
            }
        }
        for at in 0..self.facts.imports.len() {
            let declaration = ast.reference(self.facts.imports[at].row);
            self.facts.imports[at].variable = declaration.and_then(|row| self.variable_of(row));
        }
    }

    pub(super) fn declare_function(&mut self, row: u32) {
        let ast = self.ast;
        let parent = ast.parents[row as usize];
        // A friend stands in the class and is none of its members.
        let flags = property::INSTANCE_METHOD | property::STATIC | property::CONSTRUCTOR;
        let is_member =
            self.kind(parent) == NodeKind::TypeDecl && (!self.words.typed || ast.has(row, flags));
        let class = is_member.then(|| self.declared[parent as usize]);
        let function = Function {
            row,
            name: self.name(ast.name(row)),
            full_name: self.name(ast.detail(row)),
            class,
            properties: ast.properties[row as usize],
            parameters: Vec::new(),
            returns: Vec::new(),
            yields: Vec::new(),
            decorators: Vec::new(),
        };
        self.declared[row as usize] = self.facts.functions.len() as u32;
        self.facts.functions.push(function);
    }

    pub(super) fn declare_variable(&mut self, row: u32) {
        let ast = self.ast;
        let parent = ast.parents[row as usize];
        let method = self.method_of[row as usize];
        let owner = if self.kind(parent) == NodeKind::TypeDecl {
            Owner::Class(self.declared[parent as usize])
        } else if method == 0 || ast.has(method, property::MODULE) {
            Owner::Module
        } else {
            Owner::Function(self.declared[method as usize])
        };
        let name = self.name(ast.name(row));
        let variable = self.facts.variables.len() as u32;
        if owner == Owner::Module {
            self.module_scope.entry(ast.name(row)).or_insert(variable);
        }
        self.declared[row as usize] = variable;
        self.facts.variables.push(Variable {
            name,
            row,
            owner,
            properties: ast.properties[row as usize],
        });
        if self.kind(row) == NodeKind::MethodParameterIn && method != 0 {
            self.declare_parameter(row, method, variable);
        }
    }

    pub(super) fn declare_parameter(&mut self, row: u32, method: u32, variable: u32) {
        let function = self.declared[method as usize] as usize;
        let is_first = self.facts.functions[function].parameters.is_empty();
        let takes_receiver = self
            .ast
            .has(method, property::INSTANCE_METHOD | property::CLASS_METHOD);
        let by_rule =
            is_first && takes_receiver && self.rules.get("receiver-parameter") == Some("first");
        let parameter = Parameter {
            variable,
            properties: self.ast.properties[row as usize],
            is_receiver: by_rule || self.ast.arguments[row as usize] == 0,
            optional: self.tree.child(self.ast, row, Role::DefaultValue).is_some()
                || self
                    .ast
                    .has(row, property::VARIADIC | property::KEYWORD_VARIADIC),
            default: 0,
            declared: self.words.typed.then(|| self.name(self.ast.type_text(row))),
        };
        self.facts.functions[function].parameters.push(parameter);
    }

    pub(super) fn is_variable(&self, row: u32) -> bool {
        matches!(
            self.kind(row),
            NodeKind::Local | NodeKind::Member | NodeKind::MethodParameterIn
        )
    }

    pub(super) fn variable_of(&self, row: u32) -> Option<u32> {
        self.is_variable(row).then(|| self.declared[row as usize])
    }

    /// What a declaration stands for where a row refers to it.
    pub(super) fn declaration(&mut self, row: u32) -> Value {
        let at = self.declared[row as usize];
        match self.kind(row) {
            _ if at == NONE => 0,
            NodeKind::Local | NodeKind::Member | NodeKind::MethodParameterIn => {
                self.value(Expression::Variable(at))
            }
            NodeKind::Method => self.value(Expression::Function(at)),
            NodeKind::TypeDecl => self.value(Expression::Class(at)),
            _ => 0,
        }
    }

    /// The value of a row's expression.
    pub(super) fn value_of(&self, row: u32) -> Value {
        self.values[row as usize]
    }

    /// A name that may not stand in the file.
    pub(super) fn owned_name(&mut self, text: &str) -> Name {
        if let Some(&name) = self.names.get(text) {
            return name;
        }
        if let Some(&name) = self.owned.get(text) {
            return name;
        }
        let name = self.facts.names.len() as Name;
        self.facts.names.push(text.to_owned());
        self.owned.insert(text.to_owned(), name);
        name
    }

    /// A variable of the module.
    pub(super) fn known_module_name(&mut self, text: &str) -> Option<Value> {
        let variable = *self.module_scope.get(text)?;
        Some(self.value(Expression::Variable(variable)))
    }

    /// A name written in a text, as the module sees it.
    pub(super) fn module_name(&mut self, text: &'a str) -> Value {
        if let Some(&variable) = self.module_scope.get(text) {
            return self.value(Expression::Variable(variable));
        }
        let name = self.name(text);
        self.value(Expression::Global(name))
    }
}
