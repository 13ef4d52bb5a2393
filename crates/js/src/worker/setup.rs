//! [`Setup`]: what all agents of a program have in common.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use weft::{Engine, ResourceLimiter};

use super::broadcast::Channels;
use crate::access::Access;
use crate::mailbox::Group;
use crate::quickjs::HeapBudget;
use crate::shell::Output;

/// What all agents of a program have in common.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) engine: Engine,
    pub(crate) output: Output,
    /// What scripts may use of the machine.
    pub(crate) access: Access,
    /// Makes what the store of a new agent asks.
    pub(crate) limiter: Option<Arc<dyn Fn() -> Box<dyn ResourceLimiter> + Send + Sync>>,
    /// What all heaps of JavaScript may take, if they are bounded.
    pub(crate) heap: Option<Arc<HeapBudget>>,
    pub(crate) group: Arc<Group>,
    pub(crate) channels: Arc<Channels>,
    numbers: Arc<AtomicU64>,
}

impl Setup {
    pub(crate) fn new(engine: &Engine, output: Output, access: Access) -> Self {
        Self {
            engine: engine.clone(),
            output,
            access,
            limiter: None,
            heap: None,
            group: Arc::default(),
            channels: Arc::default(),
            numbers: Arc::default(),
        }
    }

    /// A number that nothing else in the program has from here.
    pub(crate) fn new_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }
}
