//! What calls of library functions do, by the descriptions that the importer brings.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::elements::Part;
use super::program::{NONE, Node, Program};
use super::solver::{Given, Invocation, Solver, Through, Use};
use super::value::{Externals, Kind, Val};
use crate::passes::Resolution;
use crate::passes::library::{
    Argument, Attribute, Base, Decorates, Function, Library, Made, Place, Step,
};

/// Names and bases that are followed to a description.
const DEPTH: u32 = 12;

/// Descriptions that are applied at one site.
const DESCRIBED: u32 = 64;

/// Descriptions by the numbers of their names.
pub(super) struct Known<'a> {
    functions: FxHashMap<u32, &'a Function>,
    aliases: FxHashMap<u32, u32>,
    bases: FxHashMap<u32, Vec<u32>>,
    attributes: FxHashMap<u32, (u32, bool)>,
    /// Numbers of the classes that descriptions name.
    names: FxHashMap<&'a str, u32>,
    /// Classes whose objects hold values.
    holders: FxHashSet<u32>,
    constructors: Vec<super::program::Symbol>,
}

impl<'a> Known<'a> {
    pub(super) fn new(program: &mut Program<'a>, externals: &mut Externals) -> Self {
        let mut this = Self {
            functions: FxHashMap::default(),
            aliases: FxHashMap::default(),
            bases: FxHashMap::default(),
            attributes: FxHashMap::default(),
            names: FxHashMap::default(),
            holders: FxHashSet::default(),
            constructors: Vec::new(),
        };
        for at in 0..program.libraries.len() {
            let library: &'a Library = program.libraries[at];
            let constructors = program.languages[at].constructors.clone();
            this.constructors.extend(constructors);
            this.add(program, externals, library);
        }
        this
    }

    fn add(&mut self, program: &mut Program<'a>, externals: &mut Externals, library: &'a Library) {
        for function in library.functions.values() {
            texts(function).for_each(|text| {
                program.symbol(text);
            });
        }
        let mut number = |name: &'a str| externals.path(program, name, ".");
        for (name, function) in &library.functions {
            let Some(at) = number(name) else { continue };
            self.functions.insert(at, function);
            let made = function
                .returns
                .iter()
                .chain(function.stores.iter().map(|(_, made)| made));
            for made in made {
                if let Made::New(class) = made
                    && let Some(class_at) = number(class)
                {
                    self.names.insert(class, class_at);
                }
            }
            let holds = |place: &Place| {
                !place.steps.is_empty()
                    && place.base == Base::Parameter(0)
                    && function
                        .parameters
                        .first()
                        .is_some_and(|first| first == "self")
            };
            let class = name.rsplit_once('.').map(|(class, _)| class);
            if function.stores.iter().any(|(to, _)| holds(to))
                && let Some(class) = class
                && let Some(class_at) = number(class)
            {
                self.holders.insert(class_at);
            }
            if function
                .stores
                .iter()
                .any(|(to, _)| to.base == Base::Result)
            {
                for made in &function.returns {
                    if let Made::New(class) = made
                        && let Some(class_at) = number(class)
                    {
                        self.holders.insert(class_at);
                    }
                }
            }
        }
        for (name, bases) in &library.classes {
            if let Some(at) = number(name) {
                self.names.insert(name, at);
                let bases = bases.iter().filter_map(|base| number(base)).collect();
                self.bases.insert(at, bases);
            }
        }
        for (name, other) in &library.aliases {
            if let (Some(at), Some(other)) = (number(name), number(other)) {
                self.aliases.insert(at, other);
            }
        }
        for (name, attribute) in &library.attributes {
            let (other, is_instance) = match attribute {
                Attribute::Instance(class) => (class, true),
                Attribute::Same(other) => (other, false),
            };
            if let (Some(at), Some(other_at)) = (number(name), number(other)) {
                self.attributes.insert(at, (other_at, is_instance));
                self.names.insert(other, other_at);
            }
        }
    }

