//! `weft run FILE.js`: runs a script or a module of JavaScript.

mod deadline;
mod timings;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use weft::{Engine, Result, format_err};
use weft_js::{Access, Host, HostOptions, Identity, Outcome, Scope};

use super::Opts;
use crate::exit::{self, usage};
use crate::host::grants;
use crate::host::limits::Budget;
use crate::input::{Source, unreadable};

/// As what a script finds itself run.
#[derive(clap::ValueEnum, Copy, Clone, Debug)]
pub(super) enum As {
    /// A shell: `read`, `readbuffer`, `load`, `print`, `arguments`, `quit`
    Shell,
    /// A worker of a browser: `importScripts`, `WorkerGlobalScope`, `postMessage`
    Worker,
    /// Node: `require`, packages in `node_modules`, `process`, `Buffer`, modules such as `node:fs`
    Node,
}

/// The file, if its name says that it is JavaScript.
pub(super) fn file(source: &Source) -> Option<&Path> {
    let Source::File(path) = source else {
        return None;
    };
    let extension = path.extension()?;
    ["js", "mjs", "cjs"]
        .iter()
        .any(|it| extension == *it)
        .then_some(path)
}

/// Runs the script in `path`.
pub(super) fn run(opts: &Opts, engine: &Engine, path: &Path) -> Result<i32> {
    refuse_what_is_for_modules(opts)?;
    std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    let arguments = opts.guest_args().iter();
    let arguments = arguments.map(|arg| Ok(grants::utf8(arg, "an argument")?.to_owned()));
    let mut options = HostOptions {
        identity: match opts.identity {
            Some(As::Shell) => Identity::Shell,
            Some(As::Worker) => Identity::Worker,
            Some(As::Node) => Identity::Node,
            None => Identity::of_file(path),
        },
        arguments: arguments.collect::<Result<_>>()?,
        access: access(opts),
        timings: opts.timings,
        ..HostOptions::default()
    };
    if let Some(bytes) = opts.max_memory {
        let budget = Budget::new(opts.max_memory);
        options.limiter = Some(Arc::new(move || Box::new(budget.share())));
        options.max_heap = Some(usize::try_from(bytes).unwrap_or(usize::MAX));
    }
    let mut host = Host::new(engine, options)?;
    if let Some(timeout) = opts.timeout {
        host.set_timeout(timeout);
        deadline::enforce(timeout)?;
    }
    let outcome = host.run_file(path)?;
    if let Some(timings) = host.timings() {
        exit::write_stderr(&timings::table(&timings));
    }
    match outcome {
        Outcome::Finished => Ok(0),
        Outcome::Quit(code) => Ok(code),
        Outcome::Interrupted => {
            print_interrupted();
            Ok(exit::TRAP)
        }
        Outcome::Uncaught(report) => {
            exit::write_stderr(&format!("{report}\n"));
            Ok(exit::ERROR)
        }
    }
}

/// Says so once: the script's own end and that of its time may come together.
fn print_interrupted() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        exit::print(&format_err!(
            "the script was interrupted: its time was over"
        ));
    });
}

/// What the script may use of the machine.
fn access(opts: &Opts) -> Access {
    let scope = |paths: &Option<Vec<PathBuf>>| match paths {
        None => Scope::All,
        Some(paths) => Scope::only(paths.iter().cloned()),
    };
    Access {
        network: !opts.deny_net,
        read: scope(&opts.allow_read),
        write: scope(&opts.allow_write),
    }
}

/// What grants and limits do for a module that runs by itself they cannot do for a script.
fn refuse_what_is_for_modules(opts: &Opts) -> Result<()> {
    let given = [
        ("--invoke", opts.invoke.is_some()),
        ("--dir", !opts.dir.is_empty()),
        ("--env", !opts.env.is_empty()),
        ("--preload", !opts.preload.is_empty()),
        ("--fuel", opts.fuel.is_some()),
        ("--max-disk", opts.max_disk.is_some()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(usage(format!("`{name}` is for modules, not for scripts"))),
        None => Ok(()),
    }
}
