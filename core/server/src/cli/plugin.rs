//! `codegraph plugin`

use std::fmt::Write as _;

use codegraph_plugin_host::{PluginState, PluginStatus};

use super::app::App;
use super::output::Output;
use super::{Ended, Format};

/// Plugins: importers of languages, scenarios that answer questions
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lists the plugins, whether each can be called, and if not, why
    #[command(after_help = "Exit code 1 says that a plugin cannot be called.")]
    List {
        /// How the list is printed
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    Test(super::plugin_test::Arguments),
}

pub(crate) async fn run(app: &App, command: Command, out: Output) -> anyhow::Result<Ended> {
    match command {
        Command::List { format } => list(app, format, out).await,
        Command::Test(arguments) => super::plugin_test::run(app, arguments, out).await,
    }
}

async fn list(app: &App, format: Format, mut out: Output) -> anyhow::Result<Ended> {
    let host = app.host().await?;
    let plugins = host.plugins();
    match format {
        Format::Json => {
            out.json(&serde_json::json!({ "plugins": plugins, "total": plugins.len() }))?;
        }
        Format::Text => out.text(&text(app, &plugins))?,
    }
    let all_ready = plugins
        .iter()
        .all(|plugin| plugin.state == PluginState::Ready);
    Ok(if all_ready && !plugins.is_empty() {
        Ended::Well
    } else {
        Ended::NotFound
    })
}

fn text(app: &App, plugins: &[PluginStatus]) -> String {
    if plugins.is_empty() {
        let folders: Vec<String> = app
            .plugin_folders()
            .iter()
            .map(|folder| folder.display().to_string())
            .collect();
        return format!(
            "no plugins in {}: build them with 'make plugins'\n",
            folders.join(", ")
        );
    }
    let mut page = String::new();
    for plugin in plugins {
        let kind = plugin
            .kind
            .map_or("?", codegraph_plugin_host::types::PluginKind::text);
        let state = match &plugin.state {
            PluginState::Ready => "ready".to_owned(),
            PluginState::Quarantined { reason, until } => {
                format!("quarantined until {until}: {reason}")
            }
            PluginState::Refused { reason } => format!("refused: {reason}"),
        };
        let _ = writeln!(
            page,
            "{:20} {kind:9} {:8} {state}",
            plugin.id, plugin.version
        );
        if !plugin.description.is_empty() {
            let _ = writeln!(page, "    {}", plugin.description);
        }
        let _ = writeln!(page, "    {}", plugin.path.display());
        if let Some(newer) = &plugin.newer {
            let _ = writeln!(page, "    a newer file is not taken: {newer}");
        }
    }
    page
}
