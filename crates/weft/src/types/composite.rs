//! Function, structure and array types (§ 2.3.6 to 2.3.9).

use std::fmt;
use std::sync::Arc;

use weft_abi::layout::TypeId;
use weft_module::CompositeType;
use weft_runtime::types as rt;

use super::{Defined, ValType};
use crate::{Engine, Result};

macro_rules! defined_type {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Hash)]
        pub struct $name(Defined);

        impl $name {
            pub(crate) fn defined(&self) -> &Defined {
                &self.0
            }

            pub(crate) fn from_defined(defined: Defined) -> Self {
                Self(defined)
            }

            /// The engine it is registered with.
            pub fn engine(&self) -> &Engine {
                self.0.engine()
            }

            /// Whether it is `other` or declared below it (§ 3.3.1). Types of different engines never match.
            pub fn matches(&self, other: &Self) -> bool {
                self.0.matches(&other.0)
            }

            /// Whether both are the same type of the same engine.
            #[allow(clippy::should_implement_trait, reason = "types have no `PartialEq` on purpose: see `ValType`")]
            pub fn eq(a: &Self, b: &Self) -> bool {
                a.0.same(&b.0)
            }
        }
    )*};
}

defined_type! {
    /// A function type (§ 2.3.8), registered with an engine.
    FuncType
    /// A structure type (§ 2.3.7).
    StructType
    /// An array type (§ 2.3.7).
    ArrayType
}

