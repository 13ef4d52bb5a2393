//! Inlining: the body of a small function is translated in the place of a call.
//!
//! Producers for languages with objects leave small functions as they are, since only an engine knows what a call costs;
//! those of C, C++ and Rust have inlined what is worth it. So this is for modules that have objects, and for calls between handlers, which cost more than
//! themselves: with them go their ways to the handlers. A body is translated as the instructions of a block
//! whose end is the function's return, with locals of its own; whatever is known of the arguments is then known in it, and what it throws finds the
//! handlers around the call. What to inline is decided by the module's bytes alone, so that code does not depend on the order of compilation.
//!
//! Whoever looks at an instruction must see both functions. Each inlined body therefore has a range of *places* of its own, beyond the module's bytes,
//! and [`Inlined`] says what a place stands for.

use cranelift_codegen::ir::SourceLoc;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use wasmparser::{BranchHint, FunctionBody, Operator};
use weft_module::{CompositeType, FuncIndex};

use super::body::function_body;
use super::doomed::{doomed, is_fork};
use super::hints::read_hints;
use super::types::shapes;
use super::{FrameKind, FunctionTranslator, Translated};

/// Bytes of a body that is worth its code: anywhere if it is a leaf, else where calls cost most, which is in loops and between handlers. What is on ways
/// that are doomed is not counted.
const SMALL: u32 = 64;
/// Bytes of a body that is looked at, whatever is in it.
const MOST: u32 = 128;
/// How many calls deep.
const DEPTH: usize = 3;
/// Bytes that may be inlined into a function of any size, and into the largest. Between these it is as many as its own.
const BUDGET: (u32, u32) = (256, 4096);
/// Locals of a body, parameters included: they are all SSA values.
const LOCALS: usize = 32;

/// What inlining into one function has come to.
pub(crate) struct Inlining {
    /// The inlined functions that are being translated, outermost first: each with the frame that is its body.
    open: SmallVec<[(FuncIndex, usize); DEPTH]>,
    /// What is known of functions that were called.
    fitness: FxHashMap<FuncIndex, Fitness>,
    /// Whether the module has objects, once somebody asked.
    has_objects: Option<bool>,
    /// Bytes that may still be inlined.
    budget: u32,
    /// The first place that stands for nothing yet.
    next_place: u32,
    /// What was inlined so far.
    pub(super) done: Inlined,
}

impl Inlining {
    /// Nothing yet, into a body of `size` bytes of a module of `module` bytes.
    pub(super) fn new(size: u32, module: usize) -> Self {
        Self {
            open: SmallVec::new(),
            fitness: FxHashMap::default(),
            has_objects: None,
            budget: size.clamp(BUDGET.0, BUDGET.1),
            next_place: u32::try_from(module).unwrap_or(u32::MAX),
            done: Inlined::default(),
        }
    }

    /// The frame that is the innermost inlined body.
    pub(super) fn frame(&self) -> Option<usize> {
        self.open.last().map(|&(_, frame)| frame)
    }
}

/// How a body can be inlined.
#[derive(Copy, Clone)]
enum Fitness {
    /// Not at all.
    Unfit,
    /// As much code, from this many bytes.
    Fit(u32),
    /// As little code: it calls nothing, throws nothing and makes no objects.
    Leaf(u32),
}

/// Which instructions places beyond the module's bytes stand for.
#[derive(Clone, Default, Debug)]
pub(crate) struct Inlined {
    /// By ascending first place.
    bodies: Vec<InlinedBody>,
}

/// A body that was inlined.
#[derive(Copy, Clone, Debug)]
struct InlinedBody {
    /// The place of its first byte.
    first: u32,
    /// Where that is in the module.
    start: u32,
    /// The place of the call.
    call: u32,
}

impl Inlined {
    /// The offsets in the module that `place` stands for: of a call in the function itself, of one in what is inlined
    /// there, and so on to the instruction.
    pub(crate) fn offsets(&self, place: u32) -> SmallVec<[u32; 2]> {
        let mut place = place;
        let mut offsets = SmallVec::new();
        loop {
            let after = self.bodies.partition_point(|body| body.first <= place);
            let Some(body) = after.checked_sub(1).map(|index| self.bodies[index]) else {
                break;
            };
            offsets.push(place - body.first + body.start);
            place = body.call;
        }
        offsets.push(place);
        offsets.reverse();
        offsets
    }
}

/// What reading a body needs to know of it.
pub(crate) struct Reading {
    /// Where it begins in the module's bytes.
    pub(super) start: u32,
    /// The place of its first byte.
    pub(super) first: u32,
    /// Which branches are likely to be taken, by ascending offset in the body.
    pub(super) hints: Vec<BranchHint>,
}

impl Reading {
    /// The place of the instruction at `position` in the module.
    pub(super) fn place(&self, position: u32) -> SourceLoc {
        SourceLoc::new(position - self.start + self.first)
    }
}

