//! Reading and writing objects from the host's side.

use weft_abi::gc::{ARRAY_LENGTH, ArrayLayout, ObjectLayout, Storage};
use weft_abi::layout::TypeId;
use weft_abi::value::{RawVal, Repr};

use crate::error::ResourceError;
use crate::store::StoreInner;

/// A field of a struct, an element of an array, or a part of an exception's payload.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Bytes from the start of the object.
    pub offset: u64,
    /// What it holds.
    pub storage: Storage,
}

impl Field {
    /// The element `index` of an array.
    pub fn element(layout: ArrayLayout, index: u32) -> Self {
        Self {
            offset: u64::from(layout.elements())
                + u64::from(index) * u64::from(layout.element.size()),
            storage: layout.element,
        }
    }
}

/// Whether `reference` names an object of the heap.
pub(crate) fn is_object(reference: u32) -> bool {
    reference != 0 && reference & 3 == 0
}

impl StoreInner {
    /// The first byte of the object that `reference` names.
    pub(crate) fn object(&self, reference: u32) -> *mut u8 {
        debug_assert!(is_object(reference));
        // SAFETY: the context is this thread's.
        let base = unsafe { (*self.context()).gc_base };
        base.wrapping_add(reference as usize)
    }

    /// The type of the object that `reference` names; `None` when it names none. That of an exception is its tag's.
    ///
    /// # Safety
    /// `reference` is one of this store's, of the present.
    pub unsafe fn object_type(&self, reference: u32) -> Option<TypeId> {
        if !is_object(reference) {
            return None;
        }
        // SAFETY: an object, which starts with its type.
        Some(TypeId(unsafe {
            self.object(reference).cast::<u32>().read()
        }))
    }

    /// The length of an array.
    ///
    /// # Safety
    /// `array` names an array of this store.
    pub unsafe fn array_length(&self, array: u32) -> u32 {
        // SAFETY: the caller's.
        unsafe {
            let place = self.object(array).add(ARRAY_LENGTH as usize);
            place.cast::<u32>().read()
        }
    }

    /// The value of a field: packed ones are extended with zeros.
    ///
    /// # Safety
    /// `object` names an object of this store that has the field.
    pub unsafe fn read_field(&self, object: u32, field: Field) -> RawVal {
        // SAFETY: the caller's. A vector is aligned to 8 only.
        unsafe {
            let place = self.object(object).add(field.offset as usize);
            match field.storage {
                Storage::I8 => RawVal::from_u32(u32::from(place.read())),
                Storage::I16 => RawVal::from_u32(u32::from(place.cast::<u16>().read())),
                Storage::Plain(Repr::V128) => RawVal(place.cast::<u128>().read_unaligned()),
                other if other.size() == 4 => RawVal::from_u32(place.cast::<u32>().read()),
                _ => RawVal::from_u64(place.cast::<u64>().read()),
            }
        }
    }

    /// Sets a field.
    ///
    /// # Safety
    /// As for [`Self::read_field`], and `value` is of the field's type, in its representation, and of this store.
    pub unsafe fn write_field(&self, object: u32, field: Field, value: RawVal) {
        // SAFETY: the caller's. A vector is aligned to 8 only.
        unsafe {
            let place = self.object(object).add(field.offset as usize);
            match field.storage {
                Storage::I8 => place.write(value.to_u32() as u8),
                Storage::I16 => place.cast::<u16>().write(value.to_u32() as u16),
                Storage::Plain(Repr::V128) => place.cast::<u128>().write_unaligned(value.0),
                other if other.size() == 4 => place.cast::<u32>().write(value.to_u32()),
                _ => place.cast::<u64>().write(value.to_u64()),
            }
        }
    }

    /// A new struct of type `ty`, all of whose fields have the values `fields`, or zero and null when that is `None`. References in `fields`
    /// are updated if objects move.
    ///
    /// # Errors
    /// When there is no room for it.
    ///
    /// # Safety
    /// `ty` is a struct type that stays registered as long as this store, and the values are of its fields' types and of this store.
    pub unsafe fn new_struct(
        &self,
        ty: TypeId,
        fields: Option<&mut [RawVal]>,
    ) -> Result<u32, ResourceError> {
        let entry = self.registered(ty)?;
        let ObjectLayout::Struct(layout) = &entry.layout else {
            return Err(ResourceError::new("not a struct type"));
        };
        let Some(values) = fields else {
            let object = self.allocate_object(ty, u64::from(layout.size), &mut [])?;
            for field in &layout.fields {
                // SAFETY: just made.
                unsafe { self.write_field(object, field_of(field), RawVal::default()) };
            }
            return Ok(object);
        };
        let is_ref = |index: usize| layout.fields[index].storage == Storage::Ref;
        let object = self.allocate_with(ty, u64::from(layout.size), values, is_ref)?;
        for (field, &value) in layout.fields.iter().zip(&*values) {
            // SAFETY: just made; the values are the caller's.
            unsafe { self.write_field(object, field_of(field), value) };
        }
        Ok(object)
    }

    /// Allocates while `values`, of which `is_ref` tells the references, are kept and updated.
    fn allocate_with(
        &self,
        ty: TypeId,
        bytes: u64,
        values: &mut [RawVal],
        is_ref: impl Fn(usize) -> bool,
    ) -> Result<u32, ResourceError> {
        let refs: smallvec::SmallVec<[usize; 8]> =
            (0..values.len()).filter(|&index| is_ref(index)).collect();
        let mut held: smallvec::SmallVec<[u32; 8]> =
            refs.iter().map(|&index| values[index].to_u32()).collect();
        let object = self.allocate_object(ty, bytes, &mut held)?;
        for (&index, &reference) in refs.iter().zip(&held) {
            values[index] = RawVal::from_u32(reference);
        }
        Ok(object)
    }

