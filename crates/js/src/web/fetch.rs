//! Fetching: names and values of headers, `data:` URLs, and exchanges as scripts of ours use them.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::rc::Rc;
use std::time::Instant;

use url::Url;

use crate::agent::Agent;
use crate::buffer_source;
use crate::idl::Api;
use crate::library::native;
use crate::loader;
use crate::quickjs::{
    Attributes, Call, Class, Context, ErrorKind, Held, JsResult, Key, Trace, Value,
};

use crate::timings::Phase;

use super::http::{self, Asking, Body, Chunk, Head, Redirect, Request};
use super::upload::{Piece, Pieces, Upload};
use super::url::pairs;

pub(crate) fn header_natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "headerName", |call| {
        let name = call.argument(0).to_text()?;
        let is_token = !name.is_empty() && name.bytes().all(is_token);
        optional(call.context(), is_token.then(|| name.to_ascii_lowercase()))
    })?;
    native(natives, "headerValue", |call| {
        let value = call.argument(0).to_text()?;
        let value = value.trim_matches([' ', '\t', '\r', '\n']);
        let is_valid = value
            .chars()
            .all(|c| c <= '\u{ff}' && !matches!(c, '\0' | '\r' | '\n'));
        optional(call.context(), is_valid.then(|| value.to_owned()))
    })
}

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    header_natives(natives)?;
    native(natives, "base", base)?;
    native(natives, "hasCredentials", |call| {
        let url = url(call)?;
        Ok(call
            .context()
            .boolean(!url.username().is_empty() || url.password().is_some()))
    })?;
    native(natives, "scheme", |call| {
        call.context().string(url(call)?.scheme())
    })?;
    native(natives, "withoutFragment", |call| {
        let mut url = url(call)?;
        url.set_fragment(None);
        call.context().string(url.as_str())
    })?;
    native(natives, "method", method)?;
    native(natives, "dataUrl", data_url)?;
    native(natives, "start", start)?;
    native(natives, "push", push)?;
    native(natives, "read", read)?;
    native(natives, "stop", stop)
}

fn optional(context: Context<'_>, text: Option<String>) -> JsResult<Value<'_>> {
    match text {
        Some(text) => context.string(&text),
        None => Ok(context.null()),
    }
}

/// § 5.6.2 of RFC 9110.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The URL that is the first argument.
fn url(call: &Call<'_>) -> JsResult<Url> {
    let text = call.argument(0).to_text()?;
    let url = Url::parse(&text);
    url.map_err(|error| call.context().throw_type(&error.to_string()))
}

/// `base()`: what URLs are relative to: the program's, or else the working directory's. To Node there is nothing.
fn base<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let agent = Agent::of(context);
    if agent.node.get().is_some() {
        return Ok(context.undefined());
    }
    let location = agent.location();
    if Url::parse(location.as_str()).is_ok() {
        return context.string(location.as_str());
    }
    let directory = std::env::current_dir().unwrap_or_default();
    context.string(&loader::url_of(&format!("{}/", directory.display())))
}

/// `method(name)`: normalized, or `null` for what is none that may be sent (§ 2.2.1).
fn method<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let name = call.argument(0).to_text()?;
    let upper = name.to_ascii_uppercase();
    let is_forbidden = matches!(upper.as_str(), "CONNECT" | "TRACE" | "TRACK");
    let is_valid = !name.is_empty() && name.bytes().all(is_token) && !is_forbidden;
    let is_known = matches!(
        upper.as_str(),
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT"
    );
    let normal = if is_known { upper } else { name };
    optional(call.context(), is_valid.then_some(normal))
}

/// `dataUrl(url)`: `[bytes, type]`, or `null` (§ 6 "data: URLs").
fn data_url<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let mut url = url(call)?;
    url.set_fragment(None);
    match decode_data(url.as_str()) {
        None => Ok(context.null()),
        Some((bytes, media_type)) => {
            context.array([context.uint8_array(&bytes)?, context.string(&media_type)?])
        }
    }
}

