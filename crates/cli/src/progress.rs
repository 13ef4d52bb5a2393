//! Shows on a terminal how far a long compilation is.
//!
//! Only what takes long is shown, without colour, and nothing at all goes into a pipe.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is over sooner is not shown.
const PATIENCE: Duration = Duration::from_millis(100);

/// A line on the terminal, gone when this is. Many threads may report to it.
pub(crate) struct Progress {
    /// Hidden unless standard error is a terminal that can move its cursor.
    bar: ProgressBar,
    start: Instant,
    done: AtomicU64,
}

impl Progress {
    /// Shows `message` and how many of `all` functions are done.
    pub(crate) fn new(message: &str, all: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(all as u64), ProgressDrawTarget::stderr());
        let bar = bar.with_message(message.to_string());
        let style = ProgressStyle::with_template("{msg}: {pos} of {len} functions {wide_bar}");
        Self {
            bar: match style {
                Ok(style) => bar.with_style(style.progress_chars("=> ")),
                Err(_) => bar,
            },
            start: Instant::now(),
            done: AtomicU64::new(0),
        }
    }

    /// One more function is done.
    pub(crate) fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.start.elapsed() > PATIENCE {
            self.bar.set_position(done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
