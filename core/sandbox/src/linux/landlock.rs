//! Landlock: which files, which TCP port, and no signals or abstract sockets out of the sandbox.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, NetPort, PathBeneath,
    PathFd, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, Scope, make_bitflags,
};

use crate::{Policy, SandboxError, Syscalls};

/// The newest version whose rights were tried with these rules. Older kernels enforce what they know.
const TESTED: ABI = ABI::V7;

/// The first versions that know a thing, and what it means for an operator when they are missing.
const FILES: i64 = 1;
const TRUNCATE: i64 = 3;
const TCP: i64 = 4;
const SCOPES: i64 = 6;

/// Asks the kernel for its Landlock version; 0 when it has none.
fn version() -> i64 {
    const CREATE_RULESET_VERSION: libc::c_uint = 1;
    #[expect(unsafe_code, reason = "the landlock crate keeps the version to itself")]
    // SAFETY: with this flag the kernel asks for a null pointer of size 0 and returns a number.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0_usize,
            CREATE_RULESET_VERSION,
        )
    };
    version.max(0)
}

pub(super) fn missing(policy: &Policy) -> Vec<String> {
    let version = version();
    if version < FILES {
        return vec!["files are not restricted (the kernel has no Landlock)".to_owned()];
    }
    // A child without sockets and signals by its system calls loses nothing by the last two.
    let tools = policy.syscalls == Syscalls::Tools;
    let table = [
        (
            TRUNCATE,
            true,
            "readable files can be truncated where file modes let it",
        ),
        (
            TCP,
            policy.connect.is_some(),
            "every TCP port can be dialled",
        ),
        (SCOPES, tools, "signals reach other processes of the user"),
    ];
    table
        .into_iter()
        .filter(|&(first, asked, _)| asked && version < first)
        .map(|(first, _, what)| format!("{what} (Landlock {version}, needs {first})"))
        .collect()
}

pub(super) fn apply(policy: &Policy) -> Result<(), SandboxError> {
    let failed = |error: landlock::RulesetError| SandboxError::step("enter Landlock", error);
    let rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(TESTED))
        .map_err(failed)?
        .handle_access(AccessNet::from_all(TESTED))
        .map_err(failed)?
        .scope(Scope::from_all(TESTED))
        .map_err(failed)?
        .create()
        .map_err(failed)?;
    let read = make_bitflags!(AccessFs::{ReadFile | ReadDir});
    let execute = read | AccessFs::Execute;
    // No devices, sockets or pipes: files, folders and links are what tools make.
    let write = read
        | make_bitflags!(AccessFs::{WriteFile | RemoveDir | RemoveFile | MakeDir | MakeReg | MakeSym | Refer | Truncate});
    let rules = allow(rules, &policy.read, read)?;
    let rules = allow(rules, &policy.execute, execute)?;
    let mut rules = allow(rules, &policy.write, write)?;
    if let Some(port) = policy.connect {
        rules = rules
            .add_rule(NetPort::new(port, AccessNet::ConnectTcp))
            .map_err(failed)?;
    }
    rules.restrict_self().map_err(failed)?;
    Ok(())
}

fn allow(
    mut rules: RulesetCreated,
    paths: &[PathBuf],
    rights: BitFlags<AccessFs>,
) -> Result<RulesetCreated, SandboxError> {
    for path in paths {
        if let Some((file, rights)) = open(path, rights)? {
            rules = rules
                .add_rule(PathBeneath::new(file, rights))
                .map_err(|error| SandboxError::step("add a Landlock rule", error))?;
        }
    }
    Ok(rules)
}

/// Opens a path for a rule; rights that only folders have are taken off for files. `None` when there is no such path.
fn open(
    path: &Path,
    rights: BitFlags<AccessFs>,
) -> Result<Option<(PathFd, BitFlags<AccessFs>)>, SandboxError> {
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SandboxError::step("look at a path of the policy", error)),
    };
    let file = PathFd::new(path)
        .map_err(|error| SandboxError::step("open a path of the policy", error))?;
    let rights = if metadata.is_dir() {
        rights
    } else {
        rights & AccessFs::from_file(TESTED)
    };
    Ok(Some((file, rights)))
}
