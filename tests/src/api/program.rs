//! The program itself: `codegraph run` over a real socket, and the commands around it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::world::{database_url, program};

pub(crate) struct Server {
    pub(crate) child: Child,
    address: SocketAddr,
    pub(crate) password: Option<String>,
    took: Duration,
    log: Arc<Mutex<String>>,
}

pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command
        .env_clear()
        .env("HOME", folder)
        .env("CODEGRAPH_DATA_DIR", folder.join("data"))
        .env(
            "CODEGRAPH_CACHE_DIR",
            program().with_file_name("test-cache"),
        )
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null());
    if let Some(url) = database_url(folder) {
        command.env("DATABASE_URL", url);
    }
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_as(command(
            folder,
            &["run", "--host", "127.0.0.1", "--port", "0"],
        ))
    }

    pub(crate) fn start_as(mut command: Command) -> Self {
        let started = Instant::now();
        let mut child = command
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut password = None;
        let address = loop {
            let line = lines.next().expect("it says where it listens").unwrap();
            if let Some(address) = line.strip_prefix("listening on http://") {
                break address.parse().unwrap();
            }
            if let Some(text) = line.strip_prefix("    ") {
                password = Some(text.to_owned());
            }
        };
        let took = started.elapsed();
        // A full pipe must not stop it.
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        Self {
            child,
            address,
            password,
            took,
            log,
        }
    }

    /// What it has said so far.
    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn send(&self, request: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let status = text
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status.unwrap_or(0), body.to_owned())
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        ))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, String) {
        let body = body.to_string();
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Sends a request with a token and gives the status and the body as JSON.
    pub(crate) fn call(&self, method: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let (status, text) = self.send(&format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ));
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: i32) {
        let pid = i32::try_from(self.child.id()).unwrap();
        // SAFETY: sends a signal to the child that this test started and has not waited for.
        #[expect(
            unsafe_code,
            reason = "there is no safe way to send a signal in the standard library"
        )]
        let sent = unsafe { libc::kill(pid, signal) };
        assert_eq!(sent, 0);
    }

    /// Ends the program as a loss of power would end it.
    pub(crate) fn kill(mut self) {
        self.signal(libc::SIGKILL);
        self.child.wait().unwrap();
    }

    pub(crate) fn terminate(mut self) -> Option<i32> {
        self.signal(libc::SIGTERM);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test that failed leaves no server behind; one that ended it has waited for it already.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[test]
fn an_empty_folder_becomes_a_server_with_one_admin() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    assert!(server.took < Duration::from_secs(2), "{:?}", server.took);
    assert_eq!(
        server.get("/api/v1/health/live"),
        (200, "{\"status\":\"ok\"}".to_owned())
    );
    let password = server
        .password
        .clone()
        .expect("the first start shows a password");
    let (status, body) = server.post(
        "/api/v1/auth/token",
        &json!({"username": "admin", "password": password}),
    );
    assert_eq!(status, 200, "{body}");
    let tokens: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(tokens["must_change_password"], true);
    assert_eq!(
        server
            .post(
                "/api/v1/auth/token",
                &json!({"username": "admin", "password": "admin"})
            )
            .0,
        401
    );
    assert_eq!(server.terminate(), Some(0));

    // The secret and the account stay; the password is not shown again.
    let server = Server::start(folder.path());
    assert_eq!(server.password, None);
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    assert_eq!(server.post("/api/v1/auth/refresh", &refresh).0, 200);
    assert_eq!(server.terminate(), Some(0));
    for name in ["jwt.secret", "first-admin-password"] {
        use std::os::unix::fs::PermissionsExt as _;
        let secret = folder.path().join("data/secrets").join(name);
        assert_eq!(
            std::fs::metadata(secret).unwrap().permissions().mode() & 0o777,
            0o600,
            "{name}"
        );
    }
}

#[test]
fn clients_that_dawdle_or_break_off_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let half: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            stream
                .write_all(b"GET /api/v1/health HTTP/1.1\r\nhost")
                .unwrap();
            stream
        })
        .collect();
    for hostile in [
        "\r\n\r\n",
        "GET\r\n\r\n",
        "nonsense\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "POST /api/v1/chat HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        "POST /api/v1/chat HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(hostile.as_bytes()).unwrap();
        drop(stream);
    }
    let many: Vec<String> = (0..5_000)
        .map(|number| format!("x-{number}: y\r\n"))
        .collect();
    let many = many.concat();
    let (status, _) = server.send(&format!(
        "GET /health/live HTTP/1.1\r\n{many}connection: close\r\n\r\n"
    ));
    assert!(matches!(status, 0 | 400 | 431), "{status}");
    let started = Instant::now();
    for _ in 0..50 {
        assert_eq!(server.get("/health/live").0, 200);
    }
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
    drop(half);
    assert_eq!(server.terminate(), Some(0));
}

