//! Data as JSON for programs, which people look at, too.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};
use weft_inspect::is_harmless;

/// Writes data as JSON.
pub(crate) fn write(out: &mut dyn io::Write, value: &impl Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Json::default());
    value.serialize(&mut serializer)?;
    writeln!(out)
}

/// Pretty JSON in which everything that is not plainly visible is escaped: a terminal may be reading.
#[derive(Default)]
struct Json(PrettyFormatter<'static>);

impl Formatter for Json {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut units = [0; 2];
        fragment.chars().try_for_each(|c| match is_harmless(c) {
            true => write!(writer, "{c}"),
            false => {
                let mut units = c.encode_utf16(&mut units).iter();
                units.try_for_each(|unit| write!(writer, "\\u{unit:04x}"))
            }
        })
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_do_harm_is_escaped_and_read_back() {
        let hostile = "a\u{202e}b\u{1b}[2J\n\u{e0041} größe \"quoted\" \\";
        let mut out = Vec::new();
        write(&mut out, &[hostile]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            !text.contains(['\u{202e}', '\u{1b}', '\u{e0041}']),
            "{text}"
        );
        assert!(text.contains("größe"));
        let back: Vec<String> = serde_json::from_str(&text).unwrap();
        assert_eq!(back, [hostile]);
    }
}
