//! Calls from compiled code into the runtime.
//!
//! Each has a stub that keeps the calling convention (`tail`, vmctx first), leaves the wasm stack
//! and calls the runtime's implementation with the same arguments in C's convention. `StoreContext::libcalls` points to
//! the table of stubs, in the order of [`Libcall`]. An implementation that fails sets the trap and a
//! bit of `StoreContext::pending`; its stub does not return then.

use crate::value::Repr;

macro_rules! libcalls {
    ($($(#[$doc:meta])* $name:ident = $snake:ident($($param:ident: $ty:ident),*) $(-> $result:ident)?;)*) => {
        /// A call into the runtime.
        #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum Libcall {
            $($(#[$doc])* $name,)*
        }

        impl Libcall {
            /// Every call, in the order of the table of stubs.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Parameters after vmctx.
            pub fn params(self) -> &'static [Repr] {
                match self {
                    $(Self::$name => &[$(Repr::$ty),*],)*
                }
            }

            /// The result, if there is one.
            pub fn result(self) -> Option<Repr> {
                match self {
                    $(Self::$name => [$(Repr::$result)?].first().copied(),)*
                }
            }

            /// The bytes from the start of the table to its stub.
            pub fn offset(self) -> i32 {
                self as i32 * 8
            }
        }

        /// Calls `$macro! { Variant snake_name(param: Repr, …) -> Result; … }` with every libcall.
        #[macro_export]
        macro_rules! for_each_libcall {
            ($mac:ident) => {
                $mac! { $($name $snake($($param: $ty),*) $(-> $result)?;)* }
            };
        }
    };
}

libcalls! {
    /// `memory.grow`: the old size in pages or −1.
    MemoryGrow = memory_grow(memory: I32, delta: I64) -> I64;
    /// `memory.fill`.
    MemoryFill = memory_fill(memory: I32, dst: I64, value: I32, len: I64);
    /// `memory.copy`.
    MemoryCopy = memory_copy(dst_memory: I32, src_memory: I32, dst: I64, src: I64, len: I64);
    /// `memory.init`.
    MemoryInit = memory_init(memory: I32, data: I32, dst: I64, src: I64, len: I64);
    /// `data.drop`.
    DataDrop = data_drop(data: I32);
    /// `table.grow` with a reference in its own representation, widened: the old size or −1.
    TableGrow = table_grow(table: I32, init: I64, delta: I64) -> I64;
    /// `table.fill`.
    TableFill = table_fill(table: I32, dst: I64, value: I64, len: I64);
    /// `table.copy`.
    TableCopy = table_copy(dst_table: I32, src_table: I32, dst: I64, src: I64, len: I64);
    /// `table.init`.
    TableInit = table_init(table: I32, elem: I32, dst: I64, src: I64, len: I64);
    /// `elem.drop`.
    ElemDrop = elem_drop(elem: I32);
    /// `memory.atomic.notify` at an effective address: how many were woken.
    AtomicNotify = atomic_notify(memory: I32, address: I64, count: I32) -> I32;
    /// `memory.atomic.wait32`; a negative timeout is for ever, otherwise nanoseconds.
    AtomicWait32 = atomic_wait32(memory: I32, address: I64, expected: I32, timeout: I64) -> I32;
    /// `memory.atomic.wait64`.
    AtomicWait64 = atomic_wait64(memory: I32, address: I64, expected: I64, timeout: I64) -> I32;
    /// Fuel went below zero: refills or traps.
    OutOfFuel = out_of_fuel();
    /// Whether a canonical type is another or has it among its supertypes: 1 or 0.
    IsSubtype = is_subtype(actual: I32, wanted: I32) -> I32;
    /// A new object of a canonical type and so many bytes, when there is no room at `StoreContext::gc_next`: collects
    /// garbage if need be. Only the header is initialised.
    GcAlloc = gc_alloc(ty: I32, bytes: I32) -> I32;
    /// `array.new` and `array.new_default`: the low and high half of the bits of all elements.
    ArrayNew = array_new(ty: I32, length: I32, low: I64, high: I64) -> I32;
    /// `array.new_data`. The type is canonical, the segment the module's.
    ArrayNewData = array_new_data(ty: I32, data: I32, offset: I32, length: I32) -> I32;
    /// `array.new_elem`.
    ArrayNewElem = array_new_elem(ty: I32, elem: I32, offset: I32, length: I32) -> I32;
    /// `array.fill` with the low and high half of the element's bits.
    ArrayFill = array_fill(array: I32, index: I32, length: I32, low: I64, high: I64);
    /// `array.copy`.
    ArrayCopy = array_copy(dst: I32, dst_index: I32, src: I32, src_index: I32, length: I32);
    /// `array.init_data`.
    ArrayInitData = array_init_data(array: I32, index: I32, data: I32, offset: I32, length: I32);
    /// `array.init_elem`.
    ArrayInitElem = array_init_elem(array: I32, index: I32, elem: I32, offset: I32, length: I32);
    /// Throws an exception, which is not null, out of the function: does not return.
    ThrowRef = throw_ref(exception: I32);
    /// Polled interruption found something pending.
    Poll = poll();
}
