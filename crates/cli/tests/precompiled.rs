//! Precompiled files that `weft` must not run: each is refused with its own reason.
//!
//! The sessions in `tests/cli/compile.wat` have those that a shell can make. Here are the others: a file of another
//! version or CPU is whole, so its checksum has to be right.

use std::ops::Range;
use std::path::Path;
use std::process::Command;

const MODULE: &str = r#"(module (func (export "f") (result i32) (i32.const 42)))"#;

/// Where an artifact has its checksum, which is of everything after it.
const CHECKSUM: Range<usize> = 16..48;

fn compiled(dir: &Path) -> Vec<u8> {
    std::fs::write(dir.join("m.wat"), MODULE).unwrap();
    let status = weft(dir).args(["compile", "m.wat"]).status().unwrap();
    assert!(status.success());
    std::fs::read(dir.join("m.weft")).unwrap()
}

fn weft(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
    command.current_dir(dir).env("HOME", dir);
    command
}

/// Runs `bytes`; what standard output or standard error say, and the exit code.
fn run(dir: &Path, bytes: &[u8]) -> (String, Option<i32>) {
    std::fs::write(dir.join("x.weft"), bytes).unwrap();
    let output = weft(dir)
        .args(["--allow-precompiled", "--invoke", "f", "x.weft"])
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

/// The refusal of a file that is whole, but with `new` where `old` was.
fn refusal(dir: &Path, old: &str, new: &str) -> String {
    assert_eq!(old.len(), new.len());
    let mut bytes = compiled(dir);
    let at = bytes
        .windows(old.len())
        .position(|window| window == old.as_bytes())
        .unwrap_or_else(|| panic!("{old} is in the file"));
    bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
    let checksum = blake3::hash(&bytes[CHECKSUM.end..]);
    bytes[CHECKSUM].copy_from_slice(checksum.as_bytes());
    let (text, code) = run(dir, &bytes);
    assert_eq!(code, Some(1), "{text}");
    text
}

#[test]
fn a_file_is_run_where_it_was_made() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = compiled(dir.path());
    assert_eq!(run(dir.path(), &bytes), ("42\n".into(), Some(0)));
}

#[test]
fn a_byte_flipped_anywhere_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = compiled(dir.path());
    for at in (0..bytes.len()).step_by(53) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x40;
        let (text, code) = run(dir.path(), &damaged);
        assert_eq!(code, Some(1), "byte {at}: {text}");
        assert!(text.starts_with("error: `x.weft` "), "byte {at}: {text}");
    }
}

#[test]
fn another_version_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let other = version.replace(|digit: char| digit.is_ascii_digit(), "9");
    let text = refusal(
        dir.path(),
        &format!("weft-optimizing {version}"),
        &format!("weft-optimizing {other}"),
    );
    let expected = format!(
        "by another version of Weft: weft-optimizing {other} with cranelift [..], \
         but this is weft-optimizing {version} with cranelift "
    );
    let (before, after) = expected.split_once("[..]").unwrap();
    assert!(text.contains(before) && text.contains(after), "{text}");
    assert!(text.contains("help: compile the module again with `weft compile`"));
}

#[test]
fn the_features_that_this_cpu_lacks_are_named() {
    let dir = tempfile::tempdir().unwrap();
    // Every CPU that runs Weft has SSE4.1.
    let text = refusal(dir.path(), " sse41", " sse99");
    assert!(
        text.contains("it was compiled for another CPU: this one has no sse99\n"),
        "{text}"
    );
    assert!(text.contains("help: compile the module again with `weft compile`"));
}
