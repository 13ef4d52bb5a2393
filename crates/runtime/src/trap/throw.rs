//! Throwing: from where wasm was left to the handler.
//!
//! A host function or libcall throws: the frames of its activation are searched, innermost first, through the call
//! sites of the functions they are of. A match leaves the handler's place in the store's context and
//! [`pending::RESUME`] set, and the exit stub goes there instead of returning. Of the frames in between the only thing that matters is
//! which registers they saved for their callers: the handler finds those as they were during the call, as if it had returned.
//!
//! An exception that nobody in the activation takes ends it, like a trap, with [`EXCEPTION`].

use std::sync::atomic::Ordering;

use weft_abi::layout::{StoreContext, pending};
use weft_abi::{CallSite, Handler, SavedRegisters};

use super::leave;
use crate::code_memory;
use crate::stubs::EXCEPTION;

/// An exception under way.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Thrown {
    /// The reference to it: what handlers get.
    pub exception: u64,
    /// The id of its tag in the store.
    pub tag: u64,
}

/// Where the preserved registers of a frame are, in the order of [`SavedRegisters`].
type Registers = [*const u64; SavedRegisters::COUNT];

/// A handler in a frame.
struct Place {
    pc: usize,
    sp: usize,
    fp: usize,
    registers: Registers,
}

/// Makes the host function or libcall that is running throw when it returns.
///
/// # Safety
/// `ctx` is live, belongs to this thread, and is running a host function, which returns without anything else happening
/// to the store.
pub unsafe fn throw(ctx: *mut StoreContext, thrown: Thrown) {
    // SAFETY: the caller's. An exit frame starts with its frame pointer.
    unsafe {
        let fp = ((*ctx).wasm_sp as *const usize).read();
        throw_from(ctx, fp, thrown);
    }
}

/// The same where wasm was left in the frame at `fp`.
///
/// # Safety
/// As for [`throw`]; `fp` begins a chain of frames that ends at an entry stub.
pub(super) unsafe fn throw_from(ctx: *mut StoreContext, fp: usize, thrown: Thrown) {
    // SAFETY: the caller's; other threads only touch `pending`.
    unsafe {
        (*ctx).exception = thrown.exception;
        let left = &raw const (*ctx).left_registers;
        let left = std::array::from_fn(|number| left.cast::<u64>().add(number));
        match find(fp, left, thrown.tag) {
            Some(place) => {
                (*ctx).handler_pc = place.pc;
                (*ctx).handler_sp = place.sp;
                (*ctx).handler_fp = place.fp;
                (*ctx).handler_registers = place.registers;
                (*ctx).pending.fetch_or(pending::RESUME, Ordering::Relaxed);
            }
            None => leave(ctx, EXCEPTION),
        }
    }
}

/// The innermost handler for exceptions of `tag` in the callers of the frame at `fp`, which have their preserved registers at
/// `registers` as far as none of them saved them for another.
///
/// # Safety
/// As for [`throw_from`].
unsafe fn find(mut fp: usize, mut registers: Registers, tag: u64) -> Option<Place> {
    loop {
        // SAFETY: a frame starts with the caller's frame pointer and the return address.
        let [caller, back] = unsafe { (fp as *const [usize; 2]).read() };
        // SAFETY: code on the stack is live. What is not a function's is the entry stub's.
        let meta = unsafe { code_memory::lookup(back - 1) }?;
        if let Some((site, handlers)) = meta.call_site(back) {
            let sp = caller - site.frame_size as usize;
            // SAFETY: the stack pointer of the call, in a function that was compiled with this table.
            let takes = |handler: &&Handler| unsafe { takes(handler, site, sp, tag) };
            if let Some(handler) = handlers.iter().find(takes) {
                return Some(Place {
                    pc: meta.start + handler.offset as usize,
                    sp,
                    fp: caller,
                    registers,
                });
            }
        }
        for (number, below) in meta.saved.places() {
            registers[number] = std::ptr::with_exposed_provenance(caller - below);
        }
        fp = caller;
    }
}

/// Whether `handler` takes exceptions of `tag`.
///
/// # Safety
/// `sp` is the stack pointer of a frame that is in the call `site`, of which the handler is.
unsafe fn takes(handler: &Handler, site: &CallSite, sp: usize, tag: u64) -> bool {
    if handler.tag == Handler::ANY {
        return true;
    }
    // SAFETY: the caller's: the frame holds its vmctx there, and that the ids of its module's tags.
    unsafe {
        let vmctx = ((sp + site.vmctx as usize) as *const *const u8).read();
        vmctx.add(handler.tag as usize).cast::<u64>().read() == tag
    }
}

#[cfg(test)]
pub(super) mod tests;
