//! What decoding makes of small modules, item by item.

use weft_module::{
    AddressType, CompositeType, ConstOp, DataIndex, DataMode, DecodeErrorKind, ElemIndex,
    ElementItems, ElementMode, Entity, ExternType, Features, FuncIndex, GlobalIndex, HeapType,
    Limits, MemoryIndex, ModuleInfo, Names, RefType, StorageType, TableIndex, TypeIndex, ValType,
    decode,
};

fn bytes(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

fn info(text: &str) -> ModuleInfo {
    decode(&bytes(text), &Features::all()).unwrap()
}

fn escapes(info: &ModuleInfo) -> Vec<Option<u32>> {
    info.functions
        .values()
        .map(|function| function.escape)
        .collect()
}

#[test]
fn recursion_groups_refer_to_the_module() {
    let info = info(
        "(module (type (func)) (rec (type $a (sub (struct (field (ref null $b))))) (type $b (array (mut i8))))
         (type $c (sub final $a (struct (field (ref null $b)) (field i32)))))",
    );
    assert_eq!(info.rec_groups, [0..1, 1..3, 3..4]);
    let CompositeType::Struct(fields) = &info.types[TypeIndex(1)].composite else {
        panic!()
    };
    let array = RefType {
        nullable: true,
        heap: HeapType::Concrete(TypeIndex(2)),
    };
    assert_eq!(fields[0].storage, StorageType::Val(ValType::Ref(array)));
    let CompositeType::Array(element) = &info.types[TypeIndex(2)].composite else {
        panic!()
    };
    assert!(element.mutable && element.storage == StorageType::I8);
    assert_eq!(info.types[TypeIndex(3)].supertype, Some(TypeIndex(1)));
    assert!(info.types[TypeIndex(3)].is_final && !info.types[TypeIndex(1)].is_final);
}

#[test]
fn imports_come_first() {
    let info = info(
        r#"(module (import "a" "f" (func)) (import "a" "t" (table i64 1 2 externref)) (import "a" "m" (memory 3))
           (import "a" "g" (global (mut f64))) (import "a" "x" (tag (param i32)))
           (func) (table 1 funcref) (memory i64 7 9) (global i32 (i32.const 1)))"#,
    );
    assert_eq!(info.imports.len(), 5);
    assert_eq!(info.imported.tables, 1);
    assert_eq!(info.tables[TableIndex(0)].ty.address, AddressType::I64);
    assert_eq!(
        info.memories[MemoryIndex(1)].limits,
        Limits {
            min: 7,
            max: Some(9)
        }
    );
    assert_eq!(info.memories[MemoryIndex(1)].page_size(), 65536);
    assert!(
        info.globals[GlobalIndex(0)].init.is_none() && info.globals[GlobalIndex(1)].init.is_some()
    );
    assert_eq!(info.defined_func(FuncIndex(0)), None);
    assert!(matches!(info.imports[4].ty, ExternType::Tag(_)));
    assert!(matches!(
        info.extern_type(Entity::Func(FuncIndex(1))),
        ExternType::Func(_)
    ));
}

#[test]
fn constant_expressions_are_programs() {
    let info = info(
        "(module (global i64 (i64.sub (i64.const 50) (i64.const 8))) (global f32 (f32.const nan:0x200000))
         (global v128 (v128.const i64x2 1 2)) (global funcref (ref.func 0)) (global i32 (i32.const -1)) (func))",
    );
    let ops = |global| {
        info.globals[GlobalIndex(global)]
            .init
            .as_ref()
            .unwrap()
            .ops
            .to_vec()
    };
    assert_eq!(
        ops(0),
        [ConstOp::I64Const(50), ConstOp::I64Const(8), ConstOp::I64Sub]
    );
    assert_eq!(ops(1), [ConstOp::F32Const(0x7fa0_0000)]);
    assert_eq!(ops(2), [ConstOp::V128Const(1 | 2 << 64)]);
    assert_eq!(ops(3), [ConstOp::RefFunc(FuncIndex(0))]);
    assert_eq!(ops(4), [ConstOp::I32Const(-1)]);
}

#[test]
fn segments_keep_their_places() {
    let text = r#"(module (table 4 funcref) (memory 1) (func $a) (func $b)
        (elem (i32.const 1) $b $a) (elem funcref (ref.null func) (ref.func $a)) (elem declare func $b)
        (data (i32.const 3) "abc") (data "defg"))"#;
    let info = info(text);
    let first = &info.elements[ElemIndex(0)];
    assert_eq!(
        first.items,
        ElementItems::Functions([FuncIndex(1), FuncIndex(0)].into())
    );
    assert!(
        matches!(&first.mode, ElementMode::Active(TableIndex(0), offset) if offset.ops[0] == ConstOp::I32Const(1))
    );
    assert!(
        matches!(&info.elements[ElemIndex(1)].items, ElementItems::Expressions(exprs) if exprs.len() == 2)
    );
    assert_eq!(info.elements[ElemIndex(2)].mode, ElementMode::Declarative);
    let bytes = bytes(text);
    let contents = |index| {
        let range = info.data[DataIndex(index)].range.clone();
        &bytes[range.start as usize..range.end as usize]
    };
    assert_eq!(
        (contents(0), contents(1)),
        (b"abc".as_slice(), b"defg".as_slice())
    );
    assert_eq!(info.data[DataIndex(1)].mode, DataMode::Passive);
}

