//! The host: what the rest of CodeGraph calls.

use std::sync::Arc;
use std::time::Duration;

use codegraph_cpg::ast::FileAst;
use tokio::sync::{mpsc, watch};

use crate::bindings::importer::exports::codegraph::plugin::importer;
use crate::bindings::scenario::exports::codegraph::plugin::scenario;
use crate::call::{Done, Job, Runner};
use crate::cancel::Cancel;
use crate::capability::answer::{AskJob, Sink};
use crate::capability::ast_sink::LowerJob;
use crate::capability::convert::all;
use crate::capability::graph::{GraphReader, SqlRunner};
use crate::compile::Pipeline;
use crate::config::HostConfig;
use crate::error::{HostError, PluginError};
use crate::registry::{
    Code, Loader, Plugin, PluginStatus, Registry, Says, Snapshot, watch as watch_folders,
};
use crate::text;
use crate::types::{
    AnswerLanguage, Answered, Ask, Chunk, FileContext, LanguageInfo, Lowered, Outcome, Outline,
    ScenarioInfo,
};
use codegraph_model::Clock;

/// Longest source file that an importer gets, bytes: offsets have 32 bits, and it has to fit into a guest's memory.
const SOURCE_BYTES: usize = 256 << 20;

/// Runs plugins. All calls may be made at the same time.
pub struct PluginHost {
    runner: Arc<Runner>,
    registry: Arc<Registry>,
    sql: Option<Arc<dyn SqlRunner>>,
    clock: Clock,
    _watch: Option<crate::registry::Watch>,
}

impl PluginHost {
    /// Loads all plugins of the folders, then watches these if asked to. A plugin that cannot be loaded is no error: see
    /// [`PluginHost::plugins`].
    pub async fn start(config: HostConfig) -> Result<Arc<Self>, HostError> {
        let runner = Arc::new(Runner::start(&config.limits)?);
        let pipeline = Pipeline::new(
            runner.engine.clone(),
            config.cache,
            config.compiler,
            config.limits.compile,
        )?;
        let loader = Loader {
            runner: runner.clone(),
            pipeline,
            limits: config.limits,
            settings: config.settings,
            grants: config.grants,
            clock: config.clock.clone(),
        };
        let registry = Arc::new(Registry::new(config.directories, loader));
        // Watching starts before the first look, so that no change falls between the two.
        let watch = config
            .watch
            .then(|| watch_folders(&registry, config.debounce));
        registry.scan().await;
        Ok(Arc::new(Self {
            runner,
            registry,
            sql: config.sql,
            clock: config.clock,
            _watch: watch,
        }))
    }

    /// All files in the folders, in the order in which they go first.
    pub fn plugins(&self) -> Vec<PluginStatus> {
        let now = self.clock.now();
        self.current()
            .files
            .iter()
            .map(|(path, file)| PluginStatus::of(path, file, now))
            .collect()
    }

    /// Languages that can be imported, by plugin.
    pub fn languages(&self) -> Vec<LanguageInfo> {
        let snapshot = self.current();
        let says = snapshot.plugins.values().map(|plugin| &plugin.says);
        says.filter_map(|says| {
            if let Says::Importer(languages) = says {
                Some(languages)
            } else {
                None
            }
        })
        .flatten()
        .cloned()
        .collect()
    }

    /// Scenarios that can be asked, by plugin.
    pub fn scenarios(&self) -> Vec<ScenarioInfo> {
        let snapshot = self.current();
        let of = |(plugin, loaded): (&String, &Arc<Plugin>)| match &loaded.says {
            Says::Scenario(descriptor) => Some(ScenarioInfo {
                plugin: plugin.clone(),
                descriptor: (**descriptor).clone(),
            }),
            Says::Importer(_) => None,
        };
        snapshot.plugins.iter().filter_map(of).collect()
    }

    /// Looks through the folders now.
    pub async fn rescan(&self) {
        self.registry.scan().await;
    }

