//! Exchanges: a request and its response, each on a thread of its own.
//!
//! A thread opens what the URL names and gives the response's head; then it reads as often as it is asked to, so nothing is read ahead
//! of the program but what the operating system keeps. It ends when nobody can ask any more. A body that is sent as a stream is taken
//! piece by piece in the same way, see `upload`.

use std::fs::File;
use std::io::Read;
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use ureq::http;
use url::Url;

use crate::access::Access;
use crate::event_loop::Reply;

use super::upload::Upload;

/// How many bytes one reading gives at most.
const CHUNK: usize = 64 << 10;
/// How many redirects are followed (§ 4.4 "HTTP-redirect fetch").
const MOST_REDIRECTS: usize = 20;

/// How often somebody who waits for a script looks whether that is over.
const LOOKS: Duration = Duration::from_millis(20);

/// What is asked for.
pub(super) struct Request {
    pub(super) url: Url,
    pub(super) method: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) redirect: Redirect,
}

/// What is sent.
pub(super) enum Body {
    Nothing,
    Bytes(Vec<u8>),
    /// Can be sent once.
    Stream(Option<Upload>),
}

/// What a redirect means.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(super) enum Redirect {
    Follow,
    Error,
    Manual,
}

/// A response without its body.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) status_text: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) url: Url,
    pub(super) is_redirected: bool,
}

/// The next bytes of a body; none at its end.
pub(super) type Chunk = Result<Vec<u8>, String>;
/// Asks a thread for bytes.
pub(super) type Asking = Sender<Reply<Chunk>>;

/// Starts an exchange.
pub(super) fn start(
    access: Access,
    request: Request,
    head: Reply<Result<Head, String>>,
) -> std::io::Result<Asking> {
    let (asking, asked) = channel();
    let thread = std::thread::Builder::new().name("weft-fetch".into());
    thread.spawn(move || run(&access, request, head, &asked))?;
    Ok(asking)
}

/// Fetches a script for who can do nothing before it is there. Where it `is_over` meanwhile that is an error.
pub(crate) fn fetch_script(
    access: &Access,
    url: Url,
    is_over: &dyn Fn() -> bool,
) -> Result<Vec<u8>, String> {
    let access = access.clone();
    let (sender, fetched) = channel();
    let thread = std::thread::Builder::new().name("weft-fetch".into());
    let started = thread.spawn(move || sender.send(read_script(&access, url)));
    started.map_err(|error| error.to_string())?;
    loop {
        match fetched.recv_timeout(LOOKS) {
            Ok(script) => return script,
            Err(RecvTimeoutError::Timeout) if !is_over() => {}
            Err(_) => return Err("nobody waits for it any more".into()),
        }
    }
}

/// "Fetch a classic worker script" (HTML § 8.1.4.2): all of it, if it is one.
fn read_script(access: &Access, url: Url) -> Result<Vec<u8>, String> {
    let request = Request {
        url,
        method: "GET".into(),
        headers: Vec::new(),
        body: Body::Nothing,
        redirect: Redirect::Follow,
    };
    let (head, mut body) = open(access, request)?;
    if !(200..300).contains(&head.status) {
        return Err(format!("its status is {}", head.status));
    }
    let mut types = head.headers.iter();
    let media_type = types.find(|(name, _)| name == "content-type");
    let media_type = media_type.map_or("", |(_, value)| value);
    if !is_javascript(media_type) {
        return Err(format!("its MIME type is '{media_type}'"));
    }
    let mut bytes = Vec::new();
    let read = body.read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Whether it is a "JavaScript MIME type" (MIME Sniffing § 4.6).
pub(crate) fn is_javascript(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let Some((group, name)) = essence.split_once('/') else {
        return false;
    };
    let name = name.strip_prefix("x-").unwrap_or(name);
    match group {
        "text" => matches!(name, "javascript" | "ecmascript" | "jscript" | "livescript"),
        "application" => matches!(name, "javascript" | "ecmascript"),
        _ => false,
    }
}

fn run(
    access: &Access,
    request: Request,
    head: Reply<Result<Head, String>>,
    asked: &Receiver<Reply<Chunk>>,
) {
    let mut body = match open(access, request) {
        Err(message) => return head.send(Err(message)),
        Ok((found, body)) => {
            head.send(Ok(found));
            body
        }
    };
    while let Ok(reply) = asked.recv() {
        let mut bytes = vec![0; CHUNK];
        match body.read(&mut bytes) {
            Ok(count) => {
                bytes.truncate(count);
                reply.send(Ok(bytes));
            }
            Err(error) => return reply.send(Err(error.to_string())),
        }
    }
}

type Opened = (Head, Box<dyn Read>);

fn open(access: &Access, request: Request) -> Result<Opened, String> {
    match request.url.scheme() {
        "file" => open_file(access, request.url),
        _ => {
            access.connecting().map_err(|error| error.to_string())?;
            exchange(request)
        }
    }
}

fn open_file(access: &Access, url: Url) -> Result<Opened, String> {
    let path = url.to_file_path().map_err(|()| "the URL names no file")?;
    let describe = |error: std::io::Error| format!("{}: {error}", path.display());
    let real = access.reading(&path).map_err(describe)?;
    let file = File::open(real).map_err(describe)?;
    let data = file.metadata().map_err(describe)?;
    if data.is_dir() {
        return Err(format!("{} is a directory", path.display()));
    }
    let mut headers = vec![("content-length".to_owned(), data.len().to_string())];
    if let Some(media_type) = media_type(&path) {
        headers.push(("content-type".to_owned(), media_type.to_owned()));
    }
    let head = Head {
        status: 200,
        status_text: "OK".into(),
        headers,
        url,
        is_redirected: false,
    };
    Ok((head, Box::new(file)))
}

/// The type of a file by its name.
fn media_type(path: &std::path::Path) -> Option<&'static str> {
    Some(match path.extension()?.to_str()? {
        "wasm" => "application/wasm",
        "js" | "mjs" | "cjs" => "text/javascript",
        "json" | "map" => "application/json",
        "html" | "htm" => "text/html",
        "css" => "text/css",
        "txt" | "md" => "text/plain",
        "xml" => "text/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ => return None,
    })
}

