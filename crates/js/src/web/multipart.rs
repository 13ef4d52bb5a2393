//! Bodies that are forms: `multipart/form-data` (RFC 7578) and `application/x-www-form-urlencoded`.

use url::form_urlencoded;

use crate::buffer_source;
use crate::idl::Api;
use crate::quickjs::{Call, JsResult, Value};

/// A part of a form.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    name: String,
    value: Vec<u8>,
    /// Of a file.
    filename: Option<String>,
    media_type: String,
}

/// `parseForm(bytes, type)`: name, value, file name and type of each entry in turn, or `null` for what is no form.
pub(super) fn parse<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let bytes = buffer_source::copy(Api("formData()"), &call.argument(0))?;
    let Some(parts) = parts(&bytes, &call.argument(1).to_text()?) else {
        return Ok(context.null());
    };
    let mut list = Vec::new();
    for part in parts {
        list.push(context.string(&part.name)?);
        match part.filename {
            None => {
                list.push(context.string(&String::from_utf8_lossy(&part.value))?);
                list.push(context.undefined());
            }
            Some(filename) => {
                list.push(context.uint8_array(&part.value)?);
                list.push(context.string(&filename)?);
            }
        }
        list.push(context.string(&part.media_type)?);
    }
    context.array(list)
}

fn parts(bytes: &[u8], media_type: &str) -> Option<Vec<Part>> {
    let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
    match essence.trim().to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => {
            let pairs = form_urlencoded::parse(bytes);
            Some(
                pairs
                    .map(|(name, value)| Part {
                        name: name.into_owned(),
                        value: value.into_owned().into_bytes(),
                        filename: None,
                        media_type: String::new(),
                    })
                    .collect(),
            )
        }
        "multipart/form-data" => multipart(bytes, &parameter(parameters, "boundary")?),
        _ => None,
    }
}

/// A parameter of a header's value.
fn parameter(parameters: &str, name: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        let (key, after) = rest.split_once('=')?;
        let is_it = key
            .trim_start_matches([';', ' ', '\t'])
            .trim()
            .eq_ignore_ascii_case(name);
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(';').unwrap_or((after, "")),
        };
        if is_it {
            return Some(value.trim().to_owned());
        }
        rest = after;
    }
}

fn multipart(bytes: &[u8], boundary: &str) -> Option<Vec<Part>> {
    let delimiter = format!("--{boundary}");
    let mut rest = &bytes[find(bytes, delimiter.as_bytes())?..];
    let mut parts = Vec::new();
    loop {
        rest = rest.strip_prefix(delimiter.as_bytes())?;
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let head = find(rest, b"\r\n\r\n")?;
        let body = &rest[head + 4..];
        let end = find(body, format!("\r\n{delimiter}").as_bytes())?;
        parts.push(part(&rest[..head], &body[..end])?);
        rest = &body[end + 2..];
    }
}

fn part(head: &[u8], value: &[u8]) -> Option<Part> {
    let head = String::from_utf8_lossy(head);
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        let mut found = lines.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.trim().to_owned())
    };
    let disposition = header("content-disposition")?;
    let (kind, parameters) = disposition.split_once(';')?;
    let unescape = |text: String| {
        text.replace("%0A", "\n")
            .replace("%0D", "\r")
            .replace("%22", "\"")
    };
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    Some(Part {
        name: unescape(parameter(parameters, "name")?),
        value: value.to_vec(),
        filename: parameter(parameters, "filename").map(unescape),
        media_type: header("content-type").unwrap_or_else(|| "text/plain".into()),
    })
}

/// Where `needle` is.
fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_forms_are_refused() {
        let form = b"--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f%22\"\r\n\r\nx\r\n--b--\r\n";
        let media_type = "multipart/form-data; boundary=b";
        let found = parts(form, media_type).unwrap();
        assert_eq!(
            (found[0].name.as_str(), found[0].filename.as_deref()),
            ("a", Some("f\""))
        );
        assert_eq!(found[0].value, b"x");
        for end in 0..form.len() - 4 {
            assert_eq!(parts(&form[..end], media_type), None, "{end}");
        }
        assert_eq!(parts(form, "multipart/form-data"), None);
        assert_eq!(parts(form, "text/plain"), None);
    }
}
