//! Goes over the files: what there is of each kind, and which rules it fits.

use rustc_hash::FxHashMap;

use super::condition::{Asked, Regexes};
use super::constants::Subject;
use super::spec::{Binding, Call, Condition, Find, Rule, Spec, regex};
use super::{Budget, Capture, Captured, Found, Match, Matcher, SpecError};
use crate::NodeId;
use crate::flows::Pattern;
use crate::flows::program::FileAt;
use crate::passes::Resolution;
use crate::passes::facts::{Constant, Expression, Name, Place};
use crate::sites::{ANYTHING, Lasts};

/// Regular expressions of a question.
pub(super) fn regexes(spec: &Spec) -> Result<Regexes, SpecError> {
    let mut found = Regexes::default();
    let mut conditions: Vec<&Condition> = Vec::new();
    let mut calls: Vec<&Call> = Vec::new();
    for rule in &spec.rules {
        match &rule.find {
            Find::Call(call) => calls.push(call),
            Find::Binding(binding) => conditions.push(&binding.is),
            Find::Operator(_, operands) => conditions.extend(operands.iter().map(|(_, is)| is)),
            Find::Text(text) => {
                found.insert(text.clone(), regex(text)?);
            }
            _ => {}
        }
    }
    loop {
        if let Some(call) = calls.pop() {
            conditions.extend(call.receiver.as_deref());
            conditions.extend(call.arguments.iter().map(|argument| &argument.is));
        } else if let Some(condition) = conditions.pop() {
            match condition {
                Condition::Regex(text) => {
                    found.insert(text.clone(), regex(text)?);
                }
                Condition::Result(call) => calls.push(call),
                Condition::All(all) | Condition::Any(all) => conditions.extend(all),
                Condition::Not(inner) => conditions.push(inner),
                _ => {}
            }
        } else {
            return Ok(found);
        }
    }
}

/// A rule with its number.
type Numbered<'s> = (usize, &'s Rule);

/// Something that fits what a rule looks for.
struct Hit {
    row: u32,
    captures: Vec<(String, Captured)>,
    confidence: f32,
    is_call: bool,
}

impl Hit {
    fn of(row: u32, confidence: f32) -> Self {
        Self {
            row,
            captures: Vec::new(),
            confidence,
            is_call: false,
        }
    }
}

impl Matcher<'_, '_> {
    /// Gives what fits; nothing where it was told to stop.
    pub(super) fn run(&mut self, spec: &Spec, budget: Budget) -> Option<Found> {
        let program = self.sites.program;
        let rules: Vec<Numbered<'_>> = spec.rules.iter().enumerate().collect();
        let unresolved: Vec<Pattern> = rules
            .iter()
            .filter_map(|(_, rule)| match &rule.find {
                Find::Call(call) => Some(call),
                _ => None,
            })
            .flat_map(|call| &call.unresolved)
            .map(|name| Pattern::new(format!("{ANYTHING}.{name}")))
            .collect();
        let callees = rules.iter().filter_map(|(_, rule)| match &rule.find {
            Find::Call(call) => Some(&call.callee),
            _ => None,
        });
        let lasts = Lasts::new(callees.flatten().chain(&unresolved));
        let mut found: Vec<(NodeId, usize, Match)> = Vec::new();
        let mut cut = false;
        for file in 0..program.files.len() as u32 {
            if self.steps >= budget.steps {
                cut = true;
                break;
            }
            if self.stop.after(self.steps) {
                return None;
            }
            let facts = program.files[file as usize];
            // Calls that some rule may ask for: few of all.
            self.steps += facts.calls.len() as u64;
            let calls: Vec<u32> = facts
                .calls
                .iter()
                .filter(|site| lasts.may_fit(program, file, site))
                .map(|site| site.row)
                .collect();
            for &(number, rule) in &rules {
                for hit in self.hits(&rule.find, file, &calls) {
                    if let Some(one) = self.accept(rule, file, hit) {
                        found.push((one.node, number, one));
                    }
                }
            }
        }
        found.sort_by_key(|&(node, number, _)| (node, number));
        let more = found.len().saturating_sub(budget.matches);
        let matches = found.into_iter().map(|(.., one)| one);
        Some(Found {
            matches: matches.take(budget.matches).collect(),
            more,
            steps: self.steps,
            cut,
        })
    }

