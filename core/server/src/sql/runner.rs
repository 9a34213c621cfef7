//! The parent: starts a child for a statement, counts its bytes and its time, and ends it.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use codegraph_cpg::console::{Event, MAX_SQL_BYTES, SqlError, Warning};
use codegraph_sandbox::Strength;
use tempfile::TempDir;

use super::confine::{address_space, command, policy, private_folder};
use super::protocol::{Frame, Request, Task, read_frame, write_frame};
use super::watch::Peak;
use super::{Limits, Slots, SqlResult};

/// How long after the time limit a child is killed that did not stop by itself.
const GRACE: Duration = Duration::from_millis(250);

/// How often the memory of the child is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// How long a child that has answered may take to leave.
const LEAVING: Duration = Duration::from_millis(200);

/// What of the child's standard error is kept for the log.
const MAX_STDERR: u64 = 4096;

/// Runs statements in children.
#[derive(Clone, Debug)]
pub struct Runner {
    program: PathBuf,
    work_folder: PathBuf,
    slots: Option<Arc<Slots>>,
}

/// What a child used, as seen from outside.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Largest resident memory seen, in bytes; 0 where the system does not tell.
    pub peak_resident_bytes: u64,
    /// From the start of the child to its end.
    pub elapsed: Duration,
}

impl Runner {
    /// Runs this very program as the child.
    pub fn current() -> Result<Self, SqlError> {
        let program =
            std::env::current_exe().map_err(|error| unavailable("find this program", &error))?;
        Ok(Self::with_program(program))
    }

    /// Runs another copy of `codegraph` as the child.
    pub fn with_program(program: PathBuf) -> Self {
        Self {
            program,
            work_folder: std::env::temp_dir(),
            slots: None,
        }
    }

    /// Makes the folders of children, which hold temporary files, in this folder. The default is the system's.
    #[must_use]
    pub fn with_work_folder(self, work_folder: PathBuf) -> Self {
        Self {
            work_folder,
            ..self
        }
    }

    /// Lets no more children run at once than there are slots.
    #[must_use]
    pub fn with_slots(self, slots: Arc<Slots>) -> Self {
        Self {
            slots: Some(slots),
            ..self
        }
    }

    /// Runs one statement over a graph file.
    pub fn run(&self, graph: &Path, sql: &str, limits: &Limits) -> Result<SqlResult, SqlError> {
        self.measure(graph, sql, limits).0
    }

    /// Runs one statement and says what the child used.
    pub fn measure(
        &self,
        graph: &Path,
        sql: &str,
        limits: &Limits,
    ) -> (Result<SqlResult, SqlError>, Usage) {
        self.ask(graph, sql, limits, Task::Run)
    }

    /// Checks one statement without running it.
    pub fn validate(
        &self,
        graph: &Path,
        sql: &str,
        limits: &Limits,
    ) -> Result<Vec<Warning>, SqlError> {
        let (result, _) = self.ask(graph, sql, limits, Task::Validate);
        result.map(|result| result.warnings)
    }

    fn ask(
        &self,
        graph: &Path,
        sql: &str,
        limits: &Limits,
        task: Task,
    ) -> (Result<SqlResult, SqlError>, Usage) {
        if sql.len() > MAX_SQL_BYTES {
            let error = SqlError::TooLarge {
                what: "the statement".to_owned(),
                limit_bytes: MAX_SQL_BYTES,
            };
            return (Err(error), Usage::default());
        }
        let _place = match self.slots.as_deref().map(Slots::take).transpose() {
            Ok(place) => place,
            Err(busy) => return (Err(busy), Usage::default()),
        };
        match Session::start(self, graph, sql, limits, task) {
            Ok(session) => session.finish(),
            Err(error) => (Err(error), Usage::default()),
        }
    }
}

/// A child at work. Dropping it kills it.
struct Session<'l> {
    child: Child,
    /// The child's own folder; it goes with the session.
    _folder: TempDir,
    frames: Receiver<io::Result<Frame>>,
    complaints: Option<thread::JoinHandle<String>>,
    limits: &'l Limits,
    started: Instant,
    peak: Peak,
}

impl<'l> Session<'l> {
    fn start(
        runner: &Runner,
        graph: &Path,
        sql: &str,
        limits: &'l Limits,
        task: Task,
    ) -> Result<Self, SqlError> {
        let graph = fs::canonicalize(graph).map_err(|error| SqlError::CorruptGraph {
            message: format!("the file cannot be opened: {}", error.kind()),
        })?;
        let folder = private_folder(&runner.work_folder)
            .map_err(|error| unavailable("make a folder for the query process", &error))?;
        let request = Request {
            sql: sql.to_owned(),
            task,
            limits: limits.clone(),
            policy: policy(&graph, folder.path(), limits),
            graph,
        };
        let started = Instant::now();
        let mut child = command(&runner.program, folder.path())
            .spawn()
            .map_err(|error| unavailable("start the query process", &error))?;
        let (Some(mut input), Some(output), Some(complaints)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            unreachable!("all three streams were asked for");
        };
        // The request can be larger than a pipe, and a child need not read it.
        let (close, closed) = sync_channel::<()>(0);
        thread::spawn(move || {
            // What a child that is gone did not read is of no interest: its end tells more.
            let _ = write_frame(&mut input, &request);
            // Standard input stays open until the parent is done with the child: its end is the child's.
            let _ = closed.recv();
        });
        let (send, frames) = sync_channel(4);
        let room = room(limits);
        thread::spawn(move || {
            read_frames(output, room, &send);
            drop(close);
        });
        let complaints = thread::spawn(move || {
            let mut text = Vec::new();
            let mut complaints = complaints;
            let _ = complaints.by_ref().take(MAX_STDERR).read_to_end(&mut text);
            let _ = io::copy(&mut complaints, &mut io::sink());
            String::from_utf8_lossy(&text).into_owned()
        });
        Ok(Self {
            child,
            _folder: folder,
            frames,
            complaints: Some(complaints),
            limits,
            started,
            peak: Peak::default(),
        })
    }

