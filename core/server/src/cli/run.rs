//! `codegraph run`

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use codegraph_jobs::worker::{Worker, work};
use codegraph_model::ImportReport;
use codegraph_server::limits::Quotas;
use codegraph_server::live::Live;
use codegraph_server::router::app as routes;
use codegraph_server::serve::{Door, DoorOptions, Rooms};
use codegraph_server::sql::{Runner, Slots};
use codegraph_server::state::{AppState, Parts, Plugins};
use codegraph_server::warming::{Warming, after_import};
use codegraph_server::{TextIndexes, TrustedProxies, telemetry};
use jiff::SignedDuration;
use tokio::sync::Notify;

use super::app::{App, or_cores};
use super::interrupt::cancel_on_interrupt;
use super::output::message;
use super::{Ended, account, import};

/// Logins that have ended are removed so often.
const SWEEP: Duration = Duration::from_hours(1);

/// Answers over HTTP
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  codegraph run
  codegraph run --host 0.0.0.0 --port 8000
  curl http://127.0.0.1:8000/api/v1/health

The first start makes an account 'admin' and shows its password once. The API is described at /docs. Ctrl-C or SIGTERM lets
requests end, puts running imports back, and stops; they go on at the next start.")]
pub(crate) struct Arguments {
    /// Address to listen on
    #[arg(long)]
    pub(crate) host: Option<String>,
    /// Port to listen on; 0 lets the system choose one
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Threads that answer requests; 0 is one for each core
    #[arg(long)]
    workers: Option<u64>,
    /// Looks for new plugins while running. It always does: the flag is there for scripts that have it
    #[arg(long)]
    reload: bool,
    /// What this process does
    #[arg(long, value_enum, default_value_t)]
    role: Role,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Role {
    /// Answers and runs jobs
    #[default]
    All,
    /// Answers only
    Api,
    /// Runs jobs, and answers probes
    Worker,
}

pub(crate) async fn run(app: &App, arguments: Arguments) -> anyhow::Result<Ended> {
    let started = Instant::now();
    let config = &app.config;
    if arguments.reload {
        tracing::debug!("plugins are always looked for anew");
    }
    let proxies = TrustedProxies::parse(&config.api.trusted_proxies)
        .map_err(|error| anyhow::anyhow!("api.trusted_proxies: {error}"))?;
    anyhow::ensure!(
        config.rate_limit.storage == "memory",
        "rate_limit.storage: only 'memory' is supported"
    );
    anyhow::ensure!(
        config.auth.jwt_algorithm == "HS256",
        "auth.jwt_algorithm: only 'HS256' is supported"
    );
    anyhow::ensure!(
        matches!(config.auth.registration.as_str(), "closed" | "open"),
        "auth.registration: 'closed' or 'open' is expected"
    );
    let host = arguments.host.as_deref().unwrap_or(&config.api.host);
    let port = match arguments.port {
        Some(port) => port,
        None => u16::try_from(config.api.port).context("api.port: a port is at most 65535")?,
    };
    let listener = TcpListener::bind((host, port))
        .with_context(|| format!("cannot listen on {host}:{port}"))?;
    let threads = or_cores(arguments.workers.unwrap_or(config.api.workers));
    let handlers = Handlers::start(threads)?;
    // Probes for life are answered from here on.
    let rooms = Rooms::new(handlers.handle());
    let options = DoorOptions {
        connections: usize::try_from(config.api.connections).unwrap_or(4096),
        drain: Duration::from_secs(config.api.drain_seconds),
        patience: Duration::from_secs(config.live.patience_seconds.max(1)),
    };
    let door = Door::open(listener, rooms.clone(), options)?;
    let stop = cancel_on_interrupt();

    let db = app.db().await?;
    let auth = account::auth(app, db.clone())?;
    account::first_admin(app, &auth).await?;
    let sweeper = auth.clone();
    let (loaded, plugins) = Plugins::to_come();
    let job_added = Arc::new(Notify::new());
    let slots = Slots::new(or_cores(0), Duration::from_secs(10));
    let warming = Warming::new(Duration::from_secs(config.graph.warm_seconds));
    let state = AppState::new(Parts {
        config: config.clone(),
        db,
        auth,
        data: app.data(),
        graphs: app.graphs()?,
        texts: TextIndexes::default(),
        warming: warming.clone(),
        plugins,
        sql: Runner::with_program(app.program.clone()).with_slots(Arc::new(slots)),
        clock: app.clock.clone(),
        proxies,
        quotas: Quotas::new(config, app.clock.clone()),
        live: Live::new(config),
        metrics: telemetry::metrics(),
        job_added: Arc::clone(&job_added),
        program: app.program.clone(),
        started,
    });
    let imported = {
        let state = state.clone();
        // A process that answers nothing has nobody to warm for.
        let answers = arguments.role != Role::Worker;
        Arc::new(move |report: &ImportReport| {
            if answers {
                after_import(state.clone(), report.project.to_string());
            }
        })
    };
    if arguments.role != Role::Worker {
        rooms.open(routes(state.clone()));
    }
    message(&format!("listening on http://{}\n", door.address()));

    let workers = async {
        let context = match import::context(app).await {
            Ok(context) => context,
            Err(error) => {
                tracing::error!(%error, "plugins cannot be loaded");
                loaded.set(Err(error.to_string()));
                return stop.cancelled().await;
            }
        };
        loaded.set(Ok(Arc::clone(&context.host)));
        let count = if arguments.role == Role::Api {
            0
        } else {
            config.api.concurrent_jobs.max(1)
        };
        let worker = Worker {
            context,
            wake: job_added,
            stop: stop.clone(),
            lease: SignedDuration::from_secs(
                i64::try_from(config.import.lease_seconds)
                    .unwrap_or(i64::MAX)
                    .clamp(1, 3600),
            ),
            imported,
        };
        let running: Vec<_> = (0..count)
            .map(|_| tokio::spawn(work(worker.clone())))
            .collect();
        stop.cancelled().await;
        for worker in running {
            if let Err(error) = worker.await {
                tracing::error!(%error, "a worker ended badly");
            }
        }
    };
    // Requests end while the workers put their jobs back.
    let closing = async {
        stop.cancelled().await;
        state.close();
        warming.stop();
        door.close().await;
    };
    let sweeping = async {
        let mut hour = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                _ = hour.tick() => {}
                () = stop.cancelled() => return,
            }
            if let Err(error) = sweeper.sweep().await {
                tracing::warn!(%error, "cannot sweep logins");
            }
        }
    };
    tokio::join!(workers, closing, sweeping);
    drop(handlers);
    Ok(Ended::Well)
}

/// The threads that answer requests, apart from those of jobs.
struct Handlers(Option<tokio::runtime::Runtime>);

impl Handlers {
    fn start(threads: usize) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("handler")
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    fn handle(&self) -> tokio::runtime::Handle {
        self.0
            .as_ref()
            .map_or_else(tokio::runtime::Handle::current, |runtime| {
                runtime.handle().clone()
            })
    }
}

impl Drop for Handlers {
    fn drop(&mut self) {
        // A runtime that is dropped waits for its blocking work, which an asynchronous caller must not.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
