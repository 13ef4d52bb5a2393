//! Traps: their kinds, and backtraces that people can act on.

use weft::{Caller, Config, Engine, Func, Instance, Module, Store, Trap, WasmBacktrace};

use crate::instance;

fn call(text: &str) -> weft::Error {
    let (mut store, instance) = instance(text);
    let f = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    f.call(&mut store, ()).unwrap_err()
}

#[test]
fn kinds_are_told_apart() {
    for (body, kind) in [
        ("unreachable", Trap::Unreachable),
        (
            "(drop (i32.div_s (i32.const 1) (i32.const 0)))",
            Trap::IntegerDivideByZero,
        ),
        (
            "(drop (i32.load (i32.const 65536)))",
            Trap::MemoryOutOfBounds,
        ),
        (
            "(drop (i32.trunc_f32_s (f32.const nan)))",
            Trap::InvalidConversionToInteger,
        ),
        ("(call_indirect (i32.const 0))", Trap::UninitializedElement),
        ("(call_indirect (i32.const 9))", Trap::UndefinedElement),
        ("(drop (table.get (i32.const 1)))", Trap::TableOutOfBounds),
    ] {
        let error = call(&format!(
            r#"(module (memory 1) (table 1 funcref) (func (export "run") {body}))"#
        ));
        assert_eq!(
            error.downcast_ref::<Trap>(),
            Some(&kind),
            "{body}: {error:?}"
        );
    }
}

#[test]
fn a_backtrace_names_functions_and_offsets() {
    let error = call(
        r#"(module $app (func $deep unreachable) (func $middle (call $deep))
            (func $run (export "run") (call $middle)))"#,
    );
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
    let names: Vec<_> = backtrace
        .frames()
        .iter()
        .map(|frame| frame.func_name().unwrap())
        .collect();
    assert_eq!(names, ["deep", "middle", "run"]);
    let frame = &backtrace.frames()[0];
    let offset = frame.module_offset().unwrap();
    assert_eq!(
        frame.module().wasm()[offset],
        0x00,
        "the unreachable instruction"
    );
    assert_eq!(
        frame.module().wasm()[backtrace.frames()[1].module_offset().unwrap()],
        0x10,
        "a call"
    );
    let text = error.to_string();
    assert!(
        text.starts_with("wasm trap: unreachable\nwasm backtrace:\n    0:"),
        "{text}"
    );
    assert!(
        text.contains("app!deep") && text.contains("    2:"),
        "{text}"
    );
}

/// Functions that are all inlined in the last one, where everything is.
const INLINED: &str = r#"(module $app (type $point (struct (field i32)))
    (import "host" "look" (func $look))
    (func $x (param (ref null $point)) (result i32) (struct.get $point 0 (local.get 0)))
    (func $looking (param i32) (result i32) (call $look) (local.get 0))
    (func $middle (param i32) (result i32)
        (if (result i32) (call $looking (local.get 0))
            (then (call $x (struct.new $point (i32.const 7))))
            (else (i32.add (i32.const 1) (call $x (ref.null $point))))))
    (func $run (export "run") (param i32) (result i32) (call $middle (local.get 0))))"#;

/// The functions of a backtrace, innermost first, each with the opcode of the instruction that runs.
fn calls(backtrace: &WasmBacktrace) -> Vec<(String, u8)> {
    let frames = backtrace.frames().iter();
    let calls = frames.map(|frame| {
        let opcode = frame.module().wasm()[frame.module_offset().unwrap()];
        (frame.func_name().unwrap().to_owned(), opcode)
    });
    calls.collect()
}

