//! The examples in the help of each tool, and the commands that README.md has for users of others, do what they say: they are run
//! as they stand there.
//!
//! They find the files that they name, and in place of a pager, a browser and other programs one that takes what it is given.
//! Those of `weft run` need programs and servers of their own; sessions in `tests/cli` have their like.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

const COMMANDS: [&str; 14] = [
    "addr2line",
    "cache",
    "compile",
    "completions",
    "doctor",
    "explore",
    "inspect",
    "metadata",
    "parse",
    "print",
    "size",
    "strip",
    "validate",
    "wast",
];

/// Programs that need not be here.
const OTHERS: [&str; 4] = ["less", "jq", "xxd", "xdg-open"];

/// The address in an example that a server answers at, whatever its port.
const ADDRESS: &str = "localhost:8080";

#[test]
fn examples_do_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    furnish(folder.path());
    let address = serve(folder.path());
    let mut all = in_readme();
    assert!(all.len() > 10, "{all:?}");
    for command in COMMANDS {
        let examples = examples(folder.path(), command);
        assert!(!examples.is_empty(), "{command} has no example");
        all.extend(examples);
    }
    let done = |example: &String| shell(folder.path(), &example.replace(ADDRESS, &address));
    let wrong = all
        .iter()
        .filter_map(|example| Some(format!("{example}\n{}", done(example).err()?)));
    let wrong: Vec<String> = wrong.collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        all.len(),
        wrong.join("\n")
    );
}

/// The commands of these tools in the second column of the table in README.md.
fn in_readme() -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let rows = readme.lines().filter(|line| line.starts_with("| `"));
    let commands = rows.filter_map(|row| row.split('|').nth(2)?.trim().strip_prefix('`'));
    let is_ours = |command: &&str| COMMANDS.contains(&command.split(' ').nth(1).unwrap_or(""));
    commands
        .filter_map(|command| command.strip_suffix('`'))
        .filter(is_ours)
        .map(|command| command.replace("LIST", "all"))
        .collect()
}

/// Makes the files that examples name.
fn furnish(folder: &Path) {
    for name in [
        "bin",
        "build",
        "target",
        "node_modules/sql.js",
        "spec/test/core",
        ".zfunc",
        ".config/fish/completions",
        ".local/share/bash-completion/completions",
    ] {
        std::fs::create_dir_all(folder.join(name)).unwrap();
    }
    for program in OTHERS {
        let path = folder.join("bin").join(program);
        std::fs::write(&path, "#!/bin/sh\ncat > taken\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    // Long enough for the offsets in examples.
    let app = format!(
        "(module (@producers (language \"WAT\" \"1\")) (import \"host\" \"log\" (func $log))
           (func $main (export \"main\")\n{} call $log))",
        "    nop\n".repeat(0x2400)
    );
    let add = "(module (func (export \"add\") (param i32 i32) (result i32)
                 (i32.add (local.get 0) (local.get 1))))";
    for (name, text) in [
        ("app.wat", &*app),
        ("math.wat", add),
        ("b.wat", add),
        ("i32.wast", add),
        ("script.wast", add),
        ("spec/test/core/i64.wast", add),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    for command in [
        "weft parse -g lines app.wat -o app.wasm",
        "weft parse math.wat | tee math.wasm numbers.wasm > old.wasm",
        "for copy in a.wasm big.wasm new.wasm target/app.wasm node_modules/sql.js/sql.wasm; do cp app.wasm $copy; done",
    ] {
        shell(folder, command).unwrap();
    }
}

/// The examples in the help of a command.
fn examples(folder: &Path, command: &str) -> Vec<String> {
    let help = shell(folder, &format!("weft help {command}")).unwrap();
    let (_, examples) = help.split_once("\nExamples:\n").unwrap_or_default();
    // What an example is for stands behind it.
    let example = |line: &str| line.trim().split("   ").next().map(str::to_string);
    examples.lines().filter_map(example).collect()
}

/// Runs a line of shell and answers what it writes.
fn shell(folder: &Path, line: &str) -> Result<String, String> {
    let weft = Path::new(env!("CARGO_BIN_EXE_weft")).parent().unwrap();
    let own = folder.join("bin");
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .env_clear()
        .env(
            "PATH",
            format!("{}:{}:/usr/bin:/bin", own.display(), weft.display()),
        )
        .env("HOME", folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let errors = String::from_utf8_lossy(&output.stderr);
    match output.status.success() && errors.is_empty() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{}: {errors}", output.status)),
    }
}

/// Serves `app.wasm` once, and answers where.
fn serve(folder: &Path) -> String {
    let module = std::fs::read(folder.join("app.wasm")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/wasm\r\nContent-Length: {}\r\n\r\n",
            module.len()
        );
        stream
            .write_all(&[head.as_bytes(), &module].concat())
            .unwrap();
    });
    address
}