    /// A hit that stands where the rule wants it.
    fn accept(&mut self, rule: &Rule, file: FileAt, hit: Hit) -> Option<Match> {
        let inside = rule
            .inside
            .iter()
            .all(|around| self.stands_in(around, file, hit.row));
        if !inside
            || rule
                .outside
                .iter()
                .any(|around| self.stands_in(around, file, hit.row))
        {
            return None;
        }
        let capture = |name: &str| {
            let found = hit.captures.iter().find(|(own, _)| own == name);
            found.map(|(_, captured)| captured)
        };
        for (one, other) in &rule.same {
            if !capture(one)?.is_same(capture(other)?) {
                return None;
            }
        }
        let program = self.sites.program;
        let resolution = if hit.is_call {
            self.resolution(file, hit.row)
        } else {
            None
        };
        Some(Match {
            label: rule.label.clone(),
            node: NodeId::new(program.files[file as usize].ordinal, hit.row),
            captures: hit
                .captures
                .into_iter()
                .map(|(name, Captured { node, text, .. })| (name, Capture { node, text }))
                .collect(),
            resolution,
            confidence: hit.confidence,
        })
    }

    fn resolution(&self, file: FileAt, row: u32) -> Option<Resolution> {
        let targets = self.sites.program.targets(file, row);
        targets.iter().map(|edge| edge.resolution).min()
    }

    /// How sure it is what a call runs.
    pub(super) fn certainty(&self, file: FileAt, row: u32) -> f32 {
        let targets = self.sites.program.targets(file, row);
        let best = targets.iter().map(|edge| edge.confidence).reduce(f32::max);
        best.unwrap_or(1.0)
    }

    fn hits(&mut self, find: &Find, file: FileAt, calls: &[u32]) -> Vec<Hit> {
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let base = program.bases[file as usize];
        match find {
            Find::Call(call) => {
                let mut hits = Vec::new();
                for &row in calls {
                    self.steps += 1;
                    if let Some((captures, confidence)) = self.call(call, file, row) {
                        hits.push(Hit {
                            row,
                            captures,
                            confidence,
                            is_call: true,
                        });
                    }
                }
                hits
            }
            Find::Binding(binding) => self.bindings(binding, file),
            Find::Text(text) => self.texts(text, file),
            Find::Operator(name, operands) => self.operators(name, operands, file),
            Find::Read(name) => self.reads(name, file),
            Find::Method(method) => (base.functions..)
                .take(facts.functions.len())
                .filter_map(|function| {
                    let row = self.method(method, function)?;
                    let own = &program.function(function).1.decorators;
                    Some(Hit {
                        captures: self.decorators(&method.decorated, file, own),
                        ..Hit::of(row, 1.0)
                    })
                })
                .collect(),
            Find::Class(class) => (base.classes..)
                .take(facts.classes.len())
                .filter_map(|number| {
                    let row = self.class(class, number)?;
                    let own = &facts.classes[(number - base.classes) as usize].decorators;
                    Some(Hit {
                        captures: self.decorators(&class.decorated, file, own),
                        ..Hit::of(row, 1.0)
                    })
                })
                .collect(),
            Find::Stored(names) => self.stored(names, file),
            Find::Handler(types) => {
                let mut hits = Vec::new();
                for handler in &facts.order.handlers {
                    self.steps += 1;
                    let fits = if types.is_empty() {
                        handler.types.is_empty()
                    } else {
                        handler.types.iter().any(|&value| {
                            let names = self.node_names(file, program.node(file, value));
                            names
                                .iter()
                                .any(|name| types.iter().any(|pattern| pattern.fits(name)))
                        })
                    };
                    if fits {
                        hits.push(Hit::of(handler.row, 1.0));
                    }
                }
                hits
            }
        }
    }

