//! Access paths: which part of a value is meant.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::program::{Node, Symbol};

/// Steps that a path keeps; what lies deeper counts as the whole of what the path leads to (k-limiting, after Jones and Muchnick, 1979).
pub(crate) const LONGEST: usize = 5;

/// A step from a value to a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    Field(Symbol),
    Index(u32),
    /// All elements from a position on.
    From(u32),
    /// Elements from a position on and below another one; read only.
    Between(u32, u32),
    Text(Symbol),
    /// Any element.
    Any,
    /// The keys of a collection.
    Keys,
    /// The receiver of a method that was taken from it.
    Receiver,
    /// A variable of the method around a closure.
    Capture(Node),
    /// What calling the value gives; in descriptions of libraries only.
    Call,
    /// What a generator gives when it ends.
    Returned,
}

pub(crate) type Path = SmallVec<[Step; LONGEST]>;
/// A path in [`Paths`]; 0 is the empty one.
pub(crate) type PathId = u32;

impl Step {
    /// Whether it leads to an element of a collection.
    pub(crate) fn is_element(self) -> bool {
        matches!(
            self,
            Self::Index(_)
                | Self::From(_)
                | Self::Between(..)
                | Self::Text(_)
                | Self::Any
                | Self::Keys
        )
    }

    /// Whether reading this step can find what is stored under the other one.
    pub(crate) fn reads(self, stored: Self) -> bool {
        match (self, stored) {
            (
                Self::Any,
                Self::Index(_) | Self::From(_) | Self::Between(..) | Self::Text(_) | Self::Any,
            )
            | (Self::Index(_) | Self::From(_) | Self::Between(..) | Self::Text(_), Self::Any)
            | (Self::From(_), Self::From(_)) => true,
            (Self::Between(from, to), Self::Index(at))
            | (Self::Index(at), Self::Between(from, to)) => (from..to).contains(&at),
            (Self::Between(_, to), Self::From(from)) | (Self::From(from), Self::Between(_, to)) => {
                from < to
            }
            (Self::Between(from, to), Self::Between(first, last)) => from < last && first < to,
            (Self::From(first), Self::Index(at)) | (Self::Index(at), Self::From(first)) => {
                at >= first
            }
            (one, other) => one == other,
        }
    }
}

/// Paths, each once.
#[derive(Default)]
pub(crate) struct Paths {
    list: Vec<Path>,
    numbers: FxHashMap<Path, PathId>,
}

impl Paths {
    pub(crate) fn new() -> Self {
        let mut this = Self::default();
        this.id(&[]);
        this
    }

    /// The number of a path, cut to [`LONGEST`] steps.
    pub(crate) fn id(&mut self, steps: &[Step]) -> PathId {
        let path = Path::from_slice(&steps[..steps.len().min(LONGEST)]);
        if let Some(&id) = self.numbers.get(&path) {
            return id;
        }
        let id = self.list.len() as PathId;
        self.list.push(path.clone());
        self.numbers.insert(path, id);
        id
    }

    pub(crate) fn get(&self, id: PathId) -> &Path {
        &self.list[id as usize]
    }
}

/// What is left of a path behind the steps that are read; none where they lead elsewhere. What a short path leads to is meant with all
/// its parts.
pub(crate) fn behind<'p>(read: &[Step], path: &'p [Step]) -> Option<&'p [Step]> {
    let shared = read.len().min(path.len());
    let fits = read
        .iter()
        .zip(path)
        .all(|(read, &stored)| read.reads(stored));
    // Code is no content: what a value is called on or closes over is no part that a text has.
    let open = read[shared..]
        .iter()
        .all(|step| !matches!(step, Step::Capture(_)));
    (fits && open).then(|| &path[shared..])
}
