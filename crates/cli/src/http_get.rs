//! Gets a file by plain HTTP/1.1, to look at how a server under development serves it.
//!
//! Nothing is followed, decoded or kept: what the server says is the matter.

use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use weft::{Context as _, Result, bail, format_err};

use crate::exit::with_hint;

/// What a server answers.
#[derive(Debug)]
pub(crate) struct Response {
    /// The status code (RFC 9110 § 15).
    pub(crate) status: u16,
    /// Names in lower case, and values.
    headers: Vec<(String, String)>,
    /// The content.
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// The value of a header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The longest that a server may be silent.
const PATIENCE: Duration = Duration::from_secs(20);

/// The most that is read of a body, and of all headers together.
const MAX_BODY: u64 = 1 << 30;
const MAX_HEAD: u64 = 1 << 16;

/// Gets what is at `url`.
///
/// # Errors
/// When it is no `http` URL, or the server cannot be reached or understood.
pub(crate) fn get(url: &str) -> Result<Response> {
    let (authority, path) = split(url)?;
    let address = match authority.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() => authority.to_string(),
        _ => format!("{authority}:80"),
    };
    let stream = TcpStream::connect(&address);
    let mut stream = stream.with_context(|| format!("`{address}` cannot be reached"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {authority}\r\nAccept: */*\r\nAccept-Encoding: identity\r\n\
         User-Agent: weft\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    read(BufReader::new(stream)).with_context(|| format!("`{address}` gave no answer that is HTTP"))
}

/// The authority and the path with the query.
fn split(url: &str) -> Result<(&str, &str)> {
    let Some(rest) = url.strip_prefix("http://") else {
        return Err(with_hint(
            format_err!("only http:// is read, and no other kind of URL"),
            "download the module, for example with `curl -O`, and give the file",
        ));
    };
    let rest = rest.split('#').next().unwrap_or("");
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let is_clean = |text: &str| text.chars().all(|c| c.is_ascii_graphic());
    if authority.is_empty() || authority.contains('@') || !is_clean(rest) {
        bail!("`{}` is no URL that can be read", url.escape_debug());
    }
    Ok((authority, path))
}

fn read(stream: impl Read) -> Result<Response> {
    let mut stream = BufReader::new(stream);
    let mut head = (&mut stream).take(MAX_HEAD);
    let status = line(&mut head)?;
    let mut words = status.split(' ');
    if !words.next().is_some_and(|word| word.starts_with("HTTP/1.")) {
        bail!("its first line is `{}`", status.escape_debug());
    }
    let status = words.next().and_then(|word| word.parse().ok());
    let status = status.ok_or_else(|| format_err!("its status is no number"))?;
    let mut headers = Vec::new();
    loop {
        let line = line(&mut head)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| format_err!("a header has no colon"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_string()));
    }
    let mut response = Response {
        status,
        headers,
        body: Vec::new(),
    };
    response.body = match response.header("transfer-encoding") {
        Some(coding) if coding.eq_ignore_ascii_case("chunked") => chunks(&mut stream)?,
        _ => rest(&mut stream, response.header("content-length"))?,
    };
    Ok(response)
}

fn line(head: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    head.read_line(&mut line)?;
    match line.strip_suffix("\r\n").or(line.strip_suffix('\n')) {
        Some(line) => Ok(line.to_string()),
        None => bail!("it ends within a line"),
    }
}

fn rest(stream: &mut impl BufRead, length: Option<&str>) -> Result<Vec<u8>> {
    let length = length.and_then(|length| length.parse().ok());
    let mut body = Vec::new();
    stream
        .take(length.unwrap_or(MAX_BODY).min(MAX_BODY))
        .read_to_end(&mut body)?;
    match length {
        Some(length) if length != body.len() as u64 => {
            bail!("it ends after {} of {length} bytes", body.len())
        }
        _ => Ok(body),
    }
}

/// A body in chunks (RFC 9112 § 7.1).
fn chunks(stream: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(&mut stream.take(MAX_HEAD))?;
        let digits = size.split(';').next().unwrap_or("").trim();
        let size = u64::from_str_radix(digits, 16);
        let size = size.map_err(|_| format_err!("the size of a chunk is no number"))?;
        let before = body.len() as u64;
        if size == 0 {
            return Ok(body);
        }
        if size > MAX_BODY - before.min(MAX_BODY) {
            bail!("it is too long");
        }
        stream.take(size).read_to_end(&mut body)?;
        if body.len() as u64 != before + size {
            bail!("it ends within a chunk");
        }
        line(&mut stream.take(MAX_HEAD))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_split() {
        assert_eq!(split("http://a.b:80/c?d#e").unwrap(), ("a.b:80", "/c?d"));
        assert_eq!(split("http://a").unwrap(), ("a", "/"));
        for url in [
            "https://a/",
            "ftp://a/",
            "http:///x",
            "http://u@a/",
            "http://a/ b",
            "http://a/\r\nX: y",
        ] {
            assert!(split(url).is_err(), "{url}");
        }
    }

    #[test]
    fn answers_are_read() {
        let whole =
            "HTTP/1.1 200 OK\r\nContent-Type: application/wasm\r\nContent-Length: 3\r\n\r\nabcd";
        let response = read(whole.as_bytes()).unwrap();
        assert_eq!((response.status, &*response.body), (200, &b"abc"[..]));
        assert_eq!(response.header("content-type"), Some("application/wasm"));
        let chunked =
            "HTTP/1.0 404 No\nTransfer-Encoding: Chunked\n\n2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n";
        let response = read(chunked.as_bytes()).unwrap();
        assert_eq!((response.status, &*response.body), (404, &b"abc"[..]));
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        for text in [
            "",
            "SSH-2.0\r\n",
            "HTTP/1.1 abc\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        let endless = "HTTP/1.1 200 OK\r\n".to_string() + &"A: b\r\n".repeat(1 << 16);
        assert!(read(endless.as_bytes()).is_err());
    }
}
