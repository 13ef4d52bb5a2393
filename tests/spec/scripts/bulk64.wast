;; Bulk instructions of memories and tables with 64-bit addresses working together in one module, and
;; segments that are dropped by being active.

(module
  (type $answer (func (result i32)))
  (memory i64 1)
  (table $t i64 8 funcref)
  (data $text "weft")
  (data $active (i64.const 0) "loom")
  (elem $funcs func $one $two)
  (elem $placed (table $t) (i64.const 6) func $two $one)
  (func $one (result i32) (i32.const 1))
  (func $two (result i32) (i32.const 2))

  (func (export "weave") (param $at i64) (param $count i64)
    ;; Writes the text once, then doubles it by copies that start where the text starts.
    (local $done i64)
    (memory.init $text (local.get $at) (i32.const 0) (i32.const 4))
    (local.set $done (i64.const 1))
    (loop $again
      (if (i64.lt_u (local.get $done) (local.get $count))
        (then
          (memory.copy
            (i64.add (local.get $at) (i64.mul (local.get $done) (i64.const 4)))
            (local.get $at)
            (i64.const 4))
          (local.set $done (i64.add (local.get $done) (i64.const 1)))
          (br $again)))))
  (func (export "word") (param i64) (result i32) (i32.load (local.get 0)))
  (func (export "clear") (param i64 i64)
    (memory.fill (local.get 0) (i32.const 0) (local.get 1)))

  (func (export "place") (param $at i64)
    (table.init $t $funcs (local.get $at) (i32.const 0) (i32.const 2))
    (table.copy $t $t (i64.add (local.get $at) (i64.const 2)) (local.get $at) (i64.const 2)))
  (func (export "wipe") (param i64 i64)
    (table.fill $t (local.get 0) (ref.null func) (local.get 1)))
  (func (export "call") (param i64) (result i32)
    (call_indirect $t (type $answer) (local.get 0)))

  (func (export "reuse-active-data") (param i32)
    (memory.init $active (i64.const 0) (i32.const 0) (local.get 0)))
  (func (export "reuse-active-elem") (param i32)
    (table.init $t $placed (i64.const 0) (i32.const 0) (local.get 0))))

;; "weft" is 0x74666577, "loom" is 0x6d6f6f6c.
(assert_return (invoke "word" (i64.const 0)) (i32.const 0x6d6f6f6c))
(invoke "weave" (i64.const 0x1000) (i64.const 5))
(assert_return (invoke "word" (i64.const 0x1000)) (i32.const 0x74666577))
(assert_return (invoke "word" (i64.const 0x1010)) (i32.const 0x74666577))
(assert_return (invoke "word" (i64.const 0x1014)) (i32.const 0))
(invoke "clear" (i64.const 0x1002) (i64.const 4))
(assert_return (invoke "word" (i64.const 0x1000)) (i32.const 0x6577))
(assert_return (invoke "word" (i64.const 0x1004)) (i32.const 0x74660000))

(assert_return (invoke "call" (i64.const 6)) (i32.const 2))
(assert_return (invoke "call" (i64.const 7)) (i32.const 1))
(invoke "place" (i64.const 1))
(assert_trap (invoke "call" (i64.const 0)) "uninitialized element")
(assert_return (invoke "call" (i64.const 1)) (i32.const 1))
(assert_return (invoke "call" (i64.const 2)) (i32.const 2))
(assert_return (invoke "call" (i64.const 3)) (i32.const 1))
(assert_return (invoke "call" (i64.const 4)) (i32.const 2))
(invoke "wipe" (i64.const 2) (i64.const 2))
(assert_return (invoke "call" (i64.const 1)) (i32.const 1))
(assert_trap (invoke "call" (i64.const 3)) "uninitialized element")
(assert_return (invoke "call" (i64.const 4)) (i32.const 2))

;; Active segments are dropped once they are placed.
(invoke "reuse-active-data" (i32.const 0))
(assert_trap (invoke "reuse-active-data" (i32.const 1)) "out of bounds memory access")
(invoke "reuse-active-elem" (i32.const 0))
(assert_trap (invoke "reuse-active-elem" (i32.const 1)) "out of bounds table access")

;; Segments before the one that fails have been placed when the instantiation ends.
(module $shared (memory (export "memory") i64 1)
  (func (export "byte") (param i64) (result i32) (i32.load8_u (local.get 0))))
(register "shared" $shared)
(assert_trap
  (module (memory (import "shared" "memory") i64 1)
    (data (i64.const 5) "Z")
    (data (i64.const 0x10000) "no room"))
  "out of bounds memory access")
(assert_return (invoke $shared "byte" (i64.const 5)) (i32.const 90))
