//! What operators and protocols run.

use smallvec::SmallVec;

use super::program::{FileAt, NONE, Node, Program, Symbol};
use super::solver::{Given, Solver, Through, Use};
use super::value::{Kind, Val};
use crate::passes::Resolution;
use crate::passes::facts::{Name, Operation, protocol};

/// The step of an iterator, in rules.
const STEP: &str = "<protocol>.step";

/// Whether an operator behind its operand takes a parameter that only tells it from the one before.
fn runs_behind(operator: &str) -> bool {
    matches!(
        operator,
        "<operator>.postIncrement" | "<operator>.postDecrement"
    )
}

/// Facts of an operation, and its file.
pub(super) fn operation_at<'a>(program: &Program<'a>, operation: u32) -> (FileAt, &'a Operation) {
    let bases = &program.bases;
    let file = bases.partition_point(|bases| bases.operations <= operation) - 1;
    let at = (operation - bases[file].operations) as usize;
    (file as u32, &program.files[file].operations[at])
}

impl Solver<'_, '_> {
    /// A value comes to an operand.
    pub(super) fn operate(&mut self, operation: u32, position: u32, value: Val, tier: Resolution) {
        if !self.operated.insert((operation, position, value)) {
            return;
        }
        let program = self.program;
        let (file, facts) = operation_at(program, operation);
        let operator = program.files[file as usize].name(facts.operator);
        let result = match facts.result {
            0 => NONE,
            value => program.node(file, value),
        };
        if operator == protocol::RAISE {
            // What is raised by its class is made first.
            if value.kind() == Kind::Class {
                let invocation =
                    self.invoke(program.ends().calls + operation, SmallVec::new(), NONE);
                self.construct(invocation, value.number(), tier);
            }
            return;
        }
        if !matches!(value.kind(), Kind::Instance | Kind::Declared) {
            self.outside_operand(operator, value, result, tier);
            return;
        }
        let site = program.ends().calls + operation;
        if operator == crate::passes::op::DELETE && program.language(file).destructor.is_some() {
            self.delete(site, value, tier);
            return;
        }
        let Some(entries) = program.language(file).protocols.get(operator) else {
            return;
        };
        let typed = program.language(file).typed;
        for (receiver, methods) in entries {
            if receiver.is_some_and(|receiver| receiver != position as usize) {
                continue;
            }
            let found = methods.iter().find_map(|&name| {
                let (found, outside) =
                    self.hierarchy
                        .method(program, self.externals, value.number(), name);
                (!found.is_empty() || outside.is_some()).then_some(found)
            });
            let mut found: Vec<u32> = found.into_iter().flatten().collect();
            if typed {
                let types = facts.types.get(1..).unwrap_or_default();
                let given = facts.operands.len() - 1 + usize::from(runs_behind(operator));
                let own = self.choose((file, types), given, &mut found);
                if self.operate_free(operation, (file, facts), methods, result, (tier, own)) {
                    found.clear();
                }
                for method in &mut found {
                    *method = self.definition(*method);
                }
            }
            for method in found {
                let arguments: SmallVec<[(Given, Node); 2]> = facts
                    .operands
                    .iter()
                    .enumerate()
                    .filter(|&(at, _)| receiver.is_some() && at != position as usize)
                    .enumerate()
                    .map(|(at, (_, &operand))| {
                        (Given::Position(at as u16), program.node(file, operand))
                    })
                    .collect();
                // An iterator is asked for its elements; all else gives the result itself.
                let iterates = matches!(operator, protocol::ITERATE | protocol::ITERATE_ASYNC);
                let to = if iterates { self.fresh() } else { result };
                let invocation = self.invoke(site, arguments, to);
                self.call_function(invocation, method, Some(value), tier.max(Resolution::Type));
                if iterates && result != NONE {
                    self.on(
                        to,
                        Use::Step {
                            to: result,
                            site,
                            file,
                        },
                    );
                }
            }
        }
    }

    /// Of the functions of an operator those with so many parameters and with the least conversion, and how much that is.
    fn choose(
        &self,
        (file, types): (FileAt, &[Option<Name>]),
        given: usize,
        found: &mut Vec<u32>,
    ) -> Option<u32> {
        let count = |function: u32| {
            let own = self.program.function(function).parameters.iter();
            own.filter(|own| !own.is_receiver).count()
        };
        if found.iter().any(|&function| count(function) == given) {
            found.retain(|&function| count(function) == given);
        }
        found.retain(|&function| self.conversion(file, types, function).is_some());
        self.least_conversion(file, types, found);
        self.conversion(file, types, *found.first()?)
    }

