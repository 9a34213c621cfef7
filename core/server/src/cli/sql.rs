//! `codegraph sql`

use clap::ValueEnum;
use codegraph_server::projects::{self, NoGraph};
use codegraph_server::sql::{self, Limits, render};

use super::Ended;
use super::app::App;
use super::output::{Output, message};

/// Runs one SQL query over a project's graph
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  codegraph sql \"SELECT full_name, filename, line_number FROM nodes_method ORDER BY cyclomatic_complexity DESC LIMIT 10\"
  codegraph sql \"SELECT reason, count(*) FROM analysis_gaps GROUP BY reason\" --format csv

The language is DuckDB's SQL (LIKE minds case, ILIKE does not); tables and columns stand in docs/graph-schema.md.
One statement that only reads; it runs in a process that can do nothing else.")]
pub(crate) struct Arguments {
    /// The query
    #[arg(value_name = "SELECT")]
    query: String,
    /// The project; without it, the one that was imported last
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// How the rows are printed
    #[arg(long, value_enum, default_value_t)]
    format: RowsFormat,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum RowsFormat {
    /// For a terminal
    #[default]
    Table,
    /// RFC 4180
    Csv,
    /// For programs
    Json,
}

pub(crate) async fn run(app: &App, arguments: Arguments, mut out: Output) -> anyhow::Result<Ended> {
    let db = app.existing_db().await?.ok_or(NoGraph::NoProject)?;
    let holder = format!("sql, process {}", std::process::id());
    let held = projects::hold(
        &db,
        &app.data(),
        arguments.project.as_deref(),
        &holder,
        app.clock.now(),
    )
    .await?;
    let path = held.path.clone();
    let limits = Limits {
        strict_sandbox: app.config.sandbox.strict,
        ..Limits::default()
    };
    let query = arguments.query.clone();
    let result = tokio::task::spawn_blocking(move || sql::run(&path, &query, &limits)).await;
    projects::release(&db, held.lease, app.clock.now()).await?;
    db.close().await;
    // With the place in the statement, where the engine tells it.
    let result = result?.map_err(|error| {
        anyhow::anyhow!("{}", render::error(&arguments.query, &error).trim_end())
    })?;
    for warning in &result.warnings {
        message(&format!("note: {}\n", warning.message));
    }
    match arguments.format {
        RowsFormat::Table => out.text(&render::table(&result))?,
        RowsFormat::Csv => out.bytes(&render::csv(&result)?)?,
        RowsFormat::Json => {
            let mut text = render::json(&result)?;
            text.push('\n');
            out.text(&text)?;
        }
    }
    Ok(Ended::Well)
}
