//! Resources in questions: `<acquires memory>`, `<releases memory>` and `<fails null>` stand for all functions of which a description of
//! a library says so, each at the place that it says.

use std::borrow::Cow;

use super::spec::{Creation, Event, Spec, SpecError, Transition};
use crate::flows::language::Language;
use crate::flows::{Pattern, Position};
use crate::passes::library::{Base, Function, Place};

/// A name of a question that stands for functions.
enum Wanted<'s> {
    Acquires(&'s str),
    Releases(&'s str),
    Fails(&'s str),
}

impl<'s> Wanted<'s> {
    /// Reads a name; none where it is a name of its own, an error where it looks like this and is not.
    fn of(pattern: &'s Pattern) -> Result<Option<Self>, SpecError> {
        let text = pattern.text();
        let Some(inner) = text
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
        else {
            return Ok(None);
        };
        match inner.split_once(' ') {
            Some(("acquires", kind)) => Ok(Some(Self::Acquires(kind))),
            Some(("releases", kind)) => Ok(Some(Self::Releases(kind))),
            Some(("fails", how)) => Ok(Some(Self::Fails(how))),
            _ => Err(SpecError::Resource(text.to_owned())),
        }
    }

    /// Where a described function has it.
    fn positions(&self, function: &Function) -> Vec<Position> {
        let of = |list: &[(String, Place)], kind: &str| {
            list.iter()
                .filter(|(own, _)| own == kind)
                .filter_map(|(_, place)| position(function, place))
                .collect()
        };
        match self {
            Self::Acquires(kind) => of(&function.acquires, kind),
            Self::Releases(kind) => of(&function.releases, kind),
            Self::Fails(how) => function
                .fails
                .filter(|fails| fails.text() == *how)
                .map(|_| Position::Result)
                .into_iter()
                .collect(),
        }
    }
}

/// The position of a call that a place begins with: what a pointer leads to is where the pointer is.
fn position(function: &Function, place: &Place) -> Option<Position> {
    match place.base {
        Base::Result => Some(Position::Result),
        Base::Parameter(at) => {
            let name = function.parameters[at].as_str();
            let method = function
                .parameters
                .first()
                .is_some_and(|first| first == "self" || first == "cls");
            if method && at == 0 {
                return Some(Position::Receiver);
            }
            if name.starts_with('*') {
                return Some(Position::AnyArgument);
            }
            u16::try_from(at - usize::from(method))
                .ok()
                .map(Position::Argument)
        }
    }
}

/// The question with names of functions in the place of such names.
///
/// # Errors
/// Where such a name stands for no function.
pub(super) fn expand<'s>(
    spec: &'s Spec,
    languages: &[Language],
) -> Result<Cow<'s, Spec>, SpecError> {
    let mut changed = false;
    let mut creations = Vec::with_capacity(spec.creations.len());
    for creation in &spec.creations {
        match functions(&creation.callee, languages)? {
            None => creations.push(creation.clone()),
            Some(found) => {
                changed = true;
                creations.extend(found.into_iter().map(|(callee, position)| Creation {
                    callee,
                    position,
                    state: creation.state.clone(),
                }));
            }
        }
    }
    let mut transitions = Vec::with_capacity(spec.transitions.len());
    for transition in &spec.transitions {
        let found = match &transition.on {
            Event::Call(callee, _) => functions(callee, languages)?,
            _ => None,
        };
        match found {
            None => transitions.push(transition.clone()),
            Some(found) => {
                changed = true;
                // The result is a new object, which a creation begins.
                let found = found
                    .into_iter()
                    .filter(|(_, position)| *position != Position::Result);
                transitions.extend(found.map(|(callee, position)| Transition {
                    on: Event::Call(callee, position),
                    ..transition.clone()
                }));
            }
        }
    }
    if !changed {
        return Ok(Cow::Borrowed(spec));
    }
    Ok(Cow::Owned(Spec {
        creations,
        transitions,
        ..spec.clone()
    }))
}

/// Functions for which a name stands, in the order of languages and names.
fn functions(
    pattern: &Pattern,
    languages: &[Language],
) -> Result<Option<Vec<(Pattern, Position)>>, SpecError> {
    let Some(wanted) = Wanted::of(pattern)? else {
        return Ok(None);
    };
    let mut found = Vec::new();
    for language in languages {
        for (name, function) in language.functions() {
            for position in wanted.positions(function) {
                found.push((Pattern::new(name), position));
            }
        }
    }
    if found.is_empty() {
        return Err(SpecError::Resource(pattern.text().to_owned()));
    }
    Ok(Some(found))
}
