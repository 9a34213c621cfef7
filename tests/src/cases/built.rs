//! Where built importers are.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// An importer of this tree.
#[derive(Debug)]
pub(crate) struct Importer {
    /// From its manifest.
    pub(crate) id: String,
    /// Its folder in `plugins/`.
    pub(crate) folder: PathBuf,
    /// The component.
    pub(crate) wasm: PathBuf,
}

/// All importers of `plugins/`, by folder.
///
/// # Panics
/// Panics with the command that builds them where one was not built.
pub(crate) fn importers() -> Vec<Importer> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the root of the workspace");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root.join("plugins"))
        .expect("a folder with plugins")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|folder| folder.join("plugin.toml").exists())
        .collect();
    folders.sort();
    folders
        .into_iter()
        .filter_map(|folder| importer(root, folder))
        .collect()
}

fn importer(root: &Path, folder: PathBuf) -> Option<Importer> {
    let read = |name: &str| -> toml::Table {
        let text = std::fs::read_to_string(folder.join(name)).expect("a readable manifest");
        text.parse().expect("a manifest in TOML")
    };
    let manifest = read("plugin.toml");
    if manifest["kind"].as_str() != Some("importer") {
        return None;
    }
    let id = manifest["id"].as_str().expect("an id").to_owned();
    let package = read("Cargo.toml")["package"]["name"]
        .as_str()
        .expect("a package")
        .to_owned();
    let target = root.join("target");
    let wasm = newest([
        target.join("debug/plugins").join(format!("{id}.wasm")),
        target
            .join("wasm32-wasip2/plugin")
            .join(format!("{}.wasm", package.replace('-', "_"))),
    ])
    .unwrap_or_else(|| panic!("{id} was not built: run `make plugins` (scripts/plugins) first"));
    Some(Importer { id, folder, wasm })
}

/// The file that was written last, of those that exist.
fn newest(paths: [PathBuf; 2]) -> Option<PathBuf> {
    let written = |path: &PathBuf| -> Option<SystemTime> { path.metadata().ok()?.modified().ok() };
    paths
        .into_iter()
        .filter(|path| path.exists())
        .max_by_key(written)
}
