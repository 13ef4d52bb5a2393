//! Table instructions (§ 2.4.5). Slots are read and written inline; what touches many is the runtime's.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use weft_abi::layout::field;
use weft_abi::value::ref_kind_in;
use weft_abi::{Libcall, TrapKind};
use weft_module::{AddressType, EntityIndex, TableIndex};

use crate::translate::{FunctionTranslator, POINTER, Region, Shape, Translated, ref_shape};

/// A slot of a table.
pub(crate) struct Slot {
    /// Its address.
    pub(crate) address: Value,
    /// How to access it.
    pub(crate) flags: MemFlagsData,
}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_table_get(&mut self, table: u32) -> Translated {
        let table = TableIndex(table);
        let index = self.pop1();
        let slot = self.table_slot(table, index, TrapKind::TableOutOfBounds);
        let shape = self.element(table);
        let ins = self.builder.ins();
        let value = ins.load(shape.ty, slot.flags, slot.address, 0);
        self.push_traced(value, shape);
        Ok(())
    }

    pub(crate) fn visit_table_set(&mut self, table: u32) -> Translated {
        let (index, value) = self.pop2();
        let slot = self.table_slot(TableIndex(table), index, TrapKind::TableOutOfBounds);
        self.builder.ins().store(slot.flags, value, slot.address, 0);
        Ok(())
    }

    pub(crate) fn visit_table_size(&mut self, table: u32) -> Translated {
        let table = TableIndex(table);
        let length = self.table_length(table);
        let address = self.module.tables[table].ty.address;
        self.push_address(address, length);
        Ok(())
    }

    pub(crate) fn visit_table_grow(&mut self, table: u32) -> Translated {
        let (init, delta) = self.pop2();
        let (init, delta) = (self.widen(init), self.widen(delta));
        let number = self.iconst(types::I32, table.into());
        let old = self.libcall_value(Libcall::TableGrow, &[number, init, delta])?;
        let address = self.module.tables[TableIndex(table)].ty.address;
        self.push_address(address, old);
        Ok(())
    }

    pub(crate) fn visit_table_fill(&mut self, table: u32) -> Translated {
        let (start, value, count) = self.pop3();
        let arguments = [
            self.iconst(types::I32, table.into()),
            self.widen(start),
            self.widen(value),
            self.widen(count),
        ];
        self.libcall(Libcall::TableFill, &arguments);
        Ok(())
    }

    pub(crate) fn visit_table_copy(&mut self, dst_table: u32, src_table: u32) -> Translated {
        let (to, from, count) = self.pop3();
        let arguments = [
            self.iconst(types::I32, dst_table.into()),
            self.iconst(types::I32, src_table.into()),
            self.widen(to),
            self.widen(from),
            self.widen(count),
        ];
        self.libcall(Libcall::TableCopy, &arguments);
        Ok(())
    }

    pub(crate) fn visit_table_init(&mut self, elem_index: u32, table: u32) -> Translated {
        let (to, from, count) = self.pop3();
        let arguments = [
            self.iconst(types::I32, table.into()),
            self.iconst(types::I32, elem_index.into()),
            self.widen(to),
            self.widen(from),
            self.widen(count),
        ];
        self.libcall(Libcall::TableInit, &arguments);
        Ok(())
    }

    pub(crate) fn visit_elem_drop(&mut self, elem_index: u32) -> Translated {
        let segment = self.iconst(types::I32, elem_index.into());
        self.libcall(Libcall::ElemDrop, &[segment]);
        Ok(())
    }

    /// Pushes a size, of 64 bits, as the type of a table's or memory's addresses.
    pub(crate) fn push_address(&mut self, address: AddressType, size: Value) {
        let size = match address {
            AddressType::I32 => self.builder.ins().ireduce(types::I32, size),
            AddressType::I64 => size,
        };
        self.push1(size);
    }

    fn element(&self, table: TableIndex) -> Shape {
        let element = self.module.tables[table].ty.element;
        ref_shape(ref_kind_in(self.module, element.heap))
    }

    /// The slot at `index`. Beyond the table's end its access traps as `kind`.
    pub(crate) fn table_slot(&mut self, table: TableIndex, index: Value, kind: TrapKind) -> Slot {
        let within = self.is_within_smallest(table, index);
        let index = self.widen(index);
        let bytes = i64::from(self.element(table).ty.bytes());
        let base = self.table_base(table);
        let distance = self.builder.ins().imul_imm_u(index, bytes);
        let address = self.builder.ins().iadd(base, distance);
        let trusted = self.trusted(Region::Table(table));
        let trusted = self.slot_flags(table, trusted);
        if within {
            return Slot {
                address,
                flags: trusted.with_can_move(),
            };
        }
        let length = self.table_length(table);
        let beyond = self
            .builder
            .ins()
            .icmp(IntCC::UnsignedGreaterThanOrEqual, index, length);
        if !self.tunables.spectre {
            self.trapnz(beyond, kind);
            return Slot {
                address,
                flags: trusted,
            };
        }
        let null = self.iconst(POINTER, 0);
        let faulting = self.faulting(Region::Table(table), kind);
        Slot {
            address: self
                .builder
                .ins()
                .select_spectre_guard(beyond, null, address),
            flags: self.slot_flags(table, faulting),
        }
    }

    /// `flags` for a slot of `table`, with what is known when nothing writes to it.
    fn slot_flags(&self, table: TableIndex, flags: MemFlagsData) -> MemFlagsData {
        if self.module.facts.constant_tables.get(table.index()) == Some(&true) {
            flags.with_readonly()
        } else {
            flags
        }
    }

    /// Whether `index` is a constant below the smallest size: tables never shrink.
    fn is_within_smallest(&self, table: TableIndex, index: Value) -> bool {
        let smallest = self.module.tables[table].ty.limits.min;
        self.known_constant(index)
            .is_some_and(|index| index < smallest)
    }

    /// The size of a table that never changes.
    fn fixed_length(&self, table: TableIndex) -> Option<u64> {
        let limits = self.module.tables[table].ty.limits;
        let fixed = self.module.facts.fixed_tables.get(table.index()) == Some(&true)
            || limits.max == Some(limits.min);
        fixed.then_some(limits.min)
    }

    fn table_base(&mut self, table: TableIndex) -> Value {
        let place = self.offsets.table(table) + field::TABLE_REF_BASE;
        self.vmctx_pointer(place)
    }

    /// The size of a table in elements, as 64 bits.
    fn table_length(&mut self, table: TableIndex) -> Value {
        if let Some(length) = self.fixed_length(table) {
            return self.iconst(types::I64, length as i64);
        }
        let place = self.offsets.table(table) + field::TABLE_REF_TABLE;
        let definition = self.vmctx_pointer(place);
        let flags = self.trusted(Region::Lengths);
        let ins = self.builder.ins();
        ins.load(types::I64, flags, definition, field::TABLE_LENGTH)
    }
}
