//! Files that are no plugins of ours say why.

use codegraph_plugin_host::manifest::ManifestError;
use codegraph_plugin_host::{PluginError, Refusal};

use super::world::World;
use codegraph_tests::plugins::guest::{Guest, append_custom_section};
use codegraph_tests::plugins::hostile;

async fn refusal_of(wasm: Vec<u8>) -> Refusal {
    let files = [
        ("bad".to_owned(), wasm),
        ("good".to_owned(), Guest::importer("good").build()),
    ];
    let world = World::with_files(&files, |_| {}).await;
    world.ready("good").lower("good").await.unwrap();
    assert_eq!(
        world.lower("bad").await.unwrap_err(),
        PluginError::Unknown("bad".into())
    );
    world.refusal("bad")
}

#[tokio::test]
async fn truncated_files() {
    let whole = Guest::importer("bad").build();
    for length in [0, 4, 7, 100, whole.len() / 2, whole.len() - 1] {
        let refusal = refusal_of(whole[..length].to_vec()).await;
        assert!(
            matches!(refusal, Refusal::Manifest(ManifestError::Malformed(_))),
            "{length}: {refusal}"
        );
    }
}

#[tokio::test]
async fn no_wasm_at_all() {
    let refusal = refusal_of(b"MZ\x90\x00 this is another kind of program".to_vec()).await;
    assert!(
        matches!(refusal, Refusal::Manifest(ManifestError::Malformed(_))),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_core_module() {
    let refusal = refusal_of(wat::parse_str("(module)").unwrap()).await;
    assert_eq!(refusal, Refusal::Manifest(ManifestError::CoreModule));
    assert!(refusal.to_string().contains("wasm32-wasip2"), "{refusal}");
}

#[tokio::test]
async fn manifests() {
    let with = |manifest: Option<&[u8]>| {
        let mut guest = Guest::importer("bad");
        guest.whole_manifest = Some(manifest.map(<[u8]>::to_vec));
        guest.build()
    };
    assert_eq!(
        refusal_of(with(None)).await,
        Refusal::Manifest(ManifestError::Missing)
    );
    let refusal = refusal_of(with(Some(b"\xff\xfe"))).await;
    assert!(refusal.to_string().contains("UTF-8"), "{refusal}");
    let text = b"id = \"Bad Id\"\nkind = \"importer\"\nversion = \"1\"\napi = \"1.0.0-rc\"\nname = \"x\"\n";
    let refusal = refusal_of(with(Some(text))).await;
    assert!(
        matches!(&refusal, Refusal::Manifest(ManifestError::Key { key, .. }) if key == "id"),
        "{refusal}"
    );
    let refusal = refusal_of(with(Some(b"id = \"bad\""))).await;
    assert!(
        refusal.to_string().contains("missing field `kind`"),
        "{refusal}"
    );
}

#[tokio::test]
async fn two_manifests() {
    let mut wasm = Guest::importer("bad").build();
    append_custom_section(&mut wasm, "codegraph:manifest", b"id = \"other\"");
    assert_eq!(
        refusal_of(wasm).await,
        Refusal::Manifest(ManifestError::Several)
    );
}

#[tokio::test]
async fn the_wrong_world() {
    let mut guest = hostile::rows("bad", 1, "", false);
    let text =
        "id = \"bad\"\nkind = \"scenario\"\nversion = \"1\"\napi = \"1.0.0-rc\"\nname = \"x\"\n";
    guest.whole_manifest = Some(Some(text.into()));
    let refusal = refusal_of(guest.build()).await;
    let Refusal::Incompatible(report) = &refusal else {
        panic!("{refusal}")
    };
    assert_eq!(
        report.foreign_imports,
        ["codegraph:plugin/ast-sink@1.0.0-rc"]
    );
    assert_eq!(
        report.missing_exports,
        ["codegraph:plugin/scenario@1.0.0-rc"]
    );
    assert!(refusal.to_string().contains("API 1.0.0-rc"), "{refusal}");
}

#[tokio::test]
async fn unknown_imports_are_named_with_their_version() {
    let text = r#"(component
        (import "codegraph:plugin/llm@1.1.0" (instance (export "complete" (func (result string)))))
        (import "codegraph:plugin/host@1.0.0-rc" (instance (export "shell" (func (result string)))))
        (import "acme:rockets/launch" (instance (export "go" (func)))))"#;
    let mut wasm = wat::parse_str(text).unwrap();
    let manifest =
        "id = \"bad\"\nkind = \"importer\"\nversion = \"1\"\napi = \"1.0.0-rc\"\nname = \"x\"\n";
    append_custom_section(&mut wasm, "codegraph:manifest", manifest.as_bytes());
    let refusal = refusal_of(wasm).await;
    let Refusal::Incompatible(report) = &refusal else {
        panic!("{refusal}")
    };
    assert_eq!(
        report.unknown_imports,
        [
            "acme:rockets/launch",
            "codegraph:plugin/host@1.0.0-rc shell",
            "codegraph:plugin/llm@1.1.0 (of API 1.1.0)"
        ]
    );
    assert_eq!(
        report.missing_exports,
        ["codegraph:plugin/importer@1.0.0-rc"]
    );
}

#[tokio::test]
async fn another_shape() {
    // The right name, another type: only the linker sees it.
    let text = r#"(component
        (import "codegraph:plugin/host@1.0.0-rc" (instance $host (export "settings" (func (result u32)))))
        (export "codegraph:plugin/importer@1.0.0-rc" (instance $host)))"#;
    let mut wasm = wat::parse_str(text).unwrap();
    let manifest =
        "id = \"bad\"\nkind = \"importer\"\nversion = \"1\"\napi = \"1.0.0-rc\"\nname = \"x\"\n";
    append_custom_section(&mut wasm, "codegraph:manifest", manifest.as_bytes());
    let refusal = refusal_of(wasm).await;
    assert!(
        matches!(&refusal, Refusal::Incompatible(report) if report.missing_exports.len() == 3),
        "{refusal}"
    );
}