    /// Counts the looks through the folders that ended, also those that a change started.
    pub fn generation(&self) -> watch::Receiver<u64> {
        self.registry.generation()
    }

    /// Takes a quarantined plugin into service again. Gives whether there is such a plugin.
    pub fn release(&self, plugin: &str) -> bool {
        let snapshot = self.current();
        let found = snapshot.plugins.get(plugin);
        if let Some(plugin) = found {
            plugin.breaker.release();
        }
        found.is_some()
    }

    /// Bytes of linear memory that all running calls hold.
    pub fn memory_in_use(&self) -> u64 {
        self.runner.memory_in_use()
    }

    /// Whether instances come from a pool; where the address space is limited they are made on demand.
    pub fn is_pooled(&self) -> bool {
        self.runner.pooled
    }

    /// Asks an importer for cheap facts of a file.
    pub async fn outline(
        &self,
        plugin: &str,
        path: &str,
        source: Arc<[u8]>,
    ) -> Result<Outline, PluginError> {
        check_source(&source)?;
        let plugin = self.find(plugin)?;
        let Code::Importer(pre) = plugin.code.clone() else {
            return Err(PluginError::Unknown(plugin.id().into()));
        };
        let path = path.to_owned();
        let call = self
            .runner
            .call(&plugin.identity, Job::Plain, &Cancel::new(), |store| {
                Box::pin(async move {
                    let guest = pre.instantiate_async(&mut *store).await?;
                    guest
                        .codegraph_plugin_importer()
                        .call_outline(store, &path, &source)
                        .await
                })
            })
            .await;
        let call = call.and_then(|done| {
            done.result
                .map_err(|fault| PluginError::Fault(fault.into()))
        });
        let said = self.settle(&plugin, call)?;
        Ok(Outline {
            module: text::clean_line(&said.module, 1024),
            includes: said.includes,
            facts: said.facts,
            extra: all(said.extra),
        })
    }

    /// Lowers a file: its rows come back finished and checked.
    pub async fn lower(
        &self,
        plugin: &str,
        context: FileContext,
        source: Arc<[u8]>,
    ) -> Result<Lowered, PluginError> {
        check_source(&source)?;
        let plugin = self.find(plugin)?;
        let Code::Importer(pre) = plugin.code.clone() else {
            return Err(PluginError::Unknown(plugin.id().into()));
        };
        let context = importer::FileContext {
            path: context.path,
            module: context.module,
            is_package: context.is_package,
            language: context.language,
            included: context.included,
            extra: all(context.extra),
        };
        let job = Job::Lower(Box::new(LowerJob::new(source.len() as u32)));
        let call = self
            .runner
            .call(&plugin.identity, job, &Cancel::new(), |store| {
                Box::pin(async move {
                    let guest = pre.instantiate_async(&mut *store).await?;
                    guest
                        .codegraph_plugin_importer()
                        .call_lower(store, &context, &source)
                        .await
                })
            })
            .await;
        // Bad references count as misbehaviour too.
        let call = call.and_then(|done| {
            finish(done.result, done.job).map(|result| Done {
                result,
                job: Job::Plain,
                bill: done.bill,
            })
        });
        let done = self.settle(&plugin, call)?;
        Ok(Lowered {
            ast: done.result,
            bill: done.bill,
        })
    }

