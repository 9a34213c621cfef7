//! Whether a value is what a condition asks for.

use regex::Regex;
use rustc_hash::FxHashMap;

use super::constants::{Constants, Subject, constants};
use super::spec::{Argument, Call, Condition};
use super::{Captured, Matcher};
use crate::NodeId;
use crate::flows::meaning::Meaning;
use crate::flows::program::{FileAt, Node};
use crate::passes::facts::{Constant, Expression, Form, Given, HOLE, Slot, Value};

/// Certainty of a constant beside which a value can have others.
const ONE_OF_SEVERAL: f32 = 0.8;
/// Values that are gone through to the call that made one.
const MOST_STEPS: usize = 32;

/// A value that a condition is on; none where the argument is not there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) subject: Subject,
    pub(super) form: Form,
}

/// Regular expressions of a question by their texts.
pub(super) type Regexes = FxHashMap<String, Regex>;

/// How sure a condition is met; none where it is not.
pub(super) type Met = Option<f32>;

impl Matcher<'_, '_> {
    /// Whether a condition is met by a value, or by what is not there.
    pub(super) fn meets(
        &mut self,
        condition: &Condition,
        asked: Option<Asked>,
        unpacked: bool,
    ) -> Met {
        let Some(value) = asked else {
            return match condition {
                Condition::Absent if !unpacked => Some(1.0),
                Condition::All(all) => all.iter().try_fold(1.0, |so_far: f32, one| {
                    Some(so_far.min(self.meets(one, None, unpacked)?))
                }),
                Condition::Any(any) => any.iter().find_map(|one| self.meets(one, None, unpacked)),
                _ => None,
            };
        };
        self.steps += 1;
        match condition {
            Condition::Present => Some(1.0),
            Condition::Absent => None,
            Condition::Form(form) => (value.form == *form).then_some(1.0),
            Condition::All(all) => all.iter().try_fold(1.0, |so_far: f32, one| {
                Some(so_far.min(self.meets(one, asked, unpacked)?))
            }),
            Condition::Any(any) => any
                .iter()
                .filter_map(|one| self.meets(one, asked, unpacked))
                .reduce(f32::max),
            Condition::Not(inner) => match self.meets(inner, asked, unpacked) {
                None => Some(1.0),
                Some(_) => None,
            },
            Condition::Named(pattern) => {
                let subject = value.subject;
                let names = self.thing_names(subject);
                names.iter().any(|name| pattern.fits(name)).then_some(1.0)
            }
            Condition::Result(call) => {
                let subject = value.subject;
                self.results(subject, value.form)
                    .into_iter()
                    .filter_map(|row| self.call(call, subject.file, row).map(|found| found.1))
                    .reduce(f32::max)
            }
            _ => self.constant(condition, value.subject),
        }
    }

    fn constant(&mut self, condition: &Condition, subject: Subject) -> Met {
        let Constants { found, others, .. } = constants(&mut self.sites, subject);
        let fits = |&(file, constant): &(FileAt, Constant)| {
            let text = |name| self.sites.program.files[file as usize].name(name);
            match (condition, constant) {
                (Condition::Constant, constant) => !matches!(constant, Constant::Template(_)),
                (Condition::Null, Constant::Null) => true,
                (Condition::Truth(wanted), Constant::Truth(truth)) => *wanted == truth,
                // Whole numbers stand for truths where a condition asks for them.
                (Condition::Truth(wanted), Constant::Int(number @ (0 | 1))) => {
                    *wanted == (number == 1)
                }
                (Condition::Between(from, to), Constant::Int(number)) => {
                    (*from..=*to).contains(&number)
                }
                (Condition::Text(pattern), Constant::Text(name)) => pattern.fits(text(name)),
                (Condition::Text(pattern), Constant::Template(name)) => {
                    template_fits(pattern.text(), text(name))
                }
                (Condition::Regex(regex), Constant::Text(name) | Constant::Template(name)) => self
                    .regexes
                    .get(regex)
                    .is_some_and(|regex| regex.is_match(text(name))),
                _ => false,
            }
        };
        let fitting = found.iter().filter(|one| fits(one)).count();
        if fitting == 0 {
            None
        } else if fitting == found.len() && !others {
            Some(1.0)
        } else {
            Some(ONE_OF_SEVERAL)
        }
    }

