//! Where scripts of workers are, and their text.

use std::path::{Path, PathBuf};

use crate::access::Access;
use crate::loader;

/// The URL of a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Location(String);

impl Location {
    /// That of a file.
    pub(crate) fn file(path: &str) -> Self {
        Self(loader::file_url(path))
    }

    /// What `url` means at this location, or `None` if it means nothing.
    pub(crate) fn join(&self, url: &str) -> Option<Self> {
        let url = url.trim_matches(|c: char| c <= ' ');
        if has_scheme(url) {
            return Some(Self(url.to_owned()));
        }
        let (path, rest) = split(url);
        let base = self.path()?;
        let folder = Path::new(&base).parent().unwrap_or(Path::new("/"));
        let path = match path {
            "" => PathBuf::from(&base),
            path => folder.join(loader::unescape(path)),
        };
        let joined = loader::file_url(&loader::name_of(&path));
        Some(Self(format!("{joined}{rest}")))
    }

    /// The path of the file, if it is one.
    pub(crate) fn path(&self) -> Option<String> {
        let path = self.0.strip_prefix("file://")?;
        Some(loader::unescape(split(path).0))
    }

    /// The URL.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What the script is called in messages, and relative to which it names others: the path of a file, else the URL.
    pub(crate) fn script_name(&self) -> String {
        self.path().unwrap_or_else(|| self.0.clone())
    }
}

fn has_scheme(url: &str) -> bool {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    let mut characters = scheme.chars();
    characters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && characters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// A path, and the query and fragment after it.
fn split(url: &str) -> (&str, &str) {
    url.split_at(url.find(['?', '#']).unwrap_or(url.len()))
}

/// Reads the text of a script.
pub(crate) fn read_script(access: &Access, location: &Location) -> Result<String, String> {
    if let Some(path) = location.path() {
        return loader::read_text(access, Path::new(&path));
    }
    if let Some(data) = location.0.strip_prefix("data:") {
        let text = decode_data(data).ok_or("the data: URL is malformed")?;
        return Ok(String::from_utf8_lossy(&text).into_owned());
    }
    Err(format!(
        "cannot load {}: it is no file: or data: URL",
        location.0
    ))
}

/// The bytes of a `data:` URL (the Fetch standard, § 6).
fn decode_data(data: &str) -> Option<Vec<u8>> {
    let data = data.split('#').next().unwrap_or_default();
    let (kind, body) = data.split_once(',')?;
    let bytes = loader::unescape_bytes(body);
    let is_base64 = kind
        .rsplit(';')
        .next()?
        .trim()
        .eq_ignore_ascii_case("base64");
    match is_base64 && kind.contains(';') {
        true => decode_base64(&bytes),
        false => Some(bytes),
    }
}

/// "Forgiving-base64 decode" of the Infra standard.
fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut digits: Vec<u8> = text
        .iter()
        .copied()
        .filter(|c| !c.is_ascii_whitespace())
        .collect();
    if digits.len().is_multiple_of(4) {
        for _ in 0..2 {
            digits.pop_if(|c| *c == b'=');
        }
    }
    if digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::new();
    for chunk in digits.chunks(4) {
        let mut bits = 0_u32;
        for digit in chunk {
            let value = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        let whole = chunk.len() * 6 / 8;
        bits <<= 6 * (4 - chunk.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..=whole]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_joined() {
        let base = Location::file("/a b/main.js");
        let join = |url| base.join(url).map(|joined| joined.0);
        assert_eq!(join("w.js?x#y").unwrap(), "file:///a%20b/w.js?x#y");
        assert_eq!(join("../w.js").unwrap(), "file:///w.js");
        assert_eq!(join("/w.js").unwrap(), "file:///w.js");
        assert_eq!(join("data:,x").unwrap(), "data:,x");
        assert_eq!(join("").unwrap(), "file:///a%20b/main.js");
        let data = base.join("data:,x").unwrap();
        assert!(data.join("w.js").is_none());
    }

    #[test]
    fn data_urls_are_decoded() {
        let text = |url: &str| read_script(&Access::default(), &Location(url.into()));
        assert_eq!(text("data:text/javascript,a%20b,c#d").unwrap(), "a b,c");
        assert_eq!(
            text("data:text/javascript;base64,aGkgeW91").unwrap(),
            "hi you"
        );
        assert_eq!(text("data:;base64,aGk%3D").unwrap(), "hi");
        assert_eq!(text("data:;base64,aA==").unwrap(), "h");
        assert!(text("data:;base64,a").is_err());
        assert!(text("data:nothing").is_err());
        assert!(text("http://localhost/").is_err());
    }
}
