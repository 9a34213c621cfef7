//! Which values places hold, each in the best tier in which it came.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::program::Node;
use super::value::Val;
use crate::passes::Resolution;

/// Values that one place can hold; a place with more holds the first ones, and its file has a gap.
pub(super) const MOST_VALUES: usize = 64;
/// A place with more values than this finds them by a table.
const SCANNED: usize = 8;
/// Entries of such a table: a power of two, twice as many as there can be values.
const SLOTS: usize = 2 * MOST_VALUES;

/// Positions of the values of a place, from 1, by their hashes.
struct Table {
    slots: [u8; SLOTS],
    /// There were more values than the place can hold.
    is_full: bool,
}

/// What became of a value that came to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It is new, or came in a better tier: its position.
    Changed(u8),
    /// It was there.
    Known,
    /// There is no room.
    Full,
}

#[derive(Default)]
pub(super) struct Places {
    values: Vec<SmallVec<[(Val, Resolution); 2]>>,
    tables: FxHashMap<Node, Box<Table>>,
}

impl Places {
    pub(super) fn new(count: usize) -> Self {
        Self {
            values: vec![SmallVec::new(); count],
            tables: FxHashMap::default(),
        }
    }

    /// A new place.
    pub(super) fn push(&mut self) -> Node {
        self.values.push(SmallVec::new());
        self.values.len() as u32 - 1
    }

    pub(super) fn of(&self, node: Node) -> &[(Val, Resolution)] {
        &self.values[node as usize]
    }

    /// Places that got more values than they can hold.
    pub(super) fn full(&self) -> Vec<Node> {
        let full = self.tables.iter().filter(|(_, table)| table.is_full);
        let mut nodes: Vec<Node> = full.map(|(&node, _)| node).collect();
        nodes.sort_unstable();
        nodes
    }

    /// A value comes to a place.
    pub(super) fn add(&mut self, node: Node, value: Val, tier: Resolution) -> Came {
        let set = &mut self.values[node as usize];
        let better = |set: &mut SmallVec<[(Val, Resolution); 2]>, at: usize| {
            if set[at].1 <= tier {
                return Came::Known;
            }
            set[at].1 = tier;
            Came::Changed(at as u8)
        };
        if set.len() <= SCANNED {
            if let Some(at) = set.iter().position(|entry| entry.0 == value) {
                return better(set, at);
            }
            set.push((value, tier));
            if set.len() > SCANNED {
                let mut table = Box::new(Table {
                    slots: [0; SLOTS],
                    is_full: false,
                });
                for (at, &(value, _)) in set.iter().enumerate() {
                    let free = table.find(set, value).unwrap_or_else(|free| free);
                    table.slots[free] = at as u8 + 1;
                }
                self.tables.insert(node, table);
            }
            return Came::Changed(set.len() as u8 - 1);
        }
        let Some(table) = self.tables.get_mut(&node) else {
            return Came::Full;
        };
        match table.find(set, value) {
            Ok(at) => better(set, at),
            Err(_) if set.len() >= MOST_VALUES => {
                table.is_full = true;
                Came::Full
            }
            Err(free) => {
                set.push((value, tier));
                table.slots[free] = set.len() as u8;
                Came::Changed(set.len() as u8 - 1)
            }
        }
    }
}

impl Table {
    /// The position of a value, else the free slot that it would have. There always is one: the table is twice as long as the set.
    fn find(&self, set: &[(Val, Resolution)], value: Val) -> Result<usize, usize> {
        let mut slot = value.hash() as usize % SLOTS;
        loop {
            match self.slots[slot] {
                0 => return Err(slot),
                at if set[usize::from(at) - 1].0 == value => return Ok(usize::from(at) - 1),
                _ => slot = (slot + 1) % SLOTS,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::Kind;
    use super::*;

    #[test]
    fn values_are_kept_once_with_their_best_tier_up_to_the_limit() {
        let mut places = Places::new(1);
        let value = |number| Val::new(Kind::Function, number);
        for number in 0..MOST_VALUES as u32 {
            assert_eq!(
                places.add(0, value(number), Resolution::Type),
                Came::Changed(number as u8)
            );
            assert_eq!(
                places.add(0, value(number / 2), Resolution::Type),
                Came::Known
            );
        }
        assert!(places.full().is_empty());
        assert_eq!(places.add(0, value(1_000), Resolution::Exact), Came::Full);
        assert_eq!(places.add(0, value(7), Resolution::Exact), Came::Changed(7));
        assert_eq!(places.of(0)[7], (value(7), Resolution::Exact));
        assert_eq!((places.of(0).len(), places.full()), (MOST_VALUES, vec![0]));
    }
}
