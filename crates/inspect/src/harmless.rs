//! [`Harmless`]: text of a module, shown so that it cannot do anything.
//!
//! A name may hold escape sequences that drive a terminal, marks that reverse the reading order, and
//! characters that are not seen at all. All of them are written as `\u{...}`.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// Shows text from a module with everything escaped that is not plainly visible.
#[derive(Copy, Clone, Debug)]
pub struct Harmless<'a>(pub &'a str);

impl fmt::Display for Harmless<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nearly all names are plain, and a file may have a hundred thousand.
        if is_plain(self.0.as_bytes()) && !self.0.contains(['\\', '\n']) {
            return f.write_str(self.0);
        }
        self.0.chars().try_for_each(|c| match c {
            '\\' => f.write_str("\\\\"),
            c if is_harmless(c) => f.write_char(c),
            c => write!(f, "\\u{{{:x}}}", u32::from(c)),
        })
    }
}

/// Text of several lines, such as a message, with everything escaped that is not plainly visible; backslashes stay.
pub fn harmless_text(text: &str) -> Cow<'_, str> {
    if is_plain(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for c in text.chars() {
        match matches!(c, '\n' | '\t') || is_harmless(c) {
            true => shown.push(c),
            false => shown.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        }
    }
    Cow::Owned(shown)
}

/// Whether text has nothing but visible ASCII characters, blanks and line ends. Nearly all has, and this is quick to say.
pub(crate) fn is_plain(text: &[u8]) -> bool {
    let is_control = |byte: u8| (byte < b' ') & (byte != b'\n') | (byte == 0x7f);
    // Without a way out of it the loop takes many bytes at a time.
    text.is_ascii()
        && !text
            .iter()
            .fold(false, |found, byte| found | is_control(*byte))
}

/// Whether a character shows itself and changes nothing around it.
pub fn is_harmless(c: char) -> bool {
    // What `Debug` leaves alone is neither a control, a format, a separator but the blank, nor unassigned;
    // quotation marks and the backslash it escapes for its own sake.
    let is_printed = matches!(c, '\'' | '"' | '\\') || c.escape_debug().len() == 1;
    is_printed && !is_invisible(c)
}

/// Characters that count as letters, or mark the letter before them, and show nothing.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(hostile: &str, shown: &str) {
        assert_eq!(Harmless(hostile).to_string(), shown);
    }

    #[test]
    fn text_that_is_seen_stays() {
        check("core::fmt::Write<'a, \"b\">", "core::fmt::Write<'a, \"b\">");
        check("größe 名前 🦀", "größe 名前 🦀");
    }

    #[test]
    fn escape_sequences_and_controls_are_spelled_out() {
        check("\x1b[31mred\x07", "\\u{1b}[31mred\\u{7}");
        check("two\nlines\r", "two\\u{a}lines\\u{d}");
        check("\u{9b}2J", "\\u{9b}2J");
    }

    #[test]
    fn the_reading_order_stays() {
        for c in "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2069}"
            .chars()
        {
            check(&format!("a{c}b"), &format!("a\\u{{{:x}}}b", u32::from(c)));
        }
    }

    #[test]
    fn what_is_not_seen_is_spelled_out() {
        check("ad\u{200b}min\u{feff}", "ad\\u{200b}min\\u{feff}");
        check("a\u{e0041}", "a\\u{e0041}");
    }

    #[test]
    fn messages_keep_their_lines() {
        assert_eq!(harmless_text("a\n\tb\u{1b}[2J \\n"), "a\n\tb\\u{1b}[2J \\n");
        assert_eq!(harmless_text("größe\u{202e}"), "größe\\u{202e}");
    }

    #[test]
    fn a_backslash_cannot_pretend_to_be_an_escape() {
        check("\\u{1b}", "\\\\u{1b}");
    }
}
