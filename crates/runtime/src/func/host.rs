//! Functions that the host defines.
//!
//! Each importing instance gets a context and a reference of its own for a host function, so that
//! the function knows who calls it however it is called; their identity is that of the function itself.

use std::any::Any;
use std::cell::{RefCell, UnsafeCell};
use std::ops::Range;
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

use weft_abi::layout::{TypeId, VMContext, VMFuncRef, VMHOSTCONTEXT_MAGIC, VMHostContext};
use weft_abi::signature::{Location, Signature};
use weft_abi::value::{RawVal, Repr};
use weft_module::TypeIndex;

use super::Func;
use crate::error::Misuse;
use crate::global::normalize;
use crate::reach::Traced;
use crate::slab::Slot;
use crate::store::StoreInner;
use crate::stubs::{self, ExitFrame, FullHostFunction};
use crate::types::{RegisteredTypes, TypeEntry};

/// How a host function takes its arguments.
#[derive(Copy, Clone, Debug)]
pub enum HostForm {
    /// An `extern "C" fn(*mut VMHostContext, parameters…) -> result`, for signatures that are direct.
    ///
    /// Parameters are `u32`/`u64` (or signed), `f32`, `f64`; references are as in `weft_abi::value`.
    Direct(*const u8),
    /// Takes any signature from an [`ExitFrame`]: see [`read_args`] and [`write_results`].
    Full(FullHostFunction),
}

/// A host function that is to be made.
#[derive(Clone)]
pub struct HostFuncSpec {
    /// Its type is the first of these.
    pub types: Arc<RegisteredTypes>,
    /// Its code.
    pub form: HostForm,
    /// What [`host_data`] gives to the code.
    pub data: Arc<dyn Any + Send + Sync>,
}

// SAFETY: the form is a pointer to code.
unsafe impl Send for HostFuncSpec {}
// SAFETY: as above.
unsafe impl Sync for HostFuncSpec {}

impl std::fmt::Debug for HostFuncSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HostFuncSpec({:?})", self.form)
    }
}

/// A context for a host function and the reference that goes with it.
#[repr(C)]
pub(crate) struct BoundHost {
    context: UnsafeCell<VMHostContext>,
    func_ref: UnsafeCell<VMFuncRef>,
}

/// A host function of a store.
pub struct HostFuncEntity {
    /// As seen by nobody in particular: for calls from the host, tables of the host's and the like.
    own: BoundHost,
    data: *const (),
    entry: Arc<TypeEntry>,
    spec: HostFuncSpec,
    /// Tells what its closure refers to.
    traced: RefCell<Option<Traced>>,
}

impl BoundHost {
    fn vacant() -> Self {
        Self {
            context: UnsafeCell::new(VMHostContext {
                magic: VMHOSTCONTEXT_MAGIC,
                store: null_mut(),
                function: std::ptr::null(),
                stack_bytes: 0,
                importer: null_mut(),
                data: null_mut(),
            }),
            func_ref: UnsafeCell::new(VMFuncRef {
                code: std::ptr::null(),
                vmctx: null_mut(),
                ty: TypeId(0),
                func: u32::MAX,
                canonical: std::ptr::null(),
            }),
        }
    }

    pub(crate) fn func_ref(&self) -> NonNull<VMFuncRef> {
        // SAFETY: the address of a field.
        unsafe { NonNull::new_unchecked(self.func_ref.get()) }
    }

    /// Room for `count` bindings at addresses that stay.
    pub(crate) fn array(count: usize) -> Box<[Self]> {
        (0..count).map(|_| Self::vacant()).collect()
    }

    /// Fills it in for `host` as imported by `importer`.
    ///
    /// # Safety
    /// `host` is an occupied slot of `store`'s and `self` stays where it is.
    pub(crate) unsafe fn bind(
        &self,
        store: &StoreInner,
        host: NonNull<Slot<HostFuncEntity>>,
        importer: *mut VMContext,
    ) {
        // SAFETY: the caller's; nobody uses `self` yet.
        unsafe {
            let entity = host.as_ref().get();
            let (code, function) = match entity.spec.form {
                HostForm::Direct(function) => (stubs::exit_direct(), function),
                HostForm::Full(function) => (stubs::exit_full(), function as *const u8),
            };
            *self.context.get() = VMHostContext {
                magic: VMHOSTCONTEXT_MAGIC,
                store: store.context(),
                function,
                stack_bytes: u64::from(entity.signature().stack_bytes),
                importer,
                data: host.as_ptr().cast(),
            };
            *self.func_ref.get() = VMFuncRef {
                code,
                vmctx: self.context.get().cast(),
                ty: entity.ty(),
                func: u32::MAX,
                canonical: entity.own.func_ref.get(),
            };
        }
    }
}

impl HostFuncEntity {
    /// Its canonical type.
    pub fn ty(&self) -> TypeId {
        self.spec.types.ids()[TypeIndex(0)]
    }

    /// Where its arguments are.
    pub fn signature(&self) -> &Signature {
        match &self.entry.signature {
            Some(signature) => signature,
            None => unreachable!("checked when the host function was made"),
        }
    }

    /// The function type.
    pub fn func_type(&self) -> &crate::types::FuncType {
        match self.entry.func() {
            Some(func) => func,
            None => unreachable!("checked when the host function was made"),
        }
    }

