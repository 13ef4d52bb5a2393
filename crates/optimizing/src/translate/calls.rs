//! Calls: of functions, through references, and into the runtime.

use std::rc::Rc;

use cranelift_codegen::ir::{
    ExtFuncData, ExternalName, FuncRef, InstBuilder, SigRef, StackSlot, StackSlotData,
    StackSlotKind, Type, UserExternalName, Value,
};
use cranelift_codegen::isa::CallConv;
use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};
use weft_abi::layout::field;
use weft_abi::{Libcall, TrapKind};
use weft_module::{FuncIndex, TypeIndex};

use super::body::RESULT_SLOT;
use super::types::{Shapes, convention, raw_signature, shapes};
use super::{Failure, FunctionTranslator, POINTER, Region, Shape, Translated, Values};

/// The base-2 logarithm of the alignment of the slots for results in memory.
const RESULT_SLOT_ALIGN: u8 = 4;

/// What a function has named so far, so that each is named once.
#[derive(Default)]
pub(crate) struct Names {
    signatures: FxHashMap<TypeIndex, NamedSignature>,
    functions: FxHashMap<FuncIndex, FuncRef>,
    /// Signatures and functions as [`FunctionTranslator::preserving`] names them.
    preserving: (FxHashMap<SigRef, SigRef>, FxHashMap<FuncRef, FuncRef>),
    libcalls: FxHashMap<Libcall, SigRef>,
    /// Layouts of struct types.
    pub(crate) structs: FxHashMap<TypeIndex, Rc<weft_abi::gc::StructLayout>>,
    /// Integers.
    pub(super) integers: FxHashMap<(Type, i64), Value>,
    /// Constants of the instance, by what they were loaded from and the offset there.
    pub(super) constants: FxHashMap<(Value, i32), Value>,
    /// Room for the results in memory of whichever call is under way.
    results: Option<StackSlot>,
}

#[derive(Clone)]
struct NamedSignature {
    signature: SigRef,
    params: usize,
    results: Rc<Shapes>,
    in_memory: bool,
    is_direct: bool,
}

/// What to call.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Callee {
    /// Its code.
    pub(crate) code: Code,
    /// What it gets as its vmctx.
    pub(crate) vmctx: Value,
}

/// Where code is.
#[derive(Copy, Clone, Debug)]
pub(crate) enum Code {
    /// In this module.
    Named(FuncRef),
    /// At this address.
    At(Value),
}

