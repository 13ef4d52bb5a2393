//! What the command line grants to a guest: directories, variables, modules to import from.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use weft::Result;

use crate::exit::{usage, with_hint};

/// A directory of the host that the guest may use: `HOST[::GUEST][:ro]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dir {
    /// Where it is here.
    pub(crate) host: PathBuf,
    /// What the guest calls it.
    pub(crate) guest: String,
    /// Whether the guest may only read.
    pub(crate) read_only: bool,
}

/// Parses the value of `--dir`.
pub(crate) fn parse_dir(arg: &OsStr) -> Result<Dir> {
    let bytes = arg.as_bytes();
    let (bytes, read_only) = match bytes.strip_suffix(b":ro") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let (host, guest) = match bytes.windows(2).position(|pair| pair == b"::") {
        Some(at) => (&bytes[..at], &bytes[at + 2..]),
        None => (bytes, bytes),
    };
    let shown = arg.display();
    if host.is_empty() || guest.is_empty() {
        return Err(usage(format!(
            "`--dir {shown}`: write HOST, HOST::GUEST or HOST::GUEST:ro"
        )));
    }
    let guest = String::from_utf8(guest.to_vec()).map_err(|_| {
        usage(format!(
            "`--dir {shown}`: a guest's names are UTF-8; give the directory one with ::GUEST"
        ))
    })?;
    Ok(Dir {
        host: OsString::from_vec(host.to_vec()).into(),
        guest,
        read_only,
    })
}

/// Parses the value of `--env`: `K=V`, or `K` for the value it has here.
pub(crate) fn parse_env(arg: &OsStr) -> Result<(Vec<u8>, Vec<u8>)> {
    let shown = arg.display();
    let (name, value) = match arg.as_bytes().iter().position(|byte| *byte == b'=') {
        Some(at) => (&arg.as_bytes()[..at], Some(&arg.as_bytes()[at + 1..])),
        None => (arg.as_bytes(), None),
    };
    if name.is_empty() {
        return Err(usage(format!("`--env {shown}`: the name is missing")));
    }
    let value = match value {
        Some(value) => value.to_vec(),
        None => std::env::var_os(arg)
            .map(OsString::into_vec)
            .ok_or_else(|| {
                with_hint(
                    usage(format!("`--env {shown}`: there is no such variable here")),
                    format!("give it a value with `--env {shown}=VALUE`"),
                )
            })?,
    };
    Ok((name.to_vec(), value))
}

/// Parses the value of `--preload`: `NAME=FILE`.
pub(crate) fn parse_preload(arg: &OsStr) -> Result<(String, OsString)> {
    let bytes = arg.as_bytes();
    let parts = bytes.iter().position(|byte| *byte == b'=');
    match parts.map(|at| (&bytes[..at], &bytes[at + 1..])) {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            let name = utf8(OsStr::from_bytes(name), "--preload")?;
            Ok((name.to_string(), OsString::from_vec(file.to_vec())))
        }
        _ => Err(usage(format!(
            "`--preload {}`: write NAME=FILE",
            arg.display()
        ))),
    }
}

/// The text of an argument, which a guest must be able to read.
pub(crate) fn utf8<'a>(arg: &'a OsStr, option: &str) -> Result<&'a str> {
    arg.to_str()
        .ok_or_else(|| usage(format!("{option}: `{}` is not UTF-8", arg.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dir(arg: &str) -> (String, String, bool) {
        let dir = parse_dir(arg.as_ref()).unwrap();
        (dir.host.display().to_string(), dir.guest, dir.read_only)
    }

    #[test]
    fn directories() {
        assert_eq!(dir("."), (".".into(), ".".into(), false));
        assert_eq!(dir("/a:ro"), ("/a".into(), "/a".into(), true));
        assert_eq!(dir("a::/b"), ("a".into(), "/b".into(), false));
        assert_eq!(dir("a::/b:ro"), ("a".into(), "/b".into(), true));
        for wrong in ["", "::", "a::", "::b", ":ro", "a:::ro"] {
            assert!(parse_dir(wrong.as_ref()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn variables() {
        let env = |arg: &str| {
            let (name, value) = parse_env(arg.as_ref()).ok()?;
            Some((
                String::from_utf8(name).ok()?,
                String::from_utf8(value).ok()?,
            ))
        };
        assert_eq!(env("A=b=c"), Some(("A".into(), "b=c".into())));
        assert_eq!(env("A="), Some(("A".into(), String::new())));
        assert_eq!(env("=x"), None);
        assert_eq!(env("WEFT_NO_SUCH_VARIABLE"), None);
    }

    #[test]
    fn preloads() {
        let preload = |arg: &str| parse_preload(arg.as_ref());
        assert_eq!(preload("m=f=g").unwrap(), ("m".into(), "f=g".into()));
        for wrong in ["m", "=f", "m="] {
            assert!(preload(wrong).is_err(), "{wrong}");
        }
    }
}
