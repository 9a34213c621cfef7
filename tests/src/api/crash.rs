//! Servers that are killed or stopped in the middle of imports, and imports that are cancelled.
//!
//! A few points each by default; `CODEGRAPH_CRASH_POINTS` says how many (`make crash`: 50 kills and 100 cancels).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::program::{Server, command};

/// Seconds that a killed server's job is held.
const LEASE: &str = "6";
const PASSWORD: &str = "seven horses in a row";

/// Servers over one folder, which is their data and their sources.
struct Place {
    folder: tempfile::TempDir,
    random: u64,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("sources/large");
        std::fs::create_dir_all(&source).unwrap();
        let functions: Vec<String> = (0..60)
            .map(|number| {
                format!(
                    "def f{number}(a, b):\n    for x in a:\n        if x > b:\n            b = f{}(a, x)\n    return b\n\n\n",
                    (number + 1) % 60
                )
            })
            .collect();
        let functions = functions.concat();
        for file in 0..60 {
            std::fs::write(source.join(format!("m{file}.py")), &functions).unwrap();
        }
        let place = Self {
            folder,
            random: 0x9e37_79b9_7f4a_7c15,
        };
        let arguments = [
            "create-admin",
            "--username",
            "chief",
            "--password",
            PASSWORD,
        ];
        let made = place.command(&arguments).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        place
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = command(self.folder.path(), arguments);
        command
            .env("CODEGRAPH_IMPORT_ROOTS", self.folder.path().join("sources"))
            .env("CODEGRAPH_IMPORT_LEASE_SECONDS", LEASE)
            .env("RATE_LIMIT_PER_MINUTE", "0")
            .env("RATE_LIMIT_PER_HOUR", "0")
            .env("RATE_LIMIT_ENDPOINTS", "false");
        command
    }

    /// A server, and a token of its admin. It has its plugins.
    fn serve(&self, role: &str) -> (Server, String) {
        let arguments = ["run", "--host", "127.0.0.1", "--port", "0", "--role", role];
        let server = Server::start_as(self.command(&arguments));
        if role == "worker" {
            return (server, String::new());
        }
        until("ready", || server.get("/health/ready").0 == 200);
        let login = json!({"username": "chief", "password": PASSWORD});
        let (status, body) = server.call("POST", "/api/v1/auth/token", "", &login);
        assert_eq!(status, 200, "{body}");
        (server, body["access_token"].as_str().unwrap().to_owned())
    }

    fn start_import(&self, server: &Server, token: &str, project: &str) -> String {
        let body = json!({
            "local_path": self.folder.path().join("sources/large"), "project_name": project,
            "import_docs": false, "create_domain_plugin": false,
        });
        let (status, started) = server.call("POST", "/api/v1/import/start", token, &body);
        assert_eq!(status, 200, "{started}");
        started["job_id"].as_str().unwrap().to_owned()
    }

    /// A number from 0 up to 1; the same ones each time.
    fn random(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A moment in the part of `whole` that belongs to a point: all parts are hit, each somewhere.
    fn moment(&mut self, point: usize, points: usize, whole: Duration) -> Duration {
        whole.mul_f64((point as f64 + self.random()) / points as f64)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Folders of imports: of running ones, or left behind.
    fn work(&self) -> Vec<PathBuf> {
        entries(&self.data().join("work"))
            .into_iter()
            .filter(|path| path.is_dir())
            .collect()
    }

    /// Files of graphs.
    fn graphs(&self) -> Vec<PathBuf> {
        let folders = entries(&self.data().join("graphs"));
        folders.iter().flat_map(|folder| entries(folder)).collect()
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Looks again and again until something is so.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_mins(3);
    while !is_so() {
        assert!(Instant::now() < end, "not within three minutes: {what}");
        pause(Duration::from_millis(20));
    }
}

/// Lets a time pass: the moment of a kill, or between two looks.
fn pause(time: Duration) {
    let (_keep, nothing) = std::sync::mpsc::channel::<()>();
    let _ = nothing.recv_timeout(time);
}

fn status(server: &Server, token: &str, job: &str) -> Value {
    let (status, body) = server.call(
        "GET",
        &format!("/api/v1/import/status/{job}"),
        token,
        &Value::Null,
    );
    assert_eq!(status, 200, "{body}");
    body
}

fn ended(server: &Server, token: &str, job: &str) -> Value {
    let mut last = Value::Null;
    until("the job has ended", || {
        last = status(server, token, job);
        !matches!(last["status"].as_str(), Some("pending" | "in_progress"))
    });
    last
}

fn projects(server: &Server, token: &str) -> Vec<String> {
    let (status, body) = server.call("GET", "/api/v1/projects?limit=500", token, &Value::Null);
    assert_eq!(status, 200, "{body}");
    let projects = body["projects"].as_array().unwrap();
    projects
        .iter()
        .map(|project| project["name"].as_str().unwrap().to_owned())
        .collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "how many points: asked for by who runs the tests"
)]
fn points(default: usize) -> usize {
    std::env::var("CODEGRAPH_CRASH_POINTS")
        .ok()
        .and_then(|points| points.parse().ok())
        .unwrap_or(default)
}

/// How long an import takes here and now, from the request to the end of its job.
fn whole(place: &Place, server: &Server, token: &str) -> Duration {
    let started = Instant::now();
    let job = place.start_import(server, token, "first");
    let first = ended(server, token, &job);
    assert_eq!(first["status"], "completed", "{first}");
    started.elapsed()
}

/// At any point of an import: after the restart the job is done, its graph is there once, and nothing else is.
#[test]
fn a_server_that_is_killed_loses_nothing_and_leaves_nothing() {
    let points = points(2);
    let mut place = Place::new();
    let (mut server, mut token) = place.serve("all");
    let whole = whole(&place, &server, &token);
    let mut unfinished = 0;
    for point in 0..points {
        let project = format!("p{point}");
        let job = place.start_import(&server, &token, &project);
        pause(place.moment(point, points, whole.mul_f64(1.1)));
        server.kill();
        (server, token) = place.serve("all");
        let before = status(&server, &token, &job);
        if before["status"] != "completed" {
            unfinished += 1;
            // What is not published is not seen.
            let is_there = projects(&server, &token).contains(&project);
            assert!(!is_there || place.graphs().len() >= point + 2, "{before}");
        }
        let after = ended(&server, &token, &job);
        assert_eq!(after["status"], "completed", "point {point}: {after}");
        assert!(projects(&server, &token).contains(&project), "{project}");
        // What the killed one had published and could not say so is superseded by the second attempt, and swept with it.
        until("nothing is left", || place.work().is_empty());
        assert_eq!(
            place.graphs().len(),
            point + 2,
            "point {point}: {:?}",
            place.graphs()
        );
        let question = json!({"query": "SELECT COUNT(*) AS n FROM nodes_method", "project_id": after["result"]["project_id"]});
        let (status, rows) = server.call("POST", "/api/v1/query/execute", &token, &question);
        assert_eq!(status, 200, "{rows}");
        assert!(rows["results"][0]["n"].as_u64() >= Some(3_600), "{rows}");
    }
    assert!(
        unfinished > 0,
        "no kill hit an import: {points} points in {whole:?}"
    );
    assert_eq!(server.terminate(), Some(0));
}

/// At any point of an import: it is cancelled and nothing of it stays, or it was done before.
#[test]
fn an_import_that_is_cancelled_leaves_nothing() {
    let points = points(3) * 2;
    let mut place = Place::new();
    let (server, token) = place.serve("all");
    let whole = whole(&place, &server, &token);
    let mut there = vec!["first".to_owned()];
    for point in 0..points {
        let project = format!("c{point:03}");
        let job = place.start_import(&server, &token, &project);
        pause(place.moment(point, points, whole));
        let path = format!("/api/v1/import/cancel/{job}");
        let (status, answer) = server.call("DELETE", &path, &token, &Value::Null);
        let end = ended(&server, &token, &job);
        match status {
            200 => assert_eq!(end["status"], "cancelled", "point {point}: {answer} {end}"),
            400 => {
                assert_eq!(end["status"], "completed", "point {point}: {answer} {end}");
                there.push(project);
            }
            _ => panic!("{status}: {answer}"),
        }
        until("nothing is left", || place.work().is_empty());
        let mut found = projects(&server, &token);
        found.sort();
        there.sort();
        assert_eq!(found, there, "point {point}");
        assert_eq!(place.graphs().len(), there.len(), "point {point}");
    }
    assert!(
        there.len() <= points,
        "no cancel hit an import: {points} points in {whole:?}"
    );
    assert_eq!(server.terminate(), Some(0));
}

/// A worker that was stopped for longer than its lease and goes on finds its job taken: what it made is never published.
#[test]
fn a_stopped_worker_that_goes_on_publishes_nothing() {
    // SQLite has one writer: stopped in the middle of a transaction it stops every other server. Several are for PostgreSQL.
    if crate::new_database().is_none() {
        return;
    }
    let place = Place::new();
    let (first, token) = place.serve("all");
    let warm = place.start_import(&first, &token, "first");
    assert_eq!(ended(&first, &token, &warm)["status"], "completed");
    let job = place.start_import(&first, &token, "shop");
    until("it is in the middle of it", || !place.work().is_empty());
    first.signal(libc::SIGSTOP);
    // Another server on the same database and the same folder.
    let (second, token) = place.serve("all");
    let done = ended(&second, &token, &job);
    assert_eq!(done["status"], "completed", "{done}");
    let revision = done["result"]["revision_id"].clone();
    assert!(
        !place.work().is_empty(),
        "the stopped one was in the middle of it"
    );
    first.signal(libc::SIGCONT);
    until("the stopped one has given up", || place.work().is_empty());
    assert_eq!(
        status(&second, &token, &job)["result"]["revision_id"],
        revision
    );
    assert_eq!(place.graphs().len(), 2, "{:?}", place.graphs());
    let graph = format!("{}.duckdb", revision.as_str().unwrap());
    assert!(place.graphs().iter().any(|path| path.ends_with(&graph)));
    // It works on, with the next job.
    assert_eq!(second.terminate(), Some(0));
    let login = json!({"username": "chief", "password": PASSWORD});
    let (_, body) = first.call("POST", "/api/v1/auth/token", "", &login);
    let token = body["access_token"].as_str().unwrap().to_owned();
    let next = place.start_import(&first, &token, "next");
    assert_eq!(ended(&first, &token, &next)["status"], "completed");
    assert_eq!(first.terminate(), Some(0));
}
