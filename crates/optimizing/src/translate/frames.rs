//! The stack of enclosing blocks.
//!
//! A block's end gets an IR block only when something branches to it, so straight code stays
//! straight. Results travel as block parameters.

use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, Value};
use smallvec::SmallVec;
use wasmparser::BlockType;
use weft_module::TypeIndex;

use super::handlers::Handler;
use super::types::{Shapes, read_type, shapes};
use super::{FunctionTranslator, Shape, Translated, Values};

/// An enclosing block.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Which instruction opened it.
    pub(crate) kind: FrameKind,
    /// Its results.
    pub(crate) results: Shapes,
    /// How many operands there are below its parameters.
    pub(crate) height: usize,
    /// Where branches to its end go, once there is one.
    pub(crate) end: Option<Block>,
}

/// The instruction that opened a block.
#[derive(Clone, Debug)]
pub(crate) enum FrameKind {
    /// `block`, the `else` part of an `if`, or the body of the function.
    Block,
    /// `loop`, with its head and how many values a branch to it carries.
    Loop { head: Block, params: usize },
    /// `if`, before its `else`: where a false condition goes, and with which operands.
    If { otherwise: Block, params: Values },
    /// `try_table`, or the older `try` before its first `catch`.
    Try { handlers: Vec<Handler> },
    /// The older `try` after a `catch` or `catch_all`: the handlers to come, and the exception if this one throws it again.
    Catch {
        handlers: std::vec::IntoIter<Handler>,
        exception: Option<Value>,
    },
    /// Anything in code that cannot be reached.
    Dead,
}

impl FunctionTranslator<'_> {
    /// The parameters and results of a block.
    pub(crate) fn block_types(&self, ty: BlockType) -> Translated<(Shapes, Shapes)> {
        Ok(match ty {
            BlockType::Empty => (Shapes::new(), Shapes::new()),
            BlockType::Type(result) => {
                let result = read_type(self.module, result)?;
                (Shapes::new(), SmallVec::from_slice(&[result]))
            }
            BlockType::FuncType(index) => {
                let ty = self.module.func_type(TypeIndex(index));
                (
                    shapes(self.module, &ty.params),
                    shapes(self.module, &ty.results),
                )
            }
        })
    }

    /// Opens a block whose parameters are the topmost operands.
    pub(crate) fn push_frame(&mut self, kind: FrameKind, params: usize, results: Shapes) {
        self.frames.push(Frame {
            kind,
            results,
            height: self.stack.len() - params,
            end: None,
        });
    }

    /// Opens a block in code that cannot be reached.
    pub(crate) fn push_dead_frame(&mut self) {
        self.push_frame(FrameKind::Dead, 0, Shapes::new());
    }

    /// Where a branch to the label `depth` goes and how many values it carries.
    pub(crate) fn label(&mut self, depth: u32) -> (Block, usize) {
        self.label_of(self.frames.len() - 1 - depth as usize)
    }

    /// Where a branch to the label of frame `index` goes and how many values it carries.
    pub(crate) fn label_of(&mut self, index: usize) -> (Block, usize) {
        match self.frames[index].kind {
            FrameKind::Loop { head, params } => (head, params),
            _ => (self.end_of(index), self.frames[index].results.len()),
        }
    }

    /// The IR block at the end of frame `index`, created when first asked for.
    pub(crate) fn end_of(&mut self, index: usize) -> Block {
        if let Some(end) = self.frames[index].end {
            return end;
        }
        let results = self.frames[index].results.clone();
        let end = self.block_with(&results);
        self.frames[index].end = Some(end);
        end
    }

    /// A new IR block with these parameters.
    pub(crate) fn block_with(&mut self, params: &[Shape]) -> Block {
        self.count_kept();
        let block = self.builder.create_block();
        for &param in params {
            let value = self.builder.append_block_param(block, param.ty);
            self.trace(value, param);
        }
        block
    }

    /// Goes on at `block`, to which no further branches will come, with its parameters as the only operands above
    /// `height`.
    pub(crate) fn continue_at(&mut self, block: Block, height: usize) {
        self.forget_objects_here();
        self.builder.switch_to_block(block);
        self.builder.seal_block(block);
        self.stack.truncate(height);
        self.stack
            .extend_from_slice(self.builder.func.dfg.block_params(block));
        self.reachable = true;
    }

    /// Ends the current path with a jump.
    pub(crate) fn jump(&mut self, block: Block, args: &[Value]) {
        let args = block_args(args);
        self.builder.ins().jump(block, &args);
        self.reachable = false;
    }
}

/// `values` as arguments of a branch.
pub(crate) fn block_args(values: &[Value]) -> SmallVec<[BlockArg; 8]> {
    values.iter().map(|&value| BlockArg::Value(value)).collect()
}
