//! The plugin's log: lines of `host.log` and what it writes to stdout and stderr, capped by call.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

use crate::text;

/// Longest line; the rest of it is cut.
const LINE_BYTES: usize = 4096;

/// How grave a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// The log of one call. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct CallLog(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    plugin: String,
    lines_left: u64,
    bytes_left: u64,
    written: u64,
    dropped: u64,
    /// The last line of stderr: a panic message explains a trap.
    last_words: String,
}

impl CallLog {
    pub(crate) fn new(plugin: &str, lines: u64, bytes: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            plugin: plugin.into(),
            lines_left: lines,
            bytes_left: bytes,
            written: 0,
            dropped: 0,
            last_words: String::new(),
        })))
    }

    /// Writes a line, or counts it where the log is full.
    pub(crate) fn write(&self, level: Level, message: &str) {
        let mut state = self.state();
        if state.lines_left == 0 || state.bytes_left == 0 {
            state.dropped += 1;
            return;
        }
        let line = text::clean_line(message, LINE_BYTES.min(state.bytes_left as usize));
        state.lines_left -= 1;
        state.bytes_left -= line.len() as u64;
        state.written += 1;
        let plugin = state.plugin.as_str();
        match level {
            Level::Trace => tracing::trace!(plugin.id = plugin, "{line}"),
            Level::Debug => tracing::debug!(plugin.id = plugin, "{line}"),
            Level::Info => tracing::info!(plugin.id = plugin, "{line}"),
            Level::Warn => tracing::warn!(plugin.id = plugin, "{line}"),
            Level::Error => tracing::error!(plugin.id = plugin, "{line}"),
        }
    }

    /// Lines that were written and lines that were dropped.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let state = self.state();
        (state.written, state.dropped)
    }

    /// The last line that came by stderr.
    pub(crate) fn last_words(&self) -> String {
        self.state().last_words.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stdout or stderr of a guest.
pub(crate) struct Output {
    log: CallLog,
    error: bool,
}

impl Output {
    pub(crate) fn stdout(log: &CallLog) -> Self {
        Self {
            log: log.clone(),
            error: false,
        }
    }

    pub(crate) fn stderr(log: &CallLog) -> Self {
        Self {
            log: log.clone(),
            error: true,
        }
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(Lines {
            log: self.log.clone(),
            error: self.error,
            pending: Vec::new(),
        })
    }
}

/// Cuts what is written into lines.
struct Lines {
    log: CallLog,
    error: bool,
    pending: Vec<u8>,
}

impl Lines {
    fn end_line(&mut self) {
        let line = String::from_utf8_lossy(&self.pending).into_owned();
        self.pending.clear();
        if line.trim().is_empty() {
            return;
        }
        if self.error {
            self.log.state().last_words = text::clean_line(&line, 512);
        }
        let level = if self.error { Level::Warn } else { Level::Info };
        self.log.write(level, &line);
    }
}

impl AsyncWrite for Lines {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            let room = LINE_BYTES.saturating_sub(self.pending.len());
            self.pending
                .extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if !self.pending.is_empty() {
            self.end_line();
        }
    }
}
