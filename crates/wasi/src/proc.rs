//! The end of the guest: `proc_exit` and `proc_raise`.

use crate::errno::Errno;
use std::fmt;

/// The guest ended itself, with this code.
///
/// An ordinary end, but one that unwinds the guest's stack: it comes out of the call that started
/// the guest as an error. Code 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(pub i32);

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the program ended with exit code {}", self.0)
    }
}

impl std::error::Error for Exit {}

/// `proc_exit`: the end.
pub(crate) fn proc_exit(code: u32) -> Exit {
    Exit(code as i32)
}

/// `proc_raise`: what a process does that has no handler for the signal, as no guest can have one.
///
/// Signal 0 and those ignored by default do nothing, those that stop a process are not supported,
/// and the others end the guest with 128 and their number, as a shell reports it.
///
/// # Errors
/// The end of the guest. What is within otherwise is the function's result.
pub fn proc_raise(signal: u32) -> Result<Result<(), Errno>, Exit> {
    const CHLD: u32 = 16;
    const CONT: u32 = 17;
    const URG: u32 = 22;
    const WINCH: u32 = 27;
    match signal {
        0 | CHLD | CONT | URG | WINCH => Ok(Ok(())),
        18..=21 => Ok(Err(Errno::Notsup)),
        1..=30 => Err(Exit(128 + signal as i32)),
        _ => Ok(Err(Errno::Inval)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_do_what_they_do_by_default() {
        assert_eq!(proc_raise(0), Ok(Ok(())));
        assert_eq!(proc_raise(6), Err(Exit(134)));
        assert_eq!(proc_raise(18), Ok(Err(Errno::Notsup)));
        assert_eq!(proc_raise(31), Ok(Err(Errno::Inval)));
        assert_eq!(
            proc_exit(3).to_string(),
            "the program ended with exit code 3"
        );
    }
}
