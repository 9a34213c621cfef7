//! The steps of an import as clients know them, out of those that it has.

use std::sync::{Mutex, MutexGuard, PoisonError};

use codegraph_model::job::import_steps;
use codegraph_model::{Clock, ImportReport, JobStep, Step, StepStatus};

use crate::import::Progress;

pub(super) const CLONE: usize = 0;
pub(super) const DETECT: usize = 1;
const CREATE: usize = 2;
const EXPORT: usize = 3;
pub(super) const VALIDATE: usize = 4;
pub(super) const DOCS: usize = 5;
pub(super) const DOMAIN: usize = 6;

/// How far a job is.
pub(super) struct Steps {
    clock: Clock,
    state: Mutex<State>,
}

struct State {
    steps: Vec<JobStep>,
    changed: bool,
    /// Of the step of the import that runs: what is done, of how much.
    done: u64,
    total: u64,
}

/// The client's step of a step of the import, the part of it that this is, in hundredths, and what to say meanwhile.
fn place(step: Step) -> (usize, u64, u64, &'static str) {
    match step {
        Step::Fetch => (CLONE, 0, 100, "Cloning repository..."),
        Step::Find => (DETECT, 0, 100, "Detecting languages..."),
        Step::Outline => (CREATE, 0, 10, "Reading what files declare..."),
        Step::Compare => (CREATE, 10, 15, "Comparing with the last graph..."),
        Step::Reuse => (CREATE, 15, 20, "Taking over what did not change..."),
        Step::Lower => (CREATE, 20, 80, "Creating CPG nodes..."),
        Step::Link => (CREATE, 80, 100, "Linking calls..."),
        Step::Store => (EXPORT, 0, 80, "Writing to DuckDB..."),
        Step::Publish => (EXPORT, 80, 100, "Publishing the graph..."),
    }
}

