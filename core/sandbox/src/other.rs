//! Systems without Landlock and seccomp: resource limits only, and said so.

use crate::{Policy, SandboxError};

pub(crate) fn missing(_policy: &Policy) -> Vec<String> {
    ["files", "network", "system calls", "signals"]
        .iter()
        .map(|what| format!("{what} are not restricted on this operating system"))
        .collect()
}

pub(crate) fn apply(policy: &Policy) -> Result<(), SandboxError> {
    let limits = &policy.limits;
    let table = [
        (rlimit::Resource::AS, limits.address_space),
        (rlimit::Resource::CPU, limits.cpu_seconds),
        (rlimit::Resource::FSIZE, limits.file_size),
        (rlimit::Resource::NOFILE, limits.open_files),
        (rlimit::Resource::NPROC, limits.processes),
        (rlimit::Resource::CORE, Some(0)),
    ];
    for (resource, value) in table {
        // What a system does not know (macOS has no address space limit) is passed over: the limits are a second line here.
        if let Some(value) = value
            && resource.set(value, value).is_err()
        {
            tracing::debug!(?resource, "resource limit is not known here");
        }
    }
    Ok(())
}
