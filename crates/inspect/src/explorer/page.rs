//! The parts of a page that are the same for every module: its elements, style and script.
//!
//! They are files of their own in `page/`. The page forbids itself everything but its own script and style, named by
//! their hashes: text of a module could not run as a script even if some of it were taken for one.

use std::io;

use sha2::{Digest as _, Sha256};

use super::blobs::base64;
use crate::Harmless;

const STYLE: &str = include_str!("page/style.css");
const BODY: &str = include_str!("page/body.html");

/// The script, one idea a file, in an order in which each needs only those before it.
const SCRIPT: [&str; 9] = [
    include_str!("page/data.js"),
    include_str!("page/list.js"),
    include_str!("page/documents.js"),
    include_str!("page/code.js"),
    include_str!("page/overview.js"),
    include_str!("page/size.js"),
    include_str!("page/calls.js"),
    include_str!("page/search.js"),
    include_str!("page/main.js"),
];

/// Writes the page up to where its data begin.
pub(super) fn write_start(out: &mut dyn io::Write, name: &str) -> io::Result<()> {
    let script = hash(&script());
    let style = hash(STYLE);
    let name = escaped(&Harmless(name).to_string());
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{name} - weft explore</title>\n<style>{STYLE}</style>\n</head>\n{BODY}"
    )
}

/// Writes the script that shows the data before it, and ends the page.
pub(super) fn write_end(out: &mut dyn io::Write) -> io::Result<()> {
    write!(
        out,
        "<script type=\"module\">{}</script>\n</html>\n",
        script()
    )
}

fn script() -> String {
    format!("\"use strict\";\n{}", SCRIPT.concat())
}

/// What a policy calls an element with this text.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text)))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_ours_ends_its_element_or_writes_html() {
        let script = script();
        for forbidden in [
            "</script",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!script.contains(forbidden), "{forbidden}");
        }
        assert!(!STYLE.contains("</style") && !STYLE.contains("url("));
    }

    #[test]
    fn a_name_is_text() {
        let mut out = Vec::new();
        write_start(&mut out, "</title><script>alert(1)</script>\u{202e}").unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(page.contains("&lt;/title>&lt;script>alert(1)&lt;/script>\\u{202e}"));
        assert!(!page.contains("<script"));
    }
}
