//! Which functions a program may call next, and how much it is worth to have them compiled by then.
//!
//! Calls in bodies say what a function can lead to; that a path is taken is less likely the more calls it is long. What
//! is large is worth starting early: nothing else can be done about the wait for it once it is called.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use weft_module::{DefinedFuncIndex, ElementItems, Entity};

use crate::code::{Code, lock};

/// How many bodies are read at most to find what the first function of a module leads to, and each later one.
const MOST_FROM_FIRST: usize = 1024;
const MOST_FROM_LATER: usize = 128;
/// How many functions of tables are looked at, and how many calls away they are taken to be.
const MOST_IN_TABLES: usize = 48;
const TABLES: u32 = 4;

/// What ranks are counted in: a function of twice the size is worth this much more.
const DOUBLE_SIZE: f32 = 48.0;
/// What a function is worth less for each call that it is away.
const CALL: i64 = 24;
/// What it is worth more when it was found later: the program has come nearer to it.
const TURN: i64 = 4;

/// Where to look from.
#[derive(Copy, Clone)]
pub(super) enum Start {
    /// What can be called from outside. Nothing is yet: what is found is known sooner, and not compiled.
    Exports,
    /// The first function of its module that is called, so that all the program may be before it.
    First(DefinedFuncIndex),
    /// A function that is called after others.
    Later(DefinedFuncIndex),
}

/// A function that is not compiled yet, and how many calls away it is.
pub(super) struct Reached {
    pub(super) func: DefinedFuncIndex,
    distance: u32,
}

impl Reached {
    /// What it is worth to have the function, of `size` bytes, found at `turn`.
    pub(super) fn rank(&self, size: u32, turn: u64) -> i64 {
        let size = (f32::log2(size as f32) * DOUBLE_SIZE) as i64;
        size - CALL * i64::from(self.distance) + TURN * turn as i64
    }
}

/// The direct calls of a module's functions, as far as they have been looked at.
#[derive(Default)]
pub(in crate::code) struct CallGraph {
    callees: Mutex<HashMap<DefinedFuncIndex, Arc<[DefinedFuncIndex]>>>,
}

impl CallGraph {
    fn callees(&self, code: &Code, func: DefinedFuncIndex) -> Arc<[DefinedFuncIndex]> {
        if let Some(callees) = lock(&self.callees).get(&func) {
            return callees.clone();
        }
        let callees = code.info.direct_callees(&code.bytes, func);
        let callees = callees.into_iter();
        let callees: Arc<[_]> = callees
            .filter_map(|func| code.info.defined_func(func))
            .collect();
        lock(&self.callees).insert(func, callees.clone());
        callees
    }
}

impl Code {
    /// What direct calls lead to and is not compiled, nearest first.
    pub(super) fn reached_from(&self, start: Start) -> Vec<Reached> {
        let most = match start {
            Start::Exports | Start::First(_) => MOST_FROM_FIRST,
            Start::Later(_) => MOST_FROM_LATER,
        };
        let calls = self.calls.get_or_init(CallGraph::default);
        let mut frontier: BinaryHeap<_> = self.starts(start).map(Reverse).collect();
        let mut seen = HashSet::new();
        let mut reached = Vec::new();
        while let Some(Reverse((distance, func))) = frontier.pop() {
            if !seen.insert(func) {
                continue;
            }
            if seen.len() > most {
                break;
            }
            // What is called is compiled by its caller.
            if distance > 0 && self.function(func).is_none() {
                reached.push(Reached { func, distance });
            }
            let callees = calls.callees(self, func);
            let new = callees.iter().filter(|callee| !seen.contains(callee));
            frontier.extend(new.map(|&callee| Reverse((distance + 1, callee))));
        }
        reached
    }

    fn starts(&self, start: Start) -> Box<dyn Iterator<Item = (u32, DefinedFuncIndex)> + '_> {
        let in_tables = self.functions_in_tables().map(|func| (TABLES, func));
        match start {
            Start::Exports => Box::new(
                self.exported_functions()
                    .map(|func| (0, func))
                    .chain(in_tables),
            ),
            Start::First(func) => Box::new(std::iter::once((0, func)).chain(in_tables)),
            Start::Later(func) => Box::new(std::iter::once((0, func))),
        }
    }

    fn exported_functions(&self) -> impl Iterator<Item = DefinedFuncIndex> {
        let exports = self.info.exports.iter();
        exports.filter_map(|export| match export.entity {
            Entity::Func(func) => self.info.defined_func(func),
            _ => None,
        })
    }

    /// The first functions of the element segments: no call shows where those lead.
    fn functions_in_tables(&self) -> impl Iterator<Item = DefinedFuncIndex> {
        let segments = self.info.elements.iter();
        let functions = segments.filter_map(|(_, segment)| match &segment.items {
            ElementItems::Functions(functions) => Some(functions.iter()),
            ElementItems::Expressions(_) => None,
        });
        functions
            .flatten()
            .filter_map(|&func| self.info.defined_func(func))
            .take(MOST_IN_TABLES)
    }
}
