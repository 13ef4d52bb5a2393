//! Values as people read them, in the form that Node's `util.inspect` made familiar.
//!
//! Nothing is thrown, and the getters of what is shown are not called.

use crate::agent::Agent;
use crate::error_stack::without_headline;
use crate::quickjs::{Context, Key, Value};

/// How deep objects are shown.
const DEPTH: usize = 3;
/// How many prototypes are looked at.
const DEEP: usize = 100;
/// How many entries of an object are shown.
const ENTRIES: usize = 100;
/// How long a line may be before entries get lines of their own.
const LINE: usize = 72;

/// `value` as text.
pub(crate) fn inspect(value: &Value<'_>) -> String {
    Inspector { above: Vec::new() }.value(value)
}

struct Inspector<'js> {
    /// The objects that the present one is within.
    above: Vec<Value<'js>>,
}

/// What an operation gives, and nothing where it throws.
fn quiet<'js, T>(context: Context<'js>, result: crate::quickjs::JsResult<T>) -> Option<T> {
    result.map_err(|thrown| drop(context.catch(thrown))).ok()
}

/// `ToString` of a value that has no methods of its own.
fn text(value: &Value<'_>) -> String {
    quiet(value.context(), value.to_text()).unwrap_or_default()
}

/// An own data property, or one of a prototype of the language.
fn property<'js>(object: &Value<'js>, name: &str) -> Option<Value<'js>> {
    quiet(object.context(), object.get(Key::Name(name)))
}

impl<'js> Inspector<'js> {
    fn value(&mut self, value: &Value<'js>) -> String {
        if value.is_string() {
            return quote(&text(value));
        }
        if value.as_number() == Some(0.0) && value.as_number().is_some_and(f64::is_sign_negative) {
            return "-0".into();
        }
        if value.is_bigint() {
            return format!("{}n", text(value));
        }
        if value.is_symbol() {
            return symbol(value);
        }
        if !value.is_object() {
            return text(value);
        }
        self.object(value)
    }

    fn object(&mut self, object: &Value<'js>) -> String {
        if self.above.iter().any(|above| above.is_same(object)) {
            return "[Circular]".into();
        }
        if is_error(object) {
            return error(object);
        }
        let name = class(object);
        if object.is_callable() {
            return function(object);
        }
        if self.above.len() >= DEPTH {
            return match object.is_array() {
                true => "[Array]".into(),
                false => format!(
                    "[{}]",
                    name.unwrap_or_else(|| "Object: null prototype".into())
                ),
            };
        }
        self.above.push(object.clone());
        let shown = match object.is_array() || object.view_kind().is_some() {
            true => self.list(object, name.as_deref()),
            false => self.properties(object, name.as_deref()),
        };
        self.above.pop();
        shown
    }

    fn list(&mut self, object: &Value<'js>, name: Option<&str>) -> String {
        let length = property(object, "length").and_then(|length| length.as_number());
        let length = length.unwrap_or(0.0) as usize;
        let mut entries: Vec<String> = (0..length.min(ENTRIES))
            .map(|index| {
                let item = quiet(object.context(), object.get(Key::Index(index as u32)));
                item.map_or_else(String::new, |item| self.value(&item))
            })
            .collect();
        if length > ENTRIES {
            entries.push(format!("... {} more items", length - ENTRIES));
        }
        let prefix = match name {
            Some("Array") | None => String::new(),
            Some(name) => format!("{name}({length}) "),
        };
        prefix + &brackets(&entries, "[", "]")
    }

    fn properties(&mut self, object: &Value<'js>, name: Option<&str>) -> String {
        let context = object.context();
        let keys = quiet(context, object.own_keys(false)).unwrap_or_default();
        let count = keys.len();
        let mut entries: Vec<String> = keys
            .into_iter()
            .take(ENTRIES)
            .map(|key| self.entry(object, &key))
            .collect();
        if count > ENTRIES {
            entries.push(format!("... {} more entries", count - ENTRIES));
        }
        let prefix = match name {
            Some("Object") => String::new(),
            Some(name) => format!("{name} "),
            None => "[Object: null prototype] ".into(),
        };
        prefix + &brackets(&entries, "{", "}")
    }