    /// Its reference as seen by nobody in particular.
    pub(crate) fn own_ref(&self) -> NonNull<VMFuncRef> {
        self.own.func_ref()
    }

    /// The addresses that its own context and reference have.
    pub(crate) fn addresses(&self) -> Range<usize> {
        let own = &raw const self.own;
        own as usize..own.wrapping_add(1) as usize
    }

    pub(crate) fn traced(&self) -> Option<Traced> {
        self.traced.borrow().clone()
    }

    pub(crate) fn set_traced(&self, traced: Traced) {
        self.traced.replace(Some(traced));
    }

    /// What it was made with.
    pub fn data(&self) -> &Arc<dyn Any + Send + Sync> {
        &self.spec.data
    }
}

impl StoreInner {
    /// Makes a host function. The handle does not keep it.
    ///
    /// # Errors
    /// When its type belongs to another engine, is not a function type, or is not direct although the form is.
    ///
    /// # Safety
    /// The form's code fits the type and, for its data, [`HostFuncSpec::data`].
    pub unsafe fn new_host_func(&self, spec: HostFuncSpec) -> Result<Func, Misuse> {
        if !Arc::ptr_eq(spec.types.registry(), self.engine().types()) {
            return Err(Misuse::WrongEngine);
        }
        let entry = spec
            .types
            .ids()
            .get(TypeIndex(0))
            .and_then(|&id| self.engine().types().get(id));
        let entry = entry
            .filter(|entry| entry.signature.is_some())
            .ok_or_else(|| Misuse::Type("a host function needs a function type".to_string()))?;
        let direct = entry.signature.as_ref().is_some_and(Signature::is_direct);
        if matches!(spec.form, HostForm::Direct(_)) && !direct {
            return Err(Misuse::Type("the signature is not direct".to_string()));
        }
        let slot = self.host_funcs.insert(HostFuncEntity {
            own: BoundHost::vacant(),
            data: Arc::as_ptr(&spec.data).cast(),
            entry,
            spec,
            traced: RefCell::default(),
        });
        // SAFETY: just inserted; entities do not move.
        unsafe {
            let entity = slot.as_ref().get();
            entity.own.bind(self, slot, null_mut());
            Ok(Func::weak_from_ref(self, entity.own.func_ref()))
        }
    }
}

/// What the running host function was made with.
///
/// # Safety
/// `context` is what the host function was called with, and its data is an `F`.
#[inline]
pub unsafe fn host_data<'a, F>(context: *mut VMHostContext) -> &'a F {
    // SAFETY: the caller's; the function's slot is occupied while it runs.
    unsafe {
        let slot = (*context).data.cast::<Slot<HostFuncEntity>>();
        &*(*slot).get().data.cast::<F>()
    }
}

/// The entity of the running host function.
///
/// # Safety
/// `context` is what the host function was called with.
#[inline]
pub unsafe fn host_entity<'a>(context: *mut VMHostContext) -> &'a HostFuncEntity {
    // SAFETY: as above.
    unsafe { (*(*context).data.cast::<Slot<HostFuncEntity>>()).get() }
}

/// Reads the arguments of a [`HostForm::Full`] function.
///
/// # Safety
/// `frame` is what the function was called with, not yet written to, and `signature` its type's.
pub unsafe fn read_args(frame: *const ExitFrame, signature: &Signature, slots: &mut [RawVal]) {
    // SAFETY: the caller's.
    let frame = unsafe { &*frame };
    for (&(repr, location), slot) in signature.params.iter().zip(slots) {
        let bits = match location {
            Location::Int(number) => u128::from(frame.ints[number as usize]),
            Location::Float(number) => frame.floats[number as usize],
            // SAFETY: stack arguments are where the signature says, aligned to their size.
            Location::Stack(offset) => unsafe {
                let place = frame.stack.add(offset as usize);
                match repr {
                    Repr::V128 => place.cast::<u128>().read(),
                    _ => u128::from(place.cast::<u64>().read()),
                }
            },
        };
        *slot = normalize(repr, bits);
    }
}

/// Where results go when they are not in registers.
///
/// # Safety
/// As for [`read_args`]; results have not been written.
unsafe fn results_pointer(frame: *const ExitFrame, signature: &Signature) -> *mut RawVal {
    match signature.results_in_memory {
        // SAFETY: the caller's.
        true => unsafe { (*frame).ints[1] as *mut RawVal },
        false => null_mut(),
    }
}

/// Writes the results of a [`HostForm::Full`] function.
///
/// # Safety
/// `frame` is what the function was called with, with the arguments still in it, and `signature` its type's.
pub unsafe fn write_results(frame: *mut ExitFrame, signature: &Signature, slots: &[RawVal]) {
    // SAFETY: the caller's.
    let memory = unsafe { results_pointer(frame, signature) };
    // SAFETY: the caller's.
    let frame = unsafe { &mut *frame };
    for (index, (&(repr, location), value)) in signature.results.iter().zip(slots).enumerate() {
        let value = normalize(repr, value.0);
        match location {
            // SAFETY: the caller of the function gives a slot for each result.
            _ if signature.results_in_memory => unsafe { memory.add(index).write(value) },
            Location::Int(number) => frame.ints[number as usize] = value.to_u64(),
            Location::Float(number) => frame.floats[number as usize] = value.0,
            Location::Stack(_) => unreachable!("results are in registers or all in memory"),
        }
    }
}
