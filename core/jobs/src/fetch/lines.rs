//! What Git writes to standard error, line by line.

use std::collections::VecDeque;

/// Lines of Git's that are kept for the message.
const MOST_LINES: usize = 40;

/// Longest line that is kept.
const MOST_LINE: usize = 1000;

/// The last lines that Git wrote, progress aside and without the proxy's credential.
pub(super) struct Lines {
    secret: String,
    partial: Vec<u8>,
    kept: VecDeque<String>,
}

impl Lines {
    pub(super) fn new(secret: &str) -> Self {
        Self {
            secret: secret.to_owned(),
            partial: Vec::new(),
            kept: VecDeque::new(),
        }
    }

    /// Takes bytes; `is_progress` gets every whole line and says whether it was progress.
    pub(super) fn push(&mut self, bytes: &[u8], is_progress: &mut dyn FnMut(&str) -> bool) {
        for byte in bytes {
            match byte {
                b'\r' | b'\n' => self.close(is_progress),
                _ if self.partial.len() < MOST_LINE => self.partial.push(*byte),
                _ => {}
            }
        }
    }

    fn close(&mut self, is_progress: &mut dyn FnMut(&str) -> bool) {
        let line = String::from_utf8_lossy(&self.partial).trim_end().to_owned();
        self.partial.clear();
        if line.is_empty() || is_progress(&line) {
            return;
        }
        if self.kept.len() == MOST_LINES {
            self.kept.pop_front();
        }
        self.kept.push_back(line.replace(&self.secret, "***"));
    }

    pub(super) fn into_vec(mut self) -> Vec<String> {
        self.close(&mut |_| false);
        self.kept.into()
    }
}
