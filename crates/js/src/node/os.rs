//! What `node:os` knows of the machine.

use crate::library::native;
use crate::quickjs::{Attributes, Call, JsResult, Key, Value};

use super::errors;

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "os", facts)?;
    native(natives, "memory", memory)?;
    native(natives, "errnos", |call| errors::numbers(call.context()))?;
    native(natives, "systemUptime", |call| {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Ok(call.context().number(now.tv_sec as f64))
    })
}

pub(super) fn intl_natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "timeZone", |call| {
        call.context().string(&time_zone())
    })
}

/// The name of the time zone: what the environment says, or else which file of the time zones `/etc/localtime` is.
fn time_zone() -> String {
    let named = std::env::var("TZ").unwrap_or_default();
    if !named.is_empty() {
        return named.trim_start_matches(':').to_owned();
    }
    let file = std::fs::canonicalize("/etc/localtime").unwrap_or_default();
    let file = file.to_string_lossy();
    match file.split_once("/zoneinfo/") {
        Some((_, "Etc/UTC" | "UTC" | "Etc/UCT" | "Zulu")) | None => "UTC".to_owned(),
        Some((_, zone)) => zone.to_owned(),
    }
}

fn facts<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let names = rustix::system::uname();
    let text = |text: &std::ffi::CStr| context.string(&text.to_string_lossy());
    let number = |number: u32| context.number(f64::from(number));
    let parallelism = std::thread::available_parallelism().map_or(1, usize::from);
    let facts = context.object()?;
    for (name, value) in [
        ("release", text(names.release())?),
        ("version", text(names.version())?),
        ("hostname", text(names.nodename())?),
        ("parallelism", context.number(parallelism as f64)),
        ("uid", number(rustix::process::getuid().as_raw())),
        ("gid", number(rustix::process::getgid().as_raw())),
    ] {
        facts.define(Key::Name(name), value, Attributes::ALL)?;
    }
    Ok(facts)
}

/// `memory()`: what the process and the machine have, in bytes.
pub(super) fn memory<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let resident = pages
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<f64>().ok());
    let resident = resident.unwrap_or(0.0) * rustix::param::page_size() as f64;
    let info = rustix::system::sysinfo();
    let unit = f64::from(info.mem_unit);
    let heap = context.core().heap_size() as f64;
    let object = context.object()?;
    for (name, bytes) in [
        ("rss", resident),
        ("heapTotal", heap),
        ("heapUsed", heap),
        ("external", 0.0),
        ("arrayBuffers", 0.0),
        ("total", info.totalram as f64 * unit),
        ("free", info.freeram as f64 * unit),
    ] {
        object.define(Key::Name(name), context.number(bytes), Attributes::ALL)?;
    }
    Ok(object)
}