impl FunctionTranslator<'_> {
    /// Calls `callee`, a function of type `ty`, with the topmost operands.
    pub(crate) fn call(&mut self, callee: Callee, ty: TypeIndex) -> Translated {
        let named = self.signature(ty)?;
        let slot = self.results_slot(&named);
        let arguments = self.arguments(callee.vmctx, slot, named.params);
        self.count_fuel();
        let in_registers: &[Shape] = match slot {
            Some(_) => &[],
            None => &named.results,
        };
        let handlers = self.handlers_here();
        let results = match handlers.is_empty() {
            true => self.plain_call(callee.code, named.signature, &arguments),
            false => {
                let (code, signature) = match named.is_direct {
                    true => self.preserving(callee.code, named.signature),
                    false => (callee.code, named.signature),
                };
                self.try_call(code, signature, &arguments, in_registers, &handlers)?
            }
        };
        match slot {
            Some(slot) => self.push_results_in_memory(&named.results, slot),
            None => self.push_results(&results, &named.results),
        }
        Ok(())
    }

    /// Calls `code` where no handler is around, and gives the results in registers.
    fn plain_call(&mut self, code: Code, signature: SigRef, arguments: &[Value]) -> Values {
        let ins = self.builder.ins();
        let inst = match code {
            Code::Named(func) => ins.call(func, arguments),
            Code::At(code) => ins.call_indirect(signature, code, arguments),
        };
        self.note_safepoint(inst);
        self.builder.inst_results(inst).into()
    }

    /// The same callee, as one that leaves the preserved registers as they were when it throws, too. The runtime sees to that for all; but
    /// Cranelift takes it for granted only where the convention is C's. Where the signature is direct, that one passes everything
    /// in the same way.
    fn preserving(&mut self, code: Code, signature: SigRef) -> (Code, SigRef) {
        let func = &mut *self.builder.func;
        let (signatures, functions) = &mut self.names.preserving;
        let signature = *signatures.entry(signature).or_insert_with(|| {
            let mut signature = func.dfg.signatures[signature].clone();
            signature.call_conv = CallConv::SystemV;
            func.import_signature(signature)
        });
        let code = match code {
            Code::At(_) => code,
            Code::Named(named) => Code::Named(*functions.entry(named).or_insert_with(|| {
                let data = func.dfg.ext_funcs[named].clone();
                func.import_function(ExtFuncData { signature, ..data })
            })),
        };
        (code, signature)
    }

    /// Calls `callee`, a function of type `ty`, in the place of this one.
    pub(crate) fn return_call(&mut self, callee: Callee, ty: TypeIndex) -> Translated {
        let named = self.signature(ty)?;
        let arguments = self.arguments(callee.vmctx, self.results_pointer, named.params);
        self.count_fuel();
        match callee.code {
            Code::Named(func) => self.builder.ins().return_call(func, &arguments),
            Code::At(code) => {
                let ins = self.builder.ins();
                ins.return_call_indirect(named.signature, code, &arguments)
            }
        };
        self.reachable = false;
        Ok(())
    }

    /// Pops `count` arguments and puts what the convention adds before them.
    fn arguments(
        &mut self,
        vmctx: Value,
        results: Option<Value>,
        count: usize,
    ) -> SmallVec<[Value; 10]> {
        let operands = self.peekn(count);
        self.stack.truncate(self.stack.len() - count);
        let mut arguments = smallvec![vmctx];
        arguments.extend(results);
        arguments.extend(operands);
        arguments
    }

    fn push_results(&mut self, results: &[Value], shapes: &[Shape]) {
        for (&value, &shape) in results.iter().zip(shapes) {
            self.push_traced(value, shape);
        }
    }

    fn push_results_in_memory(&mut self, results: &[Shape], slot: Value) {
        let flags = self.trusted(Region::Results);
        for (index, &shape) in results.iter().enumerate() {
            let offset = index as i32 * RESULT_SLOT;
            let value = self.builder.ins().load(shape.ty, flags, slot, offset);
            self.push_traced(value, shape);
        }
    }

    fn results_slot(&mut self, named: &NamedSignature) -> Option<Value> {
        if !named.in_memory {
            return None;
        }
        let count = named.results.len();
        let size = (count as i32 * RESULT_SLOT) as u32;
        let slot = match self.names.results {
            Some(slot) => {
                let data = &mut self.builder.func.sized_stack_slots[slot];
                data.size = data.size.max(size);
                slot
            }
            None => {
                let kind = StackSlotKind::ExplicitSlot;
                let data = StackSlotData::new(kind, size, RESULT_SLOT_ALIGN);
                self.builder.create_sized_stack_slot(data)
            }
        };
        self.names.results = Some(slot);
        Some(self.builder.ins().stack_addr(POINTER, slot, 0))
    }

    fn signature(&mut self, ty: TypeIndex) -> Translated<NamedSignature> {
        if let Some(named) = self.names.signatures.get(&ty) {
            return Ok(named.clone());
        }
        let func_type = self.module.func_type(ty);
        let convention = convention(self.module, func_type)?;
        let named = NamedSignature {
            signature: self.builder.import_signature(convention.signature),
            params: func_type.params.len(),
            results: Rc::new(shapes(self.module, &func_type.results)),
            in_memory: convention.in_memory,
            is_direct: convention.is_direct,
        };
        self.names.signatures.insert(ty, named.clone());
        Ok(named)
    }

    /// How to call the function `func` of the module.
    pub(crate) fn callee(&mut self, func: FuncIndex) -> Translated<Callee> {
        match self.module.defined_func(func) {
            Some(_) => Ok(Callee {
                code: Code::Named(self.defined(func)?),
                vmctx: self.vmctx,
            }),
            None => Ok(self.imported(func)),
        }
    }

    fn defined(&mut self, func: FuncIndex) -> Translated<FuncRef> {
        if let Some(&named) = self.names.functions.get(&func) {
            return Ok(named);
        }
        let signature = self.signature(self.module.functions[func].ty)?.signature;
        let name = UserExternalName::new(0, func.0);
        let name = self.builder.func.declare_imported_user_function(name);
        let named = self.builder.import_function(ExtFuncData {
            name: ExternalName::user(name),
            signature,
            colocated: true,
            patchable: false,
        });
        self.names.functions.insert(func, named);
        Ok(named)
    }

    fn imported(&mut self, func: FuncIndex) -> Callee {
        let import = self.offsets.func_import(func);
        let func_ref = self.vmctx_pointer(import + field::FUNC_IMPORT_FUNC_REF);
        let flags = self.trusted(Region::Code);
        let ins = self.builder.ins();
        let code = ins.load(POINTER, flags, func_ref, field::FUNC_REF_CODE);
        let vmctx = self.vmctx_pointer(import + field::FUNC_IMPORT_VMCTX);
        Callee {
            code: Code::At(code),
            vmctx,
        }
    }

    /// How to call what the reference `func` points to. If it is null that traps as `null`, or, where that is `None`, it
    /// is known not to be.
    pub(crate) fn referenced(&mut self, func: Value, null: Option<TrapKind>) -> Callee {
        let code = match null {
            Some(kind) => self.faulting(Region::Code, kind),
            None => self.trusted(Region::Code),
        };
        let constant = self.trusted(Region::Constants).with_readonly();
        let ins = self.builder.ins();
        let code = ins.load(POINTER, code, func, field::FUNC_REF_CODE);
        let ins = self.builder.ins();
        let vmctx = ins.load(POINTER, constant, func, field::FUNC_REF_VMCTX);
        Callee {
            code: Code::At(code),
            vmctx,
        }
    }

    /// Calls into the runtime and gives the result, if there is one.
    pub(crate) fn libcall(&mut self, libcall: Libcall, arguments: &[Value]) -> Option<Value> {
        debug_assert_eq!(arguments.len(), libcall.params().len());
        let signature = self.libcall_signature(libcall);
        let table = self.vmctx_pointer(field::VMCTX_LIBCALLS);
        let stub = self.constant_at(table, libcall.offset(), POINTER);
        let mut all: SmallVec<[Value; 8]> = smallvec![self.vmctx];
        all.extend_from_slice(arguments);
        let inst = self.builder.ins().call_indirect(signature, stub, &all);
        self.note_safepoint(inst);
        self.builder.inst_results(inst).first().copied()
    }

    /// A libcall that has a result.
    pub(crate) fn libcall_value(
        &mut self,
        libcall: Libcall,
        arguments: &[Value],
    ) -> Translated<Value> {
        self.libcall(libcall, arguments)
            .ok_or_else(|| Failure::limit(format!("{libcall:?} has no result")))
    }

    fn libcall_signature(&mut self, libcall: Libcall) -> SigRef {
        if let Some(&signature) = self.names.libcalls.get(&libcall) {
            return signature;
        }
        let result = libcall.result();
        let signature = raw_signature(libcall.params(), result.as_slice());
        let signature = self.builder.import_signature(signature);
        self.names.libcalls.insert(libcall, signature);
        signature
    }
}
