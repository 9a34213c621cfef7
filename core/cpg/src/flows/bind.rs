//! Arguments and parameters: of methods of the project, and of described ones.

use smallvec::SmallVec;

use super::path::{Path, Step};
use super::program::{FileAt, NONE, Node, Program, Symbol};
use crate::kind::property::{KEYWORD_ONLY, KEYWORD_VARIADIC, POSITIONAL_ONLY, VARIADIC};
use crate::passes::facts::{CallSite, Function, Slot};
use crate::passes::library;

/// A parameter as arguments see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Formal {
    pub(crate) name: Symbol,
    pub(crate) positional: bool,
    pub(crate) keyword: bool,
    pub(crate) rest: bool,
    pub(crate) rest_keywords: bool,
    /// What it is for whoever asked.
    pub(crate) number: u32,
}

/// An argument that goes to a parameter: `outer` leads from the argument to what goes there, `inner` from the parameter to where it goes.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) argument: u32,
    pub(crate) outer: Option<Step>,
    pub(crate) number: u32,
    pub(crate) inner: Option<Step>,
}

/// Parameters of a method, by their variables.
pub(crate) fn formals(program: &Program<'_>, file: FileAt, function: &Function) -> Vec<Formal> {
    let base = program.bases[file as usize].variables;
    let mut open = true;
    function
        .parameters
        .iter()
        .map(|parameter| {
            let has = |flags: u32| parameter.properties & flags != 0;
            let facts = program.files[file as usize];
            let name = facts.variables[parameter.variable as usize].name;
            open &= !has(KEYWORD_ONLY | VARIADIC | KEYWORD_VARIADIC);
            Formal {
                name: program.name(file, name),
                positional: open,
                keyword: !has(POSITIONAL_ONLY | VARIADIC | KEYWORD_VARIADIC),
                rest: has(VARIADIC),
                rest_keywords: has(KEYWORD_VARIADIC),
                number: base + parameter.variable,
            }
        })
        .collect()
}

/// Parameters of a description, by their positions.
pub(crate) fn described(program: &Program<'_>, function: &library::Function) -> Vec<Formal> {
    let mut open = true;
    (0..)
        .zip(&function.parameters)
        .map(|(number, text)| {
            let name = text.trim_start_matches('*');
            let stars = text.len() - name.len();
            open &= stars == 0;
            Formal {
                name: program.known(name).unwrap_or(NONE),
                positional: open,
                keyword: stars == 0,
                rest: stars == 1 && !name.is_empty(),
                rest_keywords: stars == 2,
                number,
            }
        })
        .collect()
}

/// Which argument goes to which parameter.
pub(crate) fn bind(
    program: &Program<'_>,
    file: FileAt,
    call: &CallSite,
    formals: &[Formal],
) -> Vec<Bound> {
    let mut found = Vec::new();
    let rest = formals.iter().position(|formal| formal.rest);
    let keywords = formals.iter().position(|formal| formal.rest_keywords);
    let positional = formals
        .iter()
        .take_while(|formal| formal.positional)
        .count();
    let mut add = |argument: u32, outer, at: usize, inner| {
        found.push(Bound {
            argument,
            outer,
            number: formals[at].number,
            inner,
        });
    };
    for (argument, given) in (0..).zip(&call.arguments) {
        match given.slot {
            Slot::Position(at) => {
                let at = usize::from(at);
                if at < positional {
                    add(argument, None, at, None);
                } else if let Some(rest) = rest {
                    let index = (at - positional.min(at)) as u32;
                    add(argument, None, rest, Some(Step::Index(index)));
                }
            }
            Slot::Keyword(name) => {
                let name = program.name(file, name);
                let own = formals
                    .iter()
                    .position(|formal| formal.keyword && formal.name == name);
                if let Some(at) = own {
                    add(argument, None, at, None);
                } else if let Some(at) = keywords {
                    add(argument, None, at, Some(Step::Text(name)));
                }
            }
            Slot::Unpacked(first) => {
                let first = usize::from(first);
                for at in first..positional {
                    add(argument, Some(Step::Index((at - first) as u32)), at, None);
                }
                if let Some(rest) = rest {
                    let same = positional == first;
                    let step = (!same).then_some(Step::Any);
                    add(argument, step, rest, step);
                }
            }
            Slot::UnpackedKeywords => {
                for (at, formal) in formals
                    .iter()
                    .enumerate()
                    .filter(|(_, formal)| formal.keyword)
                {
                    add(argument, Some(Step::Text(formal.name)), at, None);
                }
                if let Some(at) = keywords {
                    add(argument, None, at, None);
                }
            }
        }
    }
    found
}

/// A node of a caller that goes to a parameter of a callee.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) node: Node,
    pub(crate) outer: Path,
    pub(crate) parameter: Node,
    pub(crate) inner: Path,
}

/// Where results of an invocation go.
#[derive(Clone, Debug)]
pub(crate) enum Into {
    Nothing,
    Node(Node),
    /// What stepping through the result gives goes to a node.
    Elements(Node),
    /// It is what calling a place of a described function gives: (call, name of the description, base, steps).
    Library(u32, String, library::Base, Path),
}

/// How an invocation gives arguments, where its results go, and what is called, where that is a value.
pub(crate) type Passing = (SmallVec<[Binding; 2]>, Into, Option<(Node, Path)>);

/// Something that runs a method of the project.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    pub(crate) file: FileAt,
    pub(crate) row: u32,
    pub(crate) function: u32,
    pub(crate) confidence: f32,
    pub(crate) bindings: SmallVec<[Binding; 2]>,
    pub(crate) into: Into,
    /// What is called, where that is a value.
    pub(crate) callee: Option<(Node, Path)>,
}
