//! The end of scripts that do not stop by themselves when their time is over.
//!
//! The JavaScript engine looks for interrupts in calls and loops of scripts. What is one step of a script it finishes first: comparing
//! all keys of a Proxy, or `Array.prototype.reverse` of an object that says it is 2⁵³ long. Nobody outside can stop that, so the
//! process ends.

use std::thread;
use std::time::Duration;

use crate::exit;

/// How long scripts have for stopping by themselves.
const GRACE: Duration = Duration::from_secs(1);

/// Ends the process when `timeout` is over and scripts have not ended soon after.
///
/// # Errors
/// When there can be no more threads.
pub(super) fn enforce(timeout: Duration) -> std::io::Result<()> {
    let end = move || {
        thread::sleep(timeout.saturating_add(GRACE));
        super::print_interrupted();
        // SAFETY: `_exit` runs nothing more of this process. What scripts wrote has left it already.
        unsafe { libc::_exit(exit::TRAP) }
    };
    let thread = thread::Builder::new().name("deadline".into());
    thread.spawn(end).map(drop)
}
