//! `try_table`, `throw` and `throw_ref`, and the legacy instructions `try`, `catch`, `catch_all`, `delegate` and `rethrow`.

use super::control::Kind;
use super::tables::Types;
use super::{EXNREF, GiveUp, Pass, Signature, Step};
use crate::limits::MAX_CATCHES;

impl Pass<'_> {
    pub(super) fn try_table(&mut self) -> Step {
        if !self.tables.exceptions {
            return Err(GiveUp);
        }
        let (params, results) = self.block_type()?;
        self.pop_all(params)?;
        let clauses = self.reader.u32()?;
        if clauses > MAX_CATCHES {
            return Err(GiveUp);
        }
        for _ in 0..clauses {
            self.clause()?;
        }
        self.enter(Kind::Block, params, results)
    }

    /// A clause branches with what the exception carries, and with the exception itself if it is one of those.
    fn clause(&mut self) -> Step {
        let (carried, with_exception) = match self.reader.byte()? {
            0 => (self.tag()?.params, false),
            1 => (self.tag()?.params, true),
            2 => (Types::default(), false),
            3 => (Types::default(), true),
            _ => return Err(GiveUp),
        };
        let label = self.label()?;
        let (carried, label) = (self.tables.list(carried), self.tables.list(label));
        let fits = match label.split_last() {
            Some((&EXNREF, others)) if with_exception => others == carried,
            _ => !with_exception && label == carried,
        };
        if fits { Ok(()) } else { Err(GiveUp) }
    }

    pub(super) fn throw_ref(&mut self) -> Step {
        if !self.tables.exceptions {
            return Err(GiveUp);
        }
        self.pop(EXNREF)?;
        self.unreachable()
    }

    pub(super) fn throw(&mut self) -> Step {
        let tag = self.tag()?;
        self.pop_all(tag.params)?;
        self.unreachable()
    }

    pub(super) fn try_(&mut self) -> Step {
        self.legacy()?;
        self.enter_block(Kind::Try)
    }

    pub(super) fn catch(&mut self) -> Step {
        self.legacy()?;
        let tag = self.tag()?;
        self.begin_handler(Kind::Catch)?;
        self.push_all(tag.params)
    }

    pub(super) fn catch_all(&mut self) -> Step {
        self.legacy()?;
        self.begin_handler(Kind::CatchAll)
    }

    pub(super) fn delegate(&mut self) -> Step {
        self.legacy()?;
        if self.innermost()?.kind != Kind::Try {
            return Err(GiveUp);
        }
        self.end()?;
        self.label().map(drop)
    }

    pub(super) fn rethrow(&mut self) -> Step {
        self.legacy()?;
        if !matches!(self.target()?.kind, Kind::Catch | Kind::CatchAll) {
            return Err(GiveUp);
        }
        self.unreachable()
    }

    fn legacy(&self) -> Step {
        if self.tables.legacy_exceptions {
            Ok(())
        } else {
            Err(GiveUp)
        }
    }

    fn tag(&mut self) -> Result<Signature, GiveUp> {
        let tag = self.reader.u32()?;
        match self.tables.tags.get(tag as usize) {
            Some(signature) if signature.simple => Ok(*signature),
            _ => Err(GiveUp),
        }
    }

    /// Ends the body or the handler before, in a frame that may still have another.
    fn begin_handler(&mut self, kind: Kind) -> Step {
        if !matches!(self.innermost()?.kind, Kind::Try | Kind::Catch) {
            return Err(GiveUp);
        }
        self.leave_results()?;
        self.unreachable = false;
        self.innermost()?.kind = kind;
        Ok(())
    }
}
