//! Sessions with the program `weft`, written down in `tests/cli/*.wat` beside the modules they use.
//!
//! A line `;; $ COMMAND` is given to `sh` in a fresh directory that holds a copy of the file; the comment
//! lines right below it are what must come out: standard output as it is, standard error after `!`,
//! and last `=> CODE` unless the exit code is 0. `$MODULES` is the folder `tests/modules`; `[..]` in an expected line stands for anything.
//! `BLESS=1 cargo test -p weft-cli` writes down what really comes out.
//!
//! The sessions lie with the other cross-crate tests; only this package's tests know where the
//! program is.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn sessions() {
    let files = session_files();
    let only = std::env::var("SESSION").unwrap_or_default();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if file.to_string_lossy().contains(&only)
                        && let Err(difference) = check(file)
                    {
                        failures.lock().unwrap().push(difference);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} sessions differ (BLESS=1 writes down what comes out):\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

fn session_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cli");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Runs a session; the error shows what is expected and what came out.
fn check(file: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(file).unwrap();
    let name = file.file_name().unwrap();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), &text).unwrap();
    let blocks = parse(&text);
    assert!(!blocks.is_empty(), "{} has no command", file.display());
    let mut actual = String::new();
    let mut is_same = true;
    let mut copied = 0;
    for block in &blocks {
        let output = run(&block.command, dir.path());
        is_same &= block.is_matched_by(&output);
        let expected = text[block.output.clone()].to_string();
        actual.push_str(&text[copied..block.output.start]);
        match block.is_matched_by(&output) {
            true => actual.push_str(&expected),
            false => actual.push_str(
                &output
                    .iter()
                    .map(|line| as_comment(line))
                    .collect::<String>(),
            ),
        }
        copied = block.output.end;
    }
    actual.push_str(&text[copied..]);
    if is_same {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, actual).unwrap();
        return Ok(());
    }
    Err(difference(file, &text, &actual))
}

/// A command and where its expected output stands in the file.
struct Block {
    command: String,
    output: std::ops::Range<usize>,
    expected: Vec<String>,
}

impl Block {
    fn is_matched_by(&self, actual: &[String]) -> bool {
        self.expected.len() == actual.len()
            && std::iter::zip(&self.expected, actual)
                .all(|(expected, actual)| matches_pattern(expected, actual))
    }
}

fn parse(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let comment = line.trim_end().strip_prefix(";;");
        match comment {
            Some(rest) if rest.starts_with(" $ ") => {
                is_open = true;
                blocks.push(Block {
                    command: rest[3..].to_string(),
                    output: end..end,
                    expected: Vec::new(),
                });
            }
            Some(rest) if is_open => {
                let block = blocks.last_mut().unwrap();
                block.output.end = end;
                block
                    .expected
                    .push(rest.strip_prefix(' ').unwrap_or(rest).to_string());
            }
            _ => is_open = false,
        }
        at = end;
    }
    blocks
}

fn as_comment(line: &str) -> String {
    match line {
        "" => ";;\n".to_string(),
        line => format!(";; {line}\n"),
    }
}

/// Runs a command and answers its output as lines in the form of a session.
fn run(command: &str, dir: &Path) -> Vec<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_weft"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/modules");
    let modules = modules.canonicalize().unwrap();
    let output = Command::new("timeout")
        .args(["60", "sh", "-c", command])
        .current_dir(dir)
        .env_clear()
        .env("PATH", path)
        .env("HOME", dir)
        .env("MODULES", &modules)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let mut lines = Vec::new();
    let clean = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        text.replace(&*dir.to_string_lossy(), "[DIR]")
            .replace(&*modules.to_string_lossy(), "[MODULES]")
            .replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    };
    lines.extend(
        clean(&output.stdout)
            .lines()
            .map(|line| line.trim_end().to_string()),
    );
    let errors = clean(&output.stderr);
    lines.extend(
        errors
            .lines()
            .map(|line| format!("! {line}").trim_end().to_string()),
    );
    match output.status.code() {
        Some(0) => {}
        Some(code) => lines.push(format!("=> {code}")),
        None => lines.push(format!("=> {}", output.status)),
    }
    lines
}

/// Whether `text` is `pattern`, in which each `[..]` stands for anything.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split("[..]");
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

fn difference(file: &Path, expected: &str, actual: &str) -> String {
    let mut text = format!("{}:", file.display());
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    let same_start = std::iter::zip(&old, &new)
        .take_while(|(a, b)| a == b)
        .count();
    let same_end = std::iter::zip(
        old[same_start..].iter().rev(),
        new[same_start..].iter().rev(),
    )
    .take_while(|(a, b)| a == b)
    .count();
    for line in &old[same_start.saturating_sub(2)..same_start] {
        let _ = write!(text, "\n  {line}");
    }
    for line in &old[same_start..old.len() - same_end] {
        let _ = write!(text, "\n- {line}");
    }
    for line in &new[same_start..new.len() - same_end] {
        let _ = write!(text, "\n+ {line}");
    }
    text
}

#[test]
fn patterns() {
    assert!(matches_pattern("a [..] c", "a b c"));
    assert!(matches_pattern("[..]", ""));
    assert!(matches_pattern("same", "same"));
    assert!(matches_pattern("x[..]y[..]", "x1y2"));
    assert!(!matches_pattern("a [..] c", "a b d"));
    assert!(!matches_pattern("same", "same!"));
}
