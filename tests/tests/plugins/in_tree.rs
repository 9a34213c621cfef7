//! The plugins of this repository, loaded as any other.

use std::path::PathBuf;

use codegraph_plugin_host::types::FileContext;

use super::world::World;

/// A plugin that `make plugins` built.
fn built(crate_name: &str) -> (String, Vec<u8>) {
    let file = format!("target/wasm32-wasip2/plugin/{crate_name}.wasm");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find(|root| root.join("Cargo.lock").is_file())
        .unwrap()
        .to_owned();
    let wasm = std::fs::read(root.join(&file))
        .unwrap_or_else(|error| panic!("{file}: {error}; build it with `make plugins`"));
    (crate_name.into(), wasm)
}

#[tokio::test]
async fn the_python_importer_lowers() {
    let world = World::with_files(&[built("codegraph_import_python")], |_| {}).await;
    world.ready("codegraph_import_python");
    let language = world
        .host
        .languages()
        .into_iter()
        .find(|language| language.id == "python")
        .expect("it names its language");
    let source = b"import os\n\ndef f(a, b=1):\n    return os.path.join(a, str(b))\n".as_slice();
    let context = FileContext {
        path: "m.py".into(),
        module: "m".into(),
        language: "python".into(),
        ..FileContext::default()
    };
    let lowered = world
        .host
        .lower(&language.plugin, context, source.into())
        .await
        .unwrap();
    assert!(lowered.ast.len() > 20, "{} rows", lowered.ast.len());
    assert!(lowered.bill.cpu.as_nanos() > 0 && lowered.bill.bytes > 0);
}

#[tokio::test]
async fn the_onboarding_scenario_describes_itself() {
    let world = World::with_files(&[built("codegraph_onboarding")], |_| {}).await;
    world.ready("codegraph_onboarding");
    let scenarios = world.host.scenarios();
    assert_eq!(scenarios[0].descriptor.id, scenarios[0].plugin);
    assert!(!scenarios[0].descriptor.readme.is_empty());
}
