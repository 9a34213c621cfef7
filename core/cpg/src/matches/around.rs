//! What a row stands in: methods, classes, stretches; and what those are.

use super::spec::{Around, Class, Method};
use super::{Captured, Matcher};
use crate::NodeId;
use crate::flows::Pattern;
use crate::flows::program::{FileAt, NONE};
use crate::kind::property;
use crate::passes::facts::{Expression, RegionKind, Value};

impl Matcher<'_, '_> {
    /// Whether a row stands in something.
    pub(super) fn stands_in(&mut self, around: &Around, file: FileAt, row: u32) -> bool {
        match around {
            Around::Region(kind) => self.in_region(*kind, file, row),
            Around::Method(method) => {
                let mut function = self.sites.program.function_of(file, row);
                while function != NONE {
                    if self.method(method, function).is_some() {
                        return true;
                    }
                    function = self.sites.program.parents[function as usize];
                }
                false
            }
            Around::Class(class) => {
                let mut function = self.sites.program.function_of(file, row);
                while function != NONE {
                    let own = self.sites.program.function(function).1.class;
                    if let Some(own) = own {
                        let number = self.sites.program.bases[file as usize].classes + own;
                        if self.class(class, number).is_some() {
                            return true;
                        }
                    }
                    function = self.sites.program.parents[function as usize];
                }
                false
            }
        }
    }

    /// A stretch of the method that the row belongs to.
    fn in_region(&self, kind: RegionKind, file: FileAt, row: u32) -> bool {
        let program = self.sites.program;
        let home = program.function_of(file, row);
        let regions = &program.files[file as usize].written.regions;
        let last = regions.partition_point(|region| region.start <= row);
        regions[..last].iter().any(|region| {
            region.kind == kind
                && row < region.end
                && program.function_of(file, region.start) == home
        })
    }

    /// The row of a method that is what is asked for.
    pub(super) fn method(&mut self, method: &Method, function: u32) -> Option<u32> {
        let program = self.sites.program;
        let (file, own) = program.function(function);
        let facts = program.files[file as usize];
        if let Some(name) = &method.name
            && !name.fits(facts.name(own.full_name))
        {
            return None;
        }
        for wanted in &method.properties {
            let at = property::NAMES.iter().position(|name| name == wanted)?;
            if own.properties & 1 << at == 0 {
                return None;
            }
        }
        if !method.decorated.is_empty() && !self.decorated(&method.decorated, file, &own.decorators)
        {
            return None;
        }
        if self.decorated(&method.undecorated, file, &own.decorators) {
            return None;
        }
        Some(own.row)
    }

    /// The row of a class that is what is asked for.
    pub(super) fn class(&mut self, class: &Class, number: u32) -> Option<u32> {
        let program = self.sites.program;
        let at = program
            .bases
            .partition_point(|bases| bases.classes <= number)
            - 1;
        let facts = program.files[at];
        let own = &facts.classes[(number - program.bases[at].classes) as usize];
        if let Some(name) = &class.name
            && !name.fits(facts.name(own.full_name))
        {
            return None;
        }
        if !class.decorated.is_empty()
            && !self.decorated(&class.decorated, at as FileAt, &own.decorators)
        {
            return None;
        }
        if !class.bases.is_empty() && !self.descends(&class.bases, number) {
            return None;
        }
        Some(own.row)
    }

    /// Whether one of the ancestors of a class has a fitting name.
    fn descends(&mut self, bases: &[Pattern], class: u32) -> bool {
        let program = self.sites.program;
        for (at, above) in self.sites.ancestors(class).into_iter().enumerate() {
            let name = self.sites.class_name(above);
            if at > 0 && bases.iter().any(|pattern| pattern.fits(name)) {
                return true;
            }
            let file = program
                .bases
                .partition_point(|bases| bases.classes <= above)
                - 1;
            let facts = program.files[file];
            let own = &facts.classes[(above - program.bases[file].classes) as usize];
            for &base in &own.bases {
                let node = program.node(file as FileAt, base);
                let names = self.node_names(file as FileAt, node);
                if names
                    .iter()
                    .any(|name| bases.iter().any(|pattern| pattern.fits(name)))
                {
                    return true;
                }
            }
        }
        false
    }

    /// Whether one of the decorators has a fitting name.
    fn decorated(&mut self, patterns: &[Pattern], file: FileAt, decorators: &[Value]) -> bool {
        let mut decorators = decorators.iter();
        !patterns.is_empty()
            && decorators.any(|&decorator| self.fitting(patterns, file, decorator).is_some())
    }

    /// Decorators that fit, as results carry them.
    pub(super) fn decorators(
        &mut self,
        patterns: &[Pattern],
        file: FileAt,
        decorators: &[Value],
    ) -> Vec<(String, Captured)> {
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let mut found = Vec::new();
        for &decorator in decorators {
            let Some(name) = self.fitting(patterns, file, decorator) else {
                continue;
            };
            let row = match facts.expressions[decorator as usize] {
                Expression::Call(call) => facts.calls[call as usize].row,
                _ => facts.rows[decorator as usize],
            };
            let captured = Captured {
                node: NodeId::new(facts.ordinal, row),
                text: Some(name),
                root: None,
            };
            found.push(("decorator".to_owned(), captured));
        }
        found
    }

    /// The name of a decorator that fits; of one that is called first that of the function that is called.
    fn fitting(&mut self, patterns: &[Pattern], file: FileAt, decorator: Value) -> Option<String> {
        if patterns.is_empty() {
            return None;
        }
        let program = self.sites.program;
        let facts = program.files[file as usize];
        let names = match facts.expressions[decorator as usize] {
            Expression::Call(call) => {
                let names = self.sites.names(file, facts.calls[call as usize].row);
                names.to_vec()
            }
            _ => self.node_names(file, program.node(file, decorator)),
        };
        // A method of something of which nothing is known has its short name.
        let short = self.short(file, decorator);
        let mut names = names.into_iter().chain(short);
        names.find(|name| patterns.iter().any(|pattern| pattern.fits(name)))
    }

    fn short(&self, file: FileAt, value: Value) -> Option<String> {
        let facts = self.sites.program.files[file as usize];
        let value = match facts.expressions[value as usize] {
            Expression::Call(call) => facts.calls[call as usize].callee,
            _ => value,
        };
        match facts.expressions[value as usize] {
            Expression::Member(_, name) => {
                Some(format!("{}.{}", crate::sites::ANYTHING, facts.name(name)))
            }
            _ => None,
        }
    }
}
