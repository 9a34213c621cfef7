//! The configuration from outside: layers, sources, and what is refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use codegraph_server::config::{Config, Environment, Flag, Shown, example, load};

struct Start {
    folder: tempfile::TempDir,
    variables: BTreeMap<String, String>,
}

impl Start {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        Self {
            variables: BTreeMap::from([("HOME".into(), home.display().to_string())]),
            folder,
        }
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load_with(
        &self,
        file: Option<&Path>,
        flags: &[Flag],
    ) -> Result<(Config, Vec<Shown>), String> {
        let environment = Environment {
            variables: self.variables.clone(),
            start_folder: self.folder.path().to_owned(),
        };
        let (config, figment) =
            load(&environment, file, flags).map_err(|error| error.to_string())?;
        let shown = Shown::all(&config, &figment);
        Ok((config, shown))
    }

    fn load(&self) -> Result<Config, String> {
        self.load_with(None, &[]).map(|(config, _)| config)
    }
}

fn source<'a>(shown: &'a [Shown], key: &str) -> &'a str {
    &shown.iter().find(|shown| shown.key == key).unwrap().source
}

#[test]
fn defaults_follow_the_xdg_base_directories() {
    let start = Start::new();
    let config = start.load().unwrap();
    assert_eq!(
        config.paths.data_dir,
        start.path("home/.local/share/codegraph")
    );
    assert_eq!(config.paths.cache_dir, start.path("home/.cache/codegraph"));
    let start = start
        .set("XDG_DATA_HOME", "/data")
        .set("XDG_CACHE_HOME", "relative values do not count");
    let config = start.load().unwrap();
    assert_eq!(config.paths.data_dir, Path::new("/data/codegraph"));
    assert_eq!(config.paths.cache_dir, start.path("home/.cache/codegraph"));
}

#[test]
fn later_layers_win_and_are_named() {
    let start = Start::new()
        .file("home/.config/codegraph/config.toml", "[import]\nmax_file_bytes = 1\nmax_files = 2\nfetch_seconds = 3\nfetch_bytes = 4")
        .file(".env", "CODEGRAPH_IMPORT_MAX_FILES=20\nCODEGRAPH_IMPORT_FETCH_SECONDS=30\nCODEGRAPH_IMPORT_FETCH_BYTES=40\n")
        .set("CODEGRAPH_IMPORT_FETCH_SECONDS", "300")
        .set("CODEGRAPH_IMPORT_FETCH_BYTES", "400");
    let flag = Flag {
        name: "--fetch-bytes",
        key: "import.fetch_bytes",
        value: "4000".into(),
    };
    let (config, shown) = start.load_with(None, &[flag]).unwrap();
    let import = &config.import;
    assert_eq!(
        [
            import.max_file_bytes,
            import.max_files,
            import.fetch_seconds,
            import.fetch_bytes
        ],
        [1, 20, 300, 4000]
    );
    assert!(
        source(&shown, "import.max_file_bytes").ends_with("home/.config/codegraph/config.toml")
    );
    assert_eq!(
        source(&shown, "import.max_files"),
        ".env variable CODEGRAPH_IMPORT_MAX_FILES"
    );
    assert_eq!(
        source(&shown, "import.fetch_seconds"),
        "environment variable CODEGRAPH_IMPORT_FETCH_SECONDS"
    );
    assert_eq!(source(&shown, "import.fetch_bytes"), "flag --fetch-bytes");
    assert_eq!(source(&shown, "graph.threads"), "default");
}

#[test]
fn relative_folders_are_those_of_the_start_folder() {
    let start = Start::new()
        .set("CODEGRAPH_DATA_DIR", "data")
        .set("CODEGRAPH_PLUGIN_DIR", "a:/b:");
    let config = start.load().unwrap();
    assert_eq!(config.paths.data_dir, start.path("data"));
    assert_eq!(
        config.paths.plugin_dirs,
        [start.path("a"), PathBuf::from("/b")]
    );
}

