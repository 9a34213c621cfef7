//! `codegraph import`

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use codegraph_egress::{AllowList, Egress, SystemResolver};
use codegraph_jobs::fetch::is_remote;
use codegraph_jobs::import::{self, ImportContext, ImportError, ImportOptions};
use codegraph_model::{GroupId, ImportMode, ImportRequest, Origin, ProjectName};

use super::app::{App, or_cores};
use super::interrupt::cancel_on_interrupt;
use super::output::Output;
use super::progress::progress;
use super::{Ended, Format, Interrupted, report};

/// Imports a folder or a git repository
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  codegraph import .
  codegraph import ~/src/shop --project shop --exclude 'docs' --exclude '*.min.js'
  codegraph import ~/src/shop --mode incremental
  codegraph import https://git.example.org/team/shop.git --branch main --format json

A project that was imported before gets the new graph; until that is whole, questions see the old one. What could not
be analysed is listed, never skipped silently: codegraph sql \"SELECT * FROM analysis_gaps\".")]
pub(crate) struct Arguments {
    /// Folder, or https URL of a git repository
    #[arg(value_name = "PATH|URL")]
    source: OsString,
    #[command(flatten)]
    selection: Selection,
    /// Branch or tag of the git repository; without it, its default branch
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// How the graph is made
    #[arg(long, value_enum, default_value_t)]
    mode: Mode,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What of a source is imported, and as what.
#[derive(Debug, clap::Args)]
pub(crate) struct Selection {
    /// Name of the project; without it, the folder's or repository's name
    #[arg(long, value_name = "NAME")]
    project: Option<ProjectName>,
    /// Imports only this language; may be given more than once
    #[arg(long, value_name = "ID")]
    language: Vec<String>,
    /// Imports only paths that fit; may be given more than once
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// Leaves out paths that fit; may be given more than once
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Imports folders of dependencies and build results, too
    #[arg(long)]
    all_folders: bool,
}

/// How the graph is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Mode {
    /// From all files, whatever was imported before
    #[default]
    Full,
    /// From the project's last graph and the files that changed since; the same graph, sooner. From all files where there is no
    /// last graph or it cannot be used: the report says why. Where nothing changed, the last graph stays
    Incremental,
}

impl Selection {
    pub(crate) fn request(self, origin: Origin, mode: ImportMode) -> ImportRequest {
        ImportRequest {
            origin,
            project: self.project,
            group: GroupId::DEFAULT,
            languages: self.language,
            include: self.include,
            exclude: self.exclude,
            skip_dependency_folders: !self.all_folders,
            mode,
        }
    }
}

pub(crate) async fn run(app: &App, arguments: Arguments, mut out: Output) -> anyhow::Result<Ended> {
    let origin = origin(&arguments)?;
    let mode = match arguments.mode {
        Mode::Full => ImportMode::Full,
        Mode::Incremental => ImportMode::Incremental,
    };
    let request = arguments.selection.request(origin, mode);
    let cancel = cancel_on_interrupt();
    let context = context(app).await?;
    let ended = import::run(&context, request, progress(), cancel).await;
    context.db.close().await;
    let report = match ended {
        Ok(report) => report,
        Err(error @ ImportError::Cancelled) => {
            return Err(anyhow::Error::new(Interrupted).context(error));
        }
        Err(error) => return Err(error.into()),
    };
    match arguments.format {
        Format::Json => out.json(&report)?,
        Format::Text => out.text(&report::text(&report))?,
    }
    Ok(Ended::Well)
}

fn origin(arguments: &Arguments) -> anyhow::Result<Origin> {
    if let Some(url) = arguments.source.to_str().filter(|text| is_remote(text)) {
        return Ok(Origin::Git {
            url: url.to_owned(),
            branch: arguments.branch.clone(),
        });
    }
    anyhow::ensure!(
        arguments.branch.is_none(),
        "--branch goes with a git URL; a folder is imported as it is"
    );
    folder(&arguments.source)
}

/// A folder of this machine, whether it is there or not.
pub(crate) fn folder(path: &OsStr) -> anyhow::Result<Origin> {
    let path = std::path::absolute(Path::new(path)).context("the path is empty")?;
    let path = path.to_str().with_context(|| {
        format!(
            "the path '{}' is no UTF-8: rename the folder, or import it by a link",
            path.display()
        )
    })?;
    Ok(Origin::Folder {
        path: path.to_owned(),
    })
}

pub(crate) async fn context(app: &App) -> anyhow::Result<ImportContext> {
    let config = &app.config;
    let allow = AllowList::parse(&config.network.allow).context("network.allow")?;
    let resolver = SystemResolver::new();
    let cores = or_cores(config.import.parallel_files);
    let options = ImportOptions {
        parallel_files: cores,
        bytes_in_work: config.import.bytes_in_work,
        max_file_bytes: config.import.max_file_bytes,
        max_files: usize::try_from(config.import.max_files).unwrap_or(usize::MAX),
        graph_memory: config.import.graph_memory_bytes,
        rows_at_once: 1 << 16,
        fetch_depth: 1,
        fetch_time: Duration::from_secs(config.import.fetch_seconds),
        fetch_bytes: config.import.fetch_bytes,
        launcher: app.program.clone(),
        strict_sandbox: config.sandbox.strict,
        extra_ca: config.network.extra_ca.clone(),
    };
    Ok(ImportContext {
        db: app.db().await?,
        data: app.data(),
        host: app.host().await?,
        graphs: app.graphs_to_replace()?,
        egress: Arc::new(Egress::new(allow, Arc::new(resolver))),
        clock: app.clock.clone(),
        options,
    })
}
