//! What a call does with a value of its callee: targets, arguments, results.

use super::program::{FileAt, NONE, Program};
use super::solver::{Solver, Target, Through};
use super::value::{Kind, Val};
use crate::passes::Resolution;

impl Solver<'_, '_> {
    pub(super) fn call_value(&mut self, call: u32, value: Val, tier: Resolution) {
        match value.kind() {
            Kind::Function => self.call_function(call, value.number(), false, tier),
            Kind::Bound => self.call_function(call, value.number(), true, tier),
            Kind::Class => {
                let class = value.number();
                self.result(call, Val::new(Kind::Instance, class), tier);
                self.construct(call, class, tier);
            }
            Kind::Instance | Kind::Declared => {
                let file = self.program.class_files[value.number() as usize];
                if let Some(name) = self.program.language(file).instance_call {
                    let (methods, outside) =
                        self.hierarchy
                            .method(self.program, self.externals, value.number(), name);
                    let tier = tier.max(Resolution::Type);
                    methods
                        .into_iter()
                        .for_each(|method| self.call_function(call, method, true, tier));
                    self.targets
                        .extend(outside.map(|number| (call, Target::External(number), tier)));
                }
            }
            Kind::External | Kind::ExternalMember => {
                self.targets
                    .push((call, Target::External(value.number()), tier));
                self.result(call, Val::OPAQUE, tier);
            }
            // Calling what means the ancestors (`super()`) gives the same.
            Kind::Super => {
                self.result(call, value, tier);
                let file = self.program.class_files[value.number() as usize];
                if let Some(name) = self.program.language(file).super_name
                    && let Some(outside) = super::meaning::outside_name(
                        self.program,
                        self.imports,
                        self.externals,
                        file,
                        name,
                    )
                {
                    self.targets.push((
                        call,
                        Target::External(outside.number()),
                        Resolution::Exact,
                    ));
                }
            }
            Kind::Opaque => self.result(call, Val::OPAQUE, tier),
            Kind::Module | Kind::Namespace | Kind::ExternalInstance => {}
        }
    }

    /// A call of a class runs the first constructor of the language's list that its ancestors have.
    pub(super) fn construct(&mut self, call: u32, class: u32, tier: Resolution) {
        let program = self.program;
        let language = program.language(program.class_files[class as usize]);
        let mut outside = None;
        for &name in &language.constructors {
            let (methods, from_outside) =
                self.hierarchy.method(program, self.externals, class, name);
            if !methods.is_empty() {
                methods
                    .into_iter()
                    .for_each(|method| self.call_function(call, method, true, tier));
                return;
            }
            outside = outside.or(from_outside);
        }
        if !self.hierarchy.incomplete[class as usize] {
            self.targets
                .extend(outside.map(|number| (call, Target::External(number), tier)));
        }
    }

    pub(super) fn result(&mut self, call: u32, value: Val, tier: Resolution) {
        let node = self.results[call as usize];
        if node != NONE {
            self.add(node, value, tier.max(Resolution::Type));
        }
    }

    pub(super) fn call_function(
        &mut self,
        call: u32,
        function: u32,
        bound: bool,
        tier: Resolution,
    ) {
        use crate::kind::property::{CONSTRUCTOR, GENERATOR};
        self.targets.push((call, Target::Function(function), tier));
        let facts = self.program.function(function);
        let result = self.results[call as usize];
        // A constructor's call gives the instance; a generator's the generator.
        if result != NONE
            && facts.properties & (CONSTRUCTOR | GENERATOR) == 0
            && !self.is_constructor(function)
        {
            self.flow(
                self.program.return_node(function),
                result,
                tier.max(Resolution::Type),
                Through::Copy,
            );
        }
        if self.linked.insert((call, function)) {
            self.pass_arguments(call, function, bound);
        }
    }

    pub(super) fn is_constructor(&self, function: u32) -> bool {
        let file = self.program.function_files[function as usize];
        let facts = self.program.function(function);
        facts.class.is_some()
            && self
                .program
                .language(file)
                .constructors
                .contains(&self.program.name(file, facts.name))
    }

    pub(super) fn pass_arguments(&mut self, call: u32, function: u32, bound: bool) {
        use crate::kind::property::{KEYWORD_ONLY, KEYWORD_VARIADIC, POSITIONAL_ONLY, VARIADIC};
        use crate::passes::facts::Slot;
        let program = self.program;
        let (call_file, site) = call_site(program, call);
        let file = program.function_files[function as usize];
        let parameters = &program.function(function).parameters;
        let skip = usize::from(
            bound
                && parameters
                    .first()
                    .is_some_and(|parameter| parameter.is_receiver),
        );
        for argument in &site.arguments {
            let parameter = match argument.slot {
                Slot::Position(position) => {
                    parameters
                        .get(skip + usize::from(position))
                        .filter(|parameter| {
                            parameter.properties & (KEYWORD_ONLY | VARIADIC | KEYWORD_VARIADIC) == 0
                        })
                }
                Slot::Keyword(name) => {
                    let name = program.name(call_file, name);
                    parameters.iter().find(|parameter| {
                        let variable =
                            program.files[file as usize].variables[parameter.variable as usize];
                        parameter.properties & (POSITIONAL_ONLY | VARIADIC | KEYWORD_VARIADIC) == 0
                            && program.name(file, variable.name) == name
                    })
                }
            };
            // What a receiver is, its class says.
            if let Some(parameter) = parameter.filter(|parameter| !parameter.is_receiver) {
                let from = program.node(call_file, argument.value);
                let to = program.bases[file as usize].variables + parameter.variable;
                self.flow(from, to, Resolution::Type, Through::Copy);
            }
        }
    }
}

/// Facts of a call, and its file.
pub(super) fn call_site<'a>(
    program: &Program<'a>,
    call: u32,
) -> (FileAt, &'a crate::passes::facts::CallSite) {
    let file = program.bases.partition_point(|bases| bases.calls <= call) - 1;
    (
        file as u32,
        &program.files[file].calls[(call - program.bases[file].calls) as usize],
    )
}