    fn finish(mut self) -> (Result<SqlResult, SqlError>, Usage) {
        let answer = self.collect();
        let status = self.end(answer.is_ok());
        let usage = Usage {
            peak_resident_bytes: self.peak.resident,
            elapsed: self.started.elapsed(),
        };
        let result = match answer {
            Ok(result) => result,
            Err(Silence::Timeout) => Err(SqlError::Timeout {
                ms: self.limits.timeout_ms(),
            }),
            Err(Silence::Nonsense(error)) => {
                Err(unavailable("understand the query process", &error))
            }
            Err(Silence::Ended) => Err(self.explain_end(status)),
        };
        (result, usage)
    }

    /// Takes frames until the last one. The outer error is a child without an answer, the inner one is an answer.
    fn collect(&mut self) -> Result<Result<SqlResult, SqlError>, Silence> {
        let deadline = self.started + self.limits.timeout + GRACE;
        let mut result = SqlResult {
            columns: Vec::new(),
            rows: Vec::new(),
            row_count: 0,
            truncated: false,
            execution_time_ms: 0.0,
            warnings: Vec::new(),
        };
        loop {
            match self.next(deadline)? {
                Frame::Entered(Strength::Full) => {}
                Frame::Entered(strength @ Strength::Degraded(_)) => {
                    tracing::warn!(sandbox = %strength, "the query process is not fully confined");
                }
                Frame::Part(Event::Columns(columns)) => result.columns = columns,
                Frame::Part(Event::Rows(rows)) => result.rows.extend(rows),
                Frame::Done {
                    ended,
                    warnings,
                    execution_time_ms,
                } => {
                    result.row_count = result.rows.len();
                    result.truncated = ended.truncated;
                    result.execution_time_ms = execution_time_ms;
                    result.warnings = warnings;
                    return Ok(Ok(result));
                }
                Frame::Failed(error) => return Ok(Err(error)),
            }
        }
    }

    fn next(&mut self, deadline: Instant) -> Result<Frame, Silence> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Silence::Timeout);
            }
            match self.frames.recv_timeout(left.min(LOOK)) {
                Ok(Ok(frame)) => return Ok(frame),
                Ok(Err(error)) => return Err(Silence::Nonsense(error)),
                Err(RecvTimeoutError::Disconnected) => return Err(Silence::Ended),
                Err(RecvTimeoutError::Timeout) => self.peak.look(self.child.id()),
            }
        }
    }

    /// Waits for a child that has answered, kills it when it stays or has not, and buries it.
    fn end(&mut self, answered: bool) -> Option<ExitStatus> {
        self.peak.look(self.child.id());
        let until = Instant::now() + if answered { LEAVING } else { Duration::ZERO };
        // Its output ends when it does, with or without frames that nobody wants any more.
        while answered
            && let left = until.saturating_duration_since(Instant::now())
            && !left.is_zero()
            && self.frames.recv_timeout(left).is_ok()
        {}
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            // It may have gone in between: then there is nothing to kill.
            let _ = self.child.kill();
        }
        self.child.wait().ok()
    }

    /// Says why a child ended without an answer.
    fn explain_end(&mut self, status: Option<ExitStatus>) -> SqlError {
        let complaints = self.complaints.take();
        let complaints = complaints
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default();
        let complaints = complaints.trim();
        tracing::debug!(?status, complaints, peak = ?self.peak, "the query process ended without an answer");
        let signal = status.and_then(signal_of);
        let near_limit = self.peak.address_space >= address_space(self.limits) / 10 * 8;
        match (signal, status.and_then(|status| status.code())) {
            (Some(signal), _) if near_limit && signal != libc::SIGKILL => SqlError::MemoryLimit,
            (Some(libc::SIGXFSZ), _) => SqlError::MemoryLimit,
            (Some(libc::SIGXCPU), _) => SqlError::Timeout {
                ms: self.limits.timeout_ms(),
            },
            // What a dynamic loader says when a library is missing.
            (None, Some(127)) => SqlError::Unavailable {
                message: last_line(complaints).to_owned(),
            },
            _ => SqlError::WorkerDied { signal },
        }
    }
}

/// Why there is no answer.
enum Silence {
    Timeout,
    Ended,
    Nonsense(io::Error),
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The child writes its cells as JSON, where a control character takes six bytes; the rest is room for frames.
fn room(limits: &Limits) -> usize {
    limits.max_bytes.saturating_mul(6).saturating_add(1 << 20)
}

/// Reads frames until the child ends, says something that is no frame, or has said too much.
fn read_frames(mut output: ChildStdout, mut room: usize, send: &SyncSender<io::Result<Frame>>) {
    loop {
        let frame = match read_frame(&mut output, room) {
            Ok(Some((frame, length))) => {
                room -= length;
                Ok(frame)
            }
            Ok(None) => return,
            Err(error) => Err(error),
        };
        let failed = frame.is_err();
        if send.send(frame).is_err() || failed {
            return;
        }
    }
}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_status: ExitStatus) -> Option<i32> {
    None
}

fn unavailable(what: &str, error: &io::Error) -> SqlError {
    SqlError::Unavailable {
        message: format!("cannot {what}: {error}"),
    }
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or("a library is missing")
}
