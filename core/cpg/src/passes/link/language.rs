//! The rules of a language as the linker uses them.
//!
//! All keys that the passes know stand at [`crate::passes`].

use rustc_hash::{FxHashMap, FxHashSet};

use super::program::Symbol;
use crate::rules::Rules;

/// Order in which ancestors are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Linearization {
    DepthFirst,
    C3,
}

/// The operand that is the receiver, none for each of them; methods of which the first found runs.
pub(super) type Protocol = (Option<usize>, Vec<Symbol>);

pub(super) struct Language<'a> {
    pub(super) id: &'a str,
    pub(super) separator: &'a str,
    /// Files of languages of the same group define names for each other.
    pub(super) linkage: Option<&'a str>,
    pub(super) linearization: Linearization,
    pub(super) constructors: Vec<Symbol>,
    pub(super) instance_call: Option<Symbol>,
    pub(super) super_name: Option<Symbol>,
    pub(super) builtins: Option<&'a str>,
    pub(super) builtin_names: FxHashSet<&'a str>,
    pub(super) hidden_prefix: Option<&'a str>,
    pub(super) indexes: Vec<&'a str>,
    /// Operators and protocols by name.
    pub(super) protocols: FxHashMap<&'a str, Vec<Protocol>>,
    /// Type of dictionaries: stepping through one gives its keys.
    pub(super) dictionary: &'a str,
    /// Methods that run where a member is not found (`__getattr__`).
    pub(super) missing_member: Vec<Symbol>,
    /// Methods that read a member for the type that holds its value (`__get__`).
    pub(super) descriptor: Vec<Symbol>,
    /// Methods that run behind a constructor that was made for the class (`__post_init__`).
    pub(super) after_construction: Vec<Symbol>,
    /// Methods of a metaclass that run where a class of it is made.
    pub(super) class_made: Vec<Symbol>,
    /// Methods that run on the class where one is derived from it (`__init_subclass__`).
    pub(super) derived: Vec<Symbol>,
    /// What names of destructors begin with, where objects live as long as the variables that hold them.
    pub(super) destructor: Option<&'a str>,
    /// Overloads are told apart by the types of what they are called with.
    pub(super) typed: bool,
    /// Types of numbers, and what else has no members.
    any_types: FxHashSet<&'a str>,
}

impl<'a> Language<'a> {
    pub(super) fn new(
        id: &'a str,
        rules: Option<&'a Rules>,
        symbol: &mut impl FnMut(&'a str) -> Symbol,
    ) -> Self {
        let get = |key| rules.and_then(|rules| rules.get(key));
        Self {
            id,
            separator: rules.map_or(".", Rules::separator),
            linkage: get("linkage"),
            linearization: if get("linearization") == Some("c3") {
                Linearization::C3
            } else {
                Linearization::DepthFirst
            },
            constructors: rules
                .into_iter()
                .flat_map(|rules| rules.all("constructor"))
                .map(&mut *symbol)
                .collect(),
            instance_call: get("instance-call").map(&mut *symbol),
            super_name: get("super").map(&mut *symbol),
            builtins: get("builtins-module").inspect(|module| {
                symbol(module);
            }),
            builtin_names: words(rules, "builtin"),
            hidden_prefix: get("wildcard-skips-prefix"),
            indexes: rules
                .into_iter()
                .flat_map(|rules| rules.all("module-index"))
                .collect(),
            protocols: protocols(rules, symbol),
            dictionary: get("dict-type").unwrap_or_default(),
            missing_member: names(rules, "missing-member", symbol),
            descriptor: names(rules, "descriptor", symbol),
            class_made: names(rules, "class-made", symbol),
            after_construction: names(rules, "after-construction", symbol),
            derived: names(rules, "derived", symbol),
            destructor: get("destructor"),
            typed: get("overloads") == Some("types"),
            any_types: words(rules, "any-type"),
        }
    }

    /// Whether a declared type is one of numbers: all of its words are.
    pub(super) fn is_number(&self, name: &str) -> bool {
        !name.is_empty()
            && name
                .split_whitespace()
                .all(|word| self.any_types.contains(word))
    }

    /// Whether a name that no scope binds can be one of the language's own.
    pub(super) fn may_be_builtin(&self, name: &str) -> bool {
        self.builtins.is_some()
            && (self.builtin_names.is_empty() || self.builtin_names.contains(name))
    }
}

/// Words of all values of a key.
fn words<'a>(rules: Option<&'a Rules>, key: &'static str) -> FxHashSet<&'a str> {
    let values = rules.into_iter().flat_map(|rules| rules.all(key));
    values.flat_map(str::split_whitespace).collect()
}

/// Names of methods under a key.
fn names<'a>(
    rules: Option<&'a Rules>,
    key: &'static str,
    symbol: &mut impl FnMut(&'a str) -> Symbol,
) -> Vec<Symbol> {
    let values = rules.into_iter().flat_map(|rules| rules.all(key));
    values.flat_map(str::split_whitespace).map(symbol).collect()
}

/// Protocols by their operators.
fn protocols<'a>(
    rules: Option<&'a Rules>,
    symbol: &mut impl FnMut(&'a str) -> Symbol,
) -> FxHashMap<&'a str, Vec<Protocol>> {
    let mut found: FxHashMap<&'a str, Vec<Protocol>> = FxHashMap::default();
    let entries = rules.into_iter().flat_map(Rules::protocols);
    for (operator, receiver, methods) in entries {
        let methods = methods.into_iter().map(&mut *symbol).collect();
        found.entry(operator).or_default().push((receiver, methods));
    }
    found
}
