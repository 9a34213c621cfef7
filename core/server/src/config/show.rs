//! Showing the configuration.

use std::fmt::Write as _;

use figment::Figment;
use serde::Serialize;

use super::{Config, SECTIONS, keys};

/// A key with its value and where that came from. Secrets are masked.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// `section.name`.
    pub key: String,
    /// Its value.
    pub value: serde_json::Value,
    /// Where it came from: a file, a variable, a flag, `default`.
    pub source: String,
    /// Environment variables that set it.
    pub environment: &'static [&'static str],
    /// What it is for.
    pub description: String,
}

impl Shown {
    /// Lists all keys.
    pub fn all(config: &Config, figment: &Figment) -> Vec<Self> {
        let values = serde_json::to_value(config).unwrap_or_default();
        keys()
            .map(|key| Self {
                key: key.path(),
                value: values[key.section][key.name].clone(),
                source: figment.find_metadata(&key.path()).map_or_else(
                    || "default".to_owned(),
                    |metadata| match &metadata.source {
                        Some(figment::Source::File(path)) => path.display().to_string(),
                        _ => metadata.name.to_string(),
                    },
                ),
                environment: key.environment,
                description: key
                    .doc
                    .iter()
                    .map(|line| line.trim())
                    .collect::<Vec<_>>()
                    .join(" "),
            })
            .collect()
    }
}

/// The text of `.env.example`: each key explained, none set.
pub fn example() -> String {
    let mut text = String::from(
        "# What can be set in the environment, or in a file `.env` in the folder where `codegraph` is started.\n\
         # Also, as `key = value` under `[section]`, in `config.toml` in `$XDG_CONFIG_HOME/codegraph`; `codegraph config`\n\
         # shows the values in force and where each came from.\n",
    );
    for (section, doc, keys) in SECTIONS {
        let _ = write!(text, "\n# [{section}]{}\n", doc.concat());
        for key in *keys {
            text.push('\n');
            for line in key.doc {
                let _ = writeln!(text, "#{line}");
            }
            let default = serde_json::to_value(Config::default())
                .ok()
                .and_then(|values| values.get(key.section)?.get(key.name).cloned())
                .map(|value| match value {
                    serde_json::Value::String(text) => text,
                    serde_json::Value::Array(_) | serde_json::Value::Null => String::new(),
                    other => other.to_string(),
                })
                .unwrap_or_default();
            let _ = writeln!(text, "#{}={default}", key.environment[0]);
        }
    }
    text
}
