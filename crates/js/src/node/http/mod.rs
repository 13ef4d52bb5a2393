//! What `node:http` is made of: servers of HTTP/1.1, and exchanges as its script uses them.

mod request;
mod response;
mod server;

use std::cell::RefCell;
use std::ffi::CStr;
use std::net::TcpListener;
use std::sync::mpsc::Sender;

use crate::agent::Agent;
use crate::buffer_source;
use crate::event_loop::{Keeps, Reply};
use crate::idl::Api;
use crate::library::native;
use crate::quickjs::{
    Attributes, Call, Class, Context, ErrorKind, Held, JsResult, Key, Trace, Value,
};
use crate::web::{header_natives, pairs};

use super::errors::{Tried, throw_system};
use response::Head;
use server::{Arrived, Command, Listening, Written};

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    header_natives(natives)?;
    native(natives, "listen", listen)?;
    native(natives, "close", close)?;
    native(natives, "reference", reference)?;
    native(natives, "read", read)?;
    native(natives, "begin", begin)?;
    native(natives, "write", write)?;
    native(natives, "end", end)?;
    native(natives, "drop", |call| {
        with_exchange(call, |commands| commands.take()).map(drop)?;
        Ok(call.context().undefined())
    })
}

/// A listening server, which programs never see.
struct Server {
    listening: RefCell<Option<Listening>>,
    receiver: u64,
}

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for Server {}

impl Class for Server {
    const NAME: &'static CStr = c"HttpServer";
}

/// An exchange, which programs never see: what can be asked for it.
struct Exchange(RefCell<Option<Sender<Command>>>);

// SAFETY: as above.
unsafe impl Trace for Exchange {}

impl Class for Exchange {
    const NAME: &'static CStr = c"HttpExchange";
}

fn with_server<R>(call: &Call<'_>, body: impl FnOnce(&Server) -> R) -> JsResult<R> {
    let server = call.argument(0);
    let server = server.downcast::<Server>();
    let missing = || call.context().throw_error(ErrorKind::Internal, "no server");
    server.map(body).ok_or_else(missing)
}

fn with_exchange<R>(
    call: &Call<'_>,
    body: impl FnOnce(&mut Option<Sender<Command>>) -> R,
) -> JsResult<R> {
    let exchange = call.argument(0);
    let exchange = exchange.downcast::<Exchange>();
    let missing = || {
        let context = call.context();
        context.throw_error(ErrorKind::Internal, "no exchange")
    };
    let exchange = exchange.ok_or_else(missing)?;
    Ok(body(&mut exchange.0.borrow_mut()))
}

/// `listen(host, port, hear)`: `[server, address, port]`. `hear` is called with each request.
fn listen<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let agent = Agent::of(context);
    let host = call.argument(0).to_text()?;
    let port = call.argument(1).to_number()? as u16;
    let hear = call.argument(2).hold();
    let shown = format!("{host}:{port}");
    let bind = || {
        agent.setup.access.connecting()?;
        let listener = TcpListener::bind((&*host, port))?;
        let address = listener.local_addr()?;
        let requests = agent
            .events
            .receive(Keeps::Busy, move |context, _, letter| {
                match letter.downcast::<Arrived>() {
                    Ok(arrived) => tell(context, &hear, *arrived),
                    Err(_) => Ok(()),
                }
            });
        let receiver = requests.receiver();
        let listening = Listening::start(listener, requests);
        listening
            .map(|listening| (listening, receiver, address))
            .inspect_err(|_| agent.events.forget(receiver))
    };
    let (listening, receiver, address) = bind().map_err(|error| {
        let tried = Tried {
            call: "listen",
            path: Some(&shown),
            target: None,
        };
        throw_system(context, &error, tried)
    })?;
    let server = Server {
        listening: RefCell::new(Some(listening)),
        receiver,
    };
    context.array([
        context.instance(&context.null(), server)?,
        context.string(&address.ip().to_string())?,
        context.int(address.port().into()),
    ])
}

