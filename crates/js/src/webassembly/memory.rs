//! `WebAssembly.Memory`, and its buffers.
//!
//! A buffer of JavaScript is over the memory's own bytes. It is found by its memory as long as JavaScript has it, also where nobody has the
//! `Memory` any more, since wasm that grows the memory must detach it. Growing is noticed by a count that the store keeps:
//! whenever wasm has run and JavaScript is next, one comparison says whether there is anything to do.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::CStr;
use std::rc::Rc;

use weft::{AsContextMut, Extern, Memory, MemoryType, SharedMemory, host};

use crate::agent::{Agent, AgentRef, MemoryKey, Pinned, cost};
use crate::clone::Portable;
use crate::quickjs::{
    BackingStore, BufferKind, Call, Class, Context, Held, JsResult, Key, MAX_BUFFER, Trace, Tracer,
    Value, WeakObjects,
};

use crate::idl::{Address, Api, Interface};

/// \[[Memory]] and \[[BufferObject]].
pub(super) struct MemoryObject {
    pub(super) memory: AnyMemory,
    pinned: Pinned<Extern>,
    buffer: RefCell<Option<Held>>,
}

// SAFETY: the buffer is owned by the object alone and reported once; it holds nothing else of JavaScript but by what it pins.
unsafe impl Trace for MemoryObject {
    fn trace(&self, tracer: &mut Tracer) {
        if let Ok(buffer) = self.buffer.try_borrow()
            && let Some(buffer) = &*buffer
        {
            tracer.visit(buffer);
        }
        self.pinned.trace(tracer);
    }
}

impl Class for MemoryObject {
    const NAME: &'static CStr = c"WebAssembly.Memory";
}

/// A memory, of this store or shared by several.
#[derive(Clone)]
pub(super) enum AnyMemory {
    Own(Memory),
    Shared(SharedMemory),
}

impl AnyMemory {
    fn new(mut store: impl AsContextMut<Data = AgentRef>, ty: MemoryType) -> weft::Result<Self> {
        if ty.is_shared() {
            let engine = store.as_context().engine().clone();
            ask_limiter(&mut store, 0, ty.minimum().saturating_mul(ty.page_size()))?;
            return SharedMemory::new(&engine, ty).map(Self::Shared);
        }
        Memory::new(store, ty).map(Self::Own)
    }

    fn key(&self) -> MemoryKey {
        match self {
            Self::Own(memory) => MemoryKey::Own(*memory),
            Self::Shared(memory) => MemoryKey::Shared(memory.data_ptr().addr()),
        }
    }

    fn ty(&self, store: impl AsContextMut) -> MemoryType {
        match self {
            Self::Own(memory) => memory.ty(store),
            Self::Shared(memory) => memory.ty(),
        }
    }

    fn grow(&self, store: impl AsContextMut<Data = AgentRef>, delta: u64) -> weft::Result<u64> {
        match self {
            Self::Own(memory) => memory.grow(store, delta),
            Self::Shared(memory) => {
                let present = memory.data_size();
                let more = delta.saturating_mul(memory.page_size());
                ask_limiter(store, present, (present as u64).saturating_add(more))?;
                memory.grow(delta)
            }
        }
    }

    /// It as what modules import.
    pub(super) fn to_extern(&self) -> Extern {
        match self {
            Self::Own(memory) => (*memory).into(),
            Self::Shared(memory) => memory.clone().into(),
        }
    }
}

/// Asks the store's limiter for a memory that belongs to no store, which the engine does for all others.
fn ask_limiter(
    mut store: impl AsContextMut<Data = AgentRef>,
    present: usize,
    wanted: u64,
) -> weft::Result<()> {
    let mut store = store.as_context_mut();
    let Some(limiter) = &mut store.data_mut().limiter else {
        return Ok(());
    };
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    match limiter.memory_growing(present, wanted, None)? {
        true => Ok(()),
        false => Err(weft::Error::msg(
            "the limit for memory does not allow for it",
        )),
    }
}

/// What is known of the present buffers.
#[derive(Default)]
pub(crate) struct Buffers {
    objects: WeakObjects<MemoryKey>,
    known: Rc<RefCell<HashMap<MemoryKey, Known>>>,
    /// The store's growths when the buffers were last looked over.
    seen: Cell<u64>,
}

