//! A server in process: the real router over a database of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use codegraph_auth::{Auth, AuthOptions, SigningSecret};
use codegraph_cpg::store::{GraphStore, StoreOptions};
use codegraph_egress::{AllowList, Egress};
use codegraph_jobs::Cancel;
use codegraph_jobs::import::{ImportContext, ImportOptions};
use codegraph_jobs::worker::{LEASE, Worker, work};
use codegraph_model::{Clock, DataFolder, Role, User};
use codegraph_plugin_host::{Compiler, HostConfig, PluginHost};
use codegraph_server::config::Config;
use codegraph_server::limits::Quotas;
use codegraph_server::live::Live;
use codegraph_server::router::{App, app};
use codegraph_server::sql::Runner;
use codegraph_server::state::{AppState, Parts, Plugins};
use codegraph_server::telemetry;
use codegraph_server::warming::Warming;
use codegraph_server::{TextIndexes, TrustedProxies};
use codegraph_storage::{Db, Location};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::Value;
use tokio::sync::Notify;
use tower::ServiceExt as _;

pub(crate) const PASSWORD: &str = "seven horses in a row";

/// A server, and what stands behind it.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) auth: Auth,
    pub(crate) db: Db,
    pub(crate) folder: Arc<tempfile::TempDir>,
    pub(crate) state: AppState,
    stop: Cancel,
    worker: Option<tokio::task::JoinHandle<()>>,
}

/// What a server is started with.
pub(crate) struct Start {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) plugins: bool,
}

impl Default for Start {
    fn default() -> Self {
        let mut config = Config::default();
        // Tests call more often than people do.
        config.rate_limit.per_minute = 0;
        config.rate_limit.per_hour = 0;
        config.rate_limit.endpoints = false;
        config.rate_limit.flood_per_second = 0;
        Self {
            config,
            clock: Clock::new(jiff::Timestamp::now),
            plugins: false,
        }
    }
}

impl World {
    /// A server without plugins: for what asks nothing and imports nothing.
    pub(crate) async fn start() -> Self {
        Self::with(Start::default()).await
    }

    /// A server with the plugins that were built, and a worker.
    pub(crate) async fn whole() -> Self {
        Self::with(Start {
            plugins: true,
            ..Start::default()
        })
        .await
    }

    pub(crate) async fn with(start: Start) -> Self {
        Self::within(Arc::new(tempfile::tempdir().unwrap()), start).await
    }

    /// Another server over the same data, as after a restart; it asks no plugins.
    pub(crate) async fn beside(other: &Self) -> Self {
        Self::within(Arc::clone(&other.folder), Start::default()).await
    }

    async fn within(folder: Arc<tempfile::TempDir>, mut start: Start) -> Self {
        let data = DataFolder::new(folder.path().join("data"));
        std::fs::create_dir_all(data.graphs()).unwrap();
        std::fs::create_dir_all(folder.path().join("sources")).unwrap();
        start.config.import.roots = vec![folder.path().join("sources")];
        let url = database_url(folder.path());
        let location = Location::parse(url.as_deref(), data.root()).unwrap();
        let db = Db::open(&location).await.unwrap();
        let secret = SigningSecret::load(None, &data.secrets()).unwrap();
        let options = AuthOptions {
            access: SignedDuration::from_secs(1800),
            refresh: SignedDuration::from_hours(24 * 7),
            hashing_places: 2,
        };
        let auth = Auth::new(db.clone(), start.clock.clone(), &secret, options);
        let graphs = GraphStore::new(StoreOptions {
            directories: vec![data.graphs()],
            ..StoreOptions::default()
        })
        .unwrap();
        let wake = Arc::new(Notify::new());
        let stop = Cancel::new();
        let mut worker = None;
        let plugins = if start.plugins {
            let host = host(&start.clock).await;
            let context = ImportContext {
                db: db.clone(),
                data: data.clone(),
                host: Arc::clone(&host),
                graphs: graphs.clone(),
                // Nothing may be dialled.
                egress: Arc::new(Egress::system(AllowList::new([]))),
                clock: start.clock.clone(),
                options: options_of_import(),
            };
            worker = Some(tokio::spawn(work(Worker {
                context,
                wake: Arc::clone(&wake),
                stop: stop.clone(),
                lease: LEASE,
                imported: Arc::new(|_| {}),
            })));
            Plugins::ready(host)
        } else {
            let (loaded, plugins) = Plugins::to_come();
            loaded.set(Err("none in this test".into()));
            plugins
        };
        let state = AppState::new(Parts {
            proxies: TrustedProxies::parse(&start.config.api.trusted_proxies).unwrap(),
            quotas: Quotas::new(&start.config, start.clock.clone()),
            live: Live::new(&start.config),
            config: start.config,
            db: db.clone(),
            auth: auth.clone(),
            data,
            graphs,
            texts: TextIndexes::default(),
            // Tests of answers count what each of them costs.
            warming: Warming::new(Duration::ZERO),
            plugins,
            sql: Runner::with_program(program()),
            clock: start.clock,
            metrics: telemetry::metrics(),
            job_added: wake,
            program: program(),
            started: Instant::now(),
        });
        Self {
            app: app(state.clone()),
            state,
            auth,
            db,
            folder,
            stop,
            worker,
        }
    }

