//! Tests of the type registry: canonical ids, subtyping and release.

use weft_module::{CompositeType, EntityIndex, SubType, TypeIndex};

use super::{FuncType, HeapType, RefType, TypeId, TypeRegistry, ValType};
use crate::by_heart::{engine, module};

fn func(params: &[ValType], supertype: Option<TypeId>) -> SubType<TypeId> {
    SubType {
        is_final: false,
        supertype,
        composite: CompositeType::Func(FuncType {
            params: params.into(),
            results: [].into(),
        }),
    }
}

fn concrete(id: TypeId) -> ValType {
    ValType::Ref(RefType {
        nullable: true,
        heap: HeapType::Concrete(id),
    })
}

#[test]
fn equal_groups_of_different_modules_share_ids() {
    let engine = engine(Vec::new());
    let text = "(module (type (func)) (rec (type $a (func (param (ref null $b)))) (type $b (func (param (ref null $a))))))";
    let first = module(&engine, text);
    let second = module(&engine, text);
    assert_eq!(first.types().ids(), second.types().ids());
    let other = module(
        &engine,
        "(module (rec (type $a (func (param (ref null $b)))) (type $b (func))))",
    );
    assert_ne!(
        other.types().ids()[TypeIndex(0)],
        first.types().ids()[TypeIndex(1)]
    );
    drop((first, second, other));
    assert!(engine.types().is_empty());
}

#[test]
fn positions_in_a_group_are_part_of_a_type() {
    let engine = engine(Vec::new());
    let code = module(
        &engine,
        "(module (type $f (func)) (rec (type $a (func)) (type $b (func))))",
    );
    let ids: Vec<_> = code.types().ids().values().copied().collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
}

#[test]
fn subtypes_are_found_within_and_beyond_the_display() {
    let registry = TypeRegistry::new().expect("room");
    let mut chain = vec![registry.register_alone(&func(&[], None)).expect("room")];
    for _ in 0..40 {
        let parent = chain[chain.len() - 1].ids()[TypeIndex(0)];
        chain.push(
            registry
                .register_alone(&func(&[], Some(parent)))
                .expect("room"),
        );
    }
    let ids: Vec<_> = chain
        .iter()
        .map(|types| types.ids()[TypeIndex(0)])
        .collect();
    for (low, &sub) in ids.iter().enumerate() {
        for (high, &sup) in ids.iter().enumerate() {
            assert_eq!(registry.is_subtype(sub, sup), high <= low, "{low} {high}");
        }
    }
}

#[test]
fn long_chains_are_released_without_recursion() {
    let registry = TypeRegistry::new().expect("room");
    let mut last = registry.register_alone(&func(&[], None)).expect("room");
    for _ in 0..100_000 {
        let param = concrete(last.ids()[TypeIndex(0)]);
        last = registry
            .register_alone(&func(&[param], None))
            .expect("room");
    }
    assert_eq!(registry.len(), 100_001);
    drop(last);
    assert!(registry.is_empty());
}

#[test]
fn a_type_lives_as_long_as_anyone_keeps_it() {
    let registry = TypeRegistry::new().expect("room");
    let made = registry.register_alone(&func(&[], None)).expect("room");
    let id = made.ids()[TypeIndex::new(0)];
    let kept = registry.keep(id).expect("registered");
    drop(made);
    assert!(registry.get(id).is_some());
    drop(kept);
    assert!(registry.get(id).is_none() && registry.keep(id).is_none());
}

#[test]
fn heap_types_match_as_the_lattice_says() {
    use weft_module::HeapType::*;
    let registry = TypeRegistry::new().expect("room");
    let made = registry
        .register_alone(&func(&[], Option::None))
        .expect("room");
    let id = made.ids()[TypeIndex(0)];
    let all = [
        Func,
        NoFunc,
        Extern,
        NoExtern,
        Any,
        Eq,
        I31,
        Struct,
        Array,
        None,
        Exn,
        NoExn,
        Concrete(id),
    ];
    let below = [
        (NoFunc, Func),
        (NoFunc, Concrete(id)),
        (Concrete(id), Func),
        (NoExtern, Extern),
        (NoExn, Exn),
        (Eq, Any),
        (I31, Any),
        (I31, Eq),
        (Struct, Any),
        (Struct, Eq),
        (Array, Any),
        (Array, Eq),
        (None, Any),
        (None, Eq),
        (None, I31),
        (None, Struct),
        (None, Array),
    ];
    for sub in all {
        for sup in all {
            let expected = sub == sup || below.contains(&(sub, sup));
            assert_eq!(registry.heap_matches(sub, sup), expected, "{sub:?} {sup:?}");
        }
    }
}

#[test]
fn types_are_described_in_the_words_of_the_text_format() {
    let engine = engine(Vec::new());
    let code = module(
        &engine,
        r#"(module
            (import "" "f" (func (param i32 (ref null extern)) (result v128)))
            (import "" "g" (global (mut i64)))
            (import "" "t" (table i64 1 2 funcref))
            (import "" "m" (memory 1 3 shared)))"#,
    );
    let described: Vec<_> = crate::linking::import_types(&code)
        .map(|ty| engine.types().describe(&ty))
        .collect();
    assert_eq!(
        described,
        [
            "(func (param i32 (ref null extern)) (result v128))",
            "(global (mut i64))",
            "(table i64 1 2 (ref null func))",
            "(memory 1 3 shared)",
        ]
    );
}
