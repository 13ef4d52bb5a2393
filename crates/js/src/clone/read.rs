//! StructuredDeserializeWithTransfer (§ 2.7.8): first all objects, then what they refer to.

use std::rc::Rc;

use crate::agent::Agent;
use crate::buffer_source;
use crate::quickjs::{Attributes, Context, Held, JsResult, Key, Value};
use crate::realm::Realm;

use super::{Item, Message, Object, Slots};

/// What a message is in this agent, and what was transferred with it.
pub(crate) struct Received<'js> {
    pub(crate) value: Value<'js>,
    pub(crate) transferred: Vec<Value<'js>>,
}

/// Makes a message's value.
pub(crate) fn read<'js>(context: Context<'js>, message: &Message) -> JsResult<Received<'js>> {
    let mut reader = Reader {
        context,
        realm: Agent::of(context).realm(),
        objects: vec![None; message.objects.len()],
        is_platform: message
            .objects
            .iter()
            .map(|object| matches!(object.slots, Slots::Platform { .. }))
            .collect(),
    };
    let objects = &message.objects;
    for (number, object) in objects.iter().enumerate() {
        reader.create(number, object)?;
    }
    for (number, object) in objects.iter().enumerate() {
        reader.fill(number, object, Pass::Data)?;
    }
    // The data of one comes after it, and may hold another.
    for (number, object) in objects.iter().enumerate().rev() {
        reader.create_platform(number, object)?;
    }
    for (number, object) in objects.iter().enumerate() {
        reader.fill(number, object, Pass::Platform)?;
    }
    let transferred = message.transferred.iter();
    Ok(Received {
        value: reader.item(&message.value)?,
        transferred: transferred
            .map(|number| reader.item(&Item::Object(*number)))
            .collect::<JsResult<_>>()?,
    })
}

/// What is filled in: objects of scripts of ours are made from data that has to be there before, and others may refer to them.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Pass {
    /// Everything; `undefined` stands where such an object will be.
    Data,
    /// Those objects.
    Platform,
}

struct Reader<'js> {
    context: Context<'js>,
    realm: Rc<Realm>,
    objects: Vec<Option<Value<'js>>>,
    /// Which of them are of scripts of ours.
    is_platform: Vec<bool>,
}