    /// The name under which descriptions know something.
    fn canonical(&self, externals: &Externals, number: u32, depth: u32) -> u32 {
        if depth == 0 {
            return number;
        }
        if let Some(&other) = self.aliases.get(&number) {
            return self.canonical(externals, other, depth - 1);
        }
        let parent = externals.parent(number);
        if parent == NONE {
            return number;
        }
        let known = self.canonical(externals, parent, depth - 1);
        if known == parent {
            return number;
        }
        match externals.known(known, externals.last(number)) {
            Some(other) => self.canonical(externals, other, depth - 1),
            None => number,
        }
    }

    /// Looks at a name, and where it is a member, at the same member of the bases of its class.
    fn find<T>(
        &self,
        externals: &Externals,
        number: u32,
        depth: u32,
        get: &impl Fn(u32) -> Option<T>,
    ) -> Option<T> {
        let number = self.canonical(externals, number, DEPTH);
        if let Some(found) = get(number) {
            return Some(found);
        }
        let parent = externals.parent(number);
        if depth == 0 || parent == NONE {
            return None;
        }
        let parent = self.canonical(externals, parent, DEPTH);
        self.bases.get(&parent)?.iter().find_map(|&base| {
            let base = self.canonical(externals, base, DEPTH);
            let member = externals.known(base, externals.last(number))?;
            self.find(externals, member, depth - 1, get)
        })
    }

    fn function(&self, externals: &Externals, number: u32) -> Option<&'a Function> {
        self.find(externals, number, DEPTH, &|at| {
            self.functions.get(&at).copied()
        })
    }

    /// Whether a function is described.
    pub(super) fn describes(&self, externals: &Externals, number: u32) -> bool {
        self.function(externals, number).is_some()
    }

    /// The class that a name means, where a description has it.
    fn class(&self, externals: &Externals, number: u32) -> Option<u32> {
        let number = self.canonical(externals, number, DEPTH);
        self.bases.contains_key(&number).then_some(number)
    }

    fn holds(&self, externals: &Externals, class: u32, depth: u32) -> bool {
        let class = self.canonical(externals, class, DEPTH);
        self.holders.contains(&class)
            || depth > 0
                && self.bases.get(&class).is_some_and(|bases| {
                    bases
                        .iter()
                        .any(|&base| self.holds(externals, base, depth - 1))
                })
    }
}

/// Names that a description has besides those of things: parameters, keys, fields.
fn texts(function: &Function) -> impl Iterator<Item = &str> {
    let calls = function.calls.iter().flat_map(|call| {
        let arguments = call.arguments.iter().map(|argument| match argument {
            Argument::Position(place)
            | Argument::Keyword(_, place)
            | Argument::Unpacked(place)
            | Argument::UnpackedKeywords(place) => place,
        });
        arguments.chain(std::iter::once(&call.callee))
    });
    fn made(made: &Made) -> Option<&Place> {
        match made {
            Made::Same(place) => Some(place),
            Made::New(_) => None,
        }
    }
    let returns = function.returns.iter().filter_map(made);
    let stores = function
        .stores
        .iter()
        .flat_map(|(to, value)| std::iter::once(to).chain(made(value)));
    let steps = calls
        .chain(returns)
        .chain(stores)
        .flat_map(|place| &place.steps);
    let keywords = function.calls.iter().flat_map(|call| &call.arguments);
    let keywords = keywords.filter_map(|argument| match argument {
        Argument::Keyword(name, _) => Some(name.as_str()),
        _ => None,
    });
    let names = steps.filter_map(|step| match step {
        Step::Text(text) | Step::Field(text) => Some(text.as_str()),
        _ => None,
    });
    let names = names.flat_map(|name| name.split('|'));
    let parameters = function
        .parameters
        .iter()
        .map(|name| name.trim_start_matches('*'));
    parameters.chain(keywords).chain(names)
}

