use std::time::Duration;

use axum::Json;
use codegraph_model::job::import_steps;
use codegraph_model::{
    GroupId, Job, JobStatus, Payload, Project, ProjectId, ProjectName, StepStatus, WantedTexts,
};
use codegraph_storage::Tx;
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, interval};
use utoipa::ToSchema;

use super::start::{Asked, StartImport, check_open, prepare, yes};
use crate::caller::{Caller, ProjectsImport};
use crate::error::{ApiError, ApiResult, Code};
use crate::extract::{self, id};
use crate::routes::groups::is_name;

/// So long an answer waits for the step; one that takes longer is looked at as a job.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(100);

/// A step of an import, to be done by itself.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct RunStep {
    /// `clone`, `detect_language`, `joern_import`, `cpg_export`, `validate`, `chromadb_import` or `domain_setup`.
    #[garde(length(max = 100))]
    #[schema(example = "validate")]
    step_id: String,
    /// What the step works on. The first four take what `/import/start` takes; `joern_import` and `cpg_export` both create the graph and
    /// publish it, `clone` and `detect_language` keep nothing. The others take `project_id`, or `duckdb_path`: the name of the project's
    /// graph as `./workspace/<project>.duckdb`, with a `group_id` where it is not of the default group; `chromadb_import` also
    /// `import_readme` and `import_comments`, `domain_setup` also `domain_name`, as `/import/start` does.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"duckdb_path": "./workspace/project.duckdb"}))]
    context: Map<String, Value>,
}

/// What came of a step.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepRunView {
    /// The step.
    #[schema(example = "validate")]
    step: String,
    /// `completed`, `skipped`, or `in_progress` where it takes longer than an answer: its job says how it goes on.
    #[schema(example = "completed")]
    status: &'static str,
    /// What it found or made.
    #[schema(value_type = Object)]
    result: Value,
    /// The job that did it.
    job_id: String,
}

/// Runs a single step of the import pipeline.
#[utoipa::path(post, path = "/import/step", request_body = RunStep, tag = "import", responses((status = 200, body = StepRunView), ApiError))]
pub async fn run_import_step(
    caller: Caller<ProjectsImport>,
    extract::Json(request): extract::Json<RunStep>,
) -> ApiResult<Json<StepRunView>> {
    let step = request.step_id;
    let Some((place, _)) = import_steps::ALL
        .iter()
        .enumerate()
        .find(|(_, (id, _))| *id == step)
    else {
        let ids = import_steps::ALL.map(|(id, _)| id).join(", ");
        let text = format!("there is no step of this name; there are: {ids}");
        return Err(ApiError::new(Code::BadRequest, text));
    };
    let mut asked = match step.as_str() {
        "clone" | "detect_language" | "joern_import" | "cpg_export" => {
            let import: StartImport = extract::object(&request.context)?;
            of_import(prepare(&caller, import).await?, &step)
        }
        _ => of_project(&caller, &request.context, &step).await?,
    };
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
    let until = Instant::now() + PATIENCE;
    let mut look = interval(LOOK);
    loop {
        look.tick().await;
        let mut tx = caller.read().await?;
        let found = tx.jobs().lookup(caller.scope(), job).await?;
        let found = found.ok_or_else(|| ApiError::not_found("job"))?;
        if found.status.is_final() || Instant::now() >= until {
            return answer(step, place, found).map(Json);
        }
    }
}

fn answer(step: String, place: usize, job: Job) -> ApiResult<StepRunView> {
    let status = match job.status {
        JobStatus::Failed => {
            let text = job.error.unwrap_or_default();
            return Err(ApiError::new(
                Code::StepFailed,
                format!("the step failed: {text}"),
            ));
        }
        JobStatus::Cancelled => {
            return Err(ApiError::new(Code::Conflict, "the step was cancelled"));
        }
        JobStatus::Pending | JobStatus::InProgress => "in_progress",
        JobStatus::Completed => match job.steps.get(place).map(|step| step.status) {
            Some(StepStatus::Skipped) => "skipped",
            _ => "completed",
        },
    };
    Ok(StepRunView {
        step,
        status,
        result: job
            .result
            .filter(|result| !result.is_null())
            .unwrap_or_else(|| json!({})),
        job_id: job.id.to_string(),
    })
}

