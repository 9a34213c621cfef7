//! From the bytes of a file to a plugin that can be called.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use wasmtime::component::Component;

use super::plugin::{Code, Plugin};
use super::refusal::Refusal;
use super::report::{Most, Surface};
use crate::bindings::importer::ImporterPluginPre;
use crate::bindings::scenario::ScenarioPluginPre;
use crate::breaker::Breaker;
use crate::call::{CallState, Identity, Runner};
use crate::compile::Pipeline;
use crate::config::Grants;
use crate::limits::{CallLimits, Limits};
use crate::manifest::Manifest;
use crate::settings;
use crate::types::PluginKind;
use codegraph_model::Clock;

/// All that loading needs.
pub(crate) struct Loader {
    pub(crate) runner: Arc<Runner>,
    pub(crate) pipeline: Pipeline,
    pub(crate) limits: Limits,
    pub(crate) settings: BTreeMap<String, serde_json::Value>,
    pub(crate) grants: Grants,
    pub(crate) clock: Clock,
}

impl Loader {
    /// Takes a plugin through all checks; the last is that it says what it is.
    pub(super) async fn load(
        &self,
        path: &Path,
        wasm: Arc<[u8]>,
        hash: blake3::Hash,
    ) -> Result<Plugin, Refusal> {
        let bytes = wasm.clone();
        let read = move || {
            let manifest = Manifest::of_component(&bytes)?;
            let surface = Surface::of(&bytes).map_err(Refusal::Invalid)?;
            Ok::<_, Refusal>((manifest, surface))
        };
        let (manifest, surface) = tokio::task::spawn_blocking(read)
            .await
            .map_err(|error| Refusal::Invalid(error.to_string()))??;
        let report = surface.report(&manifest);
        if !report.is_empty() {
            return Err(Refusal::Incompatible(report));
        }
        let settings = self.settings(&manifest)?;
        let limits = CallLimits::grant(
            manifest.kind,
            &manifest.limits,
            self.limits.cap(manifest.kind),
        );
        within(surface.most, &limits)?;
        let component = self.pipeline.component(wasm, hash).await?;
        within(needs(&component)?, &limits)?;
        let code = self.link(&component, manifest.kind)?;
        let identity = Arc::new(Identity {
            id: manifest.id.clone(),
            limits,
            granted: self.grants.of(&manifest.id, &manifest.capabilities),
            settings: settings.into(),
        });
        let says = super::describe::describe(&self.runner, &identity, &code).await?;
        Ok(Plugin {
            manifest,
            identity,
            code,
            says,
            path: path.into(),
            hash,
            loaded_at: self.clock.now(),
            breaker: Breaker::default(),
        })
    }

    /// The plugin's settings as JSON text, checked.
    fn settings(&self, manifest: &Manifest) -> Result<String, Refusal> {
        let empty = serde_json::Value::Object(serde_json::Map::new());
        let value = self.settings.get(&manifest.id).unwrap_or(&empty);
        match &manifest.config {
            Some(schema) => {
                settings::check_schema(schema)
                    .map_err(|problem| Refusal::Settings(format!("the schema: {problem}")))?;
                settings::check(schema, value).map_err(Refusal::Settings)?;
            }
            None if value != &empty => {
                return Err(Refusal::Settings("the plugin takes none".into()));
            }
            None => {}
        }
        Ok(value.to_string())
    }

    fn link(&self, component: &Component, kind: PluginKind) -> Result<Code, Refusal> {
        let mismatch = |error: wasmtime::Error| {
            Refusal::Mismatch(crate::text::clean(&format!("{error:#}"), 1024))
        };
        let linker = match kind {
            PluginKind::Importer => &self.runner.importers,
            PluginKind::Scenario => &self.runner.scenarios,
        };
        let pre: wasmtime::component::InstancePre<CallState> =
            linker.instantiate_pre(component).map_err(mismatch)?;
        Ok(match kind {
            PluginKind::Importer => Code::Importer(ImporterPluginPre::new(pre).map_err(mismatch)?),
            PluginKind::Scenario => Code::Scenario(ScenarioPluginPre::new(pre).map_err(mismatch)?),
        })
    }
}

/// What an instance takes before it runs must be within the limits: a pool would refuse it only later, in other words.
fn within(needed: Most, limits: &CallLimits) -> Result<(), Refusal> {
    let checks = [
        ("memories", needed.memories, u64::from(limits.memories)),
        ("tables", needed.tables, u64::from(limits.tables)),
        ("bytes of memory", needed.memory_bytes, limits.memory),
        (
            "table elements",
            needed.table_elements,
            limits.table_elements,
        ),
    ];
    match checks.into_iter().find(|(_, needs, limit)| needs > limit) {
        Some((what, needs, limit)) => Err(Refusal::Needs { what, needs, limit }),
        None => Ok(()),
    }
}

/// What all instances of a component take together.
fn needs(component: &Component) -> Result<Most, Refusal> {
    let needed = component.resources_required();
    let needed = needed.ok_or_else(|| Refusal::Invalid("it imports core modules".into()))?;
    Ok(Most {
        memories: needed.num_memories.into(),
        memory_bytes: needed.max_initial_memory_size.unwrap_or(0),
        tables: needed.num_tables.into(),
        table_elements: needed.max_initial_table_size.unwrap_or(0),
    })
}