/// The connections of all agents.
static CLIENT: LazyLock<ureq::Agent> = LazyLock::new(|| {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .allow_non_standard_methods(true)
        .user_agent(super::USER_AGENT)
        .build();
    config.new_agent()
});

fn exchange(mut request: Request) -> Result<Opened, String> {
    for redirects in 0..=MOST_REDIRECTS {
        let response = send(&mut request)?;
        let Some(target) = redirect(&request, &response)? else {
            return Ok(opened(request.url, response, redirects > 0));
        };
        follow(&mut request, response.status().as_u16(), target);
    }
    Err("there are too many redirects".into())
}

fn send(request: &mut Request) -> Result<http::Response<ureq::Body>, String> {
    let builder = head(request);
    let wants_body = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    let malformed = |error: http::Error| error.to_string();
    let response = match &mut request.body {
        Body::Bytes(bytes) => CLIENT.run(builder.body(&bytes[..]).map_err(malformed)?),
        Body::Stream(upload) => {
            let upload = upload.take();
            let upload = upload.ok_or("a body that is a stream cannot be sent twice")?;
            let body = ureq::SendBody::from_owned_reader(upload);
            CLIENT.run(builder.body(body).map_err(malformed)?)
        }
        Body::Nothing if wants_body => CLIENT.run(builder.body(&[][..]).map_err(malformed)?),
        Body::Nothing => CLIENT.run(builder.body(()).map_err(malformed)?),
    };
    response.map_err(|error| error.to_string())
}

fn head(request: &Request) -> http::request::Builder {
    let mut url = request.url.clone();
    url.set_fragment(None);
    let mut builder = http::Request::builder()
        .method(request.method.as_str())
        .uri(url.as_str());
    for (name, value) in &request.headers {
        // What frames the message is the client's.
        if matches!(
            name.as_str(),
            "host" | "content-length" | "transfer-encoding" | "connection"
        ) {
            continue;
        }
        // Values are bytes, which scripts have as characters.
        let bytes: Vec<u8> = value.chars().map(|c| c as u8).collect();
        builder = builder.header(name, bytes);
    }
    builder
}

/// Where the response leads, if it is a redirect that is to be followed.
fn redirect<B>(request: &Request, response: &http::Response<B>) -> Result<Option<Url>, String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get("location") else {
        return Ok(None);
    };
    match request.redirect {
        Redirect::Manual => return Ok(None),
        Redirect::Error => return Err("there is a redirect".into()),
        Redirect::Follow => {}
    }
    let location = String::from_utf8_lossy(location.as_bytes());
    let target = request.url.join(&location);
    let mut target = target.map_err(|error| format!("a redirect to '{location}': {error}"))?;
    if !matches!(target.scheme(), "http" | "https") {
        return Err(format!("a redirect to '{target}'"));
    }
    if target.fragment().is_none() {
        target.set_fragment(request.url.fragment());
    }
    Ok(Some(target))
}

/// Changes the request to what a redirect asks for.
fn follow(request: &mut Request, status: u16, target: Url) {
    let becomes_get = match status {
        301 | 302 => request.method == "POST",
        303 => !matches!(request.method.as_str(), "GET" | "HEAD"),
        _ => false,
    };
    if becomes_get {
        request.method = "GET".into();
        request.body = Body::Nothing;
        request
            .headers
            .retain(|(name, _)| !name.starts_with("content-"));
    }
    if request.url.origin() != target.origin() {
        request
            .headers
            .retain(|(name, _)| name != "authorization" && name != "cookie");
    }
    request.url = target;
}

fn opened(url: Url, response: http::Response<ureq::Body>, is_redirected: bool) -> Opened {
    let status = response.status();
    let text =
        |value: &http::HeaderValue| value.as_bytes().iter().map(|byte| *byte as char).collect();
    let headers = response.headers().iter();
    let head = Head {
        status: status.as_u16(),
        status_text: status.canonical_reason().unwrap_or_default().to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        url,
        is_redirected,
    };
    (head, Box::new(response.into_body().into_reader()))
}
