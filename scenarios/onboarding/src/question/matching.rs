//! Fitting patterns to a question.

use super::Known;
use super::entities::{Entity, Hint, Shape};
use super::phrases::{Element, Phrases, Slot};
use super::tokens::Token;

/// Most words that `..` stands for.
const SKIP: usize = 4;
/// Most plain words that make one name (`login handler`).
const RUN: usize = 3;

/// What plain words may be names.
struct Names<'a> {
    phrases: &'a Phrases,
    known: Known<'a>,
}

/// A pattern that fits.
#[derive(Debug)]
pub struct Found<'a> {
    pub intent: &'a str,
    pub subjects: Vec<Entity>,
}

/// The pattern that fits best: most words and most narrowly matched names, then the earlier in the data.
pub fn best<'a>(tokens: &[Token], phrases: &'a Phrases, known: Known<'_>) -> Option<Found<'a>> {
    let names = Names { phrases, known };
    let mut best: Option<(i32, usize, Vec<Entity>)> = None;
    for pattern in &phrases.patterns {
        for start in 0..tokens.len() {
            let mut subjects = Vec::new();
            if let Some(score) = fit(&pattern.elements, tokens, start, &mut subjects, &names)
                && best.as_ref().is_none_or(|(had, ..)| score > *had)
            {
                best = Some((score, pattern.intent, subjects));
            }
        }
    }
    best.map(|(_, intent, subjects)| Found {
        intent: &phrases.intents[intent],
        subjects,
    })
}

/// How well the elements fit from a token on, and what their slots take; the best of the ways to do it.
fn fit(
    elements: &[Element],
    tokens: &[Token],
    at: usize,
    subjects: &mut Vec<Entity>,
    names: &Names<'_>,
) -> Option<i32> {
    let Some((element, rest)) = elements.split_first() else {
        return Some(0);
    };
    match element {
        Element::Skip => {
            // Nearest first: what is skipped counts against.
            let mut best: Option<(i32, Vec<Entity>)> = None;
            for skipped in 0..=SKIP.min(tokens.len() - at) {
                let mut taken = subjects.clone();
                if let Some(score) = fit(rest, tokens, at + skipped, &mut taken, names) {
                    let lost = tokens[at..at + skipped]
                        .iter()
                        .map(|token| if is_name(token) { 12 } else { 2 })
                        .sum::<i32>();
                    if best.as_ref().is_none_or(|(had, _)| score - lost > *had) {
                        best = Some((score - lost, taken));
                    }
                }
            }
            let (score, taken) = best?;
            *subjects = taken;
            Some(score)
        }
        Element::Words { words, optional } => {
            let here = tokens
                .get(at)
                .filter(|token| token.entity.as_ref().is_none_or(|entity| !entity.strong));
            if here.is_some_and(|token| words.iter().any(|word| word.fits(&token.word))) {
                let mut taken = subjects.clone();
                if let Some(score) = fit(rest, tokens, at + 1, &mut taken, names) {
                    *subjects = taken;
                    return Some(score + 10);
                }
            }
            if *optional {
                fit(rest, tokens, at, subjects, names)
            } else {
                None
            }
        }
        Element::Slot(slot) => {
            for length in (1..=RUN).rev() {
                let Some((entity, worth)) = take(*slot, tokens, at, length, names) else {
                    continue;
                };
                let mut taken = subjects.clone();
                taken.push(entity);
                if let Some(score) = fit(rest, tokens, at + length, &mut taken, names) {
                    *subjects = taken;
                    return Some(score + worth);
                }
            }
            None
        }
    }
}

fn is_name(token: &Token) -> bool {
    token.entity.as_ref().is_some_and(|entity| entity.strong)
}

/// What a slot takes from `length` tokens, and how much that is worth.
fn take(
    slot: Slot,
    tokens: &[Token],
    at: usize,
    length: usize,
    names: &Names<'_>,
) -> Option<(Entity, i32)> {
    let run = tokens.get(at..at + length)?;
    if length == 1
        && let Some(entity) = &run[0].entity
    {
        return suits(slot, entity)
            .map(|worth| (entity.clone(), worth + if entity.strong { 8 } else { 4 }));
    }
    // Plain words: only where any name is wanted.
    if !matches!(slot, Slot::Symbol | Slot::Second) {
        return None;
    }
    if run
        .iter()
        .any(|token| token.entity.is_some() || names.phrases.is_common(&token.word))
    {
        return None;
    }
    let words: Vec<&str> = run.iter().map(|token| token.original.as_str()).collect();
    let words = words.join(" ");
    if run
        .iter()
        .all(|token| names.phrases.may_be_name(&token.word))
    {
        return Some((Entity::word(&words, None), 0));
    }
    // A word of the questions themselves: the patterns' own reading of it goes first.
    (names.known)(&words).then(|| (Entity::word(&words, None), -6))
}

/// Whether a slot takes a name, and how narrowly it fits.
fn suits(slot: Slot, entity: &Entity) -> Option<i32> {
    let place = entity.is_place() || entity.hint == Some(Hint::Module);
    match slot {
        Slot::Symbol | Slot::Second => Some(if place { 0 } else { 3 }),
        Slot::Type => {
            let capital = entity.last().chars().next().is_some_and(char::is_uppercase);
            let named = matches!(entity.hint, Some(Hint::Type))
                || (entity.hint.is_none() && capital && !place);
            named.then_some(5)
        }
        Slot::File => (place || (entity.shape == Shape::Dotted && entity.hint.is_none()))
            .then_some(if place { 6 } else { 1 }),
        Slot::Folder => {
            (entity.shape == Shape::Folder || entity.hint == Some(Hint::Folder)).then_some(6)
        }
    }
}
