//! Gets what a URL names, to look at how it is served.
//!
//! No redirect is followed and nothing is decoded: what the server says is the matter. Servers are trusted whom browsers trust; or
//! those with a certificate in the file that `SSL_CERT_FILE` names, as other programs have it, since servers of developers often
//! have one of their own making.

use std::path::Path;
use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use weft::{Context as _, Result, format_err};
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
    let trusted = match std::env::var_os("SSL_CERT_FILE").filter(|_| url.starts_with("https:")) {
        Some(file) => certificates(file.as_ref())?,
        None => RootCerts::WebPki,
    };
    exchange(url, trusted).map_err(|error| {
        let shown = error.to_string();
        let error = format_err!("`{}` cannot be got: {}", Harmless(url), Harmless(&shown));
        match shown.contains("UnknownIssuer") {
            true => with_hint(
                error,
                "if its certificate is one of your own, name the file with SSL_CERT_FILE=FILE",
            ),
            false => error,
        }
    })
}

/// The certificates in a file of them (RFC 7468).
fn certificates(file: &Path) -> Result<RootCerts> {
    let text = std::fs::read(file)
        .with_context(|| format!("SSL_CERT_FILE, `{}`, cannot be read", file.display()))?;
    let certificates: Vec<Certificate<'static>> = parse_pem(&text)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    Ok(RootCerts::from(certificates))
}

fn exchange(url: &str, trusted: RootCerts) -> Result<Response, ureq::Error> {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .user_agent("weft")
        .tls_config(TlsConfig::builder().root_certs(trusted).build())
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
