//! Fetching and streaming compilation, against a server of our own on this machine.

use std::io::{BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use weft::Engine;
use weft_js::{Access, Host, HostOptions, Outcome, Output, Scope};

/// A module that imports `m.f`, calls it at its start, and exports 10,000 functions, so that it comes in many pieces.
fn large_module() -> Vec<u8> {
    let mut text = String::from("(module (import \"m\" \"f\" (func $f)) (start $f)");
    for index in 0..10_000 {
        text.push_str(&format!(
            "(func (export \"f{index}\") (param i32) (result i32) (i32.add (local.get 0) (i32.const {index})))"
        ));
    }
    wat::parse_str(text + ")").expect("it is valid")
}

/// Serves until the process ends, and gives the URL.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let port = listener.local_addr().expect("it has an address").port();
    std::thread::spawn(move || {
        let module = large_module();
        for stream in listener.incoming().flatten() {
            let module = module.clone();
            std::thread::spawn(move || while answer(&stream, &module).is_some() {});
        }
    });
    format!("http://127.0.0.1:{port}")
}

/// A line of a request, which may be any bytes.
fn read_line(reader: &mut impl std::io::BufRead) -> Option<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).ok()?;
    Some(String::from_utf8_lossy(&line).into_owned())
}

/// A body in pieces.
fn read_pieces(reader: &mut impl std::io::BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = usize::from_str_radix(read_line(reader)?.trim_end(), 16).ok()?;
        let mut piece = vec![0; size + 2];
        reader.read_exact(&mut piece).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(&piece[..size]);
    }
}

/// Answers one request. `None` closes the connection.
fn answer(mut stream: &TcpStream, module: &[u8]) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let line = read_line(&mut reader)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let line = read_line(&mut reader)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        if name == "content-length" {
            length = value.parse().ok()?;
        }
        headers.push((name, value));
    }
    let is_in_pieces = headers.iter().any(|(name, _)| name == "transfer-encoding");
    let body = match is_in_pieces {
        true => read_pieces(&mut reader)?,
        false => {
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            body
        }
    };
    let mut send = |status: &str, headers: &str, body: &[u8]| {
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n"
        )
        .ok()?;
        if method != "HEAD" {
            stream.write_all(body).ok()?;
        }
        Some(())
    };
    let route = path[1..].split('?').next().unwrap_or_default();
    let (route, argument) = route.split_once('/').unwrap_or((route, ""));
    match route {
        "echo" => {
            let shown = headers
                .iter()
                .filter(|(name, _)| name.starts_with("x-") || name.starts_with("content-type"));
            let shown: Vec<String> = shown
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let text = format!(
                "{method} {path} {} {}",
                shown.join(","),
                String::from_utf8_lossy(&body)
            );
            send(
                "200 OK",
                "content-type: text/plain\r\nx-two: a\r\nx-two: b\r\nset-cookie: c\r\nset-cookie: d\r\n",
                text.as_bytes(),
            )
        }
        "status" => send(
            &format!("{argument} Indeed"),
            "content-type: application/wasm\r\n",
            &module[..8],
        ),
        "redirect" => {
            let (status, to) = argument.split_once('/')?;
            send(
                &format!("{status} There"),
                &format!("location: /{to}\r\n"),
                b"",
            )
        }
        "loop" => send("302 There", "location: /loop\r\n", b""),
        "wasm" => send("200 OK", "content-type: application/wasm\r\n", &module[..8]),
        // In pieces of any size, each in a packet of its own if the system likes.
        "pieces" => {
            write!(stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: Application/WASM\r\n\r\n").ok()?;
            for piece in module.chunks(argument.parse().ok()?) {
                write!(stream, "{:x}\r\n", piece.len()).ok()?;
                stream.write_all(piece).ok()?;
                stream.write_all(b"\r\n").ok()?;
            }
            stream.write_all(b"0\r\n\r\n").ok()
        }
        "broken" => {
            let length = module.len();
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\ncontent-type: application/wasm\r\n\r\n").ok()?;
            stream.write_all(&module[..length / 2]).ok()?;
            None
        }
        // Its first bytes are no module; what would follow never comes.
        "invalid" => {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\ncontent-type: application/wasm\r\n\r\nno module at all").ok()?;
            let _ = reader.read(&mut [0]);
            None
        }
        "type" => send(
            "200 OK",
            &format!("content-type: {}\r\n", argument.replace("%20", " ")),
            &module[..8],
        ),
        "script" => send(
            "200 OK",
            "content-type: text/javascript; charset=utf-8\r\n",
            b"self.loaded = (self.loaded ?? 0) + 1; postMessage(['loaded', loaded, location.protocol]);",
        ),
        "untyped" => send("200 OK", "", &module[..8]),
        "never" => {
            let _ = reader.read(&mut [0]);
            None
        }
        "half" => {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").ok()?;
            let _ = reader.read(&mut [0]);
            None
        }
        _ => send("404 Not Found", "", b""),
    }
}

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("js/network")
        .join(name);
    let printed = super::run_with(&Engine::default(), &path, vec![serve()]);
    let expected = super::expected(&path);
    assert_eq!(printed, expected, "{name}");
}

