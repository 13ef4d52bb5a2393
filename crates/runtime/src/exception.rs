//! Exceptions: objects of the heap with a tag and a payload, and how the host makes and throws them.

use smallvec::SmallVec;
use weft_abi::gc::{EXCEPTION_TAG, ExceptionLayout, ObjectLayout, Storage};
use weft_abi::value::RawVal;

use crate::error::ResourceError;
use crate::gc::Field;
use crate::slab::Handle;
use crate::store::StoreInner;
use crate::tag::{Tag, TagEntity};
use crate::trap::{self, Suspended, Thrown};
use crate::types::TypeId;

/// What an exception carries: the values, and the function type of its tag, whose parameters are their types.
#[derive(Clone, Debug)]
pub struct Payload {
    /// The type.
    pub ty: TypeId,
    /// The values.
    pub values: SmallVec<[RawVal; 4]>,
}

impl StoreInner {
    /// A new exception of `tag`. References in `payload` are updated if objects move.
    ///
    /// # Errors
    /// When there is no room for it.
    ///
    /// # Safety
    /// The payload is of the types that the tag's says, and of this store.
    pub unsafe fn new_exception(
        &self,
        tag: &TagEntity,
        payload: &mut [RawVal],
    ) -> Result<u32, ResourceError> {
        let layout = self.exception_layout(tag.ty());
        let refs = || {
            let parts = layout.payload.iter().enumerate();
            parts.filter_map(|(index, part)| (part.storage == Storage::Ref).then_some(index))
        };
        let mut held: SmallVec<[u32; 4]> = refs().map(|index| payload[index].to_u32()).collect();
        let exception = self.allocate_object(tag.ty(), u64::from(layout.size), &mut held)?;
        for (index, reference) in refs().zip(held) {
            payload[index] = RawVal::from_u32(reference);
        }
        // SAFETY: just made, with room for these; the values are the caller's.
        unsafe {
            let place = self.object(exception).add(EXCEPTION_TAG as usize);
            place.cast::<u64>().write(tag.id());
            for (part, &value) in layout.payload.iter().zip(&*payload) {
                let field = Field {
                    offset: part.offset.into(),
                    storage: part.storage,
                };
                self.write_field(exception, field, value);
            }
        }
        Ok(exception)
    }

    fn exception_layout(&self, ty: TypeId) -> ExceptionLayout {
        let entry = self.engine().types().get(ty);
        match entry.as_ref().map(|entry| &entry.layout) {
            Some(ObjectLayout::Exception(layout)) => layout.clone(),
            _ => unreachable!("a tag keeps its function type registered"),
        }
    }

    /// The tag of an exception.
    ///
    /// # Safety
    /// `exception` names an exception of this store.
    pub unsafe fn exception_tag(&self, exception: u32) -> Tag {
        // SAFETY: the caller's.
        let id = unsafe { self.exception_tag_id(exception) };
        let slot = self.tags.find(|tag| tag.id() == id);
        Handle::new(self, slot.expect("a tag lives as long as its exceptions"))
    }

    /// # Safety
    /// As for [`Self::exception_tag`].
    unsafe fn exception_tag_id(&self, exception: u32) -> u64 {
        // SAFETY: the caller's.
        unsafe {
            let place = self.object(exception).add(EXCEPTION_TAG as usize);
            place.cast::<u64>().read()
        }
    }

    /// What an exception carries.
    ///
    /// # Safety
    /// As for [`Self::exception_tag`].
    pub unsafe fn exception_payload(&self, exception: u32) -> Payload {
        // SAFETY: the caller's: an object.
        let ty = unsafe { self.object_type(exception) };
        let ty = ty.expect("an exception is an object");
        let layout = self.exception_layout(ty);
        let value = |part: &weft_abi::gc::FieldLayout| {
            let field = Field {
                offset: part.offset.into(),
                storage: part.storage,
            };
            // SAFETY: the caller's; its type has this part.
            unsafe { self.read_field(exception, field) }
        };
        Payload {
            ty,
            values: layout.payload.iter().map(value).collect(),
        }
    }

    /// Makes the running host function or libcall throw when it returns.
    ///
    /// Only to be called by a host function of this store, right before it returns.
    ///
    /// # Safety
    /// `exception` names an exception of this store.
    pub unsafe fn throw(&self, exception: u32) {
        // SAFETY: the caller's; the context is this thread's, and a host function is running.
        unsafe { trap::throw(self.context(), self.thrown(exception)) };
    }

    /// Makes the host function that has suspended its caller throw when that is resumed, which must be next.
    ///
    /// # Safety
    /// As for [`Self::throw`]; `suspended` is a call of this store.
    pub unsafe fn throw_into(&self, suspended: &Suspended, exception: u32) {
        // SAFETY: the caller's.
        unsafe { suspended.throw(self.context(), self.thrown(exception)) };
    }

    /// # Safety
    /// As for [`Self::throw`].
    unsafe fn thrown(&self, exception: u32) -> Thrown {
        Thrown {
            exception: exception.into(),
            // SAFETY: the caller's.
            tag: unsafe { self.exception_tag_id(exception) },
        }
    }
}
