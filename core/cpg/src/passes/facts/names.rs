//! Full names of what calls mean, as far as one file tells.

use super::{Expression, FileFacts, Imported, Place, Value};
use crate::rules::Rules;

/// Steps from a name to its meaning; a longer chain is not followed.
const DEPTH: u32 = 24;

/// What a value is, as a name.
#[derive(Clone)]
enum Meaning {
    /// Something with this full name.
    Named(String),
    /// An instance of a class of this file.
    Instance(u32),
}

/// (row of the call, full name), ascending.
pub(super) fn callee_names(facts: &FileFacts, rules: &Rules) -> Vec<(u32, String)> {
    let mut definitions: Vec<(u32, Value)> = facts
        .flows
        .iter()
        .filter_map(|flow| match flow.to {
            Place::Variable(variable) => Some((variable, flow.from)),
            Place::Member(..) | Place::Element(..) => None,
        })
        .collect();
    definitions.sort_by_key(|&(variable, _)| variable);
    let mut members: Vec<(u32, u32, u32)> = facts
        .variables
        .iter()
        .enumerate()
        .filter_map(|(at, variable)| match variable.owner {
            super::Owner::Class(class) => Some((class, variable.name, at as u32)),
            _ => None,
        })
        .collect();
    members.sort_unstable();
    let namer = Namer {
        facts,
        rules,
        definitions,
        members,
    };
    let mut memo = vec![None; facts.expressions.len()];
    facts
        .calls
        .iter()
        .filter_map(|call| {
            let meaning = memo[call.callee as usize]
                .get_or_insert_with(|| namer.meaning(call.callee, DEPTH))
                .clone()?;
            match meaning {
                Meaning::Named(name) => Some((call.row, name)),
                Meaning::Instance(_) => None,
            }
        })
        .collect()
}

struct Namer<'a> {
    facts: &'a FileFacts,
    rules: &'a Rules,
    /// (variable, value), by variable.
    definitions: Vec<(u32, Value)>,
    /// (class, name, variable).
    members: Vec<(u32, u32, u32)>,
}

impl Namer<'_> {
    fn meaning(&self, value: Value, depth: u32) -> Option<Meaning> {
        let depth = depth.checked_sub(1)?;
        let facts = self.facts;
        match facts.expressions[value as usize] {
            Expression::Variable(variable) => {
                if let Some(class) = self.receiver_class(variable) {
                    return Some(Meaning::Instance(class));
                }
                let first = self.definitions.partition_point(|&(at, _)| at < variable);
                let mut all = self.definitions[first..]
                    .iter()
                    .take_while(|&&(at, _)| at == variable);
                match (all.next(), all.next()) {
                    (Some(&(_, only)), None) => self.meaning(only, depth),
                    _ => None,
                }
            }
            Expression::Global(name) => {
                let name = facts.name(name);
                Some(Meaning::Named(match self.rules.get("builtins-module") {
                    Some(module) => format!("{module}{}{name}", self.rules.separator()),
                    None => name.to_owned(),
                }))
            }
            Expression::Function(at) => Some(Meaning::Named(
                facts
                    .name(facts.functions[at as usize].full_name)
                    .to_owned(),
            )),
            Expression::Class(at) => Some(Meaning::Named(
                facts.name(facts.classes[at as usize].full_name).to_owned(),
            )),
            Expression::Import(at) => {
                let import = &facts.imports[at as usize];
                let (module, bound) = (facts.name(import.module), facts.name(import.bound));
                let separator = self.rules.separator();
                Some(Meaning::Named(match import.what {
                    Imported::Member(member) => {
                        format!("{module}{separator}{}", facts.name(member))
                    }
                    // `import a.b` binds `a`.
                    Imported::Module if module.split(separator).next() == Some(bound) => {
                        bound.to_owned()
                    }
                    _ => module.to_owned(),
                }))
            }
            Expression::Member(base, name) => match self.meaning(base, depth)? {
                Meaning::Named(path) => {
                    Some(Meaning::Named(format!("{path}.{}", facts.name(name))))
                }
                Meaning::Instance(class) => self.member(class, name, depth),
            },
            Expression::Call(call) => self.instance(facts.calls[call as usize].callee, depth),
            Expression::Declared(base) | Expression::Exact(base) | Expression::Tested(base) => {
                self.instance(base, depth)
            }
            Expression::Unknown
            | Expression::Literal(_)
            | Expression::Choice(_)
            | Expression::Super(..)
            | Expression::Collection(..)
            | Expression::Element(..)
            | Expression::Iterated(_)
            | Expression::Returned(_)
            | Expression::Entered(_)
            | Expression::Merged(..)
            | Expression::Operation(_) => None,
        }
    }

    fn receiver_class(&self, variable: u32) -> Option<u32> {
        let super::Owner::Function(function) = self.facts.variables[variable as usize].owner else {
            return None;
        };
        let function = &self.facts.functions[function as usize];
        let receiver = function
            .parameters
            .iter()
            .find(|parameter| parameter.is_receiver)?;
        (receiver.variable == variable)
            .then_some(function.class)
            .flatten()
    }

    /// A class of this file that a value is.
    fn class(&self, value: Value, depth: u32) -> Option<u32> {
        match self.facts.expressions[value as usize] {
            Expression::Class(class) => Some(class),
            Expression::Variable(variable) => {
                let first = self.definitions.partition_point(|&(at, _)| at < variable);
                let mut all = self.definitions[first..]
                    .iter()
                    .take_while(|&&(at, _)| at == variable);
                match (all.next(), all.next()) {
                    (Some(&(_, only)), None) if depth > 0 => self.class(only, depth - 1),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn instance(&self, class: Value, depth: u32) -> Option<Meaning> {
        self.class(class, depth).map(Meaning::Instance)
    }

    /// A method of a class of this file, or of its ancestors in this file.
    fn member(&self, class: u32, name: u32, depth: u32) -> Option<Meaning> {
        let depth = depth.checked_sub(1)?;
        if let Ok(at) = self
            .members
            .binary_search_by_key(&(class, name), |&(class, name, _)| (class, name))
        {
            let variable = self.members[at].2;
            let first = self.definitions.partition_point(|&(at, _)| at < variable);
            let (_, value) = *self
                .definitions
                .get(first)
                .filter(|&&(at, _)| at == variable)?;
            return self.meaning(value, depth);
        }
        let bases = &self.facts.classes[class as usize].bases;
        // With several bases the order of the whole hierarchy decides, which one file does not tell.
        let &[base] = &bases[..] else { return None };
        self.member(self.class(base, depth)?, name, depth)
    }
}