    fn entry(&mut self, object: &Value<'js>, key: &Value<'js>) -> String {
        let context = object.context();
        let getter = quiet(context, object.getter(Key::Value(key)));
        let value = match getter.filter(Value::is_callable) {
            Some(_) => "[Getter]".into(),
            None => match quiet(context, object.get(Key::Value(key))) {
                Some(value) => self.value(&value),
                None => String::new(),
            },
        };
        let key = text(key);
        let is_identifier = key
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '$');
        match is_identifier && !key.is_empty() {
            true => format!("{key}: {value}"),
            false => format!("{}: {value}", quote(&key)),
        }
    }
}

/// The name of an object's class, or `None` without a prototype.
fn class(object: &Value<'_>) -> Option<String> {
    let context = object.context();
    let prototype = quiet(context, object.prototype())?;
    if !prototype.is_object() {
        return None;
    }
    let name = property(&prototype, "constructor").and_then(|class| property(&class, "name"));
    Some(
        name.filter(Value::is_string)
            .map_or_else(|| "Object".into(), |name| text(&name)),
    )
}

fn symbol(value: &Value<'_>) -> String {
    let description = property(value, "description");
    let description = description.filter(Value::is_string);
    format!(
        "Symbol({})",
        description.map_or_else(String::new, |it| text(&it))
    )
}

fn function(object: &Value<'_>) -> String {
    let name = property(object, "name").filter(Value::is_string);
    match name.map(|name| text(&name)).filter(|name| !name.is_empty()) {
        Some(name) => format!("[Function: {name}]"),
        None => "[Function (anonymous)]".into(),
    }
}

/// Whether it is an `Error` or `DOMException`.
pub(crate) fn is_error<'js>(value: &Value<'js>) -> bool {
    if !value.is_object() || value.is_error() {
        return value.is_object();
    }
    let context = value.context();
    let realm = Agent::of(context).realm();
    let wanted = realm.language.dom_exception.get(context);
    let prototype =
        |object: &Value<'js>| quiet(context, object.prototype()).filter(Value::is_object);
    std::iter::successors(prototype(value), prototype)
        .take(DEEP)
        .any(|it| it.is_same(&wanted))
}

/// An error with its stack.
fn error(object: &Value<'_>) -> String {
    let string = |name| {
        let value = property(object, name).filter(Value::is_string);
        value.map(|value| text(&value)).unwrap_or_default()
    };
    let (name, message, stack) = (string("name"), string("message"), string("stack"));
    let head = match (name.is_empty(), message.is_empty()) {
        (_, true) => name,
        (true, false) => message,
        (false, false) => format!("{name}: {message}"),
    };
    match stack.trim_end().is_empty() {
        true => format!("[{head}]"),
        false => format!("{head}\n{}", without_headline(&stack, &head).trim_end()),
    }
}

/// Entries in a line if it is not too long, and one a line otherwise.
fn brackets(entries: &[String], open: &str, close: &str) -> String {
    if entries.is_empty() {
        return format!("{open}{close}");
    }
    let length: usize = entries.iter().map(|entry| entry.len() + 2).sum();
    if length <= LINE && !entries.iter().any(|entry| entry.contains('\n')) {
        return format!("{open} {} {close}", entries.join(", "));
    }
    let lines = entries.join(",\n").replace('\n', "\n  ");
    format!("{open}\n  {lines}\n{close}")
}

/// A string in quotes, with the kind that needs no escape if there is one.
fn quote(text: &str) -> String {
    let quote = ['\'', '"', '`']
        .into_iter()
        .find(|quote| !text.contains(*quote));
    let quote = quote.unwrap_or('\'');
    let mut quoted = String::from(quote);
    for character in text.chars() {
        match character {
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '\\' => quoted.push_str("\\\\"),
            c if c == quote => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\x{:02X}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push(quote);
    quoted
}
