//! WebAssembly's types as Cranelift's, and signatures after the calling convention.

use cranelift_codegen::ir::{self, AbiParam, Signature, Type, types};
use cranelift_codegen::isa::CallConv;
use smallvec::SmallVec;
use weft_abi::value::{Repr, repr_in, repr_of_ref};
use weft_module::{FuncType, ModuleInfo, RefKind, TypeIndex};

use super::Failure;

/// The type of pointers: vmctx, code, and everything they lead to.
pub(crate) const POINTER: Type = types::I64;
/// The type that a vector has wherever its lanes do not matter: in locals, at joins and in calls.
pub(crate) const V128: Type = types::I8X16;

/// A few types.
pub(crate) type Types = SmallVec<[Type; 4]>;

/// Bytes of stack arguments that one call may take: more do not fit in a `ret` instruction.
const MAX_STACK_ARGUMENTS: u32 = 65_504;

/// The machine type for `repr`.
pub(crate) fn clif_type(repr: Repr) -> Type {
    match repr {
        Repr::I32 => types::I32,
        Repr::I64 => types::I64,
        Repr::F32 => types::F32,
        Repr::F64 => types::F64,
        Repr::V128 => V128,
    }
}

/// The machine types of `tys`.
pub(crate) fn clif_types(module: &ModuleInfo, tys: &[weft_module::ValType]) -> Types {
    tys.iter()
        .map(|&ty| clif_type(repr_in(module, ty)))
        .collect()
}

/// The machine type of a type as the operator reader gives it.
pub(crate) fn read_type(module: &ModuleInfo, ty: wasmparser::ValType) -> Result<Type, Failure> {
    Ok(match ty {
        wasmparser::ValType::I32 => types::I32,
        wasmparser::ValType::I64 => types::I64,
        wasmparser::ValType::F32 => types::F32,
        wasmparser::ValType::F64 => types::F64,
        wasmparser::ValType::V128 => V128,
        wasmparser::ValType::Ref(reference) => read_heap_type(module, reference.heap_type())?,
    })
}

/// The machine type of references to `heap`.
pub(crate) fn read_heap_type(
    module: &ModuleInfo,
    heap: wasmparser::HeapType,
) -> Result<Type, Failure> {
    Ok(clif_type(repr_of_ref(hierarchy(module, heap)?)))
}

fn hierarchy(module: &ModuleInfo, heap: wasmparser::HeapType) -> Result<RefKind, Failure> {
    use wasmparser::{AbstractHeapType as Abstract, HeapType};
    match heap {
        HeapType::Abstract { ty, .. } => match ty {
            Abstract::Func | Abstract::NoFunc => Ok(RefKind::Func),
            Abstract::Extern | Abstract::NoExtern => Ok(RefKind::Extern),
            Abstract::Exn | Abstract::NoExn => Ok(RefKind::Exn),
            Abstract::Any
            | Abstract::Eq
            | Abstract::I31
            | Abstract::Struct
            | Abstract::Array
            | Abstract::None => Ok(RefKind::Any),
            Abstract::Cont | Abstract::NoCont => Err(Failure::Unsupported("a continuation")),
        },
        HeapType::Concrete(index) | HeapType::Exact(index) => {
            let index = index
                .as_module_index()
                .ok_or_else(|| Failure::Malformed("a type outside the module".to_owned()))?;
            let heap = weft_module::HeapType::Concrete(TypeIndex(index));
            Ok(weft_abi::value::ref_kind_in(module, heap))
        }
    }
}

/// A signature of Cranelift's with what the convention adds.
pub(crate) struct Convention {
    /// `(vmctx, [results pointer], params…) → results`.
    pub(crate) signature: Signature,
    /// The result types, when they come back in 16-byte slots of memory.
    pub(crate) in_memory: Option<Types>,
}

/// The convention of functions of type `ty`.
pub(crate) fn convention(module: &ModuleInfo, ty: &FuncType) -> Result<Convention, Failure> {
    let reprs = |tys: &[weft_module::ValType]| -> SmallVec<[Repr; 8]> {
        tys.iter().map(|&ty| repr_in(module, ty)).collect()
    };
    let (params, results) = (reprs(&ty.params), reprs(&ty.results));
    let places =
        weft_abi::signature::Signature::new(params.iter().copied(), results.iter().copied());
    if places.stack_bytes > MAX_STACK_ARGUMENTS {
        return Err(Failure::limit("a call in it has too many arguments"));
    }
    let mut signature = raw_signature(&params, &[]);
    let results: Types = results.into_iter().map(clif_type).collect();
    if places.results_in_memory {
        signature.params.insert(1, AbiParam::new(POINTER));
        return Ok(Convention {
            signature,
            in_memory: Some(results),
        });
    }
    signature.returns = results.into_iter().map(AbiParam::new).collect();
    Ok(Convention {
        signature,
        in_memory: None,
    })
}

/// The signature `(vmctx, params…) → results` of something that has all results in registers.
pub(crate) fn raw_signature(params: &[Repr], results: &[Repr]) -> Signature {
    let param = |&repr: &Repr| AbiParam::new(clif_type(repr));
    let mut signature = Signature::new(CallConv::Tail);
    signature.params.push(AbiParam::new(POINTER));
    signature.params.extend(params.iter().map(param));
    signature.returns.extend(results.iter().map(param));
    signature
}

/// Whether `ty` is a whole vector, with whatever lanes.
pub(crate) fn is_vector(ty: ir::Type) -> bool {
    ty.is_vector() && ty.bits() == 128
}
