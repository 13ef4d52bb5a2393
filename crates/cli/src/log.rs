//! Messages about what the program is doing, on standard error.
//!
//! `WEFT_LOG` is `error`, `warn`, `info` or `debug`; each `-v` goes one step further than `warn`.
//! There is one level for all of it: the program is small enough to read everything it has to say.

use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicU8, Ordering};

use anstyle::{AnsiColor, Style};
use weft_inspect::harmless_text;

/// How much to say; each level includes the ones above it.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub(crate) enum Level {
    /// Only what ends the program.
    Error,
    /// What is probably not as wished.
    Warn,
    /// What is being done: `-v`.
    Info,
    /// With details: `-vv`.
    Debug,
}

static LEVEL: AtomicU8 = AtomicU8::new(Level::Warn as u8);

/// Sets the level from the number of `-v` and from `WEFT_LOG`; the more talkative of the two counts.
pub(crate) fn init(verbose: u8) {
    let asked = match verbose {
        0 => Level::Warn,
        1 => Level::Info,
        _ => Level::Debug,
    };
    let level = match std::env::var("WEFT_LOG") {
        Err(_) => asked,
        Ok(text) => match parse(&text) {
            Some(level) if verbose == 0 => level,
            Some(level) => level.max(asked),
            None => {
                set(asked);
                warn(format_args!(
                    "WEFT_LOG is `{text}`; it can be error, warn, info or debug"
                ));
                asked
            }
        },
    };
    set(level);
}

fn set(level: Level) {
    LEVEL.store(level as u8, Ordering::Relaxed);
}

fn parse(text: &str) -> Option<Level> {
    Some(match text.to_ascii_lowercase().as_str() {
        "" | "warn" => Level::Warn,
        "off" | "none" | "error" => Level::Error,
        "info" => Level::Info,
        "debug" | "trace" => Level::Debug,
        _ => return None,
    })
}

/// Whether messages of this level are shown.
pub(crate) fn is_on(level: Level) -> bool {
    level as u8 <= LEVEL.load(Ordering::Relaxed)
}

/// Says what is probably not as wished.
pub(crate) fn warn(message: fmt::Arguments<'_>) {
    say(Level::Warn, "warning", AnsiColor::Yellow, message);
}

/// Says what is being done.
pub(crate) fn info(message: fmt::Arguments<'_>) {
    say(Level::Info, "info", AnsiColor::Cyan, message);
}

/// Says it with details.
pub(crate) fn debug(message: fmt::Arguments<'_>) {
    say(Level::Debug, "debug", AnsiColor::BrightBlack, message);
}

fn say(level: Level, label: &str, color: AnsiColor, message: fmt::Arguments<'_>) {
    if is_on(level) {
        let style = Style::new().bold().fg_color(Some(color.into()));
        let message = message.to_string();
        let message = harmless_text(&message);
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(anstream::stderr(), "{style}{label}{style:#}: {message}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_have_names() {
        assert_eq!(parse("INFO"), Some(Level::Info));
        assert_eq!(parse("off"), Some(Level::Error));
        assert_eq!(parse("loud"), None);
        assert!(Level::Debug > Level::Warn);
    }
}
