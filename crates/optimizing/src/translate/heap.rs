//! The garbage-collected heap: making objects, and reading and writing what is in them.
//!
//! Everything goes through the few methods here, so that a barrier has one place. Null needs no check: nothing is
//! at the start of the cage, and the access faults. A load is never marked as free to move, even of a
//! field that cannot change: moved over a call, it would use the address of an object that is somewhere else by then.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};
use weft_abi::gc::{self, Storage};
use weft_abi::layout::field;
use weft_abi::{Libcall, TrapKind};
use weft_module::TypeIndex;

use super::{FunctionTranslator, Region, Shape, Translated, clif_type};

/// The shape of references to objects.
pub(crate) const REFERENCE: Shape = Shape {
    ty: types::I32,
    traced: true,
    object: false,
    untagged: false,
};

/// How a packed value becomes an `i32`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Extension {
    Signed,
    Unsigned,
}

/// A place in an object, valid up to the next call.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Place {
    /// The address, without the offset.
    pub(crate) base: Value,
    /// What to add to it.
    pub(crate) offset: i32,
    /// What is there.
    pub(crate) region: Region,
    /// Whether it is known to be accessible; if not, its object may be null.
    pub(crate) checked: bool,
}

impl FunctionTranslator<'_> {
    /// The address of the object that `reference` names, valid up to the next call.
    pub(crate) fn object(&mut self, reference: Value) -> Value {
        let base = self.vmctx_pointer(field::VMCTX_GC_BASE);
        let distance = self.builder.ins().uextend(types::I64, reference);
        self.builder.ins().iadd(base, distance)
    }

    fn place_flags(&mut self, place: &Place) -> MemFlagsData {
        match place.checked {
            true => self.trusted(place.region),
            false => self.faulting(place.region, TrapKind::NullReference),
        }
    }

    /// The flags of an access to `place` that is made for `storage`, aligned only where the object's alignment allows.
    fn storage_flags(&mut self, place: &Place, storage: Storage) -> MemFlagsData {
        let flags = self.place_flags(place);
        match storage.size() > gc::ALIGN {
            true => MemFlagsData::new()
                .with_endianness(cranelift_codegen::ir::Endianness::Little)
                .with_trap_code(flags.trap_code())
                .with_alias_region(flags.alias_region()),
            false => flags,
        }
    }

    /// Reads what is at `place`.
    pub(crate) fn load_storage(
        &mut self,
        place: Place,
        storage: Storage,
        extension: Extension,
    ) -> Value {
        let flags = self.storage_flags(&place, storage);
        let Place { base, offset, .. } = place;
        let ins = self.builder.ins();
        let value = match (storage, extension) {
            (Storage::I8, Extension::Signed) => ins.sload8(types::I32, flags, base, offset),
            (Storage::I8, Extension::Unsigned) => ins.uload8(types::I32, flags, base, offset),
            (Storage::I16, Extension::Signed) => ins.sload16(types::I32, flags, base, offset),
            (Storage::I16, Extension::Unsigned) => ins.uload16(types::I32, flags, base, offset),
            _ => ins.load(clif_type(storage.repr()), flags, base, offset),
        };
        if storage == Storage::Ref {
            self.trace(value, REFERENCE);
        }
        value
    }

    /// Writes `value` to `place`.
    pub(crate) fn store_storage(&mut self, place: Place, storage: Storage, value: Value) {
        let value = self.joined(value);
        let flags = self.storage_flags(&place, storage);
        let Place { base, offset, .. } = place;
        let ins = self.builder.ins();
        match storage {
            Storage::I8 => ins.istore8(flags, value, base, offset),
            Storage::I16 => ins.istore16(flags, value, base, offset),
            _ => ins.store(flags, value, base, offset),
        };
    }

    /// The length of an array. Traps if `array` is null.
    pub(crate) fn array_length(&mut self, array: Value) -> Value {
        let place = Place {
            base: self.object(array),
            offset: gc::ARRAY_LENGTH as i32,
            region: Region::ArrayLengths,
            checked: false,
        };
        self.load_storage(
            place,
            Storage::Plain(weft_abi::value::Repr::I32),
            Extension::Unsigned,
        )
    }

    /// The canonical id of the type of the object that `reference`, which is not null, names.
    pub(crate) fn object_type(&mut self, reference: Value) -> Value {
        let address = self.object(reference);
        let flags = self.trusted(Region::Headers);
        self.builder.ins().load(types::I32, flags, address, 0)
    }

    /// A new object of `bytes` bytes with the header of type `ty`; the rest of it is for the caller to write before anything
    /// else happens.
    pub(crate) fn allocate(&mut self, ty: TypeIndex, bytes: u32) -> Translated<Value> {
        debug_assert!(bytes.is_multiple_of(gc::ALIGN));
        let ty = self.type_id(ty);
        if self.is_rare {
            let bytes = self.iconst(types::I32, bytes.into());
            let reference = self.libcall_value(Libcall::GcAlloc, &[ty, bytes])?;
            self.trace(reference, REFERENCE);
            return Ok(reference);
        }
        let done = self.block_with(&[REFERENCE]);
        let slow = self.cold_block();
        let size = self.iconst(types::I64, bytes.into());
        let (reference, _) = self.bump(ty, size, slow);
        self.builder.ins().jump(done, &[reference.into()]);
        self.enter_block(slow);
        let bytes = self.iconst(types::I32, bytes.into());
        let reference = self.libcall_value(Libcall::GcAlloc, &[ty, bytes])?;
        self.builder.ins().jump(done, &[reference.into()]);
        self.enter_block(done);
        Ok(self.builder.block_params(done)[0])
    }

    /// Takes `bytes` bytes, which are a 64-bit multiple of 8, where the next object goes, and writes its header. Gives the reference and its
    /// address. Goes to `slow` if there is no room.
    pub(crate) fn bump(&mut self, ty: Value, bytes: Value, slow: Block) -> (Value, Value) {
        let fast = self.builder.create_block();
        let store = self.store_context();
        let flags = self.trusted(Region::Allocation);
        let ins = self.builder.ins();
        let next = ins.load(types::I64, flags, store, field::STORE_GC_NEXT);
        let ins = self.builder.ins();
        let limit = ins.load(types::I64, flags, store, field::STORE_GC_LIMIT);
        let end = self.builder.ins().iadd(next, bytes);
        let full = self
            .builder
            .ins()
            .icmp(IntCC::UnsignedGreaterThan, end, limit);
        self.builder.ins().brif(full, slow, &[], fast, &[]);
        self.enter_block(fast);
        let base = self.vmctx_pointer(field::VMCTX_GC_BASE);
        let address = self.builder.ins().iadd(base, next);
        let header = self.builder.ins().uextend(types::I64, ty);
        let header_flags = self.trusted(Region::Headers);
        self.builder.ins().store(header_flags, header, address, 0);
        let ins = self.builder.ins();
        ins.store(flags, end, store, field::STORE_GC_NEXT);
        (self.builder.ins().ireduce(types::I32, next), address)
    }

    /// Goes on in `block`, to which no further branches will come.
    pub(crate) fn enter_block(&mut self, block: Block) {
        self.builder.switch_to_block(block);
        self.builder.seal_block(block);
    }
}
