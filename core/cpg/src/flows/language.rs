//! Rules of a language as the search uses them, and its libraries by full name.

use rustc_hash::FxHashMap;

use crate::passes::library::{Attribute, Function, Library};
use crate::rules::Rules;

/// Names that are followed to a description.
const DEPTH: u32 = 12;

pub(crate) struct Language {
    pub(crate) id: String,
    pub(crate) separator: String,
    pub(crate) constructors: Vec<String>,
    pub(crate) instance_call: Option<String>,
    builtins: Option<String>,
    pub(crate) dictionary: String,
    /// A pointer holds what it points to, and moves within it.
    pub(crate) transparent: bool,
    /// (operator, operand that is the receiver, method).
    protocols: Vec<(String, usize, String)>,
    library: Library,
    /// Methods of built-in types by their short names.
    by_name: FxHashMap<String, Vec<String>>,
}

impl Language {
    pub(crate) fn new(rules: &Rules) -> Self {
        let library = Library::new(rules.all("library"));
        let builtins = rules.get("builtins-module").map(str::to_owned);
        let mut by_name: FxHashMap<String, Vec<String>> = FxHashMap::default();
        let mut functions: Vec<_> = library.functions.iter().collect();
        functions.sort_unstable_by_key(|&(name, _)| name);
        for (name, function) in functions {
            let of_builtins = builtins
                .as_ref()
                .and_then(|module| name.strip_prefix(module.as_str()));
            let is_method = function
                .parameters
                .first()
                .is_some_and(|first| first == "self");
            if let (true, Some(rest)) = (is_method, of_builtins)
                && rest.matches('.').count() == 2
                && let Some((_, short)) = name.rsplit_once('.')
            {
                by_name
                    .entry(short.to_owned())
                    .or_default()
                    .push(name.clone());
            }
        }
        let mut protocols = Vec::new();
        for (operator, receiver, methods) in rules.protocols() {
            let Some(receiver) = receiver else { continue };
            for name in methods {
                protocols.push((operator.to_owned(), receiver, name.to_owned()));
            }
        }
        Self {
            id: rules.language.clone(),
            separator: rules.separator().to_owned(),
            constructors: rules.all("constructor").map(str::to_owned).collect(),
            instance_call: rules.get("instance-call").map(str::to_owned),
            builtins,
            dictionary: rules.get("dict-type").unwrap_or_default().to_owned(),
            transparent: rules.get("indirection") == Some("transparent"),
            protocols,
            library,
            by_name,
        }
    }

    pub(crate) fn is_constructor(&self, name: &str) -> bool {
        self.constructors.iter().any(|other| other == name)
    }

    /// The full name of something that needs no import.
    pub(crate) fn builtin(&self, name: &str) -> String {
        match &self.builtins {
            Some(module) => format!("{module}.{name}"),
            None => name.to_owned(),
        }
    }

    /// The operand on which a method of an operator or protocol is called.
    pub(crate) fn receiver(&self, operator: &str, method: &str) -> Option<usize> {
        self.protocols
            .iter()
            .find(|(other, _, name)| other == operator && name == method)
            .map(|&(_, position, _)| position)
    }

    /// Methods that an operator or protocol runs.
    pub(super) fn methods_of(&self, operator: &str) -> impl Iterator<Item = &str> {
        self.protocols
            .iter()
            .filter(move |(other, ..)| other == operator)
            .map(|(_, _, name)| name.as_str())
    }

    /// All functions that are described, by name.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&str, &Function)> {
        let all = self.library.functions.iter();
        all.map(|(name, function)| (name.as_str(), function))
    }

    /// The name under which descriptions know something: aliases of it or of what it is in.
    pub(crate) fn canonical(&self, name: &str) -> String {
        let mut name = name.to_owned();
        for _ in 0..DEPTH {
            if let Some(other) = self.library.aliases.get(&name) {
                name.clone_from(other);
                continue;
            }
            let replaced = name
                .match_indices('.')
                .map(|(at, _)| at)
                .rev()
                .find_map(|at| {
                    let other = self.library.aliases.get(&name[..at])?;
                    Some(format!("{other}{}", &name[at..]))
                });
            match replaced {
                Some(other) => name = other,
                None => break,
            }
        }
        name
    }

    /// The description of a function, of its class, or of one of its bases; of a class that of its constructor.
    pub(crate) fn described(&self, name: &str) -> Option<&Function> {
        self.member(&self.canonical(name), DEPTH).or_else(|| {
            let class = self.canonical(name);
            if !self.library.classes.contains_key(&class) {
                return None;
            }
            self.constructors
                .iter()
                .find_map(|constructor| self.member(&format!("{class}.{constructor}"), DEPTH))
        })
    }

    fn member(&self, name: &str, depth: u32) -> Option<&Function> {
        if let Some(function) = self.library.functions.get(name) {
            return Some(function);
        }
        let (class, member) = name.rsplit_once('.')?;
        let bases = self.library.classes.get(class).filter(|_| depth > 0)?;
        bases.iter().find_map(|base| {
            let base = self.canonical(base);
            self.member(&format!("{base}.{member}"), depth - 1)
        })
    }

    /// Whether a name is a described class.
    pub(crate) fn is_class(&self, name: &str) -> bool {
        self.library.classes.contains_key(&self.canonical(name))
    }

    /// Whether a described class is an ancestor of another one, which may have its short name only.
    pub(crate) fn is_above(&self, wanted: &str, one: &str) -> bool {
        let wanted = self.canonical(wanted);
        let mut classes = vec![self.canonical(one), self.canonical(&self.builtin(one))];
        for at in 0..64 {
            let Some(class) = classes.get(at) else {
                return false;
            };
            if *class == wanted {
                return true;
            }
            let bases = self.library.classes.get(class).into_iter().flatten();
            let bases: Vec<String> = bases.map(|base| self.canonical(base)).collect();
            classes.extend(bases);
        }
        false
    }

    /// What a described attribute is: a full name, and whether it is an instance of that.
    pub(crate) fn attribute(&self, name: &str) -> Option<(&str, bool)> {
        match self.library.attributes.get(&self.canonical(name))? {
            Attribute::Instance(class) => Some((class, true)),
            Attribute::Same(other) => Some((other, false)),
        }
    }

    /// Methods of built-in types with a short name: what a call on an unknown receiver may be.
    pub(crate) fn methods(&self, short: &str) -> impl Iterator<Item = &Function> {
        self.by_name
            .get(short)
            .into_iter()
            .flatten()
            .filter_map(|name| self.library.functions.get(name))
    }
}