#[test]
fn scripts_fetch() {
    check("fetch.mjs");
}

#[test]
fn bodies_are_sent_while_they_are_made() {
    check("upload.mjs");
}

#[test]
fn workers_run_scripts_from_the_network() {
    check("worker.js");
}

#[test]
fn modules_are_compiled_while_they_arrive() {
    check("streaming.mjs");
}

/// What a script prints, or how it fails, that may use `access`.
fn with_access(access: Access, source: &str) -> String {
    let printed = Arc::new(Mutex::new(String::new()));
    let sink = printed.clone();
    let options = HostOptions {
        arguments: vec![serve()],
        output: Output::new(move |_, bytes| {
            let mut printed = sink.lock().expect("no panic");
            printed.push_str(String::from_utf8_lossy(bytes).trim_end());
        }),
        access,
        ..HostOptions::default()
    };
    let mut host = Host::new(&Engine::default(), options).expect("there is memory");
    match host.run_source(source, "access.mjs") {
        Outcome::Uncaught(report) => report.message().to_owned(),
        _ => printed.lock().expect("no panic").clone(),
    }
}

#[test]
fn what_is_not_granted_is_denied() {
    let folder = std::env::temp_dir().join(format!("weft-granted-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("it can be made");
    std::fs::write(folder.join("granted.mjs"), "export default 'granted'")
        .expect("it can be written");
    let granted = folder.join("granted.mjs");
    let granted = granted.display();
    let network = || Access {
        network: false,
        ..Access::default()
    };
    let files = || Access {
        read: Scope::only([folder.clone()]),
        ..Access::default()
    };
    let denied = |access: Access, source: &str| {
        let message = with_access(access, source);
        assert!(
            message.contains("scripts may not use"),
            "{source}: {message}"
        );
    };
    let allowed = |access: Access, source: &str| {
        let message = with_access(access, source);
        assert!(message.contains("granted"), "{source}: {message}");
    };
    denied(network(), "await fetch(arguments[0] + '/echo')");
    allowed(
        network(),
        &format!("print(await (await fetch('file://{granted}')).text())"),
    );
    allowed(
        network(),
        "print(await (await fetch('data:,granted')).text())",
    );
    for source in [
        "read('/etc/passwd')",
        "readbuffer('/etc/passwd')",
        "load('/etc/passwd')",
        "await fetch('file:///etc/passwd')",
        "await import('/etc/passwd')",
    ] {
        denied(files(), source);
    }
    allowed(files(), &format!("print(read('{granted}'))"));
    allowed(
        files(),
        &format!("print(await (await fetch('file://{granted}')).text())"),
    );
    allowed(
        files(),
        &format!("print((await import('{granted}')).default)"),
    );
    let _ = std::fs::remove_dir_all(&folder);
}
