//! Instantiation (§ 4.7.2), step by step as the specification has it.

use std::ptr::NonNull;
use std::sync::Arc;

use weft_abi::layout::VMFuncRef;
use weft_abi::signature::Signature;
use weft_module::{DataMode, ElementMode};

use super::allocate::{Made, allocate};
use super::{Instance, InstanceEntity};
use crate::code::Code;
use crate::error::{InstantiateError, Misuse};
use crate::func::call_raw;
use crate::linking;
use crate::slab::Handle;
use crate::store::{Extern, StoreInner};

/// Makes an instance of `code` with `imports`, one for each import of the module in order, and runs its
/// start function.
///
/// # Errors
/// When imports do not match, the machine or a limit does not allow for it, or a segment or the start function
/// fails; what they have written stays written then, but there is no instance.
pub fn instantiate(
    store: &StoreInner,
    code: &Arc<Code>,
    imports: &[Extern],
) -> Result<Instance, InstantiateError> {
    if !code.engine().same(store.engine()) {
        return Err(Misuse::WrongEngine.into());
    }
    linking::check(store, code, imports)?;
    if code.uses_heap() {
        store.prepare_heap()?;
    }
    let mut made = Made::new(store);
    let slot = allocate(&mut made, code, imports)?;
    // SAFETY: just allocated; nothing removes it before `made` does.
    let instance = unsafe { slot.as_ref().get() };
    instance.initialize_globals()?;
    instance.evaluate_elements()?;
    instance.initialize_tables()?;
    // Active segments can show its functions to others: from here on it stays, even if they fail.
    made.commit();
    instance.run_elements()?;
    instance.run_data_segments()?;
    instance.run_start(store)?;
    Ok(Handle::new(store, slot))
}

impl InstanceEntity {
    fn initialize_globals(&self) -> Result<(), InstantiateError> {
        for (index, global) in self.code.info().globals.iter() {
            if let Some(init) = &global.init {
                let value = self.evaluate(init)?;
                // SAFETY: a global of this instance, which nobody else can see yet.
                unsafe { (*self.global_cell(index)).bytes = value.0.to_le_bytes() };
            }
        }
        Ok(())
    }

    fn initialize_tables(&self) -> Result<(), InstantiateError> {
        for (index, table) in self.code.info().tables.iter() {
            if let Some(init) = &table.init {
                let value = self.evaluate(init)?.to_u64();
                let table = self.table(index);
                // SAFETY: of the element type by validation, and the whole table is within itself.
                unsafe { table.fill(0, value, table.size() as u64) }?;
            }
        }
        Ok(())
    }

    fn run_elements(&self) -> Result<(), InstantiateError> {
        for (index, segment) in self.code.info().elements.iter() {
            match &segment.mode {
                ElementMode::Active(table, offset) => self.run_element(index, *table, offset)?,
                ElementMode::Declarative => self.drop_element(index),
                ElementMode::Passive => {}
            }
        }
        Ok(())
    }

    fn run_data_segments(&self) -> Result<(), InstantiateError> {
        for (index, segment) in self.code.info().data.iter() {
            let DataMode::Active(memory, offset) = &segment.mode else {
                continue;
            };
            let own = memory.0 >= self.code.info().imported.memories;
            match own && self.memory(*memory).has_image() {
                // It started with its contents.
                true => self.set_data(index, &[]),
                false => self.run_data(index, *memory, offset)?,
            }
        }
        Ok(())
    }

    fn run_start(&self, store: &StoreInner) -> Result<(), InstantiateError> {
        let Some(start) = self.code.info().start else {
            return Ok(());
        };
        let signature = Signature::new([], []);
        let temporary;
        let func_ref = match NonNull::new(self.func_ref(start).cast_mut()) {
            Some(func_ref) => func_ref,
            None => {
                temporary = self.temporary_ref(start);
                NonNull::from(&temporary)
            }
        };
        // SAFETY: a function of this instance, whose type validation has checked.
        unsafe { call_raw(store, func_ref, &signature, &mut []) }?;
        Ok(())
    }

    /// A reference for a function that is no value anywhere in the module.
    fn temporary_ref(&self, func: weft_module::FuncIndex) -> VMFuncRef {
        let info = self.code.info();
        let code = match info.defined_func(func) {
            Some(defined) => self.code.entry(defined),
            None => unreachable!("imported functions have references"),
        };
        VMFuncRef {
            code,
            vmctx: self.vmctx(),
            ty: self.code.types().ids()[info.functions[func].ty],
            func: func.0,
            canonical: std::ptr::null(),
        }
    }
}
