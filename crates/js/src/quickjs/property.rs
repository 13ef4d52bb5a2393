//! Properties of objects: keys, attributes, and the operations of § 7.3 of ECMA-262.

use std::ffi::c_char;

use rquickjs::qjs;

use super::{Context, JsResult, Value};

/// The key of a property.
#[derive(Copy, Clone)]
pub(crate) enum Key<'a, 'js> {
    /// A string.
    Name(&'a str),
    /// A string or symbol.
    Value(&'a Value<'js>),
    /// An index.
    Index(u32),
}

/// Attributes of a property.
#[derive(Copy, Clone)]
pub(crate) struct Attributes(u32);

impl Attributes {
    /// Can be changed in every way and is not enumerated: what the language's own methods are.
    pub(crate) const METHOD: Self = Self(qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_WRITABLE);
    /// Can be changed in every way: an assigned property, and Web IDL's operations.
    pub(crate) const ALL: Self = Self(qjs::JS_PROP_C_W_E);
    /// Can be read.
    pub(crate) const NONE: Self = Self(0);
    /// Can be read and redefined.
    pub(crate) const CONFIGURABLE: Self = Self(qjs::JS_PROP_CONFIGURABLE);
    /// Can be read, listed and redefined: Web IDL's attributes.
    pub(crate) const ATTRIBUTE: Self = Self(qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_ENUMERABLE);
    /// Can be read and listed: exports.
    pub(crate) const ENUMERABLE: Self = Self(qjs::JS_PROP_ENUMERABLE);

    fn flags(self) -> i32 {
        let has = qjs::JS_PROP_HAS_CONFIGURABLE | qjs::JS_PROP_HAS_ENUMERABLE;
        (self.0 | has) as i32
    }
}

/// A key in QuickJS's form, with its count.
struct Atom<'js> {
    raw: qjs::JSAtom,
    context: Context<'js>,
}

impl<'js> Atom<'js> {
    fn new(context: Context<'js>, key: Key<'_, 'js>) -> JsResult<Self> {
        // SAFETY: live values, and text whose length is given.
        let raw = unsafe {
            match key {
                Key::Name(name) => qjs::JS_NewAtomLen(
                    context.as_ptr(),
                    name.as_ptr().cast::<c_char>(),
                    name.len() as qjs::size_t,
                ),
                Key::Value(value) => qjs::JS_ValueToAtom(context.as_ptr(), value.raw()),
                Key::Index(index) => qjs::JS_NewAtomUInt32(context.as_ptr(), index),
            }
        };
        // 0 is JS_ATOM_NULL.
        match raw {
            0 => Err(context.thrown()),
            raw => Ok(Self { raw, context }),
        }
    }
}

impl Drop for Atom<'_> {
    fn drop(&mut self) {
        // SAFETY: gives back the one count that is ours.
        unsafe { qjs::JS_FreeAtom(self.context.as_ptr(), self.raw) }
    }
}

impl<'js> Value<'js> {
    /// `Get`.
    pub(crate) fn get(&self, key: Key<'_, 'js>) -> JsResult<Self> {
        let context = self.context();
        let atom = Atom::new(context, key)?;
        // SAFETY: live values.
        context.result(unsafe { qjs::JS_GetProperty(context.as_ptr(), self.raw(), atom.raw) })
    }

    /// `Set`, as strict code does it.
    pub(crate) fn set(&self, key: Key<'_, 'js>, value: Self) -> JsResult<()> {
        let context = self.context();
        let atom = Atom::new(context, key)?;
        // SAFETY: live values; takes over the count of the value.
        let status = unsafe {
            qjs::JS_SetProperty(context.as_ptr(), self.raw(), atom.raw, value.into_raw())
        };
        context.status(status).map(drop)
    }

    /// `DefinePropertyOrThrow` with a value.
    pub(crate) fn define(
        &self,
        key: Key<'_, 'js>,
        value: Self,
        attributes: Attributes,
    ) -> JsResult<()> {
        let has = qjs::JS_PROP_HAS_VALUE | qjs::JS_PROP_HAS_WRITABLE;
        let none = self.context().undefined();
        self.define_property(key, [&value, &none, &none], attributes, has)
    }

    /// `DefinePropertyOrThrow` with a getter, and a setter or `undefined`.
    pub(crate) fn define_accessor(
        &self,
        key: Key<'_, 'js>,
        getter: &Self,
        setter: &Self,
        attributes: Attributes,
    ) -> JsResult<()> {
        let has = qjs::JS_PROP_HAS_GET | qjs::JS_PROP_HAS_SET;
        let none = self.context().undefined();
        self.define_property(key, [&none, getter, setter], attributes, has)
    }

