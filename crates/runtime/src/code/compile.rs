//! Compiling functions: one when it is first called, or all in parallel.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use rayon::prelude::*;
use weft_abi::layout::VMContext;
use weft_abi::{CompileError, CompiledFunction};
use weft_module::{DefinedFuncIndex, EntityIndex};

use super::link::Placed;
use super::{COMPILED, Code, lock};
use crate::code_memory::CodeMemoryError;
use crate::instance::InstanceEntity;
use crate::store::PendingFailure;

const IDLE: u8 = 0;
const BUSY: u8 = 1;

/// Which functions someone is compiling, so that nobody else does.
pub(super) struct States(Box<[AtomicU8]>);

/// The right to compile one function.
struct Claim<'a> {
    state: &'a AtomicU8,
}

impl States {
    pub(super) fn new(count: usize) -> Self {
        Self((0..count).map(|_| AtomicU8::new(IDLE)).collect())
    }

    fn claim(&self, func: DefinedFuncIndex) -> Option<Claim<'_>> {
        let state = &self.0[func.index()];
        let claimed = state.compare_exchange(IDLE, BUSY, Ordering::AcqRel, Ordering::Acquire);
        claimed.ok().map(|_| Claim { state })
    }

    /// Waits until nobody compiles `func`.
    fn wait(&self, func: DefinedFuncIndex) {
        let (mutex, condvar) = &COMPILED;
        let mut guard = lock(mutex);
        while self.0[func.index()].load(Ordering::Acquire) == BUSY {
            guard = condvar
                .wait(guard)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let (mutex, condvar) = &COMPILED;
        let _guard = lock(mutex);
        self.state.store(IDLE, Ordering::Release);
        condvar.notify_all();
    }
}

impl Code {
    /// The code of a function, which is compiled now if it is not there yet.
    ///
    /// Another thread may be doing the same: one compiles and the other waits.
    ///
    /// # Errors
    /// When the compiler cannot do it, or code memory is used up.
    pub fn compile(self: &Arc<Self>, func: DefinedFuncIndex) -> Result<*const u8, CompileError> {
        loop {
            if let Some(code) = self.plt.compiled(func.index()) {
                return Ok(code);
            }
            let Some(_claim) = self.states.claim(func) else {
                if !self.help_instead_of(func) {
                    self.states.wait(func);
                }
                continue;
            };
            // It may have been published between the look and the claim.
            if self.plt.compiled(func.index()).is_none() {
                self.compile_claimed(func)?;
            }
        }
    }

    /// Compiles a function unless somebody has done so or is doing it. An error is found again by whoever calls it.
    pub(super) fn compile_if_idle(self: &Arc<Self>, func: DefinedFuncIndex) {
        let claim = self.states.claim(func);
        if claim.is_some() && self.plt.compiled(func.index()).is_none() {
            let _ = self.compile_claimed(func);
        }
    }

    fn compile_claimed(self: &Arc<Self>, func: DefinedFuncIndex) -> Result<(), CompileError> {
        let placed = self.produce(func)?;
        let published = self.publish(vec![placed]);
        published.map_err(|error| self.no_memory(func, &error))
    }

    /// Takes the function from the artifact or compiles it.
    fn produce(self: &Arc<Self>, func: DefinedFuncIndex) -> Result<Placed, CompileError> {
        if let Some(placed) = self.take_stored(func) {
            return placed.map_err(|error| self.no_memory(func, &error));
        }
        let compiled = self.run_compiler(func)?;
        self.place(func, &compiled)
            .map_err(|error| self.no_memory(func, &error))
    }

    fn run_compiler(&self, func: DefinedFuncIndex) -> Result<CompiledFunction, CompileError> {
        let compile = || {
            self.engine
                .compiler()
                .compile(&self.info, &self.bytes, func)
        };
        // A compiler's bug must not unwind into compiled code.
        let caught = catch_unwind(AssertUnwindSafe(|| with_room_on_the_stack(compile)));
        caught.unwrap_or_else(|payload| {
            let message = panic_message(&*payload);
            Err(self.failed(func, format!("the compiler panicked: {message}")))
        })
    }

    fn no_memory(&self, func: DefinedFuncIndex, error: &CodeMemoryError) -> CompileError {
        self.failed(func, error.to_string())
    }

    fn failed(&self, func: DefinedFuncIndex, message: String) -> CompileError {
        CompileError {
            func: self.info.func_index(func),
            message,
        }
    }

    /// Compiles all functions that are not there yet, on all threads of the pool, and connects them directly. Every thread
    /// calls `done` for each function that it is done with.
    ///
    /// # Errors
    /// When one of them cannot be compiled or code memory is used up; none of this batch is there then.
    pub fn compile_all(self: &Arc<Self>, done: impl Fn() + Sync) -> Result<(), CompileError> {
        let all = (0..self.functions.len())
            .into_par_iter()
            .map(DefinedFuncIndex::new);
        let produced: Result<Vec<_>, CompileError> = all
            .filter_map(|func| {
                // Whoever has it will publish it.
                let claim = self.states.claim(func)?;
                if self.plt.compiled(func.index()).is_some() {
                    return None;
                }
                let produced = self.produce(func);
                done();
                Some(produced.map(|placed| (placed, claim)))
            })
            .collect();
        let (placed, claims): (Vec<_>, Vec<_>) = produced?.into_iter().unzip();
        if placed.is_empty() {
            return Ok(());
        }
        let published = self.publish(placed);
        drop(claims);
        published.map_err(|error| self.no_memory(DefinedFuncIndex(0), &error))
    }
}

/// What must be left of the stack for a compiler: more than is left below the deepest host function.
const COMPILER_STACK: usize = 1 << 20;

/// Runs `compile`, on another thread if little is left of this one's stack.
fn with_room_on_the_stack<R: Send>(compile: impl FnOnce() -> R + Send) -> R {
    if crate::stacks::remaining_host_stack().is_none_or(|left| left >= COMPILER_STACK) {
        return compile();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(4 * COMPILER_STACK);
        let thread = thread
            .spawn_scoped(scope, compile)
            .expect("a thread with room to compile");
        thread
            .join()
            .unwrap_or_else(|payload| resume_unwind(payload))
    })
}

fn panic_message(payload: &(dyn std::any::Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// Called by the lazy stub: compiles the function and gives its code, or null with a failure pending.
///
/// # Safety
/// `vmctx` is of the instance whose function `func` is being called on this thread.
pub(crate) unsafe extern "C" fn compile_lazily(vmctx: *mut VMContext, func: u32) -> *const u8 {
    // SAFETY: the caller's.
    let instance = unsafe { InstanceEntity::of(vmctx) };
    let func = DefinedFuncIndex(func);
    instance.code().look_ahead_of(func);
    match instance.code().compile(func) {
        Ok(code) => {
            instance.repair_func_ref(func);
            code
        }
        Err(error) => {
            instance.store().fail(PendingFailure::Compile(error));
            std::ptr::null()
        }
    }
}
