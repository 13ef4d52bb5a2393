//! What the code for small functions has and, above all, has not.

use weft_abi::{CompiledFunction, Compiler, MemoryPlan, TrapKind, Tunables};
use weft_module::{DefinedFuncIndex, EntityIndex, Features, FuncIndex, ModuleInfo, decode};
use weft_optimizing::Optimizing;

/// A module and a compiler for it.
struct Subject {
    module: ModuleInfo,
    bytes: Vec<u8>,
    compiler: Optimizing,
}

impl Subject {
    fn new(text: &str) -> Self {
        Self::with(text, Tunables::default())
    }

    fn with(text: &str, tunables: Tunables) -> Self {
        let bytes = wat::parse_str(text).unwrap();
        Self {
            module: decode(&bytes, &Features::all()).unwrap(),
            bytes,
            compiler: Optimizing::new(tunables).unwrap(),
        }
    }

    /// The IR of defined function `index`.
    fn ir(&self, index: usize) -> String {
        let func = DefinedFuncIndex::new(index);
        let ir = self.compiler.translated(&self.module, &self.bytes, func);
        ir.unwrap()
    }

    fn code(&self, index: usize) -> CompiledFunction {
        let func = DefinedFuncIndex::new(index);
        let code = self.compiler.compile(&self.module, &self.bytes, func);
        code.unwrap()
    }

    fn traps(&self, index: usize) -> Vec<TrapKind> {
        let traps = self.code(index).traps;
        traps.iter().map(|site| site.kind).collect()
    }
}

/// Whether some instruction of `ir` is `name`.
fn has(ir: &str, name: &str) -> bool {
    ir.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|word| word == name)
}

fn is_checked(ir: &str) -> bool {
    has(ir, "icmp") || has(ir, "trapnz") || has(ir, "select_spectre_guard")
}

#[test]
fn access_to_a_32_bit_memory_has_no_check() {
    let subject = Subject::new(
        "(module (memory 1) (func (param i32) (result i32) local.get 0 i32.load offset=1000))",
    );
    assert!(!is_checked(&subject.ir(0)), "{}", subject.ir(0));
    assert_eq!(subject.traps(0), [TrapKind::MemoryOutOfBounds]);
}

#[test]
fn offsets_beyond_the_guard_are_checked_against_a_constant() {
    let subject = Subject::new(
        "(module (memory 1)
            (func (param i32) (result i32) local.get 0 i32.load offset=0x80000000))",
    );
    let ir = subject.ir(0);
    assert!(has(&ir, "trapnz"), "{ir}");
    // The memory's base and what is asked for, but no length.
    assert_eq!(ir.matches(" load.").count(), 2, "{ir}");
}

#[test]
fn access_to_a_64_bit_memory_compares_with_a_constant_and_loads_no_length() {
    let subject = Subject::new(
        "(module (memory i64 1) (func (param i64) (result i32) local.get 0 i32.load offset=8))",
    );
    let ir = subject.ir(0);
    assert!(has(&ir, "select_spectre_guard"), "{ir}");
    assert!(!has(&ir, "trapnz"), "{ir}");
    assert_eq!(ir.matches(" load.").count(), 2, "{ir}");
}

#[test]
fn dynamic_memories_compare_with_their_length() {
    let memory = MemoryPlan {
        dynamic: true,
        ..MemoryPlan::default()
    };
    let subject = Subject::with(
        "(module (memory (export \"m\") 1) (func (param i32) (result i32) local.get 0 i32.load))",
        Tunables {
            memory,
            ..Tunables::default()
        },
    );
    assert!(is_checked(&subject.ir(0)));
}

#[test]
fn known_addresses_within_the_smallest_size_cannot_trap() {
    let subject = Subject::new(
        "(module (memory 1)
            (func (result i32) i32.const 16 i32.load offset=32)
            (func (result i32) i32.const 65533 i32.load))",
    );
    assert!(subject.traps(0).is_empty());
    assert_eq!(subject.traps(1), [TrapKind::MemoryOutOfBounds]);
}

