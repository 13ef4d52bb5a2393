//! [`Portable`]: what instances of Rust are while they are on their way from one agent to another.

use crate::quickjs::{Context, JsResult, Value};
use crate::webassembly;
use crate::worker;

/// What an instance shares with its clones.
pub(crate) trait Portable: Send + Sync {
    /// The clone, in an agent that the message has come to. It is called once for each, and for what was transferred once.
    fn arrive<'js>(&self, context: Context<'js>) -> JsResult<Value<'js>>;
}

/// What of `value` goes along if it is an instance of a certain class, or nothing if it is not.
type Portability = fn(&Value<'_>) -> JsResult<Option<Box<dyn Portable>>>;

/// The classes whose instances can be cloned.
const CLASSES: [Portability; 3] = [
    webassembly::module::portable,
    webassembly::memory::portable,
    worker::port::portable,
];

/// What of `value` goes along, if it can.
pub(super) fn portable(value: &Value<'_>) -> JsResult<Option<Box<dyn Portable>>> {
    for class in CLASSES {
        if let Some(portable) = class(value)? {
            return Ok(Some(portable));
        }
    }
    Ok(None)
}