impl Steps {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            state: Mutex::new(State {
                steps: import_steps::begun_none(),
                changed: true,
                done: 0,
                total: 0,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them, as they are.
    pub(super) fn all(&self) -> Vec<JobStep> {
        self.state().steps.clone()
    }

    /// Whether something changed since it was last asked.
    pub(super) fn take_changed(&self) -> bool {
        std::mem::take(&mut self.state().changed)
    }

    /// A step begins; those before it that did not begin were not needed.
    pub(super) fn start(&self, index: usize, message: &str) {
        let now = self.clock.now();
        let mut state = self.state();
        state.changed = true;
        for step in &mut state.steps[..index] {
            match step.status {
                StepStatus::Pending => step.status = StepStatus::Skipped,
                StepStatus::InProgress => {
                    step.status = StepStatus::Completed;
                    step.completed_at = Some(now);
                }
                _ => continue,
            }
            step.progress = 100;
        }
        let step = &mut state.steps[index];
        step.message = Some(message.to_owned());
        if step.status == StepStatus::Pending {
            step.status = StepStatus::InProgress;
            step.started_at = Some(now);
        }
    }

    pub(super) fn complete(&self, index: usize, message: &str) {
        let now = self.clock.now();
        let mut state = self.state();
        state.changed = true;
        let step = &mut state.steps[index];
        step.status = StepStatus::Completed;
        step.progress = 100;
        step.message = Some(message.to_owned());
        step.started_at.get_or_insert(now);
        step.completed_at = Some(now);
    }

    /// A step that runs is so far.
    pub(super) fn advance_to(&self, index: usize, progress: u8) {
        let mut state = self.state();
        if state.steps[index].progress < progress {
            state.steps[index].progress = progress.min(99);
            state.changed = true;
        }
    }

    pub(super) fn skip(&self, index: usize, message: &str) {
        let mut state = self.state();
        state.changed = true;
        let step = &mut state.steps[index];
        step.status = StepStatus::Skipped;
        step.progress = 100;
        step.message = Some(message.to_owned());
    }

    /// The step that runs failed; where none does, the next one.
    pub(super) fn fail(&self, error: &str) {
        let now = self.clock.now();
        let mut state = self.state();
        state.changed = true;
        let steps = &mut state.steps;
        let running = steps
            .iter()
            .position(|step| step.status == StepStatus::InProgress);
        let next = steps
            .iter()
            .position(|step| step.status == StepStatus::Pending);
        if let Some(index) = running.or(next) {
            let step = &mut steps[index];
            step.status = StepStatus::Failed;
            step.error = Some(error.to_owned());
            step.completed_at = Some(now);
        }
    }

    /// What there is to say of the steps of an import that is done.
    pub(super) fn imported(&self, report: &ImportReport) {
        let languages: Vec<String> = report
            .files_by_language
            .iter()
            .map(|(language, files)| format!("{language} ({files} files)"))
            .collect();
        self.complete(DETECT, &format!("Detected {}", languages.join(", ")));
        let created = format!("{} nodes, {} edges", report.nodes, report.edges);
        self.complete(CREATE, &created);
        let megabytes = report.graph_bytes as f64 / 1e6;
        self.complete(EXPORT, &format!("Graph file of {megabytes:.1} MB"));
    }
}

impl Progress for Steps {
    fn begin(&self, step: Step, total: Option<u64>) {
        let (index, from, _, message) = place(step);
        self.start(index, message);
        let mut state = self.state();
        state.done = 0;
        state.total = total.unwrap_or(0);
        let step = &mut state.steps[index];
        step.progress = step.progress.max(from as u8);
    }

    fn advance(&self, step: Step, by: u64) {
        let (index, from, to, _) = place(step);
        let mut state = self.state();
        state.done = state.done.saturating_add(by);
        if state.total == 0 {
            return;
        }
        let part = (to - from) * state.done.min(state.total) / state.total;
        let progress = (from + part).min(99) as u8;
        if state.steps[index].progress < progress {
            state.steps[index].progress = progress;
            state.changed = true;
        }
    }

    fn end(&self, step: Step) {
        let (index, _, to, message) = place(step);
        if to == 100 {
            self.complete(index, message.trim_end_matches('.'));
        } else {
            let mut state = self.state();
            state.steps[index].progress = to as u8;
            state.changed = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use codegraph_model::{
        GroupId, ImportMode, ImportRequest, Job, JobId, JobStatus, Origin, Payload, UserId,
        WantedTexts,
    };
    use jiff::Timestamp;

    use super::*;

    fn job() -> Job {
        let now = Timestamp::UNIX_EPOCH;
        Job {
            id: JobId::new(now),
            user: UserId::new(now),
            group: GroupId::DEFAULT,
            project_name: "shop".into(),
            payload: Payload::Import {
                request: ImportRequest {
                    origin: Origin::Folder { path: "/x".into() },
                    project: None,
                    group: GroupId::DEFAULT,
                    languages: vec![],
                    include: vec![],
                    exclude: vec![],
                    skip_dependency_folders: true,
                    mode: ImportMode::Full,
                },
                memory_bytes: None,
                wants_docs: true,
                wants_domain: true,
                fetch_depth: None,
                rows_at_once: None,
                texts: WantedTexts::default(),
                domain_name: None,
            },
            status: JobStatus::InProgress,
            steps: vec![],
            result: None,
            error: None,
            cancel_requested: false,
            attempt: 1,
            created_at: now,
            updated_at: now,
            finished_at: None,
        }
    }

    #[test]
    fn a_local_import_skips_the_clone_and_never_goes_back() {
        let mut job = job();
        let steps = Steps::new(Clock::fixed(Timestamp::UNIX_EPOCH));
        let mut last = 0;
        let mut look = |steps: &Steps| {
            job.steps = steps.all();
            let overall = job.overall_progress();
            assert!(overall >= last, "{overall} after {last}");
            last = overall;
            job.current_step().map(str::to_owned)
        };
        steps.begin(Step::Find, None);
        assert_eq!(look(&steps).as_deref(), Some("detect_language"));
        steps.end(Step::Find);
        look(&steps);
        steps.begin(Step::Lower, Some(100));
        steps.advance(Step::Lower, 50);
        assert_eq!(look(&steps).as_deref(), Some("joern_import"));
        assert_eq!(steps.all()[CREATE].progress, 50);
        steps.advance(Step::Lower, 500);
        steps.end(Step::Lower);
        assert_eq!(steps.all()[CREATE].progress, 80);
        steps.begin(Step::Link, None);
        steps.end(Step::Link);
        steps.begin(Step::Store, None);
        look(&steps);
        assert_eq!(steps.all()[CLONE].status, StepStatus::Skipped);
        steps.fail("the disk");
        assert_eq!(look(&steps).as_deref(), Some("cpg_export"));
        assert_eq!(steps.all()[EXPORT].error.as_deref(), Some("the disk"));
        assert!(steps.take_changed() && !steps.take_changed());
    }
}
