//! [`Held`]: a value kept beyond the call that it came with; and [`WeakObjects`], which finds an object without keeping it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::ptr::NonNull;
use std::rc::Rc;

use rquickjs::qjs;

use super::{Context, Core, Value};

/// A value that Rust keeps.
///
/// It is a root: a cycle through it is garbage that nobody finds, unless it is in an instance that
/// [traces](super::Trace) it. It must be gone before its runtime is.
pub(crate) struct Held {
    raw: qjs::JSValue,
    core: Rc<Core>,
}

impl Value<'_> {
    /// Keeps the value.
    pub(crate) fn hold(self) -> Held {
        Held {
            core: self.context().core_rc(),
            raw: self.into_raw(),
        }
    }
}

impl Held {
    /// The value again.
    ///
    /// # Panics
    /// When it is of another runtime.
    pub(crate) fn get<'js>(&self, context: Context<'js>) -> Value<'js> {
        assert!(
            std::ptr::eq(&raw const *self.core, context.core()),
            "a value of another runtime"
        );
        // SAFETY: a live value of this runtime.
        unsafe { Value::from_borrowed(context, self.raw) }
    }

    /// The value, for the collector.
    pub(super) fn raw(&self) -> qjs::JSValue {
        self.raw
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(runtime) = self.core.runtime() {
            // SAFETY: the runtime is alive, and the one count that is ours goes back. Allowed in finalizers too.
            unsafe { qjs::JS_FreeValueRT(runtime.as_ptr(), self.raw) }
        }
    }
}

/// What tells one object from another while it lives.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ObjectId(NonNull<std::ffi::c_void>);

impl Value<'_> {
    /// What tells this object from others, or `None` for what is no object.
    pub(crate) fn object_id(&self) -> Option<ObjectId> {
        if !self.is_object() {
            return None;
        }
        // SAFETY: the tag says that there is a pointer.
        NonNull::new(unsafe { qjs::JS_VALUE_GET_PTR(self.raw()) }).map(ObjectId)
    }
}

/// Objects that can be found by what they stand for, as long as somebody else keeps them.
pub(crate) struct WeakObjects<K> {
    objects: Objects<K>,
}

/// Objects by what they stand for. Keys are made of addresses and numbers of ours, so nobody can choose them to collide.
type Objects<K> = Rc<RefCell<HashMap<K, ObjectId, BuildHasherDefault<Mix>>>>;

/// Mixes the few words of a key.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(word.into());
    }

    fn write_u64(&mut self, word: u64) {
        // 2⁶⁴ divided by the golden ratio: neighbouring words come to lie far apart, in the upper bits.
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_isize(&mut self, word: isize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        // The table takes the lower bits for the place.
        self.0.rotate_left(26)
    }
}

impl<K> Default for WeakObjects<K> {
    fn default() -> Self {
        Self {
            objects: Rc::default(),
        }
    }
}

/// Takes an object out of [`WeakObjects`] when it is dropped.
pub(super) struct Entry<K: Hash + Eq> {
    objects: Objects<K>,
    key: K,
    object: ObjectId,
}

impl<K: Hash + Eq> Drop for Entry<K> {
    fn drop(&mut self) {
        let mut objects = self.objects.borrow_mut();
        if objects.get(&self.key) == Some(&self.object) {
            objects.remove(&self.key);
        }
    }
}

impl<K: Hash + Eq + Copy + 'static> WeakObjects<K> {
    /// Lets `object` be found by `key`.
    ///
    /// # Safety
    /// The entry is dropped at the latest when the object is finalized.
    pub(super) unsafe fn insert(&self, key: K, object: ObjectId) -> Entry<K> {
        self.objects.borrow_mut().insert(key, object);
        Entry {
            objects: self.objects.clone(),
            key,
            object,
        }
    }

    /// The object that stands for `key`.
    pub(crate) fn get<'js>(&self, context: Context<'js>, key: K) -> Option<Value<'js>> {
        let object = *self.objects.borrow().get(&key)?;
        let raw = qjs::JS_MKPTR(qjs::JS_TAG_OBJECT, object.0.as_ptr());
        // SAFETY: the object has not been finalized, since its entry is here. Between the loss of its last count and its
        // finalizer no code but other finalizers runs, and those do not look objects up.
        Some(unsafe { Value::from_borrowed(context, raw) })
    }

    /// What `object` stands for.
    pub(crate) fn key_of(&self, object: &Value<'_>) -> Option<K> {
        let object = object.object_id()?;
        let objects = self.objects.borrow();
        let found = objects.iter().find(|(_, known)| **known == object);
        found.map(|(key, _)| *key)
    }

    /// What there are objects for.
    pub(crate) fn keys(&self) -> Vec<K> {
        self.objects.borrow().keys().copied().collect()
    }
}
