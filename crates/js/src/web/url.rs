//! URLs: parsing and serializing (the URL standard), by the crate `url`.

use std::cell::RefCell;
use std::ffi::CStr;

use url::{Url, form_urlencoded, quirks};

use crate::library::native;
use crate::quickjs::{Call, Class, Context, ErrorKind, JsResult, Key, Trace, Value};

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "parse", parse)?;
    native(natives, "get", get)?;
    native(natives, "set", set)?;
    native(natives, "tail", tail)?;
    native(natives, "parseForm", parse_form)?;
    native(natives, "serializeForm", serialize_form)?;
    native(natives, "sortForm", sort_form)
}

/// A "URL record", which programs never see.
struct Record(RefCell<Url>);

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for Record {}

impl Class for Record {
    const NAME: &'static CStr = c"URL record";
}

/// `parse(url, base)`: a record, or `null`.
fn parse<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let base = call.argument(1);
    let base = match base.is_undefined() {
        true => None,
        false => match Url::parse(&base.to_text()?) {
            Ok(base) => Some(base),
            Err(_) => return Ok(context.null()),
        },
    };
    let url = call.argument(0).to_text()?;
    match Url::options().base_url(base.as_ref()).parse(&url) {
        Ok(url) => context.instance(&context.null(), Record(RefCell::new(url))),
        Err(_) => Ok(context.null()),
    }
}

fn with_record<'js, R>(call: &Call<'js>, body: impl FnOnce(&mut Url) -> R) -> JsResult<R> {
    let record = call.argument(0);
    match record.downcast::<Record>() {
        Some(Record(url)) => Ok(body(&mut url.borrow_mut())),
        None => Err(call
            .context()
            .throw_error(ErrorKind::Internal, "no URL record")),
    }
}

/// `get(record, part)`.
fn get<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let part = call.argument(1).to_text()?;
    let text = with_record(call, |url| match part.as_str() {
        "href" => quirks::href(url).to_owned(),
        "origin" => quirks::origin(url),
        "protocol" => quirks::protocol(url).to_owned(),
        "username" => quirks::username(url).to_owned(),
        "password" => quirks::password(url).to_owned(),
        "host" => quirks::host(url).to_owned(),
        "hostname" => quirks::hostname(url).to_owned(),
        "port" => quirks::port(url).to_owned(),
        "pathname" => quirks::pathname(url).to_owned(),
        "search" => quirks::search(url).to_owned(),
        _ => quirks::hash(url).to_owned(),
    })?;
    call.context().string(&text)
}

/// `set(record, part, value)`: what does not fit changes nothing.
fn set<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let part = call.argument(1).to_text()?;
    let value = call.argument(2).to_text()?;
    with_record(call, |url| match part.as_str() {
        "protocol" => drop(quirks::set_protocol(url, &value)),
        "username" => drop(quirks::set_username(url, &value)),
        "password" => drop(quirks::set_password(url, &value)),
        "host" => drop(quirks::set_host(url, &value)),
        "hostname" => drop(quirks::set_hostname(url, &value)),
        "port" => drop(quirks::set_port(url, &value)),
        "pathname" => quirks::set_pathname(url, &value),
        "search" => quirks::set_search(url, &value),
        _ => quirks::set_hash(url, &value),
    })?;
    Ok(call.context().undefined())
}

/// `tail(text)`: without its first character.
fn tail<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let text = call.argument(0).to_text()?;
    let mut characters = text.chars();
    characters.next();
    call.context().string(characters.as_str())
}

/// `parseForm(text)`: names and values in turn (§ 5.1).
fn parse_form<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let text = call.argument(0).to_text()?;
    let pairs = form_urlencoded::parse(text.as_bytes());
    let list = pairs.flat_map(|(name, value)| [name, value]);
    strings(call.context(), list.map(|text| text.into_owned()))
}

/// `serializeForm(list)` (§ 5.2).
fn serialize_form<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(pairs(&call.argument(0))?);
    call.context().string(&text.finish())
}

/// `sortForm(list)`: by the code units of names.
fn sort_form<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let mut pairs = pairs(&call.argument(0))?;
    pairs.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
    let list = pairs.into_iter().flat_map(|(name, value)| [name, value]);
    strings(call.context(), list)
}

fn strings<'js>(context: Context<'js>, list: impl Iterator<Item = String>) -> JsResult<Value<'js>> {
    let list = list.map(|text| context.string(&text));
    context.array(list.collect::<JsResult<Vec<_>>>()?)
}

/// A list of names and values in turn.
pub(crate) fn pairs(list: &Value<'_>) -> JsResult<Vec<(String, String)>> {
    let count = list.get(Key::Name("length"))?.to_number()? as u32 / 2;
    let text = |index| list.get(Key::Index(index))?.to_text();
    (0..count)
        .map(|index| Ok((text(2 * index)?, text(2 * index + 1)?)))
        .collect()
}
