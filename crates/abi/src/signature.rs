//! The calling convention: Cranelift's `tail`, `(vmctx, [results pointer], params…) → results`.
//!
//! Facts for x86-64, which entry and exit stubs rely on: integers travel in `rdi rsi rdx rcx r8 r9`
//! (`rdi` is always vmctx), floats and vectors in `xmm0–7`, the rest in stack slots of 8 or 16
//! bytes, each aligned to its size; the area is rounded up to 16 and popped by the callee. Results
//! are in `rax rcx rdx rsi rdi r8 r9 r10` and `xmm0–7`, the two classes counted apart. When they do not fit, *all*
//! results go to memory, one 16-byte slot each, through a pointer that is an ordinary parameter
//! right after vmctx. `rbx rbp r12–r15` are preserved, by a throw to a handler as by a return.

use smallvec::SmallVec;

use crate::value::{RegClass, Repr};

/// General-purpose registers for arguments, vmctx's included.
pub const INT_ARGS: usize = 6;
/// Vector registers for arguments.
pub const FLOAT_ARGS: usize = 8;
/// General-purpose registers for results.
pub const INT_RESULTS: usize = 8;
/// Vector registers for results.
pub const FLOAT_RESULTS: usize = 8;

/// Where an argument or result is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Location {
    /// The n-th general-purpose register of its list; as an argument, vmctx is number 0.
    Int(u8),
    /// The n-th vector register.
    Float(u8),
    /// Bytes above the return address at entry.
    Stack(u32),
}

/// Where everything of a function type is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// Machine type and place of each parameter, in order.
    pub params: SmallVec<[(Repr, Location); 8]>,
    /// Machine type and place of each result; `Location` is meaningless when `results_in_memory`.
    pub results: SmallVec<[(Repr, Location); 4]>,
    /// Whether results go to 16-byte slots through a pointer that is passed right after vmctx.
    pub results_in_memory: bool,
    /// Bytes of stack arguments: a multiple of 16.
    pub stack_bytes: u32,
}

impl Signature {
    /// Assigns places to parameters and results.
    pub fn new(
        params: impl IntoIterator<Item = Repr>,
        results: impl IntoIterator<Item = Repr>,
    ) -> Self {
        let results: SmallVec<[Repr; 4]> = results.into_iter().collect();
        let in_memory = !results_fit(&results);
        let mut assigner = Assigner {
            ints: 1 + in_memory as usize,
            floats: 0,
            stack: 0,
        };
        let params = params
            .into_iter()
            .map(|repr| (repr, assigner.param(repr)))
            .collect();
        Self {
            params,
            results: place_results(&results),
            results_in_memory: in_memory,
            stack_bytes: assigner.stack.next_multiple_of(16),
        }
    }

    /// Whether every argument is in a register and at most one result comes back: what the direct
    /// entry and exit paths can take.
    pub fn is_direct(&self) -> bool {
        self.stack_bytes == 0 && !self.results_in_memory && self.results.len() <= 1
    }
}

struct Assigner {
    ints: usize,
    floats: usize,
    stack: u32,
}

impl Assigner {
    fn param(&mut self, repr: Repr) -> Location {
        let (used, limit) = match repr.class() {
            RegClass::Int => (&mut self.ints, INT_ARGS),
            RegClass::Float => (&mut self.floats, FLOAT_ARGS),
        };
        if *used == limit {
            return self.stack_slot(repr.size().max(8));
        }
        *used += 1;
        register(repr.class(), *used - 1)
    }

    fn stack_slot(&mut self, size: u32) -> Location {
        let offset = self.stack.next_multiple_of(size);
        self.stack = offset + size;
        Location::Stack(offset)
    }
}

fn register(class: RegClass, number: usize) -> Location {
    match class {
        RegClass::Int => Location::Int(number as u8),
        RegClass::Float => Location::Float(number as u8),
    }
}

fn results_fit(results: &[Repr]) -> bool {
    let ints = results
        .iter()
        .filter(|repr| repr.class() == RegClass::Int)
        .count();
    ints <= INT_RESULTS && results.len() - ints <= FLOAT_RESULTS
}

fn place_results(results: &[Repr]) -> SmallVec<[(Repr, Location); 4]> {
    let mut counts = [0; 2];
    let mut place = |repr: Repr| {
        let count = &mut counts[(repr.class() == RegClass::Float) as usize];
        *count += 1;
        (repr, register(repr.class(), *count - 1))
    };
    results.iter().map(|&repr| place(repr)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Repr::*;

    #[test]
    fn vmctx_takes_the_first_register_and_the_seventh_integer_goes_to_the_stack() {
        let signature = Signature::new([I64; 7], [I64]);
        assert_eq!(signature.params[0].1, Location::Int(1));
        assert_eq!(signature.params[4].1, Location::Int(5));
        assert_eq!(signature.params[5].1, Location::Stack(0));
        assert_eq!(signature.params[6].1, Location::Stack(8));
        assert_eq!(signature.stack_bytes, 16);
    }

    #[test]
    fn nine_integer_results_go_to_memory_and_cost_a_parameter_register() {
        let signature = Signature::new([I32], [I32; 9]);
        assert!(signature.results_in_memory);
        assert_eq!(signature.params[0].1, Location::Int(2));
    }

    #[test]
    fn vectors_on_the_stack_are_aligned() {
        let signature = Signature::new(
            std::iter::repeat_n(F64, 9).chain([V128]),
            std::iter::empty(),
        );
        assert_eq!(signature.params[8].1, Location::Stack(0));
        assert_eq!(signature.params[9].1, Location::Stack(16));
        assert_eq!(signature.stack_bytes, 32);
    }
}
