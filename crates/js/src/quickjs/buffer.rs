//! Array buffers: over memory of ours, and the bytes of anybody's.
//!
//! The memory of shared ones lives as long as a buffer of any agent is over it, which is counted by its address.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::any::Any;
use std::collections::HashMap;
use std::ffi::c_void;
use std::hash::Hash;
use std::ptr::NonNull;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use rquickjs::qjs;

use super::heap::{Charge, Heap};
use super::held::WeakObjects;
use super::{Context, JsResult, Value};

/// The largest buffer that QuickJS can describe, in bytes.
pub(crate) const MAX_BUFFER: usize = i32::MAX as usize;

/// What an array buffer is over memory of ours.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum BufferKind {
    /// An `ArrayBuffer` of fixed length.
    Fixed,
    /// A resizable `ArrayBuffer` of at most so many bytes.
    Resizable(usize),
}

/// Memory that an array buffer is over.
pub(crate) struct BackingStore {
    /// The first byte.
    pub(crate) base: *mut u8,
    /// The bytes that there are now.
    pub(crate) length: usize,
    /// What keeps the memory alive. It is dropped when no buffer is over the memory any more.
    pub(crate) owner: Box<dyn Any>,
}

/// What a buffer of ours points to.
struct Alias {
    _owner: Box<dyn Any>,
    _entry: Option<Box<dyn Any>>,
}

impl<'js> Context<'js> {
    /// A buffer over memory of ours, which is found by `key` among `objects` as long as it is not detached.
    ///
    /// # Safety
    /// The bytes stay where they are while the owner lives, of a resizable buffer all that it may have; they may change at any time.
    pub(crate) unsafe fn buffer_of_key<K: Hash + Eq + Copy + 'static>(
        self,
        memory: BackingStore,
        kind: BufferKind,
        objects: &WeakObjects<K>,
        key: K,
    ) -> JsResult<Value<'js>> {
        let max = match kind {
            BufferKind::Resizable(max) => max,
            _ => 0,
        };
        self.check_length(memory.length.max(max))?;
        let alias = Box::into_raw(Box::new(Alias {
            _owner: memory.owner,
            _entry: None,
        }));
        // SAFETY: the memory is the caller's promise, and `release` takes the box back.
        let buffer = unsafe {
            qjs::JS_NewArrayBuffer(
                self.as_ptr(),
                memory.base,
                memory.length as qjs::size_t,
                max as qjs::size_t,
                Some(release),
                alias.cast::<c_void>(),
                false,
            )
        };
        let buffer = self.result(buffer).inspect_err(|_| {
            // SAFETY: no buffer has it.
            drop(unsafe { Box::from_raw(alias) });
        })?;
        if let Some(id) = buffer.object_id() {
            // SAFETY: the buffer has just been made, so its box is there. The entry goes with the box, when the buffer is detached or
            // finalized.
            unsafe { (*alias)._entry = Some(Box::new(objects.insert(key, id))) };
        }
        Ok(buffer)
    }

    /// A `SharedArrayBuffer` over memory of ours.
    ///
    /// # Safety
    /// The bytes stay where they are while the owner lives; they may change at any time.
    pub(crate) unsafe fn shared_buffer(
        self,
        base: *mut u8,
        length: usize,
        owner: Box<dyn Any + Send>,
    ) -> JsResult<Value<'js>> {
        self.check_length(length)?;
        shared_blocks()
            .entry(base.expose_provenance())
            .or_insert(SharedBlock {
                buffers: 0,
                grown: 0,
                memory: SharedOwner::Host(owner),
            });
        // SAFETY: the memory is the caller's promise, and is kept by its entry.
        let buffer = unsafe {
            qjs::JS_NewArrayBuffer(
                self.as_ptr(),
                base,
                length as qjs::size_t,
                0,
                None,
                std::ptr::null_mut(),
                true,
            )
        };
        self.result(buffer).inspect_err(|_| {
            let mut blocks = shared_blocks();
            if blocks
                .get(&base.addr())
                .is_some_and(|block| block.buffers == 0)
            {
                blocks.remove(&base.addr());
            }
        })
    }

    fn check_length(self, length: usize) -> JsResult<()> {
        match length <= MAX_BUFFER {
            true => Ok(()),
            false => Err(self.throw_range(
                "a buffer of 2 GiB or more is beyond the JavaScript engine; let wasm copy what you need to a place below",
            )),
        }
    }

    /// An `ArrayBuffer` with a copy of `bytes`.
    pub(crate) fn array_buffer(self, bytes: &[u8]) -> JsResult<Value<'js>> {
        // SAFETY: the bytes live as long as the call, and their number is given.
        self.result(unsafe {
            qjs::JS_NewArrayBufferCopy(self.as_ptr(), bytes.as_ptr(), bytes.len() as qjs::size_t)
        })
    }

    /// A `Uint8Array` with a copy of `bytes`.
    pub(crate) fn uint8_array(self, bytes: &[u8]) -> JsResult<Value<'js>> {
        // SAFETY: as above.
        self.result(unsafe {
            qjs::JS_NewUint8ArrayCopy(self.as_ptr(), bytes.as_ptr(), bytes.len() as qjs::size_t)
        })
    }
}