#[test]
fn an_empty_variable_is_none() {
    let start = Start::new()
        .set("CODEGRAPH_IMPORT_MAX_FILES", "")
        .set("DATABASE_URL", "");
    let config = start.load().unwrap();
    assert_eq!(config.import.max_files, Config::default().import.max_files);
    assert!(config.database.url.is_none());
}

#[test]
fn what_cannot_be_used_is_named_with_its_place() {
    let cases = [
        (
            Start::new().set("CODEGRAPH_IMPORT_MAX_FILES", "many"),
            "import.max_files: a whole number is expected, not 'many' (in environment variable CODEGRAPH_IMPORT_MAX_FILES)",
        ),
        (
            Start::new().file(".env", "CODEGRAPH_SANDBOX_STRICT=perhaps"),
            "sandbox.strict: true or false is expected, not 'perhaps' (in .env variable CODEGRAPH_SANDBOX_STRICT)",
        ),
        (
            Start::new().set("CODEGRAPH_DATA_DIRS", "/x"),
            "there is no variable CODEGRAPH_DATA_DIRS, did you mean CODEGRAPH_DATA_DIR? (in the environment)",
        ),
        (
            Start::new().file(".env", "CODEGRAPH_WHATEVER_ELSE=1"),
            "there is no variable CODEGRAPH_WHATEVER_ELSE; 'codegraph config' lists those that there are (in the file .env)",
        ),
    ];
    for (start, message) in cases {
        assert_eq!(start.load().unwrap_err(), message);
    }
}

#[test]
fn a_mistake_in_the_file_is_named_with_key_and_file() {
    for (text, key, problem) in [
        (
            "[import]\nmax_filez = 1",
            "import.max_filez",
            "there is no such key; there are roots",
        ),
        (
            "[imports]\nx = 1",
            "imports",
            "there is no such key; there are paths",
        ),
        (
            "[import]\nmax_files = \"many\"",
            "import.max_files",
            "is expected, not string",
        ),
        (
            "[import]\nmax_files = -1",
            "import.max_files",
            "is expected, not",
        ),
        ("[import", "", "TOML parse error"),
    ] {
        let start = Start::new().file("config.toml", text);
        let path = start.path("config.toml");
        let error = start.load_with(Some(&path), &[]).unwrap_err();
        assert!(
            error.starts_with(key) && error.contains(problem),
            "{text:?}: {error}"
        );
        assert!(error.contains("config.toml"), "{text:?}: {error}");
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let start = Start::new();
    let error = start
        .load_with(Some(&start.path("none.toml")), &[])
        .unwrap_err();
    assert!(error.contains("none.toml' cannot be read"), "{error}");
}

#[test]
fn a_broken_env_file_shows_no_secret() {
    let start = Start::new().file(".env", "TOKEN='s3cret\nnot closed");
    let error = start.load().unwrap_err();
    assert!(
        error.contains(".env") && !error.contains("s3cret"),
        "{error}"
    );
}

#[test]
fn without_a_home_it_says_what_to_set() {
    let mut start = Start::new();
    start.variables.clear();
    assert_eq!(
        start.load().unwrap_err(),
        "neither HOME nor XDG_DATA_HOME is set: set XDG_DATA_HOME, or paths.data_dir in the configuration file"
    );
}

#[test]
fn a_password_in_the_database_url_is_not_shown() {
    let start = Start::new().set("DATABASE_URL", "postgres://u:s3cret@h/d");
    let (_, shown) = start.load_with(None, &[]).unwrap();
    let text = serde_json::to_string(&shown).unwrap();
    assert!(text.contains("postgres://***@h/d") && !text.contains("s3cret"));
}

#[test]
fn the_example_explains_each_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.env.example");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, example()).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        example(),
        "run: UPDATE_DOCS=1 cargo test -p codegraph-server --test config"
    );
    let start = Start::new().file(".env", &example());
    start.load().unwrap();
}
