//! What a child can still do under a policy: `sandbox_probe POLICY_JSON ACTION [ARGUMENT]` enters the sandbox, tries one
//! thing and prints `ok` or the error number. With `-` for the policy it is under one already.
//!
//! To add a probe: an arm in `attempt`, a row in the table of `tests/tests/sandbox.rs`.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::{Command, ExitCode};
use std::{fs, thread};

use codegraph_sandbox::{Policy, SandboxError};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [policy, action, rest @ ..] = arguments.as_slice() else {
        return ExitCode::from(2);
    };
    let argument = rest.first().map_or("", String::as_str);
    if policy != "-" {
        let policy: Policy = serde_json::from_str(policy).expect("the test writes the policy");
        let entered = if action == "late" {
            late(&policy)
        } else {
            policy.apply().map(drop)
        };
        if let Err(error) = entered {
            return say(&format!("not entered: {error}"));
        }
    }
    match attempt(action, argument) {
        Ok(text) => say(&text),
        Err(error) => say(&match error.raw_os_error() {
            Some(number) => format!("error {number}"),
            None => format!("error {error}"),
        }),
    }
}

fn say(text: &str) -> ExitCode {
    let _ = writeln!(io::stdout(), "{text}");
    ExitCode::SUCCESS
}

/// Enters while another thread runs.
fn late(policy: &Policy) -> Result<(), SandboxError> {
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let other = thread::spawn(move || held.recv());
    let entered = policy.apply().map(drop);
    drop(hold);
    let _ = other.join();
    entered
}

fn attempt(action: &str, argument: &str) -> io::Result<String> {
    let ok = || Ok("ok".to_owned());
    match action {
        "nothing" | "late" => ok(),
        "read" => fs::read(argument).and_then(|_| ok()),
        "list" => fs::read_dir(argument).and_then(|_| ok()),
        "write" => fs::write(argument, "written").and_then(|()| ok()),
        "truncate" => fs::OpenOptions::new()
            .write(true)
            .open(argument)?
            .set_len(0)
            .and_then(|()| ok()),
        "remove" => fs::remove_file(argument).and_then(|()| ok()),
        "link" => std::os::unix::fs::symlink("/etc/passwd", argument).and_then(|()| ok()),
        "give-away" => std::os::unix::fs::chown(argument, Some(12345), None).and_then(|()| ok()),
        "execute" => match Command::new(argument).status()? {
            status if status.success() => ok(),
            status => Ok(format!("{status}")),
        },
        "thread" => match thread::Builder::new().spawn(|| 1)?.join() {
            Ok(1) => ok(),
            _ => Ok("thread failed".to_owned()),
        },
        "connect" => TcpStream::connect(format!("127.0.0.1:{argument}")).and_then(|_| ok()),
        "listen" => TcpListener::bind("127.0.0.1:0").and_then(|_| ok()),
        "udp" => UdpSocket::bind("127.0.0.1:0").and_then(|_| ok()),
        "unix-socket" => std::os::unix::net::UnixStream::connect(argument).and_then(|_| ok()),
        "memory" => {
            let bytes: usize = argument.parse().map_err(io::Error::other)?;
            let mut block: Vec<u8> = Vec::new();
            block
                .try_reserve_exact(bytes)
                .map_err(|_| io::Error::from_raw_os_error(libc::ENOMEM))?;
            block.resize(bytes, 1);
            Ok(if block[bytes / 2] == 1 { "ok" } else { "lost" }.to_owned())
        }
        "burn" => loop {
            std::hint::black_box(0);
        },
        "open-many" => {
            let mut open = Vec::new();
            for _ in 0..1000 {
                open.push(fs::File::open(argument)?);
            }
            ok()
        }
        "big-file" => {
            let mut file = fs::File::create(argument)?;
            let block = vec![0; 1 << 20];
            for _ in 0..64 {
                file.write_all(&block)?;
            }
            ok()
        }
        "fork-bomb" => fork_bomb(),
        other => system_call(other, argument),
    }
}

/// Forks until it may not, a hundred times at most; every child ends at once.
#[expect(unsafe_code, reason = "there is no safe fork")]
fn fork_bomb() -> io::Result<String> {
    for _ in 0..100 {
        // SAFETY: the program has one thread, and the child only exits.
        match unsafe { libc::fork() } {
            -1 => return Err(io::Error::last_os_error()),
            // SAFETY: ends the child without running anything.
            0 => unsafe { libc::_exit(0) },
            _ => {}
        }
    }
    Ok("ok".to_owned())
}

