//! `WebAssembly.Tag`.

use std::ffi::CStr;

use weft::{FuncType, Tag, TagType, ValType};

use crate::agent::{Agent, Pinned, cost};
use crate::quickjs::{Call, Class, Context, JsResult, Trace, Tracer, Value};

use super::errors;
use super::global::value_type;
use crate::idl::{self, Api, Interface};

/// \[[Address]].
pub(super) struct TagObject(pub(super) Pinned<Tag>);

// SAFETY: it holds nothing of JavaScript but by what it pins.
unsafe impl Trace for TagObject {
    fn trace(&self, tracer: &mut Tracer) {
        self.0.trace(tracer);
    }
}

impl Class for TagObject {
    const NAME: &'static CStr = c"WebAssembly.Tag";
}

pub(super) fn interface(context: Context<'_>) -> JsResult<Interface<'_>> {
    Interface::new(context, "WebAssembly.Tag", 1, construct)
}

/// The tag that is the first argument.
pub(super) fn argument(api: Api, call: &Call<'_>) -> JsResult<Tag> {
    let tag = call.argument(0);
    let tag = tag.downcast::<TagObject>().map(|tag| *tag.0);
    tag.ok_or_else(|| api.type_error(call.context(), "Argument 0 must be a WebAssembly tag"))
}

/// The implementation-defined limit of the parameters of a function (§ 8 of the JavaScript interface).
const MOST_PARAMETERS: usize = 1000;

/// `new Tag(type)`.
fn construct<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Tag()");
    let context = call.context();
    API.require(call, 1)?;
    let ty = call.argument(0);
    API.dictionary(&ty, "tag type")?;
    // 1. – 3. The parameters.
    let parameters = API.required(&ty, "parameters")?;
    let parameters = idl::sequence(API, &parameters, "Argument 0 parameters")?;
    if parameters.len() > MOST_PARAMETERS {
        return Err(API.type_error(context, "Argument 0 contains too many parameters"));
    }
    let parameters = parameters
        .iter()
        .map(|name| value_type(API, name))
        .collect::<JsResult<Vec<ValType>>>()?;
    // 5. tag_alloc.
    let agent = Agent::of(context);
    agent.collect_if_due(context);
    let ty = TagType::new(FuncType::new(&agent.engine, parameters, []));
    let tag = agent.with_store(|store| Tag::new(store, &ty));
    let tag = tag.map_err(|error| errors::throw(context, Some(API), None, &error))?;
    // 7. Initialize this.
    let realm = agent.realm();
    let prototype = context.prototype_for(call.this(), &realm.classes.tag)?;
    initialize(agent, &prototype, tag)
}

fn initialize<'js>(agent: &Agent, prototype: &Value<'js>, tag: Tag) -> JsResult<Value<'js>> {
    let tags = &agent.identities.tags;
    let pinned = agent.pin(tag, cost::TAG);
    prototype
        .context()
        .instance_of_key(prototype, tags, tag, TagObject(pinned))
}

/// "Create a Tag object".
pub(super) fn wrap<'js>(context: Context<'js>, tag: Tag) -> JsResult<Value<'js>> {
    let agent = Agent::of(context);
    if let Some(found) = agent.identities.tags.get(context, tag) {
        return Ok(found);
    }
    let prototype = agent.realm().classes.tag.get(context);
    initialize(agent, &prototype, tag)
}