    fn define_property(
        &self,
        key: Key<'_, 'js>,
        [value, getter, setter]: [&Self; 3],
        attributes: Attributes,
        has: u32,
    ) -> JsResult<()> {
        let context = self.context();
        let atom = Atom::new(context, key)?;
        let has = (has | qjs::JS_PROP_THROW) as i32;
        // SAFETY: live values, whose counts stay here.
        let status = unsafe {
            qjs::JS_DefineProperty(
                context.as_ptr(),
                self.raw(),
                atom.raw,
                value.raw(),
                getter.raw(),
                setter.raw(),
                attributes.flags() | has,
            )
        };
        context.status(status).map(drop)
    }

    /// `DeletePropertyOrThrow`.
    pub(crate) fn delete(&self, key: Key<'_, 'js>) -> JsResult<()> {
        let context = self.context();
        let atom = Atom::new(context, key)?;
        let flags = qjs::JS_PROP_THROW as i32;
        // SAFETY: live values.
        let status =
            unsafe { qjs::JS_DeleteProperty(context.as_ptr(), self.raw(), atom.raw, flags) };
        context.status(status).map(drop)
    }

    /// `[[GetPrototypeOf]]`.
    pub(crate) fn prototype(&self) -> JsResult<Self> {
        let context = self.context();
        // SAFETY: a live value.
        context.result(unsafe { qjs::JS_GetPrototype(context.as_ptr(), self.raw()) })
    }

    /// `[[SetPrototypeOf]]`.
    pub(crate) fn set_prototype(&self, prototype: &Self) -> JsResult<()> {
        let context = self.context();
        // SAFETY: live values.
        let status = unsafe { qjs::JS_SetPrototype(context.as_ptr(), self.raw(), prototype.raw()) };
        context.status(status).map(drop)
    }

    /// `[[PreventExtensions]]`.
    pub(crate) fn prevent_extensions(&self) -> JsResult<()> {
        let context = self.context();
        // SAFETY: a live value.
        let status = unsafe { qjs::JS_PreventExtensions(context.as_ptr(), self.raw()) };
        context.status(status).map(drop)
    }

    /// `SetIntegrityLevel(frozen)`.
    pub(crate) fn freeze(&self) -> JsResult<()> {
        let context = self.context();
        // SAFETY: a live value.
        let status = unsafe { qjs::JS_FreezeObject(context.as_ptr(), self.raw()) };
        context.status(status).map(drop)
    }

    /// The keys of own properties that are strings, only what is enumerable unless `all`.
    pub(crate) fn own_keys(&self, all: bool) -> JsResult<Vec<Self>> {
        let context = self.context();
        let (mut table, mut length) = (std::ptr::null_mut(), 0);
        let which = match all {
            true => qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_SYMBOL_MASK,
            false => qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_ENUM_ONLY,
        };
        // SAFETY: a live value and places for the result.
        let status = unsafe {
            qjs::JS_GetOwnPropertyNames(
                context.as_ptr(),
                &mut table,
                &mut length,
                self.raw(),
                which as i32,
            )
        };
        context.status(status)?;
        // SAFETY: QuickJS gave that many, and takes them back.
        unsafe {
            let keys = (0..length as usize)
                .map(|index| qjs::JS_AtomToValue(context.as_ptr(), (*table.add(index)).atom))
                .map(|key| context.result(key))
                .collect();
            qjs::JS_FreePropertyEnum(context.as_ptr(), table, length);
            keys
        }
    }
}

impl<'js> Value<'js> {
    /// The value of an own property that has one, without running anything.
    pub(crate) fn own_data(&self, key: Key<'_, 'js>) -> JsResult<Option<Self>> {
        let found = self.own_property(key)?;
        Ok(found.and_then(|[value, getter, setter]| {
            (getter.is_undefined() && setter.is_undefined()).then_some(value)
        }))
    }

    /// The getter of an own property, or `undefined`.
    pub(crate) fn getter(&self, key: Key<'_, 'js>) -> JsResult<Self> {
        let found = self.own_property(key)?;
        Ok(found.map_or_else(|| self.context().undefined(), |[_, getter, _]| getter))
    }

    /// Value, getter and setter of an own property (`[[GetOwnProperty]]`).
    fn own_property(&self, key: Key<'_, 'js>) -> JsResult<Option<[Self; 3]>> {
        let context = self.context();
        let atom = Atom::new(context, key)?;
        let mut found = qjs::JSPropertyDescriptor {
            flags: 0,
            value: qjs::JS_UNDEFINED,
            getter: qjs::JS_UNDEFINED,
            setter: qjs::JS_UNDEFINED,
        };
        // SAFETY: live values and a place for the result.
        let status =
            unsafe { qjs::JS_GetOwnProperty(context.as_ptr(), &mut found, self.raw(), atom.raw) };
        let exists = context.status(status)? != 0;
        // SAFETY: the counts of all three are ours, whether there was a property or not.
        let parts = [found.value, found.getter, found.setter]
            .map(|part| unsafe { Value::from_raw(context, part) });
        Ok(exists.then_some(parts))
    }
}
