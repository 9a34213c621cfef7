//! Places that can hold an object: names, and fields of what names hold.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::index::Index;
use crate::flows::program::{FileAt, NONE, Node, Program, Symbol};
use crate::passes::facts::{Expression, Value};

/// Fields that a place goes through.
pub(super) const MOST_FIELDS: usize = 3;
/// Stands for what a method returns.
pub(super) const RETURNED: Node = NONE;

/// A place by number.
pub(super) type PlaceId = u32;

/// A variable, or an expression that has its value, and fields from there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) base: Node,
    pub(super) fields: SmallVec<[Symbol; MOST_FIELDS]>,
}

impl Place {
    pub(super) fn of(base: Node) -> Self {
        Self {
            base,
            fields: SmallVec::new(),
        }
    }

    /// The place at the end of fields; none where that is too far.
    pub(super) fn behind(&self, fields: &[Symbol]) -> Option<Self> {
        let mut place = self.clone();
        place.fields.extend_from_slice(fields);
        (place.fields.len() <= MOST_FIELDS).then_some(place)
    }
}

/// Places, each once.
#[derive(Default)]
pub(super) struct Places {
    ids: FxHashMap<Place, PlaceId>,
    places: Vec<Place>,
}

impl Places {
    pub(super) fn id(&mut self, place: Place) -> PlaceId {
        if let Some(&id) = self.ids.get(&place) {
            return id;
        }
        let id = self.places.len() as PlaceId;
        self.places.push(place.clone());
        self.ids.insert(place, id);
        id
    }

    pub(super) fn get(&self, id: PlaceId) -> &Place {
        &self.places[id as usize]
    }

    /// The way from one place to another one that is the same or a part of it.
    pub(super) fn rest(&self, outer: PlaceId, inner: PlaceId) -> Option<&[Symbol]> {
        let (outer, inner) = (self.get(outer), self.get(inner));
        if outer.base == inner.base {
            inner.fields.strip_prefix(&outer.fields[..])
        } else {
            None
        }
    }

    /// Places whose content a value can be.
    pub(super) fn resolve(
        &mut self,
        program: &Program<'_>,
        index: &Index,
        file: FileAt,
        value: Value,
    ) -> SmallVec<[PlaceId; 2]> {
        let mut found = SmallVec::new();
        let mut stack: Vec<(Value, SmallVec<[Symbol; MOST_FIELDS]>)> =
            vec![(value, SmallVec::new())];
        let mut left = 32;
        while let Some((value, fields)) = stack.pop() {
            left -= 1;
            if left == 0 || fields.len() > MOST_FIELDS {
                continue;
            }
            let node = program.node(file, value);
            let base = match &program.files[file as usize].expressions[value as usize] {
                Expression::Variable(_) => program.base_variable(node),
                Expression::Call(_) | Expression::Import(_) | Expression::Global(_) => node,
                Expression::Choice(_) if index.choices.contains(&value) => node,
                Expression::Choice(values) => {
                    stack.extend(values.iter().map(|&value| (value, fields.clone())));
                    continue;
                }
                Expression::Member(inner, name) => {
                    let mut longer = fields;
                    longer.insert(0, program.name(file, *name));
                    stack.push((*inner, longer));
                    continue;
                }
                Expression::Entered(inner) => {
                    stack.push((*inner, fields));
                    continue;
                }
                Expression::Super(_, Some(variable)) => {
                    program.bases[file as usize].variables + variable
                }
                _ => continue,
            };
            let id = self.id(Place { base, fields });
            if !found.contains(&id) {
                found.push(id);
            }
        }
        found
    }
}
