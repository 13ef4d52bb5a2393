//! The frame of a translation: parameters, locals, the reading of the body, the return.

use std::ops::Range;

use cranelift_codegen::entity::EntitySet;
use cranelift_codegen::ir::{InstBuilder, SourceLoc, StackSlot, UserFuncName, Value};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use wasmparser::{BinaryReader, FunctionBody};
use weft_abi::layout::VMOffsets;
use weft_abi::{Tunables, layout};
use weft_module::{DefinedFuncIndex, EntityIndex, ModuleInfo};

use super::calls::Names;
use super::dispatch::Dispatcher;
use super::hints::read_hints;
use super::inline::{Inlined, Inlining, Reading};
use super::legacy::TryPlans;
use super::types::{convention, shapes};
use super::{Failure, Frame, FrameKind, FunctionTranslator, Region, Translated};
use crate::pool::Scratch;

/// Bytes of a slot for a result in memory.
pub(super) const RESULT_SLOT: i32 = size_of::<layout::VMGlobal>() as i32;

/// Values that a function may have. The register allocator's own limit is below this.
const MAX_VALUES: usize = 4 << 20;

/// Operands that may lie below calls and blocks, all together, in a function that has references: stack maps and the search for what they must
/// name grow with them.
const MAX_KEPT: usize = 32 << 20;

/// What to translate, and how.
pub(crate) struct Input<'a> {
    /// The module.
    pub(crate) module: &'a ModuleInfo,
    /// Its bytes.
    pub(crate) bytes: &'a [u8],
    /// The function.
    pub(crate) func: DefinedFuncIndex,
    /// The settings.
    pub(crate) tunables: &'a Tunables,
    /// The machine.
    pub(crate) isa: &'a dyn TargetIsa,
}

/// What a translation says of a function beside its IR.
pub(crate) struct Translation {
    /// How deep its loops are nested.
    pub(crate) loops: usize,
    /// How many operands it has at once.
    pub(crate) operands: usize,
    /// How many references the frame for locals starts with.
    pub(crate) frame_refs: u32,
    /// Where the frame keeps the vmctx, if throws look for it.
    pub(crate) vmctx_slot: Option<StackSlot>,
    /// What was inlined.
    pub(crate) inlined: Inlined,
}

/// Translates a function into `scratch`'s context.
pub(crate) fn translate(input: &Input<'_>, scratch: &mut Scratch) -> Translated<Translation> {
    match translate_from(input, scratch, Entry::Plain) {
        Err(Failure::SelfTailCall) => {
            scratch.context.clear();
            scratch.frontend = FunctionBuilderContext::new();
            translate_from(input, scratch, Entry::LoopHead)
        }
        other => other,
    }
}

/// What the code after the prologue is.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Entry {
    Plain,
    /// The target of the function's tail calls to itself.
    LoopHead,
}

fn translate_from(
    input: &Input<'_>,
    scratch: &mut Scratch,
    entry: Entry,
) -> Translated<Translation> {
    let range = input.module.bodies[input.func].clone();
    let body = function_body(input.bytes, range.clone())?;
    let mut translator = FunctionTranslator::new(input, &body, scratch)?;
    translator.builder.set_srcloc(SourceLoc::new(range.start));
    let params = &input.module.type_of_func(translator.func).params;
    translator.declare_locals(&body, &shapes(input.module, params))?;
    if entry == Entry::LoopHead {
        translator.begin_restart_loop();
    }
    translator.meter_loop_or_entry();
    translator.read_body(&body)?;
    if let Some(head) = translator.restart {
        translator.builder.seal_block(head);
    }
    if translator.edges > 0 {
        translator.lay_handlers_apart();
    }
    let translation = Translation {
        loops: translator.deepest_loops,
        operands: translator.most_operands,
        frame_refs: translator.frame_refs,
        vmctx_slot: translator.vmctx_slot,
        inlined: std::mem::take(&mut translator.inlining.done),
    };
    translator.builder.finalize(input.isa.frontend_config());
    Ok(translation)
}

/// The body at `range` of a module of these bytes.
pub(super) fn function_body(bytes: &[u8], range: Range<u32>) -> Translated<FunctionBody<'_>> {
    let body = bytes
        .get(range.start as usize..range.end as usize)
        .ok_or_else(|| Failure::Malformed("it is not within the module".to_owned()))?;
    Ok(FunctionBody::new(BinaryReader::new(
        body,
        range.start.into(),
    )))
}

