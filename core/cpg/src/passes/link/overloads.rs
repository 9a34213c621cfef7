//! Which of several functions of a name a call means, by the declared types of what it is given.
//!
//! After the ranking of conversions in languages with overloads: the same type, promotion, conversion of numbers, a base for a derived
//! class, a conversion that a class defines, an open list. What is not known fits everything.

use super::program::{FileAt, Program};
use super::solver::Solver;
use crate::kind::property::{CONSTRUCTOR, VARIADIC};
use crate::passes::facts::Name;

/// A declared type: its name, how many pointers lie before it, and how it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Type<'a> {
    pub(super) name: &'a str,
    pub(super) pointers: usize,
    pub(super) is_reference: bool,
    /// It has no name, or takes only what has none.
    pub(super) is_moved: bool,
    is_const: bool,
    is_function: bool,
    text: &'a str,
}

impl<'a> Type<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let text = text.trim();
        let end = text.find(['*', '&', '[', '<', '(']).unwrap_or(text.len());
        let words = text[..end].split_whitespace();
        let mut name = "";
        for word in words.filter(|word| {
            !matches!(
                *word,
                "const"
                    | "volatile"
                    | "struct"
                    | "class"
                    | "enum"
                    | "union"
                    | "typename"
                    | "constexpr"
                    | "static"
            )
        }) {
            name = if name.is_empty() {
                word
            } else {
                // Names of several words (`unsigned long`) keep their ends.
                let from = name.as_ptr() as usize - text.as_ptr() as usize;
                text[from..end].trim()
            };
        }
        let tail = &text[end..];
        Self {
            name,
            pointers: tail.matches(['*', '[']).count(),
            is_reference: tail.ends_with('&') && !tail.ends_with("&&"),
            is_moved: tail.ends_with("&&"),
            is_const: text.starts_with("const ") || text[..end].ends_with(" const"),
            is_function: tail.contains('('),
            text,
        }
    }

    /// The parameters of a function's type.
    fn parameters(&self) -> &'a str {
        self.text.rfind('(').map_or("", |at| &self.text[at..])
    }
}

impl Solver<'_, '_> {
    /// Of several functions those that take arguments of such types with the least conversion.
    pub(super) fn least_conversion(
        &self,
        file: FileAt,
        types: &[Option<Name>],
        candidates: &mut Vec<u32>,
    ) {
        let costs: Vec<Option<u32>> = candidates
            .iter()
            .map(|&function| self.conversion(file, types, function))
            .collect();
        if let Some(best) = costs.iter().flatten().min().copied() {
            let mut costs = costs.into_iter();
            candidates.retain(|_| costs.next().flatten() == Some(best));
        }
    }

    /// How much has to be converted to call a function with arguments of such types; none where that cannot be.
    pub(super) fn conversion(
        &self,
        file: FileAt,
        types: &[Option<Name>],
        function: u32,
    ) -> Option<u32> {
        let program = self.program;
        let own = program.function_files[function as usize];
        let facts = program.function(function);
        let mut parameters = facts.parameters.iter().filter(|own| !own.is_receiver);
        let mut open = false;
        let mut sum = 0;
        for given in types {
            let parameter = if open { None } else { parameters.next() };
            open |= parameter.is_some_and(|parameter| parameter.properties & VARIADIC != 0);
            let Some(declared) = parameter.filter(|_| !open).and_then(|own| own.declared) else {
                sum += 20;
                continue;
            };
            let Some(given) = given else { continue };
            let from = Type::new(program.files[file as usize].name(*given));
            let to = Type::new(program.files[own as usize].name(declared));
            sum += self.parameter_cost(file, from, own, to)?;
        }
        Some(sum)
    }

