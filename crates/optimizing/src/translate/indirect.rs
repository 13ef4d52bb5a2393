//! Calls through tables: the slot, the check of the type, the callee.
//!
//! A check is left out where the module itself settles its outcome: by the table's element type, or by everything
//! that is ever in a table that nothing writes to.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use weft_abi::layout::{DISPLAY, VMOffsets, field};
use weft_abi::{Libcall, TrapKind};
use weft_module::{EntityIndex, HeapType, TableIndex, TypeIndex};

use super::calls::Callee;
use super::{FunctionTranslator, POINTER, Region};

impl FunctionTranslator<'_> {
    /// Pops an index and finds the function there, which must be of type `ty`.
    pub(crate) fn callee_in_table(&mut self, table: TableIndex, ty: TypeIndex) -> Callee {
        let index = self.pop1();
        let slot = self.table_slot(table, index, TrapKind::UndefinedElement);
        let ins = self.builder.ins();
        let reference = ins.load(POINTER, slot.flags, slot.address, 0);
        if self.has_only(table, ty) {
            let nullable = self.module.tables[table].ty.element.nullable;
            return self.referenced(
                reference,
                nullable.then_some(TrapKind::UninitializedElement),
            );
        }
        self.check_type(reference, ty);
        self.referenced(reference, None)
    }

    /// Whether every function that the table can hold is of type `ty`.
    fn has_only(&self, table: TableIndex, ty: TypeIndex) -> bool {
        let element = match self.module.tables[table].ty.element.heap {
            HeapType::Concrete(element) => Some(element),
            _ => None,
        };
        let content = self.module.facts.table_types.get(table.index());
        let content = content.copied().flatten();
        let mut known = element.into_iter().chain(content);
        known.any(|known| self.is_declared_subtype(known, ty))
    }

    fn is_declared_subtype(&self, ty: TypeIndex, ancestor: TypeIndex) -> bool {
        let supertype = |&ty: &TypeIndex| self.module.types[ty].supertype;
        std::iter::successors(Some(ty), supertype).any(|ty| ty == ancestor)
    }

    /// Traps unless `reference` is to a function of type `ty`. A null one faults when its type is loaded.
    fn check_type(&mut self, reference: Value, ty: TypeIndex) {
        let flags = self
            .faulting(Region::Constants, TrapKind::UninitializedElement)
            .with_readonly();
        let ins = self.builder.ins();
        let actual = ins.load(types::I32, flags, reference, field::FUNC_REF_TYPE);
        let wanted = self.type_id(ty);
        let equal = self.builder.ins().icmp(IntCC::Equal, actual, wanted);
        if self.module.types[ty].is_final {
            self.trapz(equal, TrapKind::IndirectCallTypeMismatch);
        } else {
            self.check_supertypes(equal, actual, wanted, ty);
        }
    }

    /// The canonical id of a type.
    pub(crate) fn type_id(&mut self, ty: TypeIndex) -> Value {
        let ids = self.vmctx_pointer(field::VMCTX_TYPE_IDS);
        self.constant_at(ids, VMOffsets::type_id(ty), types::I32)
    }

    /// Goes on if `equal`, or if `wanted` is among the supertypes of `actual`; the search is out of line.
    fn check_supertypes(&mut self, equal: Value, actual: Value, wanted: Value, ty: TypeIndex) {
        let next = self.builder.create_block();
        let search = self.cold_block();
        self.builder.ins().brif(equal, next, &[], search, &[]);
        self.builder.switch_to_block(search);
        self.builder.seal_block(search);
        let found = self.has_supertype(actual, wanted, self.depth(ty));
        self.trapz(found, TrapKind::IndirectCallTypeMismatch);
        self.builder.ins().jump(next, &[]);
        self.builder.switch_to_block(next);
        self.builder.seal_block(next);
    }

    /// How many supertypes a type has.
    pub(crate) fn depth(&self, ty: TypeIndex) -> usize {
        let supertype = |&ty: &TypeIndex| self.module.types[ty].supertype;
        std::iter::successors(Some(ty), supertype).skip(1).count()
    }

    /// Whether the canonical type `wanted`, which has `depth` supertypes, is `actual` or among its supertypes: not zero if so.
    pub(crate) fn has_supertype(&mut self, actual: Value, wanted: Value, depth: usize) -> Value {
        if depth >= DISPLAY {
            let outcome = self.libcall(Libcall::IsSubtype, &[actual, wanted]);
            return outcome.expect("the libcall has a result");
        }
        let entry = field::TYPE_DISPLAY + depth as i32 * size_of::<u32>() as i32;
        let flags = self.trusted(Region::Constants).with_readonly();
        let descriptor = self.descriptor(actual);
        let ins = self.builder.ins();
        let ancestor = ins.load(types::I32, flags, descriptor, entry);
        self.builder.ins().icmp(IntCC::Equal, ancestor, wanted)
    }

    /// What the canonical type `ty` is: one of [`weft_abi::layout::type_kind`].
    pub(crate) fn type_kind(&mut self, ty: Value) -> Value {
        let flags = self.trusted(Region::Constants).with_readonly();
        let descriptor = self.descriptor(ty);
        let ins = self.builder.ins();
        ins.uload16(types::I32, flags, descriptor, field::TYPE_KIND)
    }

    /// The address of the descriptor of the canonical type `ty`.
    fn descriptor(&mut self, ty: Value) -> Value {
        let store = self.store_context();
        let descriptors = self.constant_at(store, field::STORE_TYPES, POINTER);
        let number = self.builder.ins().uextend(types::I64, ty);
        let ins = self.builder.ins();
        let distance = ins.imul_imm_u(number, i64::from(field::TYPE_SIZE));
        self.builder.ins().iadd(descriptors, distance)
    }
}
