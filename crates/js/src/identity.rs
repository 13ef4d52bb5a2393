//! [`Identity`]: as what a host shows itself to programs.

use std::path::Path;

use crate::access::Access;
use crate::{loader, node};

/// As what a host shows itself to programs, which look for what they know.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub enum Identity {
    /// A shell as engines come with for their tests: scripts, and modules by path.
    #[default]
    Shell,
    /// A dedicated worker of a browser, which nobody has started and nobody sends messages to.
    Worker,
    /// Node: its modules, its globals, and packages in `node_modules`.
    Node,
}

impl Identity {
    /// That for which a file has been written, as far as it makes that plain.
    ///
    /// It is for Node if its name ends in `.cjs`, if it imports a package or a builtin or calls `require` outside of any function
    /// or condition, or if the `package.json` that it belongs to has a `type`.
    pub fn of_file(path: &Path) -> Self {
        let is_node = path.extension().is_some_and(|ending| ending == "cjs")
            || node::has_typed_package(path)
            || loader::read_text(&Access::default(), path)
                .is_ok_and(|text| node::is_for_node(&text));
        match is_node {
            true => Self::Node,
            false => Self::Shell,
        }
    }
}
