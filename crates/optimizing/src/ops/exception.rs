//! Exception handling (§ 2.4.8), and the older instructions that came before `try_table`.
//!
//! A throw whose handler is in the same function is a branch; an exception is only made when something wants it
//! or when it leaves the function. Tags are compared at compile time where that settles it, and by their ids in the
//! store where an imported tag may be another one under a second name.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use wasmparser::{BlockType, Catch, TryTable};
use weft_abi::{Libcall, TrapKind};
use weft_module::TagIndex;

use crate::translate::{
    Destination, Failure, FrameKind, FunctionTranslator, Handler, HandlerId, Translated,
};

/// Whether a handler takes an exception.
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
        // Labels are counted from outside the block.
        let outside = self.frames.len() - 1;
        let handlers = try_table.catches.iter().map(|catch| {
            let (tag, by_reference, label) = match *catch {
                Catch::One { tag, label } => (Some(tag), false, label),
                Catch::OneRef { tag, label } => (Some(tag), true, label),
                Catch::All { label } => (None, false, label),
                Catch::AllRef { label } => (None, true, label),
            };
            Handler {
                tag: tag.map(TagIndex),
                by_reference,
                destination: Destination::Label(outside - label as usize),
                pad: None,
            }
        });
        self.push_try(handlers.collect(), None, params.len(), results);
        Ok(())
    }

    pub(crate) fn visit_throw(&mut self, tag_index: u32) -> Translated {
        self.count_fuel();
        let tag = TagIndex(tag_index);
        let payload = self.peekn(self.payload(tag).len());
        for &handler in self.handlers_here().iter() {
            match self.is_taken(tag, handler) {
                Match::Never => {}
                Match::Always => return self.throw_to(handler, tag, &payload),
                Match::If(same) => {
                    let (taken, next) = (self.builder.create_block(), self.builder.create_block());
                    self.builder.ins().brif(same, taken, &[], next, &[]);
                    self.enter_block(taken);
                    self.throw_to(handler, tag, &payload)?;
                    self.enter_block(next);
                    self.check_size()?;
                }
            }
        }
        self.is_rare = true;
        let exception = self.new_exception(tag, &payload)?;
        self.leave_with(exception);
        Ok(())
    }

    /// Whether `handler` takes an exception of tag `thrown`.
    fn is_taken(&mut self, thrown: TagIndex, handler: HandlerId) -> Match {
        let Some(caught) = self.handler(handler).tag else {
            return Match::Always;
        };
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

    /// Ends the current path at `handler`, which takes the exception.
    fn throw_to(&mut self, handler: HandlerId, tag: TagIndex, payload: &[Value]) -> Translated {
        let Handler {
            tag: caught,
            by_reference,
            ..
        } = *self.handler(handler);
        let mut arguments = match caught {
            Some(_) => payload.into(),
            None => crate::translate::Values::new(),
        };
        if by_reference {
            arguments.push(self.new_exception(tag, payload)?);
        }
        self.enter_handler(handler, &arguments);
        Ok(())
    }

    pub(crate) fn visit_throw_ref(&mut self) -> Translated {
        self.count_fuel();
        let exception = self.pop1();
        self.trapz(exception, TrapKind::NullReference);
        self.throw_again(exception)
    }

    /// Ends the current path by throwing `exception`, which is not null.
    fn throw_again(&mut self, exception: Value) -> Translated {
        for &handler in self.handlers_here().iter() {
            let (pad, is_new) = self.pad(handler);
            let word = self.builder.ins().uextend(types::I64, exception);
            let next = match self.handler(handler).tag {
                None => {
                    self.jump(pad, &[word]);
                    None
                }
                Some(tag) => {
                    let thrown = self.tag_of(exception);
                    let caught = self.tag_id(tag);
                    let same = self.builder.ins().icmp(IntCC::Equal, thrown, caught);
                    let next = self.builder.create_block();
                    let word = [word.into()];
                    self.builder.ins().brif(same, pad, &word, next, &[]);
                    Some(next)
                }
            };
            if is_new {
                self.fill_pad(handler);
                self.check_size()?;
            }
            match next {
                Some(next) => self.enter_block(next),
                None => return Ok(()),
            }
        }
        self.leave_with(exception);
        Ok(())
    }

    /// Ends the current path by throwing `exception` out of the function.
    fn leave_with(&mut self, exception: Value) {
        self.libcall(Libcall::ThrowRef, &[exception]);
        self.reachable = true;
        self.trap(TrapKind::Unreachable);
    }

    pub(crate) fn visit_try(&mut self, blockty: BlockType) -> Translated {
        let plan = self.try_plans.next()?;
        if !self.reachable {
            self.push_dead_frame();
            return Ok(());
        }
        let (params, results) = self.block_types(blockty)?;
        let handlers = plan.catches.iter().map(|catch| Handler {
            tag: catch.tag,
            by_reference: catch.rethrown,
            destination: Destination::Catch(None),
            pad: None,
        });
        // The label is counted from outside the block, and the frame that it names still has its say.
        let delegate = plan
            .delegate
            .map(|label| self.frames.len() - label as usize);
        self.push_try(handlers.collect(), delegate, params.len(), results);
        Ok(())
    }

    pub(crate) fn visit_catch(&mut self, _tag_index: u32) -> Translated {
        self.begin_catch();
        Ok(())
    }

    pub(crate) fn visit_catch_all(&mut self) -> Translated {
        self.begin_catch();
        Ok(())
    }

    /// Goes on in the next handler of the innermost block, if anything leads there.
    fn begin_catch(&mut self) {
        let index = self.frames.len() - 1;
        if let FrameKind::Dead = self.frames[index].kind {
            return;
        }
        match self.reachable {
            true => self.jump_to_end(index),
            false => self.count_fuel(),
        }
        let kind = std::mem::replace(&mut self.frames[index].kind, FrameKind::Block);
        let mut handlers = match kind {
            FrameKind::Try { handlers } => {
                self.close_scope(&handlers);
                handlers.into_iter()
            }
            FrameKind::Catch { handlers, .. } => handlers,
            _ => unreachable!("validation has seen that this is within a `try`"),
        };
        let handler = handlers.next();
        let height = self.frames[index].height;
        let mut exception = None;
        match handler {
            Some(Handler {
                destination: Destination::Catch(Some(block)),
                by_reference,
                ..
            }) => {
                self.continue_at(block, height);
                exception = by_reference.then(|| self.pop1());
            }
            _ => self.stack.truncate(height),
        }
        self.frames[index].kind = FrameKind::Catch {
            handlers,
            exception,
        };
    }

    pub(crate) fn visit_delegate(&mut self, _relative_depth: u32) -> Translated {
        self.visit_end()
    }

    pub(crate) fn visit_rethrow(&mut self, relative_depth: u32) -> Translated {
        self.count_fuel();
        let frame = self.frames.len() - 1 - relative_depth as usize;
        let FrameKind::Catch {
            exception: Some(exception),
            ..
        } = self.frames[frame].kind
        else {
            return Err(Failure::Malformed(
                "a rethrow outside of a handler".to_owned(),
            ));
        };
        self.throw_again(exception)
    }
}
