//! Globals that scripts of ours export, which run when one of them is first used.
//!
//! Until then such a property is an accessor; then it becomes what Web IDL asks for. Programs see the latter alone:
//! reading and writing make it so, and so do the functions that describe properties, see `reflection`.

use std::ffi::CStr;

use crate::agent::Agent;
use crate::quickjs::{Attributes, Call, Class, Context, JsResult, Key, Trace, Value};

/// A global that a script of ours exports by the same name.
pub(crate) struct Global {
    pub(crate) name: &'static str,
    pub(crate) script: &'static str,
    pub(crate) kind: GlobalKind,
}

/// What it is for Web IDL.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(crate) enum GlobalKind {
    /// An interface object, or a namespace.
    Interface,
    /// An operation.
    Operation,
    /// An attribute of the global object. Its script exports a function of this name, which defines it.
    Attribute,
}

impl GlobalKind {
    fn attributes(self) -> Attributes {
        match self {
            Self::Interface => Attributes::METHOD,
            Self::Operation => Attributes::ALL,
            Self::Attribute => Attributes::ATTRIBUTE,
        }
    }
}

/// The getter and setter of a global that nobody has used yet.
struct Unused(&'static Global);

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for Unused {}

impl Class for Unused {
    const NAME: &'static CStr = c"Function";
    const CALLABLE: bool = true;

    fn call<'js>(&self, call: &Call<'js>) -> JsResult<Value<'js>> {
        let context = call.context();
        let Self(global) = self;
        match call.count() {
            0 => {
                global.define(context)?;
                context.global().get(Key::Name(global.name))
            }
            _ => {
                global.assign(call.this(), call.argument(0))?;
                Ok(context.undefined())
            }
        }
    }
}

impl Global {
    /// Makes the property what it shall be.
    fn define(&self, context: Context<'_>) -> JsResult<()> {
        let value = super::export(context, self.script, self.name)?;
        let object = context.global();
        match self.kind {
            GlobalKind::Attribute => value.call(&object, &[]).map(drop),
            kind => object.define(Key::Name(self.name), value, kind.attributes()),
        }
    }

    /// What assigning to the property means.
    fn assign<'js>(&self, this: &Value<'js>, value: Value<'js>) -> JsResult<()> {
        let context = value.context();
        let object = context.global();
        if self.kind == GlobalKind::Attribute {
            self.define(context)?;
            return object.set(Key::Name(self.name), value);
        }
        let is_own = !this.is_object() || this.is_same(&object);
        match is_own {
            // A program that has a thing of its own under the name does not need ours.
            true => object.define(Key::Name(self.name), value, self.kind.attributes()),
            false => this.define(Key::Name(self.name), value, Attributes::ALL),
        }
    }
}

/// Puts globals into the realm.
pub(super) fn install(context: Context<'_>, globals: &'static [Global]) -> JsResult<()> {
    let language = &Agent::of(context).realm().language;
    let prototype = language.function_prototype.get(context);
    let object = context.global();
    for global in globals {
        let unused = context.instance(&prototype, Unused(global))?;
        object.define_accessor(
            Key::Name(global.name),
            &unused,
            &unused,
            global.kind.attributes(),
        )?;
    }
    Ok(())
}

/// Makes the property of the global object what it shall be, if nobody has used it yet.
pub(super) fn settle<'js>(object: &Value<'js>, name: &Value<'js>) -> JsResult<()> {
    let getter = object.getter(Key::Value(name))?;
    match getter.downcast::<Unused>() {
        Some(Unused(global)) => global.define(object.context()),
        None => Ok(()),
    }
}