    /// Full names of what a value can be: of classes, functions, modules and of what is outside.
    pub(super) fn thing_names(&mut self, subject: Subject) -> Vec<String> {
        if subject.value == 0 {
            return Vec::new();
        }
        let program = self.sites.program;
        let node = program.node(subject.file, subject.value);
        self.node_names(subject.file, node)
    }

    pub(super) fn node_names(&mut self, file: FileAt, node: Node) -> Vec<String> {
        let program = self.sites.program;
        let mut names = Vec::new();
        for meaning in self.sites.meanings(node).iter() {
            match meaning {
                Meaning::Outside(name) => {
                    names.push(name.clone());
                    let language = self.sites.language(file);
                    let known = language.map(|language| language.canonical(name));
                    names.extend(known.filter(|known| known != name));
                }
                Meaning::Class(class) => names.push(self.sites.class_name(*class).to_owned()),
                Meaning::Function(function) => {
                    let (at, function) = program.function(*function);
                    let name = program.files[at as usize].name(function.full_name);
                    names.push(name.to_owned());
                }
                Meaning::Module(at) => names.push(program.files[*at as usize].module.clone()),
                Meaning::Instance(_) | Meaning::Collection(_) => {}
            }
        }
        names
    }

    /// Rows of calls of the file whose result a value can be.
    fn results(&self, subject: Subject, form: Form) -> Vec<u32> {
        let program = self.sites.program;
        let Subject { file, row, value } = subject;
        if form == Form::Call && value == 0 {
            return vec![row];
        }
        let facts = program.files[file as usize];
        let mut found = Vec::new();
        let mut stack = vec![value];
        let mut seen = Vec::new();
        while let Some(value) = stack.pop() {
            if seen.contains(&value) || seen.len() >= MOST_STEPS {
                continue;
            }
            seen.push(value);
            match &facts.expressions[value as usize] {
                Expression::Call(call) => found.push(facts.calls[*call as usize].row),
                Expression::Choice(values) => stack.extend(values),
                Expression::Entered(inner) => stack.push(*inner),
                Expression::Variable(_) => {
                    let node = program.node(file, value);
                    stack.extend(program.sources(node).map(|flow| program.flow(flow).1.from));
                }
                _ => {}
            }
        }
        found.sort_unstable();
        found
    }

    /// An argument of the call at a row, and whether it can be among what is unpacked.
    fn argument(&self, file: FileAt, call: u32, argument: &Argument) -> (Option<Asked>, bool) {
        let facts = self.sites.program.files[file as usize];
        let mut unpacked = false;
        let mut found: Option<Given> = None;
        for &given in facts.written.arguments(call) {
            let fits = match given.slot {
                Slot::Position(at) => argument.position == Some(at),
                Slot::Keyword(name) => argument.keyword.as_deref() == Some(facts.name(name)),
                Slot::Unpacked(_) => {
                    unpacked |= argument.position.is_some();
                    false
                }
                Slot::UnpackedKeywords => {
                    unpacked |= argument.keyword.is_some();
                    false
                }
            };
            if fits && found.is_none() {
                found = Some(given);
            }
        }
        let asked = found.map(|given| Asked {
            subject: Subject {
                file,
                row: given.row,
                value: super::constants::value_of(&self.sites, file, call, given.row),
            },
            form: given.form,
        });
        (asked, unpacked)
    }

    /// Whether the call at a row fits a pattern: what was captured, how sure that is.
    pub(super) fn call(
        &mut self,
        call: &Call,
        file: FileAt,
        row: u32,
    ) -> Option<(Vec<(String, Captured)>, f32)> {
        let program = self.sites.program;
        let names = self.sites.names(file, row);
        let mut sure = 0.0_f32;
        for name in names.iter() {
            if call.callee.iter().any(|pattern| pattern.fits(name)) {
                sure = self.certainty(file, row).max(sure);
            }
            let short = name
                .strip_prefix(crate::sites::ANYTHING)
                .and_then(|name| name.strip_prefix('.'));
            if short.is_some_and(|short| call.unresolved.iter().any(|own| own == short)) {
                sure = sure.max(UNRESOLVED);
            }
        }
        if sure == 0.0 {
            return None;
        }
        let site = program
            .call_at(file, row)
            .map(|site| program.call(site).1)?;
        if let Some(condition) = &call.receiver {
            let facts = program.files[file as usize];
            let Expression::Member(base, _) = facts.expressions[site.callee as usize] else {
                return None;
            };
            let asked = Asked {
                subject: Subject {
                    file,
                    row: facts.rows[base as usize],
                    value: base,
                },
                form: self.form_of(file, base),
            };
            sure *= self.meets(condition, Some(asked), false)?;
        }
        let mut captures = Vec::new();
        if let Some(name) = &call.origins
            && let Expression::Member(base, _) =
                program.files[file as usize].expressions[site.callee as usize]
        {
            let row = program.files[file as usize].rows[base as usize];
            let value = base;
            let origins = self.origins(Subject { file, row, value });
            captures.extend(origins.into_iter().map(|one| (name.clone(), one)));
        }
        for argument in &call.arguments {
            let (asked, unpacked) = self.argument(file, row, argument);
            sure *= self.meets(&argument.is, asked, unpacked)?;
            if let (Some(name), Some(asked)) = (&argument.capture, asked) {
                let captured = self.captured(asked.subject);
                captures.push((name.clone(), captured));
            }
            if let (Some(name), Some(asked)) = (&argument.origins, asked) {
                let origins = self.origins(asked.subject);
                captures.extend(origins.into_iter().map(|one| (name.clone(), one)));
            }
        }
        Some((captures, sure))
    }

