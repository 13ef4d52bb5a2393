//! Exception handling (§ 2.4.8) as far as it stays within a function: a `throw` whose handler is in the same
//! function is a branch.
//!
//! Tags are compared at compile time where that settles it, and by their ids in the store where an
//! imported tag may be another one under a second name. A `throw` that may leave its function is not supported yet, nor is
//! a handler that wants the exception itself; so nothing is ever thrown through a call, and calls
//! within a handler's reach need no care.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use wasmparser::{Catch, TryTable};
use weft_module::TagIndex;

use crate::translate::{Failure, FrameKind, FunctionTranslator, Shapes, Translated, shapes};

/// Whether a handler for one tag takes an exception of another.
enum Match {
    Always,
    Never,
    /// If this is not zero.
    If(Value),
}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_try_table(&mut self, try_table: TryTable) -> Translated {
        if !self.reachable {
            self.push_dead_frame();
            return Ok(());
        }
        let (params, results) = self.block_types(try_table.ty)?;
        let kind = FrameKind::Try {
            catches: try_table.catches.into(),
        };
        self.push_frame(kind, params.len(), results);
        Ok(())
    }

    pub(crate) fn visit_throw(&mut self, tag_index: u32) -> Translated {
        self.count_fuel();
        let tag = TagIndex(tag_index);
        let payload = self.peekn(self.payload(tag).len());
        for frame in (0..self.frames.len()).rev() {
            let FrameKind::Try { catches } = &self.frames[frame].kind else {
                continue;
            };
            for catch in catches.clone().iter() {
                self.try_handler(frame, catch, tag, &payload)?;
                if !self.reachable {
                    return Ok(());
                }
            }
        }
        Err(Failure::Unsupported(
            "an exception that leaves its function",
        ))
    }

    /// Branches to the handler `catch` of the block `frame` if it takes an exception of `tag`.
    fn try_handler(
        &mut self,
        frame: usize,
        catch: &Catch,
        tag: TagIndex,
        payload: &[Value],
    ) -> Translated {
        let (label, matches, arguments) = match *catch {
            Catch::All { label } => (label, Match::Always, &[][..]),
            Catch::One { tag: caught, label } => {
                (label, self.tags_match(tag, TagIndex(caught)), payload)
            }
            Catch::OneRef { .. } | Catch::AllRef { .. } => {
                return Err(Failure::Unsupported("a handler for the exception itself"));
            }
        };
        // A handler's labels are counted from outside its block.
        let target = self.label_of(frame - 1 - label as usize).0;
        match matches {
            Match::Always => self.jump(target, arguments),
            Match::If(same) => self.branch_if(same, target, arguments),
            Match::Never => {}
        }
        Ok(())
    }

    fn tags_match(&mut self, thrown: TagIndex, caught: TagIndex) -> Match {
        if thrown == caught {
            return Match::Always;
        }
        let imported = self.module.imported.tags;
        let is_distinct = thrown.0 >= imported && caught.0 >= imported;
        if is_distinct || self.payload(thrown) != self.payload(caught) {
            return Match::Never;
        }
        let thrown = self.tag_id(thrown);
        let caught = self.tag_id(caught);
        Match::If(self.builder.ins().icmp(IntCC::Equal, thrown, caught))
    }

    fn tag_id(&mut self, tag: TagIndex) -> Value {
        self.constant_at(self.vmctx, self.offsets.tag(tag), types::I64)
    }

    /// What an exception of `tag` carries.
    fn payload(&self, tag: TagIndex) -> Shapes {
        let ty = self.module.func_type(self.module.tags[tag]);
        shapes(self.module, &ty.params)
    }
}
