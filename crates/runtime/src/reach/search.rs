//! [`Reach`]: a search for what the host's own collector must know of.
//!
//! Such a host has values in a store and the store in its values, and finds circles through both only when it can ask which of its
//! values a handle leads to. The search moves nothing, and one goes on from several starting points.

use std::collections::HashSet;
use std::ptr::NonNull;

use super::Item;
use super::edges::{Edge, Found, Node};
use super::suspended::Owners;
use crate::gc::{Walk, WeakRoot, is_object, visit_suspended};
use crate::host_ref::{HostValue, is_host_ref};
use crate::slab::SlotHeader;
use crate::store::StoreInner;
use crate::trap::Suspended;

/// Something of the host's that a search has met.
pub enum Met {
    /// A value of the host, or what a function of the host is [traced](StoreInner::set_traced) by.
    Value(HostValue),
    /// An object that the host has weak references to.
    Object(WeakRoot),
}

/// A search under way: what it has met it does not meet again.
///
/// Nothing may run in the store and nothing in it may change or move until the search is over.
pub struct Reach {
    seen: Seen,
    walk: Walk,
    /// Made for the first suspended call.
    owners: Option<Owners>,
}

/// What has been met.
#[derive(Default)]
struct Seen {
    nodes: HashSet<NonNull<SlotHeader>>,
    /// Objects and values of the host, by their references.
    references: HashSet<u32>,
    /// What of it has not been visited.
    work: Vec<Work>,
}

/// Something whose own references are to be visited.
enum Work {
    Node(Node),
    Reference(u32),
}

impl Reach {
    /// A search that has met nothing.
    pub fn new(store: &StoreInner) -> Self {
        Self {
            seen: Seen::default(),
            walk: Walk::new(store),
            owners: None,
        }
    }

    /// Goes on from an entity. Nothing is met from one that is gone or of another store.
    pub fn item(&mut self, store: &StoreInner, item: Item, met: &mut dyn FnMut(Met)) {
        if let Ok(node) = Node::of(item, store) {
            self.seen.follow(Edge::Found(Found::Node(node)));
            self.settle(store, met);
        }
    }

    /// Goes on from a reference.
    ///
    /// # Safety
    /// `reference` is one of this store's, of the present.
    pub unsafe fn reference(
        &mut self,
        store: &StoreInner,
        mut reference: u32,
        met: &mut dyn FnMut(Met),
    ) {
        self.seen.follow(Edge::Object(&mut reference));
        self.settle(store, met);
    }

    /// Goes on from a suspended call.
    ///
    /// # Safety
    /// It is one of this store's.
    pub unsafe fn call(&mut self, store: &StoreInner, call: &Suspended, met: &mut dyn FnMut(Met)) {
        let Some(place) = call.place() else {
            return;
        };
        let owners = self.owners.get_or_insert_with(|| Owners::new(store));
        let seen = &mut self.seen;
        owners.visit(place, &mut |node| {
            seen.follow(Edge::Found(Found::Node(node)))
        });
        // SAFETY: the caller's.
        unsafe { visit_suspended(place, &mut |reference| seen.follow(Edge::Object(reference))) };
        self.settle(store, met);
    }

    /// Visits all that can be reached from what has been met.
    fn settle(&mut self, store: &StoreInner, met: &mut dyn FnMut(Met)) {
        while let Some(work) = self.seen.work.pop() {
            let seen = &mut self.seen;
            let mut follow = |edge: Edge<'_>| seen.follow(edge);
            match work {
                Work::Node(node) => {
                    node.traced().into_iter().for_each(&mut *met);
                    node.for_each_edge(store, &mut follow);
                }
                Work::Reference(value) if is_host_ref(value) => {
                    let found = store.host_ref(value).map(Met::Value);
                    found.into_iter().for_each(&mut *met);
                    store.trace_host_ref(value, &mut follow);
                }
                // SAFETY: whatever a search meets is a reference of the present, since nothing moves meanwhile.
                Work::Reference(object) => unsafe {
                    let found = store.find_weak(object).map(Met::Object);
                    found.into_iter().for_each(&mut *met);
                    self.walk.visit(store, object, &mut follow);
                },
            }
        }
    }
}

impl Seen {
    fn follow(&mut self, edge: Edge<'_>) {
        match edge {
            Edge::Object(&mut reference) => {
                let names_any = is_object(reference) || is_host_ref(reference);
                if names_any && self.references.insert(reference) {
                    self.work.push(Work::Reference(reference));
                }
            }
            Edge::Found(found) => {
                let node = match found {
                    // SAFETY: functions that can be reached are alive.
                    Found::Func(func) => unsafe { Node::owner_of(func) },
                    Found::Node(node) => node,
                };
                if self.nodes.insert(NonNull::from(node.header())) {
                    self.work.push(Work::Node(node));
                }
            }
        }
    }
}

impl Node {
    /// What a function of the host is traced by.
    fn traced(self) -> Option<Met> {
        match self {
            // SAFETY: nodes are alive.
            Self::HostFunc(slot) => unsafe { slot.as_ref().get() }
                .traced()
                .map(|it| Met::Value(it.value)),
            _ => None,
        }
    }
}
