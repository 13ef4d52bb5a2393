//! From the operator reader to the instructions' methods.
//!
//! The reader calls one trait method for each instruction; a macro forwards it to the method of the same name that
//! `crate::ops` has on the translator. What the forwarding adds is the same for all: in code that cannot be
//! reached only the structure of blocks is followed, and whole groups that the compiler does not
//! know fail here, in one place.

use wasmparser::{VisitOperator, VisitSimdOperator};

use super::{Failure, FunctionTranslator, Translated};

/// The reader's view of a translator.
pub(super) struct Dispatcher<'t, 'a>(pub(super) &'t mut FunctionTranslator<'a>);

/// Whether an instruction matters even where it cannot be reached.
macro_rules! is_structural {
    (Block) => {
        true
    };
    (Loop) => {
        true
    };
    (If) => {
        true
    };
    (Else) => {
        true
    };
    (End) => {
        true
    };
    (TryTable) => {
        true
    };
    (Try) => {
        true
    };
    (Catch) => {
        true
    };
    (CatchAll) => {
        true
    };
    (Delegate) => {
        true
    };
    ($other:ident) => {
        false
    };
}

macro_rules! forward {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {$(
        #[inline]
        fn $visit(&mut self $($(, $arg: $argty)*)?) -> Self::Output {
            forward!(one @$proposal self $op $visit ($($($arg),*)?))
        }
    )*};
    (one @custom_descriptors $self:ident $op:ident $visit:ident ($($arg:ident),*)) => {
        forward!(unknown $self $op ($($arg),*))
    };
    (one @stack_switching $self:ident $op:ident $visit:ident ($($arg:ident),*)) => {
        forward!(unknown $self $op ($($arg),*))
    };
    (one @shared_everything_threads $self:ident $op:ident $visit:ident ($($arg:ident),*)) => {
        forward!(unknown $self $op ($($arg),*))
    };
    (one @acquire_release_atomics $self:ident $op:ident $visit:ident ($($arg:ident),*)) => {
        forward!(unknown $self $op ($($arg),*))
    };
    (one @memory_control $self:ident $op:ident $visit:ident ($($arg:ident),*)) => {
        forward!(unknown $self $op ($($arg),*))
    };
    (one @$proposal:ident $self:ident $op:ident $visit:ident ($($arg:ident),*)) => {{
        if !$self.0.reachable && !is_structural!($op) {
            return Ok(());
        }
        $self.0.$visit($($arg),*)
    }};
    (unknown $self:ident $op:ident ($($arg:ident),*)) => {{
        $(let _ = $arg;)*
        $self.unknown(stringify!($op))
    }};
}

impl Dispatcher<'_, '_> {
    /// The one place for instructions that this compiler does not know. They fail only where
    /// they could be executed.
    fn unknown(&mut self, instruction: &'static str) -> Translated {
        if self.0.reachable {
            Err(Failure::Unsupported(instruction))
        } else {
            Ok(())
        }
    }
}

impl<'a> VisitOperator<'a> for Dispatcher<'_, '_> {
    type Output = Translated;

    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = Translated>> {
        Some(self)
    }

    wasmparser::for_each_visit_operator!(forward);
}

impl<'a> VisitSimdOperator<'a> for Dispatcher<'_, '_> {
    wasmparser::for_each_visit_simd_operator!(forward);
}