    /// Ends the worker; a job that runs is put back.
    pub(crate) async fn stop_worker(&mut self) {
        self.stop.cancel();
        if let Some(worker) = self.worker.take() {
            worker.await.unwrap();
        }
    }

    /// Writes a file below the import root.
    pub(crate) fn source(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join("sources").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A small project of two modules below the import root.
    pub(crate) fn shop(&self) -> PathBuf {
        self.source("shop/shop/__init__.py", "");
        self.source(
            "shop/shop/store.py",
            "class Store:\n    \"\"\"Keeps what is sold.\"\"\"\n\n    def find(self, sku):\n        return sku\n",
        );
        self.source(
            "shop/shop/cart.py",
            "from shop.store import Store\n\n\ndef add(sku):\n    store = Store()\n    return store.find(sku)\n",
        );
        self.folder.path().join("sources/shop")
    }

    /// Adds a user.
    pub(crate) async fn user(&self, name: &str, role: Role) -> User {
        let name = name.parse().unwrap();
        self.auth
            .add_user(name, None, PASSWORD, role)
            .await
            .unwrap()
    }

    /// Adds a user and logs it in: its access token.
    pub(crate) async fn token(&self, name: &str, role: Role) -> String {
        self.user(name, role).await;
        self.login(name).await
    }

    pub(crate) async fn login(&self, name: &str) -> String {
        let body = serde_json::json!({"username": name, "password": PASSWORD});
        let reply = self.post("/api/v1/auth/token", "", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Reply {
        self.send(Method::GET, path, token, None).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Reply {
        self.send(Method::POST, path, token, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, token: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, token, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str, token: &str) -> Reply {
        self.send(Method::DELETE, path, token, None).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.request(request.body(body).unwrap()).await
    }

    pub(crate) async fn request(&self, mut request: Request<Body>) -> Reply {
        if request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .is_none()
        {
            let peer: SocketAddr = "127.0.0.1:50000".parse().unwrap();
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Reply {
            status: head.status,
            headers: head.headers,
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }

    /// Starts an import and waits for its end: what its status is then.
    pub(crate) async fn import(&self, token: &str, body: Value) -> Value {
        let started = self.post("/api/v1/import/start", token, body).await;
        assert_eq!(started.status, 200, "{started:?}");
        let job = started.json["job_id"].as_str().unwrap().to_owned();
        self.ended(token, &job).await
    }

    pub(crate) async fn ended(&self, token: &str, job: &str) -> Value {
        let until = Instant::now() + Duration::from_mins(2);
        let mut look = tokio::time::interval(Duration::from_millis(50));
        loop {
            look.tick().await;
            let status = self
                .get(&format!("/api/v1/import/status/{job}"), token)
                .await;
            assert_eq!(status.status, 200, "{status:?}");
            let name = status.json["status"].as_str().unwrap();
            if !matches!(name, "pending" | "in_progress") {
                return status.json;
            }
            assert!(Instant::now() < until, "not within two minutes: {status:?}");
        }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Reply {
    /// It is an error in its envelope.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.json["error_code"], code, "{self:?}");
        assert!(!self.json["detail"].is_null(), "{self:?}");
        let id = self.json["request_id"].as_str().unwrap_or_default();
        assert_eq!(id, self.header("x-request-id"), "{self:?}");
        let time = self.json["timestamp"].as_str().unwrap_or_default();
        assert!(time.parse::<jiff::Timestamp>().is_ok(), "{self:?}");
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    pub(crate) fn text_of(&self, key: &str) -> String {
        let text = self.json[key].as_str();
        text.unwrap_or_else(|| panic!("no '{key}' in {self:?}"))
            .to_owned()
    }
}

/// The URL of the database that goes with a folder: made when it is first asked for.
pub(crate) fn database_url(folder: &Path) -> Option<String> {
    let kept = folder.join("database-url");
    if let Ok(url) = std::fs::read_to_string(&kept) {
        return Some(url);
    }
    let url = crate::new_database()?;
    std::fs::write(kept, &url).unwrap();
    Some(url)
}

/// The program beside the folder of the test executables, with the plugins beside it.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    let folder = test
        .ancestors()
        .nth(2)
        .expect("tests lie in <profile>/deps");
    let program = folder.join("codegraph");
    assert!(
        program.is_file() && folder.join("plugins").is_dir(),
        "{} and the plugins beside it are needed: run scripts/build",
        program.display()
    );
    program
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

async fn host(clock: &Clock) -> Arc<PluginHost> {
    let program = program();
    let config = HostConfig::new(
        vec![program.with_file_name("plugins")],
        program.with_file_name("test-cache").join("plugins"),
        Compiler::Child(program),
        clock.clone(),
    );
    PluginHost::start(config).await.unwrap()
}

fn options_of_import() -> ImportOptions {
    ImportOptions {
        parallel_files: 2,
        bytes_in_work: 64 << 20,
        max_file_bytes: 4 << 20,
        max_files: 10_000,
        graph_memory: 512 << 20,
        rows_at_once: 1 << 16,
        fetch_depth: 1,
        fetch_time: Duration::from_secs(1),
        fetch_bytes: 0,
        launcher: program(),
        strict_sandbox: false,
        extra_ca: None,
    }
}