#[test]
fn backtraces_name_inlined_functions_too() {
    const CALL: u8 = 0x10;
    const STRUCT_GET: u8 = 0xfb;
    let mut config = Config::new();
    config.inline_everything(true);
    let engine = Engine::new(&config).unwrap();
    let module = Module::new(&engine, INLINED).unwrap();
    let mut store = Store::new(&engine, Vec::new());
    let look = Func::wrap(&mut store, |mut caller: Caller<'_, Vec<WasmBacktrace>>| {
        let backtrace = WasmBacktrace::capture(&caller);
        caller.data_mut().push(backtrace);
    });
    let instance = Instance::new(&mut store, &module, &[look.into()]).unwrap();
    let run = instance.get_typed_func::<i32, i32>(&mut store, "run");
    let run = run.unwrap();
    assert_eq!(run.call(&mut store, 1).unwrap(), 7);
    let name = |name: &str, opcode| (name.to_owned(), opcode);
    let outer = [name("middle", CALL), name("run", CALL)];
    let looking = [&[name("looking", CALL)], &outer[..]].concat();
    assert_eq!(calls(&store.data()[0]), looking);

    let error = run.call(&mut store, 0).unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::NullReference));
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
    let in_x = [&[name("x", STRUCT_GET)], &outer[..]].concat();
    assert_eq!(calls(backtrace), in_x);
}

#[test]
fn rust_names_are_demangled() {
    let error =
        call(r#"(module (func $_ZN3app4main17h0123456789abcdefE (export "run") unreachable))"#);
    assert!(error.to_string().contains("app::main"), "{error}");
}

#[test]
fn a_trap_in_a_start_function_has_a_backtrace() {
    let engine = Engine::default();
    let module = Module::new(&engine, "(module (func $boot unreachable) (start $boot))").unwrap();
    let mut store = Store::new(&engine, ());
    let error = Instance::new(&mut store, &module, &[]).unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Unreachable));
    assert!(error.to_string().contains("boot"), "{error}");
}

/// A line program with one row: address 1 of the code section is `lib.rs:42:7`.
fn with_dwarf(wasm: &mut Vec<u8>) {
    let info: &[u8] = &[
        0x1c, 0, 0, 0, // unit length
        4, 0, // version 4
        0, 0, 0, 0, // abbreviations
        4, // address size
        1, // DW_TAG_compile_unit
        0, 0, 0, 0, // DW_AT_low_pc
        0xff, 0, 0, 0, // DW_AT_high_pc
        0, 0, 0, 0, // DW_AT_stmt_list
        b'l', b'i', b'b', b'.', b'r', b's', 0, // DW_AT_name
        0,
    ];
    let abbreviations: &[u8] = &[
        1, 0x11, 0, 0x11, 0x01, 0x12, 0x06, 0x10, 0x17, 0x03, 0x08, 0, 0, 0,
    ];
    let header: &[u8] = &[
        1, 1, 1, 0xfb, 14,
        13, // min instruction, max ops, default stmt, base, range, opcode base
        0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, // lengths of standard opcodes
        0, // no directories
        b'l', b'i', b'b', b'.', b'r', b's', 0, 0, 0, 0, // file 1
        0, // end of files
    ];
    let program: &[u8] = &[
        0, 5, 2, 1, 0, 0, 0, // DW_LNE_set_address 1
        3, 41, // advance to line 42
        5, 7, // column 7
        1, // copy
        2, 0x40, // advance the address
        0, 1, 1, // end of sequence
    ];
    let mut line = Vec::new();
    line.extend(4_u16.to_le_bytes());
    line.extend((header.len() as u32).to_le_bytes());
    line.extend(header);
    line.extend(program);
    let mut line_section = (line.len() as u32).to_le_bytes().to_vec();
    line_section.extend(line);
    for (name, contents) in [
        (".debug_info", info),
        (".debug_abbrev", abbreviations),
        (".debug_line", &line_section),
    ] {
        wasm.push(0);
        wasm.push(u8::try_from(1 + name.len() + contents.len()).unwrap());
        wasm.push(name.len() as u8);
        wasm.extend(name.bytes());
        wasm.extend(contents);
    }
}

#[test]
fn a_module_with_dwarf_gives_source_lines() {
    let mut wasm = wat::parse_str(r#"(module (func $f (export "run") unreachable))"#).unwrap();
    with_dwarf(&mut wasm);
    let engine = Engine::default();
    let module = Module::new(&engine, &wasm).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let f = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    let error = f.call(&mut store, ()).unwrap_err();
    assert!(error.to_string().contains("at lib.rs:42:7"), "{error}");
    let frame = &error.downcast_ref::<WasmBacktrace>().unwrap().frames()[0];
    assert_eq!(frame.symbols()[0].line(), Some(42));
}