impl<'js> Reader<'js> {
    fn item(&self, item: &Item) -> JsResult<Value<'js>> {
        let context = self.context;
        Ok(match item {
            Item::Undefined => context.undefined(),
            Item::Null => context.null(),
            Item::Boolean(value) => context.boolean(*value),
            Item::Number(value) => context.number(*value),
            Item::BigInt(value) => context.bigint(*value)?,
            Item::LargeBigInt(digits) => {
                let digits = context.string(digits)?;
                self.call(&self.realm.clone.bigint, &[digits])?
            }
            Item::String(units) => context.string_utf16(units)?,
            Item::Object(number) => {
                let object = self.objects.get(*number as usize).and_then(Option::as_ref);
                object.map_or(context.undefined(), Value::clone)
            }
        })
    }

    fn is_platform(&self, item: &Item) -> bool {
        matches!(item, Item::Object(number) if self.is_platform[*number as usize])
    }

    fn call(&self, function: &Held, arguments: &[Value<'js>]) -> JsResult<Value<'js>> {
        let function = function.get(self.context);
        function.call(&self.context.undefined(), arguments)
    }

    fn construct(&self, constructor: &Held, arguments: &[Value<'js>]) -> JsResult<Value<'js>> {
        constructor.get(self.context).construct(arguments, None)
    }

    /// Makes an object of what its slots hold.
    fn create(&mut self, number: usize, object: &Object) -> JsResult<()> {
        let context = self.context;
        let own = &self.realm.clone;
        let made = match &object.slots {
            Slots::Platform { .. } => return Ok(()),
            Slots::Transfer | Slots::Ordinary => context.object()?,
            Slots::Array(length) => {
                let array = context.array([])?;
                array.set(Key::Name("length"), context.number(f64::from(*length)))?;
                array
            }
            Slots::Boxed(item) => self.call(&own.object, &[self.item(item)?])?,
            Slots::Date(time) => self.construct(&own.date, &[context.number(*time)])?,
            Slots::RegExp { source, flags } => {
                let arguments = [context.string_utf16(source)?, context.string(flags)?];
                self.construct(&own.regexp, &arguments)?
            }
            Slots::Map => self.construct(&own.map, &[])?,
            Slots::Set => self.construct(&own.set, &[])?,
            Slots::Error {
                name,
                message,
                stack,
            } => self.error(name, message.as_deref(), stack.as_deref())?,
            Slots::DomException {
                name,
                message,
                stack,
            } => {
                let arguments = [context.string_utf16(message)?, context.string_utf16(name)?];
                let error = self.construct(&own.dom_exception, &arguments)?;
                define_text(&error, "stack", stack.as_deref())?;
                error
            }
            Slots::Buffer {
                bytes,
                max,
                is_immutable,
            } => self.buffer(bytes, *max, *is_immutable)?,
            Slots::SharedBuffer { bytes, length, max } => bytes.buffer(context, *length, *max)?,
            Slots::View {
                elements,
                buffer,
                offset,
                length,
            } => {
                let buffer = self.item(&Item::Object(*buffer))?;
                match elements {
                    Some(elements) => context.typed_array(*elements, &buffer, *offset, *length)?,
                    None => {
                        let offset = context.number(*offset as f64);
                        let length = match length {
                            Some(length) => context.number(*length as f64),
                            None => context.undefined(),
                        };
                        self.construct(&own.data_view, &[buffer, offset, length])?
                    }
                }
            }
            Slots::Portable(portable) => portable.arrive(context)?,
        };
        self.objects[number] = Some(made);
        Ok(())
    }

    fn error(
        &self,
        name: &str,
        message: Option<&[u16]>,
        stack: Option<&[u16]>,
    ) -> JsResult<Value<'js>> {
        let errors = &self.realm.clone.errors;
        let class = errors.iter().find(|(known, _)| *known == name);
        let class = class.or(errors.first()).map(|(_, class)| class);
        let error = match class {
            Some(class) => self.construct(class, &[])?,
            None => self.context.object()?,
        };
        define_text(&error, "message", message)?;
        define_text(&error, "stack", stack)?;
        Ok(error)
    }

    fn buffer(&self, bytes: &[u8], max: Option<usize>, is_immutable: bool) -> JsResult<Value<'js>> {
        let context = self.context;
        let Some(max) = max else {
            let buffer = context.array_buffer(bytes)?;
            if is_immutable {
                buffer.set_immutable_buffer();
            }
            return Ok(buffer);
        };
        let options = context.object_of(&context.null())?;
        let max = context.number(max as f64);
        options.define(Key::Name("maxByteLength"), max, Attributes::ALL)?;
        let length = context.number(bytes.len() as f64);
        let buffer = self.construct(&self.realm.clone.array_buffer, &[length, options])?;
        buffer_source::fill_buffer(&buffer, bytes);
        Ok(buffer)
    }

    /// Makes an object of a script of ours.
    fn create_platform(&mut self, number: usize, object: &Object) -> JsResult<()> {
        let Slots::Platform {
            kind,
            is_transferred,
        } = &object.slots
        else {
            return Ok(());
        };
        let name = if *is_transferred {
            "receive"
        } else {
            "deserialize"
        };
        let data = object.items.first().map(|item| self.item(item));
        let data = data.unwrap_or(Ok(self.context.undefined()))?;
        let Some(step) = kind.step(self.context, name)? else {
            return Err(self
                .context
                .throw_dom("DataCloneError", "there is nothing that takes the object"));
        };
        let made = step.call(&self.context.undefined(), &[data])?;
        self.objects[number] = Some(made);
        Ok(())
    }

    /// Lets an object refer to others.
    fn fill(&self, number: usize, object: &Object, pass: Pass) -> JsResult<()> {
        let Some(made) = &self.objects[number] else {
            return Ok(());
        };
        for (key, item) in &object.properties {
            if pass == Pass::Data || self.is_platform(item) {
                let key = self.context.string_utf16(key)?;
                made.define(Key::Value(&key), self.item(item)?, Attributes::ALL)?;
            }
        }
        // The order of a collection's items matters, so it waits for all of them.
        let waits = object.items.iter().any(|item| self.is_platform(item));
        if waits == (pass == Pass::Data) {
            return Ok(());
        }
        let items = object.items.iter().map(|item| self.item(item));
        let items = items.collect::<JsResult<Vec<_>>>()?;
        match &object.slots {
            Slots::Map => {
                let set = self.realm.clone.map_set.get(self.context);
                for entry in items.chunks_exact(2) {
                    set.call(made, entry)?;
                }
            }
            Slots::Set => {
                let add = self.realm.clone.set_add.get(self.context);
                for item in items {
                    add.call(made, &[item])?;
                }
            }
            Slots::Error { .. } => {
                for cause in items {
                    made.define(Key::Name("cause"), cause, Attributes::METHOD)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn define_text(object: &Value<'_>, name: &str, text: Option<&[u16]>) -> JsResult<()> {
    let Some(text) = text else {
        return Ok(());
    };
    let text = object.context().string_utf16(text)?;
    object.define(Key::Name(name), text, Attributes::METHOD)
}
