//! What a call of a plugin costs before its guest does anything, and how fast rows cross.
//!
//! `plugin_calls IMPORTER.wasm [SOURCE]`: a built importer, and a file for it to lower. Prints JSON: milliseconds to start the host
//! with nothing cached and from its cache, microseconds of whole calls for an empty file (slot, new instance, `lower`, result) after
//! a warm-up, and how much one core lowers a second.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use codegraph_model::Clock;
use codegraph_plugin_host::types::{FileContext, LanguageInfo, Lowered};
use codegraph_plugin_host::{Compiler, HostConfig, PluginError, PluginHost};
use serde_json::{Value, json};

/// Calls that are not timed.
const WARM_UP: usize = 200;
/// Calls that are.
const CALLS: usize = 2_000;
/// How long a source is lowered again and again.
const LOWERING: Duration = Duration::from_secs(5);

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring program prints"
)]
fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (plugin, source) = match arguments.as_slice() {
        [plugin] => (plugin, None),
        [plugin, source] => (plugin, Some(source.as_path())),
        _ => {
            eprintln!("usage: plugin_calls IMPORTER.wasm [SOURCE]");
            return ExitCode::from(2);
        }
    };
    let measured = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(plugin, source)));
    match measured {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(plugin: &Path, source: Option<&Path>) -> Result<Value, Box<dyn Error>> {
    let source: Arc<[u8]> = match source {
        Some(path) => std::fs::read(path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?
            .into(),
        None => Arc::from(*b"x = 1\n"),
    };
    let folder = tempfile::tempdir()?;
    let plugins = folder.path().join("plugins");
    std::fs::create_dir(&plugins)?;
    std::fs::copy(plugin, plugins.join("plugin.wasm"))
        .map_err(|error| format!("{} cannot be read: {error}", plugin.display()))?;
    let config = || {
        let cache = folder.path().join("cache");
        let clock = Clock::new(jiff::Timestamp::now);
        HostConfig::new(vec![plugins.clone()], cache, Compiler::InProcess, clock)
    };
    let start = Instant::now();
    drop(PluginHost::start(config()).await?);
    let compiling = start.elapsed();
    let start = Instant::now();
    let host = PluginHost::start(config()).await?;
    let cached = start.elapsed();
    let Some(language) = host.languages().into_iter().next() else {
        return Err(format!("this is no importer: {:?}", host.plugins()).into());
    };

    let times = calls(&host, &language).await?;
    let at = |share: usize| (times[(times.len() * share).div_ceil(100) - 1]).as_secs_f64() * 1e6;

    let start = Instant::now();
    let (mut bytes, mut rows, mut cpu, mut lowered) = (0, 0, Duration::ZERO, 0_u32);
    while start.elapsed() < LOWERING {
        let file = lower(&host, &language, &source).await?;
        bytes += source.len();
        rows += file.ast.len();
        cpu += file.bill.cpu;
        lowered += 1;
    }
    let seconds = cpu.as_secs_f64();
    Ok(json!({
        "start_compiling_ms": compiling.as_secs_f64() * 1e3,
        "start_cached_ms": cached.as_secs_f64() * 1e3,
        "warm_up": WARM_UP,
        "calls": times.len(),
        "p50_us": at(50),
        "p99_us": at(99),
        "max_us": at(100),
        "lowering_calls": lowered,
        "lowering_bytes_per_cpu_second": bytes as f64 / seconds,
        "lowering_rows_per_cpu_second": rows as f64 / seconds,
    }))
}

/// Wall times of calls that have nothing to lower, ascending.
async fn calls(host: &PluginHost, language: &LanguageInfo) -> Result<Vec<Duration>, PluginError> {
    let empty: Arc<[u8]> = Arc::from(*b"");
    for _ in 0..WARM_UP {
        lower(host, language, &empty).await?;
    }
    let mut times = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let start = Instant::now();
        lower(host, language, &empty).await?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times)
}

async fn lower(
    host: &PluginHost,
    language: &LanguageInfo,
    source: &Arc<[u8]>,
) -> Result<Lowered, PluginError> {
    let context = FileContext {
        path: "bench".into(),
        module: "bench".into(),
        language: language.id.clone(),
        ..FileContext::default()
    };
    host.lower(&language.plugin, context, Arc::clone(source))
        .await
}