#[test]
fn functions_that_become_values_are_numbered() {
    let info = info(
        r#"(module (import "a" "b" (func)) (table 1 (ref null func) (ref.func $table))
           (func $export (export "f")) (func $never) (func $element) (func $global) (func $table)
           (func $start) (start $start)
           (global funcref (ref.func $global)) (elem declare func $element))"#,
    );
    assert_eq!(
        escapes(&info),
        [None, Some(0), None, Some(1), Some(2), Some(3), Some(4)]
    );
    assert_eq!(info.escaping, 5);
}

#[test]
fn tables_that_change_are_told_from_those_that_do_not() {
    let info = info(
        r#"(module (import "a" "t" (table $imported 1 funcref))
           (table $exported (export "t") 1 funcref) (table $constant 2 funcref) (table $set 1 funcref)
           (table $grown 1 funcref) (table $filled 1 funcref) (table $copied 1 funcref) (table $initialised 1 funcref)
           (table $mixed 2 funcref)
           (func $f) (func $g (param i32)) (elem $e func $f) (elem (table $constant) (i32.const 0) func $f $f)
           (elem (table $mixed) (i32.const 0) func $f $g)
           (func (table.set $set (i32.const 0) (ref.null func))
                 (drop (table.grow $grown (ref.null func) (i32.const 1)))
                 (table.fill $filled (i32.const 0) (ref.null func) (i32.const 1))
                 (table.copy $copied $constant (i32.const 0) (i32.const 0) (i32.const 1))
                 (table.init $initialised $e (i32.const 0) (i32.const 0) (i32.const 1))
                 (drop (table.get $constant (i32.const 0)))))"#,
    );
    let constant = [false, false, true, false, false, false, false, false, true];
    assert_eq!(info.facts.constant_tables, constant);
    let fixed = [false, false, true, true, false, true, true, true, true];
    assert_eq!(info.facts.fixed_tables, fixed);
    let mut types = [None; 9];
    types[2] = Some(info.functions[FuncIndex(0)].ty);
    assert_eq!(info.facts.table_types, types);
}

#[test]
fn memories_that_never_grow_are_known() {
    let info = info(
        r#"(module (memory $exported (export "m") 1) (memory $fixed 1) (memory $grown 1)
           (func (drop (memory.grow $grown (i32.const 1)))))"#,
    );
    assert_eq!(info.facts.fixed_memories, [false, true, false]);
}

#[test]
fn names_come_from_the_name_section_or_the_interface() {
    let bytes = bytes(
        r#"(module $m (import "env" "puts" (func)) (func $named (param $p i32) (local $l i64))
           (func (export "exported")) (func))"#,
    );
    let info = decode(&bytes, &Features::default()).unwrap();
    let names = Names::decode(&info, &bytes);
    assert_eq!(names.module_name(), Some("m"));
    assert_eq!(names.function_name(FuncIndex(0)), Some("env.puts"));
    assert_eq!(names.function_name(FuncIndex(1)), Some("named"));
    assert_eq!(names.function_name(FuncIndex(2)), Some("exported"));
    assert_eq!(names.function_name(FuncIndex(3)), None);
    assert_eq!(names.local_name(FuncIndex(1), 0), Some("p"));
    assert_eq!(names.local_name(FuncIndex(1), 1), Some("l"));
    assert_eq!(names.local_name(FuncIndex(1), 2), None);
}

#[test]
fn a_broken_name_section_loses_only_what_is_broken() {
    // Function 0 is "ok"; the name of function 1 is longer than the section.
    let section = b"\x04name\x01\x07\x02\x00\x02ok\x01\x09";
    let mut bytes = bytes("(module (func) (func))");
    bytes.extend([0, section.len() as u8]);
    bytes.extend(section);
    let info = decode(&bytes, &Features::default()).unwrap();
    let names = Names::decode(&info, &bytes);
    assert_eq!(names.function_name(FuncIndex(0)), Some("ok"));
    assert_eq!(names.function_name(FuncIndex(1)), None);
    assert_eq!(info.custom_sections("name").count(), 1);
}

#[test]
fn errors_say_what_where_and_in_which_function() {
    let bytes = bytes(r#"(module (func) (func (export "run") (result i32) i64.const 1))"#);
    let error = decode(&bytes, &Features::default()).unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::Invalid);
    assert_eq!(error.function(), Some(FuncIndex(1)));
    let text = error.to_string();
    assert!(text.contains("in function 1 (`run`)"), "{text}");
    assert!(
        text.contains(&format!("at offset {:#x}", error.offset())),
        "{text}"
    );
}

#[test]
fn a_feature_that_is_off_is_named() {
    let bytes = bytes("(module (func (drop (i32.extend8_s (i32.const 1)))))");
    let error = decode(&bytes, &Features::mvp()).unwrap_err();
    assert!(
        error.to_string().contains("`sign-extension` is off"),
        "{error}"
    );
}
