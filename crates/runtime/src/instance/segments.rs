//! Copying segments into tables and memories, for active segments and for `table.init` and `memory.init`.

use weft_abi::TrapKind;
use weft_abi::value::RawVal;
use weft_module::{
    AddressType, ConstExpr, DataIndex, ElemIndex, ElementItems, ElementMode, EntityIndex,
    MemoryIndex, TableIndex,
};

use super::InstanceEntity;
use crate::error::{Failure, InstantiateError, Misuse, ResourceError};
use crate::memory::copy_bytes;

/// `table.init` (§ 4.6.5).
///
/// # Errors
/// The trap, when a range is out of bounds: nothing is written.
pub(crate) fn init_table(
    instance: &InstanceEntity,
    table: TableIndex,
    elem: ElemIndex,
    target: u64,
    source: u64,
    len: u64,
) -> Result<(), TableInitError> {
    let count = instance.segment_length(elem);
    let table = instance.table(table);
    let out_of_bounds = TableInitError::Trap(TrapKind::TableOutOfBounds);
    match source.checked_add(len) {
        Some(end) if end <= count as u64 => {}
        _ => return Err(out_of_bounds),
    }
    table
        .checked(target, len)
        .map_err(|_: Misuse| out_of_bounds)?;
    for index in 0..len {
        let value = instance.segment_value(elem, (source + index) as usize)?;
        // SAFETY: a reference of the segment's type, by validation one of the table's.
        let _ = unsafe { table.set(target + index, value.to_u64()) };
    }
    Ok(())
}

/// Why a table could not be initialised.
pub(crate) enum TableInitError {
    Trap(TrapKind),
    Resource(ResourceError),
}

impl From<ResourceError> for TableInitError {
    fn from(error: ResourceError) -> Self {
        Self::Resource(error)
    }
}

fn item_count(items: &ElementItems) -> usize {
    match items {
        ElementItems::Functions(funcs) => funcs.len(),
        ElementItems::Expressions(exprs) => exprs.len(),
    }
}

/// `memory.init` (§ 4.6.6).
///
/// # Errors
/// The trap, when a range is out of bounds: nothing is written.
pub(crate) fn init_memory(
    instance: &InstanceEntity,
    memory: MemoryIndex,
    data: DataIndex,
    target: u64,
    source: u64,
    len: u64,
) -> Result<(), TrapKind> {
    let (base, length) = instance.data(data);
    match source.checked_add(len) {
        Some(end) if end <= length as u64 => {}
        _ => return Err(TrapKind::MemoryOutOfBounds),
    }
    let memory = instance.memory(memory);
    let target = memory
        .range(target, len)
        .map_err(|_| TrapKind::MemoryOutOfBounds)?;
    // SAFETY: both ranges have just been checked.
    unsafe {
        copy_bytes(
            target,
            base.add(source as usize),
            len as usize,
            memory.is_shared(),
        )
    };
    Ok(())
}

impl InstanceEntity {
    /// The reference at `index` of a segment that has not been dropped.
    pub(crate) fn segment_value(
        &self,
        elem: ElemIndex,
        index: usize,
    ) -> Result<RawVal, ResourceError> {
        if let Some(&value) = self.elements[elem.index()].borrow().get(index) {
            return Ok(RawVal::from_u64(value));
        }
        self.item(&self.code.info().elements[elem].items, index)
    }

    /// How many references a segment has: none when it has been dropped.
    pub(crate) fn segment_length(&self, elem: ElemIndex) -> usize {
        match self.element_is_dropped(elem) {
            true => 0,
            false => item_count(&self.code.info().elements[elem].items),
        }
    }

    /// Evaluates the expressions of passive segments.
    pub(super) fn evaluate_elements(&self) -> Result<(), ResourceError> {
        for (index, segment) in self.code.info().elements.iter() {
            let (ElementMode::Passive, ElementItems::Expressions(exprs)) =
                (&segment.mode, &segment.items)
            else {
                continue;
            };
            // What is there already is found by the collector while the rest is evaluated.
            let values = &self.elements[index.index()];
            values.replace(vec![0; exprs.len()].into());
            for (place, expr) in exprs.iter().enumerate() {
                let value = self.evaluate(expr)?.to_u64();
                values.borrow_mut()[place] = value;
            }
        }
        Ok(())
    }

    fn item(&self, items: &ElementItems, index: usize) -> Result<RawVal, ResourceError> {
        match items {
            ElementItems::Functions(funcs) => {
                Ok(RawVal::from_u64(self.func_ref(funcs[index]) as u64))
            }
            ElementItems::Expressions(exprs) => self.evaluate(&exprs[index]),
        }
    }

    fn address(&self, ty: AddressType, expr: &ConstExpr) -> Result<u64, InstantiateError> {
        let value = self.evaluate(expr)?;
        Ok(match ty {
            AddressType::I32 => u64::from(value.to_u32()),
            AddressType::I64 => value.to_u64(),
        })
    }

    /// Runs an active element segment: `table.init` and `elem.drop`.
    pub(super) fn run_element(
        &self,
        elem: ElemIndex,
        table: TableIndex,
        offset: &ConstExpr,
    ) -> Result<(), InstantiateError> {
        let info = self.code.info();
        let target = self.address(info.tables[table].ty.address, offset)?;
        let len = item_count(&info.elements[elem].items) as u64;
        match init_table(self, table, elem, target, 0, len) {
            Err(TableInitError::Trap(kind)) => return Err(Failure::trap(kind).into()),
            Err(TableInitError::Resource(error)) => return Err(error.into()),
            Ok(()) => self.drop_element(elem),
        }
        Ok(())
    }

    /// Runs an active data segment: `memory.init` and `data.drop`.
    pub(super) fn run_data(
        &self,
        data: DataIndex,
        memory: MemoryIndex,
        offset: &ConstExpr,
    ) -> Result<(), InstantiateError> {
        let info = self.code.info();
        debug_assert!(memory.index() < info.memories.len());
        let target = self.address(info.memories[memory].address, offset)?;
        let len = self.data(data).1 as u64;
        init_memory(self, memory, data, target, 0, len).map_err(Failure::trap)?;
        self.set_data(data, &[]);
        Ok(())
    }
}
