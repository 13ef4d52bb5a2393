//! `print` and `console` (the Console standard, as far as a stream of text goes).

use crate::agent::Agent;
use crate::quickjs::{Attributes, Call, JsResult, Key, Value};

use super::inspect::inspect;
use super::{Stream, define};

pub(super) fn install(global: &Value<'_>) -> JsResult<()> {
    let console = global.context().object()?;
    for name in ["log", "info", "debug"] {
        define(&console, name, 0, |call| log(call, Stream::Output))?;
    }
    for name in ["error", "warn", "trace"] {
        define(&console, name, 0, |call| log(call, Stream::Error))?;
    }
    define(&console, "assert", 0, assert)?;
    global.define(Key::Name("console"), console, Attributes::METHOD)
}

fn log<'js>(call: &Call<'js>, stream: Stream) -> JsResult<Value<'js>> {
    let context = call.context();
    let line = format(&call.arguments(0));
    Agent::of(context).output.write(stream, &line);
    Ok(context.undefined())
}

/// `console.assert(condition, ...data)`.
fn assert<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    if !call.argument(0).to_boolean() {
        let data = format(&call.arguments(1));
        let line = match data.is_empty() {
            true => "Assertion failed".to_owned(),
            false => format!("Assertion failed: {data}"),
        };
        Agent::of(context).output.write(Stream::Error, &line);
    }
    Ok(context.undefined())
}

/// Formatter (§ 2.2): a first string may have specifiers for what follows.
fn format(data: &[Value<'_>]) -> String {
    let mut rest = data.iter();
    let mut line = String::new();
    let has_format = data.len() > 1 && data[0].is_string();
    if has_format {
        let template = rest.next().and_then(|first| first.to_text().ok());
        substitute(&template.unwrap_or_default(), &mut rest, &mut line);
    }
    for (index, value) in rest.enumerate() {
        if index > 0 || has_format {
            line.push(' ');
        }
        line.push_str(&plain(value));
    }
    line
}

/// A string as it is, everything else inspected.
fn plain(value: &Value<'_>) -> String {
    match value.is_string() {
        true => value.to_text().unwrap_or_default(),
        false => inspect(value),
    }
}

fn substitute<'v, 'js: 'v>(
    template: &str,
    rest: &mut std::slice::Iter<'v, Value<'js>>,
    line: &mut String,
) {
    let mut characters = template.chars().peekable();
    while let Some(character) = characters.next() {
        let specifier = (character == '%')
            .then(|| characters.peek().copied())
            .flatten();
        match specifier {
            Some('%') => line.push('%'),
            Some(kind @ ('s' | 'd' | 'i' | 'f' | 'o' | 'O' | 'j' | 'c')) => {
                let Some(value) = rest.next() else {
                    line.push('%');
                    continue;
                };
                line.push_str(&substitution(kind, value));
            }
            _ => {
                line.push(character);
                continue;
            }
        }
        characters.next();
    }
}

fn substitution(kind: char, value: &Value<'_>) -> String {
    match kind {
        's' => plain(value),
        'd' | 'i' | 'f' => match value.as_number() {
            Some(number) if kind == 'i' => inspect(&value.context().number(number.trunc())),
            Some(_) => inspect(value),
            None if value.is_bigint() => inspect(value),
            None => "NaN".into(),
        },
        // Styles are nothing to a stream of text.
        'c' => String::new(),
        _ => inspect(value),
    }
}

/// `print(...values)`: their strings, on standard output.
pub(super) fn print<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    print_to(call, Stream::Output)
}

/// `printErr(...values)`: the same on standard error.
pub(super) fn print_error<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    print_to(call, Stream::Error)
}

fn print_to<'js>(call: &Call<'js>, stream: Stream) -> JsResult<Value<'js>> {
    let context = call.context();
    let words = call.arguments(0);
    let words = words.iter().map(Value::to_text);
    let line = words.collect::<JsResult<Vec<_>>>()?.join(" ");
    Agent::of(context).output.write(stream, &line);
    Ok(context.undefined())
}