/// Calls `hear` with the exchange and what there is of the request.
fn tell(context: Context<'_>, hear: &Held, arrived: Arrived) -> JsResult<()> {
    let request = context.object_of(&context.null())?;
    let define = |name, value| request.define(Key::Name(name), value, Attributes::ALL);
    let fields = arrived.head.fields.iter();
    let fields = fields.flat_map(|(name, value)| [name, value]);
    let fields = fields.map(|text| context.string(text));
    define("method", context.string(&arrived.head.method)?)?;
    define("url", context.string(&arrived.head.target)?)?;
    define("isNew", context.boolean(arrived.head.is_new))?;
    define(
        "fields",
        context.array(fields.collect::<JsResult<Vec<_>>>()?)?,
    )?;
    define("hasBody", context.boolean(arrived.has_body))?;
    if let Some(peer) = arrived.peer {
        define("address", context.string(&peer.ip().to_string())?)?;
        define("port", context.int(peer.port().into()))?;
    }
    let exchange = Exchange(RefCell::new(Some(arrived.commands)));
    let exchange = context.instance(&context.null(), exchange)?;
    let hear = hear.get(context);
    hear.call(&context.undefined(), &[exchange, request])
        .map(drop)
}

/// `close(server)`: takes no more connections, nor requests of those that there are.
fn close<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let closed = with_server(call, |server| (server.listening.take(), server.receiver))?;
    Agent::of(context).events.forget(closed.1);
    Ok(context.undefined())
}

/// `reference(server, isAwaited)`: whether the program goes on for it alone.
fn reference<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let receiver = with_server(call, |server| server.receiver)?;
    let keeps = match call.argument(1).to_boolean() {
        true => Keeps::Busy,
        false => Keeps::Nothing,
    };
    Agent::of(context).events.set_keeps(receiver, keeps);
    Ok(context.undefined())
}

/// Asks for something, and has `then` called when it is done: `then(error)`, or what `give` says.
fn ask<'js, R: Send + 'static>(
    call: &Call<'js>,
    then: Value<'js>,
    give: impl for<'a> Fn(Context<'a>, R) -> JsResult<Vec<Value<'a>>> + 'static,
    command: impl FnOnce(Reply<Result<R, String>>) -> Command,
) -> JsResult<Value<'js>> {
    let context = call.context();
    let then = then.hold();
    let (_, reply) =
        Agent::of(context)
            .events
            .expect(move |context: Context<'_>, result: Result<R, String>| {
                let arguments = match result {
                    Ok(result) => give(context, result)?,
                    Err(message) => vec![context.string(&message)?],
                };
                then.get(context)
                    .call(&context.undefined(), &arguments)
                    .map(drop)
            });
    with_exchange(call, |commands| match commands {
        // The thread takes commands as long as there can be any.
        Some(commands) => drop(commands.send(command(reply))),
        None => reply.send(Err("the exchange is over".into())),
    })?;
    Ok(context.undefined())
}

/// `read(exchange, then)`: calls `then(error)`, `then(undefined, bytes)`, or `then()` at the end.
fn read<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    ask(call, call.argument(1), chunk, Command::Read)
}

fn chunk(context: Context<'_>, bytes: Vec<u8>) -> JsResult<Vec<Value<'_>>> {
    match bytes.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(vec![context.undefined(), context.uint8_array(&bytes)?]),
    }
}

/// `begin(exchange, status, reason, fields)`: sends the head.
fn begin<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let head = Head {
        status: call.argument(1).to_number()? as u16,
        reason: call.argument(2).to_text()?,
        fields: pairs(&call.argument(3))?,
    };
    with_exchange(call, |commands| {
        if let Some(commands) = commands {
            let _ = commands.send(Command::Begin(head));
        }
    })?;
    Ok(call.context().undefined())
}

/// `write(exchange, bytes, then)`.
fn write<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let bytes = buffer_source::copy(Api("write()"), &call.argument(1))?;
    let command = |reply: Reply<Written>| Command::Write(bytes, reply);
    ask(call, call.argument(2), nothing, command)
}

fn nothing(_: Context<'_>, (): ()) -> JsResult<Vec<Value<'_>>> {
    Ok(Vec::new())
}

/// `end(exchange, then)`.
fn end<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    ask(call, call.argument(1), nothing, Command::End)
}