/// What a buffer has until it is detached or finalized.
struct Owner {
    key: MemoryKey,
    known: Rc<RefCell<HashMap<MemoryKey, Known>>>,
    /// The buffer may outlive whatever else has the memory.
    _pinned: Pinned<Memory>,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.known.borrow_mut().remove(&self.key);
    }
}

/// What is known of a memory's buffer.
#[derive(Copy, Clone)]
struct Known {
    kind: BufferKind,
    /// How often the memory had grown when it was made or last resized.
    growths: u64,
}

pub(super) fn interface(context: Context<'_>) -> JsResult<Interface<'_>> {
    Interface::new(context, "WebAssembly.Memory", 1, construct)?
        .method("grow", 1, grow)?
        .method("toFixedLengthBuffer", 0, to_fixed_length_buffer)?
        .method("toResizableBuffer", 0, to_resizable_buffer)?
        .getter("buffer", buffer)
}

/// `new Memory(descriptor)`.
fn construct<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Memory()");
    let context = call.context();
    API.require(call, 1)?;
    let descriptor = call.argument(0);
    API.dictionary(&descriptor, "memory")?;
    // 1. – 4. The type.
    let address = API.address_type(&descriptor)?;
    let (initial, maximum) = API.limits(&descriptor, address)?;
    let shared = descriptor.get(Key::Name("shared"))?.to_boolean();
    if shared && maximum.is_none() {
        return Err(API.type_error(
            context,
            "If shared is true, maximum property should be specified.",
        ));
    }
    // 5. If memtype is not valid, throw a RangeError.
    check_limits(API, context, address, initial, maximum)?;
    let ty = MemoryType::builder()
        .min(initial)
        .max(maximum)
        .memory64(address == Address::I64)
        .shared(shared)
        .build();
    // 7. mem_alloc. If allocation fails, throw a RangeError.
    let agent = Agent::of(context);
    let memory = ty.and_then(|ty| agent.make(context, |store| AnyMemory::new(store, ty.clone())));
    let memory = memory.map_err(|error| {
        API.range_error(context, &format!("could not allocate memory: {error:#}"))
    })?;
    // 9. Initialize this.
    let realm = agent.realm();
    let prototype = context.prototype_for(call.this(), &realm.classes.memory)?;
    initialize(agent, &prototype, memory, cost::MEMORY)
}

fn check_limits(
    api: Api,
    context: Context<'_>,
    address: Address,
    initial: u64,
    maximum: Option<u64>,
) -> JsResult<()> {
    let most = match address {
        Address::I32 => 1 << 16,
        Address::I64 => (1 << 37) - 1,
    };
    for (name, pages) in [("initial", Some(initial)), ("maximum", maximum)] {
        if let Some(pages) = pages.filter(|&pages| pages > most) {
            return Err(api.range_error(
                context,
                &format!("Property '{name}': value {pages} is above the upper bound {most}"),
            ));
        }
    }
    match maximum.is_some_and(|maximum| maximum < initial) {
        true => Err(api.range_error(
            context,
            &format!("Property 'maximum': value is below the lower bound {initial}"),
        )),
        false => Ok(()),
    }
}

fn initialize<'js>(
    agent: &Agent,
    prototype: &Value<'js>,
    memory: AnyMemory,
    cost: usize,
) -> JsResult<Value<'js>> {
    let memories = &agent.identities.memories;
    let key = memory.key();
    let data = MemoryObject {
        pinned: agent.pin(memory.to_extern(), cost),
        memory,
        buffer: RefCell::new(None),
    };
    prototype
        .context()
        .instance_of_key(prototype, memories, key, data)
}

/// "Create a memory object".
pub(super) fn wrap<'js>(context: Context<'js>, memory: AnyMemory) -> JsResult<Value<'js>> {
    let agent = Agent::of(context);
    if let Some(found) = agent.identities.memories.get(context, memory.key()) {
        return Ok(found);
    }
    let prototype = agent.realm().classes.memory.get(context);
    initialize(agent, &prototype, memory, cost::NOTHING)
}

