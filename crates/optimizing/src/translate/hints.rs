//! Branch hints: what the module's producer knows of which way branches go.
//!
//! The unlikely way is laid out apart from the rest. A branch that is unlikely to be taken goes by a
//! block of its own, so that its target, which others may reach too, stays where it is.

use cranelift_codegen::ir::{Block, InstBuilder, Value};
use wasmparser::{BinaryReader, BranchHint, SectionLimited};
use weft_module::{FuncIndex, ModuleInfo};

use super::FunctionTranslator;
use super::frames::block_args;
use super::inline::Reading;

/// The hints for a function of a module of these bytes, by ascending offset.
pub(super) fn read_hints(module: &ModuleInfo, bytes: &[u8], func: FuncIndex) -> Vec<BranchHint> {
    let hints = &module.branch_hints;
    let Ok(index) = hints.binary_search_by_key(&func, |&(func, _)| func) else {
        return Vec::new();
    };
    let range = &hints[index].1;
    let Some(bytes) = bytes.get(range.start as usize..range.end as usize) else {
        return Vec::new();
    };
    let list = SectionLimited::new(BinaryReader::new(bytes, range.start.into()));
    let list = list.into_iter().flatten();
    list.map_while(wasmparser::Result::ok).collect()
}

impl FunctionTranslator<'_> {
    /// Whether the current instruction's condition is likely to hold.
    fn hint(&self) -> Option<bool> {
        let Reading { first, hints, .. } = &self.reading;
        if hints.is_empty() {
            return None;
        }
        let offset = self.builder.srcloc().bits() - first;
        let index = hints.binary_search_by_key(&offset, |hint| hint.func_offset);
        index.ok().map(|index| hints[index].taken)
    }

    /// Branches to `target` if `condition` is not zero, and else goes on in a new block.
    pub(crate) fn branch_if(&mut self, condition: Value, target: Block, arguments: &[Value]) {
        self.branch(condition, target, arguments, self.hint(), true);
    }

    /// Branches to `target` if `condition` is zero, and else goes on in a new block.
    pub(crate) fn branch_unless(&mut self, condition: Value, target: Block, arguments: &[Value]) {
        let taken = self.hint().map(|likely| !likely);
        self.branch(condition, target, arguments, taken, false);
    }

    fn branch(
        &mut self,
        condition: Value,
        target: Block,
        arguments: &[Value],
        taken: Option<bool>,
        if_true: bool,
    ) {
        self.count_kept();
        let next = self.builder.create_block();
        if taken == Some(true) {
            self.builder.set_cold_block(next);
        }
        let arguments = block_args(arguments);
        let detour = (taken == Some(false)).then(|| self.cold_block());
        let (to, with) = match detour {
            Some(detour) => (detour, &[][..]),
            None => (target, &arguments[..]),
        };
        let ins = self.builder.ins();
        if if_true {
            ins.brif(condition, to, with, next, &[]);
        } else {
            ins.brif(condition, next, &[], to, with);
        }
        if let Some(detour) = detour {
            self.builder.switch_to_block(detour);
            self.builder.seal_block(detour);
            self.builder.ins().jump(target, &arguments);
        }
        self.builder.switch_to_block(next);
        self.builder.seal_block(next);
        self.is_fork = true;
    }
}
