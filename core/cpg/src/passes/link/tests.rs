//! Cases of the linker, written in the small language of [`crate::passes::sketch`].

use crate::NodeId;
use crate::ast::FileAst;
use crate::kind::{EdgeKind, NodeKind};
use crate::passes::facts::FileFacts;
use crate::passes::{FileInfo, Linked, link, sketch};

mod calls;
mod hierarchy;
mod imports;
mod invariants;

/// A linked program.
struct Linking {
    files: Vec<(String, FileAst, String)>,
    linked: Linked,
}

fn info(ordinal: u32, path: &str) -> FileInfo {
    let stem = path.trim_end_matches(".s");
    let is_package = stem.ends_with("__init__");
    let module = stem
        .trim_end_matches("__init__")
        .trim_end_matches('/')
        .replace('/', ".");
    FileInfo {
        ordinal,
        path: path.to_owned(),
        module,
        is_package,
    }
}

/// Links files given as (path, source).
fn program(files: &[(&str, &str)]) -> Linking {
    let infos: Vec<FileInfo> = (1..)
        .zip(files)
        .map(|(ordinal, (path, _))| info(ordinal, path))
        .collect();
    program_of(&infos, files)
}

fn program_of(infos: &[FileInfo], sources: &[(&str, &str)]) -> Linking {
    let rules = sketch::rules();
    let mut files = Vec::new();
    let mut facts: Vec<FileFacts> = Vec::new();
    for (info, (path, source)) in infos.iter().zip(sources) {
        let (ast, local) = sketch::passes(info, source, &rules);
        files.push(((*path).to_owned(), ast, (*source).to_owned()));
        facts.push(local.facts);
    }
    // What is stored comes back the same.
    let stored: Vec<Vec<u8>> = facts
        .iter()
        .map(|facts| postcard::to_allocvec(facts).expect("facts can be stored"))
        .collect();
    let facts: Vec<FileFacts> = stored
        .iter()
        .map(|bytes| postcard::from_bytes(bytes).expect("facts can be read"))
        .collect();
    Linking {
        files,
        linked: link(&facts, std::slice::from_ref(&rules)),
    }
}

impl Linking {
    fn name(&self, id: NodeId) -> String {
        if id.file() == 0 {
            return self.linked.stubs[id.row() as usize - 1].full_name.clone();
        }
        let (path, ast, _) = &self.files[id.file() as usize - 1];
        match ast.kinds[id.row() as usize] {
            NodeKind::File => path.clone(),
            NodeKind::Import | NodeKind::Local => format!("{path}:{}", ast.name(id.row())),
            _ => ast.detail(id.row()).to_owned(),
        }
    }

    fn line(&self, id: NodeId) -> &str {
        let (_, ast, source) = &self.files[id.file() as usize - 1];
        let at = ast.starts[id.row() as usize] as usize;
        source[at..].lines().next().unwrap_or("").trim()
    }

    /// Calls as `line -> target (tier)`, in order; implicit ones of class bodies left out.
    fn calls(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .linked
            .calls
            .iter()
            .map(|call| {
                format!(
                    "{} -> {} ({})",
                    self.line(call.site),
                    self.name(call.target),
                    call.resolution.text()
                )
            })
            .collect();
        all.dedup();
        all
    }

    /// Targets of the calls on a line, with their tiers.
    #[track_caller]
    fn check(&self, line: &str, expected: &[&str]) {
        let prefix = format!("{line} -> ");
        let mut found: Vec<String> = self
            .calls()
            .iter()
            .filter_map(|call| call.strip_prefix(&prefix).map(str::to_owned))
            .collect();
        found.sort();
        let mut expected: Vec<String> = expected.iter().map(|&text| text.to_owned()).collect();
        expected.sort();
        assert_eq!(
            found,
            expected,
            "calls of {line:?}; all:\n{}",
            self.calls().join("\n")
        );
    }

    /// Links of a kind as `source -> target`.
    fn links(&self, kind: EdgeKind) -> Vec<String> {
        let links = self.linked.links.iter().filter(|link| link.kind == kind);
        links
            .map(|link| format!("{} -> {}", self.name(link.src), self.name(link.dst)))
            .collect()
    }
}