    fn bindings(&mut self, binding: &Binding, file: FileAt) -> Vec<Hit> {
        let facts = self.sites.program.files[file as usize];
        let mut hits = Vec::new();
        let mut fitting: FxHashMap<Name, bool> = FxHashMap::default();
        for one in &facts.written.bindings {
            self.steps += 1;
            let fits = *fitting.entry(one.name).or_insert_with(|| {
                let name = facts.name(one.name).to_lowercase();
                binding.name.iter().any(|pattern| pattern.fits(&name))
            });
            if !fits || !binding.kinds.is_empty() && !binding.kinds.contains(&one.kind) {
                continue;
            }
            let asked = Asked {
                subject: Subject {
                    file,
                    row: one.value,
                    value: 0,
                },
                form: one.form,
            };
            if let Some(confidence) = self.meets(&binding.is, Some(asked), false) {
                let captured = self.captured(asked.subject);
                hits.push(Hit {
                    captures: vec![("value".to_owned(), captured)],
                    ..Hit::of(one.row, confidence)
                });
            }
        }
        hits
    }

    fn texts(&mut self, text: &str, file: FileAt) -> Vec<Hit> {
        let facts = self.sites.program.files[file as usize];
        let Some(regex) = self.regexes.get(text) else {
            return Vec::new();
        };
        let mut fitting: FxHashMap<Name, bool> = FxHashMap::default();
        let mut hits = Vec::new();
        for known in &facts.written.constants {
            let (Constant::Text(name) | Constant::Template(name)) = known.constant else {
                continue;
            };
            let whole = matches!(known.constant, Constant::Template(_));
            if !known.literal && !whole {
                continue;
            }
            self.steps += 1;
            let fits = fitting
                .entry(name)
                .or_insert_with(|| regex.is_match(facts.name(name)));
            if *fits {
                hits.push(Hit::of(known.row, 1.0));
            }
        }
        hits
    }

    fn operators(
        &mut self,
        name: &Pattern,
        operands: &[(u16, Condition)],
        file: FileAt,
    ) -> Vec<Hit> {
        use crate::passes::facts::Slot;
        let facts = self.sites.program.files[file as usize];
        let mut hits = Vec::new();
        for &(row, operator) in &facts.written.operators {
            if !name.fits(facts.name(operator)) {
                continue;
            }
            self.steps += 1;
            let given = facts.written.arguments(row);
            let mut sure = Some(1.0_f32);
            for (at, condition) in operands {
                let operand = given.iter().find(|given| given.slot == Slot::Position(*at));
                let asked = operand.map(|given| Asked {
                    subject: Subject {
                        file,
                        row: given.row,
                        value: 0,
                    },
                    form: given.form,
                });
                let met = self.meets(condition, asked, false);
                sure = sure.zip(met).map(|(so_far, met)| so_far * met);
            }
            hits.extend(sure.map(|sure| Hit::of(row, sure)));
        }
        hits
    }

    /// Functions that get into fields and elements.
    fn stored(&mut self, wanted: &[Pattern], file: FileAt) -> Vec<Hit> {
        let facts = self.sites.program.files[file as usize];
        let mut hits = Vec::new();
        for flow in &facts.flows {
            if flow.row == 0 || matches!(flow.to, Place::Variable(_)) {
                continue;
            }
            self.steps += 1;
            let by_name = matches!(facts.expressions[flow.from as usize], Expression::Global(_));
            let things = self.things(Subject {
                file,
                row: flow.row,
                value: flow.from,
            });
            for (captured, is_function) in things {
                let fits = captured.text.as_ref().is_some_and(|name| {
                    wanted.is_empty() || wanted.iter().any(|pattern| pattern.fits(name))
                });
                if fits && (is_function || by_name) {
                    hits.push(Hit {
                        captures: vec![("function".to_owned(), captured)],
                        ..Hit::of(flow.row, 1.0)
                    });
                }
            }
        }
        hits
    }

    fn reads(&mut self, name: &Pattern, file: FileAt) -> Vec<Hit> {
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let last = name.text().rsplit(['.', '*']).next().unwrap_or_default();
        let mut hits = Vec::new();
        for read in &facts.reads {
            self.steps += 1;
            let Expression::Member(base, member) = facts.expressions[read.value as usize] else {
                continue;
            };
            let member = facts.name(member);
            if !member.ends_with(last) {
                continue;
            }
            let mut names = self.node_names(file, program.node(file, read.value));
            let owners = self.node_names(file, program.node(file, base));
            names.extend(owners.into_iter().map(|owner| format!("{owner}.{member}")));
            if names.iter().any(|one| name.fits(one)) {
                hits.push(Hit::of(read.row, 1.0));
            }
        }
        hits
    }
}