/// Where the bytes of a memory are at present.
pub(crate) struct Bytes {
    pub(crate) base: *mut u8,
    pub(crate) length: usize,
    pub(crate) is_shared: bool,
}

/// The bytes of a memory, if `object` is one. They stay there until something else runs in the agent.
pub(crate) fn bytes(object: &Value<'_>) -> Option<Bytes> {
    let memory = &object.downcast::<MemoryObject>()?.memory;
    Some(match memory {
        AnyMemory::Own(memory) => Agent::of(object.context()).with_store(|store| Bytes {
            base: memory.data_ptr(&store),
            length: memory.data_size(&store),
            is_shared: false,
        }),
        AnyMemory::Shared(memory) => Bytes {
            base: memory.data_ptr(),
            length: memory.data_size(),
            is_shared: true,
        },
    })
}

impl Portable for SharedMemory {
    /// The same memory.
    fn arrive<'js>(&self, context: Context<'js>) -> JsResult<Value<'js>> {
        wrap(context, AnyMemory::Shared(self.clone()))
    }
}

/// What of a memory goes to other agents, if it is shared.
pub(crate) fn portable(value: &Value<'_>) -> JsResult<Option<Box<dyn Portable>>> {
    let object = value.downcast::<MemoryObject>();
    Ok(match object.map(|object| &object.memory) {
        Some(AnyMemory::Shared(memory)) => Some(Box::new(memory.clone())),
        _ => None,
    })
}

/// `grow(delta)`.
fn grow<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Memory.grow()");
    let context = call.context();
    let this = API.receiver::<MemoryObject>(call)?;
    API.require(call, 1)?;
    let agent = Agent::of(context);
    let is_64 = agent.with_store(|store| this.memory.ty(store).is_64());
    let address = Address::of(is_64);
    // 4. Let delta64 be ? AddressValueToU64(delta, addrtype).
    let delta = API.address(&call.argument(0), address, "Argument 0")?;
    // 5. Grow the memory buffer.
    let old = grow_memory(API, context, &this.memory, delta)?;
    // 6. Return U64ToAddressValue(ret, addrtype).
    address.value(context, old)
}

/// "Grow the memory buffer".
fn grow_memory(api: Api, context: Context<'_>, memory: &AnyMemory, delta: u64) -> JsResult<u64> {
    let agent = Agent::of(context);
    let grown = agent.with_store(|store| memory.grow(store, delta));
    let old = grown.map_err(|error| {
        api.range_error(
            context,
            &format!("failed to grow memory by {delta} pages: {error:#}"),
        )
    })?;
    refresh(agent, context)?;
    Ok(old)
}

/// `buffer`.
fn buffer<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let this = Api("WebAssembly.Memory.buffer").receiver::<MemoryObject>(call)?;
    this.present_buffer(call.context())
}

impl MemoryObject {
    /// \[[BufferObject]].
    fn present_buffer<'js>(&self, context: Context<'js>) -> JsResult<Value<'js>> {
        let found = match &self.memory {
            AnyMemory::Own(memory) => {
                let objects = &Agent::of(context).buffers.objects;
                objects.get(context, MemoryKey::Own(*memory))
            }
            // A shared memory that has grown has another buffer.
            AnyMemory::Shared(memory) => self.held_buffer(context).filter(|buffer| {
                let bytes = buffer.buffer_bytes();
                bytes.is_some_and(|(_, length)| length == shown(memory.data_size()))
            }),
        };
        match found {
            Some(found) => Ok(found),
            None => self.new_buffer(context, BufferKind::Fixed),
        }
    }

    fn held_buffer<'js>(&self, context: Context<'js>) -> Option<Value<'js>> {
        let buffer = self.buffer.borrow();
        buffer.as_ref().map(|buffer| buffer.get(context))
    }

    fn new_buffer<'js>(&self, context: Context<'js>, kind: BufferKind) -> JsResult<Value<'js>> {
        let buffer = match &self.memory {
            AnyMemory::Own(memory) => new_own_buffer(context, *memory, kind),
            AnyMemory::Shared(memory) => new_shared_buffer(context, memory),
        }?;
        let before = self.buffer.replace(Some(buffer.clone().hold()));
        // Its end may come back here.
        drop(before);
        Ok(buffer)
    }

    /// Replaces the buffer, which is detached.
    fn change_buffer<'js>(&self, context: Context<'js>, kind: BufferKind) -> JsResult<Value<'js>> {
        let before = self.present_buffer(context)?;
        if before_kind(context, self.memory.key()) == Some(kind) {
            return Ok(before);
        }
        before.detach_buffer();
        self.new_buffer(context, kind)
    }
}

