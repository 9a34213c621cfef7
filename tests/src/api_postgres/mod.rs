//! What is of PostgreSQL only: a server that goes and comes back, several of ours on one database.

use codegraph_tests::postgres::Server as Postgres;
use serde_json::{Value, json};

use crate::api::program::{Server, command};

const PASSWORD: &str = "seven horses in a row";

/// A folder whose servers work on a database of a PostgreSQL server of its own.
fn folder(postgres: &Postgres) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("database-url"), postgres.database()).unwrap();
    let arguments = [
        "create-admin",
        "--username",
        "chief",
        "--password",
        PASSWORD,
    ];
    let made = command(folder.path(), &arguments).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    folder
}

fn login(server: &Server) -> (u16, Value) {
    let body = json!({"username": "chief", "password": PASSWORD});
    server.call("POST", "/api/v1/auth/token", "", &body)
}

#[test]
fn the_database_goes_and_comes_back() {
    let postgres = Postgres::start();
    let folder = folder(&postgres);
    let server = Server::start(folder.path());
    assert_eq!(login(&server).0, 200);
    assert_eq!(server.get("/api/v1/health").0, 200);

    postgres.stop();
    assert_eq!(server.get("/api/v1/health/live").0, 200, "it lives");
    let (status, ready) = server.get("/health/ready");
    assert_eq!(status, 503, "{ready}");
    assert!(ready.contains("database"), "{ready}");
    let (status, refused) = login(&server);
    assert_eq!(
        (status, &refused["error_code"]),
        (503, &json!("SERVICE_UNAVAILABLE")),
        "{refused}"
    );
    assert!(!refused.to_string().contains("127.0.0.1"), "{refused}");
    // Another one does not start, and says why.
    let output = command(folder.path(), &["run", "--port", "0"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("cannot be reached"), "{errors}");
    assert!(!errors.contains("seven"), "{errors}");

    postgres.start_again();
    assert_eq!(login(&server).0, 200, "it has recovered");
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn a_url_that_is_wrong_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for (url, says) in [
        ("postgres://u:secret@127.0.0.1:nine/d", "cannot be read"),
        ("postgres://u:secret@127.0.0.1", "names no database"),
        ("mysql://u:secret@127.0.0.1/d", "not supported"),
        ("postgres://u:secret@127.0.0.1:1/d", "cannot be reached"),
    ] {
        for arguments in [&["run", "--port", "0"][..], &["init-db"], &["migrate"]] {
            let mut command = command(folder.path(), arguments);
            let output = command.env("DATABASE_URL", url).output().unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert_eq!(
                output.status.code(),
                Some(2),
                "{arguments:?} {url}: {errors}"
            );
            assert!(errors.contains(says), "{url}: {errors}");
            assert!(!errors.contains("secret"), "{errors}");
        }
    }
}

/// One answers, another one works, a third one does both: a token of one is good at all, a job of one is done by another.
#[test]
fn several_servers_share_a_database() {
    let postgres = Postgres::start();
    let folder = folder(&postgres);
    let sources = folder.path().join("sources/shop");
    std::fs::create_dir_all(&sources).unwrap();
    std::fs::write(sources.join("cart.py"), "def add(sku):\n    return sku\n").unwrap();
    let serve = |role: &str| {
        let arguments = ["run", "--host", "127.0.0.1", "--port", "0", "--role", role];
        let mut command = command(folder.path(), &arguments);
        command.env("CODEGRAPH_IMPORT_ROOTS", folder.path().join("sources"));
        Server::start_as(command)
    };
    let (answers, works, both) = (serve("api"), serve("worker"), serve("all"));
    let (_, tokens) = login(&answers);
    let token = tokens["access_token"].as_str().unwrap();
    let mut jobs = Vec::new();
    for number in 0..6 {
        let body = json!({"local_path": sources, "project_name": format!("p{number}")});
        let (status, started) = answers.call("POST", "/api/v1/import/start", token, &body);
        assert_eq!(status, 200, "{started}");
        jobs.push(started["job_id"].as_str().unwrap().to_owned());
    }
    let until = std::time::Instant::now() + std::time::Duration::from_mins(3);
    for job in &jobs {
        loop {
            let path = format!("/api/v1/import/status/{job}");
            let (code, status) = both.call("GET", &path, token, &Value::Null);
            if code == 429 {
                // Asked too often: the guard answers for a moment.
                assert!(std::time::Instant::now() < until, "{status}");
                continue;
            }
            match status["status"].as_str().unwrap() {
                "completed" => break,
                "pending" | "in_progress" => assert!(std::time::Instant::now() < until, "{status}"),
                _ => panic!("{status}"),
            }
        }
    }
    let projects = loop {
        let (code, projects) = both.call("GET", "/api/v1/projects", token, &Value::Null);
        if code != 429 {
            break projects;
        }
        assert!(std::time::Instant::now() < until, "{projects}");
    };
    assert_eq!(projects["total"], 6, "{projects}");
    for server in [answers, works, both] {
        assert_eq!(server.terminate(), Some(0));
    }
}
