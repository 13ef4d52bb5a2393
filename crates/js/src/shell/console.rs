//! `print` and `console` (the Console standard, as far as a stream of text goes).

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Instant;

use crate::agent::Agent;
use crate::idl;
use crate::quickjs::{Attributes, Call, ErrorKind, JsResult, Key, Value};

use super::inspect::inspect;
use super::table;
use super::{Stream, define};

pub(super) fn install(global: &Value<'_>) -> JsResult<()> {
    let console = global.context().object()?;
    for name in ["log", "info", "debug"] {
        define(&console, name, 0, |call| log(call, Stream::Output))?;
    }
    for name in ["error", "warn"] {
        define(&console, name, 0, |call| log(call, Stream::Error))?;
    }
    for name in ["group", "groupCollapsed"] {
        define(&console, name, 0, group)?;
    }
    define(&console, "groupEnd", 0, group_end)?;
    define(&console, "assert", 0, assert)?;
    define(&console, "clear", 0, |call| Ok(call.context().undefined()))?;
    define(&console, "count", 0, count)?;
    define(&console, "countReset", 0, count_reset)?;
    define(&console, "dir", 0, dir)?;
    define(&console, "dirxml", 0, |call| log(call, Stream::Output))?;
    define(&console, "table", 0, log_table)?;
    define(&console, "time", 0, time)?;
    define(&console, "timeEnd", 0, |call| time_log(call, true))?;
    define(&console, "timeLog", 0, |call| time_log(call, false))?;
    define(&console, "trace", 0, trace)?;
    idl::to_string_tag(&console, "console")?;
    global.define(Key::Name("console"), console, Attributes::METHOD)
}

/// What a console remembers.
#[derive(Default)]
pub(crate) struct Console {
    /// How many groups are open.
    groups: Cell<usize>,
    counts: RefCell<HashMap<String, u64>>,
    timers: RefCell<HashMap<String, Instant>>,
}

impl Console {
    /// Writes a line, moved to the right as far as groups are open.
    fn write(agent: &Agent, stream: Stream, line: &str) {
        let indent = "  ".repeat(agent.console.groups.get());
        let line = format!("{indent}{}", line.replace('\n', &format!("\n{indent}")));
        agent.output.write(stream, &line);
    }
}

fn log<'js>(call: &Call<'js>, stream: Stream) -> JsResult<Value<'js>> {
    let context = call.context();
    let line = format(&call.arguments(0));
    Console::write(Agent::of(context), stream, &line);
    Ok(context.undefined())
}

/// `console.group(...data)`.
fn group<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    if call.count() > 0 {
        log(call, Stream::Output)?;
    }
    let groups = &Agent::of(context).console.groups;
    // Nobody reads what is farther to the right.
    groups.set((groups.get() + 1).min(100));
    Ok(context.undefined())
}

/// `console.groupEnd()`.
fn group_end<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let groups = &Agent::of(call.context()).console.groups;
    groups.set(groups.get().saturating_sub(1));
    Ok(call.context().undefined())
}

/// The label that is the first argument.
fn label(call: &Call<'_>) -> JsResult<String> {
    let label = call.argument(0);
    match label.is_undefined() {
        true => Ok("default".into()),
        false => label.to_text(),
    }
}

/// `console.count(label)`.
fn count<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let agent = Agent::of(call.context());
    let label = label(call)?;
    let mut counts = agent.console.counts.borrow_mut();
    let count = counts.entry(label.clone()).or_default();
    *count += 1;
    Console::write(agent, Stream::Output, &format!("{label}: {count}"));
    Ok(call.context().undefined())
}

/// `console.countReset(label)`.
fn count_reset<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let agent = Agent::of(call.context());
    let label = label(call)?;
    if agent.console.counts.borrow_mut().remove(&label).is_none() {
        let line = format!("Count for '{label}' does not exist");
        Console::write(agent, Stream::Error, &line);
    }
    Ok(call.context().undefined())
}

/// `console.dir(item, options)`.
fn dir<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let line = inspect(&call.argument(0));
    Console::write(Agent::of(context), Stream::Output, &line);
    Ok(context.undefined())
}

/// `console.table(data, properties)`: what is no table is logged.
fn log_table<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    match table::draw(&call.argument(0), &call.argument(1)) {
        Some(table) => Console::write(Agent::of(context), Stream::Output, &table),
        None => drop(log(call, Stream::Output)?),
    }
    Ok(context.undefined())
}

/// `console.time(label)`.
fn time<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let agent = Agent::of(call.context());
    let label = label(call)?;
    let mut timers = agent.console.timers.borrow_mut();
    match timers.entry(label) {
        Entry::Occupied(known) => {
            let line = format!("Timer '{}' already exists", known.key());
            Console::write(agent, Stream::Error, &line);
        }
        Entry::Vacant(place) => {
            place.insert(Instant::now());
        }
    }
    Ok(call.context().undefined())
}

/// `console.timeLog(label, ...data)` and `console.timeEnd(label)`.
fn time_log<'js>(call: &Call<'js>, ends: bool) -> JsResult<Value<'js>> {
    let agent = Agent::of(call.context());
    let label = label(call)?;
    let mut timers = agent.console.timers.borrow_mut();
    let started = match ends {
        true => timers.remove(&label),
        false => timers.get(&label).copied(),
    };
    drop(timers);
    let line = match started {
        None => format!("Timer '{label}' does not exist"),
        Some(started) => {
            let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
            let data = match ends {
                true => String::new(),
                false => format(&call.arguments(1)),
            };
            format!("{label}: {milliseconds:.3}ms {data}")
        }
    };
    let stream = match started {
        Some(_) => Stream::Output,
        None => Stream::Error,
    };
    Console::write(agent, stream, line.trim_end());
    Ok(call.context().undefined())
}

/// `console.trace(...data)`: the calls that led here.
fn trace<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let error = context.new_error(ErrorKind::Error, "")?;
    let stack = Agent::of(context).realm().error_stacks.calls(&error)?;
    let stack = match stack.is_string() {
        true => stack.to_text()?,
        false => String::new(),
    };
    let head = format!("Trace: {}", format(&call.arguments(0)));
    let head = head.trim_end().trim_end_matches(':');
    let line = format!("{head}\n{}", stack.trim_end());
    Console::write(Agent::of(context), Stream::Error, line.trim_end());
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
        Console::write(Agent::of(context), Stream::Error, &line);
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
