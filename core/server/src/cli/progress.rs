//! Progress on standard error: bars on a terminal, lines elsewhere.

use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use codegraph_jobs::import::Progress;
use codegraph_model::Step;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::message;

/// Shows progress as the terminal allows.
pub(crate) fn progress() -> Arc<dyn Progress> {
    if std::io::stderr().is_terminal() {
        Arc::new(Bars::default())
    } else {
        Arc::new(Lines::default())
    }
}

fn says(step: Step) -> &'static str {
    match step {
        Step::Fetch => "fetching the repository",
        Step::Find => "finding files",
        Step::Outline => "outlining files",
        Step::Compare => "comparing with the last graph",
        Step::Reuse => "taking over what is unchanged",
        Step::Lower => "reading files into the graph",
        Step::Link => "linking names and calls",
        Step::Store => "storing the graph",
        Step::Publish => "publishing the graph",
    }
}

fn amount(step: Step, amount: u64) -> String {
    match step {
        Step::Find => format!("{} files", HumanCount(amount)),
        Step::Fetch | Step::Outline | Step::Compare | Step::Lower => HumanBytes(amount).to_string(),
        Step::Reuse | Step::Link | Step::Store | Step::Publish => String::new(),
    }
}

/// One bar for the step that runs.
#[derive(Default)]
struct Bars(Mutex<Option<ProgressBar>>);

impl Bars {
    fn bar(&self) -> std::sync::MutexGuard<'_, Option<ProgressBar>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Bars {
    fn begin(&self, step: Step, total: Option<u64>) {
        let counts = match step {
            Step::Find => "{human_pos} files",
            Step::Fetch => "{binary_bytes}",
            _ => "",
        };
        let (template, length) = match total {
            Some(total) => (
                "{spinner} {msg:30} {wide_bar} {percent:>3} % {binary_bytes}/{binary_total_bytes} {elapsed}".to_owned(),
                Some(total),
            ),
            None => (format!("{{spinner}} {{msg:30}} {counts} {{elapsed}}"), None),
        };
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr_with_hz(10));
        bar.set_style(
            ProgressStyle::with_template(&template)
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.set_message(says(step));
        bar.enable_steady_tick(Duration::from_millis(100));
        *self.bar() = Some(bar);
    }

    fn advance(&self, _: Step, by: u64) {
        if let Some(bar) = &*self.bar() {
            bar.inc(by);
        }
    }

    fn end(&self, _: Step) {
        if let Some(bar) = self.bar().take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        if let Some(bar) = self.bar().take() {
            bar.finish_and_clear();
        }
    }
}

/// A line for each step as it ends.
#[derive(Default)]
struct Lines(Mutex<Option<(Instant, u64)>>);

impl Progress for Lines {
    fn begin(&self, _: Step, _: Option<u64>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), 0));
    }

    fn advance(&self, _: Step, by: u64) {
        if let Some((_, done)) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            *done += by;
        }
    }

    fn end(&self, step: Step) {
        let Some((since, done)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
        else {
            return;
        };
        message(&format!(
            "{:30} {:>6.2} s  {}\n",
            says(step),
            since.elapsed().as_secs_f64(),
            amount(step, done)
        ));
    }
}
