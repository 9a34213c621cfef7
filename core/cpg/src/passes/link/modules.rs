//! Which file a module's name means.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::program::{FileAt, Program};

/// What a module's name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    File(FileAt),
    /// Only modules inside of it are files.
    Namespace,
}

/// Language, folder and name of a question.
type Asked<'a> = (u32, &'a str, String);

pub(super) struct Modules<'a> {
    /// (language, module).
    by_name: FxHashMap<(u32, &'a str), Vec<FileAt>>,
    /// (language, last part of the path without ending): for trees whose module names do not start where programs look them up.
    by_stem: FxHashMap<(u32, &'a str), Vec<FileAt>>,
    /// (language, path without ending).
    by_path: FxHashMap<(u32, &'a str), FileAt>,
    namespaces: FxHashSet<(u32, &'a str)>,
    /// What names meant in a folder: many files of one import the same.
    known: RefCell<FxHashMap<Asked<'a>, Option<Found>>>,
}

impl<'a> Modules<'a> {
    pub(super) fn new(program: &Program<'a>) -> Self {
        let mut this = Self {
            by_name: FxHashMap::default(),
            by_stem: FxHashMap::default(),
            by_path: FxHashMap::default(),
            namespaces: FxHashSet::default(),
            known: RefCell::default(),
        };
        for (at, file) in program.files.iter().enumerate() {
            let language = program.language_of[at];
            let separator = program.language(at as u32).separator;
            if !file.module.is_empty() {
                this.by_name
                    .entry((language, &file.module))
                    .or_default()
                    .push(at as u32);
                for (end, _) in file.module.match_indices(separator) {
                    this.namespaces.insert((language, &file.module[..end]));
                }
            }
            let stem = stem(program, at as u32);
            this.by_path.entry((language, stem)).or_insert(at as u32);
            if let Some(last) = stem.rsplit('/').next().filter(|last| !last.is_empty()) {
                this.by_stem
                    .entry((language, last))
                    .or_default()
                    .push(at as u32);
            }
        }
        this
    }

    /// What `name` means in a file.
    pub(super) fn find(&self, program: &Program<'a>, from: FileAt, name: &str) -> Option<Found> {
        let facts = program.files[from as usize];
        let separator = program.language(from).separator;
        let last = name.rsplit(separator).next().unwrap_or(name);
        let folder = facts.path.rfind('/').map_or("", |at| &facts.path[..at]);
        // A file that could itself be meant sees other files than its neighbours.
        if facts.module == name || stem(program, from).ends_with(last) {
            return self.search(program, from, name);
        }
        let key = (program.language_of[from as usize], folder, name.to_owned());
        if let Some(&found) = self.known.borrow().get(&key) {
            return found;
        }
        let found = self.search(program, from, name);
        self.known.borrow_mut().insert(key, found);
        found
    }

    fn search(&self, program: &Program<'a>, from: FileAt, name: &str) -> Option<Found> {
        let language = program.language_of[from as usize];
        if name.is_empty() {
            return None;
        }
        let own = program.files[from as usize];
        let by_name = self
            .by_name
            .get(&(language, name))
            .map(Vec::as_slice)
            .unwrap_or_default();
        // A script does not import itself: the name means a module from elsewhere.
        let others = |at: &&FileAt| **at != from || own.is_package;
        if let Some(file) = nearest(program, from, by_name.iter().filter(others).copied()) {
            return Some(Found::File(file));
        }
        if let Some(file) = self.find_by_path(program, from, name) {
            return Some(Found::File(file));
        }
        self.namespaces
            .contains(&(language, name))
            .then_some(Found::Namespace)
    }

    /// What a name means that is said from the importer's own folder on, `up` folders above it.
    pub(super) fn find_from_folder(
        &self,
        program: &Program<'a>,
        from: FileAt,
        up: usize,
        name: &str,
    ) -> Option<Found> {
        let facts = program.files[from as usize];
        let mut folder = facts.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for _ in 0..up {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
        let parts = name.split(program.language(from).separator);
        let all = folder
            .split('/')
            .chain(parts)
            .filter(|part| !part.is_empty());
        let path = all.collect::<Vec<_>>().join("/");
        let language = program.language_of[from as usize];
        self.by_path
            .get(&(language, path.as_str()))
            .map(|&file| Found::File(file))
    }

    /// Files whose path ends in the module's name.
    ///
    /// Where the folder above is itself a package, the file has another name and is not meant. A name of one part means a file beside
    /// the importer or above it: anything else would catch libraries by chance.
    fn find_by_path(&self, program: &Program<'a>, from: FileAt, name: &str) -> Option<FileAt> {
        let language = program.language_of[from as usize];
        let separator = program.language(from).separator;
        let parts: Vec<&str> = name.split(separator).collect();
        let candidates = self.by_stem.get(&(language, *parts.last()?))?;
        let fits = candidates.iter().copied().filter(|&at| {
            if at == from {
                return false;
            }
            let stem = stem(program, at);
            let mut left = stem.split('/').rev();
            if !parts.iter().rev().all(|part| left.next() == Some(*part)) {
                return false;
            }
            let root = &stem[..stem.len()
                - parts
                    .iter()
                    .map(|part| part.len() + 1)
                    .sum::<usize>()
                    .saturating_sub(1)];
            let folder = root.strip_suffix('/').unwrap_or(root);
            let above = program.files[from as usize].path.starts_with(root);
            (parts.len() > 1 || above)
                && !self.is_package(program, language, at, parts.len(), folder)
        });
        nearest(program, from, fits)
    }

    /// Whether the folder that a file's name would start in is a package.
    fn is_package(
        &self,
        program: &Program<'a>,
        language: u32,
        file: FileAt,
        parts: usize,
        folder: &str,
    ) -> bool {
        if folder.is_empty() {
            return false;
        }
        let separator = program.language(file).separator;
        let module = &program.files[file as usize].module;
        let Some((at, _)) = module.rmatch_indices(separator).nth(parts - 1) else {
            return false;
        };
        let owners = self.by_name.get(&(language, &module[..at]));
        owners.is_some_and(|owners| {
            owners
                .iter()
                .any(|&owner| program.files[owner as usize].is_package)
        })
    }
}

/// Path without its ending; of a file that stands for its folder, the folder's.
fn stem<'a>(program: &Program<'a>, file: FileAt) -> &'a str {
    let facts = program.files[file as usize];
    let path = facts.path.as_str();
    let name_from = path.rfind('/').map_or(0, |at| at + 1);
    let end = path[name_from..]
        .rfind('.')
        .map_or(path.len(), |at| name_from + at);
    let stem = &path[..end];
    if facts.is_package || program.language(file).indexes.contains(&&stem[name_from..]) {
        return &path[..name_from.saturating_sub(1)];
    }
    stem
}

/// The file whose folder is nearest to the importer's: the longest common path, then the first.
fn nearest(
    program: &Program<'_>,
    from: FileAt,
    candidates: impl Iterator<Item = FileAt>,
) -> Option<FileAt> {
    let own = &program.files[from as usize].path;
    let common = |at: FileAt| {
        let mut parts = 0_usize;
        for (a, b) in own
            .split('/')
            .zip(program.files[at as usize].path.split('/'))
        {
            if a != b {
                break;
            }
            parts += 1;
        }
        parts
    };
    candidates.max_by(|&a, &b| {
        common(a).cmp(&common(b)).then_with(|| {
            program.files[b as usize]
                .path
                .cmp(&program.files[a as usize].path)
        })
    })
}
