//! The command line.
//!
//! # To add a command
//!
//! 1. `cli/<verb>.rs` with its arguments and `run`.
//! 2. A case of [`Command`] and its arm in [`run()`].
//! 3. A section in `docs/cli.md` and its cases in `tests/src/cli/`.

mod account;
mod app;
mod ask;
mod config;
mod flows;
mod import;
mod interrupt;
mod output;
mod plugin;
mod plugin_test;
mod progress;
mod project;
mod report;
mod run;
mod scan;
mod sql;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use app::App;
use output::Output;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It did what was asked.
    Well,
    /// It did, and the answer is no: what was asked for is not there.
    NotFound,
}

/// A failure that has an exit code of its own.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
pub(crate) struct Interrupted;

#[derive(Debug, Parser)]
#[command(
    name = "codegraph",
    version,
    about = "Imports source code into a graph and answers questions over it, with evidence",
    after_help = "\
Examples:
  codegraph import ~/src/shop              import a folder as project 'shop'
  codegraph watch ~/src/shop               keep its graph current while files change
  codegraph ask \"Who calls Store.find?\"    ask about the project that was imported last
  codegraph flows --from 'flask.request.*' --to 'os.system(0)'
  codegraph scan ~/src/shop                look for vulnerabilities
  codegraph sql \"SELECT count(*) FROM nodes_method\"
  codegraph run                            answer over HTTP

Exit codes:
  0    done
  1    done, and the answer is no: what was asked for is not there
  2    not done: wrong usage, or an error
  130  stopped by Ctrl-C

Configuration: file, then .env, then environment, then flags; 'codegraph config' shows it.",
    subcommand_required = true,
    arg_required_else_help = true,
    propagate_version = true
)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Args)]
struct Global {
    /// Configuration file; without it, config.toml in $XDG_CONFIG_HOME/codegraph
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Global options"
    )]
    config: Option<PathBuf>,
    /// Folder of the database and the graphs
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        help_heading = "Global options"
    )]
    data_dir: Option<String>,
    /// More about errors, and a log on standard error
    #[arg(short, long, global = true, help_heading = "Global options")]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Import(import::Arguments),
    Watch(watch::Arguments),
    Ask(ask::Arguments),
    Flows(flows::Arguments),
    Scan(scan::Arguments),
    Sql(sql::Arguments),
    #[command(subcommand, visible_alias = "plugins")]
    Plugin(plugin::Command),
    #[command(subcommand, visible_alias = "projects")]
    Project(project::Command),
    Config(config::Arguments),
    Run(run::Arguments),
    /// Prints the OpenAPI document of the HTTP API; needs neither database nor plugins
    Openapi,
    CreateAdmin(account::CreateAdmin),
    /// Makes the database and its tables
    InitDb,
    Migrate(account::Migrate),
}

/// How lists are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Runs the command that the program was started with.
pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help goes to standard output and is no error.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let verbose = arguments.global.verbose;
    match run(arguments) {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::NotFound) => ExitCode::from(1),
        Err(error) if output::is_closed(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let code = if error.is::<Interrupted>() { 130 } else { 2 };
            output::failure(&error, verbose);
            ExitCode::from(code)
        }
    }
}

fn openapi(mut out: Output) -> anyhow::Result<Ended> {
    out.json(&codegraph_server::router::document())?;
    Ok(Ended::Well)
}

fn run(arguments: Arguments) -> anyhow::Result<Ended> {
    let app = App::new(arguments.global)?;
    let out = Output::stdout();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(async {
        match arguments.command {
            Command::Import(arguments) => import::run(&app, arguments, out).await,
            Command::Watch(arguments) => watch::run(&app, arguments, out).await,
            Command::Ask(arguments) => ask::run(&app, arguments, out).await,
            Command::Flows(arguments) => flows::run(&app, arguments, out).await,
            Command::Scan(arguments) => scan::run(&app, arguments, out).await,
            Command::Sql(arguments) => sql::run(&app, arguments, out).await,
            Command::Plugin(command) => plugin::run(&app, command, out).await,
            Command::Project(command) => project::run(&app, command, out).await,
            Command::Config(arguments) => config::run(&app, &arguments, out),
            Command::Run(arguments) => run::run(&app, arguments).await,
            Command::Openapi => openapi(out),
            Command::CreateAdmin(arguments) => account::create_admin(&app, arguments, out).await,
            Command::InitDb => account::init_db(&app, out).await,
            Command::Migrate(arguments) => account::migrate(&app, arguments, out).await,
        }
    });
    // A blocking read that nobody waits for any more must not hold the exit.
    runtime.shutdown_background();
    ended
}