impl<'a> FunctionTranslator<'a> {
    fn new(
        input: &Input<'a>,
        body: &FunctionBody<'a>,
        scratch: &'a mut Scratch,
    ) -> Translated<Self> {
        let module = input.module;
        let func = module.func_index(input.func);
        let ty = module.type_of_func(func);
        let convention = convention(module, ty)?;
        let in_memory = convention.in_memory;
        scratch.context.func.name = UserFuncName::user(0, func.0);
        scratch.context.func.signature = convention.signature;
        let mut builder = FunctionBuilder::new(&mut scratch.context.func, &mut scratch.frontend);
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        builder.seal_block(entry);
        builder.ensure_inserted_block();
        let arguments = builder.block_params(entry).to_vec();
        let results = shapes(module, &ty.results);
        let range = &module.bodies[input.func];
        let mut translator = Self {
            builder,
            module,
            bytes: input.bytes,
            tunables: input.tunables,
            isa: input.isa,
            offsets: VMOffsets::new(module),
            func,
            entry,
            vmctx: arguments[0],
            results_pointer: in_memory.then(|| arguments[1]),
            results: results.clone(),
            locals: Vec::new(),
            local_slot: None,
            frame_refs: 0,
            params: ty.params.len(),
            stack: Vec::new(),
            frames: vec![Frame {
                kind: FrameKind::Block,
                results,
                height: 0,
                end: None,
            }],
            open_loops: 0,
            deepest_loops: 0,
            most_operands: 0,
            reachable: true,
            restart: None,
            names: Names::default(),
            reading: Reading {
                start: range.start,
                first: range.start,
                hints: read_hints(module, input.bytes, func),
            },
            inlining: Inlining::new(range.end - range.start, input.bytes.len()),
            scopes: Vec::new(),
            vmctx_slot: None,
            try_plans: TryPlans::new(body.clone()),
            edges: 0,
            uncounted: 0,
            objects: EntitySet::new(),
            untagged: EntitySet::new(),
            objects_here: Vec::new(),
            untagged_here: Vec::new(),
            is_fork: false,
            is_rare: false,
            traces: false,
            kept_operands: 0,
        };
        translator.name_spills();
        Ok(translator)
    }

    fn begin_restart_loop(&mut self) {
        let head = self.builder.create_block();
        self.jump(head, &[]);
        self.builder.switch_to_block(head);
        self.reachable = true;
        self.restart = Some(head);
    }

    /// Starts the function again with these arguments: a tail call to itself.
    pub(crate) fn restart_with(&mut self, head: cranelift_codegen::ir::Block, arguments: &[Value]) {
        for (index, &argument) in arguments.iter().enumerate() {
            self.set_local(index, argument);
        }
        self.clear_locals();
        self.jump(head, &[]);
    }

    pub(super) fn read_body(&mut self, body: &FunctionBody<'_>) -> Translated {
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let position = reader.original_position() as u32;
            self.builder.set_srcloc(self.reading.place(position));
            self.uncounted += 1;
            reader.visit_operator(&mut Dispatcher(self))??;
            self.most_operands = self.most_operands.max(self.stack.len());
            self.check_size()?;
            self.look_ahead(&reader);
        }
        Ok(())
    }

    /// Fails before a function becomes larger than the register allocator can take, or than
    /// memory can hold: blocks with many parameters make a lot out of few bytes.
    pub(crate) fn check_size(&self) -> Translated {
        let values = self.builder.func.dfg.num_values() + self.edges;
        match (values, self.kept_operands) {
            (0..MAX_VALUES, 0..MAX_KEPT) => Ok(()),
            _ => Err(Failure::limit("it is too large")),
        }
    }

    /// Ends the current path by returning the topmost operands.
    pub(crate) fn return_top(&mut self) {
        if let Some(body) = self.inlining.frame() {
            return self.jump_to_end(body);
        }
        self.count_fuel();
        let values = self.peekn(self.results.len());
        match self.results_pointer {
            None => {
                self.builder.ins().return_(&values);
            }
            Some(pointer) => {
                self.store_results(pointer, &values);
                self.builder.ins().return_(&[]);
            }
        }
        self.reachable = false;
    }

    fn store_results(&mut self, pointer: Value, values: &[Value]) {
        let flags = self.trusted(Region::Results);
        for (index, &value) in values.iter().enumerate() {
            let offset = index as i32 * RESULT_SLOT;
            self.builder.ins().store(flags, value, pointer, offset);
        }
    }

    /// Whether the module's function `func` is the one being translated.
    pub(crate) fn is_this(&self, func: weft_module::FuncIndex) -> bool {
        func.index() == self.func.index()
    }
}
