//! From a component to code that runs: the cache first, else a child that compiles.

mod cache;
mod child;

use std::path::PathBuf;
use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::Component;

pub use child::compile_child;

use crate::engine;
use crate::error::HostError;
use crate::limits::CompileLimits;
use cache::Cache;

/// What compiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compiler {
    /// A child of this program, `codegraph compile-plugin`: killable, with limits of its own. The only one for plugins
    /// that are not trusted.
    Child(PathBuf),
    /// This process. Nothing bounds the time and memory that a compile bomb takes: for tests.
    InProcess,
}

/// Why a component was not compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// It is not valid.
    #[error("it does not compile: {0}")]
    Invalid(String),
    /// The child reached a limit and was ended.
    #[error("compiling it took more than {0}")]
    Limit(String),
    /// The child could not be run.
    #[error("the compiler could not be run: {0}")]
    Unavailable(String),
}

/// Compiles one component at a time.
#[derive(Debug)]
pub(crate) struct Pipeline {
    engine: Engine,
    cache: Cache,
    compiler: Compiler,
    limits: CompileLimits,
    one_at_a_time: tokio::sync::Mutex<()>,
}

impl Pipeline {
    pub(crate) fn new(
        engine: Engine,
        cache: PathBuf,
        compiler: Compiler,
        limits: CompileLimits,
    ) -> Result<Self, HostError> {
        let cache = Cache::open(cache)?;
        Ok(Self {
            engine,
            cache,
            compiler,
            limits,
            one_at_a_time: tokio::sync::Mutex::new(()),
        })
    }

    /// Gives the compiled component. `hash` is BLAKE3 of `wasm`.
    pub(crate) async fn component(
        &self,
        wasm: Arc<[u8]>,
        hash: blake3::Hash,
    ) -> Result<Component, CompileError> {
        let name = format!(
            "{}-{:016x}",
            hash.to_hex(),
            engine::compatibility(&self.engine)
        );
        let _turn = self.one_at_a_time.lock().await;
        let cache = self.cache.clone();
        let engine = self.engine.clone();
        let wanted = name.clone();
        let cached = blocking(move || {
            cache
                .read(&wanted)
                .and_then(|code| load(&engine, &code).ok())
        })
        .await?;
        if let Some(component) = cached {
            return Ok(component);
        }
        let code = match &self.compiler {
            Compiler::Child(program) => child::compile(program, &wasm, self.limits).await?,
            Compiler::InProcess => {
                let compile = move || child::compile_bytes(&wasm);
                blocking(compile).await?.map_err(CompileError::Invalid)?
            }
        };
        let (cache, engine) = (self.cache.clone(), self.engine.clone());
        blocking(move || {
            if let Err(error) = cache.write(&name, &code) {
                tracing::warn!(%error, "a compiled plugin could not be kept");
            }
            load(&engine, &code).map_err(|error| CompileError::Invalid(format!("{error:#}")))
        })
        .await?
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CompileError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| CompileError::Unavailable(error.to_string()))
}

/// Makes code runnable. wasmtime checks version, processor features and settings in its header.
fn load(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    #[expect(
        unsafe_code,
        reason = "the only way to load compiled code; see the comment inside"
    )]
    // SAFETY: the code comes from our own compiler, this moment, or from a file whose keyed hash shows that this program
    // wrote it (`cache::Cache::read`); it is the same memory that was hashed, so nothing can change it in between.
    unsafe {
        Component::deserialize(engine, code)
    }
}
