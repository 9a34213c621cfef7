//! Folders of sources.

use std::path::Path;

use codegraph_cpg::NodeId;

use crate::programs::Lowered;

/// Sources below a folder, by path.
///
/// # Panics
/// Panics where a file cannot be read.
pub(crate) fn sources(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut stack = vec![root.to_path_buf()];
    let mut paths = Vec::new();
    while let Some(folder) = stack.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                stack.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(root).expect("below the folder");
            let source = std::fs::read(path).expect("a readable file");
            (name.to_string_lossy().into_owned(), source)
        })
        .collect()
}

/// The text of the line that a node stands in.
pub(crate) fn line(files: &[(String, Vec<u8>)], lowered: &Lowered, node: NodeId) -> String {
    let (path, number) = lowered.place(files, node);
    let file = files.iter().find(|(own, _)| own == path);
    let (_, source) = file.expect("a file that was lowered");
    let text = String::from_utf8_lossy(source);
    let line = text.lines().nth(number - 1).unwrap_or_default();
    line.trim().to_owned()
}
