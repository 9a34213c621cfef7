//! `codegraph project`

use std::fmt::Write as _;

use anyhow::Context as _;
use codegraph_model::{Origin, Project, Repository, Revision};
use codegraph_server::projects::{self, NoGraph};
use codegraph_storage::Db;
use indicatif::{HumanBytes, HumanCount};
use serde::Serialize;

use super::app::App;
use super::output::Output;
use super::{Ended, Format};

/// Projects that were imported
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lists the projects
    List {
        /// How the list is printed
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Removes a project with its graphs
    Remove {
        /// The project
        name: String,
    },
}

/// A project as it is listed.
#[derive(Debug, Serialize)]
struct Listed {
    #[serde(flatten)]
    project: Project,
    repositories: Vec<ListedRepository>,
}

#[derive(Debug, Serialize)]
struct ListedRepository {
    #[serde(flatten)]
    repository: Repository,
    revision: Option<Revision>,
}

pub(crate) async fn run(app: &App, command: Command, mut out: Output) -> anyhow::Result<Ended> {
    let db = app.existing_db().await?;
    match command {
        Command::List { format } => {
            let listed = match &db {
                Some(db) => list(db).await?,
                None => Vec::new(),
            };
            match format {
                Format::Json => {
                    out.json(&serde_json::json!({ "projects": listed, "total": listed.len() }))?;
                }
                Format::Text => out.text(&text(&listed))?,
            }
        }
        Command::Remove { name } => {
            let db = db.as_ref().ok_or(NoGraph::NoProject)?;
            let removed = remove(app, db, &name).await?;
            out.text(&format!("project '{removed}' is removed\n"))?;
        }
    }
    if let Some(db) = db {
        db.close().await;
    }
    Ok(Ended::Well)
}

async fn list(db: &Db) -> anyhow::Result<Vec<Listed>> {
    let mut tx = db.read().await?;
    let mut listed = Vec::new();
    for project in tx.projects().list().await? {
        let mut repositories = Vec::new();
        for repository in tx.repositories().list(project.id).await? {
            let revision = tx.revisions().published(repository.id).await?;
            repositories.push(ListedRepository {
                repository,
                revision,
            });
        }
        listed.push(Listed {
            project,
            repositories,
        });
    }
    Ok(listed)
}

async fn remove(app: &App, db: &Db, name: &str) -> anyhow::Result<String> {
    let project = projects::find(db, Some(name)).await?;
    let mut tx = db.begin().await?;
    let repositories = tx.repositories().list(project.id).await?;
    tx.projects().remove(project.id).await?;
    tx.commit().await?;
    for repository in repositories {
        let folder = app.data().repository(repository.id);
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove '{}'", folder.display()));
            }
            _ => {}
        }
    }
    Ok(project.name.into())
}

fn text(listed: &[Listed]) -> String {
    if listed.is_empty() {
        return "no projects yet: import one with 'codegraph import <path or URL>'\n".to_owned();
    }
    let mut page = String::new();
    for Listed {
        project,
        repositories,
    } in listed
    {
        let _ = writeln!(page, "{}", project.name);
        for ListedRepository {
            repository,
            revision,
        } in repositories
        {
            let origin = match &repository.origin {
                Origin::Folder { path } => path,
                Origin::Git { url, .. } => url,
            };
            let _ = writeln!(page, "    from {origin}");
            let Some(revision) = revision else { continue };
            let commit = revision.indexed_commit.get(..12).unwrap_or("no commit");
            let languages: Vec<&str> = revision.languages.keys().map(String::as_str).collect();
            let _ = writeln!(
                page,
                "    {} files, {} lines ({}), {}, indexed {}, {commit}",
                HumanCount(revision.files),
                HumanCount(revision.lines),
                languages.join(", "),
                HumanBytes(revision.graph_bytes),
                revision.indexed_at.strftime("%Y-%m-%d %H:%M UTC"),
            );
        }
    }
    page
}
