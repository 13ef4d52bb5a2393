//! Instantiation (§ 4.7.2), step by step as the specification has it.

use std::sync::Arc;

use weft_abi::signature::Signature;
use weft_module::{DataMode, ElementMode, Entity};

use super::allocate::{Made, allocate};
use super::{Instance, InstanceEntity};
use crate::code::Code;
use crate::error::{InstantiateError, Misuse};
use crate::func::{Func, call_raw};
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
    let instance = initialize(store, code, imports)?;
    if let Some(start) = instance.get(store)?.start() {
        let signature = Signature::new([], []);
        // SAFETY: a function of this store, whose type validation has checked.
        unsafe { call_raw(store, start.func_ref(store)?, &signature, &mut []) }?;
    }
    Ok(instance)
}

/// The same up to its start function: the caller must call [`InstanceEntity::start`] before anything else.
///
/// # Errors
/// As [`instantiate`].
pub fn initialize(
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

    /// The function to call last, if there is one.
    pub fn start(&self) -> Option<Func> {
        match self.get(Entity::Func(self.code.info().start?)) {
            Some(Extern::Func(func)) => Some(func),
            _ => None,
        }
    }
}
