//! What is to be done with each file.

use std::collections::BTreeMap;
use std::path::Path;

use codegraph_cpg::ast::Gap;
use codegraph_cpg::passes::FileInfo;
use codegraph_cpg::store::FileRole;

use super::classify::{Class, Languages, Listed};
use super::error::ImportError;
use super::find::Findings;
use super::gaps::whole_file;
use super::modules::{Modules, root_package};
use super::ordinals;

/// What is to be done with each file, by ordinal.
pub(super) struct Plan {
    pub(super) lower: Vec<ToLower>,
    pub(super) list: Vec<ToList>,
}

/// One file of the plan, by its position in one of the lists.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    Lower(usize),
    List(usize),
}

impl Plan {
    /// All files, by ordinal.
    pub(super) fn items(&self) -> Vec<Item> {
        let lower = self
            .lower
            .iter()
            .enumerate()
            .map(|(i, file)| (file.info.ordinal, Item::Lower(i)));
        let list = self
            .list
            .iter()
            .enumerate()
            .map(|(i, file)| (file.ordinal, Item::List(i)));
        let mut items: Vec<(u32, Item)> = lower.chain(list).collect();
        items.sort_unstable_by_key(|(ordinal, _)| *ordinal);
        items.into_iter().map(|(_, item)| item).collect()
    }

    /// Ordinal and path of a file.
    pub(super) fn place(&self, item: Item) -> (u32, &str) {
        match item {
            Item::Lower(number) => {
                let info = &self.lower[number].info;
                (info.ordinal, &info.path)
            }
            Item::List(number) => {
                let file = &self.list[number];
                (file.ordinal, &file.path)
            }
        }
    }

    /// Bytes that are read of all files.
    pub(super) fn all_bytes(&self) -> u64 {
        self.items()
            .into_iter()
            .map(|item| self.bytes_to_read(item))
            .sum()
    }

    /// Bytes that are read of a file.
    pub(super) fn bytes_to_read(&self, item: Item) -> u64 {
        match item {
            Item::Lower(number) => self.lower[number].size,
            Item::List(number) => {
                let file = &self.list[number];
                if file.keep_text { file.size } else { 0 }
            }
        }
    }
}

/// A file to lower.
#[derive(Clone, Debug)]
pub(super) struct ToLower {
    pub(super) info: FileInfo,
    pub(super) size: u64,
    /// Position in [`Languages::all`].
    pub(super) language: usize,
    pub(super) role: FileRole,
}

/// A file that is only listed.
#[derive(Clone, Debug)]
pub(super) struct ToList {
    pub(super) ordinal: u32,
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) language: String,
    pub(super) role: FileRole,
    pub(super) keep_text: bool,
    pub(super) gaps: Vec<Gap>,
}

impl ToList {
    /// An entry for what is no file of the graph: a folder that was skipped and the like.
    pub(super) fn is_file(&self) -> bool {
        !self.path.ends_with('/')
    }
}

/// Says for each file that was found what is to be done; `root` is the folder that is imported, where it is one of this machine.
pub(super) fn plan(
    found: &Findings,
    heads: &BTreeMap<String, Vec<u8>>,
    languages: &Languages,
    largest: u64,
    before: &BTreeMap<String, u32>,
    root: Option<&Path>,
) -> Result<Plan, ImportError> {
    let paths = || found.files.iter().map(|file| file.path.as_str());
    let all = paths().chain(found.left_out.keys().map(String::as_str));
    let ordinals = ordinals::assign(all, before).ok_or(ImportError::TooManyFiles {
        limit: (1 << 21) - 1,
    })?;
    let modules: Vec<Modules<'_>> = languages
        .all()
        .iter()
        .map(|language| {
            let package = root.map(|root| root_package(&language.rules, root));
            Modules::new(&language.rules, paths(), package.unwrap_or_default())
        })
        .collect();

    let mut plan = Plan {
        lower: Vec::new(),
        list: Vec::new(),
    };
    for file in &found.files {
        let ordinal = ordinals[file.path.as_str()];
        let head = heads.get(&file.path).map_or(&[][..], Vec::as_slice);
        match languages.classify(&file.path, file.size, largest, head) {
            Class::Lower(language) => {
                let module = modules[language].of(&file.path);
                plan.lower.push(ToLower {
                    info: FileInfo {
                        ordinal,
                        path: file.path.clone(),
                        module: module.name,
                        is_package: module.is_package,
                    },
                    size: file.size,
                    language,
                    role: super::classify::role(&file.path),
                });
            }
            Class::List(Listed {
                language,
                role,
                gap,
                keep_text,
            }) => plan.list.push(ToList {
                ordinal,
                path: file.path.clone(),
                size: file.size,
                language,
                role,
                keep_text,
                gaps: gap
                    .into_iter()
                    .map(|(reason, why)| whole_file(reason, why))
                    .collect(),
            }),
        }
    }
    for (path, reasons) in &found.left_out {
        plan.list.push(ToList {
            ordinal: ordinals[path.as_str()],
            path: path.clone(),
            size: 0,
            language: String::new(),
            role: FileRole::Other,
            keep_text: false,
            gaps: reasons
                .iter()
                .map(|(reason, why)| whole_file(reason, why.as_str()))
                .collect(),
        });
    }
    plan.lower.sort_unstable_by_key(|file| file.info.ordinal);
    plan.list.sort_unstable_by_key(|file| file.ordinal);
    Ok(plan)
}
