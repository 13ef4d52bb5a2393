//! What the pass has to know of a module, in the form it needs it in.

use super::{BOTTOM, EXNREF, EXTERNREF, F32, F64, FUNCREF, I32, I64, OTHER, Type, V128};
use crate::{
    AddressType, CompositeType, Features, FuncType, HeapType, ModuleInfo, RefType, ValType,
};

/// A list of types: a span of [`Tables::types`].
#[derive(Copy, Clone, Debug, Default)]
pub(super) struct Types {
    pub(super) start: u32,
    pub(super) length: u32,
}

impl Types {
    /// The list of `ty` alone: the first types of [`Tables::types`] are all types in order.
    pub(super) fn one(ty: Type) -> Self {
        Self {
            start: ty.into(),
            length: 1,
        }
    }
}

/// Parameters and results; `simple` when the pass knows the types of all.
#[derive(Copy, Clone, Debug)]
pub(super) struct Signature {
    pub(super) params: Types,
    pub(super) results: Types,
    pub(super) simple: bool,
}

impl Signature {
    const UNKNOWN: Self = Self {
        params: Types {
            start: 0,
            length: 0,
        },
        results: Types {
            start: 0,
            length: 0,
        },
        simple: false,
    };
}

/// A module as the pass sees it.
pub(crate) struct Tables {
    pub(super) types: Vec<Type>,
    /// By type index.
    pub(super) signatures: Vec<Signature>,
    /// By function index.
    pub(super) functions: Vec<Signature>,
    /// By global index: the type, and whether it may be set.
    pub(super) globals: Vec<(Type, bool)>,
    /// By table index: whether `call_indirect` may go through it with an i32.
    pub(super) callable_tables: Vec<bool>,
    /// Whether memory 0 exists and has 32-bit addresses.
    pub(super) memory32: bool,
    /// By tag index: what it carries.
    pub(super) tags: Vec<Signature>,
    pub(super) relaxed_simd: bool,
    pub(super) threads: bool,
    pub(super) exceptions: bool,
    pub(super) legacy_exceptions: bool,
}

impl Tables {
    /// The tables of a module, or `None` when features are off that the pass takes for granted.
    pub(crate) fn of(info: &ModuleInfo, features: &Features) -> Option<Self> {
        let enabled = features.sign_extension
            && features.saturating_float_to_int
            && features.multi_value
            && features.bulk_memory
            && features.reference_types
            && features.mutable_global
            && features.simd;
        enabled.then(|| Self::build(info, features))
    }

    fn build(info: &ModuleInfo, features: &Features) -> Self {
        let mut types: Vec<Type> = (BOTTOM..=OTHER).collect();
        let signatures: Vec<Signature> = info
            .types
            .values()
            .map(|ty| match &ty.composite {
                CompositeType::Func(func) => signature(func, &mut types),
                _ => Signature::UNKNOWN,
            })
            .collect();
        let of_function = |function: &crate::Function| signatures[function.ty.0 as usize];
        let global = |global: &crate::Global| (simple(global.ty.content), global.ty.mutable);
        Self {
            functions: info.functions.values().map(of_function).collect(),
            globals: info.globals.values().map(global).collect(),
            callable_tables: info
                .tables
                .values()
                .map(|table| callable(&table.ty))
                .collect(),
            memory32: info
                .memories
                .values()
                .next()
                .is_some_and(|memory| memory.address == AddressType::I32),
            tags: info
                .tags
                .values()
                .map(|ty| signatures[ty.0 as usize])
                .collect(),
            relaxed_simd: features.relaxed_simd,
            threads: features.threads,
            exceptions: features.exceptions,
            legacy_exceptions: features.legacy_exceptions,
            types,
            signatures,
        }
    }

    /// The types of a list.
    #[inline(always)]
    pub(super) fn list(&self, types: Types) -> &[Type] {
        &self.types[types.start as usize..(types.start + types.length) as usize]
    }
}

fn signature(func: &FuncType, types: &mut Vec<Type>) -> Signature {
    let params = list(&func.params, types);
    let results = list(&func.results, types);
    let simple = !types[params.start as usize..].contains(&OTHER);
    Signature {
        params,
        results,
        simple,
    }
}

fn list(from: &[ValType], types: &mut Vec<Type>) -> Types {
    let start = types.len() as u32;
    types.extend(from.iter().map(|&ty| simple(ty)));
    Types {
        start,
        length: from.len() as u32,
    }
}

fn simple(ty: ValType) -> Type {
    match ty {
        ValType::I32 => I32,
        ValType::I64 => I64,
        ValType::F32 => F32,
        ValType::F64 => F64,
        ValType::V128 => V128,
        ValType::Ref(RefType {
            nullable: true,
            heap: HeapType::Func,
        }) => FUNCREF,
        ValType::Ref(RefType {
            nullable: true,
            heap: HeapType::Extern,
        }) => EXTERNREF,
        ValType::Ref(RefType {
            nullable: true,
            heap: HeapType::Exn,
        }) => EXNREF,
        ValType::Ref(_) => OTHER,
    }
}

fn callable(table: &crate::TableType) -> bool {
    table.address == AddressType::I32 && simple(ValType::Ref(table.element)) == FUNCREF
}