#[test]
fn direct_calls_are_relative_and_named() {
    let subject =
        Subject::new("(module (import \"a\" \"b\" (func)) (func $f) (func call $f) (func call 0))");
    let caller = subject.code(1);
    assert_eq!(caller.relocations.len(), 1);
    assert_eq!(caller.relocations[0].target, FuncIndex(1));
    let field = caller.relocations[0].offset as usize;
    assert_eq!(caller.code[field - 1], 0xe8, "call rel32");
    assert!(subject.code(2).relocations.is_empty());
}

#[test]
fn a_tail_call_to_itself_is_a_loop() {
    let subject = Subject::new(
        "(module (func $f (param i64) (result i64) (local i64)
            local.get 0 i64.eqz if local.get 1 return end
            i64.const 5 local.set 1
            local.get 0 i64.const 1 i64.sub return_call $f))",
    );
    let ir = subject.ir(0);
    assert!(!has(&ir, "return_call"), "{ir}");
    assert!(subject.code(0).relocations.is_empty());
}

const TABLE: &str = "(type $t (func (param i32) (result i32)))
    (func $a (type $t) local.get 0)
    (func $b (param i32 i32) (result i32) local.get 0 local.get 1 call_indirect (type $t))";

#[test]
fn a_table_of_one_signature_needs_no_check_of_types() {
    let subject = Subject::new(&format!(
        "(module (table 4 funcref) (elem (i32.const 0) $a $a) {TABLE})"
    ));
    let traps = subject.traps(1);
    assert!(!traps.contains(&TrapKind::IndirectCallTypeMismatch));
    assert!(traps.contains(&TrapKind::UndefinedElement));
    assert!(traps.contains(&TrapKind::UninitializedElement));
}

#[test]
fn a_table_that_others_write_to_needs_every_check() {
    let subject = Subject::new(&format!(
        "(module (table (export \"t\") 4 funcref) (elem (i32.const 0) $a) {TABLE})"
    ));
    let traps = subject.traps(1);
    for kind in [
        TrapKind::UndefinedElement,
        TrapKind::UninitializedElement,
        TrapKind::IndirectCallTypeMismatch,
    ] {
        assert!(traps.contains(&kind), "{kind}");
    }
}

#[test]
fn small_copies_and_fills_are_inline_and_others_are_not() {
    let copy = |count: &str| {
        format!(
            "(module (memory 1) (func (param i32 i32 i32)
                local.get 0 local.get 1 {count} memory.copy
                local.get 0 local.get 1 {count} memory.fill))"
        )
    };
    let small = Subject::new(&copy("i32.const 33"));
    assert!(!has(&small.ir(0), "call_indirect"));
    let large = Subject::new(&copy("local.get 2"));
    assert_eq!(large.ir(0).matches("call_indirect").count(), 2);
}

#[test]
fn the_unlikely_way_is_cold() {
    let subject = Subject::new(
        r#"(module (func (param i32) (result i32)
            block local.get 0 (@metadata.code.branch_hint "\00") br_if 0 i32.const 1 return end
            i32.const 2))"#,
    );
    let ir = subject.ir(0);
    assert_eq!(ir.matches(" cold").count(), 1, "{ir}");
}

#[test]
fn metering_is_only_where_it_is_asked_for() {
    let text = "(module (func (local i32) loop br 0 end))";
    let plain = Subject::new(text);
    assert!(!has(&plain.ir(0), "load"));
    let metered = Subject::with(
        text,
        Tunables {
            fuel: true,
            poll_interrupts: true,
            ..Tunables::default()
        },
    );
    let ir = metered.ir(0);
    assert!(has(&ir, "atomic_load") && ir.contains("fuel"), "{ir}");
}