#[tokio::test]
async fn what_is_imported_must_be_asked_for() {
    let mut guest = hostile::asker("bad");
    guest.manifest.clear();
    let refusal = refusal_of(guest.build()).await;
    let Refusal::Incompatible(report) = &refusal else {
        panic!("{refusal}")
    };
    assert_eq!(
        report.unasked_imports,
        ["codegraph:plugin/graph@1.0.0-rc query (needs graph.query or graph.sql)"]
    );
}

#[tokio::test]
async fn a_capability_that_nobody_knows() {
    let refusal = refusal_of(
        Guest::scenario("bad")
            .manifest("capabilities = [\"graph.delete\"]")
            .build(),
    )
    .await;
    assert!(
        refusal.to_string().contains("\"graph.delete\""),
        "{refusal}"
    );
}

#[tokio::test]
async fn one_identifier_twice() {
    let wasm = Guest::importer("same").build();
    let world = World::with_files(&[("a".into(), wasm.clone()), ("b".into(), wasm)], |_| {}).await;
    assert_eq!(
        world.refusal("b"),
        Refusal::Duplicate {
            id: "same".into(),
            by: world.path("a")
        }
    );
    world.lower("same").await.unwrap();
    // Whoever stood second takes the place of the first.
    std::fs::remove_file(world.path("a")).unwrap();
    world.host.rescan().await;
    world.ready("b").lower("same").await.unwrap();
}

#[tokio::test]
async fn too_large() {
    let mut padded = Guest::importer("bad").build();
    append_custom_section(&mut padded, "padding", &vec![0; 2 << 20]);
    let bytes = padded.len() as u64;
    let world = World::with_files(&[("bad".into(), padded)], |config| {
        config.limits.file = 1 << 20;
    })
    .await;
    assert_eq!(
        world.refusal("bad"),
        Refusal::TooLarge {
            bytes,
            limit: 1 << 20
        }
    );
}

#[tokio::test]
async fn a_large_custom_section_is_only_large() {
    let mut padded = Guest::importer("padded").build();
    append_custom_section(&mut padded, "padding", &vec![0; 8 << 20]);
    let world = World::with_files(&[("padded".into(), padded)], |_| {}).await;
    world.ready("padded").lower("padded").await.unwrap();
}

#[tokio::test]
async fn a_large_manifest() {
    let mut guest = Guest::importer("bad");
    guest.whole_manifest = Some(Some(vec![b'#'; 8 << 20]));
    let refusal = refusal_of(guest.build()).await;
    assert!(
        matches!(refusal, Refusal::Manifest(ManifestError::Unreadable(_))),
        "{refusal}"
    );
}

#[tokio::test]
async fn more_memory_or_tables_than_there_may_be() {
    let mut large = Guest::importer("bad");
    large.pages = 30_000;
    let refusal = refusal_of(large.build()).await;
    assert!(
        matches!(
            refusal,
            Refusal::Needs {
                what: "bytes of memory",
                ..
            }
        ),
        "{refusal}"
    );

    let refusal = refusal_of(
        Guest::importer("bad")
            .items(&"(table 1 funcref)".repeat(50))
            .build(),
    )
    .await;
    assert!(
        matches!(refusal, Refusal::Needs { what: "tables", .. }),
        "{refusal}"
    );

    let refusal = refusal_of(
        Guest::importer("bad")
            .items("(table 1000000 funcref)")
            .build(),
    )
    .await;
    assert!(
        matches!(
            refusal,
            Refusal::Needs {
                what: "table elements",
                ..
            }
        ),
        "{refusal}"
    );
}

#[tokio::test]
async fn settings_are_checked() {
    let guest = Guest::scenario("set").manifest(
        "config = '{\"type\": \"object\", \"required\": [\"depth\"], \"properties\": {\"depth\": {\"type\": \"integer\"}}}'",
    );
    let with = |value: serde_json::Value| {
        let guest = guest.clone();
        async move {
            World::with_config(&[guest], |config| {
                config.settings.insert("set".into(), value);
            })
            .await
        }
    };
    with(serde_json::json!({"depth": 3})).await.ready("set");
    let world = with(serde_json::json!({"depth": "deep"})).await;
    assert_eq!(
        world.refusal("set"),
        Refusal::Settings("depth must be of type integer".into())
    );
    let world = with(serde_json::json!({})).await;
    assert_eq!(
        world.refusal("set"),
        Refusal::Settings("depth is missing".into())
    );
}

#[tokio::test]
async fn a_scenario_of_another_name() {
    let mut guest = Guest::scenario("bad");
    guest.describe = guest.describe.replace("(i32.const 3)", "(i32.const 2)");
    let refusal = refusal_of(guest.build()).await;
    assert!(matches!(refusal, Refusal::Description(_)), "{refusal}");
}
