//! The child that compiles: `codegraph compile-plugin`.
//!
//! Compiling is where a hostile component costs most and where wasmtime promises least, so it happens in a process that has
//! nothing (no files, no network), is bounded in CPU time and memory, and can be killed.
//! Stdin: one line of JSON with the limits, then the component. Stdout: the code. Stderr: why not. Exit code 0, or 2 where
//! the component is at fault.

use std::io::{BufRead, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use codegraph_sandbox::Policy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::CompileError;
use crate::engine;
use crate::limits::CompileLimits;
use crate::text;

/// Exit code for a component that does not compile.
const INVALID: u8 = 2;

/// Longest reason that is taken from the child.
const REASON_BYTES: u64 = 8 << 10;

/// Compiles in this process.
pub(super) fn compile_bytes(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let compile = || engine::compiler()?.precompile_component(wasm);
    compile().map_err(|error| text::clean(&format!("{error:#}"), 2048))
}

/// Compiles in a child of `program`.
pub(super) async fn compile(
    program: &Path,
    wasm: &[u8],
    limits: CompileLimits,
) -> Result<Vec<u8>, CompileError> {
    let unavailable = |what: &str, error: &dyn std::fmt::Display| {
        CompileError::Unavailable(format!("{what}: {error}"))
    };
    let mut child = Command::new(program)
        .arg("compile-plugin")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| unavailable("cannot start it", &error))?;
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let stdout = child.stdout.take().expect("stdout is piped");
    let stderr = child.stderr.take().expect("stderr is piped");
    let mut head = serde_json::to_vec(&limits).expect("numbers are JSON");
    head.push(b'\n');
    let feed = async {
        // A child that has ended says why by its exit code, not by the broken pipe.
        if stdin.write_all(&head).await.is_ok() && stdin.write_all(wasm).await.is_ok() {
            let _ = stdin.shutdown().await;
        }
        drop(stdin);
    };
    let mut code = Vec::new();
    let mut reason = Vec::new();
    let mut bounded_code = stdout.take(limits.output + 1);
    let mut bounded_reason = stderr.take(REASON_BYTES);
    let talk = async {
        let ((), code_read, reason_read) = tokio::join!(
            feed,
            bounded_code.read_to_end(&mut code),
            bounded_reason.read_to_end(&mut reason)
        );
        code_read?;
        reason_read?;
        // Whoever writes more than is taken must not wait for ever.
        drop((bounded_code, bounded_reason));
        child.wait().await
    };
    let status = match tokio::time::timeout(Duration::from_secs(limits.wall_seconds), talk).await {
        Err(_) => return Err(CompileError::Limit(format!("{} s", limits.wall_seconds))),
        Ok(status) => status.map_err(|error| unavailable("it broke off", &error))?,
    };
    let reason = text::clean(&String::from_utf8_lossy(&reason), 2048)
        .trim()
        .to_owned();
    if code.len() as u64 > limits.output {
        return Err(CompileError::Limit(format!(
            "{} bytes of code",
            limits.output
        )));
    }
    if status.success() {
        return Ok(code);
    }
    Err(failure(status, &reason, limits))
}

fn failure(status: ExitStatus, reason: &str, limits: CompileLimits) -> CompileError {
    const SIGABRT: i32 = 6;
    const SIGKILL: i32 = 9;
    const SIGSEGV: i32 = 11;
    const SIGXCPU: i32 = 24;
    match (status.code(), status.signal()) {
        (Some(code), _) if code == i32::from(INVALID) => CompileError::Invalid(reason.into()),
        (_, Some(SIGXCPU | SIGKILL)) => {
            CompileError::Limit(format!("{} s of CPU time", limits.cpu_seconds))
        }
        // Rust aborts where memory cannot be had; the compiler's recursion can run out of stack.
        (_, Some(SIGABRT | SIGSEGV)) => CompileError::Limit(format!(
            "{} bytes of memory, or its stack",
            limits.address_space
        )),
        _ => CompileError::Unavailable(format!("{status}: {reason}")),
    }
}

/// Body of the hidden subcommand `codegraph compile-plugin`. Call it first in `main`: it takes its own rights away, and
/// that is refused once a second thread runs.
pub fn compile_child() -> ExitCode {
    match run_child() {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, reason)) => {
            // Nobody is there to hear it where stderr is closed.
            let _ = writeln!(std::io::stderr(), "{reason}");
            ExitCode::from(code)
        }
    }
}

fn run_child() -> Result<(), (u8, String)> {
    let broken = |what: &str, error: &dyn std::fmt::Display| (1, format!("{what}: {error}"));
    let mut stdin = std::io::stdin().lock();
    let mut head = String::new();
    (&mut stdin)
        .take(4096)
        .read_line(&mut head)
        .map_err(|error| broken("cannot read the limits", &error))?;
    let limits: CompileLimits =
        serde_json::from_str(&head).map_err(|error| broken("cannot read the limits", &error))?;
    let mut policy = Policy::compute();
    policy.limits.address_space = Some(limits.address_space);
    policy.limits.cpu_seconds = Some(limits.cpu_seconds);
    policy.limits.file_size = Some(0);
    policy
        .apply()
        .map_err(|error| broken("cannot enter the sandbox", &error))?;
    let mut wasm = Vec::new();
    stdin
        .read_to_end(&mut wasm)
        .map_err(|error| broken("cannot read the component", &error))?;
    let code = compile_bytes(&wasm).map_err(|reason| (INVALID, reason))?;
    std::io::stdout()
        .lock()
        .write_all(&code)
        .map_err(|error| broken("cannot write the code", &error))
}