#[test]
fn more_results_than_registers_go_through_a_pointer() {
    let subject = Subject::new(
        "(module (func $f (result i64 i64 i64 i64 i64 i64 i64 i64 i64)
                i64.const 1 i64.const 2 i64.const 3 i64.const 4 i64.const 5
                i64.const 6 i64.const 7 i64.const 8 i64.const 9)
            (func (result i64) call $f drop drop drop drop drop drop drop drop))",
    );
    assert!(
        subject.ir(0).contains("(i64, i64) tail"),
        "{}",
        subject.ir(0)
    );
    assert!(has(&subject.ir(1), "explicit_slot"));
}

#[test]
fn every_thread_makes_the_same_code() {
    let subject = Subject::new(&format!(
        "(module (memory 1) (table 4 funcref) (elem (i32.const 0) $a $a) {TABLE})"
    ));
    let expected = subject.code(1);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(subject.code(1), expected));
        }
    });
}

#[test]
fn positions_ascend_and_lie_in_the_body() {
    let subject = Subject::new(
        "(module (memory 1) (func (param i32) (result i32)
            local.get 0 i32.load local.get 0 i32.load offset=4 i32.div_s))",
    );
    let code = subject.code(0);
    assert_eq!(code.positions[0].offset, 0);
    assert!(code.positions.is_sorted_by(|a, b| a.offset < b.offset));
    let body = &subject.module.bodies[DefinedFuncIndex::new(0)];
    let inside = |offset: u32| body.contains(&offset);
    assert!(code.positions.iter().all(|at| inside(at.module_offset)));
}

const OBJECTS: &str = r#"(module
    (type $a (sub (struct (field $x (mut i32)) (field $y i64))))
    (type $b (sub $a (struct (field (mut i32)) (field i64) (field f32))))
    (type $c (sub final $b (struct (field (mut i32)) (field i64) (field f32))))
    (type $bytes (array (mut i8)))
    (func $g (return_call $g))
    (func (param (ref null $a)) (result i32) (struct.get $a $x (local.get 0)))
    (func (param anyref) (result (ref $b)) (ref.cast (ref $b) (local.get 0)))
    (func (param anyref) (result i32) (ref.test (ref $c) (local.get 0)))
    (func (param i64) (result (ref $a)) (struct.new $a (i32.const 1) (local.get 0)))
    (func (param (ref $a)) (result (ref $a)) (call $g) (local.get 0))
    (func (param (ref $a) i32) (result i32) (call $g) (local.get 1))
    (func (param (ref $bytes) i32) (result i32) (array.get_u $bytes (local.get 0) (local.get 1)))
    (func (param (ref $a) (ref $a)) (result i64)
        (struct.set $a $x (local.get 0) (i32.wrap_i64 (struct.get $a $y (local.get 1))))
        (struct.get $a $y (local.get 1))))"#;

#[test]
fn fields_are_read_without_a_check_for_null() {
    let subject = Subject::new(OBJECTS);
    let ir = subject.ir(1);
    assert!(!is_checked(&ir) && !has(&ir, "brif"), "{ir}");
    assert_eq!(subject.traps(1), [TrapKind::NullReference]);
}

#[test]
fn casts_do_not_call() {
    let subject = Subject::new(OBJECTS);
    for index in [2, 3] {
        let ir = subject.ir(index);
        assert!(!has(&ir, "call") && !has(&ir, "call_indirect"), "{ir}");
    }
    // A type with no subtypes is one comparison: no display is looked at.
    assert!(has(&subject.ir(2), "imul") || has(&subject.ir(2), "imul_imm"));
    assert!(!has(&subject.ir(3), "imul"), "{}", subject.ir(3));
}

/// What the type of a parameter says need not be looked at again.
#[test]
fn casts_of_objects_look_at_their_types_alone() {
    let cast = |from| {
        Subject::new(&format!(
            "(module (type $a (sub (struct))) (type $b (sub final $a (struct)))
                (func (param ({from})) (result (ref $b)) (ref.cast (ref $b) (local.get 0))))"
        ))
    };
    let branches = |from| cast(from).ir(0).matches("brif").count();
    assert_eq!(branches("ref $a"), 1, "{}", cast("ref $a").ir(0));
    assert_eq!(branches("ref null $a"), 2);
}

