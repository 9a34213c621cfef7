//! What calls of the project's methods hand to their parameters.

use super::search::Search;
use crate::flows::bind;
use crate::flows::meaning::Meaning;
use crate::flows::program::{FileAt, Node};
use crate::kind::property::{CLASS_METHOD, STATIC};
use crate::passes::facts::{Expression, Value};

/// A value of the caller, or the result of the call, that a parameter gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handed {
    Value(Value),
    Result,
}

impl Search<'_, '_> {
    /// What a call hands to the parameters of a method.
    pub(super) fn handed(&mut self, file: FileAt, call: u32, function: u32) -> Vec<(Handed, Node)> {
        let program = self.sites.program;
        let site = program.call(call).1;
        let (at, facts) = program.function(function);
        let receiver = self.receiver(file, call, function);
        let formals = bind::formals(program, at, facts);
        let skip = usize::from(receiver.is_some()).min(formals.len());
        let mut found: Vec<(Handed, Node)> = bind::bind(program, file, site, &formals[skip..])
            .into_iter()
            .filter(|bound| bound.outer.is_none() && bound.inner.is_none())
            .map(|bound| {
                let value = site.arguments[bound.argument as usize].value;
                (Handed::Value(value), bound.number)
            })
            .collect();
        if let (Some(receiver), Some(first)) = (receiver, formals.first()) {
            found.push((receiver, first.number));
        }
        found
    }

    /// What a method gets as its receiver; none where it gets none.
    fn receiver(&mut self, file: FileAt, call: u32, function: u32) -> Option<Handed> {
        let program = self.sites.program;
        let site = program.call(call).1;
        let (at, facts) = program.function(function);
        let first = facts.parameters.first()?;
        if !first.is_receiver || facts.properties & STATIC != 0 || site.callee == 0 {
            return None;
        }
        let name = program.files[at as usize].name(facts.name);
        let own = program.files[file as usize];
        let member = match own.expressions[site.callee as usize] {
            Expression::Member(base, called) => Some((base, own.name(called))),
            _ => None,
        };
        let by_name = member.is_some_and(|(_, called)| called == name);
        let language = self.sites.language(at)?;
        if !by_name && language.is_constructor(name) {
            return Some(Handed::Result);
        }
        let Some((base, _)) = member.filter(|_| by_name) else {
            // The value itself is called, or a method that was handed on.
            let calls = language.instance_call.as_deref() == Some(name);
            return Some(Handed::Value(if calls { site.callee } else { 0 }));
        };
        // `Base.method(self)`
        let node = program.node(file, base);
        let is_super = matches!(
            own.expressions[base as usize],
            Expression::Super(..) | Expression::Call(_)
        );
        let meanings = self.sites.meanings(node);
        let only_class = !meanings.is_empty()
            && meanings
                .iter()
                .all(|meaning| matches!(meaning, Meaning::Class(_)));
        if only_class && !is_super && facts.properties & CLASS_METHOD == 0 {
            return None;
        }
        Some(Handed::Value(base))
    }

    /// What an operator or protocol hands to a method that it runs; none where it does not run it.
    pub(super) fn handed_by_operation(
        &self,
        file: FileAt,
        operation: u32,
        function: u32,
    ) -> Option<(Value, Node)> {
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let operation = &facts.operations[operation as usize];
        let (at, method) = program.function(function);
        let name = program.files[at as usize].name(method.name);
        let language = self.sites.language(at)?;
        let position = language.receiver(facts.name(operation.operator), name)?;
        let first = method.parameters.first()?;
        let value = *operation.operands.get(position)?;
        Some((value, program.bases[at as usize].variables + first.variable))
    }
}
