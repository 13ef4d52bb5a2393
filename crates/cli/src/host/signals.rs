//! Ctrl-C ends the program with the exit code that shells give to it.

use crate::exit::INTERRUPTED;

/// Makes Ctrl-C exit with code 130, whatever the guest is doing at that moment.
///
/// The default action ends the process too, but as killed by a signal, which not every caller sees
/// as 130. Nothing has to be put in order first: what the guest wrote has left the process already,
/// and files of ours appear under their name only when they are complete.
pub(crate) fn exit_on_interrupt() {
    extern "C" fn exit(_: libc::c_int) {
        // SAFETY: `_exit` may be called in a signal handler and does not return.
        unsafe { libc::_exit(INTERRUPTED) }
    }
    let handler = exit as extern "C" fn(libc::c_int) as libc::sighandler_t;
    // SAFETY: the handler does nothing but end the process, so it may run at any point.
    let before = unsafe { libc::signal(libc::SIGINT, handler) };
    if before == libc::SIG_IGN {
        // Who started us (`nohup`, a shell's background job) wants Ctrl-C ignored.
        // SAFETY: ignoring a signal runs no code of ours.
        unsafe { libc::signal(libc::SIGINT, libc::SIG_IGN) };
    }
}