/// A null in a local lies in the frame during calls; the number zero, which has the same bits, does not.
#[test]
fn numbers_are_not_kept_where_null_is() {
    let subject = calling(
        "(func $g (param i32) (call $g (local.get 0)))
        (func (result (ref null $object)) (local $kept (ref null $object))
            (call $g (i32.const 0)) (call $g (i32.const 0)) (local.get $kept))",
    );
    let ir = subject.ir(1);
    let zeros = ir.lines().filter(|line| line.ends_with("iconst.i32 0"));
    let names = zeros.filter_map(|line| line.split_whitespace().next());
    let calls = |name: &str| ir.matches(&format!("call fn0(v0, {name})")).count();
    assert_eq!(names.map(calls).max(), Some(2), "{ir}");
}

/// What leads to a throw or a trap lies apart, and makes its objects by calls alone.
#[test]
fn ways_that_are_doomed_take_little_code() {
    let check = |rest| {
        let text = format!(
            "(param (ref null $object)) (result (ref $object))
            (if (ref.is_null (local.get 0)) (then (struct.new $object (i32.const 1)) {rest}))
            (ref.as_non_null (local.get 0)))"
        );
        calling(&format!("(func {text}")).ir(0)
    };
    let (doomed, other) = (check("(drop) (throw $tag (i32.const 2))"), check("(drop)"));
    let bumps = |ir: &str| ir.matches("icmp ugt").count();
    assert_eq!((bumps(&doomed), bumps(&other)), (0, 1), "{doomed}\n{other}");
    // The object, the exception, and the throw.
    assert_eq!(doomed.matches("call_indirect").count(), 3, "{doomed}");
    assert_eq!(doomed.matches(" cold").count(), 1, "{doomed}");
}

#[test]
fn objects_are_made_inline_and_by_a_call_only_when_there_is_no_room() {
    let ir = Subject::new(OBJECTS).ir(4);
    assert_eq!(ir.matches("call_indirect").count(), 1, "{ir}");
    assert!(ir.contains("cold"), "{ir}");
}

#[test]
fn only_references_that_live_over_a_call_are_in_stack_maps() {
    let subject = Subject::new(OBJECTS);
    let (kept, dead) = (subject.code(5), subject.code(6));
    assert_eq!(kept.stack_maps.len(), 1);
    assert_eq!(kept.frame_refs.len(), 1);
    assert_eq!(kept.frame_refs[0].count, 1);
    assert!(dead.stack_maps.is_empty() && dead.frame_refs.is_empty());
    assert!(subject.code(1).stack_maps.is_empty());
}

#[test]
fn array_accesses_compare_with_the_length() {
    let subject = Subject::new(OBJECTS);
    let mut traps = subject.traps(7);
    traps.sort_by_key(|kind| *kind as u8);
    assert_eq!(traps, [TrapKind::NullReference, TrapKind::ArrayOutOfBounds]);
}

/// A store to a field says nothing of others: what was read before it need not be read again.
#[test]
fn stores_leave_other_fields_known() {
    let subject = Subject::new(OBJECTS);
    let null_checks = subject.traps(8);
    assert_eq!(
        null_checks,
        [TrapKind::NullReference, TrapKind::NullReference],
        "one load and one store"
    );
}

/// A module with objects and these functions.
fn calling(functions: &str) -> Subject {
    calling_with(functions, Tunables::default())
}

fn calling_with(functions: &str, tunables: Tunables) -> Subject {
    let text = format!(
        "(module (type $object (struct (field (mut i32)))) (tag $tag (param i32)) {functions})"
    );
    Subject::with(&text, tunables)
}

fn inline_everything() -> Tunables {
    Tunables {
        inline_everything: true,
        ..Tunables::default()
    }
}

const GET: &str =
    "(func $get (param (ref null $object)) (result i32) (struct.get $object 0 (local.get 0)))";

