//! A loaded plugin.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::bindings::importer::ImporterPluginPre;
use crate::bindings::scenario::ScenarioPluginPre;
use crate::breaker::Breaker;
use crate::call::{CallState, Identity};
use crate::manifest::Manifest;
use crate::types::{Descriptor, LanguageInfo};

/// Compiled and linked: each call makes an instance of it.
#[derive(Clone)]
pub(crate) enum Code {
    Importer(ImporterPluginPre<CallState>),
    Scenario(ScenarioPluginPre<CallState>),
}

/// What a plugin says of itself.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    Importer(Vec<LanguageInfo>),
    Scenario(Box<Descriptor>),
}

/// A version of a plugin, ready to be called.
pub(crate) struct Plugin {
    pub(crate) manifest: Manifest,
    pub(crate) identity: Arc<Identity>,
    pub(crate) code: Code,
    pub(crate) says: Says,
    pub(crate) path: PathBuf,
    pub(crate) hash: blake3::Hash,
    pub(crate) loaded_at: Timestamp,
    pub(crate) breaker: Breaker,
}

impl Plugin {
    pub(crate) fn id(&self) -> &str {
        &self.manifest.id
    }
}
