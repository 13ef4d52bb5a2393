//! How text for people looks on a terminal that shows colours.

use anstyle::{AnsiColor, Style};

/// The styles of what tools show; all of them nothing where there are no colours.
#[derive(Copy, Clone, Debug, Default)]
pub(crate) struct Styles {
    /// The first line of a list.
    pub(crate) heading: Style,
    /// What things are called.
    pub(crate) name: Style,
    /// Offsets, and what else is beside the point.
    pub(crate) quiet: Style,
    /// What is wrong.
    pub(crate) fault: Style,
}

impl Styles {
    /// The styles of a place that shows colours.
    pub(crate) fn coloured() -> Self {
        Self {
            heading: Style::new().bold(),
            name: Style::new().fg_color(Some(AnsiColor::Cyan.into())),
            quiet: Style::new().dimmed(),
            fault: Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
        }
    }
}
