//! What imports bind, and what names of modules mean: through re-exports, wildcards and packages.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::linkage::Linkage;
use super::modules::{Found, Modules};
use super::program::{FileAt, NONE, Node, Program, Symbol};
use super::value::{Externals, Kind, Val};
use crate::passes::facts::Imported;

/// What an import or a member of a module means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    /// Variables of other modules.
    pub(super) nodes: SmallVec<[Node; 2]>,
    /// Modules and things outside of the project.
    pub(super) values: SmallVec<[Val; 2]>,
    /// Files that are imported.
    pub(super) files: SmallVec<[FileAt; 2]>,
}

pub(super) struct Imports<'a> {
    pub(super) modules: Modules<'a>,
    /// What files of languages that link by name define for each other.
    pub(super) linkage: Linkage<'a>,
    /// By file: modules whose members it imports all.
    wildcards: Vec<Vec<FileAt>>,
    /// By file: names outside of the project whose members it imports all.
    pub(super) outside_wildcards: Vec<Vec<u32>>,
    exports: Vec<Option<FxHashSet<Symbol>>>,
    members: FxHashMap<(FileAt, Symbol), SmallVec<[Node; 2]>>,
    /// By import of the program.
    pub(super) meanings: Vec<Meaning>,
}

impl<'a> Imports<'a> {
    pub(super) fn new(program: &mut Program<'a>, externals: &mut Externals) -> Self {
        let files = program.files.len();
        let mut this = Self {
            modules: Modules::new(program),
            linkage: Linkage::new(program),
            wildcards: vec![Vec::new(); files],
            outside_wildcards: vec![Vec::new(); files],
            exports: vec![None; files],
            members: FxHashMap::default(),
            meanings: Vec::new(),
        };
        for at in 0..files as u32 {
            let file = program.files[at as usize];
            if program.language(at).linkage.is_some() {
                continue;
            }
            this.exports[at as usize] = file
                .exports
                .as_ref()
                .map(|names| names.iter().map(|&name| program.name(at, name)).collect());
            for import in file
                .imports
                .iter()
                .filter(|import| import.what == Imported::All)
            {
                let said = Said::new(program, at, file.name(import.module));
                match said.find(program, &this.modules, at) {
                    Some(Found::File(target)) => this.wildcards[at as usize].push(target),
                    Some(Found::Namespace) => {}
                    None => {
                        let separator = program.language(at).separator;
                        let outside = externals.path(program, file.name(import.module), separator);
                        this.outside_wildcards[at as usize].extend(outside);
                    }
                }
            }
        }
        for at in 0..files as u32 {
            let file = program.files[at as usize];
            if program.language(at).linkage.is_some() {
                let first = program.bases[at as usize].imports;
                for number in first..first + file.imports.len() as u32 {
                    this.meanings.push(Meaning {
                        files: this
                            .linkage
                            .targets
                            .get(&number)
                            .copied()
                            .into_iter()
                            .collect(),
                        ..Meaning::default()
                    });
                }
                continue;
            }
            for import in &file.imports {
                let meaning = this.meaning(
                    program,
                    externals,
                    at,
                    file.name(import.module),
                    file.name(import.bound),
                    import.what,
                );
                this.meanings.push(meaning);
            }
        }
        this
    }

    fn meaning(
        &mut self,
        program: &mut Program<'a>,
        externals: &mut Externals,
        from: FileAt,
        written: &'a str,
        bound: &str,
        what: Imported,
    ) -> Meaning {
        let said = Said::new(program, from, written);
        let name = &said.name;
        let separator = program.language(from).separator;
        let mut meaning = Meaning::default();
        let found = said.find(program, &self.modules, from);
        if let Some(Found::File(file)) = found {
            meaning.files.push(file);
        }
        match what {
            Imported::All => {}
            Imported::Module => {
                // `import a.b` binds `a`, from which the rest is reached; `import a.b as a` cannot be told apart and is both.
                let root = written
                    .split(separator)
                    .next()
                    .filter(|&root| root == bound && root != written);
                if let Some(root) = root {
                    meaning
                        .values
                        .extend(self.module_value(program, externals, from, root));
                } else {
                    let value = match found {
                        Some(Found::File(file)) => Some(Val::new(Kind::Module, file)),
                        Some(Found::Namespace) => namespace(program, externals, name, separator),
                        None => externals
                            .path(program, written, separator)
                            .map(|number| Val::new(Kind::External, number)),
                    };
                    meaning.values.extend(value);
                }
            }
            Imported::Member(member) => {
                let symbol = program.name(from, member);
                let submodule = said.member(program.text(symbol), separator);
                if let Some(Found::File(file)) = found {
                    meaning.nodes = self.module_member(program, file, symbol);
                }
                // What a package imports from itself is first of all a module inside of it.
                let from_itself = matches!(found, Some(Found::File(file)) if file == from);
                if meaning.nodes.is_empty() || from_itself {
                    match submodule.find(program, &self.modules, from) {
                        Some(Found::File(file)) => {
                            meaning.files.push(file);
                            meaning.values.push(Val::new(Kind::Module, file));
                        }
                        Some(Found::Namespace) => meaning.values.extend(namespace(
                            program,
                            externals,
                            &submodule.name,
                            separator,
                        )),
                        None if found.is_none()
                            && !name.is_empty()
                            && !written.starts_with(separator) =>
                        {
                            let parent = externals.path(program, written, separator);
                            let number = parent.and_then(|parent| externals.member(parent, symbol));
                            meaning
                                .values
                                .extend(number.map(|number| Val::new(Kind::External, number)));
                        }
                        None => {}
                    }
                }
            }
        }
        meaning
    }