/// Probes that the standard library has no name for.
#[expect(unsafe_code, reason = "the probes are system calls")]
fn system_call(action: &str, argument: &str) -> io::Result<String> {
    let parent = std::os::unix::process::parent_id() as libc::pid_t;
    let null = std::ptr::null::<libc::c_void>();
    let number = || argument.parse::<libc::c_long>().map_err(io::Error::other);
    // SAFETY: every pointer is null or to a value that lives until the call returns; what a call would change, if it
    // were allowed, is this process or, for the parent, nothing (signal 0, a read of no bytes).
    let result = unsafe {
        match action {
            "kill-parent" => libc::c_long::from(libc::kill(parent, 0)),
            "kill-self" => libc::c_long::from(libc::kill(std::process::id() as libc::pid_t, 0)),
            "trace-parent" => libc::ptrace(libc::PTRACE_SEIZE, parent, null, null),
            "be-traced" => libc::ptrace(libc::PTRACE_TRACEME, 0, null, null),
            "read-parent" => {
                libc::process_vm_readv(parent, std::ptr::null(), 0, std::ptr::null(), 0, 0) as _
            }
            "mount" => libc::c_long::from(libc::mount(
                c"none".as_ptr(),
                c"/mnt".as_ptr(),
                c"tmpfs".as_ptr(),
                0,
                null,
            )),
            "namespace" => libc::c_long::from(libc::unshare(libc::CLONE_NEWUSER)),
            "chroot" => libc::c_long::from(libc::chroot(c"/".as_ptr())),
            "keyring" => libc::syscall(libc::SYS_keyctl, 0, -3, 0, 0, 0),
            "bpf" => libc::syscall(libc::SYS_bpf, 0, null, 0),
            "io-uring" => libc::syscall(libc::SYS_io_uring_setup, 1, null),
            "userfaultfd" => libc::syscall(libc::SYS_userfaultfd, 0),
            "perf" => libc::syscall(libc::SYS_perf_event_open, null, 0, -1, -1, 0),
            "memory-file" => libc::syscall(libc::SYS_memfd_create, c"x".as_ptr(), 0),
            "mptcp" => libc::c_long::from(libc::socket(libc::AF_INET, libc::SOCK_STREAM, 262)),
            "raw-socket" => libc::c_long::from(libc::socket(libc::AF_INET, libc::SOCK_RAW, 1)),
            "netlink" => libc::c_long::from(libc::socket(libc::AF_NETLINK, libc::SOCK_RAW, 0)),
            "packet" => libc::c_long::from(libc::socket(libc::AF_PACKET, libc::SOCK_RAW, 0)),
            "own-limits" => libc::c_long::from(libc::prlimit(
                0,
                libc::RLIMIT_CORE,
                std::ptr::null(),
                std::ptr::null_mut(),
            )),
            "parent-limits" => libc::c_long::from(libc::prlimit(
                parent,
                libc::RLIMIT_CORE,
                std::ptr::null(),
                std::ptr::null_mut(),
            )),
            "seek" => libc::lseek(number()? as libc::c_int, 0, libc::SEEK_SET),
            "x32" => libc::syscall(0x4000_0000 + libc::SYS_getpid),
            "fast-open" => {
                let socket = libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0);
                let mut address: libc::sockaddr_in = std::mem::zeroed();
                address.sin_family = libc::AF_INET as libc::sa_family_t;
                address.sin_port = (number()? as u16).to_be();
                address.sin_addr.s_addr = u32::from(std::net::Ipv4Addr::LOCALHOST).to_be();
                libc::sendto(
                    socket,
                    c"x".as_ptr().cast(),
                    1,
                    libc::MSG_FASTOPEN,
                    (&raw const address).cast(),
                    size_of_val(&address) as libc::socklen_t,
                ) as _
            }
            // A later policy can only take more away.
            "widen" => {
                let wide = Policy {
                    read: vec!["/".into()],
                    ..Policy::tools()
                };
                let _ = wide.apply();
                return fs::read(argument).map(|_| "ok".to_owned());
            }
            "signal-death" => libc::c_long::from(libc::raise(libc::SIGABRT)),
            other => return Err(io::Error::other(format!("no probe {other}"))),
        }
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok("ok".to_owned())
}
