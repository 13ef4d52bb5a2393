//! Responses of HTTP/1 as a server writes them: the head, and the frame of the body.

use std::io::{self, Write};

use super::request::Head as Request;

/// The head of a response, as a program gives it. Its names and values have been checked.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) fields: Vec<(String, String)>,
}

/// How the end of a body is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Frame {
    /// There is no body, whatever is written.
    Nothing,
    /// By a length in the head.
    Length,
    /// In pieces, each with its length.
    Pieces,
    /// By the end of the connection.
    Close,
}

/// A response that is being written.
pub(super) struct Response {
    frame: Frame,
    keeps_alive: bool,
}

impl Response {
    /// Writes a head.
    pub(super) fn begin(
        mut writer: impl Write,
        request: &Request,
        head: &Head,
        may_keep: bool,
    ) -> io::Result<Self> {
        let frame = frame(request, head);
        let closes = head
            .values("connection")
            .any(|value| value.eq_ignore_ascii_case("close"));
        let keeps_alive = may_keep && request.keeps_alive() && !closes && frame != Frame::Close;
        let mut text = format!("HTTP/1.1 {} {}\r\n", head.status, head.reason).into_bytes();
        for (name, value) in &head.fields {
            text.extend(name.bytes());
            text.extend(b": ");
            // Values are bytes, which programs have as characters.
            text.extend(value.chars().map(|c| c as u8));
            text.extend(b"\r\n");
        }
        if head.values("connection").next().is_none() {
            let connection = if keeps_alive { "keep-alive" } else { "close" };
            text.extend(format!("Connection: {connection}\r\n").bytes());
        }
        if frame == Frame::Pieces && head.values("transfer-encoding").next().is_none() {
            text.extend(b"Transfer-Encoding: chunked\r\n");
        }
        text.extend(b"\r\n");
        writer.write_all(&text)?;
        Ok(Self { frame, keeps_alive })
    }

    /// Writes a part of the body.
    pub(super) fn write(&self, mut writer: impl Write, bytes: &[u8]) -> io::Result<()> {
        match self.frame {
            Frame::Nothing => Ok(()),
            _ if bytes.is_empty() => Ok(()),
            Frame::Length | Frame::Close => writer.write_all(bytes),
            Frame::Pieces => {
                let mut piece = format!("{:x}\r\n", bytes.len()).into_bytes();
                piece.extend_from_slice(bytes);
                piece.extend(b"\r\n");
                writer.write_all(&piece)
            }
        }
    }

    /// Writes the end, and says whether the connection goes on.
    pub(super) fn end(self, mut writer: impl Write) -> io::Result<bool> {
        if self.frame == Frame::Pieces {
            writer.write_all(b"0\r\n\r\n")?;
        }
        Ok(self.keeps_alive)
    }
}

impl Head {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.fields.iter();
        let fields = fields.filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        fields.map(|(_, value)| value.as_str())
    }
}

fn frame(request: &Request, head: &Head) -> Frame {
    let has_none = request.method == "HEAD" || matches!(head.status, 100..=199 | 204 | 304);
    if has_none {
        return Frame::Nothing;
    }
    if head.values("content-length").next().is_some() {
        return Frame::Length;
    }
    match request.is_new {
        true => Frame::Pieces,
        false => Frame::Close,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(request: &str, status: u16, fields: &[(&str, &str)]) -> (String, bool) {
        let request = Request::read(&mut request.as_bytes()).unwrap().unwrap();
        let fields = fields.iter();
        let head = Head {
            status,
            reason: "Reason".into(),
            fields: fields
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        };
        let mut text = Vec::new();
        let response = Response::begin(&mut text, &request, &head, true).unwrap();
        response.write(&mut text, b"").unwrap();
        response.write(&mut text, b"body").unwrap();
        let goes_on = response.end(&mut text).unwrap();
        (String::from_utf8(text).unwrap(), goes_on)
    }

    #[test]
    fn bodies_are_framed() {
        let get = "GET / HTTP/1.1\r\n\r\n";
        let (text, goes_on) = written(get, 200, &[]);
        assert!(text.ends_with("\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"));
        assert!(text.starts_with("HTTP/1.1 200 Reason\r\nConnection: keep-alive\r\n") && goes_on);
        let (text, goes_on) = written(
            get,
            200,
            &[("Content-Length", "4"), ("Connection", "close")],
        );
        assert!(text.ends_with("\r\nConnection: close\r\n\r\nbody") && !goes_on);
        let (text, goes_on) = written("GET / HTTP/1.0\r\n\r\n", 200, &[]);
        assert!(text.ends_with("\r\nConnection: close\r\n\r\nbody") && !goes_on);
        for (request, status) in [("HEAD / HTTP/1.1\r\n\r\n", 200), (get, 204), (get, 304)] {
            let (text, goes_on) = written(request, status, &[]);
            assert!(
                text.ends_with("\r\nConnection: keep-alive\r\n\r\n") && goes_on,
                "{text}"
            );
        }
    }
}
