//! Starting the program in folders of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The program beside the folder of the test executables.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    let folder = test
        .ancestors()
        .nth(2)
        .expect("tests lie in <profile>/deps");
    let program = folder.join("codegraph");
    let plugins = folder.join("plugins");
    assert!(
        program.is_file() && plugins.is_dir(),
        "{} and the plugins beside it are needed: run scripts/build",
        program.display()
    );
    program
}

/// A data folder, a folder for sources and a home, which go with the test. Compiled plugins are shared by all tests.
pub(crate) struct World {
    folder: tempfile::TempDir,
    data: PathBuf,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder, data }
    }

    /// The same with another data folder.
    pub(crate) fn with_data(mut self, data: &Path) -> Self {
        data.clone_into(&mut self.data);
        self
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file below the folder of the test.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A small project of two modules.
    pub(crate) fn shop(&self) -> PathBuf {
        self.write("shop/shop/__init__.py", "");
        self.write(
            "shop/shop/store.py",
            "class Store:\n    def find(self, sku):\n        return sku\n",
        );
        self.write(
            "shop/shop/cart.py",
            "from shop.store import Store\n\n\ndef add(sku):\n    store = Store()\n    return store.find(sku)\n",
        );
        self.write("shop/README.md", "# Shop\n");
        self.path("shop")
    }

    /// A project that takes long enough to be caught at work.
    pub(crate) fn large(&self) -> PathBuf {
        let function = |i| {
            let next = (i + 1) % 60;
            format!(
                "def f{i}(a, b):\n    if a > {i}:\n        return f{next}(b, a)\n    return a + b\n\n"
            )
        };
        let body = (0..60).map(function).collect::<Vec<String>>().concat();
        for i in 0..1_500 {
            self.write(&format!("large/pkg{}/m{i}.py", i % 20), &body);
        }
        self.path("large")
    }

    /// The program with nothing of the test's own environment.
    pub(crate) fn command<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(program());
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("CODEGRAPH_DATA_DIR", &self.data)
            .env(
                "CODEGRAPH_CACHE_DIR",
                program().with_file_name("test-cache"),
            )
            .current_dir(self.folder.path())
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Ran {
        Ran(self
            .command(arguments)
            .output()
            .expect("the program starts"))
    }

    /// Runs what must end well, and gives its JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--format", "json"]].concat());
        assert_eq!(ran.code(), Some(0), "{arguments:?}: {}", ran.errors());
        serde_json::from_str(&ran.text())
            .unwrap_or_else(|error| panic!("{error} in {}", ran.text()))
    }

    pub(crate) fn import(&self, folder: &Path, project: &str) -> Value {
        self.json(&["import", folder.to_str().unwrap(), "--project", project])
    }

    /// Names of the folders of imports that are there.
    pub(crate) fn work_folders(&self) -> Vec<PathBuf> {
        folders(&self.data.join("work"))
    }

    /// Graph files that are there.
    pub(crate) fn graphs(&self) -> Vec<PathBuf> {
        folders(&self.data.join("graphs"))
            .iter()
            .flat_map(|folder| entries(folder))
            .collect()
    }

    /// Starts an import and gives it when its graph is being written.
    pub(crate) fn import_at_work(&self, folder: &Path) -> Child {
        let child = self
            .command(&["import", folder.to_str().unwrap(), "--project", "large"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        wait_until("an import writes its graph", || {
            self.work_folders()
                .iter()
                .any(|folder| folder.join("graph.duckdb").exists())
        });
        child
    }
}

/// Waits for something that another process does.
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(
            since.elapsed() < Duration::from_mins(1),
            "{what}: not within a minute"
        );
        std::thread::yield_now();
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder)
        .into_iter()
        .filter(|path| path.is_dir())
        .collect()
}

/// What a command did.
pub(crate) struct Ran(pub(crate) Output);

impl Ran {
    pub(crate) fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("output is UTF-8")
    }

    pub(crate) fn errors(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// The command was not done, and says so in a sentence that holds `words`; it did not panic.
    #[track_caller]
    pub(crate) fn assert_refused(&self, words: &str) {
        let errors = self.errors();
        assert_eq!(self.code(), Some(2), "{errors}");
        assert!(errors.contains(words), "'{words}' is not in: {errors}");
        assert!(!errors.contains("panicked"), "{errors}");
        assert_eq!(self.text(), "", "an error leaves standard output alone");
    }
}
