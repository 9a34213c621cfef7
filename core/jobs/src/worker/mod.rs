//! Takes jobs from the database and runs them.
//!
//! A job is held for a while ([`Worker::lease`]). Its runner says again and again that it goes on, and writes with the number of its attempt:
//! who was given up for dead can write no more. A job whose runner is gone is begun anew, [`ATTEMPTS`] times at most; an import that
//! was begun twice leaves one graph, for the folder of the first goes with the next sweep.
//!
//! # To add a job
//!
//! 1. A case of `codegraph_model::Payload`.
//! 2. Its file here, and its arm in `run_job`.

mod domain;
mod import;
mod index;
mod published;
mod run;
mod step;
mod steps;
mod validate;

use std::time::Duration;

use jiff::SignedDuration;

pub use run::{Worker, work};

/// So long a job is held without a word of its runner, where nothing else is said.
pub const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// A runner says that it goes on at least so often while its lease lasts.
const BEATS_EACH_LEASE: i32 = 3;
/// Progress is written at most that often.
const TICK: Duration = Duration::from_millis(500);
/// A worker without a job looks for one at least that often: another process may have added it.
const LOOK: Duration = Duration::from_secs(5);
/// A job that ended its process so often has failed.
pub const ATTEMPTS: u64 = 3;
/// Jobs that ended are kept so long.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);
