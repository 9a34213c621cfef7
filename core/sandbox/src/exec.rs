//! The launcher: enters the sandbox, then becomes the program.

use std::env::ArgsOs;
use std::ffi::OsString;
use std::io::Write;
use std::process::{Command, ExitCode};

use crate::{Policy, Strength, Syscalls};

/// The exit code of a launcher that could not start the program; shells use the same.
const CANNOT_START: u8 = 126;

/// Runs the hidden subcommand `codegraph sandbox-exec POLICY_JSON -- PROGRAM ARGUMENTS…`: applies the policy, then
/// becomes the program.
///
/// Environment and working directory are the caller's to choose and are handed on. A failure ends with exit code 126
/// and one line on standard error that begins with `sandbox-exec:`.
pub fn exec_child() -> ExitCode {
    let reason = match parse(std::env::args_os()) {
        Ok((policy, program, arguments)) => launch(&policy, &program, &arguments),
        Err(reason) => reason,
    };
    // The parent reads this line; where it cannot be written the exit code has to say it alone.
    let _ = writeln!(std::io::stderr(), "sandbox-exec: {reason}");
    ExitCode::from(CANNOT_START)
}

fn parse(mut arguments: ArgsOs) -> Result<(Policy, OsString, Vec<OsString>), String> {
    let usage = || "expected `sandbox-exec POLICY_JSON -- PROGRAM ARGUMENTS`".to_owned();
    arguments
        .by_ref()
        .find(|argument| argument == "sandbox-exec")
        .ok_or_else(usage)?;
    let policy = arguments.next().ok_or_else(usage)?;
    let policy = policy
        .to_str()
        .ok_or_else(|| "the policy is not UTF-8".to_owned())?;
    let policy: Policy = serde_json::from_str(policy)
        .map_err(|error| format!("the policy cannot be read: {error}"))?;
    if policy.syscalls == Syscalls::Compute {
        return Err("a `compute` policy lets no program start, use `tools`".to_owned());
    }
    if arguments.next().is_none_or(|dash| dash != "--") {
        return Err(usage());
    }
    let program = arguments.next().ok_or_else(usage)?;
    Ok((policy, program, arguments.collect()))
}

/// Returns only when the program could not be started.
fn launch(policy: &Policy, program: &OsString, arguments: &[OsString]) -> String {
    match policy.apply() {
        Ok(Strength::Full) => {}
        Ok(strength @ Strength::Degraded(_)) => tracing::debug!(%strength, "sandbox"),
        Err(error) => return error.to_string(),
    }
    let error = replace(Command::new(program).args(arguments));
    format!("cannot start {}: {error}", program.display())
}

#[cfg(unix)]
fn replace(command: &mut Command) -> std::io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

#[cfg(not(unix))]
fn replace(_command: &mut Command) -> std::io::Error {
    std::io::ErrorKind::Unsupported.into()
}
