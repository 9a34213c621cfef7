//! Generated from `plugin-api/wit`: the host side of the two worlds.

/// The world `importer-plugin`; its `types` and `host` are shared with [`scenario`].
pub(crate) mod importer {
    wasmtime::component::bindgen!({
        path: "../../plugin-api/wit",
        world: "importer-plugin",
        imports: { default: async | trappable },
        exports: { default: async },
    });
}

/// The world `scenario-plugin`.
pub(crate) mod scenario {
    wasmtime::component::bindgen!({
        path: "../../plugin-api/wit",
        world: "scenario-plugin",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "codegraph:plugin/types": crate::bindings::importer::codegraph::plugin::types,
            "codegraph:plugin/host": crate::bindings::importer::codegraph::plugin::host,
            "codegraph:plugin/graph.result-set": crate::capability::graph::Cursor,
            "codegraph:plugin/answer.sink": crate::capability::answer::Sink,
        },
    });
}

pub(crate) use importer::codegraph::plugin::{ast_sink, host, types};
pub(crate) use scenario::codegraph::plugin::{answer, graph};
