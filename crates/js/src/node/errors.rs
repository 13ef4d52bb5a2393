//! Errors as Node's modules throw them: with codes, and of the system with what was tried on what.

use std::io;

use crate::quickjs::{Attributes, Context, ErrorKind, JsResult, Key, Thrown, Value};

/// Names and descriptions of errors of the system, by their numbers on Linux, as libuv words them.
const ERRORS: &[(i32, &str, &str)] = &[
    (libc::E2BIG, "E2BIG", "argument list too long"),
    (libc::EACCES, "EACCES", "permission denied"),
    (libc::EADDRINUSE, "EADDRINUSE", "address already in use"),
    (
        libc::EADDRNOTAVAIL,
        "EADDRNOTAVAIL",
        "address not available",
    ),
    (
        libc::EAFNOSUPPORT,
        "EAFNOSUPPORT",
        "address family not supported",
    ),
    (libc::EAGAIN, "EAGAIN", "resource temporarily unavailable"),
    (libc::EALREADY, "EALREADY", "connection already in progress"),
    (libc::EBADF, "EBADF", "bad file descriptor"),
    (libc::EBUSY, "EBUSY", "resource busy or locked"),
    (libc::ECANCELED, "ECANCELED", "operation canceled"),
    (
        libc::ECONNABORTED,
        "ECONNABORTED",
        "software caused connection abort",
    ),
    (libc::ECONNREFUSED, "ECONNREFUSED", "connection refused"),
    (libc::ECONNRESET, "ECONNRESET", "connection reset by peer"),
    (
        libc::EDESTADDRREQ,
        "EDESTADDRREQ",
        "destination address required",
    ),
    (libc::EDOM, "EDOM", "argument out of domain"),
    (libc::EEXIST, "EEXIST", "file already exists"),
    (
        libc::EFAULT,
        "EFAULT",
        "bad address in system call argument",
    ),
    (libc::EFBIG, "EFBIG", "file too large"),
    (libc::EHOSTUNREACH, "EHOSTUNREACH", "host is unreachable"),
    (libc::EILSEQ, "EILSEQ", "illegal byte sequence"),
    (libc::EINTR, "EINTR", "interrupted system call"),
    (libc::EINVAL, "EINVAL", "invalid argument"),
    (libc::EIO, "EIO", "i/o error"),
    (libc::EISCONN, "EISCONN", "socket is already connected"),
    (libc::EISDIR, "EISDIR", "illegal operation on a directory"),
    (libc::ELOOP, "ELOOP", "too many symbolic links encountered"),
    (libc::EMFILE, "EMFILE", "too many open files"),
    (libc::EMLINK, "EMLINK", "too many links"),
    (libc::EMSGSIZE, "EMSGSIZE", "message too long"),
    (libc::ENAMETOOLONG, "ENAMETOOLONG", "name too long"),
    (libc::ENETDOWN, "ENETDOWN", "network is down"),
    (libc::ENETUNREACH, "ENETUNREACH", "network is unreachable"),
    (libc::ENFILE, "ENFILE", "file table overflow"),
    (libc::ENOBUFS, "ENOBUFS", "no buffer space available"),
    (libc::ENODATA, "ENODATA", "no data available"),
    (libc::ENODEV, "ENODEV", "no such device"),
    (libc::ENOENT, "ENOENT", "no such file or directory"),
    (libc::ENOEXEC, "ENOEXEC", "exec format error"),
    (libc::ENOMEM, "ENOMEM", "not enough memory"),
    (libc::ENOPROTOOPT, "ENOPROTOOPT", "protocol not available"),
    (libc::ENOSPC, "ENOSPC", "no space left on device"),
    (libc::ENOSYS, "ENOSYS", "function not implemented"),
    (libc::ENOTCONN, "ENOTCONN", "socket is not connected"),
    (libc::ENOTDIR, "ENOTDIR", "not a directory"),
    (libc::ENOTEMPTY, "ENOTEMPTY", "directory not empty"),
    (libc::ENOTSOCK, "ENOTSOCK", "socket operation on non-socket"),
    (
        libc::ENOTSUP,
        "ENOTSUP",
        "operation not supported on socket",
    ),
    (libc::ENOTTY, "ENOTTY", "inappropriate ioctl for device"),
    (libc::ENXIO, "ENXIO", "no such device or address"),
    (
        libc::EOVERFLOW,
        "EOVERFLOW",
        "value too large for defined data type",
    ),
    (libc::EPERM, "EPERM", "operation not permitted"),
    (libc::EPIPE, "EPIPE", "broken pipe"),
    (libc::EPROTO, "EPROTO", "protocol error"),
    (
        libc::EPROTONOSUPPORT,
        "EPROTONOSUPPORT",
        "protocol not supported",
    ),
    (
        libc::EPROTOTYPE,
        "EPROTOTYPE",
        "protocol wrong type for socket",
    ),
    (libc::ERANGE, "ERANGE", "result too large"),
    (libc::EROFS, "EROFS", "read-only file system"),
    (libc::ESPIPE, "ESPIPE", "invalid seek"),
    (libc::ESRCH, "ESRCH", "no such process"),
    (libc::ETIMEDOUT, "ETIMEDOUT", "connection timed out"),
    (libc::ETXTBSY, "ETXTBSY", "text file is busy"),
    (libc::EXDEV, "EXDEV", "cross-device link not permitted"),
];

