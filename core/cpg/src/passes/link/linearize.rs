//! The order in which ancestors are searched.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::hierarchy::Hierarchy;
use super::language::Linearization;
use super::program::Program;
use super::value::{Kind, Val};

/// Ancestors of one type; further ones are left out.
const ANCESTORS: usize = 1000;

impl Hierarchy {
    /// Ancestors of all classes, bases first; a class that inherits from itself loses the base that closes the ring.
    pub(super) fn linearize(&mut self, program: &Program<'_>) {
        const NEW: u8 = 0;
        const OPEN: u8 = 1;
        const DONE: u8 = 2;
        let mut state = vec![NEW; self.bases.len()];
        for start in 0..self.bases.len() as u32 {
            let mut stack = vec![start];
            while let Some(&class) = stack.last() {
                let at = class as usize;
                if state[at] == NEW {
                    state[at] = OPEN;
                    let before = stack.len();
                    stack.extend(
                        self.bases[at]
                            .iter()
                            .filter(|base| base.kind() == Kind::Class)
                            .map(|base| base.number()),
                    );
                    let mut kept = before;
                    for i in before..stack.len() {
                        if state[stack[i] as usize] == NEW {
                            stack[kept] = stack[i];
                            kept += 1;
                        }
                    }
                    stack.truncate(kept);
                    if kept > before {
                        continue;
                    }
                }
                if state[at] == OPEN {
                    let ring = |base: &Val| {
                        base.kind() == Kind::Class && state[base.number() as usize] != DONE
                    };
                    let bases: SmallVec<[Val; 2]> = self.bases[at]
                        .iter()
                        .copied()
                        .filter(|base| !ring(base))
                        .collect();
                    let order = program.language(program.class_files[at]).linearization;
                    self.ancestors[at] = self.order(class, &bases, order).into();
                    state[at] = DONE;
                }
                stack.pop();
            }
        }
    }

    pub(super) fn order(&self, class: u32, bases: &[Val], order: Linearization) -> Vec<Val> {
        let own = |base: Val| match base.kind() {
            Kind::Class => self.ancestors[base.number() as usize].to_vec(),
            _ => vec![base],
        };
        let mut lists: Vec<Vec<Val>> = bases.iter().map(|&base| own(base)).collect();
        let mut result = vec![Val::new(Kind::Class, class)];
        if order == Linearization::C3 {
            lists.push(bases.to_vec());
            if let Some(merged) = merge(&lists) {
                result.extend(merged);
                result.truncate(ANCESTORS);
                return result;
            }
            lists.pop();
        }
        let mut seen = FxHashSet::default();
        result.extend(
            lists
                .into_iter()
                .flatten()
                .filter(|&value| seen.insert(value)),
        );
        result.truncate(ANCESTORS);
        result
    }
}

/// C3 linearization (K. Barrett et al., "A Monotonic Superclass Linearization for Dylan", OOPSLA 1996); none where the lists contradict each other.
fn merge(lists: &[Vec<Val>]) -> Option<Vec<Val>> {
    let mut at = vec![0_usize; lists.len()];
    // How often a value still stands behind the head of a list.
    let mut behind: FxHashMap<Val, u32> = FxHashMap::default();
    for list in lists {
        for &value in list.iter().skip(1) {
            *behind.entry(value).or_default() += 1;
        }
    }
    let mut result = Vec::new();
    loop {
        let mut heads = lists
            .iter()
            .zip(&at)
            .filter_map(|(list, &at)| list.get(at).copied())
            .peekable();
        if heads.peek().is_none() || result.len() > ANCESTORS {
            return Some(result);
        }
        let next = heads.find(|head| behind.get(head).copied().unwrap_or(0) == 0)?;
        result.push(next);
        for (list, at) in lists.iter().zip(&mut at) {
            if list.get(*at) == Some(&next) {
                *at += 1;
                if let Some(count) = list.get(*at).and_then(|head| behind.get_mut(head)) {
                    *count -= 1;
                }
            }
        }
    }
}
