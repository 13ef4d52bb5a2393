//! What the full validator looks up while it checks a body.
//!
//! All of it is the validator's own, save for one thing: we check the export section ourselves,
//! so which functions may be referenced is for us to answer.

use wasmparser::types::CoreTypeId;
use wasmparser::{
    Error, FuncType, GlobalType, HeapType, MemoryType, RefType, SubType, TableType, ValType,
    ValidatorResources, WasmModuleResources,
};

use crate::bits::BitSet;

/// The validator's view of a module, and which of its functions can become values.
#[derive(Clone)]
pub(crate) struct Resources {
    pub(crate) module: ValidatorResources,
    pub(crate) referenced: BitSet,
}

impl WasmModuleResources for Resources {
    fn table_at(&self, at: u32) -> Option<TableType> {
        self.module.table_at(at)
    }

    fn memory_at(&self, at: u32) -> Option<MemoryType> {
        self.module.memory_at(at)
    }

    fn tag_at(&self, at: u32) -> Option<&FuncType> {
        self.module.tag_at(at)
    }

    fn global_at(&self, at: u32) -> Option<GlobalType> {
        self.module.global_at(at)
    }

    fn sub_type_at(&self, type_index: u32) -> Option<&SubType> {
        self.module.sub_type_at(type_index)
    }

    fn sub_type_at_id(&self, id: CoreTypeId) -> &SubType {
        self.module.sub_type_at_id(id)
    }

    fn type_id_of_function(&self, function: u32) -> Option<CoreTypeId> {
        self.module.type_id_of_function(function)
    }

    fn type_index_of_function(&self, function: u32) -> Option<u32> {
        self.module.type_index_of_function(function)
    }

    fn element_type_at(&self, at: u32) -> Option<RefType> {
        self.module.element_type_at(at)
    }

    fn is_subtype(&self, a: ValType, b: ValType) -> bool {
        self.module.is_subtype(a, b)
    }

    fn is_shared(&self, ty: RefType) -> bool {
        self.module.is_shared(ty)
    }

    fn check_heap_type(&self, ty: &mut HeapType, offset: u64) -> Result<(), Error> {
        self.module.check_heap_type(ty, offset)
    }

    fn top_type(&self, ty: &HeapType) -> HeapType {
        self.module.top_type(ty)
    }

    fn element_count(&self) -> u32 {
        self.module.element_count()
    }

    fn data_count(&self) -> Option<u32> {
        self.module.data_count()
    }

    fn is_function_referenced(&self, function: u32) -> bool {
        self.referenced.contains(function)
    }

    fn has_function_exact_type(&self, function: u32) -> bool {
        self.module.has_function_exact_type(function)
    }
}
