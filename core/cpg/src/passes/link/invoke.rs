//! What a call does with a value of its callee: targets, arguments, results.

use smallvec::SmallVec;

use super::elements::Part;
use super::program::{FileAt, NONE, Node, Program};
use super::solver::{Given, Solver, Target, Through, Use};
use super::value::{Kind, Val};
use crate::kind::property::{
    CONSTRUCTOR, GENERATOR, KEYWORD_ONLY, KEYWORD_VARIADIC, POSITIONAL_ONLY, VARIADIC,
};
use crate::passes::Resolution;
use crate::passes::facts::{CallSite, Key, Parameter, Slot};

impl Solver<'_, '_> {
    pub(super) fn call_value(&mut self, invocation: u32, value: Val, tier: Resolution) {
        if self.call_forwarding(invocation, value, tier) {
            return;
        }
        if self.is_other_overload(invocation, value) {
            return;
        }
        match value.kind() {
            Kind::Closure => self.call_closure(invocation, (value.number(), None), tier),
            Kind::ClosureBound => {
                let (receiver, closure) = self.pairs.get(value);
                self.call_closure(invocation, (closure, Some(receiver)), tier);
            }
            Kind::Function => self.call_function(invocation, value.number(), None, tier),
            Kind::Bound => {
                let (receiver, function) = self.pairs.get(value);
                self.call_function(invocation, function, Some(receiver), tier);
            }
            Kind::Class => {
                let instance = Val::new(Kind::Instance, value.number());
                self.result(invocation, instance, tier);
                if !self.call_metaclass(invocation, value, tier) {
                    self.construct(invocation, value.number(), tier);
                }
            }
            Kind::Instance | Kind::Declared => {
                let file = self.program.class_files[value.number() as usize];
                if let Some(name) = self.program.language(file).instance_call {
                    let (methods, outside) =
                        self.hierarchy
                            .method(self.program, self.externals, value.number(), name);
                    let tier = tier.max(Resolution::Type);
                    for method in methods {
                        self.call_function(invocation, method, Some(value), tier);
                    }
                    if let Some(number) = outside {
                        self.call_outside(invocation, value, (number, Some(value)), tier);
                    }
                }
            }
            Kind::External | Kind::ExternalMember => {
                self.call_outside(invocation, value, (value.number(), None), tier);
            }
            Kind::ExternalBound => {
                let (receiver, number) = self.pairs.get(value);
                // What the type of all types does when a class is called.
                if receiver.kind() == Kind::Class {
                    let file = self.program.class_files[receiver.number() as usize];
                    let name = self.program.language(file).instance_call;
                    if name == Some(self.externals.last(number)) {
                        let instance = Val::new(Kind::Instance, receiver.number());
                        self.result(invocation, instance, tier);
                        self.construct(invocation, receiver.number(), tier);
                    }
                }
                self.call_outside(invocation, value, (number, Some(receiver)), tier);
            }
            Kind::Collection | Kind::ExternalInstance => self.call_object(invocation, value, tier),
            // Calling what means the ancestors (`super()`) gives the same.
            Kind::Super => {
                self.result(invocation, value, tier);
                let (_, class) = self.pairs.get(value);
                let file = self.program.class_files[class as usize];
                if let Some(name) = self.program.language(file).super_name
                    && let Some(outside) = super::meaning::outside_name(
                        self.program,
                        self.imports,
                        self.externals,
                        file,
                        name,
                    )
                {
                    let site = self.invocations[invocation as usize].site;
                    self.target(site, Target::External(outside.number()), Resolution::Exact);
                }
            }
            Kind::Opaque if self.invocations[invocation as usize].decorates => {
                self.keep_decorated(invocation);
            }
            Kind::Opaque => self.result(invocation, Val::OPAQUE, tier),
            Kind::Rest => self.call_rest(invocation, value.number(), tier),
            Kind::Module | Kind::Namespace | Kind::Generator => {}
        }
    }

