//! What suspended calls refer to.
//!
//! Stack maps name the objects in their frames. They do not name instances and functions, since to keep those where a map could name
//! them would cost something in every function, and what is collected here is seldom looked for. So whatever may be meant stays:
//!
//! * the instances that a frame may run in: all of its module that were there when the call was suspended. Only a frame's own instance is
//!   ever used through addresses other than its own, such as that of a memory;
//! * what any word of the stack is an address in. References to functions never change, so there is no other way to keep one;
//! * the host function that suspended the call.

use std::collections::HashMap;
use std::ops::Range;

use super::edges::{Node, SlotOf};
use crate::code::Code;
use crate::func::{Context, context_of};
use crate::instance::InstanceEntity;
use crate::store::StoreInner;
use crate::trap::{SuspendedPlace, for_each_suspended_frame};

/// Where in the store addresses and code lead to, as long as nothing is made in it.
pub(super) struct Owners {
    /// Who owns which addresses, by ascending address.
    ranges: Vec<(Range<usize>, Node)>,
    modules: HashMap<*const Code, InstancesOf>,
}

/// The instances of a module that have not been visited, the youngest first.
type InstancesOf = Vec<(u64, SlotOf<InstanceEntity>)>;

impl Owners {
    pub(super) fn new(store: &StoreInner) -> Self {
        let mut ranges = Vec::new();
        let mut modules: HashMap<_, InstancesOf> = HashMap::new();
        store.instances.for_each_slot(|slot, instance| {
            let addresses = instance.addresses().into_iter();
            ranges.extend(addresses.map(|range| (range, Node::Instance(slot))));
            let module = modules.entry(&raw const **instance.code()).or_default();
            module.push((instance.number(), slot));
        });
        store.host_funcs.for_each_slot(|slot, func| {
            ranges.push((func.addresses(), Node::HostFunc(slot)));
        });
        ranges.sort_unstable_by_key(|(range, _)| range.start);
        for instances in modules.values_mut() {
            instances.sort_unstable_by_key(|&(number, _)| std::cmp::Reverse(number));
        }
        Self { ranges, modules }
    }

    /// Visits what a call may refer to besides objects, unless an earlier call has been found to.
    pub(super) fn visit(&mut self, place: &SuspendedPlace, found: &mut dyn FnMut(Node)) {
        visit_host(place, found);
        // SAFETY: whatever has frames on the stack has been kept since, and its code with it.
        unsafe {
            for_each_suspended_frame(place, &mut |frame, _| {
                self.visit_module(frame.meta.module.cast(), place.instances, found);
            });
        }
        for address in (place.sp..place.high).step_by(size_of::<usize>()) {
            // SAFETY: a word of the call's stack, which is mapped as long as the place is known, and which nobody runs on.
            self.visit_address(unsafe { (address as *const usize).read() }, found);
        }
    }

    /// Visits the instances of a module that are among the first `count` of the store.
    fn visit_module(&mut self, module: *const Code, count: u64, found: &mut dyn FnMut(Node)) {
        if let Some(instances) = self.modules.get_mut(&module) {
            let younger = instances.partition_point(|&(number, _)| number >= count);
            for (_, slot) in instances.drain(younger..) {
                found(Node::Instance(slot));
            }
        }
    }

    /// Visits whoever owns `address`.
    fn visit_address(&self, address: usize, found: &mut dyn FnMut(Node)) {
        let after = self
            .ranges
            .partition_point(|(range, _)| range.start <= address);
        let before = after.checked_sub(1).map(|index| &self.ranges[index]);
        if let Some((range, node)) = before
            && range.contains(&address)
        {
            found(*node);
        }
    }
}

/// Visits the host function that has suspended a call, and the instance that it was called by.
fn visit_host(place: &SuspendedPlace, found: &mut dyn FnMut(Node)) {
    // SAFETY: it has been kept since it suspended the call.
    if let Context::Host(slot, importer) = unsafe { context_of(place.host as *mut _) } {
        found(Node::HostFunc(slot));
        if !importer.is_null() {
            // SAFETY: as above.
            found(Node::Instance(unsafe { InstanceEntity::slot_of(importer) }));
        }
    }
}
