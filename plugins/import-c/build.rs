//! Puts the descriptions of libraries into one text that is quick to read: `library/*.toml` as JSON.

use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=library");
    let mut paths: Vec<_> = fs::read_dir("library")?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    paths.sort();
    let mut libraries = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path)?;
        let table: toml::Table = text
            .parse()
            .map_err(|error| format!("{}: {error}", path.display()))?;
        libraries.push(table);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "the build tool says where to write by an environment variable"
    )]
    let target = Path::new(&env::var("OUT_DIR")?).join("library.json");
    fs::write(target, serde_json::to_string(&libraries)?)?;
    Ok(())
}
