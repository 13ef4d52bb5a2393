//! Where scripts write.

use std::io::Write as _;
use std::sync::Arc;

/// Which of the two streams is written to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// Takes what scripts write, a line at a time, from the threads of all workers.
#[derive(Clone)]
pub struct Output(Arc<dyn Fn(Stream, &str) + Send + Sync>);

impl Output {
    /// The process's own streams. A closed one takes nothing.
    pub fn process() -> Self {
        Self::new(|stream, line| {
            let _ = match stream {
                Stream::Output => writeln!(std::io::stdout().lock(), "{line}"),
                Stream::Error => writeln!(std::io::stderr().lock(), "{line}"),
            };
        })
    }

    /// Calls `write` with each line, which has no end of line and may have several within.
    pub fn new(write: impl Fn(Stream, &str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    pub(crate) fn write(&self, stream: Stream, line: &str) {
        (self.0)(stream, line);
    }
}
