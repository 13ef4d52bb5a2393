//! Rejections that nobody handles: as long as there is one when all jobs have run, it ends the program.

use crate::agent::Agent;
use crate::quickjs::{RejectionTracker, Value};

/// Notes rejections with the agent.
pub(crate) struct Rejections;

impl RejectionTracker for Rejections {
    fn track(&self, promise: &Value<'_>, handled: bool) {
        let context = promise.context();
        let mut rejected = Agent::of(context).rejected.borrow_mut();
        if !handled {
            rejected.push(promise.clone().hold());
            return;
        }
        let place = rejected
            .iter()
            .position(|known| known.get(context).is_same(promise));
        let removed = place.map(|place| rejected.remove(place));
        // Its end may come back here.
        drop(rejected);
        drop(removed);
    }
}
