//! `codegraph scan`

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::ValueEnum;
use codegraph_jobs::import::{self, ImportError};
use codegraph_model::{ImportMode, Origin, RequestId};
use codegraph_plugin_host::PluginError;
use codegraph_plugin_host::finding::Severity;
use codegraph_plugin_host::types::AnswerLanguage;
use codegraph_server::answer::AskError;
use codegraph_server::projects::{self, Held};
use codegraph_server::scan::{self, Request, Scan, ScanError, Untrusted};

use super::app::App;
use super::ask::{bridge, shell_word};
use super::import::{Selection, context, folder};
use super::interrupt::cancel_on_interrupt;
use super::output::Output;
use super::progress::progress;
use super::{Ended, Interrupted};

/// Looks for vulnerabilities in a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  codegraph scan .
  codegraph scan ~/src/shop --format sarif --output shop.sarif --fail-on high
  codegraph scan ~/src/library --untrusted public --format markdown

The folder is imported first, as by 'codegraph import --mode incremental': a second scan reads only what changed. Every
finding has its place, the way that leads there, its CWE, how sure it is, and what to do.

Exit code 0 says that the scan was done, 1 that --fail-on was met, 2 an error.")]
pub(crate) struct Arguments {
    /// The folder
    #[arg(value_name = "PATH")]
    path: OsString,
    #[command(flatten)]
    selection: Selection,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t)]
    format: ScanFormat,
    /// The file to write them to, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What counts as untrusted
    #[arg(long, value_enum, default_value_t)]
    untrusted: Outside,
    /// How long the search may take, after the import
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    time_limit: u64,
    /// Ends with exit code 1 where a finding is at least this bad
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<Worst>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ScanFormat {
    /// For a terminal
    #[default]
    Text,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// For programs
    Json,
    /// For an issue, a merge request
    Markdown,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Outside {
    /// What comes over the network
    #[default]
    Network,
    /// Parameters of public functions as well: for libraries
    Public,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Worst {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl From<Worst> for Severity {
    fn from(worst: Worst) -> Self {
        match worst {
            Worst::Info => Self::Info,
            Worst::Low => Self::Low,
            Worst::Medium => Self::Medium,
            Worst::High => Self::High,
            Worst::Critical => Self::Critical,
        }
    }
}

pub(crate) async fn run(app: &App, arguments: Arguments, mut out: Output) -> anyhow::Result<Ended> {
    let started = Instant::now();
    let origin = folder(&arguments.path)?;
    let request = arguments
        .selection
        .request(origin.clone(), ImportMode::Incremental);
    let cancel = cancel_on_interrupt();
    let context = context(app).await?;
    let imported = import::run(&context, request, progress(), cancel.clone()).await;
    let imported = match imported {
        Ok(report) => report,
        Err(error @ ImportError::Cancelled) => {
            context.db.close().await;
            return Err(anyhow::Error::new(Interrupted).context(error));
        }
        Err(error) => {
            context.db.close().await;
            return Err(error.into());
        }
    };
    let project = imported.project.to_string();
    let holder = format!("scan, process {}", std::process::id());
    let held = projects::hold(
        &context.db,
        &app.data(),
        Some(&project),
        &holder,
        app.clock.now(),
    )
    .await?;
    let request = Request {
        untrusted: match arguments.untrusted {
            Outside::Network => Untrusted::Network,
            Outside::Public => Untrusted::Public,
        },
        language: AnswerLanguage::En,
        request_id: RequestId::new(app.clock.now()).to_string(),
        read_gaps_with: format!(
            "codegraph sql \"SELECT * FROM analysis_gaps\" --project {}",
            shell_word(&project)
        ),
        time: Duration::from_secs(arguments.time_limit),
    };
    let scanned = scanned(app, &context.host, &held, request, started, &cancel).await;
    projects::release(&context.db, held.lease, app.clock.now()).await?;
    context.db.close().await;
    let scan = scanned?;
    let text = printed(&scan, arguments.format, &origin)?;
    match &arguments.output {
        Some(file) => write(file, &text)?,
        None => out.text(&text)?,
    }
    let failed = arguments
        .fail_on
        .is_some_and(|worst| scan.reaches(worst.into()));
    Ok(if failed { Ended::NotFound } else { Ended::Well })
}

async fn scanned(
    app: &App,
    plugins: &codegraph_plugin_host::PluginHost,
    held: &Held,
    request: Request,
    started: Instant,
    cancel: &codegraph_jobs::Cancel,
) -> anyhow::Result<Scan> {
    let (graphs, path) = (app.graphs()?, held.path.clone());
    let graph = tokio::task::spawn_blocking(move || graphs.open(&path)).await??;
    match scan::scan(plugins, graph, held, request, started, bridge(cancel)).await {
        Err(ScanError::Ask(AskError::Cancelled)) => Err(Interrupted.into()),
        Err(
            error @ ScanError::Ask(AskError::Plugin {
                error: PluginError::Timeout { .. },
                ..
            }),
        ) => Err(anyhow::Error::new(error)
            .context("the search did not end in time: --time-limit gives it more seconds")),
        scan => Ok(scan?),
    }
}

fn printed(scan: &Scan, format: ScanFormat, origin: &Origin) -> anyhow::Result<String> {
    Ok(match format {
        ScanFormat::Text => scan::text(scan),
        ScanFormat::Markdown => scan::markdown(scan),
        ScanFormat::Json => serde_json::to_string_pretty(scan)? + "\n",
        ScanFormat::Sarif => {
            let repository = match origin {
                Origin::Git { url, .. } => Some(url.as_str()),
                Origin::Folder { .. } => None,
            };
            scan::sarif(scan, repository)?
        }
    })
}

/// Whole or not at all: a reader never sees half of a report.
fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let wrong = || format!("cannot write '{}'", file.display());
    let mut new = tempfile::NamedTempFile::new_in(folder).with_context(wrong)?;
    std::io::Write::write_all(&mut new, text.as_bytes()).with_context(wrong)?;
    new.persist(file).with_context(wrong)?;
    Ok(())
}
