//! `codegraph config`

use std::fmt::Write as _;

use codegraph_server::config::Shown;

use super::app::App;
use super::output::Output;
use super::{Ended, Format};

/// Shows the configuration in force and where each value came from
#[derive(Debug, clap::Args)]
#[command(after_help = "Secrets are masked. What each key is for stands in .env.example.")]
pub(crate) struct Arguments {
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(app: &App, arguments: &Arguments, mut out: Output) -> anyhow::Result<Ended> {
    let shown = Shown::all(&app.config, &app.sources);
    match arguments.format {
        Format::Json => out.json(&serde_json::json!({ "config": shown }))?,
        Format::Text => out.text(&text(&shown))?,
    }
    Ok(Ended::Well)
}

fn text(shown: &[Shown]) -> String {
    let width = shown.iter().map(|shown| shown.key.len()).max().unwrap_or(0);
    let mut page = String::new();
    for Shown {
        key, value, source, ..
    } in shown
    {
        let value = match value {
            serde_json::Value::Null => "-".to_owned(),
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(list) if list.is_empty() => "-".to_owned(),
            other => other.to_string(),
        };
        let _ = writeln!(page, "{key:width$}  {value}  ({source})");
    }
    page
}
