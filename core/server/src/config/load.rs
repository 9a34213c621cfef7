//! Reading the configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::providers::{Format as _, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::{Config, keys};

/// What the process was started with; passed in, so that a test can give its own.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Environment variables; those that are no UTF-8 are left out.
    pub variables: BTreeMap<String, String>,
    /// The folder in which the process was started: its `.env` is read.
    pub start_folder: PathBuf,
}

/// A value given on the command line.
#[derive(Clone, Debug)]
pub struct Flag {
    /// The flag: `--data-dir`.
    pub name: &'static str,
    /// The key that it sets: `paths.data_dir`.
    pub key: &'static str,
    /// Its value.
    pub value: String,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value or a key that cannot be used.
    #[error("{}{problem} (in {source_name})", key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default())]
    Bad {
        /// The key, where there is one.
        key: Option<String>,
        /// What is wrong.
        problem: String,
        /// File, variable or flag that says so.
        source_name: String,
    },
    /// The file that was named is not there.
    #[error("the configuration file '{}' cannot be read: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        problem: String,
    },
    /// Neither the variables nor the home folder say where to put things.
    #[error("neither HOME nor {0} is set: set {0}, or paths.{1} in the configuration file")]
    NoHome(&'static str, &'static str),
}

/// Names that begin like ours and belong to the build scripts.
const OF_THE_BUILD: [&str; 3] = ["CODEGRAPH_CONFIG", "CODEGRAPH_DUCKDB", "CODEGRAPH_TOOLS"];

/// Reads the configuration; the [`Figment`] tells where each value came from.
pub fn load(
    environment: &Environment,
    file: Option<&Path>,
    flags: &[Flag],
) -> Result<(Config, Figment), ConfigError> {
    let dotenv = read_dotenv(&environment.start_folder)?;
    let variable = |name: &str| {
        environment
            .variables
            .get(name)
            .or_else(|| dotenv.get(name))
            .filter(|v| !v.is_empty())
    };

    let mut figment = Figment::from(named("default", Serialized::defaults(Config::default())));
    let named_file = file
        .map(Path::to_owned)
        .or_else(|| variable("CODEGRAPH_CONFIG").map(PathBuf::from));
    if let Some(path) = &named_file {
        std::fs::File::open(path).map_err(|error| ConfigError::File {
            path: path.clone(),
            problem: error.to_string(),
        })?;
    }
    let usual =
        xdg(&variable, "XDG_CONFIG_HOME", ".config").map(|folder| folder.join("config.toml"));
    // The usual file need not be there; the one that was named was opened above.
    if let Some(path) = named_file.or_else(|| usual.filter(|path| path.exists())) {
        figment = figment.merge(Toml::file_exact(path));
    }
    for (source, variables) in [(".env", &dotenv), ("environment", &environment.variables)] {
        refuse_unknown(source, variables)?;
        for key in keys() {
            // Of several names the first that is set wins.
            let set = key
                .environment
                .iter()
                .find_map(|&name| variables.get(name).map(|text| (name, text)));
            let Some((name, text)) = set.filter(|(_, text)| !text.is_empty()) else {
                continue;
            };
            let source_name = format!("{source} variable {name}");
            let value = (key.read)(text).map_err(|problem| ConfigError::Bad {
                key: Some(key.path()),
                problem,
                source_name: source_name.clone(),
            })?;
            figment = figment.merge(One {
                source_name,
                section: key.section,
                name: key.name,
                value,
            });
        }
    }
    for flag in flags {
        let key = keys()
            .find(|key| key.path() == flag.key)
            .expect("a flag sets a key that is there");
        let source_name = format!("flag {}", flag.name);
        let value = (key.read)(&flag.value).map_err(|problem| ConfigError::Bad {
            key: Some(key.path()),
            problem,
            source_name: source_name.clone(),
        })?;
        figment = figment.merge(One {
            source_name,
            section: key.section,
            name: key.name,
            value,
        });
    }
    let mut config: Config = figment.extract().map_err(|error| explain(&error))?;
    for (folder, name, home, key) in [
        (
            &mut config.paths.data_dir,
            "XDG_DATA_HOME",
            ".local/share",
            "data_dir",
        ),
        (
            &mut config.paths.cache_dir,
            "XDG_CACHE_HOME",
            ".cache",
            "cache_dir",
        ),
    ] {
        if folder.as_os_str().is_empty() {
            *folder = xdg(&variable, name, home).ok_or(ConfigError::NoHome(name, key))?;
        }
        // Children and plugins may run in other folders.
        *folder = environment.start_folder.join(&*folder);
    }
    for folder in &mut config.paths.plugin_dirs {
        *folder = environment.start_folder.join(&*folder);
    }
    Ok((config, figment))
}

