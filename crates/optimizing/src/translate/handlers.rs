//! Who takes an exception: the handlers of the blocks around an instruction.
//!
//! A handler is entered in two ways. A throw in the same function branches to it with the payload as operands. An exception
//! that comes out of a call arrives at the handler's *pad*: a block that gets the reference in a
//! register and nothing else, takes the payload out of the object, and goes on as the branch does.

use std::collections::HashSet;
use std::rc::Rc;

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::entity::EntitySet;
use cranelift_codegen::ir::{
    Block, BlockArg, BlockCall, ExceptionTable, ExceptionTableData, ExceptionTableItem,
    ExceptionTag, InstBuilder, SigRef, StackSlotData, StackSlotKind, Value, types,
};
use smallvec::SmallVec;
use weft_abi::gc::{EXCEPTION_TAG, ExceptionLayout};
use weft_module::TagIndex;

use super::calls::Code;
use super::heap::{Extension, Place, REFERENCE};
use super::{
    FrameKind, FunctionTranslator, POINTER, Region, Shape, Shapes, Translated, Values, shapes,
};

/// The base-2 logarithm of the alignment of the slot for the vmctx.
const VMCTX_SLOT_ALIGN: u8 = 3;

/// A handler of a block.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    /// The tag that it takes, or `None` for all exceptions.
    pub(crate) tag: Option<TagIndex>,
    /// Whether it wants the exception itself, after the payload.
    pub(crate) by_reference: bool,
    /// Where it is.
    pub(crate) destination: Destination,
    /// Where exceptions from calls arrive, once there is a call.
    pub(crate) pad: Option<Block>,
}

/// Where a handler is.
#[derive(Copy, Clone, Debug)]
pub(crate) enum Destination {
    /// At the label of an enclosing block, by its index in the stack of frames.
    Label(usize),
    /// After the `catch` of its own block: there, once something leads to it.
    Catch(Option<Block>),
}

/// A handler's place: the index of its frame, and its number there.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct HandlerId {
    frame: usize,
    number: usize,
}

/// The handlers that are asked within a block, in this order.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// The block's index in the stack of frames.
    frame: usize,
    handlers: Rc<[HandlerId]>,
}

