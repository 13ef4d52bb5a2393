;; The older `try`, `catch`, `catch_all` and `throw`: what the specification's own scripts for them hold, in our words.

(module
  (tag $none (export "none"))
  (tag $int (param i32))
  (tag $mixed (param i32 i64 f32 f64))
  (func (export "raise") (throw $none)))
(register "thrower")

(module
  (import "thrower" "none" (tag $foreign))
  (import "thrower" "none" (tag $again))
  (import "thrower" "raise" (func $foreign_raise))
  (tag $none)
  (tag $int (param i32))
  (tag $long (param i64))
  (tag $mixed (param i32 i64 f32 f64))

  (func $raise (param i32)
    (block $long
      (block $int
        (block $none
          (block $nothing
            (br_table $nothing $none $int $long (local.get 0)))
          (return))
        (throw $none))
      (throw $int (i32.const 70)))
    (throw $long (i64.const 71)))

  (func (export "empty") (try (do)) (try (do) (catch_all)))
  (func (export "value") (result i32)
    (try (result i32) (do (i32.const 1)) (catch $none (i32.const 2)) (catch_all (i32.const 3))))
  (func (export "parameters") (param i32) (result i32)
    (local.get 0)
    (try (param i32) (result i32)
      (do (drop) (throw $int (i32.const 5)))
      (catch $int (i32.const 1) (i32.add))))

  ;; Which handler, for what comes out of a call.
  (func $which (export "which") (param i32) (result i32)
    (try (result i32)
      (do (call $raise (local.get 0)) (i32.const 0))
      (catch $none (i32.const 1))
      (catch $int)
      (catch_all (i32.const 99))))
  ;; And for what is thrown in the same function.
  (func (export "which_here") (param i32) (result i32)
    (try (result i32)
      (do
        (if (i32.eqz (local.get 0)) (then (throw $none)))
        (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $int (local.get 0))))
        (throw $long (i64.const 0)))
      (catch $int (i32.const 20) (i32.add))
      (catch $none (i32.const 10))
      (catch_all (i32.const 30))))

  (func (export "payload") (result i32 i64 f32 f64)
    (try (result i32 i64 f32 f64)
      (do (throw $mixed (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4)))
      (catch $mixed)))

  (func (export "only_others") (param i32) (result i32)
    (try (result i32)
      (do (call $raise (local.get 0)) (i32.const 0))
      (catch $int)))

  ;; An exception in a handler is not for the handlers beside it.
  (func (export "throw_in_catch") (result i32)
    (try (result i32)
      (do
        (try (result i32)
          (do (throw $none))
          (catch $none (throw $int (i32.const 8)))
          (catch $int (drop) (i32.const 1))
          (catch_all (i32.const 2))))
      (catch $int (i32.const 100) (i32.add))))
  (func (export "throw_in_catch_all") (result i32)
    (try (result i32)
      (do (try (do (throw $none)) (catch_all (call $raise (i32.const 2)))) (i32.const 1))
      (catch $int)))
  (func (export "try_in_catch") (param i32) (result i32)
    (try (result i32)
      (do (throw $int (i32.const 3)))
      (catch $int
        (try (result i32)
          (do (call $raise (local.get 0)) (i32.const 4))
          (catch $none (i32.const 5)))
        (i32.mul))))

  ;; Locals are as they were at the throw.
  (func (export "locals") (param i32) (result i32)
    (local $n i32)
    (try
      (do
        (local.set $n (i32.const 1))
        (call $raise (i32.const 0))
        (local.set $n (i32.const 2))
        (call $raise (local.get 0))
        (local.set $n (i32.const 3)))
      (catch_all))
    (local.get $n))

  ;; Two imports of one tag, and one of another instance.
  (func (export "imported") (result i32)
    (try (result i32)
      (do (call $foreign_raise) (i32.const 0))
      (catch $none (i32.const 1))
      (catch $again (i32.const 2))
      (catch $foreign (i32.const 3))))
  (func (export "imported_here") (result i32)
    (try (result i32)
      (do (throw $foreign))
      (catch $none (i32.const 1))
      (catch $again (i32.const 2))
      (catch $foreign (i32.const 3))))

  (func (export "branch_out") (result i32)
    (block $out (result i32)
      (try (do (br $out (i32.const 6))) (catch_all (br $out (i32.const 7))))
      (i32.const 8)))
  (func (export "branch_from_catch") (result i32)
    (try $t (result i32)
      (do (throw $none))
      (catch $none (br $t (i32.const 9)))))
  (func (export "dead") (result i32)
    (try (result i32)
      (do (unreachable) (try (do (throw $none)) (catch $none) (catch_all (rethrow 0))) (i32.const 1))
      (catch_all (i32.const 2))))

  (func (export "divide") (param i32) (result i32)
    (try (result i32)
      (do (i32.div_u (i32.const 1) (local.get 0)))
      (catch_all (i32.const 9))))

  ;; A tail call leaves the block that it stands in.
  (func (export "tail") (param i32)
    (try (do (return_call $raise (local.get 0))) (catch_all)))

  ;; Handlers in a loop, with values below them on the stack.
  (func (export "loop") (param $n i32) (result i32)
    (local $sum i32)
    (loop $l
      (local.set $sum
        (i32.add
          (local.get $sum)
          (try (result i32)
            (do (call $raise (i32.rem_u (local.get $n) (i32.const 4))) (i32.const 1))
            (catch $int (drop) (i32.const 10))
            (catch $none (i32.const 100))
            (catch_all (i32.const 1000)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))

(assert_return (invoke "empty"))
(assert_return (invoke "value") (i32.const 1))
(assert_return (invoke "parameters" (i32.const 3)) (i32.const 6))
(assert_return (invoke "which" (i32.const 0)) (i32.const 0))
(assert_return (invoke "which" (i32.const 1)) (i32.const 1))
(assert_return (invoke "which" (i32.const 2)) (i32.const 70))
(assert_return (invoke "which" (i32.const 3)) (i32.const 99))
(assert_return (invoke "which_here" (i32.const 0)) (i32.const 10))
(assert_return (invoke "which_here" (i32.const 1)) (i32.const 21))
(assert_return (invoke "which_here" (i32.const 2)) (i32.const 30))
(assert_return (invoke "payload") (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4))
(assert_return (invoke "only_others" (i32.const 2)) (i32.const 70))
(assert_exception (invoke "only_others" (i32.const 1)))
(assert_exception (invoke "only_others" (i32.const 3)))
(assert_return (invoke "throw_in_catch") (i32.const 108))
(assert_return (invoke "throw_in_catch_all") (i32.const 70))
(assert_return (invoke "try_in_catch" (i32.const 0)) (i32.const 12))
(assert_return (invoke "try_in_catch" (i32.const 1)) (i32.const 15))
(assert_exception (invoke "try_in_catch" (i32.const 2)))
(assert_return (invoke "locals" (i32.const 0)) (i32.const 3))
(assert_return (invoke "locals" (i32.const 1)) (i32.const 2))
(assert_return (invoke "imported") (i32.const 2))
(assert_return (invoke "imported_here") (i32.const 2))
(assert_return (invoke "branch_out") (i32.const 6))
(assert_return (invoke "branch_from_catch") (i32.const 9))
(assert_trap (invoke "dead") "unreachable")
(assert_return (invoke "divide" (i32.const 1)) (i32.const 1))
(assert_trap (invoke "divide" (i32.const 0)) "integer divide by zero")
(assert_return (invoke "tail" (i32.const 0)))
(assert_exception (invoke "tail" (i32.const 1)))
(assert_return (invoke "loop" (i32.const 8)) (i32.const 2222))

(assert_invalid
  (module (tag $t (param i32)) (func (try (do) (catch $t))))
  "type mismatch")
(assert_invalid
  (module (func (try (result i32) (do) (catch_all (i32.const 1)))))
  "type mismatch")
(assert_invalid
  (module (func (catch_all)))
  "catch_all")
