//! seccomp: which system calls there are.
//!
//! Several filters are stacked; the kernel runs all and takes the strictest answer. `EPERM` says "refused" for what is
//! known to be abused, `ENOSYS` says "this kernel does not have it" so that C libraries take their older way.

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!(
    "the lists of system calls were written for x86_64 and aarch64: check them before building for another"
);

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, apply_filter_all_threads, sock_filter,
};

use crate::{Policy, SandboxError, Syscalls};

mod lists;

/// System call numbers with their conditions; an empty list of rules means "always".
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Says so where the kernel was built without filters.
pub(super) fn missing() -> Option<String> {
    // PR_GET_SECCOMP answers 0 or 2 where seccomp exists, EINVAL where it does not.
    let zero: libc::c_ulong = 0;
    #[expect(unsafe_code, reason = "a system call on numbers")]
    // SAFETY: the option takes no argument.
    let mode = unsafe { libc::prctl(libc::PR_GET_SECCOMP, zero, zero, zero, zero) };
    (mode < 0).then(|| "system calls are not restricted (the kernel has no seccomp)".to_owned())
}

pub(super) fn apply(policy: &Policy) -> Result<(), SandboxError> {
    // The order matters: an allow-list without `seccomp` itself must come last. Of two refusals the newer one's error
    // number counts, so what the allow-list refuses is refused with EPERM where the deny-list names it too: the list
    // of `Compute` lets it through to the older filter.
    install(&no_x32())?;
    install(&compile(
        &absent(),
        SeccompAction::Allow,
        errno(libc::ENOSYS),
    )?)?;
    let refused = match policy.syscalls {
        Syscalls::Compute => compute_refused()?,
        Syscalls::Tools => tools_refused(policy.connect.is_some())?,
    };
    install(&compile(
        &refused,
        SeccompAction::Allow,
        errno(libc::EPERM),
    )?)?;
    if policy.syscalls == Syscalls::Compute {
        let mut allowed = compute_allowed()?;
        for number in refused.keys() {
            allowed.entry(*number).or_default();
        }
        install(&compile(
            &allowed,
            errno(libc::ENOSYS),
            SeccompAction::Allow,
        )?)?;
    }
    Ok(())
}

fn errno(number: libc::c_int) -> SeccompAction {
    SeccompAction::Errno(number as u32)
}

/// `clone3` passes its flags in memory, where no filter can see them; without it libraries use `clone`.
fn absent() -> Rules {
    always(&[libc::SYS_clone3])
}

/// What a computing child is refused by name. Anything else that is not on its allow-list does not exist for it.
fn compute_refused() -> Result<Rules, SandboxError> {
    let mut rules = always(lists::ADMINISTRATION);
    rules.extend(always(lists::OTHER_PROCESSES));
    rules.extend(always(lists::SOCKETS));
    rules.extend(always(lists::PROGRAMS));
    // A thread shares memory and handlers; a process would not.
    rules.insert(
        libc::SYS_clone,
        vec![rule(&[masked(0, libc::CLONE_THREAD as u64, 0)])?],
    );
    // `abort` signals the own process, nobody else is reached.
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, vec![rule(&[is_not(0, own)])?]);
    // 0 is the own process, which may tighten its limits.
    rules.insert(
        libc::SYS_prlimit64,
        vec![rule(&[is_not(0, 0), is_not(0, own)])?],
    );
    Ok(rules)
}

fn compute_allowed() -> Result<Rules, SandboxError> {
    let mut rules = always(lists::COMPUTE);
    rules.insert(
        libc::SYS_prctl,
        one_of(0, lists::COMPUTE_PRCTL.iter().map(|&option| option as u64))?,
    );
    // What C libraries ask of a file or a terminal; TIOCSTI, which types into a terminal, is not there.
    rules.insert(
        libc::SYS_ioctl,
        one_of(1, lists::COMPUTE_IOCTL.iter().copied())?,
    );
    Ok(rules)
}

/// What a program of others is refused.
fn tools_refused(network: bool) -> Result<Rules, SandboxError> {
    let mut rules = always(lists::ADMINISTRATION);
    rules.extend(always(lists::OTHER_PROCESSES));
    rules.insert(libc::SYS_clone, new_namespaces()?);
    // Typing into the terminal of whoever started us.
    rules.insert(
        libc::SYS_ioctl,
        one_of(1, [libc::TIOCSTI, libc::TIOCLINUX])?,
    );
    // The calling process, 0, may be slowed down and bounded; others of the same user, the parent first, may not.
    for &(number, process) in lists::BOUNDING {
        rules.insert(number, vec![rule(&[is_not(process, 0)])?]);
    }
    rules.extend(sockets(network)?);
    Ok(rules)
}

