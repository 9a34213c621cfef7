//! The child: enters the sandbox, opens the graph, answers one statement.

use std::io;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use codegraph_cpg::console::{Budget, Console, Options, SqlError};

use super::Limits;
use super::protocol::{
    Frame, MAX_REQUEST_BYTES, Request, TEMPORARY, Task, read_frame, write_frame,
};

/// Parsers recurse: a statement of the allowed length can need tens of megabytes of stack. Only what is used is charged
/// to the machine, but all of it to the address space.
const STACK_BYTES: usize = 64 << 20;

/// How long after the time limit the child ends itself, if neither the engine nor the parent stopped it.
const SELF_DESTRUCTION: Duration = Duration::from_secs(1);

/// Runs the hidden subcommand `codegraph sql-worker`: one request on standard input, frames on standard output.
///
/// To be called first in `main`, before any thread is started.
pub fn worker() -> ExitCode {
    let started = Instant::now();
    let Ok(Some((request, _))) = read_frame::<Request>(&mut io::stdin().lock(), MAX_REQUEST_BYTES)
    else {
        return ExitCode::from(2);
    };
    let entered = match request.policy.apply() {
        Ok(strength) => Frame::Entered(strength),
        Err(error) => {
            let _ = write_frame(
                &mut io::stdout(),
                &Frame::Failed(SqlError::Unavailable {
                    message: error.to_string(),
                }),
            );
            return ExitCode::FAILURE;
        }
    };
    if write_frame(&mut io::stdout(), &entered).is_err() {
        return ExitCode::FAILURE;
    }
    leave_with_parent();
    let deadline = started + request.limits.timeout;
    let answering = thread::Builder::new()
        .name("sql".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || answer(&request, deadline));
    match answering.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// The parent keeps our standard input open as long as it waits: when it ends, even by SIGKILL, so do we.
fn leave_with_parent() {
    // Without this thread the time limit still ends us.
    let _ = thread::Builder::new().name("parent".to_owned()).spawn(|| {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        // Not `exit`: it would tear down the engine's globals under the threads that use them.
        std::process::abort();
    });
}

/// Answers in frames; an error means that nobody listens any more.
fn answer(request: &Request, deadline: Instant) -> io::Result<()> {
    let mut out = io::stdout();
    let done = result(request, deadline, &mut |frame| {
        write_frame(&mut out, &frame).is_ok()
    });
    let last = done.unwrap_or_else(|error| {
        Frame::Failed(match error {
            SqlError::Timeout { .. } => SqlError::Timeout {
                ms: request.limits.timeout_ms(),
            },
            other => other,
        })
    });
    write_frame(&mut out, &last)
}

fn result(
    request: &Request,
    deadline: Instant,
    send: &mut dyn FnMut(Frame) -> bool,
) -> Result<Frame, SqlError> {
    let console = Console::open(&request.graph, &options(&request.limits))?;
    let (finished, running) = channel();
    stop_at(deadline, console.interrupter(), running);
    let began = Instant::now();
    let checked = console.check(&request.sql)?;
    let ended = match request.task {
        Task::Validate => {
            console.bind(&checked)?;
            codegraph_cpg::console::Ended {
                rows: 0,
                truncated: false,
            }
        }
        Task::Run => console.run(&checked, budget(&request.limits), |event| {
            send(Frame::Part(event))
        })?,
    };
    drop(finished);
    Ok(Frame::Done {
        ended,
        warnings: checked.warnings,
        execution_time_ms: began.elapsed().as_secs_f64() * 1000.0,
    })
}

/// Interrupts the engine at the deadline and, as it does not listen everywhere, ends the process a little later. The
/// parent kills us before that, if there still is one.
fn stop_at(deadline: Instant, interrupt: impl Fn() + Send + 'static, running: Receiver<()>) {
    let watch = move || {
        let wait = |until: Instant| {
            let left = until.saturating_duration_since(Instant::now());
            running.recv_timeout(left) == Err(RecvTimeoutError::Timeout)
        };
        if wait(deadline) {
            interrupt();
            if wait(deadline + SELF_DESTRUCTION) {
                std::process::abort();
            }
        }
    };
    // Without this thread the parent's clock and the limit on CPU time remain.
    let _ = thread::Builder::new().name("clock".to_owned()).spawn(watch);
}

fn options(limits: &Limits) -> Options {
    Options {
        memory_bytes: limits.memory_bytes / 2,
        temporary_bytes: limits.temporary_bytes,
        temporary_folder: TEMPORARY.into(),
        threads: limits.threads,
        comments: limits.comments,
    }
}

fn budget(limits: &Limits) -> Budget {
    Budget {
        max_rows: limits.max_rows,
        rows_without_limit: limits.rows_without_limit,
        max_bytes: limits.max_bytes,
    }
}
