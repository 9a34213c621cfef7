//! The question as tables: states by number, what leads from one to another.

use super::spec::{Event, Spec};

/// A state by number.
pub(super) type State = u8;

pub(super) struct Automaton<'s> {
    pub(super) spec: &'s Spec,
    names: Vec<&'s str>,
    /// States that a transition leaves, as bits; the event; the state behind it.
    transitions: Vec<(u64, &'s Event, State)>,
    /// By state: the label of the error that it is.
    errors: Vec<Option<&'s str>>,
    /// Bits of states, label, label of exceptional ends.
    ends: Vec<(u64, &'s str, Option<&'s str>)>,
    queries: Vec<(&'s str, u64)>,
}

impl<'s> Automaton<'s> {
    /// Takes a question that was checked.
    pub(super) fn new(spec: &'s Spec) -> Self {
        let names = spec.states();
        let number = |name: &str| names.binary_search(&name).unwrap_or(0) as State;
        let bits = |states: &[String]| {
            let bits = states.iter().map(|state| 1_u64 << number(state));
            bits.fold(0, |all, bit| all | bit)
        };
        let transitions = spec
            .transitions
            .iter()
            .map(|transition| {
                let from = if transition.from.is_empty() {
                    u64::MAX
                } else {
                    bits(&transition.from)
                };
                (from, &transition.on, number(&transition.to))
            })
            .collect();
        let mut errors = vec![None; names.len()];
        for error in &spec.errors {
            errors[usize::from(number(&error.state))].get_or_insert(error.label.as_str());
        }
        let ends = spec
            .ends
            .iter()
            .map(|end| {
                (
                    bits(&end.states),
                    end.label.as_str(),
                    end.exceptional.as_deref(),
                )
            })
            .collect();
        let queries = spec
            .queries
            .iter()
            .map(|query| (query.member.as_str(), bits(&query.states)))
            .collect();
        Self {
            spec,
            names,
            transitions,
            errors,
            ends,
            queries,
        }
    }

    pub(super) fn state(&self, name: &str) -> State {
        self.names.binary_search(&name).unwrap_or(0) as State
    }

    pub(super) fn name(&self, state: State) -> &'s str {
        self.names[usize::from(state)]
    }

    /// Where an event leads: none where no transition is on such an event, else the state behind it.
    pub(super) fn on(&self, state: State, fits: impl Fn(&Event) -> bool) -> Option<State> {
        let mut named = false;
        for &(from, event, to) in &self.transitions {
            if fits(event) {
                named = true;
                if from & 1 << state != 0 {
                    return Some(to);
                }
            }
        }
        named.then_some(state)
    }

    /// Where an event leads from a state; none where no transition leaves it so.
    pub(super) fn leaves(&self, state: State, event: &Event) -> Option<State> {
        self.transitions
            .iter()
            .find(|(from, other, _)| *other == event && from & 1 << state != 0)
            .map(|&(.., to)| to)
    }

    /// Where the outcome of a test leads; none where it cannot be. An object of which no transition says more is there.
    pub(super) fn test(&self, state: State, event: &Event) -> Option<State> {
        let named = self.transitions.iter().any(|(_, other, _)| *other == event);
        self.leaves(state, event)
            .or((!named && *event == Event::NotNull).then_some(state))
    }

    /// Whether a state is wrong, and the word for it.
    pub(super) fn error(&self, state: State) -> Option<&'s str> {
        self.errors[usize::from(state)]
    }

    /// The word for a state at the end, where it is wrong there.
    pub(super) fn end(&self, state: State, exceptional: bool) -> Option<&'s str> {
        self.ends
            .iter()
            .filter(|(bits, ..)| bits & 1 << state != 0)
            .find_map(|&(_, label, thrown)| if exceptional { thrown } else { Some(label) })
    }

    /// Whether some end asks for what exceptions leave behind.
    pub(super) fn asks_for_exceptions(&self) -> bool {
        self.ends.iter().any(|(.., thrown)| thrown.is_some())
    }

    /// What a member says by its truth: whether it is true in a state.
    pub(super) fn told(&self, member: &str, state: State) -> Option<bool> {
        self.queries
            .iter()
            .find(|(name, _)| *name == member)
            .map(|(_, bits)| bits & 1 << state != 0)
    }
}