    /// Asks a scenario. Pieces of the answer go to `out` as they come; a receiver that is gone ends the answer.
    pub async fn ask(
        &self,
        scenario: &str,
        ask: Ask,
        graph: Arc<dyn GraphReader>,
        out: mpsc::Sender<Chunk>,
        cancel: Cancel,
    ) -> Result<Answered, PluginError> {
        let plugin = self.find(scenario)?;
        let Code::Scenario(pre) = plugin.code.clone() else {
            return Err(PluginError::Unknown(scenario.into()));
        };
        let job = Job::Ask(Box::new(AskJob {
            graph,
            sql: self.sql.clone(),
            out,
            held_bytes: 0,
            time: ask.time,
        }));
        let question = question(ask);
        let call = self
            .runner
            .call(&plugin.identity, job, &cancel, |store| {
                Box::pin(async move {
                    let guest = pre.instantiate_async(&mut *store).await?;
                    let sink = store.data_mut().table.push(Sink)?;
                    let out = wasmtime::component::Resource::new_borrow(sink.rep());
                    guest
                        .codegraph_plugin_scenario()
                        .call_run(store, &question, out)
                        .await
                })
            })
            .await;
        let call = call.and_then(|done| {
            let result = done
                .result
                .map_err(|fault| PluginError::Fault(fault.into()))
                .and_then(outcome)?;
            Ok(Done {
                result,
                job: Job::Plain,
                bill: done.bill,
            })
        });
        let done = self.settle(&plugin, call)?;
        Ok(Answered {
            outcome: done.result,
            bill: done.bill,
        })
    }

    fn current(&self) -> Arc<Snapshot> {
        self.registry.current()
    }

    /// The plugin, if it may be called now.
    fn find(&self, id: &str) -> Result<Arc<Plugin>, PluginError> {
        let plugin = self
            .current()
            .plugins
            .get(id)
            .cloned()
            .ok_or_else(|| PluginError::Unknown(id.into()))?;
        let now = self.clock.now();
        if let Some(quarantine) = plugin.breaker.closed_to_calls(now) {
            return Err(PluginError::Quarantined {
                plugin: id.into(),
                reason: quarantine.reason,
                retry_after: Duration::try_from(quarantine.until.duration_since(now))
                    .unwrap_or_default(),
            });
        }
        Ok(plugin)
    }

    /// Counts how a call ended.
    fn settle<T>(&self, plugin: &Plugin, call: Result<T, PluginError>) -> Result<T, PluginError> {
        let misbehaviour = call.as_ref().err().filter(|error| error.is_misbehaviour());
        let ended_itself =
            misbehaviour.is_some() || matches!(&call, Ok(_) | Err(PluginError::Fault(_)));
        if ended_itself
            && let Some(quarantine) = plugin.breaker.record(self.clock.now(), misbehaviour)
        {
            tracing::warn!(plugin.id = plugin.id(), reason = quarantine.reason, until = %quarantine.until, "plugin quarantined");
        }
        call
    }
}

fn check_source(source: &[u8]) -> Result<(), PluginError> {
    if source.len() > SOURCE_BYTES {
        let text = format!(
            "the file has {} bytes, at most {SOURCE_BYTES} can be imported",
            source.len()
        );
        return Err(PluginError::Fault(crate::types::Fault::InvalidInput(text)));
    }
    Ok(())
}

fn finish(
    result: Result<(), crate::bindings::types::Fault>,
    job: Job,
) -> Result<FileAst, PluginError> {
    result.map_err(|fault| PluginError::Fault(fault.into()))?;
    let Job::Lower(job) = job else {
        return Err(PluginError::Internal("the rows of a call are gone".into()));
    };
    let mut ast = job.ast;
    ast.finish()?;
    Ok(ast)
}

fn question(ask: Ask) -> scenario::Ask {
    scenario::Ask {
        question: ask.question,
        language: match ask.language {
            AnswerLanguage::En => scenario::Language::En,
            AnswerLanguage::Ru => scenario::Language::Ru,
        },
        history: ask
            .history
            .into_iter()
            .map(|turn| scenario::Turn {
                question: turn.question,
                answer: turn.answer,
            })
            .collect(),
        extra: all(ask.extra),
    }
}

fn outcome(said: scenario::Outcome) -> Result<Outcome, PluginError> {
    if !(0.0..=1.0).contains(&said.confidence) {
        return Err(PluginError::BadAnswer(format!(
            "a confidence of {} is not between 0 and 1",
            said.confidence
        )));
    }
    Ok(Outcome {
        confidence: said.confidence,
        found: said.found,
        intent: text::clean_line(&said.intent, 64),
        extra: all(said.extra),
    })
}
