//! Structures and arrays (§ 4.2.15, § 4.2.16): making them, and reading and writing what is in them.

use weft_abi::value::RawVal;
use weft_runtime::gc::Field;

use super::{GcRef, Rooted, gc_ref};
use crate::store::Opaque;
use crate::{
    ArrayType, AsContext, AsContextMut, Engine, Error, FieldType, Result, StorageType, StructType,
    Val, ValType, bail,
};

gc_ref! {
    /// A structure, `structref`.
    ///
    /// ```
    /// use weft::{Engine, FieldType, Mutability, StorageType, Store, StructRef, StructType, Val, ValType};
    ///
    /// let engine = Engine::default();
    /// let field = FieldType::new(Mutability::Var, StorageType::ValType(ValType::I32));
    /// let point = StructType::new(&engine, [field.clone(), field])?;
    /// let mut store = Store::new(&engine, ());
    /// let object = StructRef::new(&mut store, &point, &[Val::I32(3), Val::I32(4)])?;
    /// object.set_field(&mut store, 0, Val::I32(5))?;
    /// assert_eq!(object.field(&mut store, 0)?.unwrap_i32(), 5);
    /// # Ok::<(), weft::Error>(())
    /// ```
    StructRef
    /// An array, `arrayref`.
    ///
    /// ```
    /// use weft::{ArrayRef, ArrayType, Engine, FieldType, Mutability, StorageType, Store, Val};
    ///
    /// let engine = Engine::default();
    /// let bytes = ArrayType::new(&engine, FieldType::new(Mutability::Var, StorageType::I8))?;
    /// let mut store = Store::new(&engine, ());
    /// let array = ArrayRef::new(&mut store, &bytes, &Val::I32(7), 100)?;
    /// assert_eq!(array.len(&store)?, 100);
    /// assert_eq!(array.get(&mut store, 99)?.unwrap_i32(), 7);
    /// # Ok::<(), weft::Error>(())
    /// ```
    ArrayRef
}

/// The value type that a field's values have outside.
fn unpacked(field: &FieldType) -> ValType {
    match field.element_type() {
        StorageType::I8 | StorageType::I16 => ValType::I32,
        StorageType::ValType(ty) => ty.clone(),
    }
}

fn check_engine(store: &Opaque, engine: &Engine) -> Result<()> {
    match Engine::same(&store.engine, engine) {
        true => Ok(()),
        false => Err(weft_runtime::Misuse::WrongEngine.into()),
    }
}

fn raw_values(store: &Opaque, values: &[Val], types: &[ValType]) -> Result<Vec<RawVal>> {
    if values.len() != types.len() {
        bail!("expected {} fields, got {}", types.len(), values.len());
    }
    let pairs = values.iter().zip(types);
    pairs.map(|(value, ty)| value.to_raw(store, ty)).collect()
}

/// Reads a field whose type is `ty` outside.
fn read(store: &Opaque, object: u32, field: Field, ty: &ValType) -> Val {
    // SAFETY: the callers have found the field in the object's own layout, and its type with it.
    unsafe {
        let raw = store.live.read_field(object, field);
        Val::from_raw(store, raw, ty.to_live())
    }
}

fn write(store: &Opaque, object: u32, field: Field, ty: &FieldType, value: Val) -> Result<()> {
    if ty.mutability().is_const() {
        return Err(weft_runtime::Misuse::Immutable.into());
    }
    let raw = value.to_raw(store, &unpacked(ty))?;
    // SAFETY: as in `read`; the value is of the type and of this store.
    unsafe { store.live.write_field(object, field, raw) };
    Ok(())
}

impl StructRef {
    /// A new structure of type `ty` with these fields.
    ///
    /// # Errors
    /// When the fields are not of their types, something belongs to another store or engine, or there is no room.
    pub fn new(
        mut store: impl AsContextMut,
        ty: &StructType,
        fields: &[Val],
    ) -> Result<Rooted<Self>> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        check_engine(opaque, ty.engine())?;
        let types: Vec<ValType> = ty.fields().iter().map(unpacked).collect();
        let mut values = raw_values(opaque, fields, &types)?;
        let id = opaque.live.keep_type(ty.defined().id())?;
        // SAFETY: kept with the store; the values are of their types.
        let object = unsafe { opaque.live.new_struct(id, Some(&mut values)) }?;
        Ok(Rooted::new(opaque, object))
    }

    /// Its type.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> Result<StructType> {
        self.type_in(store.as_context().opaque())
    }

    fn type_in(&self, store: &Opaque) -> Result<StructType> {
        let heap = object_type(store, self)?;
        let found = heap.as_concrete_struct().cloned();
        found.ok_or_else(|| Error::msg("not a structure"))
    }

    /// Whether it is of type `ty`.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn matches_ty(&self, store: impl AsContext, ty: &StructType) -> Result<bool> {
        Ok(self.ty(store)?.matches(ty))
    }

    fn place(&self, store: &Opaque, index: usize) -> Result<(u32, Field, FieldType)> {
        let ty = self.type_in(store)?;
        let object = self.0.raw(store)?;
        let fields = ty.fields();
        let found = ty.defined().field(index).zip(fields.into_iter().nth(index));
        match found {
            Some((field, ty)) => Ok((object, field, ty)),
            None => bail!("a structure without a field {index}"),
        }
    }

    /// The value of a field; packed ones are extended with zeros.
    ///
    /// # Errors
    /// When there is no such field, its scope has been left, or it belongs to another store.
    pub fn field(&self, mut store: impl AsContextMut, index: usize) -> Result<Val> {
        let store = store.as_context_mut();
        let (object, field, ty) = self.place(store.opaque(), index)?;
        Ok(read(store.opaque(), object, field, &unpacked(&ty)))
    }

    /// All its fields.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn fields(&self, mut store: impl AsContextMut) -> Result<Vec<Val>> {
        let count = self.ty(&store)?.fields().len();
        (0..count)
            .map(|index| self.field(&mut store, index))
            .collect()
    }

    /// Sets a field.
    ///
    /// # Errors
    /// When there is no such field, it cannot be written or is of another type, the scope has been left, or something belongs to
    /// another store.
    pub fn set_field(&self, mut store: impl AsContextMut, index: usize, value: Val) -> Result<()> {
        let store = store.as_context_mut();
        let (object, field, ty) = self.place(store.opaque(), index)?;
        write(store.opaque(), object, field, &ty, value)
    }
}

