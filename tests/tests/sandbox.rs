//! What a child can and cannot do under each profile, tried by a child (`src/bin/sandbox_probe.rs`).

#![cfg(target_os = "linux")]

#[path = "../src/program.rs"]
mod program;

use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use codegraph_sandbox::{Limits, Policy, Strength};

const PROBE: &str = env!("CARGO_BIN_EXE_sandbox_probe");

/// What a probe must see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sees {
    Ok,
    /// One of these error numbers.
    Error(&'static [i32]),
    Signal(i32),
}

use Sees::{Error, Ok as Fine, Signal};

/// Not on the list of system calls, or refused by name; by Landlock; by either.
const NO: Sees = Error(&[libc::EPERM, libc::ENOSYS]);
const NO_FILE: Sees = Error(&[libc::EACCES]);
const GONE: Sees = Error(&[libc::EBADF]);

struct Ground {
    folder: tempfile::TempDir,
    open_port: TcpListener,
    shut_port: TcpListener,
    _socket: UnixListener,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for place in ["read", "write", "outside"] {
            std::fs::create_dir(folder.path().join(place)).unwrap();
            std::fs::write(folder.path().join(place).join("file"), "text").unwrap();
        }
        let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
        Self {
            open_port: listen(),
            shut_port: listen(),
            _socket: UnixListener::bind(folder.path().join("outside/socket")).unwrap(),
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn port(listener: &TcpListener) -> u16 {
        listener.local_addr().unwrap().port()
    }

    fn policy(&self, base: Policy) -> Policy {
        let mut policy = base;
        policy.read.push(self.path("read"));
        policy.write.push(self.path("write"));
        policy.limits = Limits {
            address_space: Some(512 << 20),
            cpu_seconds: Some(1),
            file_size: Some(8 << 20),
            open_files: Some(64),
            processes: None,
        };
        policy
    }

    fn compute(&self) -> Policy {
        self.policy(Policy::compute())
    }

    fn tools(&self) -> Policy {
        let mut policy = self.policy(Policy::tools());
        policy.execute.push("/bin".into());
        policy.execute.push("/usr/bin".into());
        policy.execute.push(Path::new(PROBE).to_owned());
        policy.connect = Some(Self::port(&self.open_port));
        policy
    }

    /// Names in arguments: `@place/file` is a path here, `@open`, `@shut` are ports, `@parent` is this process.
    fn argument(&self, text: &str) -> String {
        match text {
            "@open" => Self::port(&self.open_port).to_string(),
            "@shut" => Self::port(&self.shut_port).to_string(),
            _ => match text.strip_prefix('@') {
                Some(path) => self.path(path).display().to_string(),
                None => text.replace("{parent}", &std::process::id().to_string()),
            },
        }
    }
}

fn probe(policy: &Policy, action: &str, argument: &str) -> Output {
    Command::new(PROBE)
        .args([&serde_json::to_string(policy).unwrap(), action, argument])
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn matches(output: &Output, expected: Sees) -> bool {
    match expected {
        Fine => said(output) == "ok",
        Error(numbers) => numbers
            .iter()
            .any(|number| said(output) == format!("error {number}")),
        Signal(signal) => output.status.signal() == Some(signal),
    }
}

/// Action, argument, what `Compute` sees, what `Tools` sees.
const TABLE: &[(&str, &str, Sees, Sees)] = &[
    // files
    ("read", "@read/file", Fine, Fine),
    ("list", "@read", Fine, Fine),
    ("write", "@read/new", NO_FILE, NO_FILE),
    ("truncate", "@read/file", NO_FILE, NO_FILE),
    ("remove", "@read/file", NO_FILE, NO_FILE),
    ("write", "@write/new", Fine, Fine),
    ("truncate", "@write/file", Fine, Fine),
    ("remove", "@write/file", Fine, Fine),
    ("read", "@outside/file", NO_FILE, NO_FILE),
    ("list", "@outside", NO_FILE, NO_FILE),
    ("write", "@outside/new", NO_FILE, NO_FILE),
    ("truncate", "@outside/file", NO_FILE, NO_FILE),
    ("remove", "@outside/file", NO_FILE, NO_FILE),
    ("read", "/etc/passwd", NO_FILE, NO_FILE),
    ("read", "/proc/{parent}/environ", NO_FILE, NO_FILE),
    ("write", "/proc/{parent}/mem", NO_FILE, NO_FILE),
    ("read", "/proc/self/environ", NO_FILE, NO_FILE),
    ("link", "@write/link", NO, Fine),
    ("give-away", "@write/new", NO, Error(&[libc::EPERM])),
    // programs, processes, signals
    ("execute", "/bin/true", NO, Fine),
    ("execute", "@read/file", NO, NO_FILE),
    ("thread", "", Fine, Fine),
    ("fork-bomb", "", NO, Fine),
    ("kill-parent", "", NO, Error(&[libc::EPERM])),
    ("kill-self", "", NO, Fine),
    (
        "signal-death",
        "",
        Signal(libc::SIGABRT),
        Signal(libc::SIGABRT),
    ),
    ("trace-parent", "", NO, NO),
    ("be-traced", "", NO, NO),
    ("read-parent", "", NO, NO),
    ("parent-limits", "", NO, NO),
    ("own-limits", "", Fine, Fine),
    ("memory-file", "", NO, Fine),
    // network
    ("connect", "@open", NO, Fine),
    ("connect", "@shut", NO, NO_FILE),
    ("fast-open", "@shut", NO, NO),
    ("listen", "", NO, NO),
    ("udp", "", NO, NO),
    ("mptcp", "", NO, NO),
    ("raw-socket", "", NO, NO),
    ("netlink", "", NO, NO),
    ("packet", "", NO, NO),
    ("unix-socket", "@outside/socket", NO, NO),
    // the machine
    ("mount", "", NO, NO),
    ("namespace", "", NO, NO),
    ("chroot", "", NO, NO),
    ("keyring", "", NO, NO),
    ("bpf", "", NO, NO),
    ("io-uring", "", NO, NO),
    ("userfaultfd", "", NO, NO),
    ("perf", "", NO, NO),
    ("widen", "@outside/file", NO_FILE, NO_FILE),
    // limits
    ("memory", "100000000", Fine, Fine),
    (
        "memory",
        "1000000000",
        Error(&[libc::ENOMEM]),
        Error(&[libc::ENOMEM]),
    ),
    (
        "open-many",
        "@read/file",
        Error(&[libc::EMFILE]),
        Error(&[libc::EMFILE]),
    ),
    (
        "big-file",
        "@write/big",
        Signal(libc::SIGXFSZ),
        Signal(libc::SIGXFSZ),
    ),
    ("burn", "", Signal(libc::SIGKILL), Signal(libc::SIGKILL)),
    #[cfg(target_arch = "x86_64")]
    ("x32", "", Error(&[libc::ENOSYS]), Error(&[libc::ENOSYS])),
];

#[test]
fn each_profile_allows_what_its_column_says() {
    let mut wrong = Vec::new();
    for (profile, compute) in [("compute", true), ("tools", false)] {
        // Each profile on its own ground: probes remove and write files.
        let ground = Ground::new();
        let policy = if compute {
            ground.compute()
        } else {
            ground.tools()
        };
        assert_eq!(
            policy.strength(),
            Strength::Full,
            "the table holds where the kernel has Landlock 6 or newer and seccomp"
        );
        for &(action, argument, in_compute, in_tools) in TABLE {
            let expected = if compute { in_compute } else { in_tools };
            let output = probe(&policy, action, &ground.argument(argument));
            if !matches(&output, expected) {
                wrong.push(format!(
                    "{profile}: {action} {argument}: expected {expected:?}, got `{}` ({})",
                    said(&output),
                    output.status
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_the_table_refuses_works_outside() {
    // A probe that cannot succeed at all would prove nothing.
    let ground = Ground::new();
    for (action, argument) in [
        ("read", "@outside/file"),
        ("write", "@outside/new"),
        ("execute", "/bin/true"),
        ("fork-bomb", ""),
        ("kill-parent", ""),
        ("connect", "@shut"),
        ("fast-open", "@shut"),
        ("listen", ""),
        ("udp", ""),
        ("unix-socket", "@outside/socket"),
        ("memory-file", ""),
        ("read-parent", ""),
        ("parent-limits", ""),
    ] {
        let output = Command::new(PROBE)
            .args(["-", action, &ground.argument(argument)])
            .output()
            .unwrap();
        assert_eq!(said(&output), "ok", "{action}");
    }
}

#[test]
fn inherited_files_are_closed() {
    let ground = Ground::new();
    let secret = ground.path("outside/file");
    for (policy, expected) in [
        ("-".to_owned(), Fine),
        (serde_json::to_string(&ground.compute()).unwrap(), GONE),
        (serde_json::to_string(&ground.tools()).unwrap(), GONE),
    ] {
        // The shell leaves descriptor 9 open for the program that it becomes.
        let output = Command::new("/bin/sh")
            .args(["-c", r#"exec 9<"$0"; exec "$@""#])
            .arg(&secret)
            .args([PROBE, &policy, "seek", "9"])
            .output()
            .unwrap();
        assert!(matches(&output, expected), "{policy}: {}", said(&output));
    }
}

#[test]
fn a_second_thread_is_refused() {
    let ground = Ground::new();
    let output = probe(&ground.compute(), "late", "");
    assert_eq!(
        said(&output),
        "not entered: the sandbox must be entered before threads are started, 2 are running"
    );
}

#[test]
fn a_policy_of_another_version_is_refused_whole() {
    // A right that this version does not know must not be dropped in silence.
    let text = r#"{"syscalls":"compute","read":[],"reed":["/"]}"#;
    assert!(serde_json::from_str::<Policy>(text).is_err());
}

/// `codegraph sandbox-exec POLICY -- PROGRAM ARGUMENTS`.
fn launch(policy: &str, program: &str, arguments: &[&str]) -> Output {
    Command::new(program::program())
        .args(["sandbox-exec", policy, "--", program])
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn the_launcher_becomes_the_program_under_the_policy() {
    let ground = Ground::new();
    let policy = serde_json::to_string(&ground.tools()).unwrap();
    for (action, argument, expected) in [
        ("read", "@read/file", Fine),
        ("read", "@outside/file", NO_FILE),
        ("write", "@write/new", Fine),
        ("execute", "/bin/true", Fine),
        ("connect", "@open", Fine),
        ("connect", "@shut", NO_FILE),
        ("mount", "", NO),
        ("memory", "1000000000", Error(&[libc::ENOMEM])),
    ] {
        let output = launch(&policy, PROBE, &["-", action, &ground.argument(argument)]);
        assert!(
            matches(&output, expected),
            "{action} {argument}: {} {}",
            said(&output),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn the_launcher_says_why_it_cannot() {
    let ground = Ground::new();
    let tools = serde_json::to_string(&ground.tools()).unwrap();
    let compute = serde_json::to_string(&ground.compute()).unwrap();
    for (policy, program, expected) in [
        (
            tools.as_str(),
            "/nowhere",
            "sandbox-exec: cannot start /nowhere: No such file or directory (os error 2)",
        ),
        (
            &compute,
            PROBE,
            "sandbox-exec: a `compute` policy lets no program start, use `tools`",
        ),
        (
            "{}",
            PROBE,
            "sandbox-exec: the policy cannot be read: missing field `syscalls`",
        ),
    ] {
        let output = launch(policy, program, &["-", "nothing"]);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(complaint.starts_with(expected), "{complaint}");
        assert_eq!(output.status.code(), Some(126), "{complaint}");
    }
}