/// Whatever proves somebody is in no log, however much that says.
#[test]
fn logs_hold_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = command(
        folder.path(),
        &["run", "--host", "127.0.0.1", "--port", "0"],
    );
    run.env("CODEGRAPH_LOG", "trace").env("API_DEBUG", "true");
    let server = Server::start_as(run);
    let password = server.password.clone().unwrap();
    let login = json!({"username": "admin", "password": password});
    let (status, tokens) = server.call("POST", "/api/v1/auth/token", "", &login);
    assert_eq!(status, 200, "{tokens}");
    let text = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
    let refresh = json!({"refresh_token": text(&tokens, "refresh_token")});
    let (_, fresh) = server.call("POST", "/api/v1/auth/refresh", "", &refresh);
    let token = text(&fresh, "access_token");
    let (status, key) = server.call(
        "POST",
        "/api/v1/auth/api-keys",
        &token,
        &json!({"name": "k"}),
    );
    assert_eq!(status, 201, "{key}");
    let path = json!({"path": "/ws/notifications"});
    let (_, ticket) = server.call("POST", "/api/v1/auth/ws-ticket", &token, &path);
    let secrets = [
        password,
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
        token.clone(),
        text(&fresh, "refresh_token"),
        text(&key, "key"),
        text(&ticket, "ticket"),
        "a wrong passw0rd".to_owned(),
    ];
    let wrong = json!({"username": "admin", "password": secrets[7]});
    assert_eq!(server.call("POST", "/api/v1/auth/token", "", &wrong).0, 401);
    for secret in &secrets[1..7] {
        for path in [
            format!("/ws/notifications?token={secret}"),
            format!("/ws/chat?ticket={secret}"),
            format!("/api/v1/projects?token={secret}"),
            format!("/nowhere?token={secret}"),
        ] {
            let (status, _) = server.send(&format!(
                "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: {secret}\r\n\r\n"
            ));
            assert!((200..500).contains(&status), "{path}: {status}");
        }
    }
    // The last line of a request that came after all of those.
    let mark = "GET /api/v1/projects HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-request-id: the-last-one\r\n\r\n";
    assert_eq!(server.send(mark).0, 401);
    let until = Instant::now() + Duration::from_secs(20);
    while !server.log().contains("the-last-one") {
        assert!(Instant::now() < until, "{}", server.log());
        std::thread::yield_now();
    }
    let log = server.log();
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "{secret}");
    }
    assert!(!log.contains("rak_"), "not even a part of a key");
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn unsafe_settings_stop_the_start() {
    for (name, value, says) in [
        ("API_JWT_SECRET", "short", "at least 32"),
        (
            "API_JWT_SECRET",
            "change-me-in-production-change-me-in-production",
            "example",
        ),
        ("API_ADMIN_PASSWORD", "admin", "auth.admin_password"),
        ("API_ADMIN_USERNAME", "a b", "auth.admin_username"),
        ("API_JWT_ALGORITHM", "none", "HS256"),
        ("API_PORT", "99999", "port"),
        ("API_TRUSTED_PROXIES", "everybody", "trusted_proxies"),
        ("RATE_LIMIT_STORAGE", "nowhere", "memory"),
        ("REGISTRATION", "maybe", "auth.registration"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let arguments: &[&str] = if name == "API_PORT" {
            &["run"]
        } else {
            &["run", "--port", "0"]
        };
        let output = command(folder.path(), arguments)
            .env(name, value)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {errors}");
        assert!(errors.contains(says), "{name}: {errors}");
        assert!(!errors.contains("panicked"), "{errors}");
    }
}

#[test]
fn accounts_and_tables_are_made_by_commands() {
    let folder = tempfile::tempdir().unwrap();
    let ok = |arguments: &[&str]| {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(ok(&["init-db"]).contains("from revision 0 to "));
    assert!(ok(&["migrate"]).contains("are at revision"));
    let back = run(folder.path(), &["migrate", "--revision", "1"]);
    assert_eq!(back.status.code(), Some(2), "{back:?}");
    let unknown = run(folder.path(), &["migrate", "--revision", "abc123"]);
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    let made = ok(&[
        "create-admin",
        "--username",
        "anna",
        "--password",
        "seven horses in a row",
        "--email",
        "a@example.org",
    ]);
    assert!(made.contains("'anna'"));
    for (arguments, says) in [
        (["anna", "seven horses in a row"], "exists already"),
        (["boris", "short"], "at least 8"),
        (["boris", "password123"], "most common"),
        (["a b", "seven horses in a row"], "name"),
    ] {
        let output = run(
            folder.path(),
            &[
                "create-admin",
                "--username",
                arguments[0],
                "--password",
                arguments[1],
            ],
        );
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(says), "{errors}");
    }
    let server = Server::start(folder.path());
    assert_eq!(server.password, None, "there is an account already");
    let login = json!({"email": "a@example.org", "password": "seven horses in a row"});
    assert_eq!(server.post("/v1/auth/login", &login).0, 200);
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn the_document_needs_neither_database_nor_plugins() {
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path(), &["openapi"])
        .env("DATABASE_URL", "postgres://nowhere/x")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(!folder.path().join("data").exists());
}
