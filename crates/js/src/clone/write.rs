//! StructuredSerializeWithTransfer (§ 2.7.7).
//!
//! Getters run in the standard's order: depth first, and each object's properties in theirs. What is left to do is a stack of
//! [`Task`]s.

use std::collections::HashMap;
use std::rc::Rc;

use crate::agent::Agent;
use crate::buffer_source;
use crate::quickjs::{
    Context, Held, JsResult, Key, ObjectId, ObjectKind, SharedBytes, Thrown, Value, ViewKind,
};
use crate::realm::Realm;
use crate::webassembly::memory;

use super::platform::Kind;
use super::portable::portable;
use super::{Item, Message, Object, Slots};

/// Serializes `value`, and what `transfer` names without copying it.
pub(crate) fn write<'js>(value: &Value<'js>, transfer: &[Value<'js>]) -> JsResult<Message> {
    let context = value.context();
    let mut writer = Writer {
        context,
        realm: Agent::of(context).realm(),
        objects: Vec::new(),
        known: HashMap::new(),
        kept: Vec::new(),
        tasks: Vec::new(),
    };
    let transferred = writer.announce(transfer)?;
    let value = writer.value(value)?;
    writer.transfer(transfer, &transferred)?;
    let size = value.size() + writer.objects.iter().map(Object::size).sum::<usize>();
    let budget = &Agent::of(context).setup.heap;
    let charge = budget.as_ref().map(|budget| {
        let charge = budget.charge(size);
        charge.ok_or_else(|| context.throw_range("out of memory: the message is too large"))
    });
    Ok(Message {
        value,
        objects: writer.objects,
        transferred,
        _charge: charge.transpose()?,
    })
}

struct Writer<'js> {
    context: Context<'js>,
    realm: Rc<Realm>,
    objects: Vec<Object>,
    /// The numbers of objects ("memory").
    known: HashMap<ObjectId, u32>,
    /// They must live, lest another one has their identity.
    kept: Vec<Value<'js>>,
    tasks: Vec<Task<'js>>,
}

/// What is left to do of an object.
struct Task<'js> {
    object: u32,
    rest: Rest<'js>,
}

enum Rest<'js> {
    /// Properties of the object that have not been read.
    Properties(Value<'js>, std::vec::IntoIter<Value<'js>>),
    /// Values that it refers to.
    Items(std::vec::IntoIter<Value<'js>>),
}

impl<'js> Writer<'js> {
    /// Serializes a value with all that it refers to.
    fn value(&mut self, value: &Value<'js>) -> JsResult<Item> {
        let item = self.item(value)?;
        while let Some(Task { object, rest }) = self.tasks.pop() {
            self.step(object, rest)?;
        }
        Ok(item)
    }

    /// Serializes the next thing that an object refers to. What that refers to comes before the next.
    fn step(&mut self, object: u32, rest: Rest<'js>) -> JsResult<()> {
        match rest {
            Rest::Properties(value, mut keys) => {
                let Some(key) = keys.next() else {
                    return Ok(());
                };
                let rest = Rest::Properties(value.clone(), keys);
                self.tasks.push(Task { object, rest });
                // 26.4.1.1. If ! HasOwnProperty(value, key) is true
                if self.has_own(&value, &key)? {
                    let property = value.get(Key::Value(&key))?;
                    let item = self.item(&property)?;
                    let key = key.to_utf16()?.into();
                    self.object(object).properties.push((key, item));
                }
            }
            Rest::Items(mut values) => {
                let Some(value) = values.next() else {
                    return Ok(());
                };
                let rest = Rest::Items(values);
                self.tasks.push(Task { object, rest });
                let item = self.item(&value)?;
                self.object(object).items.push(item);
            }
        }
        Ok(())
    }

    fn object(&mut self, number: u32) -> &mut Object {
        &mut self.objects[number as usize]
    }

    fn has_own(&self, object: &Value<'js>, key: &Value<'js>) -> JsResult<bool> {
        let has_own = self.realm.clone.has_own.get(self.context);
        let has = has_own.call(&self.context.undefined(), &[object.clone(), key.clone()])?;
        Ok(has.to_boolean())
    }

    /// A value; of an object that is new a task may be left to do.
    fn item(&mut self, value: &Value<'js>) -> JsResult<Item> {
        if let Some(item) = self.primitive(value)? {
            return Ok(item);
        }
        let number = value.object_id().and_then(|id| self.known.get(&id));
        match number {
            Some(number) => Ok(Item::Object(*number)),
            None => self.new_object(value).map(Item::Object),
        }
    }