    fn parameter_cost(
        &self,
        file: FileAt,
        from: Type<'_>,
        own: FileAt,
        to: Type<'_>,
    ) -> Option<u32> {
        let program = self.program;
        let number = |of: &Type<'_>| {
            of.pointers == 0 && !of.is_function && program.language(file).is_number(of.name)
        };
        if from.is_function || to.is_function {
            return match (from.is_function, to.is_function) {
                (true, true) => (from.parameters() == to.parameters()).then_some(0),
                (true, false) if self.class(own, to.name).is_none() && !number(&to) => Some(3),
                // A lambda or an object that can be called.
                (false, true) if number(&from) || from.pointers > 0 => None,
                (false, true) => Some(4),
                _ => None,
            };
        }
        // What has no name goes to what takes just that, and never to what may be written.
        let held = match (from.is_moved, to.is_moved, to.is_reference && !to.is_const) {
            (false, true, _) if self.class(own, to.name).is_some() || number(&to) => return None,
            (true, _, true) => return None,
            (true, false, false) => 1,
            (false, _, true) => 0,
            _ => u32::from(to.is_const && to.is_reference && !from.is_const),
        };
        let same = last(from.name) == last(to.name);
        if same && from.pointers == to.pointers {
            let loses = to.pointers > 0 && from.is_const && !to.is_const;
            return (!loses).then_some(held);
        }
        if number(&from) && number(&to) {
            let promoted = matches!(
                (from.name, to.name),
                ("bool" | "char" | "short", "int") | ("float", "double")
            );
            return Some(held + if promoted { 2 } else { 4 });
        }
        let (given, wanted) = (self.class(file, from.name), self.class(own, to.name));
        if let (Some(given), Some(wanted)) = (given, wanted)
            && from.pointers == to.pointers
            && let Some(distance) =
                self.hierarchy.ancestors[given as usize]
                    .iter()
                    .position(|ancestor| {
                        ancestor.kind() == super::value::Kind::Class && ancestor.number() == wanted
                    })
        {
            return Some(held + 4 + distance as u32);
        }
        if from.pointers > 0 {
            return match to {
                Type {
                    name: "void",
                    pointers: 1,
                    ..
                } => Some(6),
                Type {
                    name: "bool",
                    pointers: 0,
                    ..
                } => Some(8),
                _ if number(&to) => None,
                _ if to.pointers > 0 => {
                    let is_known = wanted.is_some() || program.language(own).is_number(to.name);
                    (!is_known && to.pointers <= from.pointers).then(|| open_type(to))
                }
                _ => wanted.map_or(Some(open_type(to)), |class| self.converts(class)),
            };
        }
        match (given, wanted) {
            (_, Some(wanted)) if to.pointers == 0 && given != Some(wanted) => self.converts(wanted),
            (_, Some(_)) => None,
            (Some(given), None) if number(&to) && self.is_enumeration(given) => Some(5),
            (Some(given), None) if number(&to) => self.converts_to_number(given),
            (None, None) if number(&from) && to.pointers > 0 => None,
            // Its name is that of a template's parameter, or of a type outside.
            _ if to.pointers <= from.pointers => Some(open_type(to)),
            _ => None,
        }
    }

    fn is_enumeration(&self, class: u32) -> bool {
        // No object of it has members of its own.
        let file = self.program.class_files[class as usize];
        let own = Some(class - self.program.bases[file as usize].classes);
        let functions = &self.program.files[file as usize].functions;
        self.program.fields(class).is_empty()
            && self.hierarchy.ancestors[class as usize].len() == 1
            && !functions.iter().any(|function| function.class == own)
    }

    /// A class that one argument makes.
    fn converts(&self, class: u32) -> Option<u32> {
        let program = self.program;
        let file = program.class_files[class as usize];
        let own = class - program.bases[file as usize].classes;
        let takes_one = program.files[file as usize]
            .functions
            .iter()
            .any(|function| {
                function.class == Some(own)
                    && function.properties & CONSTRUCTOR != 0
                    && function
                        .parameters
                        .iter()
                        .filter(|own| !own.is_receiver)
                        .count()
                        == 1
            });
        takes_one.then_some(12)
    }

    /// A class with an operator that gives a number.
    fn converts_to_number(&self, class: u32) -> Option<u32> {
        let program = self.program;
        let file = program.class_files[class as usize];
        let own = Some(class - program.bases[file as usize].classes);
        let gives = program.files[file as usize]
            .functions
            .iter()
            .any(|function| {
                function.class == own
                    && program.files[file as usize]
                        .name(function.name)
                        .strip_prefix("operator ")
                        .is_some_and(|to| program.language(file).is_number(to))
            });
        gives.then_some(12)
    }

    /// The class that a name means in a file.
    pub(super) fn class(&self, file: FileAt, name: &str) -> Option<u32> {
        if name.is_empty() || self.program.language(file).is_number(name) {
            return None;
        }
        self.imports
            .linkage
            .classes(self.program, file, name)
            .first()
            .copied()
    }
}

fn last(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

/// Declared types of a function's parameters, as one text.
pub(super) fn signature(program: &Program<'_>, function: u32) -> String {
    let file = program.function_files[function as usize];
    let parameters = program.function(function).parameters.iter();
    parameters
        .filter(|own| !own.is_receiver)
        .filter_map(|own| own.declared)
        .map(|name| program.files[file as usize].name(name))
        .collect::<Vec<_>>()
        .join(",")
}

/// What a type costs that no class is: of a template's parameter less than a conversion, of a library's class more.
fn open_type(to: Type<'_>) -> u32 {
    if to.text.contains("::") || to.text.contains('<') {
        10
    } else {
        3
    }
}

#[cfg(test)]
mod tests {
    use super::Type;

    #[test]
    fn declared_types_are_read() {
        let read = |text| {
            let read = Type::new(text);
            (read.name, read.pointers, read.is_reference, read.is_moved)
        };
        assert_eq!(read("const struct S*"), ("S", 1, false, false));
        assert_eq!(read("unsigned long"), ("unsigned long", 0, false, false));
        assert_eq!(read("const ns::T&"), ("ns::T", 0, true, false));
        assert_eq!(read("M&&"), ("M", 0, false, true));
        assert_eq!(read("char[3]"), ("char", 1, false, false));
    }
}
