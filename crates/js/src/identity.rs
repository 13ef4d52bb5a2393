//! [`Identity`]: as what a host shows itself to programs.

/// As what a host shows itself to programs, which look for what they know.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub enum Identity {
    /// A shell as engines come with for their tests: scripts, and modules by path.
    #[default]
    Shell,
    /// A dedicated worker of a browser, which nobody has started and nobody sends messages to.
    Worker,
}
