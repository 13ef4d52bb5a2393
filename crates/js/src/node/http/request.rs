//! Requests of HTTP/1 as a server reads them (RFC 9112): the head, and what frames the body.
//!
//! What two readers could frame differently is refused, so that nobody smuggles a request through us.

use std::io::{self, BufRead, Read, Take};

/// How long a head may be, with trailers of a body in pieces for another one.
const LONGEST_HEAD: u64 = 64 << 10;
/// How many fields it may have.
const MOST_FIELDS: usize = 256;

/// The head of a request.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) method: String,
    pub(super) target: String,
    /// Of HTTP/1.1 rather than 1.0.
    pub(super) is_new: bool,
    /// Names as they came, and values, whose bytes are characters.
    pub(super) fields: Vec<(String, String)>,
}

/// How much is left of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// So many bytes.
    Length(u64),
    /// So many bytes of a piece, after which the next one begins.
    Piece(u64),
    /// The first piece has not begun.
    Pieces,
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn limited<R: BufRead>(reader: &mut R, limit: u64) -> Take<&mut R> {
    reader.by_ref().take(limit)
}

/// A line with its end; too long a one is an error, as is the end of input.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>, limit: u64) -> io::Result<()> {
    limited(reader, limit).read_until(b'\n', line)?;
    match line.last() {
        Some(b'\n') => Ok(()),
        _ if line.len() as u64 >= limit => Err(malformed("the head is too long")),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

impl Head {
    /// Reads the next head; `None` at the end of the connection.
    pub(super) fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        if reader.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let (mut text, mut line) = (Vec::new(), Vec::new());
        loop {
            line.clear();
            read_line(reader, &mut line, LONGEST_HEAD - text.len() as u64)?;
            let is_blank = matches!(&line[..], b"\n" | b"\r\n");
            // Blank lines before a request are ignored (§ 2.2).
            if !is_blank || !text.is_empty() {
                text.extend_from_slice(&line);
            }
            if is_blank && !text.is_empty() {
                return Self::parse(&text).map(Some);
            }
        }
    }

    fn parse(text: &[u8]) -> io::Result<Self> {
        let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
        let mut request = httparse::Request::new(&mut fields);
        let status = request
            .parse(text)
            .map_err(|error| malformed(&error.to_string()))?;
        let (Some(method), Some(target), Some(version)) =
            (request.method, request.path, request.version)
        else {
            return Err(malformed("the head is incomplete"));
        };
        if status.is_partial() {
            return Err(malformed("the head is incomplete"));
        }
        let value = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect();
        let fields = request.headers.iter();
        Ok(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            is_new: version == 1,
            fields: fields
                .map(|field| (field.name.to_owned(), value(field.value)))
                .collect(),
        })
    }

    /// The values of a field.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.fields.iter();
        let fields = fields.filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        fields.map(|(_, value)| value.as_str())
    }

    /// Whether a field, which is a list, has an item.
    fn has(&self, name: &str, item: &str) -> bool {
        let mut items = self.values(name).flat_map(|value| value.split(','));
        items.any(|it| it.trim().eq_ignore_ascii_case(item))
    }

    /// Whether the client would send another request after this one.
    pub(super) fn keeps_alive(&self) -> bool {
        self.is_new && !self.has("connection", "close")
    }

    /// Whether the client waits until it is told to send the body.
    pub(super) fn awaits_continue(&self) -> bool {
        self.is_new && self.has("expect", "100-continue")
    }

    /// What frames the body (§ 6.3).
    pub(super) fn body(&self) -> io::Result<Body> {
        let mut codings = self.values("transfer-encoding");
        let mut lengths = self.values("content-length");
        match (codings.next(), lengths.next()) {
            (None, None) => Ok(Body::Length(0)),
            (Some(coding), None)
                if self.is_new
                    && codings.next().is_none()
                    && coding.trim().eq_ignore_ascii_case("chunked") =>
            {
                Ok(Body::Pieces)
            }
            (None, Some(length))
                if lengths.all(|other| other == length)
                    && !length.is_empty()
                    && length.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                let length = length.parse();
                length
                    .map(Body::Length)
                    .map_err(|_| malformed("the body is too long"))
            }
            _ => Err(malformed("nothing sound frames the body")),
        }
    }
}

impl Body {
    /// Whether nothing more comes.
    pub(super) fn is_over(self) -> bool {
        self == Self::Length(0)
    }

