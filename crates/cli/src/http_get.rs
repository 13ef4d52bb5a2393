//! Gets what a URL names, to look at how it is served.
//!
//! No redirect is followed and nothing is decoded: what the server says is the matter.

use std::time::Duration;

use weft::{Result, format_err};
use weft_inspect::Harmless;

use crate::exit::with_hint;

/// What a server answers.
#[derive(Debug)]
pub(crate) struct Response {
    /// The status code (RFC 9110 § 15).
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    /// The content.
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// The value of a header, with what is not UTF-8 replaced.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let value = self.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }
}

/// The longest that connecting may take, and that an answer may take to begin.
const PATIENCE: Duration = Duration::from_secs(20);

/// The most that is read.
const MOST: u64 = 1 << 30;

/// Gets what is at `url`.
///
/// # Errors
/// When it is no `http` or `https` URL, or the server cannot be reached or understood.
pub(crate) fn get(url: &str) -> Result<Response> {
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(with_hint(
            format_err!("only http: and https: are read, and no other kind of URL"),
            "download the module, and give the file",
        ));
    }
    exchange(url).map_err(|error| {
        let error = error.to_string();
        format_err!("`{}` cannot be got: {}", Harmless(url), Harmless(&error))
    })
}

fn exchange(url: &str) -> Result<Response, ureq::Error> {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .user_agent("weft")
        .build()
        .new_agent();
    let request = agent.get(url).header("accept-encoding", "identity");
    let response = request.call()?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = response.into_body().into_with_config().limit(MOST);
    Ok(Response {
        status,
        headers,
        body: body.read_to_vec()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_of_a_module_is_an_error() {
        for url in [
            "ftp://a/",
            "http:///x",
            "http://a/ b",
            "https://a/\r\nX: y",
            "https://",
            "https://127.0.0.1:1/a.wasm",
        ] {
            assert!(get(url).is_err(), "{url}");
        }
    }

    #[test]
    fn errors_are_harmless() {
        let error = get("https://\u{1b}[2J/").unwrap_err().to_string();
        assert!(
            !error.contains('\u{1b}') && error.contains("\\u{1b}"),
            "{error:?}"
        );
    }
}