/// Names that libuv has no words for.
const OTHERS: &[(i32, &str)] = &[
    (libc::EBADMSG, "EBADMSG"),
    (libc::ECHILD, "ECHILD"),
    (libc::EDEADLK, "EDEADLK"),
    (libc::EDQUOT, "EDQUOT"),
    (libc::EIDRM, "EIDRM"),
    (libc::EINPROGRESS, "EINPROGRESS"),
    (libc::EMULTIHOP, "EMULTIHOP"),
    (libc::ENETRESET, "ENETRESET"),
    (libc::ENOLCK, "ENOLCK"),
    (libc::ENOLINK, "ENOLINK"),
    (libc::ENOMSG, "ENOMSG"),
    (libc::ENOSR, "ENOSR"),
    (libc::ENOSTR, "ENOSTR"),
    (libc::EOPNOTSUPP, "EOPNOTSUPP"),
    (libc::ESTALE, "ESTALE"),
    (libc::ETIME, "ETIME"),
    (libc::EWOULDBLOCK, "EWOULDBLOCK"),
];

/// What was tried when an operation of the system failed.
#[derive(Copy, Clone)]
pub(super) struct Tried<'a> {
    pub(super) call: &'a str,
    pub(super) path: Option<&'a str>,
    pub(super) target: Option<&'a str>,
}

/// The name of an error of the system.
pub(super) fn name(number: i32) -> Option<&'static str> {
    ERRORS
        .iter()
        .find(|(known, ..)| *known == number)
        .map(|(_, name, _)| *name)
}

/// All numbers by their names.
pub(super) fn numbers<'js>(context: Context<'js>) -> JsResult<Value<'js>> {
    let object = context.object()?;
    let named = ERRORS.iter().map(|(number, name, _)| (number, name));
    for (number, name) in named.chain(OTHERS.iter().map(|(number, name)| (number, name))) {
        object.define(Key::Name(name), context.int(*number), Attributes::ALL)?;
    }
    Ok(object)
}

/// Throws what the system said.
pub(super) fn throw_system(context: Context<'_>, error: &io::Error, tried: Tried<'_>) -> Thrown {
    let number = number_of(error);
    let known = ERRORS.iter().find(|(known, ..)| *known == number);
    let (code, says) = match known {
        // What we have denied says what to do.
        Some((_, name, _)) if number == libc::EACCES && error.raw_os_error().is_none() => {
            ((*name).to_owned(), error.to_string())
        }
        Some((_, name, says)) => ((*name).to_owned(), (*says).to_owned()),
        None => (format!("E{number}"), error.to_string()),
    };
    let mut message = format!("{code}: {says}, {}", tried.call);
    if let Some(path) = tried.path {
        message.push_str(&format!(" '{path}'"));
    }
    if let Some(target) = tried.target {
        message.push_str(&format!(" -> '{target}'"));
    }
    let made = context
        .new_error(ErrorKind::Error, &message)
        .and_then(|error| {
            let set = |name, value| error.define(Key::Name(name), value, Attributes::ALL);
            set("errno", context.int(-number))?;
            set("code", context.string(&code)?)?;
            set("syscall", context.string(tried.call)?)?;
            if let Some(path) = tried.path {
                set("path", context.string(path)?)?;
            }
            if let Some(target) = tried.target {
                set("dest", context.string(target)?)?;
            }
            Ok(error)
        });
    match made {
        Ok(error) => context.throw(error),
        Err(thrown) => thrown,
    }
}

/// The number of an error, also of one that Rust's library has found itself.
fn number_of(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(match error.kind() {
        io::ErrorKind::NotFound => libc::ENOENT,
        io::ErrorKind::PermissionDenied => libc::EACCES,
        io::ErrorKind::AlreadyExists => libc::EEXIST,
        io::ErrorKind::InvalidInput => libc::EINVAL,
        io::ErrorKind::Interrupted => libc::EINTR,
        _ => libc::EIO,
    })
}

/// Throws an error with a code.
pub(super) fn throw_coded(
    context: Context<'_>,
    kind: ErrorKind,
    code: &str,
    message: &str,
) -> Thrown {
    let made = context.new_error(kind, message).and_then(|error| {
        error.define(Key::Name("code"), context.string(code)?, Attributes::ALL)?;
        Ok(error)
    });
    match made {
        Ok(error) => context.throw(error),
        Err(thrown) => thrown,
    }
}
