//! The layers on Linux, in the order in which they are put on.

mod landlock;
mod process;
mod seccomp;

use crate::{Policy, SandboxError};

/// Names what this kernel cannot enforce of the policy.
pub(crate) fn missing(policy: &Policy) -> Vec<String> {
    let mut missing = landlock::missing(policy);
    missing.extend(seccomp::missing());
    missing
}

pub(crate) fn apply(policy: &Policy) -> Result<(), SandboxError> {
    process::require_one_thread()?;
    process::close_inherited()?;
    process::no_new_privileges()?;
    process::set_limits(&policy.limits)?;
    // Landlock opens the listed paths, so it comes before capabilities and system calls go.
    landlock::apply(policy)?;
    process::drop_capabilities()?;
    process::forbid_inspection()?;
    if seccomp::missing().is_none() {
        seccomp::apply(policy)?;
    }
    Ok(())
}