    /// Whether a function that is linked by name cannot take a call's arguments.
    fn is_other_overload(&self, invocation: u32, value: Val) -> bool {
        let function = match value.kind() {
            Kind::Function => value.number(),
            Kind::Bound => self.pairs.get(value).1,
            _ => return false,
        };
        let program = self.program;
        let file = program.function_files[function as usize];
        if program.language(file).linkage.is_none() || invocation >= program.ends().calls {
            return false;
        }
        let (from, site) = call_site(program, invocation);
        let facts = program.function(function);
        if program.language(file).typed {
            return self.is_worse_overload(function, from, site);
        }
        // A definition in the old style, and one without parameters, take what they are given.
        !facts.parameters.is_empty()
            && facts.properties & crate::kind::property::DECLARATION == 0
            && !super::by_name::fits(site, facts)
            && self.imports.linkage.has_overloads(program, function)
    }

    /// Whether another function of the same name takes a call's arguments with less conversion, or only that one takes them.
    fn is_worse_overload(&self, function: u32, file: FileAt, site: &CallSite) -> bool {
        let program = self.program;
        let fits = |function: u32| super::by_name::fits(site, program.function(function));
        let others = self.imports.linkage.overloads(program, function);
        if others.is_empty() {
            return false;
        }
        let cost = |function: u32| {
            fits(function)
                .then(|| self.conversion(file, &site.types, function))
                .flatten()
        };
        let best = others.into_iter().filter_map(cost).min();
        match (cost(function), best) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(own), Some(best)) => best < own,
        }
    }

    /// A call of a class runs what its metaclass says; false where that says nothing.
    fn call_metaclass(&mut self, invocation: u32, class: Val, tier: Resolution) -> bool {
        let program = self.program;
        let file = program.class_files[class.number() as usize];
        let (Some(metaclass), Some(name)) = (
            self.hierarchy.metaclass(class.number()),
            program.language(file).instance_call,
        ) else {
            return false;
        };
        let (methods, _) = self
            .hierarchy
            .method(program, self.externals, metaclass, name);
        let found = !methods.is_empty();
        for method in methods {
            self.call_function(invocation, method, Some(class), tier);
        }
        found
    }

    /// An object of a library is called.
    fn call_object(&mut self, invocation: u32, value: Val, tier: Resolution) {
        let kind = match value.kind() {
            Kind::Collection => self.collection_type(value),
            _ => value.number(),
        };
        let site = self.invocations[invocation as usize].site;
        if site == super::wrappers::NOWHERE {
            return;
        }
        let (file, ..) = self.place_of(site);
        let name = self.program.language(file).instance_call;
        if kind != NONE
            && let Some(name) = name
            && let Some(number) = self.externals.member(kind, name)
            && self.known.describes(self.externals, number)
        {
            self.call_outside(invocation, value, (number, Some(value)), tier);
        }
    }

    /// A call of a class runs the constructors of the language's list that its ancestors have.
    pub(super) fn construct(&mut self, invocation: u32, class: u32, tier: Resolution) {
        let program = self.program;
        let language = program.language(program.class_files[class as usize]);
        let instance = Val::new(Kind::Instance, class);
        let mut outside = None;
        let mut found = false;
        let own = [program.name(
            program.class_files[class as usize],
            program.class(class).name,
        )];
        let names: &[u32] = if language.linkage.is_some() {
            &own
        } else {
            &language.constructors
        };
        for &name in names {
            let (methods, from_outside) =
                self.hierarchy.method(program, self.externals, class, name);
            if !methods.is_empty() {
                found = true;
                for method in methods {
                    let facts = program.function(method);
                    if facts.properties & CONSTRUCTOR != 0 {
                        let bound = self.pairs.value(Kind::Bound, instance, method);
                        if self.is_other_overload(invocation, bound) {
                            continue;
                        }
                    }
                    let of_class = facts.properties & crate::kind::property::INSTANCE_METHOD == 0;
                    let receiver = if of_class {
                        Val::new(Kind::Class, class)
                    } else {
                        instance
                    };
                    let method = self.definition(method);
                    self.call_function(invocation, method, Some(receiver), tier);
                }
            }
            outside = outside.or(from_outside);
        }
        if !found {
            self.fill_members(invocation, class);
        }
        // What is made for one expression alone is destroyed behind it.
        if language.destructor.is_some() && invocation < program.ends().calls {
            let (file, site) = call_site(program, invocation);
            if !found && site.positional == 0 {
                self.make(invocation, class, file, &[]);
            }
            if !site.keeps {
                self.destroy(invocation, class, tier);
            }
        }
        if !found
            && !self.hierarchy.incomplete[class as usize]
            && let Some(number) = outside
        {
            self.call_outside(invocation, instance, (number, Some(instance)), tier);
        }
    }

    /// A class without a constructor that is called with arguments has one that was made for it: they become its declared members, in
    /// the order of the ancestors, the farthest first.
    fn fill_members(&mut self, invocation: u32, class: u32) {
        let arguments = self.invocations[invocation as usize].arguments.clone();
        let program = self.program;
        if !arguments.is_empty() {
            let ancestors = self.hierarchy.ancestors[class as usize].clone();
            let members: Vec<(super::program::Symbol, Node)> = ancestors
                .iter()
                .rev()
                .filter(|ancestor| ancestor.kind() == Kind::Class)
                .flat_map(|ancestor| program.fields(ancestor.number()))
                .collect();
            for (given, from) in arguments {
                let to = match given {
                    Given::Position(at) => members.get(usize::from(at)),
                    Given::Keyword(name) => members.iter().find(|(own, _)| *own == name),
                    _ => None,
                };
                if let Some(&(_, to)) = to {
                    self.flow(from, to, Resolution::Type, Through::Copy);
                }
            }
        }
        let language = program.language(program.class_files[class as usize]);
        for &name in &language.after_construction {
            let (methods, _) = self.hierarchy.method(program, self.externals, class, name);
            for method in methods {
                let instance = Val::new(Kind::Instance, class);
                let site = self.invocations[invocation as usize].site;
                let next = self.invoke(site, SmallVec::new(), NONE);
                self.call_function(next, method, Some(instance), Resolution::Type);
            }
        }
    }

    pub(super) fn result(&mut self, invocation: u32, value: Val, tier: Resolution) {
        let node = self.invocations[invocation as usize].result;
        if node != NONE {
            self.add(node, value, tier.max(Resolution::Type));
        }
    }

    pub(super) fn call_function(
        &mut self,
        invocation: u32,
        function: u32,
        receiver: Option<Val>,
        tier: Resolution,
    ) {
        let (site, result) = {
            let invocation = &self.invocations[invocation as usize];
            (invocation.site, invocation.result)
        };
        self.target(site, Target::Function(function), tier);
        let facts = self.program.function(function);
        let tier = tier.max(Resolution::Type);
        let takes_receiver = facts
            .parameters
            .first()
            .is_some_and(|parameter| parameter.is_receiver || receiver.is_some());
        if let Some(receiver) = receiver.filter(|_| takes_receiver) {
            self.receive(function, receiver);
        }
        // A constructor's call gives the instance; a generator's the generator.
        if result != NONE && facts.properties & GENERATOR != 0 {
            self.add(result, Val::new(Kind::Generator, function), tier);
        } else if result != NONE
            && facts.properties & CONSTRUCTOR == 0
            && !self.is_constructor(function)
            && (!self.wrappers.makes(function)
                || self.invocations[invocation as usize].arguments.is_empty())
        {
            self.flow(
                self.program.return_node(function),
                result,
                tier,
                Through::Copy,
            );
        }
        // Where names are linked, a method that is called by its name alone has its receiver all the same.
        let linked = self
            .program
            .language(self.program.function_files[function as usize])
            .linkage;
        let bound = takes_receiver && (receiver.is_some() || linked.is_some());
        self.reached.insert(function);
        if self.linked.insert((invocation, function, bound)) {
            self.pass_arguments(invocation, function, bound);
            self.pass_by_value(invocation, function);
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

    /// Moves the arguments of a call to a function's parameters.
    fn pass_arguments(&mut self, invocation: u32, function: u32, bound: bool) {
        let program = self.program;
        let file = program.function_files[function as usize];
        let facts = program.function(function);
        let parameters = &facts.parameters[usize::from(bound)..];
        let node =
            |parameter: &Parameter| program.bases[file as usize].variables + parameter.variable;
        let has = |parameter: &Parameter, flags: u32| parameter.properties & flags != 0;
        let rest = parameters
            .iter()
            .position(|parameter| has(parameter, VARIADIC));
        let keywords = parameters
            .iter()
            .find(|parameter| has(parameter, KEYWORD_VARIADIC));
        let positional = parameters
            .iter()
            .position(|parameter| has(parameter, KEYWORD_ONLY | VARIADIC | KEYWORD_VARIADIC))
            .unwrap_or(parameters.len());
        let arguments = self.invocations[invocation as usize].arguments.clone();
        let result = self.invocations[invocation as usize].result;
        self.pass_defaults(file, (parameters, positional), &arguments);
        let mut wraps = false;
        let arguments_empty = arguments.is_empty();
        let by_position = arguments
            .iter()
            .filter(|(given, _)| matches!(given, Given::Position(_)))
            .count();
        for (given, from) in arguments {
            match given {
                Given::Position(at) => {
                    let at = usize::from(at);
                    if at < positional {
                        wraps |= self.pass_to(
                            from,
                            (function, at + usize::from(bound)),
                            node(&parameters[at]),
                            result,
                        );
                    } else if let Some(rest) = rest {
                        let part = Part::Index((at - rest) as u32);
                        self.on(node(&parameters[rest]), Use::ElementWrite { from, part });
                    }
                }
                Given::Keyword(name) => {
                    let own = parameters.iter().position(|parameter| {
                        let variable =
                            program.files[file as usize].variables[parameter.variable as usize];
                        !has(parameter, POSITIONAL_ONLY | VARIADIC | KEYWORD_VARIADIC)
                            && program.name(file, variable.name) == name
                    });
                    if let Some(at) = own {
                        wraps |= self.pass_to(
                            from,
                            (function, at + usize::from(bound)),
                            node(&parameters[at]),
                            result,
                        );
                    } else if let Some(keywords) = keywords {
                        let part = Part::Text(name);
                        self.on(node(keywords), Use::ElementWrite { from, part });
                    }
                }
                Given::Unpacked(first) => {
                    let first = usize::from(first);
                    for (at, parameter) in parameters[..positional].iter().enumerate().skip(first) {
                        let to = self.fresh();
                        let part = Part::Index((at - first) as u32);
                        self.on(from, Use::ElementRead { to, part });
                        let at = at + usize::from(bound);
                        wraps |= self.pass_to(to, (function, at), node(parameter), result);
                    }
                    if let Some(rest) = rest {
                        if rest == first {
                            // The same elements at the same positions.
                            self.flow(
                                from,
                                node(&parameters[rest]),
                                Resolution::Type,
                                Through::Copy,
                            );
                        } else {
                            let to = self.fresh();
                            let part = Part::All;
                            self.on(from, Use::ElementRead { to, part });
                            self.on(
                                node(&parameters[rest]),
                                Use::ElementWrite { from: to, part },
                            );
                        }
                    }
                }
                Given::UnpackedKeywords => {
                    for (at, parameter) in parameters.iter().enumerate().skip(by_position) {
                        if has(parameter, POSITIONAL_ONLY | VARIADIC | KEYWORD_VARIADIC) {
                            continue;
                        }
                        let variable =
                            program.files[file as usize].variables[parameter.variable as usize];
                        let to = self.fresh();
                        let part = Part::Text(program.name(file, variable.name));
                        self.on(from, Use::ElementRead { to, part });
                        wraps |= self.pass_to(
                            to,
                            (function, at + usize::from(bound)),
                            node(parameter),
                            result,
                        );
                    }
                    if let Some(keywords) = keywords {
                        self.flow(from, node(keywords), Resolution::Type, Through::Copy);
                    }
                }
            }
        }
        if !wraps && result != NONE && !arguments_empty && self.wrappers.makes(function) {
            let from = program.return_node(function);
            self.flow(from, result, Resolution::Type, Through::Copy);
        }
    }

    /// Parameters that a call leaves out hold their default values.
    fn pass_defaults(
        &mut self,
        file: FileAt,
        (parameters, positional): (&[Parameter], usize),
        arguments: &[(Given, Node)],
    ) {
        let program = self.program;
        for (at, parameter) in parameters.iter().enumerate() {
            if parameter.default == 0 {
                continue;
            }
            let variable = program.files[file as usize].variables[parameter.variable as usize];
            let name = program.name(file, variable.name);
            let given = arguments.iter().any(|(given, _)| match given {
                Given::Position(position) => at < positional && usize::from(*position) == at,
                Given::Keyword(keyword) => *keyword == name,
                _ => false,
            });
            if !given {
                let from = program.node(file, parameter.default);
                let to = program.bases[file as usize].variables + parameter.variable;
                self.flow(from, to, Resolution::Type, Through::Copy);
            }
        }
    }

    /// An argument goes to its parameter, and where the function gives that back, to the result of this call. Says whether it is what
    /// functions inside of it call.
    fn pass_to(
        &mut self,
        from: Node,
        (function, at): (u32, usize),
        to: Node,
        result: Node,
    ) -> bool {
        self.flow(from, to, Resolution::Type, Through::Copy);
        if result != NONE && self.returned_parameters[function as usize].contains(&(at as u16)) {
            self.flow(from, result, Resolution::Type, Through::Copy);
        }
        let is_wrapped = result != NONE && self.wrappers.is_wrapped(function, at);
        if is_wrapped {
            self.on(from, Use::Wrapped { function, result });
        }
        is_wrapped
    }

    /// The part that an argument's constant means as a key.
    pub(super) fn argument_key(&self, invocation: u32, position: usize) -> Option<Part> {
        if invocation >= self.program.ends().calls {
            return None;
        }
        let (file, site) = call_site(self.program, invocation);
        let argument = site.arguments.iter().find(
            |argument| matches!(argument.slot, Slot::Position(at) if usize::from(at) == position),
        )?;
        (argument.key != Key::Any).then(|| Part::of(self, file, argument.key))
    }

    /// The calls of the program, as invocations of the same numbers.
    pub(super) fn invoke_calls(&mut self) {
        let program = self.program;
        for (at, file) in program.files.iter().enumerate() {
            let at = at as FileAt;
            for (site, call) in (program.bases[at as usize].calls..).zip(&file.calls) {
                let arguments: SmallVec<[(Given, Node); 2]> = call
                    .arguments
                    .iter()
                    .map(|argument| {
                        let given = match argument.slot {
                            Slot::Position(at) => Given::Position(at),
                            Slot::Keyword(name) => Given::Keyword(program.name(at, name)),
                            Slot::Unpacked(first) => Given::Unpacked(first),
                            Slot::UnpackedKeywords => Given::UnpackedKeywords,
                        };
                        (given, program.node(at, argument.value))
                    })
                    .collect();
                self.invocations.push(super::solver::Invocation {
                    site,
                    arguments,
                    result: NONE,
                    decorates: call.decorates,
                });
            }
        }
    }
}

/// Facts of a call, and its file.
pub(super) fn call_site<'a>(program: &Program<'a>, call: u32) -> (FileAt, &'a CallSite) {
    let file = program.bases.partition_point(|bases| bases.calls <= call) - 1;
    (
        file as u32,
        &program.files[file].calls[(call - program.bases[file].calls) as usize],
    )
}