    fn primitive(&self, value: &Value<'js>) -> JsResult<Option<Item>> {
        Ok(Some(if value.is_object() {
            return Ok(None);
        } else if value.is_undefined() {
            Item::Undefined
        } else if value.is_null() {
            Item::Null
        } else if let Some(number) = value.as_number() {
            Item::Number(number)
        } else if value.is_string() {
            Item::String(value.to_utf16()?.into())
        } else if value.is_bigint() {
            self.bigint(value)?
        } else if value.is_symbol() {
            // 5. If value is a Symbol, then throw a "DataCloneError" DOMException.
            return Err(self.error("a Symbol"));
        } else {
            Item::Boolean(value.to_boolean())
        }))
    }

    fn bigint(&self, value: &Value<'js>) -> JsResult<Item> {
        let number = value.to_bigint64()?;
        match self.context.bigint(number)?.is_same(value) {
            true => Ok(Item::BigInt(number)),
            false => Ok(Item::LargeBigInt(value.to_text()?)),
        }
    }

    fn error(&self, what: &str) -> Thrown {
        self.context
            .throw_dom("DataCloneError", &format!("{what} could not be cloned."))
    }

    /// Gives an object its number.
    fn add(&mut self, value: &Value<'js>, slots: Slots) -> u32 {
        let number = self.objects.len() as u32;
        self.objects.push(Object {
            slots,
            properties: Vec::new(),
            items: Vec::new(),
        });
        if let Some(id) = value.object_id() {
            self.known.insert(id, number);
            self.kept.push(value.clone());
        }
        number
    }

    fn add_with_items(&mut self, value: &Value<'js>, slots: Slots, items: Vec<Value<'js>>) -> u32 {
        let object = self.add(value, slots);
        let rest = Rest::Items(items.into_iter());
        self.tasks.push(Task { object, rest });
        object
    }

    fn add_with_properties(&mut self, value: &Value<'js>, slots: Slots) -> JsResult<u32> {
        let object = self.add(value, slots);
        let keys = value.own_keys(false)?.into_iter();
        let rest = Rest::Properties(value.clone(), keys);
        self.tasks.push(Task { object, rest });
        Ok(object)
    }

    /// Steps 7. to 26. of StructuredSerializeInternal.
    fn new_object(&mut self, value: &Value<'js>) -> JsResult<u32> {
        let realm = self.realm.clone();
        let own = &realm.clone;
        let context = self.context;
        let slot = |of: &Held| of.get(context).call(value, &[]);
        let slots = match value.object_kind()? {
            ObjectKind::Number => Slots::Boxed(Item::Number(slot(&own.number_value)?.to_number()?)),
            ObjectKind::Boolean => {
                Slots::Boxed(Item::Boolean(slot(&own.boolean_value)?.to_boolean()))
            }
            ObjectKind::String => {
                Slots::Boxed(Item::String(slot(&own.string_value)?.to_utf16()?.into()))
            }
            ObjectKind::BigInt => Slots::Boxed(self.bigint(&slot(&own.bigint_value)?)?),
            ObjectKind::Date => Slots::Date(slot(&own.date_value)?.to_number()?),
            ObjectKind::RegExp => self.regexp(value)?,
            ObjectKind::SharedArrayBuffer => self.shared_buffer(value)?,
            ObjectKind::ArrayBuffer => self.buffer(value)?,
            ObjectKind::View => return self.view(value),
            ObjectKind::Map => {
                let items = self.map_items(value)?;
                return Ok(self.add_with_items(value, Slots::Map, items));
            }
            ObjectKind::Set => {
                let items = self.iterate(value, &own.set_values, &own.set_next)?;
                return Ok(self.add_with_items(value, Slots::Set, items));
            }
            ObjectKind::Error => return self.native_error(value),
            ObjectKind::DomException => Slots::DomException {
                name: slot(&own.dom_name)?.to_utf16()?.into(),
                message: slot(&own.dom_message)?.to_utf16()?.into(),
                stack: own_text(value, "stack")?,
            },
            ObjectKind::Array => {
                let length = value.get(Key::Name("length"))?.to_number()? as u32;
                return self.add_with_properties(value, Slots::Array(length));
            }
            ObjectKind::Ordinary => return self.ordinary(value),
            ObjectKind::Function => return Err(self.error("A function")),
            ObjectKind::Proxy => return Err(self.error("A Proxy")),
            ObjectKind::Other => match portable(value)? {
                Some(portable) => Slots::Portable(portable),
                None => return Err(self.error("An object that is neither data nor made for it")),
            },
        };
        Ok(self.add(value, slots))
    }

