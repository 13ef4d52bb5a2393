//! Fuel and polling: code that is only there when the settings ask for it.
//!
//! Fuel is one unit an instruction. It is subtracted where straight code ends — before
//! branches, calls and traps — and compared with zero at function entries and loop heads, so a
//! function may overdraw by the instructions of one iteration.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use weft_abi::Libcall;
use weft_abi::layout::field;

use super::{FunctionTranslator, Region};

impl FunctionTranslator<'_> {
    /// Subtracts the fuel for what was translated since the last time.
    pub(crate) fn count_fuel(&mut self) {
        let count = std::mem::take(&mut self.uncounted);
        if !self.tunables.fuel || count == 0 || !self.reachable {
            return;
        }
        let store = self.store_context();
        let flags = self.trusted(Region::Fuel);
        let ins = self.builder.ins();
        let fuel = ins.load(types::I64, flags, store, field::STORE_FUEL);
        let left = self.builder.ins().iadd_imm_s(fuel, -count);
        let ins = self.builder.ins();
        ins.store(flags, left, store, field::STORE_FUEL);
    }

    /// What a function's entry and a loop's head check: fuel and requests to stop.
    pub(crate) fn meter_loop_or_entry(&mut self) {
        if self.tunables.fuel {
            self.check_fuel();
        }
        if self.tunables.poll_interrupts {
            self.poll();
        }
    }

    fn check_fuel(&mut self) {
        let store = self.store_context();
        let flags = self.trusted(Region::Fuel);
        let ins = self.builder.ins();
        let fuel = ins.load(types::I64, flags, store, field::STORE_FUEL);
        let empty = self
            .builder
            .ins()
            .icmp_imm_s(IntCC::SignedLessThanOrEqual, fuel, 0);
        self.call_rarely(empty, Libcall::OutOfFuel);
    }

    /// The load is atomic so that it is done anew each time.
    fn poll(&mut self) {
        let store = self.store_context();
        let flags = self.trusted(Region::Constants);
        let address = self
            .builder
            .ins()
            .iadd_imm_s(store, i64::from(field::STORE_PENDING));
        let pending = self.builder.ins().atomic_load(types::I32, flags, address);
        self.call_rarely(pending, Libcall::Poll);
    }

    /// Calls `libcall`, which has no parameters, if `condition` is not zero; out of line.
    fn call_rarely(&mut self, condition: Value, libcall: Libcall) {
        let next = self.builder.create_block();
        let call = self.cold_block();
        self.builder.ins().brif(condition, call, &[], next, &[]);
        self.builder.switch_to_block(call);
        self.builder.seal_block(call);
        self.libcall(libcall, &[]);
        self.builder.ins().jump(next, &[]);
        self.builder.switch_to_block(next);
        self.builder.seal_block(next);
    }

    /// A new block that is laid out apart from the others.
    pub(crate) fn cold_block(&mut self) -> Block {
        let block = self.builder.create_block();
        self.builder.set_cold_block(block);
        block
    }

    /// The pointer to the store's context.
    pub(crate) fn store_context(&mut self) -> Value {
        self.vmctx_pointer(field::VMCTX_STORE)
    }
}
