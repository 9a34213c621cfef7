//! Full names of declarations.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::texts::{Text, Texts};

/// Builds full names, and tells repeated ones apart: `m.f`, `m.f$2`, `m.f$3`.
#[derive(Default)]
pub struct QualifiedNames {
    taken: FxHashMap<Text, u32>,
    scratch: String,
}

impl QualifiedNames {
    /// The full name of `name` in what is called `owner`.
    pub fn declare(&mut self, texts: &mut Texts, owner: Text, separator: &str, name: &str) -> Text {
        self.scratch.clear();
        self.scratch.push_str(texts.get(owner));
        if !owner.is_empty() {
            self.scratch.push_str(separator);
        }
        self.scratch.push_str(name);
        let plain = texts.intern(&self.scratch);
        let count = match self.taken.entry(plain) {
            Entry::Vacant(free) => {
                free.insert(1);
                return plain;
            }
            Entry::Occupied(mut taken) => {
                *taken.get_mut() += 1;
                *taken.get()
            }
        };
        self.scratch.push('$');
        self.scratch.push_str(&count.to_string());
        texts.intern(&self.scratch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_are_numbered() {
        let mut texts = Texts::default();
        let mut names = QualifiedNames::default();
        let owner = texts.intern("m");
        let declared: Vec<Text> = ["f", "g", "f", "f"]
            .iter()
            .map(|name| names.declare(&mut texts, owner, ".", name))
            .collect();
        let declared: Vec<&str> = declared.iter().map(|&name| texts.get(name)).collect();
        assert_eq!(declared, ["m.f", "m.g", "m.f$2", "m.f$3"]);
    }
}
