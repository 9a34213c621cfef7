//! Where built plugins are.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A plugin of this tree.
#[derive(Debug)]
pub(crate) struct Built {
    /// From its manifest.
    pub(crate) id: String,
    /// `importer` or `scenario`.
    pub(crate) kind: String,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// The component.
    pub(crate) wasm: PathBuf,
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the root of the workspace")
}

/// All plugins of `plugins/`, `scenarios/` and `examples/`, by folder.
///
/// # Panics
/// Panics with the command that builds them where one was not built.
pub(crate) fn all() -> Vec<Built> {
    let entries = |parent: &str| -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = std::fs::read_dir(root().join(parent))
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|folder| folder.join("plugin.toml").exists())
            .collect();
        found.sort();
        found
    };
    ["plugins", "scenarios", "examples"]
        .into_iter()
        .flat_map(entries)
        .map(built)
        .collect()
}

fn built(folder: PathBuf) -> Built {
    let read = |name: &str| -> toml::Table {
        let text = std::fs::read_to_string(folder.join(name)).expect("a readable manifest");
        text.parse().expect("a manifest in TOML")
    };
    let manifest = read("plugin.toml");
    let of_manifest = |key: &str| manifest[key].as_str().expect("a text").to_owned();
    let id = of_manifest("id");
    let package = read("Cargo.toml")["package"]["name"]
        .as_str()
        .expect("a package")
        .replace('-', "_");
    let target = root().join("target");
    let wasm = newest([
        target.join("debug/plugins").join(format!("{id}.wasm")),
        target
            .join("wasm32-wasip2/plugin")
            .join(format!("{package}.wasm")),
    ])
    .unwrap_or_else(|| panic!("{id} was not built: run `make plugins` (scripts/plugins) first"));
    Built {
        id,
        kind: of_manifest("kind"),
        folder,
        wasm,
    }
}

/// The file that was written last, of those that exist.
fn newest(paths: [PathBuf; 2]) -> Option<PathBuf> {
    let written = |path: &PathBuf| -> Option<SystemTime> { path.metadata().ok()?.modified().ok() };
    paths
        .into_iter()
        .filter(|path| path.exists())
        .max_by_key(written)
}
