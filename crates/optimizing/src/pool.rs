//! Scratch space for compilations, kept between functions.
//!
//! Cranelift's tables are large and cost more to allocate than to clear. Every thread that compiles
//! takes one set out of the pool and puts it back; a set that grew with a huge function is dropped instead,
//! so that a burst of compilation does not hold memory for ever.

use std::sync::{Mutex, PoisonError};

use cranelift_codegen::Context;
use cranelift_frontend::FunctionBuilderContext;

/// Values of a function beyond which its scratch space is not kept.
const KEPT_VALUES: usize = 100_000;
/// Sets that are kept at most: threads that compile at the same time.
const KEPT_SETS: usize = 64;

/// What compiling one function needs.
pub(crate) struct Scratch {
    pub(crate) context: Context,
    pub(crate) frontend: FunctionBuilderContext,
}

impl Scratch {
    fn new() -> Box<Self> {
        Box::new(Self {
            context: Context::new(),
            frontend: FunctionBuilderContext::new(),
        })
    }
}

/// Scratch spaces that no thread uses at present.
#[derive(Default)]
pub(crate) struct Pool {
    idle: Mutex<Vec<Box<Scratch>>>,
}

impl Pool {
    /// Runs `work` with a scratch space. One that `work` failed with is not used again, as it
    /// may hold half a function.
    pub(crate) fn with<T, E>(
        &self,
        work: impl FnOnce(&mut Scratch) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut scratch = self.take();
        let result = work(&mut scratch)?;
        self.put(scratch);
        Ok(result)
    }

    fn take(&self) -> Box<Scratch> {
        let idle = self.lock().pop();
        idle.unwrap_or_else(Scratch::new)
    }

    fn put(&self, mut scratch: Box<Scratch>) {
        if scratch.context.func.dfg.num_values() > KEPT_VALUES {
            return;
        }
        scratch.context.clear();
        let mut idle = self.lock();
        if idle.len() < KEPT_SETS {
            idle.push(scratch);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Box<Scratch>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
