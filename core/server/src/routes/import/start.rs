use std::path::{Path, PathBuf};

use axum::Json;
use codegraph_model::job::import_steps;
use codegraph_model::{
    GroupId, GroupRole, ImportMode, ImportRequest, Origin, Payload, ProjectId, ProjectName, UserId,
    WantedTexts,
};
use codegraph_storage::Tx;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Caller, ProjectsImport};
use crate::error::{ApiError, ApiResult, Code};
use crate::extract::{self, id};
use crate::routes::groups::is_name;

/// Jobs of one user that may wait or run at the same time.
const MOST_OPEN: u64 = 10;

/// How a graph is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// From all files.
    #[default]
    Full,
    /// From the files below `include_paths`.
    Selective,
    /// From the last graph and the files that changed since.
    Incremental,
}

/// What is to be imported, and how.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct StartImport {
    /// https URL of a git repository; this or `local_path`.
    #[garde(length(max = 2048))]
    #[schema(example = "https://github.com/pallets/flask")]
    repo_url: Option<String>,
    /// Folder of the server's machine, below one of its import roots; this or `repo_url`.
    #[garde(length(max = 4096))]
    local_path: Option<String>,
    /// Branch or tag; without one, the repository's default branch.
    #[garde(length(max = 255))]
    branch: Option<String>,
    /// Whether only the last commits are fetched, `shallow_depth` of them; without, the whole history of the branch. The graph is of the
    /// last commit either way, and the limits of a clone hold.
    #[serde(default = "yes")]
    shallow_clone: bool,
    /// How many commits; see `shallow_clone`.
    #[garde(range(min = 1, max = 1_000_000))]
    #[serde(default = "one")]
    shallow_depth: u64,
    /// Only this language; without one, all that are found.
    #[garde(length(max = 100))]
    language: Option<String>,
    /// How the graph is made.
    #[serde(default)]
    mode: Mode,
    /// Folders, files or globs: what fits none is left out; empty is everything.
    #[garde(length(max = 1000), inner(length(min = 1, max = 1000)))]
    #[serde(default)]
    include_paths: Vec<String>,
    /// Folders, files or globs that are left out.
    #[garde(length(max = 1000), inner(length(min = 1, max = 1000)))]
    #[serde(default)]
    exclude_paths: Vec<String>,
    /// Whether folders of dependencies and build results are imported, too.
    #[serde(default)]
    include_dependency_folders: bool,
    /// Whether the domain is set up: entry points, subsystems, vocabulary.
    #[serde(default = "yes")]
    create_domain_plugin: bool,
    /// Name of the domain; without one, the project's.
    #[garde(inner(custom(is_name)))]
    domain_name: Option<String>,
    /// Whether documents, comments and names are indexed with the import; else they are when something is searched.
    #[serde(default = "yes")]
    import_docs: bool,
    /// Whether README files are among them. An index that is made when something is searched has them all.
    #[serde(default = "yes")]
    import_readme: bool,
    /// Whether comments and docstrings are among them. An index that is made when something is searched has them all.
    #[serde(default = "yes")]
    import_comments: bool,
    /// Memory that the graph database may take while the graph is built, GiB; the server's own limit holds as well.
    #[garde(range(min = 1, max = 1024))]
    #[serde(default = "sixteen")]
    joern_memory_gb: u64,
    /// Rows of a file that are loaded into the graph at once: fewer take less memory, and longer.
    #[garde(range(min = 1, max = 10_000_000))]
    #[serde(default = "ten_thousand")]
    batch_size: u64,
    /// The project that is imported anew; without one, that of the name.
    project_id: Option<String>,
    /// Name of the project; without one, the repository's.
    #[schema(value_type = Option<String>)]
    project_name: Option<ProjectName>,
    /// Group of a project that is named; without one, the default group.
    group_id: Option<String>,
}

/// What git takes for "all of them".
const WHOLE_HISTORY: u32 = 2_147_483_647;

pub(super) fn yes() -> bool {
    true
}

fn one() -> u64 {
    1
}

fn sixteen() -> u64 {
    16
}

fn ten_thousand() -> u64 {
    10_000
}

/// A job that was added.
#[derive(Debug, Serialize, ToSchema)]
pub struct StartedView {
    /// The job.
    job_id: String,
    /// `pending`.
    status: &'static str,
    /// What to do next.
    message: &'static str,
}