/// The bytes and the type of a `data:` URL.
pub(crate) fn decode_data(url: &str) -> Option<(Vec<u8>, String)> {
    let (media_type, data) = url.strip_prefix("data:")?.split_once(',')?;
    let bytes = percent_decode(data);
    let media_type = media_type.trim();
    let base64 = media_type
        .rsplit_once(';')
        .filter(|(_, last)| last.trim().eq_ignore_ascii_case("base64"));
    let (media_type, bytes) = match base64 {
        Some((media_type, _)) => (media_type.trim_end(), decode_base64(&bytes)?),
        None => (media_type, bytes),
    };
    let media_type = match media_type {
        parameters if parameters.starts_with(';') => format!("text/plain{parameters}"),
        media_type if media_type.contains('/') => media_type.to_owned(),
        _ => "text/plain;charset=US-ASCII".to_owned(),
    };
    Some((bytes, media_type))
}

fn percent_decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |index: usize| tail.get(index).and_then(|it| (*it as char).to_digit(16));
        match (*first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

/// "Forgiving-base64 decode" of the Infra standard.
fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut text: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    if text.len().is_multiple_of(4) {
        for _ in 0..2 {
            if text.last() == Some(&b'=') {
                text.pop();
            }
        }
    }
    if text.len() % 4 == 1 {
        return None;
    }
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(text.len()), 0_u32, 0);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

/// An exchange, which programs never see.
struct Exchange {
    asking: RefCell<Option<Asking>>,
    /// Where pieces of a body go that is sent as a stream.
    pieces: RefCell<Option<Pieces>>,
    /// The reply that is under way.
    expected: Cell<Option<u64>>,
    progress: Rc<Progress>,
}

/// What is measured of an exchange.
struct Progress {
    url: String,
    start: Option<Instant>,
    bytes: Cell<u64>,
}

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for Exchange {}

impl Class for Exchange {
    const NAME: &'static CStr = c"Exchange";
}

impl Progress {
    fn note(&self, agent: &Agent, chunk: &Chunk) {
        let length = chunk.as_ref().map_or(0, Vec::len);
        self.bytes.set(self.bytes.get() + length as u64);
        if length == 0 {
            agent.recorder.note(self.start, |time| Phase::Fetch {
                url: self.url.clone(),
                bytes: self.bytes.get(),
                time,
            });
        }
    }
}

/// The exchange that is the first argument.
fn with_exchange<R>(call: &Call<'_>, body: impl FnOnce(&Exchange) -> R) -> JsResult<R> {
    let exchange = call.argument(0);
    match exchange.downcast::<Exchange>() {
        Some(exchange) => Ok(body(exchange)),
        None => Err(call
            .context()
            .throw_error(ErrorKind::Internal, "no exchange")),
    }
}

/// `start(url, method, headers, body, redirect, then)`: calls `then(error)` or `then(undefined, head)`. The body is bytes, or `null`; or
/// `undefined` where `push` will give it.
fn start<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let agent = Agent::of(context);
    let (body, pieces) = body(&call.argument(3))?;
    let request = Request {
        url: url(call)?,
        method: call.argument(1).to_text()?,
        headers: pairs(&call.argument(2))?,
        body,
        redirect: match call.argument(4).to_text()?.as_str() {
            "error" => Redirect::Error,
            "manual" => Redirect::Manual,
            _ => Redirect::Follow,
        },
    };
    let then = call.argument(5).hold();
    let progress = Progress {
        url: request.url.to_string(),
        start: agent.recorder.start(),
        bytes: Cell::new(0),
    };
    let (id, reply) = agent
        .events
        .expect(move |context, head| give_head(context, &then, head));
    let asking = http::start(agent.setup.access.clone(), request, reply);
    let asking =
        asking.map_err(|error| context.throw_error(ErrorKind::Error, &error.to_string()))?;
    let exchange = Exchange {
        asking: RefCell::new(Some(asking)),
        pieces: RefCell::new(pieces),
        expected: Cell::new(Some(id)),
        progress: Rc::new(progress),
    };
    context.instance(&context.null(), exchange)
}

/// What is to be sent, and where more of it goes.
fn body(given: &Value<'_>) -> JsResult<(Body, Option<Pieces>)> {
    if given.is_undefined() {
        let (pieces, upload) = Upload::new();
        return Ok((Body::Stream(Some(upload)), Some(pieces)));
    }
    let body = match given.is_null() {
        true => Body::Nothing,
        false => Body::Bytes(buffer_source::copy(Api("fetch()"), given)?),
    };
    Ok((body, None))
}

