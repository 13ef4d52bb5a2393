;; `table.init` and element segments for tables with 64-bit addresses: the address in the table is an
;; i64, the offset and the count in the segment stay i32.

(module
  (type $answer (func (result i32)))
  (table $t i64 12 funcref)
  (table $e i64 4 externref)
  (elem (table $t) (i64.const 1) func $f1 $f2)
  (elem $passive func $f3 $f1 $f4 $f2 $f3)
  (elem $nulls externref (ref.null extern) (ref.null extern))
  (func $f1 (result i32) (i32.const 1))
  (func $f2 (result i32) (i32.const 2))
  (func $f3 (result i32) (i32.const 3))
  (func $f4 (result i32) (i32.const 4))
  (func (export "init") (param i64 i32 i32)
    (table.init $t $passive (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init-nulls") (param i64 i32 i32)
    (table.init $e $nulls (local.get 0) (local.get 1) (local.get 2)))
  (func (export "drop") (elem.drop $passive))
  (func (export "call") (param i64) (result i32)
    (call_indirect $t (type $answer) (local.get 0))))

(assert_return (invoke "call" (i64.const 1)) (i32.const 1))
(assert_return (invoke "call" (i64.const 2)) (i32.const 2))
(assert_trap (invoke "call" (i64.const 0)) "uninitialized element")

(invoke "init" (i64.const 7) (i32.const 1) (i32.const 3))
(assert_trap (invoke "call" (i64.const 6)) "uninitialized element")
(assert_return (invoke "call" (i64.const 7)) (i32.const 1))
(assert_return (invoke "call" (i64.const 8)) (i32.const 4))
(assert_return (invoke "call" (i64.const 9)) (i32.const 2))
(assert_trap (invoke "call" (i64.const 10)) "uninitialized element")

(invoke "init" (i64.const 12) (i32.const 5) (i32.const 0))
(assert_trap (invoke "init" (i64.const 13) (i32.const 0) (i32.const 0)) "out of bounds table access")
(assert_trap (invoke "init" (i64.const 0) (i32.const 6) (i32.const 0)) "out of bounds table access")
(assert_trap (invoke "init" (i64.const 10) (i32.const 0) (i32.const 3)) "out of bounds table access")
(assert_trap (invoke "init" (i64.const 0) (i32.const 3) (i32.const 3)) "out of bounds table access")
(assert_trap (invoke "init" (i64.const 0x1_0000_0000) (i32.const 0) (i32.const 1))
  "out of bounds table access")
(assert_trap (invoke "init" (i64.const -1) (i32.const 0) (i32.const 2)) "out of bounds table access")
(assert_trap (invoke "init" (i64.const 0) (i32.const -1) (i32.const 2)) "out of bounds table access")
(assert_trap (invoke "init" (i64.const 0) (i32.const 0) (i32.const -1)) "out of bounds table access")
;; None of them has written anything.
(assert_trap (invoke "call" (i64.const 0)) "uninitialized element")
(assert_trap (invoke "call" (i64.const 10)) "uninitialized element")

(invoke "init-nulls" (i64.const 2) (i32.const 0) (i32.const 2))
(assert_trap (invoke "init-nulls" (i64.const 3) (i32.const 0) (i32.const 2)) "out of bounds table access")

(invoke "drop")
(invoke "init" (i64.const 0) (i32.const 0) (i32.const 0))
(assert_trap (invoke "init" (i64.const 0) (i32.const 0) (i32.const 1)) "out of bounds table access")

;; An active segment that does not fit ends the instantiation.
(assert_trap
  (module (table i64 2 funcref) (func $f) (elem (i64.const 1) func $f $f))
  "out of bounds table access")
(assert_trap
  (module (table i64 2 funcref) (elem (i64.const 3) func))
  "out of bounds table access")
(assert_trap
  (module (table i64 2 funcref) (func $f) (elem (i64.const 0x1_0000_0000) func $f))
  "out of bounds table access")
(module (table i64 2 funcref) (elem (i64.const 2) func))

(assert_invalid
  (module (table i64 1 funcref) (elem $s func)
    (func (table.init 0 $s (i32.const 0) (i32.const 0) (i32.const 0))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 funcref) (elem $s func)
    (func (table.init 0 $s (i64.const 0) (i64.const 0) (i32.const 0))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 funcref) (elem $s func)
    (func (table.init 0 $s (i64.const 0) (i32.const 0) (i64.const 0))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 externref) (elem $s func)
    (func (table.init 0 $s (i64.const 0) (i32.const 0) (i32.const 0))))
  "type mismatch")