    fn form_of(&self, file: FileAt, value: Value) -> Form {
        match self.sites.program.files[file as usize].expressions[value as usize] {
            Expression::Literal(_) => Form::Literal,
            Expression::Call(_) => Form::Call,
            Expression::Member(..) => Form::Member,
            Expression::Element(..) => Form::Element,
            Expression::Collection(..) => Form::Collection,
            Expression::Function(_) | Expression::Class(_) => Form::Definition,
            Expression::Operation(_) => Form::Operator,
            _ => Form::Name,
        }
    }

    /// A value as results carry it.
    pub(super) fn captured(&mut self, subject: Subject) -> Captured {
        let constants = constants(&mut self.sites, subject);
        let program = self.sites.program;
        let facts = program.files[subject.file as usize];
        let text = match constants.found[..] {
            [(file, constant)] if !constants.others => {
                let facts = program.files[file as usize];
                Some(match constant {
                    Constant::Null => "null".to_owned(),
                    Constant::Truth(truth) => truth.to_string(),
                    Constant::Int(number) => number.to_string(),
                    Constant::Text(name) | Constant::Template(name) | Constant::Other(name) => {
                        facts.name(name).to_owned()
                    }
                })
            }
            _ => None,
        };
        let root = (subject.value != 0).then(|| {
            let (root, path) = program.root(program.node(subject.file, subject.value));
            (root, path.to_vec())
        });
        Captured {
            node: NodeId::new(facts.ordinal, subject.row),
            text,
            root,
        }
    }
}

/// Certainty of a method that fits by its short name only.
const UNRESOLVED: f32 = 0.5;

/// Whether a template can be a text that fits a pattern with `*`: a hole stands for any text.
///
/// Both are read from left to right; each pair of positions is looked at once.
fn template_fits(pattern: &str, template: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut open = vec![false; pattern.len() + 1];
    let pass_stars = |open: &mut Vec<bool>| {
        for at in 0..pattern.len() {
            if open[at] && pattern[at] == '*' {
                open[at + 1] = true;
            }
        }
    };
    open[0] = true;
    pass_stars(&mut open);
    for c in template.chars() {
        if c == HOLE {
            // A hole takes any part of the pattern.
            if let Some(first) = open.iter().position(|&open| open) {
                open[first..].fill(true);
            }
        } else {
            let mut next = vec![false; pattern.len() + 1];
            for at in 0..pattern.len() {
                if open[at] && pattern[at] == '*' {
                    next[at] = true;
                } else if open[at] && pattern[at] == c {
                    next[at + 1] = true;
                }
            }
            open = next;
        }
        pass_stars(&mut open);
    }
    open[pattern.len()]
}

#[cfg(test)]
mod tests {
    use super::template_fits;

    #[test]
    fn holes_stand_for_any_text() {
        for (pattern, template, fits) in [
            ("http://*", "http://\u{fffc}/x", true),
            ("http://*", "https://\u{fffc}", false),
            ("*password=*", "user=\u{fffc}", true),
            ("abc", "a\u{fffc}", true),
            ("abc", "\u{fffc}d", false),
            ("*", "", true),
            ("a*c", "a\u{fffc}b", false),
        ] {
            assert_eq!(
                template_fits(pattern, template),
                fits,
                "{pattern} {template}"
            );
        }
    }
}