/// `push(exchange, bytes, then)`: sends a piece of the body and calls `then()` when the next one may come; `push(exchange)`: that was all.
fn push<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let piece = match call.count() {
        1 => Piece::End,
        _ => {
            let bytes = buffer_source::copy(Api("fetch()"), &call.argument(1))?;
            let then = call.argument(2).hold();
            // A thread that has ended drops the reply, and then nobody wants more.
            let (_, reply) = Agent::of(context).events.expect(move |context, ()| {
                let then = then.get(context);
                then.call(&context.undefined(), &[]).map(drop)
            });
            Piece::Bytes(bytes, reply)
        }
    };
    with_exchange(call, |exchange| {
        if let Some(pieces) = &*exchange.pieces.borrow() {
            let _ = pieces.send(piece);
        }
    })?;
    Ok(context.undefined())
}

fn give_head<'js>(context: Context<'js>, then: &Held, head: Result<Head, String>) -> JsResult<()> {
    let then = then.get(context);
    let arguments = match head {
        Err(message) => vec![context.string(&message)?],
        Ok(head) => vec![context.undefined(), head_object(context, head)?],
    };
    then.call(&context.undefined(), &arguments).map(drop)
}

fn head_object<'js>(context: Context<'js>, head: Head) -> JsResult<Value<'js>> {
    let object = context.object_of(&context.null())?;
    let define = |name, value| object.define(Key::Name(name), value, Attributes::ALL);
    let headers = head.headers.iter().flat_map(|(name, value)| [name, value]);
    let headers = headers.map(|text| context.string(text));
    define("status", context.int(i32::from(head.status)))?;
    define("statusText", context.string(&head.status_text)?)?;
    define(
        "headers",
        context.array(headers.collect::<JsResult<Vec<_>>>()?)?,
    )?;
    define("url", context.string(head.url.as_str())?)?;
    define("isRedirected", context.boolean(head.is_redirected))?;
    Ok(object)
}

/// `read(exchange, then)`: calls `then(error)`, `then(undefined, bytes)`, or `then()` at the end.
fn read<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let then = call.argument(1).hold();
    let expect = |progress: Rc<Progress>| {
        let events = &Agent::of(context).events;
        events.expect(move |context, chunk| {
            progress.note(Agent::of(context), &chunk);
            give_chunk(context, &then, chunk)
        })
    };
    with_exchange(call, |exchange| {
        if let Some(asking) = &*exchange.asking.borrow() {
            let (id, reply) = expect(exchange.progress.clone());
            exchange.expected.set(Some(id));
            // A thread that has ended drops the reply.
            let _ = asking.send(reply);
        }
    })?;
    Ok(context.undefined())
}

fn give_chunk<'js>(context: Context<'js>, then: &Held, chunk: Chunk) -> JsResult<()> {
    let then = then.get(context);
    let arguments = match chunk {
        Err(message) => vec![context.string(&message)?],
        Ok(bytes) if bytes.is_empty() => Vec::new(),
        Ok(bytes) => vec![context.undefined(), context.uint8_array(&bytes)?],
    };
    then.call(&context.undefined(), &arguments).map(drop)
}

/// `stop(exchange)`: nothing more comes of it.
fn stop<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let expected = with_exchange(call, |exchange| {
        drop((exchange.asking.take(), exchange.pieces.take()));
        exchange.expected.take()
    })?;
    if let Some(id) = expected {
        Agent::of(context).events.abandon(id);
    }
    Ok(context.undefined())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_urls_are_decoded() {
        let decode =
            |url| decode_data(url).map(|(bytes, ty)| (String::from_utf8(bytes).unwrap(), ty));
        let some = |text: &str, ty: &str| Some((text.to_owned(), ty.to_owned()));
        assert_eq!(
            decode("data:,a%20b"),
            some("a b", "text/plain;charset=US-ASCII")
        );
        assert_eq!(decode("data:text/x;base64,YWI="), some("ab", "text/x"));
        assert_eq!(
            decode("data:;charset=utf-8,%zz"),
            some("%zz", "text/plain;charset=utf-8")
        );
        assert_eq!(decode("data:text/x; base64,YW I"), some("ab", "text/x"));
        assert_eq!(decode("data:text/x;base64,Y"), None);
        assert_eq!(decode("data:text/x;base64,Y-=="), None);
        assert_eq!(decode("data:text/x"), None);
    }
}