/// The program's folder below a base folder of the XDG specification; relative values of the variable are to be ignored.
fn xdg<'a>(
    variable: &impl Fn(&str) -> Option<&'a String>,
    name: &str,
    below_home: &str,
) -> Option<PathBuf> {
    let set = variable(name)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let base = set.or_else(|| variable("HOME").map(|home| Path::new(home).join(below_home)))?;
    Some(base.join("codegraph"))
}

fn read_dotenv(folder: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let path = folder.join(".env");
    let lines = match dotenvy::from_path_iter(&path) {
        Ok(lines) => lines,
        Err(dotenvy::Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(BTreeMap::new());
        }
        Err(error) => {
            return Err(ConfigError::File {
                path,
                problem: error.to_string(),
            });
        }
    };
    let read: Result<_, dotenvy::Error> = lines.collect();
    // The library's error shows the whole line, which may hold a secret.
    read.map_err(|error| ConfigError::File {
        path,
        problem: match error {
            dotenvy::Error::LineParse(_, at) => {
                format!("a line of it is no NAME=value (column {at})")
            }
            other => other.to_string(),
        },
    })
}

fn refuse_unknown(source: &str, variables: &BTreeMap<String, String>) -> Result<(), ConfigError> {
    let known: Vec<&str> = keys()
        .flat_map(|key| key.environment.iter().copied())
        .collect();
    for name in variables.keys() {
        if name.starts_with("CODEGRAPH_")
            && !known.contains(&name.as_str())
            && !OF_THE_BUILD.contains(&name.as_str())
        {
            return Err(ConfigError::Bad {
                key: None,
                problem: match nearest(name, &known) {
                    Some(near) => format!("there is no variable {name}, did you mean {near}?"),
                    None => format!(
                        "there is no variable {name}; 'codegraph config' lists those that there are"
                    ),
                },
                source_name: if source == ".env" {
                    "the file .env".into()
                } else {
                    "the environment".into()
                },
            });
        }
    }
    Ok(())
}

/// The known name that differs least, if it differs little.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|&other| (crate::text::distance(name, other), other))
        .filter(|&(d, _)| d <= 3)
        .min()
        .map(|(_, o)| o)
}

fn explain(error: &figment::Error) -> ConfigError {
    let source_name = match &error.metadata {
        Some(metadata) => match &metadata.source {
            Some(figment::Source::File(path)) => format!("the file '{}'", path.display()),
            _ => metadata.name.to_string(),
        },
        None => "the configuration file".into(),
    };
    let mut path = error.path.clone();
    let problem = match &error.kind {
        figment::error::Kind::UnknownField(name, expected) => {
            if path.last() != Some(name) {
                path.push(name.clone());
            }
            format!("there is no such key; there are {}", expected.join(", "))
        }
        figment::error::Kind::InvalidType(found, expected)
        | figment::error::Kind::InvalidValue(found, expected) => {
            format!("{expected} is expected, not {found}")
        }
        other => other.to_string(),
    };
    ConfigError::Bad {
        key: (!path.is_empty()).then(|| path.join(".")),
        problem,
        source_name,
    }
}

/// One value from one place.
struct One {
    source_name: String,
    section: &'static str,
    name: &'static str,
    value: Value,
}

impl Provider for One {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.source_name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let section = Dict::from([(self.name.to_owned(), self.value.clone())]);
        let root = Dict::from([(self.section.to_owned(), Value::from(section))]);
        Ok(Map::from([(Profile::Default, root)]))
    }
}

/// A provider under another name.
struct Named<P> {
    name: &'static str,
    inner: P,
}

fn named<P: Provider>(name: &'static str, inner: P) -> Named<P> {
    Named { name, inner }
}

impl<P: Provider> Provider for Named<P> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        self.inner.data()
    }
}
