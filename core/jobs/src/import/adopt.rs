//! Files that no name tells, and that files of a language include: they are of that language.

use std::collections::BTreeMap;

use codegraph_cpg::passes::FileInfo;
use codegraph_model::IncludePaths;
use codegraph_plugin_host::types::Outline;

use super::classify::reason;
use super::plan::{Plan, ToList, ToLower};

/// Makes listed files that an outlined file includes files to lower; says whether there were any. They come behind the others.
pub(super) fn adopt(plan: &mut Plan, outlines: &BTreeMap<String, Outline>, largest: u64) -> bool {
    let untold = |file: &ToList| {
        file.size <= largest
            && file
                .gaps
                .iter()
                .any(|gap| gap.reason == reason::UNKNOWN_KIND)
    };
    if !plan.list.iter().any(untold) {
        return false;
    }
    let paths = || {
        let lower = plan.lower.iter().map(|file| file.info.path.as_str());
        lower.chain(plan.list.iter().map(|file| file.path.as_str()))
    };
    let resolver = IncludePaths::new(paths());
    let mut adopted: BTreeMap<String, usize> = BTreeMap::new();
    for file in &plan.lower {
        let Some(outline) = outlines.get(&file.info.path) else {
            continue;
        };
        for include in &outline.includes {
            if let Some(path) = resolver.resolve(&file.info.path, include) {
                // Where several languages include it, that of the first path is it.
                adopted.entry(path.to_owned()).or_insert(file.language);
            }
        }
    }
    let before = plan.lower.len();
    let (lower, language_of) = (&mut plan.lower, &adopted);
    plan.list.retain(|file| {
        let Some(&language) = language_of.get(&file.path).filter(|_| untold(file)) else {
            return true;
        };
        lower.push(ToLower {
            info: FileInfo {
                ordinal: file.ordinal,
                path: file.path.clone(),
                module: String::new(),
                is_package: false,
            },
            size: file.size,
            language,
            role: super::classify::role(&file.path),
        });
        false
    });
    plan.lower.len() > before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::gaps::whole_file;
    use codegraph_cpg::store::FileRole;

    fn to_list(ordinal: u32, path: &str, size: u64, gap: &str) -> ToList {
        ToList {
            ordinal,
            path: path.into(),
            size,
            language: String::new(),
            role: FileRole::Other,
            keep_text: false,
            gaps: vec![whole_file(gap, "why")],
        }
    }

    fn outlines(files: &[(&str, &[&str])]) -> BTreeMap<String, Outline> {
        let outline = |&(path, includes): &(&str, &[&str])| {
            let includes = includes.iter().map(|&text| text.to_owned()).collect();
            let outline = Outline {
                includes,
                ..Outline::default()
            };
            (path.to_owned(), outline)
        };
        files.iter().map(outline).collect()
    }

    fn plan() -> Plan {
        Plan {
            lower: vec![ToLower {
                info: FileInfo {
                    ordinal: 1,
                    path: "src/main.x".into(),
                    module: String::new(),
                    is_package: false,
                },
                size: 10,
                language: 3,
                role: FileRole::Source,
            }],
            list: vec![
                to_list(2, "src/table.def", 10, reason::UNKNOWN_KIND),
                to_list(3, "src/large.def", 1_000, reason::UNKNOWN_KIND),
                to_list(4, "src/other.def", 10, reason::UNKNOWN_KIND),
                to_list(5, "src/code.rs", 10, reason::NO_IMPORTER),
                to_list(6, "src/image.bin", 10, reason::BINARY),
            ],
        }
    }

    #[test]
    fn what_is_included_and_untold_is_of_the_language_of_who_includes_it() {
        let mut plan = plan();
        let includes: &[&str] = &["table.def", "large.def", "code.rs", "image.bin", "gone.def"];
        assert!(adopt(
            &mut plan,
            &outlines(&[("src/main.x", includes)]),
            100
        ));
        let lower: Vec<_> = plan
            .lower
            .iter()
            .map(|file| (file.info.ordinal, file.info.path.as_str(), file.language))
            .collect();
        assert_eq!(lower, [(1, "src/main.x", 3), (2, "src/table.def", 3)]);
        let listed: Vec<u32> = plan.list.iter().map(|file| file.ordinal).collect();
        assert_eq!(listed, [3, 4, 5, 6]);
    }

    #[test]
    fn there_is_an_end() {
        let mut plan = plan();
        let outlines = outlines(&[("src/main.x", &["table.def"])]);
        assert!(adopt(&mut plan, &outlines, 100));
        assert!(!adopt(&mut plan, &outlines, 100));
        assert!(!adopt(&mut plan, &BTreeMap::new(), 100));
    }
}
