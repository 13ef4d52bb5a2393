//! WebAssembly's types as Cranelift's, and signatures after the calling convention.

use cranelift_codegen::ir::{self, AbiParam, Signature, Type, types};
use cranelift_codegen::isa::CallConv;
use smallvec::SmallVec;
use weft_abi::value::{Repr, ref_kind_in, repr_in, repr_of_ref};
use weft_module::{FuncType, HeapType, ModuleInfo, RefKind, TypeIndex};

use super::Failure;

/// The type of pointers: vmctx, code, and everything they lead to.
pub(crate) const POINTER: Type = types::I64;
/// The type that a vector has wherever its lanes do not matter: in locals, at joins and in calls.
pub(crate) const V128: Type = types::I8X16;

/// What a value is to the compiler.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Shape {
    /// Its machine type.
    pub(crate) ty: Type,
    /// Whether it is a reference that the collector follows and updates: see `roots`.
    pub(crate) traced: bool,
    /// Whether its type says that it is a reference to an object: neither null nor an integer nor a value of the host.
    pub(crate) object: bool,
    /// Whether its type says that it is such a reference or null.
    pub(crate) untagged: bool,
}

/// A few shapes.
pub(crate) type Shapes = SmallVec<[Shape; 4]>;

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

/// The shape of references of a hierarchy.
pub(crate) fn ref_shape(kind: RefKind) -> Shape {
    Shape {
        ty: clif_type(repr_of_ref(kind)),
        traced: kind != RefKind::Func,
        object: false,
        untagged: false,
    }
}

/// The shape of values of type `ty`.
pub(crate) fn shape(module: &ModuleInfo, ty: weft_module::ValType) -> Shape {
    match ty {
        weft_module::ValType::Ref(reference) => {
            shape_of_ref(module, reference.nullable, reference.heap)
        }
        number => plain(clif_type(repr_in(module, number))),
    }
}

/// The shapes of values of types `tys`.
pub(crate) fn shapes(module: &ModuleInfo, tys: &[weft_module::ValType]) -> Shapes {
    tys.iter().map(|&ty| shape(module, ty)).collect()
}

fn plain(ty: Type) -> Shape {
    Shape {
        ty,
        traced: false,
        object: false,
        untagged: false,
    }
}

fn shape_of_ref(module: &ModuleInfo, nullable: bool, heap: HeapType) -> Shape {
    let kind = ref_kind_in(module, heap);
    let structured = matches!(
        heap,
        HeapType::Struct | HeapType::Array | HeapType::Concrete(_)
    );
    let untagged = structured && kind == RefKind::Any;
    Shape {
        object: untagged && !nullable,
        untagged,
        ..ref_shape(kind)
    }
}

/// The shape of a type as the operator reader gives it.
pub(crate) fn read_type(module: &ModuleInfo, ty: wasmparser::ValType) -> Result<Shape, Failure> {
    Ok(match ty {
        wasmparser::ValType::I32 => plain(types::I32),
        wasmparser::ValType::I64 => plain(types::I64),
        wasmparser::ValType::F32 => plain(types::F32),
        wasmparser::ValType::F64 => plain(types::F64),
        wasmparser::ValType::V128 => plain(V128),
        wasmparser::ValType::Ref(reference) => {
            let heap = read_heap_type(reference.heap_type())?;
            shape_of_ref(module, reference.is_nullable(), heap)
        }
    })
}

/// The hierarchy of a heap type as the operator reader gives it.
pub(crate) fn read_hierarchy(
    module: &ModuleInfo,
    heap: wasmparser::HeapType,
) -> Result<RefKind, Failure> {
    Ok(ref_kind_in(module, read_heap_type(heap)?))
}

/// A heap type as the operator reader gives it.
pub(crate) fn read_heap_type(heap: wasmparser::HeapType) -> Result<weft_module::HeapType, Failure> {
    use wasmparser::{AbstractHeapType as Abstract, HeapType as Read};
    Ok(match heap {
        Read::Abstract { ty, .. } => match ty {
            Abstract::Func => HeapType::Func,
            Abstract::NoFunc => HeapType::NoFunc,
            Abstract::Extern => HeapType::Extern,
            Abstract::NoExtern => HeapType::NoExtern,
            Abstract::Exn => HeapType::Exn,
            Abstract::NoExn => HeapType::NoExn,
            Abstract::Any => HeapType::Any,
            Abstract::Eq => HeapType::Eq,
            Abstract::I31 => HeapType::I31,
            Abstract::Struct => HeapType::Struct,
            Abstract::Array => HeapType::Array,
            Abstract::None => HeapType::None,
            Abstract::Cont | Abstract::NoCont => {
                return Err(Failure::Unsupported("a continuation"));
            }
        },
        Read::Concrete(index) | Read::Exact(index) => {
            let index = index
                .as_module_index()
                .ok_or_else(|| Failure::Malformed("a type outside the module".to_owned()))?;
            HeapType::Concrete(TypeIndex(index))
        }
    })
}

/// A signature of Cranelift's with what the convention adds.
pub(crate) struct Convention {
    /// `(vmctx, [results pointer], params…) → results`.
    pub(crate) signature: Signature,
    /// Whether the results come back in 16-byte slots of memory.
    pub(crate) in_memory: bool,
    /// Whether all arguments are in registers, and at most one result.
    pub(crate) is_direct: bool,
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
    if places.results_in_memory {
        signature.params.insert(1, AbiParam::new(POINTER));
        return Ok(Convention {
            signature,
            in_memory: true,
            is_direct: false,
        });
    }
    let results = results.into_iter().map(clif_type);
    signature.returns = results.map(AbiParam::new).collect();
    Ok(Convention {
        signature,
        in_memory: false,
        is_direct: places.is_direct(),
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