impl<'a> FunctionTranslator<'a> {
    /// The body of `func`, which is called here, if it is to be inlined.
    pub(crate) fn inlinable(&mut self, func: FuncIndex) -> Translated<Option<FunctionBody<'a>>> {
        let Some(defined) = self.module.defined_func(func) else {
            return Ok(None);
        };
        let range = self.module.bodies[defined].clone();
        let size = range.end - range.start;
        if self.is_rare || !self.has_room(func, size) {
            return Ok(None);
        }
        let body = function_body(self.bytes, range)?;
        let fitness = match self.inlining.fitness.get(&func) {
            Some(&known) => known,
            None => {
                let params = self.module.type_of_func(func).params.len();
                fitness(&body, params)?
            }
        };
        self.inlining.fitness.insert(func, fitness);
        let pays = match fitness {
            Fitness::Unfit => false,
            _ if self.tunables.inline_everything => true,
            Fitness::Leaf(size) => size <= SMALL,
            Fitness::Fit(size) => size <= SMALL && self.calls_cost_most(),
        };
        Ok(pays.then_some(body))
    }

    /// Whether a body of `size` bytes can still be inlined here, and may pay.
    fn has_room(&mut self, func: FuncIndex, size: u32) -> bool {
        let everything = self.tunables.inline_everything;
        let Inlining {
            open,
            budget,
            next_place,
            ..
        } = &self.inlining;
        let is_open = self.is_this(func) || open.iter().any(|&(open, _)| open == func);
        (size <= MOST || everything)
            && size <= *budget
            && open.len() < DEPTH
            && !is_open
            && next_place.checked_add(size).is_some()
            && (everything || self.is_between_handlers() || self.has_objects())
    }

    fn calls_cost_most(&self) -> bool {
        self.open_loops > 0 || self.is_between_handlers()
    }

    fn is_between_handlers(&self) -> bool {
        !self.handlers_here().is_empty()
    }

    /// Whether the module has types of objects.
    pub(super) fn has_objects(&mut self) -> bool {
        let module = self.module;
        *self.inlining.has_objects.get_or_insert_with(|| {
            let mut types = module.types.values();
            types.any(|ty| !matches!(ty.composite, CompositeType::Func(_)))
        })
    }

    /// Does what a call of `func`, whose body is `body`, does.
    pub(crate) fn inline(&mut self, func: FuncIndex, body: &FunctionBody<'a>) -> Translated {
        let ty = self.module.type_of_func(func);
        let arguments = self.peekn(ty.params.len());
        self.stack.truncate(self.stack.len() - arguments.len());
        self.count_fuel();
        let call = self.builder.srcloc();
        let reading = self.begin_inlined(func, body, call);
        let reading = std::mem::replace(&mut self.reading, reading);
        let params = shapes(self.module, &ty.params);
        let locals = self.enter_locals(body, &params, &arguments)?;
        self.push_frame(FrameKind::Block, 0, shapes(self.module, &ty.results));
        self.meter_loop_or_entry();
        self.read_body(body)?;
        self.count_fuel();
        self.leave_locals(locals);
        self.reading = reading;
        self.inlining.open.pop();
        self.builder.set_srcloc(call);
        Ok(())
    }

    fn begin_inlined(
        &mut self,
        func: FuncIndex,
        body: &FunctionBody<'a>,
        call: SourceLoc,
    ) -> Reading {
        let range = body.range();
        let (start, size) = (range.start as u32, (range.end - range.start) as u32);
        let frame = self.frames.len();
        let inlining = &mut self.inlining;
        let first = inlining.next_place;
        inlining.next_place += size;
        inlining.budget -= size;
        inlining.open.push((func, frame));
        inlining.done.bodies.push(InlinedBody {
            first,
            start,
            call: call.bits(),
        });
        Reading {
            start,
            first,
            hints: read_hints(self.module, self.bytes, func),
        }
    }
}

/// Whether a body can be inlined: if it has no handlers, leaves by returning alone, and has few locals.
fn fitness(body: &FunctionBody<'_>, params: usize) -> Translated<Fitness> {
    let mut locals = params;
    for group in body.get_locals_reader()? {
        locals = locals.saturating_add(group?.0 as usize);
    }
    if locals > LOCALS {
        return Ok(Fitness::Unfit);
    }
    let range = body.range();
    let mut size = (range.end - range.start) as u32;
    let mut is_leaf = true;
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let operator = reader.read()?;
        if is_fork(&operator)
            && let Some(count) = doomed(&reader)
        {
            let start = reader.original_position();
            for _ in 0..count {
                reader.read()?;
            }
            size -= (reader.original_position() - start) as u32;
            continue;
        }
        match operator {
            Operator::TryTable { .. }
            | Operator::Try { .. }
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. } => return Ok(Fitness::Unfit),
            Operator::Call { .. }
            | Operator::CallIndirect { .. }
            | Operator::CallRef { .. }
            | Operator::Throw { .. }
            | Operator::ThrowRef
            | Operator::StructNew { .. }
            | Operator::StructNewDefault { .. }
            | Operator::ArrayNew { .. }
            | Operator::ArrayNewDefault { .. }
            | Operator::ArrayNewFixed { .. }
            | Operator::ArrayNewData { .. }
            | Operator::ArrayNewElem { .. } => is_leaf = false,
            _ => {}
        }
    }
    Ok(match is_leaf {
        true => Fitness::Leaf(size),
        false => Fitness::Fit(size),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_from_the_function_to_the_instruction() {
        let body = |first, start, call| InlinedBody { first, start, call };
        let inlined = Inlined {
            // At 20 a function at 50 is inlined, and in it, four bytes on, one at 70.
            bodies: vec![body(100, 50, 20), body(110, 70, 104)],
        };
        assert_eq!(inlined.offsets(30)[..], [30]);
        assert_eq!(inlined.offsets(100)[..], [20, 50]);
        assert_eq!(inlined.offsets(109)[..], [20, 59]);
        assert_eq!(inlined.offsets(112)[..], [20, 54, 72]);
    }
}