impl FunctionTranslator<'_> {
    /// Opens a block that catches exceptions, with its parameters as the topmost operands. If it delegates, the handlers
    /// of its first `delegate` frames come next, otherwise those of all.
    pub(crate) fn push_try(
        &mut self,
        handlers: Vec<Handler>,
        delegate: Option<usize>,
        params: usize,
        results: Shapes,
    ) {
        let frame = self.frames.len();
        let outer = self.handlers_below(delegate.unwrap_or(frame));
        let mut seen = HashSet::new();
        let mut asked: Vec<HandlerId> = Vec::new();
        let own = handlers
            .iter()
            .enumerate()
            .map(|(number, handler)| (HandlerId { frame, number }, handler.tag));
        let outer = outer.iter().map(|&id| (id, self.handler(id).tag));
        for (id, tag) in own.chain(outer) {
            // Only the first for a tag can ever take an exception, and none after one for all.
            if seen.insert(tag) {
                asked.push(id);
            }
            if tag.is_none() {
                break;
            }
        }
        self.edges += asked.len();
        self.scopes.push(Scope {
            frame,
            handlers: asked.into(),
        });
        self.push_frame(FrameKind::Try { handlers }, params, results);
    }

    /// Ends what `handlers`, those of the innermost block, protect.
    pub(crate) fn close_scope(&mut self, handlers: &[Handler]) {
        self.scopes.pop();
        for pad in handlers.iter().filter_map(|handler| handler.pad) {
            self.builder.seal_block(pad);
        }
    }

    /// The handlers that are asked at the current place.
    pub(crate) fn handlers_here(&self) -> Rc<[HandlerId]> {
        self.handlers_below(self.frames.len())
    }

    /// The handlers that are asked within the first `frames` frames.
    fn handlers_below(&self, frames: usize) -> Rc<[HandlerId]> {
        let outside = self.scopes.partition_point(|scope| scope.frame < frames);
        match outside.checked_sub(1) {
            Some(innermost) => self.scopes[innermost].handlers.clone(),
            None => Rc::default(),
        }
    }

    pub(crate) fn handler(&self, id: HandlerId) -> &Handler {
        match &self.frames[id.frame].kind {
            FrameKind::Try { handlers } => &handlers[id.number],
            _ => unreachable!("a scope ends with what its block protects"),
        }
    }

    fn handler_mut(&mut self, id: HandlerId) -> &mut Handler {
        match &mut self.frames[id.frame].kind {
            FrameKind::Try { handlers } => &mut handlers[id.number],
            _ => unreachable!("a scope ends with what its block protects"),
        }
    }

    /// Ends the current path at a handler, with the payload and the exception if it wants them.
    pub(crate) fn enter_handler(&mut self, id: HandlerId, arguments: &[Value]) {
        let block = match self.handler(id).destination {
            Destination::Label(frame) => self.label_of(frame).0,
            Destination::Catch(Some(block)) => block,
            Destination::Catch(None) => {
                let params = self.handler_params(id);
                let block = self.block_with(&params);
                self.handler_mut(id).destination = Destination::Catch(Some(block));
                block
            }
        };
        self.edges += arguments.len();
        self.jump(block, arguments);
    }

    fn handler_params(&self, id: HandlerId) -> Shapes {
        let handler = self.handler(id);
        let mut params = handler
            .tag
            .map_or_else(Shapes::new, |tag| self.payload(tag));
        params.extend(handler.by_reference.then_some(REFERENCE));
        params
    }

    /// The pad of a handler, and whether it is new: then [`Self::fill_pad`] must follow once the current block has ended.
    pub(crate) fn pad(&mut self, id: HandlerId) -> (Block, bool) {
        if let Some(pad) = self.handler(id).pad {
            return (pad, false);
        }
        let pad = self.cold_block();
        self.builder.append_block_param(pad, types::I64);
        self.handler_mut(id).pad = Some(pad);
        (pad, true)
    }

    /// Writes the code of a handler's pad.
    pub(crate) fn fill_pad(&mut self, id: HandlerId) {
        let Handler {
            tag,
            by_reference,
            pad: Some(pad),
            ..
        } = *self.handler(id)
        else {
            unreachable!("the pad was made before");
        };
        let around = std::mem::replace(&mut self.is_rare, true);
        self.builder.switch_to_block(pad);
        let word = self.builder.block_params(pad)[0];
        let exception = self.builder.ins().ireduce(types::I32, word);
        self.trace(exception, REFERENCE);
        let mut arguments = match tag {
            Some(tag) => self.load_payload(tag, exception),
            None => Values::new(),
        };
        arguments.extend(by_reference.then_some(exception));
        self.enter_handler(id, &arguments);
        self.is_rare = around;
    }

    fn load_payload(&mut self, tag: TagIndex, exception: Value) -> Values {
        let layout = ExceptionLayout::in_module(self.module, self.module.tags[tag]);
        let base = self.object(exception);
        let parts = layout.payload.iter();
        parts
            .map(|part| {
                let place = exception_place(base, part.offset);
                self.load_storage(place, part.storage, Extension::Unsigned)
            })
            .collect()
    }

    /// A new exception of `tag`.
    pub(crate) fn new_exception(&mut self, tag: TagIndex, payload: &[Value]) -> Translated<Value> {
        let ty = self.module.tags[tag];
        let layout = ExceptionLayout::in_module(self.module, ty);
        let exception = self.allocate(ty, layout.size)?;
        let base = self.object(exception);
        let id = self.tag_id(tag);
        let flags = self.trusted(Region::Exceptions);
        let ins = self.builder.ins();
        ins.store(flags, id, base, EXCEPTION_TAG as i32);
        for (part, &value) in layout.payload.iter().zip(payload) {
            self.store_storage(exception_place(base, part.offset), part.storage, value);
        }
        Ok(exception)
    }

    /// The id of the tag of `exception`, which is not null.
    pub(crate) fn tag_of(&mut self, exception: Value) -> Value {
        let base = self.object(exception);
        let flags = self.trusted(Region::Exceptions);
        let ins = self.builder.ins();
        ins.load(types::I64, flags, base, EXCEPTION_TAG as i32)
    }

    /// The id of a tag of the module in the store.
    pub(crate) fn tag_id(&mut self, tag: TagIndex) -> Value {
        self.constant_at(self.vmctx, self.offsets.tag(tag), types::I64)
    }

    /// What an exception of `tag` carries.
    pub(crate) fn payload(&self, tag: TagIndex) -> Shapes {
        let ty = self.module.func_type(self.module.tags[tag]);
        shapes(self.module, &ty.params)
    }

    /// Calls `code`, whose exceptions go to `handlers`, and goes on where it returns with `results` in registers.
    pub(super) fn try_call(
        &mut self,
        code: Code,
        signature: SigRef,
        arguments: &[Value],
        results: &[Shape],
        handlers: &[HandlerId],
    ) -> Translated<Values> {
        let returned = self.block_with(results);
        let pads: SmallVec<[(Block, bool); 4]> =
            handlers.iter().map(|&handler| self.pad(handler)).collect();
        let table = self.exception_table(signature, returned, results.len(), handlers, &pads);
        let ins = self.builder.ins();
        let inst = match code {
            Code::Named(func) => ins.try_call(func, arguments, table),
            Code::At(code) => ins.try_call_indirect(code, arguments, table),
        };
        self.note_safepoint(inst);
        for (&handler, (_, is_new)) in handlers.iter().zip(pads) {
            if is_new {
                self.fill_pad(handler);
                self.check_size()?;
            }
        }
        self.enter_block(returned);
        self.reachable = true;
        Ok(self.builder.block_params(returned).into())
    }

    fn exception_table(
        &mut self,
        signature: SigRef,
        returned: Block,
        results: usize,
        handlers: &[HandlerId],
        pads: &[(Block, bool)],
    ) -> ExceptionTable {
        self.edges += pads.len();
        if handlers.iter().any(|&id| self.handler(id).tag.is_some()) {
            self.keep_vmctx();
        }
        let mut items: SmallVec<[ExceptionTableItem; 4]> = SmallVec::new();
        for (&handler, &(pad, _)) in handlers.iter().zip(pads) {
            let tag = self.handler(handler).tag;
            let pool = &mut self.builder.func.dfg.value_lists;
            let call = BlockCall::new(pad, [BlockArg::TryCallExn(0)], pool);
            items.push(match tag {
                // What the tables have for a tag is where its id is in the vmctx.
                Some(tag) => {
                    let place = self.offsets.tag(tag) as u32;
                    ExceptionTableItem::Tag(ExceptionTag::from_u32(place), call)
                }
                None => ExceptionTableItem::Default(call),
            });
        }
        let pool = &mut self.builder.func.dfg.value_lists;
        let values = (0..results as u32).map(BlockArg::TryCallRet);
        let returned = BlockCall::new(returned, values, pool);
        let table = ExceptionTableData::new(signature, returned, items);
        self.builder.func.dfg.exception_tables.push(table)
    }

    /// Lays apart what only pads lead to. Blocks are in the order in which they were translated, so only the ways back to heads of loops
    /// come later than what they lead to, and these have others.
    pub(super) fn lay_handlers_apart(&mut self) {
        let func = &mut *self.builder.func;
        let mut warm = EntitySet::new();
        warm.insert(self.entry);
        let mut next = func.layout.entry_block();
        while let Some(block) = next {
            next = func.layout.next_block(block);
            if func.layout.is_cold(block) {
                continue;
            }
            if !warm.contains(block) {
                func.layout.set_cold(block);
                continue;
            }
            let dfg = &func.dfg;
            let last = func.layout.last_inst(block).map(|last| &dfg.insts[last]);
            let ways = last.map_or(&[][..], |last| {
                last.branch_destination(&dfg.jump_tables, &dfg.exception_tables)
            });
            warm.extend(ways.iter().map(|way| way.block(&dfg.value_lists)));
        }
    }

    /// Keeps the vmctx in the frame, where throws look for the ids of tags: while a call is under way, nobody knows what is in registers.
    fn keep_vmctx(&mut self) {
        if self.vmctx_slot.is_some() {
            return;
        }
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, 8, VMCTX_SLOT_ALIGN);
        let slot = self.builder.create_sized_stack_slot(data);
        self.vmctx_slot = Some(slot);
        let mut cursor = FuncCursor::new(self.builder.func);
        cursor.goto_first_insertion_point(self.entry);
        cursor.ins().stack_store(POINTER, self.vmctx, slot, 0);
    }
}

fn exception_place(base: Value, offset: u32) -> Place {
    Place {
        base,
        offset: offset as i32,
        region: Region::Exceptions,
        checked: true,
    }
}