/// "Create a fixed length memory buffer", "create a resizable memory buffer".
fn new_own_buffer<'js>(
    context: Context<'js>,
    memory: Memory,
    kind: BufferKind,
) -> JsResult<Value<'js>> {
    let agent = Agent::of(context);
    let key = MemoryKey::Own(memory);
    let owner = Box::new(Owner {
        key,
        known: agent.buffers.known.clone(),
        _pinned: agent.pin(memory, cost::NOTHING),
    });
    let (bytes, growths) = agent.with_store(|store| {
        let bytes = BackingStore {
            base: memory.data_ptr(&store),
            length: shown(memory.data_size(&store)),
            owner,
        };
        (bytes, host::growths(&store, &memory))
    });
    // SAFETY: memories never move, and never shrink; the owner keeps it in its store, which outlives the runtime.
    let buffer = unsafe { context.buffer_of_key(bytes, kind, &agent.buffers.objects, key) }?;
    let known = Known { kind, growths };
    agent.buffers.known.borrow_mut().insert(key, known);
    Ok(buffer)
}

/// The same for a memory that is shared: such a buffer is frozen.
fn new_shared_buffer<'js>(context: Context<'js>, memory: &SharedMemory) -> JsResult<Value<'js>> {
    let owner = Box::new(memory.clone());
    // SAFETY: memories never move, and never shrink; the owner keeps it.
    let buffer =
        unsafe { context.shared_buffer(memory.data_ptr(), shown(memory.data_size()), owner) }?;
    buffer.freeze()?;
    Ok(buffer)
}

/// How many of a memory's bytes its buffer shows. The engine lacks one byte for 2 GiB, with which many programs begin since
/// compilers have it as a limit: it gets all but the last eight.
fn shown(size: usize) -> usize {
    match size == MAX_BUFFER + 1 {
        true => size - 8,
        false => size,
    }
}

fn before_kind(context: Context<'_>, key: MemoryKey) -> Option<BufferKind> {
    let known = Agent::of(context).buffers.known.borrow();
    known.get(&key).map(|known| known.kind)
}

/// `toFixedLengthBuffer()`.
fn to_fixed_length_buffer<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let api = Api("WebAssembly.Memory.toFixedLengthBuffer()");
    let this = api.receiver::<MemoryObject>(call)?;
    match &this.memory {
        AnyMemory::Own(_) => this.change_buffer(call.context(), BufferKind::Fixed),
        AnyMemory::Shared(_) => this.present_buffer(call.context()),
    }
}

/// `toResizableBuffer()`.
fn to_resizable_buffer<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Memory.toResizableBuffer()");
    let context = call.context();
    let this = API.receiver::<MemoryObject>(call)?;
    let ty = Agent::of(context).with_store(|store| this.memory.ty(store));
    // 4. If memtype does not have a max, throw a TypeError.
    let Some(max) = ty.maximum() else {
        return Err(API.type_error(context, "Memory must have a maximum"));
    };
    if ty.is_shared() {
        return Err(API.type_error(
            context,
            "the JavaScript engine has no growable buffers over shared memory",
        ));
    }
    // 8. Let maxsize be the max value in memtype times the size of a page.
    let max = max.saturating_mul(ty.page_size());
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    if max > MAX_BUFFER {
        return Err(API.range_error(
            context,
            "a buffer of 2 GiB or more is beyond the JavaScript engine; give the memory a smaller maximum",
        ));
    }
    this.change_buffer(context, BufferKind::Resizable(max))
}

