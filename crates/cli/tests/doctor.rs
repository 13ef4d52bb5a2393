//! What `weft doctor` says of a server: one that answers once, on this machine.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;

/// A module with a shared memory.
const SHARED: &[u8] = b"\0asm\x01\0\0\0\x05\x04\x01\x03\x01\x01";

/// What is said of a server that answers with these headers.
fn doctor(headers: &str) -> (String, Option<i32>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/app.wasm", listener.local_addr().unwrap());
    let answer = format!("HTTP/1.1 200 OK\r\n{headers}\r\n");
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap();
        stream
            .write_all(&[answer.as_bytes(), SHARED].concat())
            .unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let output = Command::new(env!("CARGO_BIN_EXE_weft"))
        .args(["doctor", &url])
        .output()
        .unwrap();
    let request = server.join().unwrap();
    assert!(
        request.starts_with("GET /app.wasm HTTP/1.1\r\nHost: 127.0.0.1:"),
        "{request}"
    );
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code(),
    )
}

#[test]
fn a_server_that_does_it_right() {
    let (said, code) = doctor(
        "Content-Type: application/wasm\r\nCross-Origin-Opener-Policy: same-origin\r\n\
         Cross-Origin-Embedder-Policy: require-corp\r\n",
    );
    assert!(!said.contains("served wrong"), "{said}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_wrong_type_and_missing_headers_are_told() {
    let (said, code) = doctor("Content-Type: text/plain\r\n");
    for part in [
        "the MIME type is text/plain",
        "`cross-origin-opener-policy: same-origin` is missing",
        "`cross-origin-embedder-policy: require-corp` is missing",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(code, Some(1));
    let (said, _) = doctor("Content-Type: application/wasm; charset=utf-8\r\n");
    assert!(
        said.contains("the MIME type is application/wasm; charset=utf-8"),
        "{said}"
    );
    let (said, _) = doctor("Content-Type: \x1b[2Jx\r\n");
    assert!(said.contains("\\u{1b}[2Jx"), "{said}");
}