/// The part of an import that a step is; creating and publishing a graph are an import that does nothing else.
fn of_import(mut asked: Asked, step: &str) -> Asked {
    if let Payload::Import {
        request,
        wants_docs,
        wants_domain,
        ..
    } = &mut asked.payload
    {
        (*wants_docs, *wants_domain) = (false, false);
        if matches!(step, "clone" | "detect_language") {
            asked.payload = Payload::Step {
                step: step.to_owned(),
                request: Some(request.clone()),
                project: None,
                texts: WantedTexts::default(),
                domain_name: None,
            };
        }
    }
    asked
}

/// How a step works on a graph.
#[derive(Deserialize, Validate)]
#[garde(allow_unvalidated)]
struct OfProject {
    #[serde(default = "yes")]
    import_readme: bool,
    #[serde(default = "yes")]
    import_comments: bool,
    #[garde(inner(custom(is_name)))]
    domain_name: Option<String>,
}

async fn of_project(
    caller: &Caller<ProjectsImport>,
    context: &Map<String, Value>,
    step: &str,
) -> ApiResult<Asked> {
    let options: OfProject = extract::object(context)?;
    let mut tx = caller.begin().await?;
    let project = project(caller, &mut tx, context).await?;
    check_open(&mut tx, caller.identity().user.id).await?;
    Ok(Asked {
        tx,
        group: project.group_id,
        name: project.name,
        payload: Payload::Step {
            step: step.to_owned(),
            request: None,
            project: Some(project.id),
            texts: WantedTexts {
                readmes: options.import_readme,
                documents: true,
                comments: options.import_comments,
            },
            domain_name: options.domain_name,
        },
    })
}

/// The project that a context names, where the caller may see it.
async fn project(
    caller: &Caller<ProjectsImport>,
    tx: &mut Tx,
    context: &Map<String, Value>,
) -> ApiResult<Project> {
    let text = |key: &str| match context.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(ApiError::field(key, "this is no text")),
    };
    let found = if let Some(text) = text("project_id")? {
        let project: ProjectId = id(text, "project")?;
        Some(project)
    } else {
        let path = match text("duckdb_path")? {
            Some(path) => Some(path),
            None => text("db_path")?,
        };
        let path =
            path.ok_or_else(|| ApiError::field("context", "project_id or duckdb_path is needed"))?;
        let name = name_of(path).ok_or_else(|| {
            let text = "duckdb_path is no name of a graph: write ./workspace/<project>.duckdb";
            ApiError::new(Code::InvalidPath, text)
        })?;
        let group: GroupId = match text("group_id")? {
            Some(text) => id(text, "group")?,
            None => GroupId::DEFAULT,
        };
        let found = tx.projects().find_in(group, &name).await?;
        found.map(|project| project.id)
    };
    let found = match found {
        Some(project) => tx.projects().lookup_in(caller.scope(), project).await?,
        None => None,
    };
    found.ok_or_else(|| ApiError::not_found("project"))
}

/// The project of a graph's name. It is a name and no path: nothing is looked for on the disk.
fn name_of(path: &str) -> Option<ProjectName> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let path = path.strip_prefix("workspace/").unwrap_or(path);
    let name = path.strip_suffix(".duckdb").unwrap_or(path);
    let is_plain = !name.starts_with('.') && !name.contains(['/', '\\', '%', '\0', ':']);
    if is_plain { name.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_graph_is_named_and_never_a_path() {
        for (path, name) in [
            ("./workspace/shop.duckdb", "shop"),
            ("workspace/shop.duckdb", "shop"),
            ("shop.duckdb", "shop"),
            ("shop", "shop"),
            ("PostgreSQL 17.duckdb", "PostgreSQL 17"),
        ] {
            assert_eq!(name_of(path).unwrap().as_str(), name, "{path}");
        }
        for bad in [
            "",
            ".",
            "..",
            "../shop.duckdb",
            "./workspace/../shop.duckdb",
            "/etc/passwd",
            "./workspace//etc/passwd",
            "workspace/a/b.duckdb",
            "..\\shop",
            "%2e%2e%2fshop",
            "C:\\shop.duckdb",
            "shop\0.duckdb",
            "file:shop",
            ".hidden",
        ] {
            assert!(name_of(bad).is_none(), "{bad}");
        }
    }
}