/// QuickJS's way to resize memory, or to free it where `size` is 0.
unsafe extern "C" fn release(
    _: *mut qjs::JSRuntime,
    opaque: *mut c_void,
    memory: *mut c_void,
    size: qjs::size_t,
) -> *mut c_void {
    if size == 0 {
        // SAFETY: a buffer calls this once with 0, and has the box from `buffer_of_key`.
        drop(unsafe { Box::from_raw(opaque.cast::<Alias>()) });
        return std::ptr::null_mut();
    }
    // The memory has room for all that the buffer may have.
    memory
}

/// Memory that shared buffers are over.
struct SharedBlock {
    /// How many buffers and handles there are.
    buffers: usize,
    /// To how many bytes somebody has made it grow, if anybody has.
    grown: usize,
    memory: SharedOwner,
}

/// Whose the memory is.
enum SharedOwner {
    /// A script has asked for it, and it is charged to its heap.
    Script(Layout, Option<Charge>),
    /// The host keeps it by this.
    Host(#[expect(dead_code, reason = "kept to be dropped")] Box<dyn Any + Send>),
}

/// The memory of a `SharedArrayBuffer`, for buffers of any agent. It counts as one of them.
pub(crate) struct SharedBytes {
    base: usize,
}

impl SharedBytes {
    /// The memory of the buffer.
    pub(crate) fn of(buffer: &Value<'_>) -> Option<Self> {
        if buffer.is_array_buffer() {
            return None;
        }
        let (base, _) = buffer.buffer_bytes()?;
        let base = base.addr();
        shared_blocks().get_mut(&base)?.buffers += 1;
        Some(Self { base })
    }

    /// A buffer over it, of `length` bytes that can grow to `max` if that is given. Neither is more than the first buffer had.
    pub(crate) fn buffer<'js>(
        &self,
        context: Context<'js>,
        length: usize,
        max: Option<usize>,
    ) -> JsResult<Value<'js>> {
        // SAFETY: the block lives as long as its count is not 0: the handle has one, and the buffer takes one of its own.
        let buffer = unsafe {
            qjs::JS_NewArrayBuffer(
                context.as_ptr(),
                std::ptr::with_exposed_provenance_mut(self.base),
                length as qjs::size_t,
                max.unwrap_or(0) as qjs::size_t,
                None,
                std::ptr::null_mut(),
                true,
            )
        };
        context.result(buffer)
    }

    /// Notes that the memory has grown to `length` bytes, and gives how many it has by now: more, if another agent was ahead.
    pub(crate) fn grow(&self, length: usize) -> usize {
        let mut blocks = shared_blocks();
        let Some(block) = blocks.get_mut(&self.base) else {
            return length;
        };
        block.grown = block.grown.max(length);
        block.grown
    }
}

impl Clone for SharedBytes {
    fn clone(&self) -> Self {
        if let Some(block) = shared_blocks().get_mut(&self.base) {
            block.buffers += 1;
        }
        Self { base: self.base }
    }
}

