//! What people see of plugins.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::plugin::Plugin;
use super::refusal::Refusal;
use super::scan::FileState;
use crate::contract::Capability;
use crate::limits::CallLimits;
use crate::types::PluginKind;

/// Whether a plugin can be called.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PluginState {
    /// It can.
    Ready,
    /// It failed too often.
    Quarantined {
        /// What it did.
        reason: String,
        /// When it is tried again.
        until: Timestamp,
    },
    /// Its file is no plugin that can be called.
    Refused {
        /// Why.
        #[serde(serialize_with = "as_text")]
        reason: Refusal,
    },
}

/// A file in a folder of plugins, and the plugin in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PluginStatus {
    /// Identifier; the file's name where the manifest cannot be read.
    pub id: String,
    /// What it is, as far as it is known.
    pub kind: Option<PluginKind>,
    /// Its own version.
    pub version: String,
    /// The API that it was built for.
    pub api: String,
    /// Name for people.
    pub name: String,
    /// A sentence.
    pub description: String,
    /// Whether it can be called.
    #[serde(flatten)]
    pub state: PluginState,
    /// Its file.
    pub path: PathBuf,
    /// BLAKE3 of the version that is called, in hexadecimal digits.
    pub hash: String,
    /// When that version was loaded.
    pub loaded_at: Option<Timestamp>,
    /// Why a newer version of the file is not taken; the older one is called on.
    #[serde(serialize_with = "as_optional_text")]
    pub newer: Option<Refusal>,
    /// What it asks to be granted.
    pub capabilities: Vec<Capability>,
    /// What it was granted.
    pub granted: Vec<Capability>,
    /// What a call may cost.
    pub limits: Option<CallLimits>,
    /// Schema of its settings.
    pub config: Option<serde_json::Value>,
}

impl PluginStatus {
    pub(crate) fn of(path: &Path, file: &FileState, now: Timestamp) -> Self {
        match (&file.plugin, &file.refusal) {
            (Some(plugin), newer) => {
                let mut status = Self::of_plugin(plugin, now);
                status.newer.clone_from(newer);
                if let Some(by) = file.taken_by.clone() {
                    let id = status.id.clone();
                    status.state = PluginState::Refused {
                        reason: Refusal::Duplicate { id, by },
                    };
                }
                status
            }
            (None, refusal) => Self {
                id: path
                    .file_stem()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default(),
                kind: None,
                version: String::new(),
                api: String::new(),
                name: String::new(),
                description: String::new(),
                state: PluginState::Refused {
                    reason: refusal
                        .clone()
                        .unwrap_or_else(|| Refusal::Unreadable("it was not read yet".into())),
                },
                path: path.into(),
                hash: String::new(),
                loaded_at: None,
                newer: None,
                capabilities: Vec::new(),
                granted: Vec::new(),
                limits: None,
                config: None,
            },
        }
    }

    fn of_plugin(plugin: &Plugin, now: Timestamp) -> Self {
        let manifest = &plugin.manifest;
        let state = match plugin.breaker.closed_to_calls(now) {
            Some(quarantine) => PluginState::Quarantined {
                reason: quarantine.reason,
                until: quarantine.until,
            },
            None => PluginState::Ready,
        };
        Self {
            id: manifest.id.clone(),
            kind: Some(manifest.kind),
            version: manifest.version.clone(),
            api: manifest.api.clone(),
            name: manifest.name.clone(),
            description: manifest.description.clone(),
            state,
            path: plugin.path.clone(),
            hash: plugin.hash.to_hex().to_string(),
            loaded_at: Some(plugin.loaded_at),
            newer: None,
            capabilities: manifest.capabilities.iter().copied().collect(),
            granted: plugin.identity.granted.iter().copied().collect(),
            limits: Some(plugin.identity.limits),
            config: manifest.config.clone(),
        }
    }
}

fn as_text<S: Serializer>(refusal: &Refusal, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(refusal)
}

#[expect(clippy::ref_option, reason = "serde gives the field by reference")]
fn as_optional_text<S: Serializer>(refusal: &Option<Refusal>, to: S) -> Result<S::Ok, S::Error> {
    match refusal {
        Some(refusal) => to.collect_str(refusal),
        None => to.serialize_none(),
    }
}
