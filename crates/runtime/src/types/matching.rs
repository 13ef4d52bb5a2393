//! Subtyping between live types (§ 3.3 "Matching"), with canonical ids.
//!
//! Concrete types compare by display, so none of this recurses into structures.

use weft_abi::layout::DISPLAY;
use weft_module::{
    AddressType, CompositeType, FieldType, Limits, MemoryType, RefKind, StorageType,
};

use super::{ExternType, GlobalType, HeapType, RefType, TableType, TypeId, TypeRegistry, ValType};

impl TypeRegistry {
    /// Whether `sub` is `sup` or declared below it.
    pub fn is_subtype(&self, sub: TypeId, sup: TypeId) -> bool {
        if sub == sup {
            return true;
        }
        let (sub_descriptor, sup_descriptor) = (self.arena.read(sub.0), self.arena.read(sup.0));
        if sup_descriptor.depth >= sub_descriptor.depth {
            return false;
        }
        match sup_descriptor.depth as usize {
            depth @ ..DISPLAY => sub_descriptor.display[depth] == sup.0,
            _ => self.is_below(sub, sup),
        }
    }

    /// The walk up the declared chain, for hierarchies deeper than the display.
    fn is_below(&self, sub: TypeId, sup: TypeId) -> bool {
        let tables = self.read();
        let mut current = Some(sub);
        while let Some(id) = current {
            if id == sup {
                return true;
            }
            current = tables.get(id).and_then(|entry| entry.ty.supertype);
        }
        false
    }

    /// The hierarchy that `heap` is in.
    ///
    /// # Panics
    /// When a concrete type in it is not registered.
    pub fn kind(&self, heap: HeapType) -> RefKind {
        weft_abi::value::ref_kind(heap, |id| self.read().entry_kind(id))
    }

    /// Whether every value of `sub` is one of `sup`.
    pub fn heap_matches(&self, sub: HeapType, sup: HeapType) -> bool {
        use weft_module::HeapType::Concrete;
        match (sub, sup) {
            _ if sub == sup => true,
            (Concrete(sub), Concrete(sup)) => self.is_subtype(sub, sup),
            (Concrete(id), _) => abstract_matches(self.top_of(id), sup),
            (_, Concrete(id)) => sub == bottom(self.kind(Concrete(id))),
            _ => abstract_matches(sub, sup),
        }
    }

    /// The abstract type right above a concrete one.
    fn top_of(&self, id: TypeId) -> HeapType {
        match self.read().get(id).map(|entry| &entry.ty.composite) {
            Some(weft_module::CompositeType::Struct(_)) => HeapType::Struct,
            Some(weft_module::CompositeType::Array(_)) => HeapType::Array,
            _ => HeapType::Func,
        }
    }

    /// Whether every value of `sub` is one of `sup`.
    pub fn ref_matches(&self, sub: RefType, sup: RefType) -> bool {
        (sup.nullable || !sub.nullable) && self.heap_matches(sub.heap, sup.heap)
    }

    /// Whether every value of `sub` is one of `sup`.
    pub fn val_matches(&self, sub: ValType, sup: ValType) -> bool {
        match (sub, sup) {
            (ValType::Ref(sub), ValType::Ref(sup)) => self.ref_matches(sub, sup),
            _ => sub == sup,
        }
    }

    /// Whether `sub` may be declared below `sup` (§ 3.3.9 to 3.3.11).
    pub fn composite_matches(
        &self,
        sub: &CompositeType<TypeId>,
        sup: &CompositeType<TypeId>,
    ) -> bool {
        match (sub, sup) {
            (CompositeType::Func(sub), CompositeType::Func(sup)) => {
                self.vals_match(&sup.params, &sub.params)
                    && self.vals_match(&sub.results, &sup.results)
            }
            (CompositeType::Struct(sub), CompositeType::Struct(sup)) => {
                let mut pairs = sub.iter().zip(sup);
                sub.len() >= sup.len() && pairs.all(|(sub, sup)| self.field_matches(sub, sup))
            }
            (CompositeType::Array(sub), CompositeType::Array(sup)) => self.field_matches(sub, sup),
            _ => false,
        }
    }

    fn vals_match(&self, sub: &[ValType], sup: &[ValType]) -> bool {
        let mut pairs = sub.iter().zip(sup);
        sub.len() == sup.len() && pairs.all(|(&sub, &sup)| self.val_matches(sub, sup))
    }

    fn field_matches(&self, sub: &FieldType<TypeId>, sup: &FieldType<TypeId>) -> bool {
        let storage_matches = |sub: StorageType<TypeId>, sup: StorageType<TypeId>| match (sub, sup)
        {
            (StorageType::Val(sub), StorageType::Val(sup)) => self.val_matches(sub, sup),
            _ => sub == sup,
        };
        sub.mutable == sup.mutable
            && storage_matches(sub.storage, sup.storage)
            && (!sub.mutable || storage_matches(sup.storage, sub.storage))
    }

    /// Whether a global of type `given` can be imported as `needed`.
    pub fn global_matches(&self, given: GlobalType, needed: GlobalType) -> bool {
        given.mutable == needed.mutable
            && self.val_matches(given.content, needed.content)
            && (!given.mutable || self.val_matches(needed.content, given.content))
    }

    /// Whether a table of type `given` can be imported as `needed`.
    pub fn table_matches(&self, given: TableType, needed: TableType) -> bool {
        addresses_match(given.address, needed.address)
            && limits_match(given.limits, needed.limits)
            && self.ref_matches(given.element, needed.element)
            && self.ref_matches(needed.element, given.element)
    }

    /// Whether an entity of type `given` can be imported as `needed` (§ 3.3.16). Tags must be equal.
    pub fn extern_matches(&self, given: &ExternType, needed: &ExternType) -> bool {
        match (given, needed) {
            (ExternType::Func(given), ExternType::Func(needed)) => self.is_subtype(*given, *needed),
            (ExternType::Table(given), ExternType::Table(needed)) => {
                self.table_matches(*given, *needed)
            }
            (ExternType::Memory(given), ExternType::Memory(needed)) => {
                memory_matches(*given, *needed)
            }
            (ExternType::Global(given), ExternType::Global(needed)) => {
                self.global_matches(*given, *needed)
            }
            (ExternType::Tag(given), ExternType::Tag(needed)) => given == needed,
            _ => false,
        }
    }
}

fn bottom(kind: RefKind) -> HeapType {
    match kind {
        RefKind::Func => HeapType::NoFunc,
        RefKind::Any => HeapType::None,
        RefKind::Extern => HeapType::NoExtern,
        RefKind::Exn => HeapType::NoExn,
    }
}

fn abstract_matches(sub: HeapType, sup: HeapType) -> bool {
    use weft_module::HeapType::*;
    sub == sup
        || match sup {
            Any => matches!(sub, Eq | I31 | Struct | Array | None),
            Eq => matches!(sub, I31 | Struct | Array | None),
            I31 | Struct | Array => sub == None,
            Func => sub == NoFunc,
            Extern => sub == NoExtern,
            Exn => sub == NoExn,
            _ => false,
        }
}

fn addresses_match(given: AddressType, needed: AddressType) -> bool {
    given == needed
}

fn limits_match(given: Limits, needed: Limits) -> bool {
    given.min >= needed.min
        && match (given.max, needed.max) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(given), Some(needed)) => given <= needed,
        }
}

fn memory_matches(given: MemoryType, needed: MemoryType) -> bool {
    addresses_match(given.address, needed.address)
        && given.shared == needed.shared
        && given.page_size_log2 == needed.page_size_log2
        && limits_match(given.limits, needed.limits)
}
