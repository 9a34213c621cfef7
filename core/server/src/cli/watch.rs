//! `codegraph watch`

use std::ffi::OsString;
use std::sync::Arc;

use codegraph_jobs::Cancel;
use codegraph_jobs::fetch::is_remote;
use codegraph_jobs::import::watch::Watch;
use codegraph_jobs::import::{self, ImportContext, ImportError, Silent};
use codegraph_model::{ImportMode, ImportReport, ImportRequest, Origin};

use super::app::App;
use super::import::{Selection, context, folder};
use super::interrupt::cancel_on_interrupt;
use super::output::{self, Output};
use super::progress::progress;
use super::{Ended, Format, Interrupted, report};

/// Imports a folder, and again whenever files in it change
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  codegraph watch .
  codegraph watch ~/src/shop --project shop --exclude 'docs'

Each import is incremental and prints one line: what changed, seconds, nodes. One that fails is told, and the next change
is waited for. Questions see the last graph that is whole. Ctrl-C ends it; that is no error.")]
pub(crate) struct Arguments {
    /// Folder
    #[arg(value_name = "PATH")]
    folder: OsString,
    #[command(flatten)]
    selection: Selection,
    /// How imports are told; json is the report of each, one a line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) async fn run(app: &App, arguments: Arguments, mut out: Output) -> anyhow::Result<Ended> {
    anyhow::ensure!(
        !arguments.folder.to_str().is_some_and(is_remote),
        "only a folder can be watched: clone the repository, or import its URL with 'codegraph import'"
    );
    let origin = folder(&arguments.folder)?;
    let request = arguments.selection.request(origin, ImportMode::Incremental);
    let cancel = cancel_on_interrupt();
    let context = context(app).await?;
    let told = Told {
        out: &mut out,
        format: arguments.format,
    };
    let ended = watch(&context, &request, &cancel, told).await;
    context.db.close().await;
    ended
}

async fn watch(
    context: &ImportContext,
    request: &ImportRequest,
    cancel: &Cancel,
    mut told: Told<'_>,
) -> anyhow::Result<Ended> {
    // Before the first import, so that no change falls between the two.
    let mut watch = Watch::start(context, request).await?;
    let first = import::run(context, request.clone(), progress(), cancel.clone());
    match first.await {
        Ok(report) => told.first(&report, &request.origin)?,
        // Nothing was watched yet.
        Err(error @ ImportError::Cancelled) => {
            return Err(anyhow::Error::new(Interrupted).context(error));
        }
        Err(error) => return Err(error.into()),
    }
    loop {
        let changed = tokio::select! {
            biased;
            () = cancel.cancelled() => return Ok(Ended::Well),
            changed = watch.changed() => changed,
        };
        if let Err(error) = changed {
            output::failure(&error.into(), false);
        }
        let again = import::run(context, request.clone(), Arc::new(Silent), cancel.clone());
        match again.await {
            Ok(report) => told.again(&report)?,
            Err(ImportError::Cancelled) => return Ok(Ended::Well),
            // The next change may mend it.
            Err(error) => output::failure(&error.into(), false),
        }
    }
}

/// What is told of the imports.
struct Told<'a> {
    out: &'a mut Output,
    format: Format,
}

impl Told<'_> {
    fn first(&mut self, report: &ImportReport, origin: &Origin) -> anyhow::Result<()> {
        match self.format {
            Format::Json => self.out.json_line(report),
            Format::Text => {
                let watched = match origin {
                    Origin::Folder { path } => path,
                    Origin::Git { url, .. } => url,
                };
                self.out.text(&format!(
                    "project '{}': {}watching {watched}; Ctrl-C ends it\n",
                    report.project,
                    report::line(report)
                ))
            }
        }
    }

    /// An event that changed nothing after all is not told.
    fn again(&mut self, report: &ImportReport) -> anyhow::Result<()> {
        if !report.revision_is_new {
            return Ok(());
        }
        match self.format {
            Format::Json => self.out.json_line(report),
            Format::Text => self.out.text(&report::line(report)),
        }
    }
}
