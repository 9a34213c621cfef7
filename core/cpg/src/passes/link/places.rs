//! Which values places hold, each in the best tier in which it came.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::program::Node;
use super::value::{Kind, Val};
use crate::passes::Resolution;

/// Values that one place can hold; a place with more holds the first ones, and its file has a gap where [`super::rest`] does not take the
/// others.
pub(super) const MOST_VALUES: usize = 64;
/// Values beyond them that stand for many.
const MOST_RESTS: usize = 16;
/// Values of a wide place.
pub(super) const MOST_WIDE: usize = 8192;
/// A place with more values than this finds them by a table.
const SCANNED: usize = 8;
/// Entries of such a table: a power of two, well above as many as there can be values.
const SLOTS: usize = 2 * MOST_VALUES;

/// Positions of the values of a place, from 1, by their hashes.
struct Table {
    slots: [u8; SLOTS],
}

/// What became of a value that came to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It is new, or came in a better tier: its position.
    Changed(u16),
    /// It was there.
    Known,
    /// There is no room.
    Full,
}

#[derive(Default)]
pub(super) struct Places {
    values: Vec<SmallVec<[(Val, Resolution); 2]>>,
    tables: FxHashMap<Node, Box<Table>>,
    /// Places that hold very many values, with the positions of those.
    wide: FxHashMap<Node, FxHashMap<Val, u16>>,
    /// Places that refused a value.
    full: FxHashSet<Node>,
}

impl Places {
    pub(super) fn new(count: usize) -> Self {
        Self {
            values: vec![SmallVec::new(); count],
            tables: FxHashMap::default(),
            wide: FxHashMap::default(),
            full: FxHashSet::default(),
        }
    }

    /// A new place.
    pub(super) fn push(&mut self) -> Node {
        self.values.push(SmallVec::new());
        self.values.len() as u32 - 1
    }

    /// A new place for up to [`MOST_WIDE`] values.
    pub(super) fn push_wide(&mut self) -> Node {
        let node = self.push();
        self.wide.insert(node, FxHashMap::default());
        node
    }

    pub(super) fn is_wide(&self, node: Node) -> bool {
        self.wide.contains_key(&node)
    }

    pub(super) fn of(&self, node: Node) -> &[(Val, Resolution)] {
        &self.values[node as usize]
    }

    /// A place lost a value.
    pub(super) fn refuse(&mut self, node: Node) {
        self.full.insert(node);
    }

    /// Places that lost values.
    pub(super) fn full(&self) -> Vec<Node> {
        let mut nodes: Vec<Node> = self.full.iter().copied().collect();
        nodes.sort_unstable();
        nodes
    }

    /// A value comes to a place.
    pub(super) fn add(&mut self, node: Node, value: Val, tier: Resolution) -> Came {
        let most = if value.kind() == Kind::Rest {
            MOST_VALUES + MOST_RESTS - 1
        } else {
            MOST_VALUES
        };
        self.add_up_to(node, value, tier, most)
    }

    /// The one value comes that stands for those that have no room in the place itself.
    pub(super) fn add_last(&mut self, node: Node, value: Val, tier: Resolution) -> Came {
        self.add_up_to(node, value, tier, MOST_VALUES + MOST_RESTS)
    }

    fn add_up_to(&mut self, node: Node, value: Val, tier: Resolution, most: usize) -> Came {
        let set = &mut self.values[node as usize];
        let better = |set: &mut SmallVec<[(Val, Resolution); 2]>, at: usize| {
            if set[at].1 <= tier {
                return Came::Known;
            }
            set[at].1 = tier;
            Came::Changed(at as u16)
        };
        if let Some(positions) = self.wide.get_mut(&node) {
            if let Some(&at) = positions.get(&value) {
                return better(set, usize::from(at));
            }
            if set.len() >= MOST_WIDE {
                return Came::Full;
            }
            positions.insert(value, set.len() as u16);
            set.push((value, tier));
            return Came::Changed(set.len() as u16 - 1);
        }
        if set.len() <= SCANNED {
            if let Some(at) = set.iter().position(|entry| entry.0 == value) {
                return better(set, at);
            }
            set.push((value, tier));
            if set.len() > SCANNED {
                let mut table = Box::new(Table { slots: [0; SLOTS] });
                for (at, &(value, _)) in set.iter().enumerate() {
                    let free = table.find(set, value).unwrap_or_else(|free| free);
                    table.slots[free] = at as u8 + 1;
                }
                self.tables.insert(node, table);
            }
            return Came::Changed(set.len() as u16 - 1);
        }
        let Some(table) = self.tables.get_mut(&node) else {
            return Came::Full;
        };
        match table.find(set, value) {
            Ok(at) => better(set, at),
            Err(_) if set.len() >= most => Came::Full,
            Err(free) => {
                set.push((value, tier));
                table.slots[free] = set.len() as u8;
                Came::Changed(set.len() as u16 - 1)
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
                Came::Changed(number as u16)
            );
            assert_eq!(
                places.add(0, value(number / 2), Resolution::Type),
                Came::Known
            );
        }
        assert_eq!(places.add(0, value(1_000), Resolution::Exact), Came::Full);
        assert_eq!(places.add(0, value(7), Resolution::Exact), Came::Changed(7));
        assert_eq!(places.of(0)[7], (value(7), Resolution::Exact));
        assert_eq!(places.of(0).len(), MOST_VALUES);
        assert!(places.full().is_empty(), "only who loses the value knows");
        places.refuse(0);
        assert_eq!(places.full(), [0]);
    }

    #[test]
    fn values_that_stand_for_many_have_room_beyond_the_limit() {
        let mut places = Places::new(1);
        for number in 0..MOST_VALUES as u32 {
            places.add(0, Val::new(Kind::Function, number), Resolution::Type);
        }
        for number in 0..MOST_RESTS as u32 - 1 {
            let rest = Val::new(Kind::Rest, number);
            assert_eq!(
                places.add(0, rest, Resolution::Type),
                Came::Changed((MOST_VALUES as u32 + number) as u16)
            );
        }
        let rest = Val::new(Kind::Rest, MOST_RESTS as u32);
        assert_eq!(places.add(0, rest, Resolution::Type), Came::Full);
        let own = Val::new(Kind::Rest, 1_000);
        let last = (MOST_VALUES + MOST_RESTS - 1) as u16;
        assert_eq!(
            places.add_last(0, own, Resolution::Type),
            Came::Changed(last)
        );
        assert_eq!(places.add_last(0, own, Resolution::Type), Came::Known);
    }

    #[test]
    fn a_wide_place_has_an_end_too() {
        let mut places = Places::new(0);
        let node = places.push_wide();
        let value = |number| Val::new(Kind::Function, number);
        for number in 0..MOST_WIDE as u32 {
            assert_eq!(
                places.add(node, value(number), Resolution::Type),
                Came::Changed(number as u16)
            );
            assert_eq!(
                places.add(node, value(number), Resolution::Type),
                Came::Known
            );
        }
        assert_eq!(
            places.add(node, value(MOST_WIDE as u32), Resolution::Exact),
            Came::Full
        );
        assert_eq!(
            places.add(node, value(9), Resolution::Exact),
            Came::Changed(9)
        );
    }
}