    fn ordinary(&mut self, value: &Value<'js>) -> JsResult<u32> {
        // The global object has slots of its own.
        if value.is_same(&self.context.global()) {
            return Err(self.error("The global object"));
        }
        let Some(kind) = Kind::of(value)? else {
            return self.add_with_properties(value, Slots::Ordinary);
        };
        // 19. – 20. Platform objects that are not serializable.
        let Some(serialize) = kind.step(self.context, "serialize")? else {
            return Err(self.error("An object of the host"));
        };
        let data = serialize.call(&self.context.undefined(), std::slice::from_ref(value))?;
        let slots = Slots::Platform {
            kind,
            is_transferred: false,
        };
        Ok(self.add_with_items(value, slots, vec![data]))
    }

    fn regexp(&self, value: &Value<'js>) -> JsResult<Slots> {
        let own = &self.realm.clone;
        let source = own.source.get(self.context).call(value, &[])?.to_utf16()?;
        let mut flags = String::new();
        for (letter, getter) in &own.flags {
            if getter.get(self.context).call(value, &[])?.to_boolean() {
                flags.push(*letter);
            }
        }
        Ok(Slots::RegExp {
            source: source.into(),
            flags,
        })
    }

    fn shared_buffer(&self, value: &Value<'js>) -> JsResult<Slots> {
        let own = &self.realm.clone;
        let (Some(bytes), Some((_, length))) = (SharedBytes::of(value), value.buffer_bytes())
        else {
            return Err(self.error("A SharedArrayBuffer"));
        };
        let is_growable = &self.realm.language.shared_growable;
        let max = self.maximum(value, is_growable, &own.shared_max)?;
        let length = match max {
            Some(_) => bytes.grow(length),
            None => length,
        };
        Ok(Slots::SharedBuffer { bytes, length, max })
    }

    /// How long a buffer can become, if it can.
    fn maximum(
        &self,
        value: &Value<'js>,
        is_resizable: &Held,
        max: &Held,
    ) -> JsResult<Option<usize>> {
        if !is_resizable
            .get(self.context)
            .call(value, &[])?
            .to_boolean()
        {
            return Ok(None);
        }
        let max = max.get(self.context).call(value, &[])?.to_number()?;
        Ok(Some(max as usize))
    }

    fn buffer(&self, value: &Value<'js>) -> JsResult<Slots> {
        // 13.2.1. If value is detached, then throw a "DataCloneError" DOMException.
        if value.buffer_bytes().is_none() {
            return Err(self.error("An ArrayBuffer that is detached"));
        }
        let own = &self.realm.clone;
        Ok(Slots::Buffer {
            max: self.maximum(value, &own.buffer_resizable, &own.buffer_max)?,
            is_immutable: value.is_immutable_buffer(),
            bytes: buffer_source::copy_buffer(value),
        })
    }

    fn view(&mut self, value: &Value<'js>) -> JsResult<u32> {
        let kind = value.view_kind().unwrap_or(ViewKind::DataView);
        let range = buffer_source::view_range(value, kind).map_err(|thrown| {
            // 14.1. If IsArrayBufferViewOutOfBounds, then throw a "DataCloneError" DOMException.
            drop(self.context.catch(thrown));
            self.error("A view that is out of the bounds of its buffer")
        })?;
        // 14.3. Let bufferSerialized be the sub-serialization of buffer.
        let Item::Object(buffer) = self.item(&range.buffer)? else {
            return Err(self.error("A view"));
        };
        let elements = value.element_type();
        let size = elements.map_or(1, |elements| elements.size());
        // QuickJS does not tell whether a view follows its buffer's length; one that reaches its end does.
        let end = range.buffer.buffer_bytes().map_or(0, |(_, length)| length);
        let follows = self.can_change(&range.buffer)? && end - range.offset < range.length + size;
        Ok(self.add(
            value,
            Slots::View {
                elements,
                buffer,
                offset: range.offset,
                length: (!follows).then_some(range.length / size),
            },
        ))
    }

    /// Whether a buffer can become longer or shorter.
    fn can_change(&self, buffer: &Value<'js>) -> JsResult<bool> {
        let own = &self.realm.clone;
        let getter = match buffer.is_array_buffer() {
            true => &own.buffer_resizable,
            false => &self.realm.language.shared_growable,
        };
        Ok(getter.get(self.context).call(buffer, &[])?.to_boolean())
    }