impl Drop for SharedBytes {
    fn drop(&mut self) {
        // SAFETY: no function of QuickJS's is needed, and the count is ours.
        unsafe { release_shared(self.base) }
    }
}

/// The blocks of all agents, by address.
fn shared_blocks() -> MutexGuard<'static, HashMap<usize, SharedBlock>> {
    static BLOCKS: LazyLock<Mutex<HashMap<usize, SharedBlock>>> = LazyLock::new(Mutex::default);
    BLOCKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the runtime count shared memory with us.
pub(super) fn share_buffers(runtime: NonNull<qjs::JSRuntime>, heap: Option<&Heap>) {
    let heap: *const Heap = heap.map_or(std::ptr::null(), std::ptr::from_ref);
    let functions = qjs::JSSharedArrayBufferFunctions {
        sab_alloc: Some(shared_allocate),
        sab_free: Some(shared_free),
        sab_dup: Some(shared_dup),
        sab_opaque: heap.cast_mut().cast::<c_void>(),
    };
    // SAFETY: QuickJS copies the functions. The heap lives longer than the runtime.
    unsafe { qjs::JS_SetSharedArrayBufferFunctions(runtime.as_ptr(), &functions) }
}

unsafe extern "C" fn shared_allocate(heap: *mut c_void, size: qjs::size_t) -> *mut c_void {
    let layout = Layout::from_size_align((size as usize).max(1), 16);
    let Ok(layout) = layout else {
        return std::ptr::null_mut();
    };
    // SAFETY: `share_buffers` gave it, and the runtime that calls has it.
    let heap = unsafe { heap.cast::<Heap>().as_ref() };
    let charge = heap.map(|heap| heap.budget().charge(layout.size()));
    if let Some(None) = charge {
        return std::ptr::null_mut();
    }
    // SAFETY: the layout is not empty.
    let memory = unsafe { alloc_zeroed(layout) };
    if !memory.is_null() {
        shared_blocks().insert(
            memory.expose_provenance(),
            SharedBlock {
                buffers: 1,
                grown: 0,
                memory: SharedOwner::Script(layout, charge.flatten()),
            },
        );
    }
    memory.cast()
}

/// Gives back a count of the block at `base`.
///
/// # Safety
/// It is the caller's.
unsafe fn release_shared(base: usize) {
    let mut blocks = shared_blocks();
    let Some(block) = blocks.get_mut(&base) else {
        return;
    };
    block.buffers -= 1;
    if block.buffers > 0 {
        return;
    }
    let block = blocks.remove(&base);
    drop(blocks);
    if let Some(SharedOwner::Script(layout, _charge)) = block.map(|block| block.memory) {
        let memory = std::ptr::with_exposed_provenance_mut::<u8>(base);
        // SAFETY: `shared_allocate` has it from there, and no buffer is over it any more.
        unsafe { dealloc(memory, layout) }
    }
}

unsafe extern "C" fn shared_dup(_: *mut c_void, memory: *mut c_void) {
    if let Some(block) = shared_blocks().get_mut(&memory.addr()) {
        block.buffers += 1;
    }
}

unsafe extern "C" fn shared_free(_: *mut c_void, memory: *mut c_void) {
    // SAFETY: a buffer gives back its count.
    unsafe { release_shared(memory.addr()) }
}

impl Value<'_> {
    /// Whether it is an `ArrayBuffer` or a `SharedArrayBuffer` that is not detached, and its bytes.
    ///
    /// The pointer is good until JavaScript runs, or the buffer is detached.
    pub(crate) fn buffer_bytes(&self) -> Option<(*mut u8, usize)> {
        let context = self.context();
        let mut length = 0;
        // SAFETY: a live value.
        let base = unsafe { qjs::JS_GetArrayBuffer(context.as_ptr(), &mut length, self.raw()) };
        if base.is_null() {
            // A detached buffer, or none at all, has thrown.
            // SAFETY: takes the exception back.
            drop(unsafe { Value::from_raw(context, qjs::JS_GetException(context.as_ptr())) });
            return None;
        }
        Some((base, length as usize))
    }

    /// Whether it is an `ArrayBuffer`, detached or not.
    pub(crate) fn is_array_buffer(&self) -> bool {
        // SAFETY: a live value.
        unsafe { qjs::JS_IsArrayBuffer(self.raw()) }
    }

    /// Detaches the `ArrayBuffer` that it is.
    pub(crate) fn detach_buffer(&self) {
        // SAFETY: a live value; anything else is left alone.
        unsafe { qjs::JS_DetachArrayBuffer(self.context().as_ptr(), self.raw()) }
    }
}

