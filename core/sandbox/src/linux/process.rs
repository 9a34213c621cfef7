//! What is taken from the process itself: inherited files, resources, capabilities, being looked at.

use std::io;

use rlimit::Resource;

use crate::{Limits, SandboxError};

/// Landlock and capabilities bind a thread and its children only.
pub(super) fn require_one_thread() -> Result<(), SandboxError> {
    // Without `/proc` there is nothing to count; the callers enter first in `main`.
    let threads = std::fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    if threads > 1 {
        return Err(SandboxError::Threads(threads));
    }
    Ok(())
}

/// Closes what the parent left open by mistake: such a descriptor would pass by every path rule.
pub(super) fn close_inherited() -> Result<(), SandboxError> {
    #[expect(
        unsafe_code,
        reason = "a system call on numbers; no Rust object owns a file this early in `main`"
    )]
    // SAFETY: the call takes no pointer.
    let result = unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0) };
    if result == 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    if error.raw_os_error() == Some(libc::ENOSYS) {
        return close_one_by_one();
    }
    Err(SandboxError::step("close inherited files", error))
}

/// For kernels before 5.9.
fn close_one_by_one() -> Result<(), SandboxError> {
    let (open, _) = Resource::NOFILE
        .get()
        .map_err(|error| SandboxError::step("read the limit of open files", error))?;
    // Nobody opens a million files before our `main`; an unlimited limit must not become an endless loop.
    for descriptor in 3..open.min(1 << 20) as libc::c_int {
        #[expect(unsafe_code, reason = "a system call on a number")]
        // SAFETY: the call takes no pointer; a number that is not open is an error without effect.
        unsafe {
            libc::close(descriptor);
        }
    }
    Ok(())
}

pub(super) fn no_new_privileges() -> Result<(), SandboxError> {
    prctl(libc::PR_SET_NO_NEW_PRIVS, 1)
        .map_err(|error| SandboxError::step("set no_new_privs", error))
}

/// Nobody of the same user may trace this process or read its memory, and it leaves no core dump.
pub(super) fn forbid_inspection() -> Result<(), SandboxError> {
    prctl(libc::PR_SET_DUMPABLE, 0).map_err(|error| SandboxError::step("forbid core dumps", error))
}

fn prctl(option: libc::c_int, value: libc::c_ulong) -> io::Result<()> {
    let zero: libc::c_ulong = 0;
    #[expect(unsafe_code, reason = "a system call on numbers")]
    // SAFETY: the options used here take numbers only.
    let result = unsafe { libc::prctl(option, value, zero, zero, zero) };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

pub(super) fn set_limits(limits: &Limits) -> Result<(), SandboxError> {
    let table = [
        (
            Resource::AS,
            limits.address_space,
            "limit the address space",
        ),
        (Resource::CPU, limits.cpu_seconds, "limit the CPU time"),
        (Resource::FSIZE, limits.file_size, "limit the size of files"),
        (Resource::NOFILE, limits.open_files, "limit the open files"),
        (Resource::NPROC, limits.processes, "limit the processes"),
        (Resource::CORE, Some(0), "forbid core dumps"),
    ];
    for (resource, value, step) in table {
        let Some(value) = value else { continue };
        let (_, hard) = resource
            .get()
            .map_err(|error| SandboxError::step(step, error))?;
        // A limit that is tighter already stays: raising it would need a right that we may lack.
        let value = value.min(hard);
        resource
            .set(value, value)
            .map_err(|error| SandboxError::step(step, error))?;
    }
    Ok(())
}

/// `capset(2)`, version 3: sixty-four capabilities as two words of each set.
#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Sets {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

const VERSION_3: u32 = 0x2008_0522;

/// Empties all capability sets; with `no_new_privs` no program gives them back, not even to root.
pub(super) fn drop_capabilities() -> Result<(), SandboxError> {
    let header = Header {
        version: VERSION_3,
        pid: 0,
    };
    let sets = [Sets {
        effective: 0,
        permitted: 0,
        inheritable: 0,
    }; 2];
    #[expect(unsafe_code, reason = "libc has no wrapper for capset")]
    // SAFETY: both pointers are to live values of the layout that version 3 asks for; the kernel only reads them.
    let result = unsafe { libc::syscall(libc::SYS_capset, &raw const header, sets.as_ptr()) };
    if result == 0 {
        Ok(())
    } else {
        Err(SandboxError::step(
            "drop capabilities",
            io::Error::last_os_error(),
        ))
    }
}