    /// An operator that is no method: a function of its name takes all operands. Says whether one does with less conversion than the
    /// methods need.
    fn operate_free(
        &mut self,
        operation: u32,
        (file, facts): (FileAt, &Operation),
        names: &[Symbol],
        result: Node,
        (tier, of_methods): (Resolution, Option<u32>),
    ) -> bool {
        let program = self.program;
        let operator = program.files[file as usize].name(facts.operator);
        let given = facts.operands.len() + usize::from(runs_behind(operator));
        if facts.types.iter().all(Option::is_none) {
            return false;
        }
        let mut found: Vec<u32> = names
            .iter()
            .flat_map(|&name| {
                let name = program.text(name);
                self.imports.linkage.functions(program, file, name)
            })
            .filter(|&function| program.function(function).parameters.len() == given)
            .collect();
        let Some(cost) = self.choose((file, &facts.types), given, &mut found) else {
            return false;
        };
        if of_methods.is_some_and(|own| own <= cost) {
            return false;
        }
        for function in found {
            let arguments = facts
                .operands
                .iter()
                .enumerate()
                .map(|(at, &operand)| (Given::Position(at as u16), program.node(file, operand)))
                .collect();
            let invocation = self.invoke(program.ends().calls + operation, arguments, result);
            self.call_function(invocation, function, None, tier.max(Resolution::Type));
        }
        true
    }

    /// What operators give of operands that are not the project's.
    fn outside_operand(&mut self, operator: &str, value: Val, result: Node, tier: Resolution) {
        if result == NONE
            || operator.starts_with("<protocol>")
            || operator == crate::passes::op::INDEX_ACCESS
            || crate::passes::op::gives_truth(operator)
        {
            return;
        }
        let keeps = match value.kind() {
            Kind::ExternalInstance | Kind::Opaque => true,
            Kind::Collection => operator != crate::passes::op::SLICE,
            _ => false,
        };
        if keeps {
            self.add(result, value, tier.max(Resolution::Type));
        }
    }

    /// A function outside steps through a value.
    pub(super) fn elements_outside(&mut self, to: Node, site: u32, value: Val, tier: Resolution) {
        if !matches!(value.kind(), Kind::Instance | Kind::Declared) {
            self.read_element(to, super::elements::Part::All, value, tier);
            return;
        }
        let program = self.program;
        let (file, ..) = self.place_of(site);
        let entries = program.language(file).protocols.get(protocol::ITERATE);
        let names = entries.into_iter().flatten().flat_map(|(_, names)| names);
        for &name in names {
            let (methods, _) = self
                .hierarchy
                .method(program, self.externals, value.number(), name);
            if methods.is_empty() {
                continue;
            }
            for method in methods {
                let steps = self.fresh();
                let invocation = self.invoke(site, SmallVec::new(), steps);
                self.call_function(invocation, method, Some(value), tier.max(Resolution::Type));
                self.on(steps, Use::Step { to, site, file });
            }
            return;
        }
    }

    /// What an iterator gives at each step.
    pub(super) fn step(
        &mut self,
        to: Node,
        (site, file): (u32, FileAt),
        value: Val,
        tier: Resolution,
    ) {
        if !matches!(value.kind(), Kind::Instance | Kind::Declared) {
            self.iterate(to, file, value, tier);
            return;
        }
        let program = self.program;
        let entries = program.language(file).protocols.get(STEP);
        for &name in entries.into_iter().flatten().flat_map(|(_, names)| names) {
            let (methods, _) = self
                .hierarchy
                .method(program, self.externals, value.number(), name);
            for method in methods {
                let invocation = self.invoke(site, SmallVec::new(), to);
                self.call_function(invocation, method, Some(value), tier.max(Resolution::Type));
            }
        }
    }

    /// What entering a context gives, where it is not the project's.
    pub(super) fn enter(&mut self, to: Node, value: Val, tier: Resolution) {
        let tier = tier.max(Resolution::Type);
        match value.kind() {
            // A generator that a decorator made a context of.
            Kind::Generator => {
                let yields = self.yield_node(value.number());
                self.flow(yields, to, tier, Through::Copy);
            }
            Kind::ExternalInstance | Kind::Collection | Kind::Opaque => self.add(to, value, tier),
            _ => {}
        }
    }
}
