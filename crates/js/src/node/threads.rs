//! Workers of `node:worker_threads`: agents of this identity.

use std::path::{Path, PathBuf};

use crate::agent::{Agent, Ending};
use crate::clone::{self, Message};
use crate::host::{Host, run_all};
use crate::idl;
use crate::library::{self, native};
use crate::quickjs::{Call, Context, ErrorKind, JsResult, Value};
use crate::web;
use crate::worker::{self, Location, Parent, Program, port};

use super::{Node, errors, loader, module};

/// What a worker is started with.
pub(crate) struct ThreadStart {
    source: Source,
    arguments: Vec<String>,
    /// The file that whoever started the program lets it read.
    granted: PathBuf,
    /// What scripts of ours there are told.
    data: Message,
}

/// What a worker runs.
enum Source {
    File(PathBuf),
    /// A text, which its syntax makes a module or not.
    Text(String),
    /// The text of a module.
    Module(String),
}

/// The name of a worker's text.
const TEXT: &str = "[worker eval]";

/// Natives of the script that knows how a worker was started.
pub(super) fn start_natives(natives: &Value<'_>) -> JsResult<()> {
    port::node_natives(natives)?;
    native(natives, "start", |call| {
        let context = call.context();
        match &*Node::of(context).thread.borrow() {
            None => Ok(context.undefined()),
            Some(start) => Ok(start.get(context)),
        }
    })
}

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    port::node_natives(natives)?;
    worker::control_natives(natives)?;
    native(natives, "spawn", spawn)
}

/// `spawn(kind, source, arguments, data, transfer, hear)`: starts a worker and gives its handle.
fn spawn<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let text = call.argument(1).to_text()?;
    let here = Agent::of(context).location();
    let (source, location) = match call.argument(0).to_text()?.as_str() {
        "file" => {
            let location = Location::file(&text);
            (Source::File(text.into()), location)
        }
        "text" => (Source::Text(text), here),
        _ => match web::decode_data(&text) {
            Some((bytes, _)) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                (Source::Module(text), here)
            }
            None => return Err(context.throw_type("Invalid data: URL")),
        },
    };
    let arguments = idl::items(&call.argument(2))?;
    let start = ThreadStart {
        source,
        arguments: arguments
            .iter()
            .map(Value::to_text)
            .collect::<JsResult<_>>()?,
        granted: Node::of(context).resolver.granted.borrow().clone(),
        data: clone::write(&call.argument(3), &idl::items(&call.argument(4))?)?,
    };
    let program = Program::Node(Box::new(start));
    worker::start(context, location, program, call.argument(5).hold())
}

/// Runs a worker in its thread, from its start to its end.
pub(crate) fn run(host: &mut Host, start: ThreadStart, parent: &Parent) {
    host.enter(|agent, context| {
        let ended = run_all(agent, context, |context| begin(context, start));
        let code = ended.unwrap_or_else(|thrown| {
            let exception = context.catch(thrown);
            if agent.ending().is_none() && !exception.is_uncatchable() {
                let portable = portable_error(&exception);
                let portable = portable.unwrap_or_else(|thrown| context.catch(thrown));
                parent.uncaught_as(&exception, &portable);
            }
            1
        });
        parent.ends_with(match agent.ending() {
            Some(Ending::Quit(code)) => code,
            Some(Ending::Interrupted) => 1,
            None => code,
        });
        agent.children.stop();
    });
}

/// An exception with what else Node sends of it.
fn portable_error<'js>(exception: &Value<'js>) -> JsResult<Value<'js>> {
    let context = exception.context();
    let pack = library::export(context, "node:internal/thread", "packError")?;
    pack.call(&context.undefined(), std::slice::from_ref(exception))
}

/// Makes the realm ready and starts the program; of a module it gives the promise.
fn begin(context: Context<'_>, start: ThreadStart) -> JsResult<Option<Value<'_>>> {
    super::install(context, &start.arguments)?;
    let node = Node::of(context);
    let data = clone::read(context, &start.data)?.value;
    node.thread.replace(Some(data.hold()));
    node.resolver.granted.replace(start.granted);
    // It tells that it is there, before anything of the program.
    library::exports(context, "node:worker_threads")?;
    match start.source {
        Source::Text(text) => {
            super::set_main(context, Path::new(TEXT));
            module::run_text(context, &text, TEXT)
        }
        Source::Module(text) => {
            super::set_main(context, Path::new(TEXT));
            loader::run_module(context, &text, TEXT).map(Some)
        }
        Source::File(path) if !path.exists() => {
            let message = format!("Cannot find module '{}'", path.display());
            let code = "MODULE_NOT_FOUND";
            Err(errors::throw_coded(
                context,
                ErrorKind::Error,
                code,
                &message,
            ))
        }
        Source::File(path) => loader::run_main(context, Path::new(&path)),
    }
}