/// One call of a described function.
struct Applied<'k> {
    invocation: u32,
    function: &'k Function,
    receiver: Option<Node>,
    result: Node,
    called: Vec<(Place, Node)>,
}

impl<'a> Solver<'_, 'a> {
    /// What a name outside means, where a description says more than the name.
    pub(super) fn attribute(&mut self, number: u32) -> Option<Val> {
        let known = self.known;
        let (other, is_instance) = known.find(self.externals, number, DEPTH, &|at| {
            known.attributes.get(&at).copied()
        })?;
        Some(if is_instance {
            self.object(1 << 30 | number, other)
        } else {
            Val::new(Kind::External, other)
        })
    }

    /// A new object of a class of a library, made by a call.
    fn object(&mut self, site: u32, class: u32) -> Val {
        let class = self.known.canonical(self.externals, class, DEPTH);
        if self.known.holds(self.externals, class, DEPTH) {
            self.collection(1 << 31 | site, class)
        } else {
            Val::new(Kind::ExternalInstance, class)
        }
    }

    /// A call of something outside. `value` is what is called.
    pub(super) fn call_outside(
        &mut self,
        invocation: u32,
        value: Val,
        (number, receiver): (u32, Option<Val>),
        tier: Resolution,
    ) {
        let Invocation {
            site, decorates, ..
        } = self.invocations[invocation as usize];
        self.target(site, super::solver::Target::External(number), tier);
        if site == super::wrappers::NOWHERE {
            self.result(invocation, Val::OPAQUE, tier);
            return;
        }
        if !self.applied.insert((invocation, value)) {
            return;
        }
        // A described call that calls itself makes calls without end.
        let described = self.described.entry(site).or_default();
        *described += 1;
        if *described > DESCRIBED {
            return;
        }
        // What a factory gave takes what it is to decorate.
        if receiver == Some(Val::OPAQUE) {
            self.keep_decorated(invocation);
            return;
        }
        let known = self.known;
        if let Some(function) = known.function(self.externals, number) {
            self.describe(invocation, number, function, receiver);
            return;
        }
        if let Some(class) = known.class(self.externals, number) {
            let object = self.object(site, class);
            self.result(invocation, object, tier);
            for &name in &known.constructors {
                let constructor = self
                    .externals
                    .known(class, name)
                    .or_else(|| self.externals.member(class, name));
                if let Some(constructor) = constructor
                    && let Some(function) = known.function(self.externals, constructor)
                {
                    self.describe(invocation, constructor, function, Some(object));
                    break;
                }
            }
            return;
        }
        if decorates {
            self.keep_decorated(invocation);
        } else {
            self.result(invocation, Val::OPAQUE, tier);
        }
    }

    /// What a decorator gives of which nothing is known is taken for what it was given.
    pub(super) fn keep_decorated(&mut self, invocation: u32) {
        let result = self.invocations[invocation as usize].result;
        if let Some(node) = self.argument(invocation, 0, None)
            && result != NONE
        {
            self.flow(node, result, Resolution::Exact, Through::Copy);
        }
    }

    /// Applies a description: what the call gives, calls and stores.
    fn describe(
        &mut self,
        invocation: u32,
        number: u32,
        function: &'a Function,
        receiver: Option<Val>,
    ) {
        let Invocation {
            result, decorates, ..
        } = self.invocations[invocation as usize];
        let result = if result == NONE { self.fresh() } else { result };
        let first = self.argument(invocation, 0, None);
        if function.decorator_factory.is_some() && !(decorates && function.decorates.is_some()) {
            // Options first: what it gives takes the function.
            if decorates && receiver.is_none() {
                self.keep_decorated(invocation);
            } else {
                let taker = self.pairs.value(Kind::ExternalBound, Val::OPAQUE, number);
                self.add(result, taker, Resolution::Exact);
            }
            return;
        }
        if let Some(kind) = function.decorates {
            if let Some(node) = first {
                self.flow(node, result, Resolution::Exact, Through::Copy);
            }
            if decorates || !matches!(kind, Decorates::Registers | Decorates::Same) {
                return;
            }
        }
        let receiver = receiver.map(|value| {
            let node = self.fresh();
            self.add(node, value, Resolution::Type);
            node
        });
        let mut applied = Applied {
            invocation,
            function,
            receiver,
            result,
            called: Vec::new(),
        };
        for call in &function.calls {
            let Some(callee) = self.place(&mut applied, &call.callee) else {
                continue;
            };
            let mut arguments: SmallVec<[(Given, Node); 2]> = SmallVec::new();
            let mut position = 0;
            for argument in &call.arguments {
                match argument {
                    Argument::Position(place) => {
                        if let Some(node) = self.place(&mut applied, place) {
                            arguments.push((Given::Position(position), node));
                        }
                        position += 1;
                    }
                    Argument::Keyword(name, place) => {
                        if let (Some(name), Some(node)) = (
                            self.program.known_symbol(name),
                            self.place(&mut applied, place),
                        ) {
                            arguments.push((Given::Keyword(name), node));
                        }
                    }
                    Argument::Unpacked(place) => {
                        self.spread(&mut applied, place, position, &mut arguments);
                    }
                    Argument::UnpackedKeywords(place) => {
                        self.spread_keywords(&mut applied, place, &mut arguments);
                    }
                }
            }
            let node = self.called(&mut applied, &call.callee);
            let site = self.invocations[invocation as usize].site;
            let next = self.invoke(site, arguments, node);
            self.call(callee, next);
        }
        for made in &function.returns {
            self.made(&mut applied, made, result);
        }
        if let Some(parameter) = function.imports
            && let Some(Part::Text(name)) =
                self.argument_key(invocation, Self::position(&applied, parameter))
        {
            self.import(invocation, name, result);
        }
        if function.returns.is_empty() {
            self.add(result, Val::OPAQUE, Resolution::Type);
        }
        for (to, made) in &function.stores {
            let from = self.fresh();
            self.made(&mut applied, made, from);
            self.store(&mut applied, to, from);
        }
    }

    fn made(&mut self, applied: &mut Applied<'_>, made: &'a Made, to: Node) {
        match made {
            Made::Same(place) => {
                if let Some(from) = self.place(applied, place) {
                    self.flow(from, to, Resolution::Type, Through::Copy);
                }
            }
            Made::New(class) => {
                if let Some(&class) = self.known.names.get(class.as_str()) {
                    let site = self.invocations[applied.invocation as usize].site;
                    let object = self.object(site, class);
                    self.add(to, object, Resolution::Type);
                }
            }
        }
    }

    /// A function gives the module of a name.
    fn import(&mut self, invocation: u32, name: super::program::Symbol, to: Node) {
        let program = self.program;
        let site = self.invocations[invocation as usize].site;
        let (file, ..) = self.place_of(site);
        if let Some(super::modules::Found::File(module)) =
            self.imports.modules.find(program, file, program.text(name))
        {
            self.add(to, Val::new(Kind::Module, module), Resolution::Import);
        }
    }

    /// Where the result of the call of a place goes.
    fn called(&mut self, applied: &mut Applied<'_>, place: &Place) -> Node {
        if let Some((_, node)) = applied.called.iter().find(|(other, _)| other == place) {
            return *node;
        }
        let node = self.fresh();
        applied.called.push((place.clone(), node));
        node
    }

    /// The node of a place; none where an argument is not given.
    fn place(&mut self, applied: &mut Applied<'_>, place: &Place) -> Option<Node> {
        let mut steps = &place.steps[..];
        let mut at = Place {
            base: place.base,
            steps: Vec::new(),
        };
        let mut node = match place.base {
            Base::Result => applied.result,
            Base::Parameter(parameter) => {
                let name = &applied.function.parameters[parameter];
                if name.starts_with("**") {
                    let node = self.keyword_arguments(applied);
                    steps = steps.get(1..).unwrap_or_default();
                    node
                } else if name.starts_with('*') && name.len() > 1 {
                    let node = self.rest_arguments(applied, parameter);
                    steps = steps.get(1..).unwrap_or_default();
                    node
                } else {
                    self.parameter(applied, parameter)?
                }
            }
        };
        for step in steps {
            if *step == Step::Call {
                node = self.called(applied, &at);
                at.steps.push(step.clone());
                continue;
            }
            at.steps.push(step.clone());
            let to = self.fresh();
            if *step == Step::Any {
                let site = self.invocations[applied.invocation as usize].site;
                self.on(node, Use::Elements { to, site });
            } else if let Step::Field(names) = step {
                // `a|b`: of an object of the project, the one that it has.
                let mut before = NONE;
                for name in names.split('|') {
                    let Some(name) = self.program.known_symbol(name) else {
                        continue;
                    };
                    if before == NONE {
                        let part = Part::Field(name);
                        self.on(node, Use::ElementRead { to, part });
                    } else {
                        let unless = before;
                        self.on(node, Use::FieldUnless { to, name, unless });
                    }
                    before = name;
                }
            } else if let Some(part) = self.part_of(applied, step) {
                self.on(node, Use::ElementRead { to, part });
            }
            node = to;
        }
        Some(node)
    }

    /// The part that a step means.
    fn part_of(&mut self, applied: &Applied<'_>, step: &Step) -> Option<Part> {
        Some(match step {
            Step::Any | Step::Call => Part::All,
            Step::Keys => Part::Keys,
            Step::Index(at) => Part::Index(*at),
            Step::Text(text) => Part::Text(self.program.known_symbol(text)?),
            Step::Field(name) => Part::Field(self.program.known_symbol(name)?),
            Step::Under(parameter) => {
                let key =
                    self.argument_key(applied.invocation, Self::position(applied, *parameter));
                key.unwrap_or(Part::All)
            }
        })
    }

    /// A place of the description is written.
    fn store(&mut self, applied: &mut Applied<'_>, to: &Place, from: Node) {
        let Some((last, before)) = to.steps.split_last() else {
            return;
        };
        let mut holder = Place {
            base: to.base,
            steps: Vec::new(),
        };
        let site = self.invocations[applied.invocation as usize].site;
        for (depth, step) in (0..).zip(before) {
            // What lies between holds the rest.
            if let (Some(outer), Some(part)) =
                (self.place(applied, &holder), self.part_of(applied, step))
            {
                let from = self.fresh();
                let between = self.between(site, depth);
                self.add(from, between, Resolution::Type);
                self.on(outer, Use::ElementWrite { from, part });
            }
            holder.steps.push(step.clone());
        }
        if let (Some(holder), Some(part)) =
            (self.place(applied, &holder), self.part_of(applied, last))
        {
            self.on(holder, Use::ElementWrite { from, part });
        }
    }

    /// Position among the arguments of a parameter.
    fn position(applied: &Applied<'_>, parameter: usize) -> usize {
        let method = applied
            .function
            .parameters
            .first()
            .is_some_and(|first| first == "self" || first == "cls");
        let before = applied.function.parameters[..parameter]
            .iter()
            .filter(|name| matches!(name.as_str(), "*" | "/"))
            .count();
        parameter - before - usize::from(method && applied.receiver.is_some() && parameter > 0)
    }

    fn parameter(&mut self, applied: &Applied<'_>, parameter: usize) -> Option<Node> {
        let name = applied.function.parameters[parameter].as_str();
        if parameter == 0
            && matches!(name, "self" | "cls")
            && let Some(receiver) = applied.receiver
        {
            return Some(receiver);
        }
        let only_by_name = applied.function.parameters[..parameter]
            .iter()
            .any(|before| before.starts_with('*'));
        let position = if only_by_name {
            usize::MAX
        } else {
            Self::position(applied, parameter)
        };
        self.argument(applied.invocation, position, Some(name))
    }

    /// The argument at a position or of a name.
    fn argument(&self, invocation: u32, position: usize, name: Option<&str>) -> Option<Node> {
        let symbol = name.and_then(|name| self.program.known_symbol(name));
        let arguments = &self.invocations[invocation as usize].arguments;
        let found = arguments.iter().find(|(given, _)| match given {
            Given::Position(at) => usize::from(*at) == position,
            Given::Keyword(name) => Some(*name) == symbol,
            _ => false,
        });
        found.map(|&(_, node)| node)
    }

    /// All positional arguments from a parameter's on.
    fn rest_arguments(&mut self, applied: &Applied<'_>, parameter: usize) -> Node {
        let first = Self::position(applied, parameter);
        let node = self.fresh();
        let arguments = self.invocations[applied.invocation as usize]
            .arguments
            .clone();
        for (given, from) in arguments {
            match given {
                Given::Position(at) if usize::from(at) >= first => {
                    self.flow(from, node, Resolution::Type, Through::Copy);
                }
                Given::Unpacked(_) => self.on(
                    from,
                    Use::ElementRead {
                        to: node,
                        part: Part::All,
                    },
                ),
                _ => {}
            }
        }
        node
    }

    /// All arguments by keyword that have no parameter of their own.
    fn keyword_arguments(&mut self, applied: &Applied<'_>) -> Node {
        let node = self.fresh();
        let arguments = self.invocations[applied.invocation as usize]
            .arguments
            .clone();
        for (given, from) in arguments {
            if let Given::Keyword(name) = given {
                let text = self.program.text(name);
                if !applied.function.parameters.iter().any(|own| own == text) {
                    self.flow(from, node, Resolution::Type, Through::Copy);
                }
            }
        }
        node
    }

    /// `*place` of a described call.
    fn spread(
        &mut self,
        applied: &mut Applied<'_>,
        place: &Place,
        position: u16,
        arguments: &mut SmallVec<[(Given, Node); 2]>,
    ) {
        if let Base::Parameter(parameter) = place.base
            && place.steps.is_empty()
            && applied.function.parameters[parameter].starts_with('*')
        {
            let first = Self::position(applied, parameter);
            let given = self.invocations[applied.invocation as usize]
                .arguments
                .clone();
            for (slot, node) in given {
                match slot {
                    Given::Position(at) if usize::from(at) >= first => arguments.push((
                        Given::Position(position + (usize::from(at) - first) as u16),
                        node,
                    )),
                    Given::Unpacked(_) => arguments.push((Given::Unpacked(position), node)),
                    _ => {}
                }
            }
        } else if let Some(node) = self.place(applied, place) {
            arguments.push((Given::Unpacked(position), node));
        }
    }

    fn spread_keywords(
        &mut self,
        applied: &mut Applied<'_>,
        place: &Place,
        arguments: &mut SmallVec<[(Given, Node); 2]>,
    ) {
        if let Base::Parameter(parameter) = place.base
            && place.steps.is_empty()
            && applied.function.parameters[parameter].starts_with("**")
        {
            let given = self.invocations[applied.invocation as usize]
                .arguments
                .clone();
            for (slot, node) in given {
                match slot {
                    Given::Keyword(name)
                        if !applied
                            .function
                            .parameters
                            .iter()
                            .any(|own| own == self.program.text(name)) =>
                    {
                        arguments.push((slot, node));
                    }
                    Given::UnpackedKeywords => arguments.push((slot, node)),
                    _ => {}
                }
            }
        } else if let Some(node) = self.place(applied, place) {
            arguments.push((Given::UnpackedKeywords, node));
        }
    }
}
