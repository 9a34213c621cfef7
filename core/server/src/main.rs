//! The program `codegraph`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Children that enter a sandbox do so before any thread is started, so they are looked for first.
    match std::env::args_os()
        .nth(1)
        .as_ref()
        .and_then(|name| name.to_str())
    {
        Some("sql-worker") => codegraph_server::sql::worker(),
        Some("sandbox-exec") => codegraph_sandbox::exec_child(),
        Some("compile-plugin") => codegraph_plugin_host::compile_child(),
        _ => cli::main(),
    }
}