/// Starts an import; its progress is at `/import/status/{job_id}`. Until it is done, questions see the last graph.
#[utoipa::path(post, path = "/import/start", request_body = StartImport, tag = "import", responses((status = 200, body = StartedView), ApiError))]
pub async fn start_import(
    caller: Caller<ProjectsImport>,
    extract::Json(request): extract::Json<StartImport>,
) -> ApiResult<Json<StartedView>> {
    let mut asked = prepare(&caller, request).await?;
    let user = caller.identity().user.id;
    let (group, name) = (asked.group, asked.name.as_str());
    let steps = import_steps::begun_none();
    let job = asked
        .tx
        .jobs()
        .add(user, group, name, &asked.payload, &steps, caller.now())
        .await?;
    asked.tx.commit().await?;
    caller.state().parts().job_added.notify_one();
    Ok(Json(StartedView {
        job_id: job.to_string(),
        status: "pending",
        message: "Import started. Use job_id to track progress.",
    }))
}

/// An import that may be made.
pub(super) struct Asked {
    /// The transaction in which that was found.
    pub(super) tx: Tx,
    pub(super) group: GroupId,
    pub(super) name: ProjectName,
    /// [`Payload::Import`].
    pub(super) payload: Payload,
}

/// Sees to it that the caller may import this, as this project, now.
pub(super) async fn prepare(
    caller: &Caller<ProjectsImport>,
    request: StartImport,
) -> ApiResult<Asked> {
    let roots = caller.state().parts().config.import.roots.clone();
    let origin = origin(&request, roots).await?;
    if request.mode == Mode::Selective && request.include_paths.is_empty() {
        return Err(ApiError::field(
            "include_paths",
            "mode 'selective' takes include_paths",
        ));
    }
    if let Some(language) = &request.language
        && let Some(plugins) = caller.state().parts().plugins.now()
    {
        let known = plugins.languages();
        if known.iter().all(|known| known.id != *language) {
            let mut ids: Vec<String> = known.into_iter().map(|known| known.id).collect();
            ids.sort();
            let there = ids.join(", ");
            return Err(ApiError::field(
                "language",
                format!("there is no importer for it; there are importers for: {there}"),
            ));
        }
    }
    let user = caller.identity().user.id;
    let mut tx = caller.begin().await?;
    let (group, name) = if let Some(text) = &request.project_id {
        let project: ProjectId = id(text, "project")?;
        let project = tx.projects().lookup_in(caller.scope(), project).await?;
        let project = project.ok_or_else(|| ApiError::not_found("project"))?;
        (project.group_id, project.name)
    } else {
        let group: GroupId = match &request.group_id {
            Some(text) => id(text, "group")?,
            None => GroupId::DEFAULT,
        };
        if tx.groups().lookup(caller.scope(), group).await?.is_none() {
            return Err(ApiError::not_found("group"));
        }
        let name = match &request.project_name {
            Some(name) => name.clone(),
            None => name_of(&origin)?,
        };
        (group, name)
    };
    caller
        .needs_group(&mut tx, group, GroupRole::Editor, "group")
        .await?;
    check_open(&mut tx, user).await?;
    let fetch_depth = if request.shallow_clone {
        u32::try_from(request.shallow_depth).unwrap_or(WHOLE_HISTORY)
    } else {
        WHOLE_HISTORY
    };
    let payload = Payload::Import {
        request: ImportRequest {
            origin,
            project: Some(name.clone()),
            group,
            languages: request.language.into_iter().collect(),
            include: request.include_paths,
            exclude: request.exclude_paths,
            skip_dependency_folders: !request.include_dependency_folders,
            mode: match request.mode {
                Mode::Full | Mode::Selective => ImportMode::Full,
                Mode::Incremental => ImportMode::Incremental,
            },
        },
        memory_bytes: Some(request.joern_memory_gb << 30),
        wants_docs: request.import_docs,
        wants_domain: request.create_domain_plugin,
        fetch_depth: Some(fetch_depth),
        rows_at_once: u32::try_from(request.batch_size).ok(),
        texts: WantedTexts {
            readmes: request.import_readme,
            documents: true,
            comments: request.import_comments,
        },
        domain_name: request.domain_name,
    };
    Ok(Asked {
        tx,
        group,
        name,
        payload,
    })
}

/// Nobody has more than so many jobs that wait or run.
pub(super) async fn check_open(tx: &mut Tx, user: UserId) -> ApiResult<()> {
    if tx.jobs().open_of(user).await? >= MOST_OPEN {
        let text = format!("{MOST_OPEN} of your jobs wait or run already");
        return Err(ApiError::new(Code::RateLimited, text).retry_after(60));
    }
    Ok(())
}

