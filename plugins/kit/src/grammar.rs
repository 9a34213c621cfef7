//! A grammar's names and numbers, by what an importer calls them.

use tree_sitter::Language;

/// What becomes of the nodes of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Kept, and its children looked at.
    Keep,
    /// Kept without its children.
    Leaf,
    /// Kept without its children, and its text interned.
    Name,
    /// Not kept, but listed with the comments.
    Comment,
    /// Not kept, nor its children.
    Drop,
}

/// Node kinds of a grammar, as the importer names them: [`grammar_names!`](crate::grammar_names) implements this.
pub trait Kind: Copy + Eq + 'static {
    /// The kind of an error node.
    const ERROR: Self;
    /// A named node that the importer has no name for.
    const OTHER: Self;

    /// The kind of the grammar's name; none for a name that the importer does not know.
    fn of(name: &str, named: bool) -> Option<Self>;

    /// What becomes of nodes of this kind.
    fn treatment(self) -> Treatment;

    /// Whether a node of this kind says all that it says wherever it stands: inside of an error, it was understood.
    fn stands_alone(self) -> bool;
}

/// Fields of a grammar, as the importer names them.
pub trait Field: Copy + Eq + 'static {
    /// A child without a field, or one that the importer does not know.
    const NONE: Self;

    /// The field of the grammar's name.
    fn of(name: &str) -> Self;
}

/// Names node kinds or fields of a grammar: an enum with a case for each, and the way back from the grammar's name.
///
/// Anonymous tokens are written with `token`, so that `not` the keyword is not mistaken for a node of that name.
#[macro_export]
macro_rules! grammar_names {
    (kinds $name:ident { $($case:ident = $text:literal,)* } tokens { $($token:ident = $token_text:literal,)* } treatment $treatment:path, stands_alone $stands_alone:path) => {
        /// Node kinds of the grammar.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum $name { Error, Other, $($case,)* $($token,)* }

        impl $name {
            /// Named kinds and tokens that the grammar must have.
            pub const NAMES: &'static [(&'static str, bool)] = &[$(($text, true),)* $(($token_text, false),)*];
        }

        impl $crate::grammar::Kind for $name {
            const ERROR: Self = Self::Error;
            const OTHER: Self = Self::Other;

            fn of(name: &str, named: bool) -> Option<Self> {
                if named {
                    match name { $($text => Some(Self::$case),)* _ => None }
                } else {
                    match name { $($token_text => Some(Self::$token),)* _ => None }
                }
            }

            fn treatment(self) -> $crate::grammar::Treatment {
                $treatment(self)
            }

            fn stands_alone(self) -> bool {
                $stands_alone(self)
            }
        }
    };
    (fields $name:ident { $($case:ident = $text:literal,)* }) => {
        /// Fields of the grammar.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum $name { None, $($case,)* }

        impl $name {
            /// Fields that the grammar must have.
            pub const NAMES: &'static [&'static str] = &[$($text,)*];
        }

        impl $crate::grammar::Field for $name {
            const NONE: Self = Self::None;

            fn of(name: &str) -> Self {
                match name { $($text => Self::$case,)* _ => Self::None }
            }
        }
    };
}

/// A grammar's numbers, by what the importer calls them.
pub struct Grammar<K, F> {
    pub(crate) language: Language,
    kinds: Vec<(K, Treatment)>,
    pub(crate) fields: Vec<F>,
}

impl<K: Kind, F: Field> Grammar<K, F> {
    /// Looks all names up once.
    pub fn new(language: Language) -> Self {
        let kinds = (0..language.node_kind_count() as u16)
            .map(|id| {
                let name = language.node_kind_for_id(id).unwrap_or_default();
                let named = language.node_kind_is_named(id);
                match K::of(name, named) {
                    Some(kind) => (kind, kind.treatment()),
                    None if named => (K::OTHER, Treatment::Keep),
                    None => (K::OTHER, Treatment::Drop),
                }
            })
            .collect();
        let fields = (0..=language.field_count() as u16)
            .map(|id| language.field_name_for_id(id).map_or(F::NONE, F::of))
            .collect();
        Self {
            language,
            kinds,
            fields,
        }
    }

    /// The kind of a number; a number that the grammar does not list is an error's.
    pub(crate) fn kind(&self, id: u16) -> (K, Treatment) {
        self.kinds
            .get(usize::from(id))
            .copied()
            .unwrap_or((K::ERROR, Treatment::Keep))
    }
}
