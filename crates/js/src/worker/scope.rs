//! What the global object of a worker leaves to the host.

use url::{Url, quirks};

use crate::agent::Agent;
use crate::event_loop::Keeps;
use crate::library::{self, native};
use crate::quickjs::{Attributes, Call, CallKind, Context, Held, JsResult, Key, Value};

use super::channel::Port;
use super::{port, read_script};

/// Puts what every global object has into one: shared memory is there to be used.
pub(crate) fn install(context: Context<'_>) -> JsResult<()> {
    let name = "crossOriginIsolated";
    let getter = context.function("get crossOriginIsolated", 0, CallKind::Function, |call| {
        Ok(call.context().boolean(true))
    })?;
    let setter = context.undefined();
    let attributes = Attributes::ATTRIBUTE;
    context
        .global()
        .define_accessor(Key::Name(name), &getter, &setter, attributes)
}

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    port::natives(natives)?;
    native(natives, "end", |call| {
        let context = call.context();
        Agent::of(context).events.close();
        Ok(context.undefined())
    })?;
    native(natives, "load", load)?;
    native(natives, "part", part)
}

/// Makes the global object that of a worker. `port` is its end of the channel to who has started it; the result is that for
/// [`open_port`].
pub(crate) fn begin(
    context: Context<'_>,
    own_port: Option<Port>,
    name: &str,
    is_module: bool,
) -> JsResult<Held> {
    let own_port = match own_port {
        Some(own_port) => port::wrap(context, own_port)?,
        None => port::wrap_none(context)?,
    };
    let location = Agent::of(context).location();
    let arguments = [
        own_port.clone(),
        context.string(name)?,
        context.string(location.as_str())?,
        context.boolean(is_module),
    ];
    let start = library::export(context, "scope", "start")?;
    start.call(&context.undefined(), &arguments)?;
    Ok(own_port.hold())
}

/// Has messages delivered to the global object.
pub(crate) fn open_port<'js>(context: Context<'js>, own_port: &Held) -> JsResult<()> {
    let open = library::export(context, "scope", "open")?;
    open.call(&context.undefined(), &[own_port.get(context)])
        .map(drop)
}

/// A worker ends when nothing is left to do, and nobody listens for messages.
pub(crate) fn update_listening(context: Context<'_>, own_port: &Held) -> JsResult<()> {
    let own_port = own_port.get(context);
    let Some(receiver) = port::receiver(&own_port) else {
        return Ok(());
    };
    let listens = library::export(context, "scope", "listens")?;
    let listens = listens.call(&context.undefined(), &[])?.to_boolean();
    let keeps = Keeps::idle_if(listens);
    Agent::of(context).events.set_keeps(receiver, keeps);
    Ok(())
}

/// `load(url)`: one of the scripts of `importScripts`.
fn load<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let url = call.argument(0).to_text()?;
    let Some(location) = Agent::of(context).location().join(&url) else {
        let message = format!(
            "Failed to execute 'importScripts' on 'WorkerGlobalScope': The URL '{url}' is invalid."
        );
        return Err(context.throw_dom("SyntaxError", &message));
    };
    let agent = Agent::of(context);
    let source = read_script(&agent.setup.access, &location, &|| agent.shall_stop());
    let source = source.map_err(|error| {
        let message = format!("Failed to execute 'importScripts' on 'WorkerGlobalScope': The script at '{}' failed to load: {error}", location.as_str());
        context.throw_dom("NetworkError", &message)
    })?;
    context.eval_script(&source, &location.script_name())
}

/// `part(href, name)`: a part of a URL.
fn part<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let href = call.argument(0).to_text()?;
    let Ok(url) = Url::parse(&href) else {
        return context.string("");
    };
    context.string(match call.argument(1).to_text()?.as_str() {
        "protocol" => quirks::protocol(&url),
        "host" => quirks::host(&url),
        "hostname" => quirks::hostname(&url),
        "port" => quirks::port(&url),
        "pathname" => quirks::pathname(&url),
        "search" => quirks::search(&url),
        "hash" => quirks::hash(&url),
        _ => return context.string(&quirks::origin(&url)),
    })
}