/// The type of a typed array's elements, as QuickJS numbers them.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct ElementType(qjs::JSTypedArrayEnum);

impl ElementType {
    /// 32-bit integers with sign.
    pub(crate) const I32: Self = Self(qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_INT32);
    /// 64-bit BigInts with sign.
    pub(crate) const I64: Self = Self(qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_BIG_INT64);

    /// Whether its elements are integers, of whichever size and sign.
    pub(crate) fn is_integer(self) -> bool {
        !matches!(
            self.0,
            qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_FLOAT16
                | qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_FLOAT32
                | qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_FLOAT64
        )
    }

    /// The bytes of an element.
    pub(crate) fn size(self) -> usize {
        match self.0 {
            qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT8C
            | qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_INT8
            | qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT8 => 1,
            qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_INT16
            | qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT16
            | qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_FLOAT16 => 2,
            qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_INT32
            | qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT32
            | qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_FLOAT32 => 4,
            _ => 8,
        }
    }
}

impl<'js> Context<'js> {
    /// A new typed array over a buffer, from `offset` in bytes on; without a length it follows that of its buffer.
    pub(crate) fn typed_array(
        self,
        ty: ElementType,
        buffer: &Value<'js>,
        offset: usize,
        length: Option<usize>,
    ) -> JsResult<Value<'js>> {
        let offset = self.number(offset as f64);
        let length = length.map_or(self.undefined(), |length| self.number(length as f64));
        let mut arguments = [buffer.raw(), offset.raw(), length.raw()];
        // SAFETY: live values, whose counts stay here.
        self.result(unsafe {
            qjs::JS_NewTypedArray(self.as_ptr(), 3, arguments.as_mut_ptr(), ty.0)
        })
    }
}

impl Value<'_> {
    /// The type of its elements, if it is a typed array.
    pub(crate) fn element_type(&self) -> Option<ElementType> {
        // SAFETY: a live value.
        let ty = unsafe { qjs::JS_GetTypedArrayType(self.raw()) };
        u32::try_from(ty).ok().map(ElementType)
    }

    /// Whether it is an `ArrayBuffer` that cannot be changed.
    pub(crate) fn is_immutable_buffer(&self) -> bool {
        // SAFETY: a live value.
        unsafe { qjs::JS_IsImmutableArrayBuffer(self.raw()) == 1 }
    }

    /// Makes the `ArrayBuffer` that it is one that cannot be changed.
    pub(crate) fn set_immutable_buffer(&self) {
        // SAFETY: a live value; anything else is left alone.
        unsafe { qjs::JS_SetImmutableArrayBuffer(self.raw(), true) };
    }
}

/// How a view is typed.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum ViewKind {
    TypedArray,
    DataView,
}

impl Value<'_> {
    /// What kind of view of a buffer it is, if it is one.
    pub(crate) fn view_kind(&self) -> Option<ViewKind> {
        // SAFETY: a live value.
        unsafe {
            if qjs::JS_GetTypedArrayType(self.raw()) >= 0 {
                Some(ViewKind::TypedArray)
            } else {
                qjs::JS_IsDataView(self.raw()).then_some(ViewKind::DataView)
            }
        }
    }

    /// Whether it is a `Uint8Array`.
    pub(crate) fn is_uint8_array(&self) -> bool {
        // SAFETY: a live value.
        let ty = unsafe { qjs::JS_GetTypedArrayType(self.raw()) };
        ty == qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT8 as i32
    }
}