/// The heap type of the object that a reference names.
fn object_type<T: GcRef>(store: &Opaque, reference: &T) -> Result<crate::HeapType> {
    let live = super::any::live_heap_type(store, reference.handle().raw(store)?);
    Ok(crate::types::heap_type_from_live(&store.engine, live))
}

impl ArrayRef {
    /// A new array of type `ty` with `len` elements, all with the value `elem`.
    ///
    /// # Errors
    /// When the value is not of the element type, something belongs to another store or engine, or there is no room.
    pub fn new(
        mut store: impl AsContextMut,
        ty: &ArrayType,
        elem: &Val,
        len: u32,
    ) -> Result<Rooted<Self>> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        check_engine(opaque, ty.engine())?;
        let fill = elem.to_raw(opaque, &unpacked(&ty.field_type()))?;
        let id = opaque.live.keep_type(ty.defined().id())?;
        // SAFETY: kept with the store; the value is of the element type.
        let array = unsafe { opaque.live.new_array(id, len, fill) }?;
        Ok(Rooted::new(opaque, array))
    }

    /// A new array of type `ty` with these elements.
    ///
    /// # Errors
    /// When the values are not of the element type, something belongs to another store or engine, or there is no room.
    pub fn new_fixed(
        mut store: impl AsContextMut,
        ty: &ArrayType,
        elems: &[Val],
    ) -> Result<Rooted<Self>> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        check_engine(opaque, ty.engine())?;
        let element = unpacked(&ty.field_type());
        let types = vec![element; elems.len()];
        let mut values = raw_values(opaque, elems, &types)?;
        let id = opaque.live.keep_type(ty.defined().id())?;
        // SAFETY: kept with the store; the values are of the element type.
        let array = unsafe { opaque.live.new_array_fixed(id, &mut values) }?;
        Ok(Rooted::new(opaque, array))
    }

    /// Its type.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> Result<ArrayType> {
        self.type_in(store.as_context().opaque())
    }

    fn type_in(&self, store: &Opaque) -> Result<ArrayType> {
        let heap = object_type(store, self)?;
        let found = heap.as_concrete_array().cloned();
        found.ok_or_else(|| Error::msg("not an array"))
    }

    /// Whether it is of type `ty`.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn matches_ty(&self, store: impl AsContext, ty: &ArrayType) -> Result<bool> {
        Ok(self.ty(store)?.matches(ty))
    }

    /// How many elements it has.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    #[allow(clippy::len_without_is_empty, reason = "an answer needs the store")]
    pub fn len(&self, store: impl AsContext) -> Result<u32> {
        self.length_in(store.as_context().opaque())
    }

    fn length_in(&self, store: &Opaque) -> Result<u32> {
        let array = self.0.raw(store)?;
        // SAFETY: by its type an array of this store.
        Ok(unsafe { store.live.array_length(array) })
    }

    fn place(&self, store: &Opaque, index: u32) -> Result<(u32, Field, FieldType)> {
        let ty = self.type_in(store)?;
        let length = self.length_in(store)?;
        if index >= length {
            bail!("an array of {length} elements has no element {index}");
        }
        match ty.defined().element(index) {
            Some(field) => Ok((self.0.raw(store)?, field, ty.field_type())),
            None => bail!("not an array"),
        }
    }

    /// The value of an element; packed ones are extended with zeros.
    ///
    /// # Errors
    /// When there is no such element, its scope has been left, or it belongs to another store.
    pub fn get(&self, mut store: impl AsContextMut, index: u32) -> Result<Val> {
        let store = store.as_context_mut();
        let (array, field, ty) = self.place(store.opaque(), index)?;
        Ok(read(store.opaque(), array, field, &unpacked(&ty)))
    }

    /// All its elements.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn elems(&self, mut store: impl AsContextMut) -> Result<Vec<Val>> {
        let length = self.len(&store)?;
        (0..length)
            .map(|index| self.get(&mut store, index))
            .collect()
    }

    /// Sets an element.
    ///
    /// # Errors
    /// When there is no such element, it cannot be written or is of another type, the scope has been left, or something belongs
    /// to another store.
    pub fn set(&self, mut store: impl AsContextMut, index: u32, value: Val) -> Result<()> {
        let store = store.as_context_mut();
        let (array, field, ty) = self.place(store.opaque(), index)?;
        write(store.opaque(), array, field, &ty, value)
    }
}