    fn iterate(&self, value: &Value<'js>, start: &Held, next: &Held) -> JsResult<Vec<Value<'js>>> {
        let iterator = start.get(self.context).call(value, &[])?;
        let next = next.get(self.context);
        let mut items = Vec::new();
        loop {
            // The results are the language's own objects, with own properties.
            let result = next.call(&iterator, &[])?;
            if result.get(Key::Name("done"))?.to_boolean() {
                return Ok(items);
            }
            items.push(result.get(Key::Name("value"))?);
        }
    }

    fn map_items(&self, value: &Value<'js>) -> JsResult<Vec<Value<'js>>> {
        let own = &self.realm.clone;
        let mut items = Vec::new();
        for entry in self.iterate(value, &own.map_entries, &own.map_next)? {
            items.push(entry.get(Key::Index(0))?);
            items.push(entry.get(Key::Index(1))?);
        }
        Ok(items)
    }

    /// 17. Otherwise, if value has an \[[ErrorData]] internal slot.
    fn native_error(&mut self, value: &Value<'js>) -> JsResult<u32> {
        let name = value.get(Key::Name("name"))?;
        let name = match name.is_undefined() {
            true => String::new(),
            false => name.to_text()?,
        };
        let own = &self.realm.clone;
        let name = own.errors.iter().find(|(known, _)| *known == name);
        let name = name.map_or("Error", |(known, _)| known);
        let message = match value.own_data(Key::Name("message"))? {
            Some(message) => Some(message.to_utf16()?.into()),
            None => None,
        };
        let stack = match own_text(value, "stack")? {
            Some(stack) => Some(stack),
            None => {
                let stack = own.stack.get(self.context).call(value, &[])?;
                match stack.is_string() {
                    true => Some(stack.to_utf16()?.into()),
                    false => None,
                }
            }
        };
        let slots = Slots::Error {
            name,
            message,
            stack,
        };
        let cause = value.own_data(Key::Name("cause"))?;
        Ok(self.add_with_items(value, slots, cause.into_iter().collect()))
    }

    /// Steps 1. to 3.: what is going to be transferred has a place in the memory from the start.
    fn announce(&mut self, transfer: &[Value<'js>]) -> JsResult<Vec<u32>> {
        let mut numbers = Vec::new();
        for value in transfer {
            let is_transferable = value.is_object()
                && match value.object_kind()? {
                    ObjectKind::ArrayBuffer => true,
                    ObjectKind::Ordinary => match Kind::of(value)? {
                        Some(kind) => kind.step(self.context, "transfer")?.is_some(),
                        None => false,
                    },
                    _ => false,
                };
            if !is_transferable {
                return Err(self.transfer_error(
                    "Value at index",
                    numbers.len(),
                    "is not of a type that can be transferred",
                ));
            }
            let is_known = value
                .object_id()
                .is_some_and(|id| self.known.contains_key(&id));
            if is_known {
                return Err(self.transfer_error(
                    "Value at index",
                    numbers.len(),
                    "is a duplicate of an earlier one",
                ));
            }
            numbers.push(self.add(value, Slots::Transfer));
        }
        Ok(numbers)
    }

    fn transfer_error(&self, what: &str, index: usize, why: &str) -> Thrown {
        let message = format!("{what} {index} of the transfer list {why}.");
        self.context.throw_dom("DataCloneError", &message)
    }

    /// Steps 5. to 6.: takes from this agent what is transferred.
    fn transfer(&mut self, transfer: &[Value<'js>], numbers: &[u32]) -> JsResult<()> {
        for (index, (value, number)) in transfer.iter().zip(numbers).enumerate() {
            let slots = match Kind::of(value)? {
                Some(kind) => {
                    let Some(step) = kind.step(self.context, "transfer")? else {
                        continue;
                    };
                    let data = step.call(&self.context.undefined(), std::slice::from_ref(value))?;
                    if data.is_undefined() {
                        return Err(self.transfer_error(
                            "Object at index",
                            index,
                            "has been transferred or closed before",
                        ));
                    }
                    let item = self.value(&data)?;
                    self.object(*number).items.push(item);
                    Slots::Platform {
                        kind,
                        is_transferred: true,
                    }
                }
                None => {
                    if value.buffer_bytes().is_none() {
                        return Err(self.transfer_error(
                            "ArrayBuffer at index",
                            index,
                            "is detached",
                        ));
                    }
                    if memory::is_buffer(value) || value.is_immutable_buffer() {
                        return Err(self
                            .context
                            .throw_type("the ArrayBuffer cannot be detached"));
                    }
                    let slots = self.buffer(value)?;
                    value.detach_buffer();
                    slots
                }
            };
            self.object(*number).slots = slots;
        }
        Ok(())
    }
}

/// A string that is a property of the object itself.
fn own_text(value: &Value<'_>, name: &str) -> JsResult<Option<Box<[u16]>>> {
    match value.own_data(Key::Name(name))? {
        Some(text) if text.is_string() => Ok(Some(text.to_utf16()?.into())),
        _ => Ok(None),
    }
}
