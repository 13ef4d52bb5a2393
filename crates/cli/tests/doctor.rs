//! What `weft doctor` says of a server: one that answers once, on this machine.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

/// A module with a shared memory.
const SHARED: &[u8] = b"\0asm\x01\0\0\0\x05\x04\x01\x03\x01\x01";

/// What is said of a server that answers with these headers.
fn doctor(headers: &str) -> (String, Option<i32>) {
    let output = output(headers);
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code(),
    )
}

fn output(headers: &str) -> Output {
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
        request.starts_with("GET /app.wasm HTTP/1.1\r\n"),
        "{request}"
    );
    output
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
    let (said, _) = doctor("Content-Type: \u{202e}x\r\n");
    assert!(said.contains("\\u{202e}x"), "{said}");
    let (said, _) = doctor("");
    assert!(said.contains("the MIME type is not given"), "{said}");
}

#[test]
fn what_is_no_answer_is_an_error_and_harmless() {
    for header in [
        "Content-Type: \x1b[2Jx\r\n",
        "\x1b[2J\r\n",
        "Content-Length: 99\r\n",
    ] {
        let output = output(header);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("cannot be got: ") && !said.contains('\u{1b}'),
            "{said:?}"
        );
        assert_eq!(output.status.code(), Some(1));
    }
}

/// What is said of a server that answers by TLS, whose certificate is in `trusted`, a file beside the test.
fn doctor_of_https(headers: &str, trusted: &str) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    let certificate = CertificateDer::from_pem_file(folder.join("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/app.wasm", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 203 Fine\r\nContent-Length: {}\r\n{headers}\r\n",
        SHARED.len()
    );
    let server = std::thread::spawn(move || {
        let mut connection = ServerConnection::new(config.into()).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        let mut stream = Stream::new(&mut connection, &mut stream);
        // Who does not trust the certificate asks for nothing.
        if stream.read(&mut [0; 4096]).unwrap_or(0) > 0 {
            stream
                .write_all(&[answer.as_bytes(), SHARED].concat())
                .unwrap();
        }
    });
    let output = Command::new(env!("CARGO_BIN_EXE_weft"))
        .args(["doctor", &url])
        .env("SSL_CERT_FILE", folder.join(trusted))
        .output()
        .unwrap();
    server.join().unwrap();
    output
}

#[test]
fn https_answers_are_looked_at() {
    let headers = "Content-Type: text/wasm\r\nCross-Origin-Opener-Policy: same-origin\r\n";
    let output = doctor_of_https(headers, "certificate.pem");
    let said = String::from_utf8(output.stdout).unwrap();
    for part in [
        "the status is 203",
        "the MIME type is text/wasm",
        "`cross-origin-embedder-policy: require-corp` is missing",
    ] {
        assert!(said.contains(part), "{said}{:?}", output.stderr);
    }
    assert!(!said.contains("opener-policy"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_server_that_is_not_trusted_is_not_read() {
    // The file holds a key, and no certificate.
    let output = doctor_of_https("", "key.pem");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("cannot be got: "), "{said}");
    assert!(said.contains("SSL_CERT_FILE=FILE"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}
