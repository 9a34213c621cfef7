//! Names that mean something to the collector: words of the rules.

use crate::passes::op;
use crate::rules::Rules;

pub(super) struct Words<'a> {
    /// Functions that read a member by a computed name (`getattr`).
    pub(super) read_member: Vec<&'a str>,
    /// Functions that write one (`setattr`).
    pub(super) write_member: Vec<&'a str>,
    /// Functions that give the names of the scope as a dictionary (`globals`).
    pub(super) scope_dictionary: Vec<&'a str>,
    /// Types of texts.
    pub(super) text_types: Vec<&'a str>,
    /// Types of whole numbers.
    pub(super) int_types: Vec<&'a str>,
    pub(super) dictionary: &'a str,
    pub(super) tuple: &'a str,
    pub(super) list: &'a str,
    /// A pointer holds what it points to, an array what its elements are.
    pub(super) transparent: bool,
    /// Words of declared types that are no part of their names; none where types are no such texts.
    pub(super) type_words: Vec<&'a str>,
    /// Overloads are told apart by the types of what they are called with.
    pub(super) typed: bool,
    /// What names of destructors begin with, where objects live as long as the variables that hold them.
    pub(super) destructor: Option<&'a str>,
    /// Methods that put what they are given into their object.
    pub(super) stores: Vec<&'a str>,
    /// Operators that can run methods, though elsewhere they never do.
    running: Vec<&'a str>,
}

impl<'a> Words<'a> {
    pub(super) fn new(rules: &'a Rules) -> Self {
        let words =
            |key| -> Vec<&'a str> { rules.all(key).flat_map(str::split_whitespace).collect() };
        Self {
            read_member: words("read-member"),
            write_member: words("write-member"),
            scope_dictionary: words("scope-dictionary"),
            text_types: words("text-type"),
            int_types: words("int-type"),
            dictionary: rules.get("dict-type").unwrap_or_default(),
            tuple: rules.get("tuple-type").unwrap_or_default(),
            list: rules.get("list-type").unwrap_or_default(),
            transparent: rules.get("indirection") == Some("transparent"),
            type_words: words("type-word"),
            typed: rules.get("overloads") == Some("types"),
            destructor: rules.get("destructor"),
            stores: words("stores"),
            running: rules
                .protocols()
                .map(|(operator, ..)| operator)
                .filter(|operator| {
                    matches!(
                        *operator,
                        op::ASSIGNMENT | op::INDIRECTION | op::INDIRECT_FIELD_ACCESS
                    )
                })
                .collect(),
        }
    }

    /// Whether an operator that elsewhere only moves values can run a method.
    pub(super) fn runs(&self, operator: &str) -> bool {
        self.running.contains(&operator)
    }
}