fn new_namespaces() -> Result<Vec<SeccompRule>, SandboxError> {
    let flags = [
        libc::CLONE_NEWNS,
        libc::CLONE_NEWCGROUP,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
    ];
    flags
        .into_iter()
        .map(|flag| rule(&[masked(0, flag as u64, flag as u64)]))
        .collect()
}

/// Client sockets of TCP where there is a network, else none. Landlock looks at the port only of plain TCP and only in
/// `connect`: other protocols over streams (MPTCP, SCTP) and TCP Fast Open, which connects while sending, would pass by it.
fn sockets(network: bool) -> Result<Rules, SandboxError> {
    let mut rules = always(&[
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
    ]);
    if !network {
        rules.extend(always(&[libc::SYS_socket, libc::SYS_connect]));
        return Ok(rules);
    }
    let mut socket = vec![rule(&[
        is_not(0, libc::AF_INET as u64),
        is_not(0, libc::AF_INET6 as u64),
    ])?];
    // The low four bits are the type, the others flags.
    for kind in (0..16).filter(|&kind| kind != libc::SOCK_STREAM as u64) {
        socket.push(rule(&[masked(1, 0xf, kind)])?);
    }
    socket.push(rule(&[is_not(2, 0), is_not(2, libc::IPPROTO_TCP as u64)])?);
    rules.insert(libc::SYS_socket, socket);
    let fast_open = libc::MSG_FASTOPEN as u64;
    for (number, flags) in [
        (libc::SYS_sendto, 3),
        (libc::SYS_sendmsg, 2),
        (libc::SYS_sendmmsg, 3),
    ] {
        rules.insert(number, vec![rule(&[masked(flags, fast_open, fast_open)])?]);
    }
    Ok(rules)
}

fn always(numbers: &[i64]) -> Rules {
    numbers.iter().map(|&number| (number, Vec::new())).collect()
}

fn one_of(
    argument: u8,
    values: impl IntoIterator<Item = u64>,
) -> Result<Vec<SeccompRule>, SandboxError> {
    values
        .into_iter()
        .map(|value| rule(&[(argument, SeccompCmpOp::Eq, value)]))
        .collect()
}

type Condition = (u8, SeccompCmpOp, u64);

fn masked(argument: u8, mask: u64, value: u64) -> Condition {
    (argument, SeccompCmpOp::MaskedEq(mask), value)
}

fn is_not(argument: u8, value: u64) -> Condition {
    (argument, SeccompCmpOp::Ne, value)
}

/// A rule that matches when all conditions hold. The kernel reads the arguments compared here as 32 bits.
fn rule(conditions: &[Condition]) -> Result<SeccompRule, SandboxError> {
    let conditions = conditions
        .iter()
        .map(|(argument, operator, value)| {
            SeccompCondition::new(*argument, Dword, operator.clone(), *value)
        })
        .collect::<Result<_, _>>()
        .map_err(|error| SandboxError::step("build a seccomp filter", error))?;
    SeccompRule::new(conditions)
        .map_err(|error| SandboxError::step("build a seccomp filter", error))
}

fn compile(
    rules: &Rules,
    mismatch: SeccompAction,
    matched: SeccompAction,
) -> Result<BpfProgram, SandboxError> {
    let failed =
        |error: seccompiler::BackendError| SandboxError::step("build a seccomp filter", error);
    let target = TargetArch::try_from(std::env::consts::ARCH).map_err(failed)?;
    SeccompFilter::new(rules.clone(), mismatch, matched, target)
        .and_then(BpfProgram::try_from)
        .map_err(failed)
}

/// Refuses the x32 numbers of x86_64, which are the ordinary ones with bit 30 set: lists by number would miss them.
fn no_x32() -> BpfProgram {
    const LOAD_WORD: u16 = 0x20;
    const JUMP_IF_GREATER_OR_EQUAL: u16 = 0x35;
    const RETURN: u16 = 0x06;
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    vec![
        // Offset 0 of `seccomp_data` is the number.
        step(LOAD_WORD, 0, 0, 0),
        step(JUMP_IF_GREATER_OR_EQUAL, 0, 1, 0x4000_0000),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}

fn install(program: &BpfProgram) -> Result<(), SandboxError> {
    apply_filter_all_threads(program)
        .map_err(|error| SandboxError::step("install a seccomp filter", error))
}