    /// The module of a name that starts a longer one.
    fn module_value(
        &self,
        program: &mut Program<'a>,
        externals: &mut Externals,
        from: FileAt,
        name: &'a str,
    ) -> Option<Val> {
        let separator = program.language(from).separator;
        match self.modules.find(program, from, name) {
            Some(Found::File(file)) => Some(Val::new(Kind::Module, file)),
            Some(Found::Namespace) => namespace(program, externals, name, separator),
            None => externals
                .path(program, name, separator)
                .map(|number| Val::new(Kind::External, number)),
        }
    }

    /// Variables that a name means in a module: its own, else those of the modules whose members it imports all.
    pub(super) fn module_member(
        &mut self,
        program: &Program<'a>,
        file: FileAt,
        name: Symbol,
    ) -> SmallVec<[Node; 2]> {
        if let Some(&node) = program.module_variables.get(&(file, name)) {
            return SmallVec::from_slice(&[node]);
        }
        if self.wildcards[file as usize].is_empty() {
            return SmallVec::new();
        }
        if let Some(found) = self.members.get(&(file, name)) {
            return found.clone();
        }
        let mut found = SmallVec::new();
        let mut seen = FxHashSet::default();
        let mut stack = vec![file];
        while let Some(at) = stack.pop() {
            // What a later one gives takes the place of what an earlier one gave.
            for &next in self.wildcards[at as usize].iter().rev() {
                if !seen.insert(next) || !self.gives(program, next, name) {
                    continue;
                }
                if let Some(&node) = program.module_variables.get(&(next, name)) {
                    found.push(node);
                    break;
                }
                stack.push(next);
            }
        }
        found.sort_unstable();
        self.members.insert((file, name), found.clone());
        found
    }

    /// Whether a wildcard import of a module takes a name.
    fn gives(&self, program: &Program<'a>, module: FileAt, name: Symbol) -> bool {
        match &self.exports[module as usize] {
            Some(names) => names.contains(&name),
            None => program
                .language(module)
                .hidden_prefix
                .is_none_or(|prefix| !program.text(name).starts_with(prefix)),
        }
    }

    /// What a member of a module is where it is no variable of it: a module inside of it.
    pub(super) fn submodule(
        &self,
        program: &Program<'a>,
        file: FileAt,
        name: Symbol,
    ) -> Option<Val> {
        let facts = program.files[file as usize];
        if facts.module.is_empty() {
            return None;
        }
        let path = join(
            &facts.module,
            program.text(name),
            program.language(file).separator,
        );
        match self.modules.find(program, file, &path)? {
            Found::File(found) => Some(Val::new(Kind::Module, found)),
            Found::Namespace => None,
        }
    }

    /// What a member of a namespace is.
    pub(super) fn namespace_member(
        &self,
        program: &Program<'a>,
        externals: &mut Externals,
        from: FileAt,
        space: u32,
        name: Symbol,
    ) -> Option<Val> {
        let path = externals.full_name(program, space);
        let separator = program.language(from).separator;
        let path = join(&path.replace('.', separator), program.text(name), separator);
        match self.modules.find(program, from, &path)? {
            Found::File(found) => Some(Val::new(Kind::Module, found)),
            Found::Namespace => externals
                .member(space, name)
                .map(|number| Val::new(Kind::Namespace, number)),
        }
    }
}

fn namespace(
    program: &Program<'_>,
    externals: &mut Externals,
    name: &str,
    separator: &str,
) -> Option<Val> {
    let mut at = NONE;
    for part in name.split(separator) {
        at = externals.member(at, program.known_symbol(part)?)?;
    }
    Some(Val::new(Kind::Namespace, at))
}

fn join(module: &str, member: &str, separator: &str) -> String {
    if module.is_empty() {
        member.to_owned()
    } else {
        format!("{module}{separator}{member}")
    }
}

/// A module as an import says it.
struct Said {
    /// Whole name, as far as the importer's own name tells it.
    name: String,
    /// Of a name with leading separators: folders above the importer's own, and what follows.
    relative: Option<(usize, String)>,
}

impl Said {
    /// Each leading separator means one folder up, the first the importer's own.
    fn new(program: &Program<'_>, from: FileAt, written: &str) -> Self {
        let separator = program.language(from).separator;
        let rest = written.trim_start_matches(separator);
        let leading = (written.len() - rest.len()) / separator.len().max(1);
        if leading == 0 {
            return Self {
                name: written.to_owned(),
                relative: None,
            };
        }
        let file = program.files[from as usize];
        let mut module = file.module.as_str();
        for _ in 0..leading - usize::from(file.is_package) {
            module = module.rfind(separator).map_or("", |at| &module[..at]);
        }
        let name = if rest.is_empty() {
            module.to_owned()
        } else {
            join(module, rest, separator)
        };
        Self {
            name,
            relative: Some((leading - 1, rest.to_owned())),
        }
    }

    /// The module inside of it.
    fn member(&self, member: &str, separator: &str) -> Self {
        let relative = self
            .relative
            .as_ref()
            .map(|(up, rest)| (*up, join(rest, member, separator)));
        Self {
            name: join(&self.name, member, separator),
            relative,
        }
    }

    /// What it means: by folders first, as these are certain.
    fn find<'a>(
        &self,
        program: &Program<'a>,
        modules: &Modules<'a>,
        from: FileAt,
    ) -> Option<Found> {
        let by_folder =
            |(up, rest): &(usize, String)| modules.find_from_folder(program, from, *up, rest);
        self.relative
            .as_ref()
            .and_then(by_folder)
            .or_else(|| modules.find(program, from, &self.name))
    }
}