    /// A new array of type `ty` with `length` elements, all with the value `fill`.
    ///
    /// # Errors
    /// When there is no room for it.
    ///
    /// # Safety
    /// As for [`Self::new_struct`].
    pub unsafe fn new_array(
        &self,
        ty: TypeId,
        length: u32,
        fill: RawVal,
    ) -> Result<u32, ResourceError> {
        let (array, layout, mut fill) = self.raw_array(ty, length, fill)?;
        if layout.element != Storage::Ref {
            fill.0 &= u128::MAX >> (128 - 8 * layout.element.size());
        }
        // SAFETY: just made, with room for as many.
        unsafe {
            fill_elements(
                self.element(array, layout, 0),
                layout.element,
                fill,
                length as usize,
            )
        };
        Ok(array)
    }

    /// A new array of type `ty` with the elements `values`, which are updated if objects move.
    ///
    /// # Errors
    /// When there is no room for it.
    ///
    /// # Safety
    /// As for [`Self::new_struct`].
    pub unsafe fn new_array_fixed(
        &self,
        ty: TypeId,
        values: &mut [RawVal],
    ) -> Result<u32, ResourceError> {
        let layout = self.array_layout(ty)?;
        let length = u32::try_from(values.len())
            .map_err(|_| ResourceError::new("an array has fewer than 2³² elements"))?;
        let is_ref = |_| layout.element == Storage::Ref;
        let array = self.allocate_with(ty, layout.size(length), values, is_ref)?;
        self.set_array_length(array, length);
        for (index, &value) in values.iter().enumerate() {
            let field = Field::element(layout, index as u32);
            // SAFETY: just made; the values are the caller's.
            unsafe { self.write_field(array, field, value) };
        }
        Ok(array)
    }

    /// A new array whose elements are to be written before the next allocation; `kept` is updated if it is a reference and objects move.
    pub(crate) fn raw_array(
        &self,
        ty: TypeId,
        length: u32,
        kept: RawVal,
    ) -> Result<(u32, ArrayLayout, RawVal), ResourceError> {
        let layout = self.array_layout(ty)?;
        let mut kept = [kept];
        let is_ref = |_| layout.element == Storage::Ref;
        let array = self.allocate_with(ty, layout.size(length), &mut kept, is_ref)?;
        self.set_array_length(array, length);
        Ok((array, layout, kept[0]))
    }

    fn set_array_length(&self, array: u32, length: u32) {
        // SAFETY: a new array.
        unsafe {
            let place = self.object(array).add(ARRAY_LENGTH as usize);
            place.cast::<u32>().write(length);
        }
    }

    /// What the elements of an array type are.
    pub(crate) fn array_element(&self, ty: TypeId) -> Result<Storage, ResourceError> {
        Ok(self.array_layout(ty)?.element)
    }

    fn array_layout(&self, ty: TypeId) -> Result<ArrayLayout, ResourceError> {
        let layout = self.engine().types().array_layout(ty);
        layout.ok_or_else(|| ResourceError::new("not an array type"))
    }

    /// The layout of the array that `reference` names.
    ///
    /// # Safety
    /// `array` names an array of this store.
    pub(crate) unsafe fn layout_of_array(&self, array: u32) -> ArrayLayout {
        // SAFETY: the caller's.
        let ty = unsafe { self.object_type(array) };
        let layout = ty.and_then(|ty| self.array_layout(ty).ok());
        layout.expect("compiled code passes arrays")
    }

    /// The address of an element, or of the end.
    pub(crate) fn element(&self, array: u32, layout: ArrayLayout, index: u32) -> *mut u8 {
        self.object(array)
            .wrapping_add(Field::element(layout, index).offset as usize)
    }

    fn registered(
        &self,
        ty: TypeId,
    ) -> Result<std::sync::Arc<crate::types::TypeEntry>, ResourceError> {
        let entry = self.engine().types().get(ty);
        entry.ok_or_else(|| ResourceError::new("a type that is not registered"))
    }
}

fn field_of(field: &weft_abi::gc::FieldLayout) -> Field {
    Field {
        offset: u64::from(field.offset),
        storage: field.storage,
    }
}

/// Writes `count` elements of `bits`, which are no wider than `storage`.
///
/// # Safety
/// `first` is the first of as many elements.
pub(crate) unsafe fn fill_elements(first: *mut u8, storage: Storage, bits: RawVal, count: usize) {
    // SAFETY: the caller's. A vector is aligned to 8 only.
    unsafe {
        match storage.size() {
            1 => first.write_bytes(bits.to_u32() as u8, count),
            2 => std::slice::from_raw_parts_mut(first.cast::<u16>(), count)
                .fill(bits.to_u32() as u16),
            4 => std::slice::from_raw_parts_mut(first.cast::<u32>(), count).fill(bits.to_u32()),
            8 => std::slice::from_raw_parts_mut(first.cast::<u64>(), count).fill(bits.to_u64()),
            _ => {
                for index in 0..count {
                    first.cast::<u128>().add(index).write_unaligned(bits.0);
                }
            }
        }
    }
}