    /// Reads some bytes; none at the end.
    pub(super) fn read(&mut self, reader: &mut impl BufRead, into: &mut [u8]) -> io::Result<usize> {
        if let Self::Pieces | Self::Piece(0) = self {
            self.next_piece(reader)?;
        }
        let (Self::Length(left) | Self::Piece(left)) = self else {
            return Ok(0);
        };
        let most = into.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        match reader.read(&mut into[..most])? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                *left -= count as u64;
                Ok(count)
            }
        }
    }

    /// Goes on to the next piece (§ 7.1), and after the last one to the end.
    fn next_piece(&mut self, reader: &mut impl BufRead) -> io::Result<()> {
        let mut line = Vec::new();
        if *self == Self::Piece(0) {
            read_line(reader, &mut line, 2)?;
            if line != b"\r\n" {
                return Err(malformed("a piece has no end"));
            }
            line.clear();
        }
        read_line(reader, &mut line, LONGEST_HEAD)?;
        let size = match httparse::parse_chunk_size(&line) {
            Ok(httparse::Status::Complete((_, size))) => size,
            _ => return Err(malformed("a piece has no length")),
        };
        if size > 0 {
            *self = Self::Piece(size);
            return Ok(());
        }
        let mut left = LONGEST_HEAD;
        loop {
            line.clear();
            read_line(reader, &mut line, left)?;
            if matches!(&line[..], b"\n" | b"\r\n") {
                *self = Self::Length(0);
                return Ok(());
            }
            left -= line.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> io::Result<Head> {
        Head::read(&mut text.as_bytes()).map(|head| head.expect("there is one"))
    }

    fn framed(fields: &str) -> Option<Body> {
        let head = head(&format!("POST / HTTP/1.1\r\n{fields}\r\n")).unwrap();
        head.body().ok()
    }

    #[test]
    fn heads_are_read() {
        let read = head("\r\nGET /a?b HTTP/1.1\r\nHost: x\r\nX-Y:  z \r\n\r\nrest").unwrap();
        assert_eq!((&*read.method, &*read.target), ("GET", "/a?b"));
        assert_eq!(read.fields[1], ("X-Y".to_owned(), "z".to_owned()));
        assert!(read.keeps_alive());
        assert!(!head("GET / HTTP/1.0\r\n\r\n").unwrap().keeps_alive());
        let closing = "GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n";
        assert!(!head(closing).unwrap().keeps_alive());
        assert!(Head::read(&mut &b""[..]).unwrap().is_none());
        for bad in [
            "GET /\r\n\r\n",
            "GET / HTTP/1.1\r\n",
            "G\0T / HTTP/1.1\r\n\r\n",
            "GET / HTTP/2.0\r\n\r\n",
            "GET / HTTP/1.1\r\nno field\r\n\r\n",
        ] {
            assert!(head(bad).is_err(), "{bad}");
        }
        assert!(head(&format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(70_000))).is_err());
        assert!(head(&format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(300))).is_err());
    }

    #[test]
    fn what_frames_a_body_is_unambiguous() {
        assert_eq!(framed(""), Some(Body::Length(0)));
        assert_eq!(framed("content-length: 7\r\n"), Some(Body::Length(7)));
        assert_eq!(framed("Transfer-Encoding: Chunked\r\n"), Some(Body::Pieces));
        for bad in [
            "content-length: 7\r\ncontent-length: 8\r\n",
            "content-length: +7\r\n",
            "content-length: 99999999999999999999\r\n",
            "content-length: 7\r\ntransfer-encoding: chunked\r\n",
            "transfer-encoding: gzip, chunked\r\n",
            "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        ] {
            assert_eq!(framed(bad), None, "{bad}");
        }
    }

    #[test]
    fn bodies_are_read() {
        let all = |mut body: Body, text: &str| {
            let (mut reader, mut read, mut bytes) = (text.as_bytes(), Vec::new(), [0; 3]);
            loop {
                match body.read(&mut reader, &mut bytes)? {
                    0 => break,
                    count => read.extend_from_slice(&bytes[..count]),
                }
            }
            assert!(body.is_over());
            let rest = String::from_utf8_lossy(reader).into_owned();
            io::Result::Ok((String::from_utf8(read).unwrap(), rest))
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(all(Body::Length(4), "abcdef").unwrap(), pair("abcd", "ef"));
        let pieces = "4;x=y\r\nabcd\r\n1\r\ne\r\n0\r\nTrailer: x\r\n\r\nrest";
        assert_eq!(all(Body::Pieces, pieces).unwrap(), pair("abcde", "rest"));
        for bad in [
            "4\r\nabcdef",
            "x\r\n",
            "4\r\nab",
            "1\r\na\r\n",
            "0\r\nno end",
        ] {
            assert!(all(Body::Pieces, bad).is_err(), "{bad}");
        }
        assert!(all(Body::Length(4), "abc").is_err());
    }
}
