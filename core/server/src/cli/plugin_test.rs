//! `codegraph plugin test`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context as _;
use codegraph_cases::{Bench, Options, Report};
use codegraph_plugin_host::Compiler;

use super::app::App;
use super::output::Output;
use super::{Ended, Format};

/// Folders below a target folder in which a build puts components, as cargo names them.
const BUILDS: [&str; 3] = ["plugin", "release", "debug"];

/// Runs a plugin's Markdown cases through the real host
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  codegraph plugin test .                          a plugin's folder: its built component, and its folder cases/
  codegraph plugin test flows.wasm --cases tests/  a component, and documents elsewhere
  codegraph plugin test . --update                 writes what was found into the documents: read it

A folder's component is the newest of its own *.wasm and of what cargo built for its package (wasm32-wasip2). The other plugins are the
installed ones. docs/plugins.md has the form of cases.

Exit code 1 says that cases fail.")]
pub(crate) struct Arguments {
    /// Folder of a plugin, or a component (*.wasm)
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Document or folder of documents; without it, the folder cases/ beside the plugin. May come more than once
    #[arg(long, value_name = "PATH")]
    cases: Vec<PathBuf>,
    /// Writes what was found into the documents
    #[arg(long)]
    update: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) async fn run(app: &App, arguments: Arguments, mut out: Output) -> anyhow::Result<Ended> {
    let Arguments {
        path,
        mut cases,
        update,
        format,
    } = arguments;
    let (component, folder) = find(&path)?;
    if cases.is_empty() {
        cases.push(folder.join("cases"));
    }
    // Documents first: a mistake in their place should not wait for a compilation.
    for place in &cases {
        codegraph_cases::documents(place)?;
    }
    let compiler = Compiler::Child(app.program.clone());
    let cache = app.config.paths.cache_dir.join("plugins");
    let files = std::slice::from_ref(&component);
    let bench = Bench::start(files, app.plugin_folders(), compiler, Some(cache)).await?;
    let tested = bench.tested()?;
    let [plugin] = tested.as_slice() else {
        anyhow::bail!("{} is no plugin", component.display());
    };
    let options = Options {
        update,
        root: folder,
    };
    let report = codegraph_cases::run(&bench, plugin, &cases, &options).await?;
    match format {
        Format::Json => out.json(&report)?,
        Format::Text => out.text(&text(plugin, &report))?,
    }
    Ok(if report.failures.is_empty() {
        Ended::Well
    } else {
        Ended::NotFound
    })
}

fn text(plugin: &str, report: &Report) -> String {
    let mut page = String::new();
    for failure in &report.failures {
        let _ = writeln!(page, "{failure}");
    }
    for path in &report.updated {
        let _ = writeln!(page, "written anew, read it: {}", path.display());
    }
    let _ = writeln!(
        page,
        "{plugin}: {} cases, {} failed",
        report.cases,
        report.failures.len()
    );
    page
}

/// The component and the folder of a plugin.
fn find(path: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
    if path.is_file() {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        return Ok((path.to_owned(), folder.to_owned()));
    }
    anyhow::ensure!(
        path.is_dir(),
        "there is no {}: give the folder of a plugin, or its component (*.wasm)",
        path.display()
    );
    let folder = path
        .canonicalize()
        .with_context(|| format!("cannot read {}", path.display()))?;
    let written = |file: &PathBuf| -> Option<SystemTime> { file.metadata().ok()?.modified().ok() };
    let newest = own(&folder)
        .into_iter()
        .chain(built(&folder)?)
        .filter(|file| file.is_file())
        .max_by_key(written);
    let component = newest.with_context(|| {
        format!(
            "{} has no component: build it with 'cargo build --release --target wasm32-wasip2', or give the file",
            path.display()
        )
    })?;
    Ok((component, folder))
}

/// Components that lie in the folder itself.
fn own(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .collect()
}

/// Where cargo puts the component of the folder's package: in the target folder of the package or of a workspace around it.
fn built(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let manifest = folder.join("Cargo.toml");
    let text = match std::fs::read_to_string(&manifest) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", manifest.display()));
        }
    };
    let table: toml::Table = text
        .parse()
        .with_context(|| format!("{} is no TOML", manifest.display()))?;
    let name = table
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(toml::Value::as_str);
    let Some(name) = name else {
        return Ok(Vec::new());
    };
    let file = format!("{}.wasm", name.replace('-', "_"));
    Ok(folder
        .ancestors()
        .flat_map(|above| BUILDS.map(|build| above.join("target/wasm32-wasip2").join(build)))
        .map(|build| build.join(&file))
        .collect())
}
