//! Calls from the host, through every door into wasm.

use weft::{Func, Ref, RefType, Store, TypedFunc, V128, Val};

use crate::instance;

#[test]
fn integers_take_the_direct_door() {
    let (mut store, instance) = instance(
        r#"(module (func (export "f") (param i32 i64 i32 i64 i32) (result i64)
            (i64.add (i64.extend_i32_s (i32.add (local.get 0) (i32.add (local.get 2) (local.get 4))))
                     (i64.add (local.get 1) (local.get 3)))))"#,
    );
    let f = instance
        .get_typed_func::<(i32, i64, i32, i64, u32), i64>(&mut store, "f")
        .unwrap();
    assert_eq!(
        f.call(&mut store, (-1, 1 << 40, 2, -3, 4)).unwrap(),
        (1 << 40) + 2
    );
}

#[test]
fn a_few_floats_take_the_float_door() {
    let (mut store, instance) = instance(
        r#"(module (func (export "f") (param f64 i32 f32) (result f64)
            (f64.add (local.get 0) (f64.add (f64.convert_i32_s (local.get 1)) (f64.promote_f32 (local.get 2))))))"#,
    );
    let f = instance
        .get_typed_func::<(f64, i32, f32), f64>(&mut store, "f")
        .unwrap();
    assert_eq!(f.call(&mut store, (0.5, -2, 0.25)).unwrap(), -1.25);
}

#[test]
fn sixteen_parameters_and_results_take_the_general_door() {
    let names: Vec<String> = (0..16).rev().map(|n| format!("(local.get {n})")).collect();
    let i32s = "i32 ".repeat(16);
    let text = format!(
        r#"(module (func (export "f") (param {i32s}) (result {i32s}) {}))"#,
        names.join(" ")
    );
    let (mut store, instance) = instance(&text);
    type Sixteen = (
        i32,
        i32,
        i32,
        i32,
        i32,
        i32,
        i32,
        i32,
        i32,
        i32,
        i32,
        i32,
        i32,
        i32,
        i32,
        i32,
    );
    let f: TypedFunc<Sixteen, Sixteen> = instance.get_typed_func(&mut store, "f").unwrap();
    let result = f
        .call(
            &mut store,
            (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        )
        .unwrap();
    let (a, b, .., o, p) = result;
    assert_eq!([a, b, o, p], [15, 14, 1, 0]);
}

#[test]
fn vectors_and_many_floats_cross() {
    let (mut store, instance) = instance(
        r#"(module (func (export "f") (param v128 f32 f32 f32 f32 f32 f32 f32 f32 f64) (result f64 v128)
            (f64.add (f64.promote_f32 (local.get 8)) (local.get 9)) (local.get 0)))"#,
    );
    let f = instance
        .get_typed_func::<(V128, f32, f32, f32, f32, f32, f32, f32, f32, f64), (f64, V128)>(
            &mut store, "f",
        )
        .unwrap();
    let vector = V128::from(0x0123_4567_89ab_cdef_0011_2233_4455_6677);
    let result = f
        .call(&mut store, (vector, 1., 2., 3., 4., 5., 6., 7., 8., 0.5))
        .unwrap();
    assert_eq!(result, (8.5, vector));
}

#[test]
fn untyped_calls_check_what_they_are_given() {
    let (mut store, instance) = instance(
        r#"(module (func (export "f") (param i32 f32) (result i64 externref) i64.const 7 ref.null extern))"#,
    );
    let f = instance.get_func(&mut store, "f").unwrap();
    let mut results = [Val::I32(0), Val::I32(0)];
    f.call(&mut store, &[Val::I32(1), Val::F32(0)], &mut results)
        .unwrap();
    assert_eq!(results[0].i64(), Some(7));
    assert!(matches!(results[1], Val::ExternRef(None)));
    let wrong = [
        f.call(&mut store, &[Val::I32(1)], &mut results),
        f.call(&mut store, &[Val::I32(1), Val::I32(1)], &mut results),
        f.call(&mut store, &[Val::I32(1), Val::F32(0)], &mut results[..1]),
    ];
    let messages: Vec<String> = wrong
        .map(|result| format!("{:#}", result.unwrap_err()))
        .into();
    assert!(messages[0].contains("expected 2 arguments"), "{messages:?}");
    assert!(messages[1].contains("argument 1") && messages[1].contains("expected f32"));
    assert!(messages[2].contains("2 results"));
}

#[test]
fn another_type_is_an_error() {
    let (mut store, instance) = instance(r#"(module (func (export "f") (param i32)))"#);
    let error = instance
        .get_typed_func::<i64, ()>(&mut store, "f")
        .unwrap_err();
    assert!(
        format!("{error:#}").contains("the function is (func (param i32))"),
        "{error:#}"
    );
    assert!(instance.get_typed_func::<i32, ()>(&mut store, "g").is_err());
}

#[test]
fn functions_are_values() {
    let (mut store, instance) = instance(
        r#"(module
            (type $unary (func (param i32) (result i32)))
            (func $inc (export "inc") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
            (func (export "apply") (param (ref null $unary) i32) (result i32)
                (call_ref $unary (local.get 1) (local.get 0)))
            (func (export "give") (result funcref) (ref.func $inc)))"#,
    );
    let give = instance
        .get_typed_func::<(), Option<Func>>(&mut store, "give")
        .unwrap();
    let inc = give.call(&mut store, ()).unwrap().unwrap();
    assert_eq!(
        inc.typed::<i32, i32>(&store)
            .unwrap()
            .call(&mut store, 41)
            .unwrap(),
        42
    );
    let apply = instance.get_func(&mut store, "apply").unwrap();
    let mut result = [Val::I32(0)];
    let host = Func::wrap(&mut store, |n: i32| n * 10);
    for (func, expected) in [(inc, 6), (host, 50)] {
        apply
            .call(&mut store, &[func.into(), Val::I32(5)], &mut result)
            .unwrap();
        assert_eq!(result[0].i32(), Some(expected));
    }
    let other = Func::wrap(&mut store, |n: i64| n);
    assert!(
        apply
            .call(&mut store, &[other.into(), Val::I32(5)], &mut result)
            .is_err()
    );
    assert!(
        Ref::from(inc)
            .matches_ty(&store, &RefType::FUNCREF)
            .unwrap()
    );
}

#[test]
fn calls_nest_through_the_host() {
    let engine = weft::Engine::default();
    let module = weft::Module::new(
        &engine,
        r#"(module (import "" "down" (func $down (param i32) (result i32)))
            (func (export "f") (param i32) (result i32)
                (if (result i32) (local.get 0)
                    (then (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
                    (else (i32.const 0)))))"#,
    )
    .unwrap();
    let mut store = Store::new(&engine, ());
    let down = Func::wrap(&mut store, |mut caller: weft::Caller<'_, ()>, n: i32| {
        let f = caller
            .get_export("f")
            .and_then(weft::Extern::into_func)
            .unwrap();
        f.typed::<i32, i32>(&caller)?.call(&mut caller, n)
    });
    let instance = weft::Instance::new(&mut store, &module, &[down.into()]).unwrap();
    let f = instance
        .get_typed_func::<i32, i32>(&mut store, "f")
        .unwrap();
    assert_eq!(f.call(&mut store, 200).unwrap(), 200);
}
