//! The guest side of the CodeGraph plugin API.
//!
//! # To write a plugin
//!
//! 1. A crate with `crate-type = ["cdylib"]`, built by `cargo build --target wasm32-wasip2`.
//! 2. A `plugin.toml` beside its `Cargo.toml`: who it is and what it may ask for (`docs/plugins.md`).
//! 3. A type that implements [`importer::Importer`] or [`scenario::Scenario`], and one line that exports it:
//!    `codegraph_sdk::export_importer!(MyImporter);` or `codegraph_sdk::export_scenario!(MyScenario);`.
//!
//! The generated bindings stay inside this crate: a plugin sees the names below.

/// Generated from `plugin-api/wit`; not for plugins.
#[doc(hidden)]
#[expect(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    unreachable_pub,
    unused_qualifications,
    missing_docs,
    reason = "generated code"
)]
#[allow(
    unfulfilled_lint_expectations,
    reason = "which of them fire depends on the target"
)]
pub mod bindings {
    pub mod importer {
        wit_bindgen::generate!({
            path: "../wit",
            world: "importer-plugin",
            pub_export_macro: true,
            default_bindings_module: "codegraph_sdk::bindings::importer",
        });
    }
    pub mod scenario {
        wit_bindgen::generate!({
            path: "../wit",
            world: "scenario-plugin",
            pub_export_macro: true,
            default_bindings_module: "codegraph_sdk::bindings::scenario",
            with: {
                "codegraph:plugin/types@1.0.0-rc": crate::bindings::importer::codegraph::plugin::types,
                "codegraph:plugin/host@1.0.0-rc": crate::bindings::importer::codegraph::plugin::host,
            },
        });
    }
}

pub mod finding;
pub mod flows;
pub mod importer;
pub mod log;
pub mod questions;
pub mod rows;
pub mod scenario;

pub use bindings::importer::codegraph::plugin::types::{
    Batch, Column, Entry, Fault, Localized, Signal, Span, TextColumn,
};

/// Embeds a plugin's manifest, `plugin.toml` beside its `Cargo.toml`, where the host reads it without running the plugin.
#[doc(hidden)]
#[macro_export]
macro_rules! embed_manifest {
    () => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            const MANIFEST: &[u8] =
                include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/plugin.toml"));
            #[used]
            #[unsafe(link_section = "codegraph:manifest")]
            static SECTION: [u8; MANIFEST.len()] =
                *include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/plugin.toml"));
        };
    };
}
