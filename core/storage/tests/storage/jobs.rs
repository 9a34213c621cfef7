//! Jobs: held by one at a time, taken from who is gone, ended once.

use codegraph_model::job::import_steps;
use codegraph_model::{
    GroupId, ImportMode, ImportRequest, Job, JobId, JobStatus, Origin, Payload, Role, UserId,
    WantedTexts,
};
use codegraph_storage::{Beat, Db, Held, NewUser, Scope};
use jiff::{SignedDuration, Timestamp};

use crate::support::{Place, on_both};

on_both!(
    the_one_that_waits_longest_goes_first_and_to_one_worker,
    who_is_silent_loses_the_job_and_can_write_no_more,
    a_job_that_ends_its_process_each_time_fails,
    cancelling_ends_what_waits_and_tells_what_runs,
    a_job_that_is_put_back_loses_no_attempt,
    a_job_that_is_put_back_and_was_to_end_ends,
    who_lost_a_job_or_is_to_end_may_not_publish,
    two_hundred_claims_at_once_take_each_job_once,
    a_claim_passes_over_what_another_one_takes,
);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

struct World {
    db: Db,
    user: UserId,
    place: Place,
}

impl World {
    async fn start(place: Place) -> Self {
        let db = place.open().await;
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
        Self { db, user, place }
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
            fetch_depth: None,
            rows_at_once: None,
            texts: WantedTexts::default(),
            domain_name: None,
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

async fn the_one_that_waits_longest_goes_first_and_to_one_worker(place: Place) {
    let world = World::start(place).await;
    let (first, second) = (world.add(1).await, world.add(2).await);
    assert_eq!(world.claim(3).await.unwrap().id, first);
    assert_eq!(world.claim(3).await.unwrap().id, second);
    assert_eq!(world.claim(3).await, None);
}

async fn who_is_silent_loses_the_job_and_can_write_no_more(place: Place) {
    let world = World::start(place).await;
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

async fn a_job_that_ends_its_process_each_time_fails(place: Place) {
    let world = World::start(place).await;
    let id = world.add(0).await;
    for attempt in 0..3 {
        assert!(world.claim(attempt * 100).await.is_some());
    }
    assert_eq!(world.claim(300).await, None);
    assert_eq!(world.status(id).await, (JobStatus::Failed, 3));
}

async fn cancelling_ends_what_waits_and_tells_what_runs(place: Place) {
    let world = World::start(place).await;
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

async fn a_job_that_is_put_back_loses_no_attempt(place: Place) {
    let world = World::start(place).await;
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

async fn two_hundred_claims_at_once_take_each_job_once(place: Place) {
    let world = World::start(place).await;
    for second in 0..20 {
        world.add(second).await;
    }
    // Two servers, each with its own connections.
    let servers = [world.place.open().await, world.place.open().await];
    let mut taken = Vec::new();
    let mut claims = tokio::task::JoinSet::new();
    for number in 0..200 {
        let db = servers[number % 2].clone();
        claims.spawn(async move {
            let mut tx = db.begin_beside().await.unwrap();
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

/// Who claims does not wait for who is just claiming: on PostgreSQL it passes over that one's job, on SQLite there is one at a time.
async fn a_claim_passes_over_what_another_one_takes(place: Place) {
    let world = World::start(place).await;
    let (first, second) = (world.add(1).await, world.add(2).await);
    let other = world.place.open().await;
    let mut slow = world.db.begin_beside().await.unwrap();
    let taken = slow.jobs().claim(at(3), at(30)).await.unwrap().unwrap();
    assert_eq!(taken.id, first);
    if matches!(other, Db::Postgres(_)) {
        let mut quick = other.begin_beside().await.unwrap();
        let taken = quick.jobs().claim(at(3), at(30)).await.unwrap().unwrap();
        assert_eq!(taken.id, second);
        quick.commit().await.unwrap();
        // What was claimed and not committed is there for the next.
        drop(slow);
        assert_eq!(world.claim(4).await.unwrap().id, first);
    } else {
        slow.commit().await.unwrap();
        assert_eq!(world.claim(4).await.unwrap().id, second);
    }
}

async fn a_job_that_is_put_back_and_was_to_end_ends(place: Place) {
    let world = World::start(place).await;
    let id = world.add(0).await;
    let job = world.claim(0).await.unwrap();
    assert!(world.cancel(id).await);
    let mut tx = world.db.begin().await.unwrap();
    let put_back = tx
        .jobs()
        .put_back(job.id, job.attempt, &job.steps, at(1))
        .await;
    assert!(put_back.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(world.status(id).await.0, JobStatus::Cancelled);
    assert_eq!(world.claim(100).await, None);
}

async fn who_lost_a_job_or_is_to_end_may_not_publish(place: Place) {
    let world = World::start(place).await;
    let id = world.add(0).await;
    let held = |job: &Job| Held {
        job: job.id,
        attempt: job.attempt,
    };
    let hold = async |held: Held| {
        let mut tx = world.db.begin().await.unwrap();
        let beat = tx.jobs().hold(held, at(60)).await.unwrap();
        tx.commit().await.unwrap();
        beat
    };
    let slow = world.claim(0).await.unwrap();
    assert_eq!(hold(held(&slow)).await, Beat::GoesOn);
    let fast = world.claim(51).await.unwrap();
    assert_eq!(hold(held(&slow)).await, Beat::Lost);
    assert_eq!(hold(held(&fast)).await, Beat::GoesOn);
    assert!(world.cancel(id).await);
    assert_eq!(hold(held(&fast)).await, Beat::CancelRequested);
    assert!(world.end(&fast, 61).await);
    assert_eq!(hold(held(&fast)).await, Beat::Lost, "it is over");
}
