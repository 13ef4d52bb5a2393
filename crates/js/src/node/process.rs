//! What `node:process` knows of the program and the system.

use std::rc::Rc;
use std::time::Instant;

use crate::agent::{Agent, Ending};
use crate::library::native;
use crate::quickjs::{Attributes, Call, Context, JsResult, Key, Value};

use super::errors::{Tried, throw_system};
use super::lifecycle::Hooks;
use super::{Node, os};

/// The version of Node whose behaviour this is.
const NODE_VERSION: &str = "26.10.0";

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "facts", facts)?;
    native(natives, "keep", keep)?;
    native(natives, "hasTicks", |call| {
        Node::of(call.context()).has_ticks.set(true);
        Ok(call.context().undefined())
    })?;
    native(natives, "quit", |call| {
        let context = call.context();
        let code = call.argument(0).to_i32()?;
        // A process has eight bits for it.
        Err(Agent::of(context).end(context, Ending::Quit(code & 0xff)))
    })?;
    native(natives, "nanoseconds", |call| {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        call.context().bigint(
            now.tv_sec
                .saturating_mul(1_000_000_000)
                .saturating_add(now.tv_nsec),
        )
    })?;
    native(natives, "uptime", |call| {
        let elapsed = Instant::now() - Agent::of(call.context()).started;
        Ok(call.context().number(elapsed.as_secs_f64()))
    })?;
    native(natives, "memory", os::memory)?;
    native(natives, "cpuUsage", cpu_usage)?;
    native(natives, "cwd", |call| {
        let context = call.context();
        match std::env::current_dir() {
            Ok(folder) => context.string(&folder.to_string_lossy()),
            Err(error) => Err(throw_system(context, &error, tried("uv_cwd", None))),
        }
    })?;
    native(natives, "chdir", |call| {
        let context = call.context();
        let folder = call.argument(0).to_text()?;
        match std::env::set_current_dir(&folder) {
            Ok(()) => Ok(context.undefined()),
            Err(error) => Err(throw_system(context, &error, tried("chdir", Some(&folder)))),
        }
    })?;
    native(natives, "umask", |call| {
        let mask = rustix::fs::Mode::from_bits_truncate(call.argument(0).to_i32()? as u32);
        rustix::process::umask(mask);
        Ok(call.context().int(mask.bits() as i32))
    })
}

fn tried<'a>(call: &'a str, path: Option<&'a str>) -> Tried<'a> {
    Tried {
        call,
        path,
        target: None,
    }
}

/// `keep(…)`: the functions by which the host tells the process what happens.
fn keep<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let hold = |index| call.argument(index).hold();
    let hooks = Rc::new(Hooks {
        run_ticks: hold(0),
        emit_exit: hold(1),
        uncaught: hold(2),
        rejected: hold(3),
        failed: hold(4),
        before_exit: hold(5),
    });
    Node::of(call.context()).hooks.replace(Some(hooks));
    Ok(call.context().undefined())
}

/// What does not change while the program runs.
fn facts<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let node = Node::of(context);
    let facts = context.object()?;
    let set = |name: &str, value| facts.define(Key::Name(name), value, Attributes::ALL);
    set("node", context.string(NODE_VERSION)?)?;
    set("weft", context.string(env!("CARGO_PKG_VERSION"))?)?;
    set("quickjs", context.string(&crate::quickjs::version())?)?;
    let program = std::env::current_exe().unwrap_or_default();
    let program = program.to_string_lossy().into_owned();
    set("execPath", context.string(&program)?)?;
    let main = node.main.borrow().to_string_lossy().into_owned();
    let arguments = node.arguments.borrow().clone();
    let list = [program, main].into_iter().chain(arguments);
    let list = list.map(|argument| context.string(&argument));
    set("argv", context.array(list.collect::<JsResult<Vec<_>>>()?)?)?;
    set("env", environment(context)?)?;
    set("pid", context.number(f64::from(std::process::id())))?;
    let parent = rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get());
    set("ppid", context.int(parent))?;
    set(
        "uid",
        context.number(f64::from(rustix::process::getuid().as_raw())),
    )?;
    set(
        "gid",
        context.number(f64::from(rustix::process::getgid().as_raw())),
    )?;
    // The only way to read it is to set it.
    let mask = rustix::process::umask(rustix::fs::Mode::empty());
    rustix::process::umask(mask);
    set("umask", context.int(mask.bits() as i32))?;
    Ok(facts)
}

fn environment(context: Context<'_>) -> JsResult<Value<'_>> {
    let environment = context.object()?;
    for (name, value) in std::env::vars_os() {
        let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
        environment.define(Key::Name(&name), context.string(&value)?, Attributes::ALL)?;
    }
    Ok(environment)
}

/// `cpuUsage()`: microseconds in the program and in the system.
fn cpu_usage<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    // SAFETY: plain data for the C library to fill in.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: a place for the result.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    let micros = |time: libc::timeval| time.tv_sec as f64 * 1e6 + time.tv_usec as f64;
    let object = context.object()?;
    for (name, time) in [("user", usage.ru_utime), ("system", usage.ru_stime)] {
        object.define(
            Key::Name(name),
            context.number(micros(time)),
            Attributes::ALL,
        )?;
    }
    Ok(object)
}
