;; Exceptions through calls, with everything that a frame between can hold.

(module
  (tag $stop (export "stop") (param i32))
  (tag $vector (param v128 i32))
  (tag $wide (param i64 f64 i32 f32 v128 i64 i64 i64 i64 f64 i32))
  (tag $none)
  (type $ten (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (type $void (func))
  (table funcref (elem $ten $fail))

  (func $fail (type $void) (throw $none))

  ;; Ten arguments: some of them on the stack, which the callee pops.
  (func $ten (type $ten)
    (if (i32.eq (local.get 9) (i32.const 9)) (then (throw $stop (local.get 8))))
    (i32.add (local.get 7) (local.get 9)))
  (func $between (type $ten)
    (i32.add
      (call $ten
        (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
        (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9))
      (i32.const 1000)))
  (func (export "stack_arguments") (param i32) (result i32)
    (local $x i32) (local $y i64) (local $z f64)
    (local.set $x (i32.mul (local.get 0) (i32.const 3)))
    (local.set $y (i64.const 40))
    (local.set $z (f64.const 2))
    (block $caught (result i32)
      (try_table (result i32) (catch $stop $caught)
        (call $between
          (i32.const 0) (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4)
          (i32.const 5) (i32.const 6) (i32.const 7) (i32.const 8) (local.get 0))))
    (i32.add (local.get $x))
    (i32.add (i32.wrap_i64 (local.get $y)))
    (i32.add (i32.trunc_f64_s (local.get $z))))
  (func (export "stack_arguments_indirect") (param i32) (result i32)
    (block $caught (result i32)
      (try_table (result i32) (catch $stop $caught)
        (call_indirect (type $ten)
          (i32.const 0) (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4)
          (i32.const 5) (i32.const 6) (i32.const 7) (i32.const 8) (local.get 0)
          (i32.const 0)))))

  (func $throw_vector (throw $vector (v128.const i64x2 1 2) (i32.const 3)))
  (func (export "vector") (result v128 i32)
    (block $caught (result v128 i32)
      (try_table (catch $vector $caught) (call $throw_vector))
      (unreachable)))
  (func $throw_wide
    (throw $wide
      (i64.const 1) (f64.const 2) (i32.const 3) (f32.const 4) (v128.const i32x4 5 5 5 5)
      (i64.const 6) (i64.const 7) (i64.const 8) (i64.const 9) (f64.const 10) (i32.const 11)))
  (func (export "wide") (result i64 f64 i32 f32 v128 i64 i64 i64 i64 f64 i32)
    (block $caught (result i64 f64 i32 f32 v128 i64 i64 i64 i64 f64 i32)
      (try_table (catch $wide $caught) (call $throw_wide))
      (unreachable)))

  ;; More results than registers, on the path that returns.
  (func $nine (param i32) (result i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (if (local.get 0) (then (call $fail)))
    (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5)
    (i32.const 6) (i32.const 7) (i32.const 8) (i32.const 9))
  (func (export "nine") (param i32) (result i32)
    (block $caught
      (try_table (result i32) (catch $none $caught)
        (call $nine (local.get 0))
        (i32.add) (i32.add) (i32.add) (i32.add) (i32.add) (i32.add) (i32.add) (i32.add))
      (return))
    (i32.const -1))

  ;; Clauses are asked in order, and the first that fits takes it.
  (func (export "order") (result i32)
    (block $second
      (block $first
        (try_table (catch_all $first) (catch $none $second) (call $fail))
        (unreachable))
      (return (i32.const 1)))
    (i32.const 2))
  (func (export "inner_first") (result i32)
    (block $outer
      (try_table (catch_all $outer)
        (block $inner
          (try_table (catch $none $inner) (call $fail))
          (unreachable))
        (return (i32.const 1)))
      (unreachable))
    (i32.const 2))
  (func (export "outer_when_inner_does_not") (result i32)
    (block $outer
      (try_table (catch $none $outer)
        (block $inner (result i32)
          (try_table (catch $stop $inner) (call $fail))
          (unreachable))
        (return))
      (unreachable))
    (i32.const 2))

  ;; A handler that is a loop, with operands below it.
  (func (export "to_loop") (param i32) (result i32)
    (local $rounds i32)
    (i32.const 100)
    (loop $again
      (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
      (if (i32.lt_u (local.get $rounds) (local.get 0))
        (then (try_table (catch $none $again) (call $fail)))))
    (i32.add (local.get $rounds)))

  ;; The exception itself.
  (func (export "by_reference") (result i32)
    (local $e exnref)
    (block $outer (result i32)
      (try_table (catch $stop $outer)
        (block $inner (result exnref)
          (try_table (catch_all_ref $inner)
            (drop (call $ten
              (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
              (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 77) (i32.const 9))))
          (unreachable))
        (local.set $e)
        (throw_ref (local.get $e)))
      (unreachable)))
  (func (export "by_reference_here") (param i32) (result i32)
    (local $e exnref)
    (block $outer (result i32)
      (try_table (catch $stop $outer)
        (block $inner (result i32 exnref)
          (try_table (catch_ref $stop $inner) (throw $stop (local.get 0)))
          (unreachable))
        (local.set $e)
        (drop)
        (throw_ref (local.get $e)))
      (unreachable)))
  (func (export "null") (throw_ref (ref.null exn)))
  (func (export "null_caught")
    (block $caught (try_table (catch_all $caught) (throw_ref (ref.null exn)))))

  ;; Traps are not exceptions.
  (func $divide (param i32) (result i32) (i32.div_u (i32.const 6) (local.get 0)))
  (func (export "trap") (param i32) (result i32)
    (block $caught
      (try_table (result i32) (catch_all $caught) (call $divide (local.get 0)))
      (return))
    (i32.const -1))
  (func $endless (call $endless))
  (func (export "exhaustion")
    (block $caught (try_table (catch_all $caught) (call $endless))))

  (func (export "tail")
    (block $caught (try_table (catch_all $caught) (return_call $fail))))
  (func (export "tail_indirect")
    (block $caught (try_table (catch_all $caught) (return_call_indirect (type $void) (i32.const 1)))))
  (func (export "through_reference") (result i32)
    (block $caught
      (try_table (catch_all $caught) (call_ref $void (ref.func $fail)))
      (unreachable))
    (i32.const 5)))

(assert_return (invoke "stack_arguments" (i32.const 1)) (i32.const 1053))
(assert_return (invoke "stack_arguments" (i32.const 9)) (i32.const 77))
(assert_return (invoke "stack_arguments_indirect" (i32.const 1)) (i32.const 8))
(assert_return (invoke "stack_arguments_indirect" (i32.const 9)) (i32.const 8))
(assert_return (invoke "vector") (v128.const i64x2 1 2) (i32.const 3))
(assert_return (invoke "wide")
  (i64.const 1) (f64.const 2) (i32.const 3) (f32.const 4) (v128.const i32x4 5 5 5 5)
  (i64.const 6) (i64.const 7) (i64.const 8) (i64.const 9) (f64.const 10) (i32.const 11))
(assert_return (invoke "nine" (i32.const 0)) (i32.const 45))
(assert_return (invoke "nine" (i32.const 1)) (i32.const -1))
(assert_return (invoke "order") (i32.const 1))
(assert_return (invoke "inner_first") (i32.const 1))
(assert_return (invoke "outer_when_inner_does_not") (i32.const 2))
(assert_return (invoke "to_loop" (i32.const 5)) (i32.const 105))
(assert_return (invoke "by_reference") (i32.const 77))
(assert_return (invoke "by_reference_here" (i32.const 78)) (i32.const 78))
(assert_trap (invoke "null") "null exception reference")
(assert_trap (invoke "null_caught") "null exception reference")
(assert_return (invoke "trap" (i32.const 2)) (i32.const 3))
(assert_trap (invoke "trap" (i32.const 0)) "integer divide by zero")
(assert_exhaustion (invoke "exhaustion") "call stack exhausted")
(assert_exception (invoke "tail"))
(assert_exception (invoke "tail_indirect"))
(assert_return (invoke "through_reference") (i32.const 5))

;; A start function that throws.
(module
  (tag $t)
  (func $deep (throw $t))
  (func (export "f") (call $deep)))
(register "deep")
(assert_exception
  (module (import "deep" "f" (func $f)) (start $f)))
