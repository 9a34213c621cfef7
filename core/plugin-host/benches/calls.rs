//! What a call costs before its guest does anything, and how fast rows cross.
//!
//! `cargo bench -p codegraph-plugin-host --bench calls -- PLUGIN.wasm [SOURCE]`: an importer, and a file for it to lower.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use codegraph_model::Clock;
use codegraph_plugin_host::types::FileContext;
use codegraph_plugin_host::{Compiler, HostConfig, PluginHost};

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(measure());
}

async fn measure() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .map(PathBuf::from);
    let Some(plugin) = arguments.next() else {
        show("give the file of an importer, and a source file");
        return;
    };
    let source: Arc<[u8]> = arguments.next().map_or_else(
        || Arc::from(*b"x = 1\n"),
        |path| std::fs::read(path).expect("the source can be read").into(),
    );
    let folder = tempfile::tempdir().expect("a folder can be made");
    let plugins = folder.path().join("plugins");
    std::fs::create_dir(&plugins).expect("a folder can be made");
    std::fs::copy(&plugin, plugins.join("plugin.wasm")).expect("the plugin can be read");
    let config = || {
        let cache = folder.path().join("cache");
        let clock = Clock::new(jiff::Timestamp::now);
        HostConfig::new(vec![plugins.clone()], cache, Compiler::InProcess, clock)
    };
    for what in ["start, compiling", "start, from the cache"] {
        let start = Instant::now();
        drop(PluginHost::start(config()).await.expect("the host starts"));
        show(&format!("{what}: {:.1?}", start.elapsed()));
    }
    let host = PluginHost::start(config()).await.expect("the host starts");
    let Some(language) = host.languages().into_iter().next() else {
        show(&format!("no importer: {:?}", host.plugins()));
        return;
    };
    let lower = async |source: &Arc<[u8]>| {
        let context = FileContext {
            path: "bench".into(),
            module: "bench".into(),
            language: language.id.clone(),
            ..FileContext::default()
        };
        host.lower(&language.plugin, context, source.clone()).await
    };
    let empty: Arc<[u8]> = Arc::from(*b"");
    let mut times = Vec::new();
    for _ in 0..2000 {
        let start = Instant::now();
        lower(&empty).await.expect("an empty file can be lowered");
        times.push(start.elapsed());
    }
    times.sort();
    let at = |share: usize| times[times.len() * share / 100];
    show(&format!(
        "whole call, empty file: p50 {:.1?}, p99 {:.1?}",
        at(50),
        at(99)
    ));
    let start = Instant::now();
    let (mut bytes, mut rows, mut cpu, mut calls) = (0, 0, Duration::ZERO, 0_u32);
    while start.elapsed() < Duration::from_secs(5) {
        let lowered = lower(&source).await.expect("the file can be lowered");
        bytes += source.len();
        rows += lowered.ast.len();
        cpu += lowered.bill.cpu;
        calls += 1;
    }
    let seconds = cpu.as_secs_f64();
    show(&format!(
        "lowering: {calls} calls, {:.2} MB/s and {:.2} M rows/s a core",
        bytes as f64 / seconds / 1e6,
        rows as f64 / seconds / 1e6
    ));
}

#[expect(clippy::print_stdout, reason = "what a measurement is for")]
fn show(line: &str) {
    println!("{line}");
}
