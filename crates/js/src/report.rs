//! [`Report`]: what people read of an exception that nobody caught.

use std::fmt;
use std::path::Path;

use crate::access::Access;
use crate::agent::Agent;
use crate::error_stack::without_headline;
use crate::quickjs::{Key, Value};
use crate::shell::{inspect, is_error};

/// An exception that nobody caught, as text.
#[derive(Clone, Debug)]
pub struct Report {
    /// The class and the message, or the value that was thrown.
    message: String,
    /// The calls that led to it, as the JavaScript engine writes them.
    stack: String,
    place: Option<Place>,
}

/// The place that the innermost call in a file is at.
#[derive(Clone, Debug)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    text: String,
}

impl Report {
    /// What is known of `exception`. It may run scripts: getters of the exception.
    pub(crate) fn new(exception: &Value<'_>) -> Self {
        let text = |name| {
            let value = exception.get(Key::Name(name));
            let value = value.map_err(|thrown| drop(exception.context().catch(thrown)));
            value
                .ok()
                .filter(Value::is_string)
                .and_then(|value| value.to_text().ok())
        };
        let access = &Agent::of(exception.context()).setup.access;
        let stack = match exception.is_object() {
            true => text("stack").unwrap_or_default(),
            false => String::new(),
        };
        let message = match is_error(exception) {
            true => {
                let name = text("name").unwrap_or_else(|| "Error".into());
                match text("message").filter(|message| !message.is_empty()) {
                    Some(message) => format!("{name}: {message}"),
                    None => name,
                }
            }
            false => inspect(exception),
        };
        Self {
            place: stack.lines().find_map(|line| Place::new(access, line)),
            stack: without_headline(&stack, &message).to_owned(),
            message,
        }
    }

    /// The file, line and column of the innermost call in a file.
    pub(crate) fn place(&self) -> Option<(&str, usize, usize)> {
        let place = self.place.as_ref()?;
        Some((&place.file, place.line, place.column))
    }

    /// The class and the message, or the value that was thrown.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Place {
    /// The place that a line of a stack names: `at f (file:line:column)`, `at file:line:column`, or `at f (…) [file:line:column]`
    /// for a function of wasm.
    fn new(access: &Access, line: &str) -> Option<Self> {
        let line = line.trim().strip_prefix("at ")?;
        let place = match (line.rsplit_once(") ["), line.rsplit_once('(')) {
            (Some((_, place)), _) => place.strip_suffix(']')?,
            (None, Some((_, place))) => place.strip_suffix(')')?,
            (None, None) => line,
        };
        let (rest, column) = place.rsplit_once(':')?;
        let (file, row) = rest.rsplit_once(':')?;
        let (row, column): (usize, usize) = (row.parse().ok()?, column.parse().ok()?);
        let source = access.read(Path::new(file)).ok()?;
        let source = String::from_utf8_lossy(&source);
        let text = source.lines().nth(row.checked_sub(1)?)?.to_owned();
        Some(Self {
            file: file.to_owned(),
            line: row,
            column,
            text,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            writeln!(f, "{}:{}:{}", place.file, place.line, place.column)?;
            place.write_line(f)?;
        }
        write!(f, "Uncaught {}", self.message)?;
        for line in self.stack.lines() {
            write!(f, "\n{line}")?;
        }
        Ok(())
    }
}

impl Place {
    /// The line of source, or what is around the place if it is long, with a caret below.
    fn write_line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 100;
        let characters: Vec<char> = self
            .text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let at = self.column.saturating_sub(1).min(characters.len());
        let start = if characters.len() > SHOWN {
            at.saturating_sub(SHOWN / 2)
        } else {
            0
        };
        let end = characters.len().min(start + SHOWN);
        let line: String = characters[start..end].iter().collect();
        writeln!(f, "{line}")?;
        writeln!(f, "{:>width$}", "^", width = at - start + 1)
    }
}
