//! Printing: results to standard output, everything else to standard error.

use std::io::{self, IsTerminal as _, Write};

use anyhow::Context as _;

/// Standard output. A reader that has gone (`| head`) ends the command well.
pub(crate) struct Output(Box<dyn Write + Send>);

/// The reader of standard output has gone.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads the output any more")]
struct Closed;

impl Output {
    pub(crate) fn stdout() -> Self {
        Self(Box::new(io::BufWriter::new(io::stdout())))
    }

    /// Prints a text as it is.
    pub(crate) fn text(&mut self, text: &str) -> anyhow::Result<()> {
        self.bytes(text.as_bytes())
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        match self.0.write_all(bytes).and_then(|()| self.0.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Closed.into()),
            other => other.context("cannot write to standard output"),
        }
    }

    /// Prints a value as one line of JSON.
    pub(crate) fn json_line(&mut self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        let mut text = serde_json::to_string(value)?;
        text.push('\n');
        self.text(&text)
    }

    /// Prints a value as JSON.
    pub(crate) fn json(&mut self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(value)?;
        text.push('\n');
        self.text(&text)
    }
}

pub(crate) fn is_closed(error: &anyhow::Error) -> bool {
    error.is::<Closed>()
}

/// Prints an error: its sentence, and with `--verbose` what led to it.
pub(crate) fn failure(error: &anyhow::Error, verbose: bool) {
    use std::fmt::Write as _;
    let mut text = format!("{} {error}\n", mark("error:"));
    let mut said = error.to_string();
    let mut left_out = 0;
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        // Many errors repeat their cause in their own sentence.
        if said.contains(&cause) {
            continue;
        }
        if verbose {
            let _ = writeln!(text, "  caused by: {cause}");
        } else {
            left_out += 1;
        }
        said = cause;
    }
    if left_out > 0 {
        text.push_str("  (more with --verbose)\n");
    }
    message(&text);
}

/// Writes to standard error; where that is closed there is nobody to tell.
pub(crate) fn message(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

fn mark(text: &str) -> String {
    if io::stderr().is_terminal() {
        format!("\x1b[1;31m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