#[test]
fn small_functions_are_inlined() {
    let call = "(func (param (ref null $object)) (result i32) (call $get (local.get 0)))";
    let subject = calling(&format!("{GET} {call}"));
    assert!(!has(&subject.ir(1), "call"), "{}", subject.ir(1));
    let plain = Subject::new(
        "(module (func $one (result i32) (i32.const 1)) (func (result i32) (call $one)))",
    );
    assert!(
        has(&plain.ir(1), "call"),
        "a module without objects: {}",
        plain.ir(1)
    );
}

#[test]
fn instructions_of_inlined_functions_have_both_places() {
    let call = "(func (param (ref null $object)) (result i32) (call $get (local.get 0)))";
    let subject = calling(&format!("{GET} {call}"));
    let code = subject.code(1);
    let trap = code.traps[0].offset;
    let group = code.positions.iter().rev().find(|at| at.offset <= trap);
    let start = group.unwrap().offset;
    let places = code.positions.iter().filter(|at| at.offset == start);
    let opcodes = places.map(|at| subject.bytes[at.module_offset as usize]);
    assert_eq!(
        opcodes.collect::<Vec<_>>(),
        [0x10, 0xfb],
        "the call, then `struct.get`"
    );
}

#[test]
fn what_makes_code_is_inlined_in_loops_alone() {
    let subject = calling(
        "(func $make (result (ref $object)) (struct.new $object (i32.const 1)))
        (func (drop (call $make)))
        (func (loop $again (br_if $again (ref.is_null (call $make)))))",
    );
    assert!(has(&subject.ir(1), "call"), "{}", subject.ir(1));
    assert!(!has(&subject.ir(2), "call"), "{}", subject.ir(2));
}

#[test]
fn ways_that_are_doomed_do_not_count() {
    let doomed = "(if (ref.is_null (local.get 0))
        (then (drop (struct.new $object (i32.const 1000000))) (throw $tag (i32.const 1000000))))";
    let functions = |check: &str| {
        format!(
            "(func $get (param (ref null $object)) (result i32)
                {} (struct.get $object 0 (local.get 0)))
            (func (param (ref null $object)) (result i32) (call $get (local.get 0)))",
            check.repeat(4)
        )
    };
    let calls = |check| has(&calling(&functions(check)).ir(1), "call");
    assert!(!calls(doomed));
    assert!(calls(&doomed.replace("throw $tag", "drop")));
}

#[test]
fn functions_that_call_themselves_are_not_inlined_in_themselves() {
    let subject = calling_with(
        "(func $even (param i32) (result i32)
            (if (result i32) (local.get 0) (then (call $odd (i32.sub (local.get 0) (i32.const 1))))
                (else (i32.const 1))))
        (func $odd (param i32) (result i32)
            (if (result i32) (local.get 0) (then (call $even (i32.sub (local.get 0) (i32.const 1))))
                (else (i32.const 0))))",
        inline_everything(),
    );
    let calls = |index| subject.ir(index).matches("call fn").count();
    assert_eq!((calls(0), calls(1)), (1, 1), "{}", subject.ir(0));
}

#[test]
fn what_an_inlined_function_throws_finds_the_handlers_around_the_call() {
    let subject = calling(
        "(func $fail (param i32) (throw $tag (local.get 0)))
        (func (param i32) (result i32)
            (block $caught (result i32)
                (try_table (catch $tag $caught) (call $fail (local.get 0)))
                (i32.const 0)))",
    );
    let ir = subject.ir(1);
    assert!(!has(&ir, "try_call") && !has(&ir, "call"), "{ir}");
}

#[test]
fn inlining_ends() {
    let calls = "(drop (call $get (local.get 0)))".repeat(10_000);
    let big = format!("{GET} (func (param (ref null $object)) {calls})");
    let subject = calling(&big);
    let calls = subject.ir(1).matches("call fn").count();
    assert!((9000..10_000).contains(&calls), "{calls}");
    let deep: String = (1..100)
        .map(|n| format!("(func $f{n} (call $f{}) (call $f{}))", n - 1, n - 1))
        .collect();
    let subject = calling_with(&format!("(func $f0) {deep}"), inline_everything());
    assert!(subject.ir(99).len() < 100_000);
}