async fn origin(request: &StartImport, roots: Vec<PathBuf>) -> ApiResult<Origin> {
    match (&request.repo_url, &request.local_path) {
        (None, None) => Err(ApiError::new(
            Code::BadRequest,
            "either repo_url or local_path is needed",
        )),
        (Some(_), Some(_)) => Err(ApiError::new(
            Code::BadRequest,
            "repo_url and local_path exclude each other",
        )),
        (Some(url), None) => {
            check_url(url)?;
            Ok(Origin::Git {
                url: url.clone(),
                branch: request.branch.clone(),
            })
        }
        (None, Some(path)) => {
            let path = PathBuf::from(path);
            let inside = tokio::task::spawn_blocking(move || inside(&path, &roots))
                .await
                .map_err(|error| ApiError::internal(&error))?;
            // The same for what is not there and what is elsewhere: nobody is told what the machine holds.
            let path = inside.ok_or_else(|| {
                ApiError::new(
                    Code::InvalidPath,
                    "local_path is no folder below an import root of the server (import.roots)",
                )
            })?;
            Ok(Origin::Folder { path })
        }
    }
}

/// What can be said of a URL without dialling: whether it may be dialled is decided when it is.
fn check_url(text: &str) -> ApiResult<()> {
    let bad = |why: &str| ApiError::field("repo_url", why);
    if text.starts_with('-') || text.chars().any(char::is_control) {
        return Err(bad("this is no URL: write https://host/path"));
    }
    let url = url::Url::parse(text).map_err(|_| bad("this is no URL: write https://host/path"))?;
    if url.scheme() != "https" {
        return Err(bad("only https is allowed: write https://host/path"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "a URL with a user name or a password would be stored: leave them out",
        ));
    }
    if url.host_str().is_none_or(str::is_empty) || url.path().trim_matches('/').is_empty() {
        return Err(bad("this names no repository: write https://host/path"));
    }
    Ok(())
}

/// The folder with all links resolved, where it lies below a root with all links resolved.
fn inside(path: &Path, roots: &[PathBuf]) -> Option<String> {
    if !path.is_absolute() {
        return None;
    }
    let path = path.canonicalize().ok().filter(|path| path.is_dir())?;
    let is_below = |root: &PathBuf| root.canonicalize().is_ok_and(|root| path.starts_with(root));
    if !roots.iter().any(is_below) {
        return None;
    }
    path.to_str().map(str::to_owned)
}

fn name_of(origin: &Origin) -> ApiResult<ProjectName> {
    let text = match origin {
        Origin::Folder { path } => path,
        Origin::Git { url, .. } => url,
    };
    let last = text
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let last = last.strip_suffix(".git").unwrap_or(last);
    ProjectName::from_any(last)
        .ok_or_else(|| ApiError::field("project_name", "the origin gives no name: give one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_are_none() {
        assert!(check_url("https://github.com/pallets/flask").is_ok());
        for bad in [
            "",
            "flask",
            "http://host/x",
            "file:///etc/passwd",
            "ssh://host/x",
            "git@host:x",
            "ext::sh -c id",
            "-u",
            "--upload-pack=x",
            "https://",
            "https://host",
            "https://host/",
            "https://user:pw@host/x",
            "https://host/x\n",
            "javascript:1",
        ] {
            assert!(check_url(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn folders_stay_below_their_roots() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("roots/a/b")).unwrap();
        std::fs::create_dir_all(at("roots-and-more")).unwrap();
        std::fs::write(at("roots/file"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(at("roots-and-more"), at("roots/link")).unwrap();
        let roots = [at("roots")];
        assert!(inside(&at("roots/a"), &roots).is_some());
        assert!(inside(&at("roots/a/../a/b"), &roots).is_some());
        for bad in [
            "roots-and-more",
            "roots/../roots-and-more",
            "roots/link",
            "roots/file",
            "roots/none",
            ".",
        ] {
            assert_eq!(inside(&at(bad), &roots), None, "{bad}");
        }
        for bad in ["/", "/etc", "/proc/self/cwd", "a", "../a"] {
            assert_eq!(inside(Path::new(bad), &roots), None, "{bad}");
        }
        assert_eq!(inside(&at("roots/a"), &[]), None);
    }
}