/// "Refresh the Memory buffer", for every memory that has grown.
#[inline]
pub(crate) fn refresh(agent: &Agent, context: Context<'_>) -> JsResult<()> {
    let growths = agent.with_store(|store| host::memory_growths(store));
    match agent.buffers.seen.replace(growths) == growths {
        true => Ok(()),
        false => refresh_all(agent, context),
    }
}

#[cold]
fn refresh_all(agent: &Agent, context: Context<'_>) -> JsResult<()> {
    for key in agent.buffers.objects.keys() {
        if let MemoryKey::Own(memory) = key {
            refresh_one(agent, context, memory)?;
        }
    }
    Ok(())
}

fn refresh_one(agent: &Agent, context: Context<'_>, memory: Memory) -> JsResult<()> {
    let key = MemoryKey::Own(memory);
    let growths = agent.with_store(|store| host::growths(store, &memory));
    let known = agent.buffers.known.borrow().get(&key).copied();
    let (Some(buffer), Some(known)) = (agent.buffers.objects.get(context, key), known) else {
        return Ok(());
    };
    if known.growths == growths {
        return Ok(());
    }
    match known.kind {
        BufferKind::Resizable(_) => {
            resize(agent, &buffer, memory)?;
            let known = Known { growths, ..known };
            agent.buffers.known.borrow_mut().insert(key, known);
        }
        // The next one is made when it is asked for.
        BufferKind::Fixed => buffer.detach_buffer(),
    }
    Ok(())
}

/// Makes a resizable buffer as long as its memory.
fn resize(agent: &Agent, buffer: &Value<'_>, memory: Memory) -> JsResult<()> {
    let context = buffer.context();
    let old = buffer.buffer_bytes().map_or(0, |(_, length)| length);
    // What is new the engine's own function fills with zeros, but wasm may have written there already.
    let written = agent.with_store(|store| {
        let new = memory.data(&store).get(old..).unwrap_or_default();
        let used = new.iter().rposition(|&byte| byte != 0);
        new[..used.map_or(0, |last| last + 1)].to_vec()
    });
    let length = agent.with_store(|store| memory.data_size(store));
    let resize = agent.realm().language.resize.get(context);
    resize.call(buffer, &[context.number(length as f64)])?;
    let restored = agent.with_store(|store| memory.write(store, old, &written));
    restored.map_err(|error| context.throw_range(&error.to_string()))
}

/// HostResizeArrayBuffer, if `buffer` is a memory's: `None` if it is not.
pub(super) fn host_resize<'js>(
    api: Api,
    buffer: &Value<'js>,
    length: &Value<'js>,
) -> Option<JsResult<Value<'js>>> {
    let context = buffer.context();
    let agent = Agent::of(context);
    let MemoryKey::Own(memory) = agent.buffers.objects.key_of(buffer)? else {
        return None;
    };
    let Some(BufferKind::Resizable(max)) = before_kind(context, MemoryKey::Own(memory)) else {
        return None;
    };
    Some(grow_to(api, context, memory, length, max))
}

fn grow_to<'js>(
    api: Api,
    context: Context<'js>,
    memory: Memory,
    length: &Value<'js>,
    max: usize,
) -> JsResult<Value<'js>> {
    let agent = Agent::of(context);
    let wanted = length.to_number()?;
    let wanted = if wanted.is_nan() { 0.0 } else { wanted.trunc() };
    // The conversion may have run a script, so only now is the length what it is.
    let (present, page) =
        agent.with_store(|store| (memory.data_size(&store) as f64, memory.page_size(&store)));
    let delta = wanted - present;
    let is_valid =
        (0.0..=max as f64).contains(&wanted) && delta >= 0.0 && delta % page as f64 == 0.0;
    if !is_valid {
        return Err(api.range_error(
            context,
            "the new length must be a multiple of the page size, no smaller than before and at most the maximum",
        ));
    }
    grow_memory(api, context, &AnyMemory::Own(memory), delta as u64 / page)?;
    Ok(context.undefined())
}

/// Whether `buffer` is a memory's.
pub(crate) fn is_buffer(buffer: &Value<'_>) -> bool {
    let agent = Agent::of(buffer.context());
    agent.buffers.objects.key_of(buffer).is_some()
}
