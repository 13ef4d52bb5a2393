//! Control instructions (§ 2.4.8): blocks, branches and calls.

use cranelift_codegen::ir::{Block, BlockCall, InstBuilder, JumpTableData};
use rustc_hash::FxHashMap;
use wasmparser::{BlockType, BrTable};
use weft_abi::TrapKind;
use weft_module::{FuncIndex, TableIndex, TypeIndex};

use crate::translate::{FrameKind, FunctionTranslator, Translated};

/// Where the entries of a branch table go, by label.
#[derive(Default)]
struct Ways {
    known: FxHashMap<u32, Block>,
    /// Blocks that are still to be filled with a jump to their label.
    blocks: Vec<(u32, Block)>,
}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_unreachable(&mut self) -> Translated {
        self.trap(TrapKind::Unreachable);
        Ok(())
    }

    pub(crate) fn visit_block(&mut self, blockty: BlockType) -> Translated {
        if !self.reachable {
            self.push_dead_frame();
            return Ok(());
        }
        let (params, results) = self.block_types(blockty)?;
        self.push_frame(FrameKind::Block, params.len(), results);
        Ok(())
    }

    pub(crate) fn visit_loop(&mut self, blockty: BlockType) -> Translated {
        if !self.reachable {
            self.push_dead_frame();
            return Ok(());
        }
        self.count_fuel();
        let (params, results) = self.block_types(blockty)?;
        let head = self.block_with(&params);
        let arguments = self.peekn(params.len());
        self.jump(head, &arguments);
        let kind = FrameKind::Loop {
            head,
            params: params.len(),
        };
        self.push_frame(kind, params.len(), results);
        self.open_loops += 1;
        self.deepest_loops = self.deepest_loops.max(self.open_loops);
        let height = self.stack.len() - params.len();
        self.stack.truncate(height);
        self.stack
            .extend_from_slice(self.builder.func.dfg.block_params(head));
        self.builder.switch_to_block(head);
        self.reachable = true;
        self.meter_loop_or_entry();
        Ok(())
    }

    pub(crate) fn visit_if(&mut self, blockty: BlockType) -> Translated {
        if !self.reachable {
            self.push_dead_frame();
            return Ok(());
        }
        self.count_fuel();
        let condition = self.pop_condition();
        let (params, results) = self.block_types(blockty)?;
        let operands = self.peekn(params.len());
        let otherwise = self.builder.create_block();
        self.branch_unless(condition, otherwise, &[]);
        let kind = FrameKind::If {
            otherwise,
            params: operands,
        };
        self.push_frame(kind, params.len(), results);
        Ok(())
    }

    pub(crate) fn visit_else(&mut self) -> Translated {
        let index = self.frames.len() - 1;
        let kind = std::mem::replace(&mut self.frames[index].kind, FrameKind::Block);
        let FrameKind::If { otherwise, params } = kind else {
            self.frames[index].kind = kind;
            return Ok(());
        };
        if self.reachable {
            self.jump_to_end(index);
        }
        let height = self.frames[index].height;
        self.continue_at(otherwise, height);
        self.pushn(&params);
        self.is_fork = true;
        Ok(())
    }

    pub(crate) fn visit_end(&mut self) -> Translated {
        let index = self.frames.len() - 1;
        if let FrameKind::If { .. } = self.frames[index].kind {
            self.visit_else()?;
        }
        if self.reachable && self.frames[index].end.is_some() {
            self.jump_to_end(index);
        }
        let frame = self.frames.remove(index);
        match frame.kind {
            FrameKind::Loop { head, .. } => {
                self.open_loops -= 1;
                self.builder.seal_block(head);
            }
            FrameKind::Try { handlers } => self.close_scope(&handlers),
            _ => {}
        }
        match frame.end {
            Some(end) => self.continue_at(end, frame.height),
            None if !self.reachable => self.stack.truncate(frame.height),
            None => {}
        }
        if index == 0 && self.reachable {
            self.return_top();
        }
        Ok(())
    }

    /// Ends the current path at the end of frame `index`.
    pub(crate) fn jump_to_end(&mut self, index: usize) {
        self.count_fuel();
        let end = self.end_of(index);
        let results = self.peekn(self.frames[index].results.len());
        self.jump(end, &results);
    }

    pub(crate) fn visit_br(&mut self, relative_depth: u32) -> Translated {
        self.count_fuel();
        let (target, count) = self.label(relative_depth);
        let arguments = self.peekn(count);
        self.jump(target, &arguments);
        Ok(())
    }

    pub(crate) fn visit_br_if(&mut self, relative_depth: u32) -> Translated {
        self.count_fuel();
        let condition = self.pop_condition();
        let (target, count) = self.label(relative_depth);
        let arguments = self.peekn(count);
        self.branch_if(condition, target, &arguments);
        Ok(())
    }

    pub(crate) fn visit_br_table(&mut self, targets: BrTable<'_>) -> Translated {
        self.count_fuel();
        let index = self.pop1();
        if targets.is_empty() {
            return self.visit_br(targets.default());
        }
        let mut ways = Ways::default();
        let default = self.way(targets.default(), &mut ways)?;
        let entries = targets
            .targets()
            .map(|depth| self.way(depth?, &mut ways))
            .collect::<Translated<Vec<_>>>()?;
        let table = JumpTableData::new(default, &entries);
        let table = self.builder.create_jump_table(table);
        self.builder.ins().br_table(index, table);
        for (depth, block) in ways.blocks {
            self.builder.switch_to_block(block);
            self.builder.seal_block(block);
            let (target, count) = self.label(depth);
            let arguments = self.peekn(count);
            self.jump(target, &arguments);
        }
        self.reachable = false;
        Ok(())
    }

    /// How a table branches to a label: directly, or where there are values to carry, by a block of its own
    /// that does, so that they are named once for each label instead of once for each entry.
    fn way(&mut self, depth: u32, ways: &mut Ways) -> Translated<BlockCall> {
        let block = match ways.known.get(&depth) {
            Some(&block) => block,
            None => {
                self.check_size()?;
                let (target, count) = self.label(depth);
                let block = match count {
                    0 => target,
                    _ => self.builder.create_block(),
                };
                if count > 0 {
                    ways.blocks.push((depth, block));
                }
                ways.known.insert(depth, block);
                block
            }
        };
        let pool = &mut self.builder.func.dfg.value_lists;
        Ok(BlockCall::new(block, [], pool))
    }

    pub(crate) fn visit_br_on_null(&mut self, relative_depth: u32) -> Translated {
        self.count_fuel();
        let reference = self.pop1();
        let (target, count) = self.label(relative_depth);
        let arguments = self.peekn(count);
        self.branch_unless(reference, target, &arguments);
        self.push1(reference);
        Ok(())
    }

    pub(crate) fn visit_br_on_non_null(&mut self, relative_depth: u32) -> Translated {
        self.count_fuel();
        let reference = self.peek1();
        let (target, count) = self.label(relative_depth);
        let arguments = self.peekn(count);
        self.branch_if(reference, target, &arguments);
        self.pop1();
        Ok(())
    }

    pub(crate) fn visit_return(&mut self) -> Translated {
        self.return_top();
        Ok(())
    }

    pub(crate) fn visit_call(&mut self, function_index: u32) -> Translated {
        let func = FuncIndex(function_index);
        if let Some(body) = self.inlinable(func)? {
            return self.inline(func, &body);
        }
        let callee = self.callee(func)?;
        self.call(callee, self.module.functions[func].ty)
    }

    pub(crate) fn visit_return_call(&mut self, function_index: u32) -> Translated {
        let func = FuncIndex(function_index);
        if self.is_this(func) {
            return self.call_self_again();
        }
        let callee = self.callee(func)?;
        self.return_call(callee, self.module.functions[func].ty)
    }

    fn call_self_again(&mut self) -> Translated {
        let Some(head) = self.restart else {
            return Err(crate::translate::Failure::SelfTailCall);
        };
        self.count_fuel();
        let arguments = self.peekn(self.params);
        self.restart_with(head, &arguments);
        Ok(())
    }

    pub(crate) fn visit_call_indirect(&mut self, type_index: u32, table_index: u32) -> Translated {
        let ty = TypeIndex(type_index);
        let callee = self.callee_in_table(TableIndex(table_index), ty);
        self.call(callee, ty)
    }

    pub(crate) fn visit_return_call_indirect(
        &mut self,
        type_index: u32,
        table_index: u32,
    ) -> Translated {
        let ty = TypeIndex(type_index);
        let callee = self.callee_in_table(TableIndex(table_index), ty);
        self.return_call(callee, ty)
    }

    pub(crate) fn visit_call_ref(&mut self, type_index: u32) -> Translated {
        let reference = self.pop1();
        let callee = self.referenced(reference, Some(TrapKind::NullFunctionReference));
        self.call(callee, TypeIndex(type_index))
    }

    pub(crate) fn visit_return_call_ref(&mut self, type_index: u32) -> Translated {
        let reference = self.pop1();
        let callee = self.referenced(reference, Some(TrapKind::NullFunctionReference));
        self.return_call(callee, TypeIndex(type_index))
    }
}
