//! [`Table`]: a table of references of a store (§ 4.2.8).

use weft_module::ValType;
use weft_runtime as rt;

use crate::store::Opaque;
use crate::{AsContext, AsContextMut, Error, Ref, Result, TableType, Val};

/// A table of a store (§ 4.2.8).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Table(rt::Table);

impl Table {
    /// A table of its type's initial size, full of `init`.
    ///
    /// # Errors
    /// When `init` is not of the element type or belongs to another store, or the store's limiter or
    /// the machine does not allow for it.
    pub fn new(mut store: impl AsContextMut, ty: TableType, init: Ref) -> Result<Self> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        let element = crate::ValType::Ref(ty.element().clone());
        if !element.belongs_to(&opaque.engine) {
            return Err(rt::Misuse::WrongEngine.into());
        }
        let init = Val::from(init).to_raw(opaque, &element)?;
        // SAFETY: `to_raw` has checked the value's type and store.
        let table = unsafe { opaque.live.new_table(ty.to_live(), init.to_u64()) };
        let table = table.map_err(|error| Error::from_instantiate(opaque, error))?;
        Ok(Self(table))
    }

    pub(crate) fn from_live(table: rt::Table) -> Self {
        Self(table)
    }

    pub(crate) fn live(self) -> rt::Table {
        self.0
    }

    fn entity(self, store: &Opaque) -> &rt::table::TableEntity {
        self.0
            .get(&store.live)
            .expect("the table belongs to another store or is gone")
    }

    /// `value` in the representation of the table's elements.
    fn raw(entity: &rt::table::TableEntity, store: &Opaque, value: Ref) -> Result<u64> {
        let element = ValType::Ref(entity.declared_ty().element);
        Ok(Val::from(value).to_raw_live(store, element)?.to_u64())
    }

    /// Its type, with the present size as the minimum.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> TableType {
        let store = store.as_context();
        TableType::from_live(store.engine(), self.entity(store.opaque()).ty())
    }

    /// The size, in elements.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.entity(store.as_context().opaque()).size() as u64
    }

    /// The element at `index`, or `None` beyond the size.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn get(&self, mut store: impl AsContextMut, index: u64) -> Option<Ref> {
        let store = store.as_context_mut();
        let entity = self.entity(store.opaque());
        let raw = weft_abi::value::RawVal::from_u64(entity.get(index).ok()?);
        let element = ValType::Ref(entity.declared_ty().element);
        // SAFETY: a table holds values of its element type and store.
        unsafe { Val::from_raw(store.opaque(), raw, element) }.ref_()
    }

    /// Sets the element at `index`.
    ///
    /// # Errors
    /// When `index` is beyond the size, `value` is not of the element type, or either belongs to another store.
    pub fn set(&self, mut store: impl AsContextMut, index: u64, value: Ref) -> Result<()> {
        let store = store.as_context_mut();
        let entity = self.0.get(&store.opaque().live)?;
        let raw = Self::raw(entity, store.opaque(), value)?;
        // SAFETY: `raw` has checked the value's type and store.
        unsafe { entity.set(index, raw) }?;
        Ok(())
    }

    /// Grows by `delta` elements that are `init`, and returns the old size.
    ///
    /// # Errors
    /// When the type, the store's limiter or the machine does not allow for it, `init` is not of the
    /// element type, or either belongs to another store.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64, init: Ref) -> Result<u64> {
        let store = store.as_context_mut();
        let live = &store.opaque().live;
        let entity = self.0.get(live)?;
        let raw = Self::raw(entity, store.opaque(), init)?;
        // SAFETY: `raw` has checked the value's type and store.
        unsafe { entity.grow(live, delta, raw) }.map_err(Error::from_grow)
    }

    /// Sets `len` elements from `index` on.
    ///
    /// # Errors
    /// As [`Table::set`]; nothing is written then.
    pub fn fill(
        &self,
        mut store: impl AsContextMut,
        index: u64,
        value: Ref,
        len: u64,
    ) -> Result<()> {
        let store = store.as_context_mut();
        let entity = self.0.get(&store.opaque().live)?;
        let raw = Self::raw(entity, store.opaque(), value)?;
        // SAFETY: `raw` has checked the value's type and store.
        unsafe { entity.fill(index, raw, len) }?;
        Ok(())
    }

    /// Copies `len` elements from `source` to `target`, which may be the same table.
    ///
    /// # Errors
    /// When either range is beyond its table, the element types do not match, or a table belongs to
    /// another store; nothing is written then.
    pub fn copy(
        mut store: impl AsContextMut,
        target: &Self,
        target_index: u64,
        source: &Self,
        source_index: u64,
        len: u64,
    ) -> Result<()> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        let (to, from) = (target.0.get(&opaque.live)?, source.0.get(&opaque.live)?);
        let (to_type, from_type) = (to.declared_ty().element, from.declared_ty().element);
        if !opaque.engine.types().ref_matches(from_type, to_type) {
            crate::bail!("the source's elements are not of the target's element type");
        }
        // SAFETY: the types match and both tables are of this store.
        unsafe { to.copy_from(target_index, from, source_index, len) }?;
        Ok(())
    }
}
