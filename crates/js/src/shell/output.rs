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

/// Takes what scripts write, from the threads of all workers.
#[derive(Clone)]
pub struct Output(Arc<dyn Fn(Stream, &[u8]) + Send + Sync>);

impl Output {
    /// The process's own streams. A closed one takes nothing.
    pub fn process() -> Self {
        Self::new(|stream, bytes| {
            let _ = match stream {
                Stream::Output => {
                    let mut output = std::io::stdout().lock();
                    output.write_all(bytes).and_then(|()| output.flush())
                }
                Stream::Error => std::io::stderr().lock().write_all(bytes),
            };
        })
    }

    /// Calls `write` with what is written: lines with their ends, or any bytes where a script asks for it.
    pub fn new(write: impl Fn(Stream, &[u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    pub(crate) fn write(&self, stream: Stream, line: &str) {
        self.write_bytes(stream, format!("{line}\n").as_bytes());
    }

    pub(crate) fn write_bytes(&self, stream: Stream, bytes: &[u8]) {
        (self.0)(stream, bytes);
    }
}
