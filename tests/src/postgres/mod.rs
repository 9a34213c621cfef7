//! PostgreSQL servers of the tests' own, out of Debian's package.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

const SCRIPT: &str = include_str!("server.sh");

/// The server that the tests of this program share; each has databases of its own.
static SHARED: LazyLock<Server> = LazyLock::new(Server::start);

/// A server. It ends with this, or with the program.
pub struct Server {
    child: Child,
    pipes: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
    programs: PathBuf,
    port: u16,
    databases: AtomicU32,
}

/// The URL of a new, empty database of the shared server.
pub fn database() -> String {
    SHARED.database()
}

impl Server {
    /// Starts a server; takes a second or two.
    pub fn start() -> Self {
        let port = free_port();
        // PostgreSQL refuses to run as root.
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| {
            use std::os::unix::fs::MetadataExt as _;
            own.uid() == 0
        });
        let mut command = if is_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let mut child = command
            .args(["-c", SCRIPT, "postgres", &port.to_string()])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("a shell can be started (as root: runuser, and the user that the package postgresql makes)");
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let Some(programs) = line.trim_end().strip_prefix("ready ") else {
            std::io::Read::read_to_string(&mut output, &mut line).unwrap();
            panic!("no PostgreSQL server (scripts/setup --tests installs one): {line}");
        };
        Self {
            child,
            programs: programs.into(),
            pipes: Mutex::new(Some((input, output))),
            port,
            databases: AtomicU32::new(0),
        }
    }

    /// The URL of a new, empty database.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.program("createdb", &[&name]);
        self.url(&name)
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://codegraph:seven%20horses@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs a statement as its owner.
    pub fn sql(&self, database: &str, statement: &str) -> String {
        self.program(
            "psql",
            &["-qtAX", "-v", "ON_ERROR_STOP=1", "-c", statement, database],
        )
    }

    /// Ends the server at once, as a crash would.
    pub fn stop(&self) {
        self.say("stop");
    }

    /// Starts it again.
    pub fn start_again(&self) {
        self.say("start");
    }

    fn say(&self, command: &str) {
        let mut pipes = self.pipes.lock().unwrap();
        let (input, output) = pipes.as_mut().expect("only its end takes them");
        writeln!(input, "{command}").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "done\n", "{command}");
    }

    fn program(&self, name: &str, arguments: &[&str]) -> String {
        let output = Command::new(self.programs.join(name))
            .env_clear()
            .env("PGPASSWORD", "seven horses")
            .args([
                "-h",
                "127.0.0.1",
                "-U",
                "codegraph",
                "-p",
                &self.port.to_string(),
            ])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{name} {arguments:?}: {output:?}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input ends it; killing the shell would leave the server behind.
        let pipes = self.pipes.get_mut();
        drop(pipes.unwrap_or_else(PoisonError::into_inner).take());
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
