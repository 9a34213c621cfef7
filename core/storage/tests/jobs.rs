//! Jobs: held by one at a time, taken from who is gone, ended once.

use codegraph_model::job::import_steps;
use codegraph_model::{
    GroupId, ImportMode, ImportRequest, Job, JobId, JobStatus, Origin, Payload, Role, UserId,
};
use codegraph_storage::{Beat, Db, Location, NewUser, Scope};
use jiff::{SignedDuration, Timestamp};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

struct World {
    db: Db,
    user: UserId,
    _folder: tempfile::TempDir,
}

impl World {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::parse(None, folder.path()).unwrap();
        let db = Db::open(&location).await.unwrap();
        let new = NewUser {
            username: "anna".parse().unwrap(),
            email: None,
            full_name: String::new(),
            password_hash: None,
            role: Role::Analyst,
            must_change_password: false,
        };
        let mut tx = db.begin().await.unwrap();
        let user = tx.users().add(&new, at(0)).await.unwrap().id;
        tx.commit().await.unwrap();
        Self {
            db,
            user,
            _folder: folder,
        }
    }

    async fn add(&self, second: i64) -> JobId {
        let payload = Payload::Import {
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
        };
        let steps = import_steps::begun_none();
        let mut tx = self.db.begin().await.unwrap();
        let id = tx
            .jobs()
            .add(
                self.user,
                GroupId::DEFAULT,
                "x",
                &payload,
                &steps,
                at(second),
            )
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn claim(&self, second: i64) -> Option<Job> {
        let mut tx = self.db.begin().await.unwrap();
        tx.jobs().end_abandoned(3, at(second)).await.unwrap();
        let until = at(second) + SignedDuration::from_secs(30);
        let job = tx.jobs().claim(at(second), until).await.unwrap();
        tx.commit().await.unwrap();
        job
    }

    async fn beat(&self, job: &Job, second: i64) -> Beat {
        let until = at(second) + SignedDuration::from_secs(30);
        let mut tx = self.db.begin().await.unwrap();
        let beat = tx
            .jobs()
            .beat(job.id, job.attempt, &job.steps, at(second), until)
            .await;
        tx.commit().await.unwrap();
        beat.unwrap()
    }

    async fn end(&self, job: &Job, second: i64) -> bool {
        let mut tx = self.db.begin().await.unwrap();
        let mut jobs = tx.jobs();
        let ended = jobs
            .end(
                job.id,
                job.attempt,
                JobStatus::Completed,
                &job.steps,
                None,
                None,
                at(second),
            )
            .await
            .unwrap();
        tx.commit().await.unwrap();
        ended
    }

    async fn cancel(&self, job: JobId) -> bool {
        let mut tx = self.db.begin().await.unwrap();
        let cancelled = tx.jobs().cancel(job, at(0)).await.unwrap();
        tx.commit().await.unwrap();
        cancelled
    }

    async fn status(&self, job: JobId) -> (JobStatus, u64) {
        let mut tx = self.db.read().await.unwrap();
        let job = tx.jobs().lookup(Scope::All, job).await.unwrap().unwrap();
        (job.status, job.attempt)
    }
}

#[tokio::test]
async fn the_one_that_waits_longest_goes_first_and_to_one_worker() {
    let world = World::start().await;
    let (first, second) = (world.add(1).await, world.add(2).await);
    assert_eq!(world.claim(3).await.unwrap().id, first);
    assert_eq!(world.claim(3).await.unwrap().id, second);
    assert_eq!(world.claim(3).await, None);
}

#[tokio::test]
async fn who_is_silent_loses_the_job_and_can_write_no_more() {
    let world = World::start().await;
    let id = world.add(0).await;
    let slow = world.claim(0).await.unwrap();
    assert_eq!(world.beat(&slow, 20).await, Beat::GoesOn);
    assert_eq!(world.claim(49).await, None, "held until 50");
    let fast = world.claim(51).await.unwrap();
    assert_eq!((fast.id, fast.attempt), (id, 2));
    assert_eq!(world.beat(&slow, 52).await, Beat::Lost);
    assert!(!world.end(&slow, 52).await);
    assert!(world.end(&fast, 53).await);
    assert!(!world.end(&fast, 54).await, "once");
    assert_eq!(world.status(id).await, (JobStatus::Completed, 2));
}

#[tokio::test]
async fn a_job_that_ends_its_process_each_time_fails() {
    let world = World::start().await;
    let id = world.add(0).await;
    for attempt in 0..3 {
        assert!(world.claim(attempt * 100).await.is_some());
    }
    assert_eq!(world.claim(300).await, None);
    assert_eq!(world.status(id).await, (JobStatus::Failed, 3));
}

#[tokio::test]
async fn cancelling_ends_what_waits_and_tells_what_runs() {
    let world = World::start().await;
    let waits = world.add(5).await;
    let runs = world.add(1).await;
    let job = world.claim(6).await.unwrap();
    assert_eq!(job.id, runs);
    assert!(world.cancel(waits).await && world.cancel(runs).await);
    assert_eq!(world.status(waits).await.0, JobStatus::Cancelled);
    assert!(!world.cancel(waits).await);
    assert_eq!(world.beat(&job, 7).await, Beat::CancelRequested);
    // Its runner is gone before it heard of it: it is cancelled all the same, and not begun anew.
    assert_eq!(world.claim(100).await, None);
    assert_eq!(world.status(runs).await.0, JobStatus::Cancelled);
}

#[tokio::test]
async fn a_job_that_is_put_back_loses_no_attempt() {
    let world = World::start().await;
    let id = world.add(0).await;
    let job = world.claim(0).await.unwrap();
    let mut tx = world.db.begin().await.unwrap();
    assert!(
        tx.jobs()
            .put_back(job.id, job.attempt, &job.steps, at(1))
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert_eq!(world.status(id).await, (JobStatus::Pending, 0));
    assert_eq!(world.claim(2).await.unwrap().attempt, 1);
}

#[tokio::test]
async fn two_hundred_claims_at_once_take_each_job_once() {
    let world = World::start().await;
    for second in 0..20 {
        world.add(second).await;
    }
    let mut taken = Vec::new();
    let mut claims = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let db = world.db.clone();
        claims.spawn(async move {
            let mut tx = db.begin().await.unwrap();
            let job = tx.jobs().claim(at(50), at(80)).await.unwrap();
            tx.commit().await.unwrap();
            job.map(|job| job.id)
        });
    }
    while let Some(claimed) = claims.join_next().await {
        taken.extend(claimed.unwrap());
    }
    taken.sort();
    let before = taken.len();
    taken.dedup();
    assert_eq!((before, taken.len()), (20, 20));
}