impl FuncType {
    /// The function type with these parameters and results.
    ///
    /// # Panics
    /// When a type in it belongs to another engine, or the engine is full of types (2²⁴). Use
    /// [`FuncType::try_new`] for an error.
    pub fn new(
        engine: &Engine,
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> Self {
        Self::try_new(engine, params, results).expect("cannot register a function type")
    }

    /// The function type with these parameters and results.
    ///
    /// # Errors
    /// When a type in it belongs to another engine, or the engine is full of types (2²⁴).
    pub fn try_new(
        engine: &Engine,
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> Result<Self> {
        let params: Vec<ValType> = params.into_iter().collect();
        let results: Vec<ValType> = results.into_iter().collect();
        if !params
            .iter()
            .chain(&results)
            .all(|ty| ty.belongs_to(engine))
        {
            crate::bail!("a function type of one engine names a type of another");
        }
        let ty = weft_module::FuncType {
            params: params.iter().map(ValType::to_live).collect(),
            results: results.iter().map(ValType::to_live).collect(),
        };
        Defined::register(engine, CompositeType::Func(ty), true, None).map(Self)
    }

    /// The type with the canonical id `id`, which is a function type.
    pub(crate) fn from_id(engine: &Engine, id: TypeId) -> Option<Self> {
        Defined::keep(engine, id).map(Self)
    }

    /// What registers it, with it as the only type.
    pub(crate) fn registered(&self) -> Result<Arc<rt::RegisteredTypes>> {
        let kept = self.engine().types().keep(self.id());
        kept.ok_or_else(|| weft_runtime::Misuse::WrongEngine.into())
    }

    pub(crate) fn live(&self) -> &rt::FuncType {
        self.0
            .entry
            .func()
            .expect("it was made from a function type")
    }

    pub(crate) fn id(&self) -> TypeId {
        self.0.id()
    }

    /// The parameter types.
    pub fn params(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        let engine = self.engine();
        let params = &self.live().params;
        params.iter().map(move |&ty| ValType::from_live(engine, ty))
    }

    /// The result types.
    pub fn results(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        let engine = self.engine();
        let results = &self.live().results;
        results
            .iter()
            .map(move |&ty| ValType::from_live(engine, ty))
    }

    /// The type of parameter `index`.
    pub fn param(&self, index: usize) -> Option<ValType> {
        self.params().nth(index)
    }

    /// The type of result `index`.
    pub fn result(&self, index: usize) -> Option<ValType> {
        self.results().nth(index)
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(func")?;
        fmt_types(f, "param", self.params())?;
        fmt_types(f, "result", self.results())?;
        f.write_str(")")
    }
}

fn fmt_types(
    f: &mut fmt::Formatter<'_>,
    word: &str,
    types: impl ExactSizeIterator<Item = ValType>,
) -> fmt::Result {
    if types.len() == 0 {
        return Ok(());
    }
    write!(f, " ({word}")?;
    for ty in types {
        write!(f, " {ty}")?;
    }
    f.write_str(")")
}

impl fmt::Debug for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether something can change after creation.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Mutability {
    /// It cannot.
    Const,
    /// It can.
    Var,
}

impl Mutability {
    /// Whether it is [`Mutability::Var`].
    pub fn is_var(self) -> bool {
        self == Self::Var
    }

    /// Whether it is [`Mutability::Const`].
    pub fn is_const(self) -> bool {
        self == Self::Const
    }

    pub(crate) fn from_bool(mutable: bool) -> Self {
        if mutable { Self::Var } else { Self::Const }
    }
}

/// What a field of a structure or an element of an array holds (§ 2.3.7).
#[derive(Clone, Hash, Debug)]
pub enum StorageType {
    /// A packed 8-bit integer.
    I8,
    /// A packed 16-bit integer.
    I16,
    /// An unpacked value.
    ValType(ValType),
}

impl From<ValType> for StorageType {
    fn from(ty: ValType) -> Self {
        Self::ValType(ty)
    }
}

/// A field type (§ 2.3.7).
#[derive(Clone, Hash, Debug)]
pub struct FieldType {
    mutability: Mutability,
    storage: StorageType,
}

impl FieldType {
    /// A field of this storage type.
    pub fn new(mutability: Mutability, storage: StorageType) -> Self {
        Self {
            mutability,
            storage,
        }
    }

    fn to_live(&self, engine: &Engine) -> Result<weft_module::FieldType<TypeId>> {
        let storage = match &self.storage {
            StorageType::I8 => weft_module::StorageType::I8,
            StorageType::I16 => weft_module::StorageType::I16,
            StorageType::ValType(ty) if ty.belongs_to(engine) => {
                weft_module::StorageType::Val(ty.to_live())
            }
            StorageType::ValType(_) => crate::bail!("a field of one engine's type in another's"),
        };
        Ok(weft_module::FieldType {
            storage,
            mutable: self.mutability.is_var(),
        })
    }

    /// Whether it can be written after creation.
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }

    /// What is stored.
    pub fn element_type(&self) -> &StorageType {
        &self.storage
    }

    fn from_live(engine: &Engine, field: &weft_module::FieldType<TypeId>) -> Self {
        Self {
            mutability: Mutability::from_bool(field.mutable),
            storage: match field.storage {
                weft_module::StorageType::I8 => StorageType::I8,
                weft_module::StorageType::I16 => StorageType::I16,
                weft_module::StorageType::Val(ty) => {
                    StorageType::ValType(ValType::from_live(engine, ty))
                }
            },
        }
    }
}

impl StructType {
    /// The structure type with these fields, final and without a supertype.
    ///
    /// # Errors
    /// When a type in it belongs to another engine, or the engine is full of types (2²⁴).
    pub fn new(engine: &Engine, fields: impl IntoIterator<Item = FieldType>) -> Result<Self> {
        Self::with_finality_and_supertype(engine, true, None, fields)
    }

    /// The structure type with these fields, below `supertype`.
    ///
    /// # Errors
    /// When it is not a subtype of `supertype` by its fields, `supertype` is final, a type in it belongs to another engine, or the
    /// engine is full of types (2²⁴).
    pub fn with_finality_and_supertype(
        engine: &Engine,
        is_final: bool,
        supertype: Option<&Self>,
        fields: impl IntoIterator<Item = FieldType>,
    ) -> Result<Self> {
        let fields: Result<Box<[_]>> = fields
            .into_iter()
            .map(|field| field.to_live(engine))
            .collect();
        let composite = CompositeType::Struct(fields?);
        let supertype = supertype.map(|ty| &ty.0);
        Defined::register_below(engine, composite, is_final, supertype).map(Self)
    }

    /// The type of field `index`.
    pub fn field(&self, index: usize) -> Option<FieldType> {
        self.fields().into_iter().nth(index)
    }

    /// The types of its fields, in order.
    pub fn fields(&self) -> Vec<FieldType> {
        match &self.0.entry.ty.composite {
            CompositeType::Struct(fields) => fields
                .iter()
                .map(|field| FieldType::from_live(self.engine(), field))
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl ArrayType {
    /// The array type with elements of this type, final and without a supertype.
    ///
    /// # Errors
    /// When the element type belongs to another engine, or the engine is full of types (2²⁴).
    pub fn new(engine: &Engine, field: FieldType) -> Result<Self> {
        Self::with_finality_and_supertype(engine, true, None, field)
    }

    /// The array type with elements of this type, below `supertype`.
    ///
    /// # Errors
    /// As for [`StructType::with_finality_and_supertype`].
    pub fn with_finality_and_supertype(
        engine: &Engine,
        is_final: bool,
        supertype: Option<&Self>,
        field: FieldType,
    ) -> Result<Self> {
        let composite = CompositeType::Array(field.to_live(engine)?);
        let supertype = supertype.map(|ty| &ty.0);
        Defined::register_below(engine, composite, is_final, supertype).map(Self)
    }

    /// The type of its elements.
    pub fn field_type(&self) -> FieldType {
        match &self.0.entry.ty.composite {
            CompositeType::Array(field) => FieldType::from_live(self.engine(), field),
            other => unreachable!("it was made from an array type, not {other:?}"),
        }
    }
}

impl fmt::Debug for StructType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StructType").field(&self.fields()).finish()
    }
}

impl fmt::Debug for ArrayType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ArrayType")
            .field(&self.field_type())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_signatures_are_one_type() {
        let engine = Engine::default();
        let new = |engine: &Engine| FuncType::new(engine, [ValType::I32], [ValType::FUNCREF]);
        assert!(FuncType::eq(&new(&engine), &new(&engine)));
        assert!(!FuncType::eq(&new(&engine), &new(&Engine::default())));
        assert_eq!(
            new(&engine).to_string(),
            "(func (param i32) (result (ref null func)))"
        );
    }

    #[test]
    fn types_of_another_engine_are_refused() {
        let (one, other) = (Engine::default(), Engine::default());
        let heap = super::super::HeapType::ConcreteFunc(FuncType::new(&one, [], []));
        let reference = ValType::Ref(super::super::RefType::new(true, heap));
        assert!(FuncType::try_new(&other, [reference], []).is_err());
    }
}
