;; `table.copy` within and between tables with 64-bit addresses.

(module
  (type $answer (func (result i32)))
  (table $a i64 10 funcref)
  (table $b i64 6 funcref)
  (elem (table $a) (i64.const 0) func $f0 $f1 $f2 $f3)
  (elem (table $b) (i64.const 4) func $f8 $f9)
  (func $f0 (result i32) (i32.const 0))
  (func $f1 (result i32) (i32.const 1))
  (func $f2 (result i32) (i32.const 2))
  (func $f3 (result i32) (i32.const 3))
  (func $f8 (result i32) (i32.const 8))
  (func $f9 (result i32) (i32.const 9))
  (func (export "copy") (param i64 i64 i64)
    (table.copy $a $a (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy-from-b") (param i64 i64 i64)
    (table.copy $a $b (local.get 0) (local.get 1) (local.get 2)))
  (func (export "a") (param i64) (result i32) (call_indirect $a (type $answer) (local.get 0)))
  (func (export "b") (param i64) (result i32) (call_indirect $b (type $answer) (local.get 0))))

;; Overlapping, forwards: 0 1 2 3 . . becomes 0 1 0 1 2 3
(invoke "copy" (i64.const 2) (i64.const 0) (i64.const 4))
(assert_return (invoke "a" (i64.const 0)) (i32.const 0))
(assert_return (invoke "a" (i64.const 1)) (i32.const 1))
(assert_return (invoke "a" (i64.const 2)) (i32.const 0))
(assert_return (invoke "a" (i64.const 3)) (i32.const 1))
(assert_return (invoke "a" (i64.const 4)) (i32.const 2))
(assert_return (invoke "a" (i64.const 5)) (i32.const 3))
(assert_trap (invoke "a" (i64.const 6)) "uninitialized element")

;; Overlapping, backwards: 0 1 0 1 2 3 becomes 0 2 3 . 2 3 with what is null moved along
(invoke "copy" (i64.const 1) (i64.const 4) (i64.const 3))
(assert_return (invoke "a" (i64.const 1)) (i32.const 2))
(assert_return (invoke "a" (i64.const 2)) (i32.const 3))
(assert_trap (invoke "a" (i64.const 3)) "uninitialized element")
(assert_return (invoke "a" (i64.const 4)) (i32.const 2))

;; Onto itself.
(invoke "copy" (i64.const 0) (i64.const 0) (i64.const 10))
(assert_return (invoke "a" (i64.const 5)) (i32.const 3))

;; From another table.
(invoke "copy-from-b" (i64.const 8) (i64.const 4) (i64.const 2))
(assert_return (invoke "a" (i64.const 8)) (i32.const 8))
(assert_return (invoke "a" (i64.const 9)) (i32.const 9))
(assert_return (invoke "b" (i64.const 5)) (i32.const 9))

;; Nothing, at both ends.
(invoke "copy" (i64.const 10) (i64.const 0) (i64.const 0))
(invoke "copy" (i64.const 0) (i64.const 10) (i64.const 0))
(assert_trap (invoke "copy" (i64.const 11) (i64.const 0) (i64.const 0)) "out of bounds table access")
(assert_trap (invoke "copy" (i64.const 0) (i64.const 11) (i64.const 0)) "out of bounds table access")

;; Beyond either end nothing is written.
(assert_trap (invoke "copy" (i64.const 8) (i64.const 0) (i64.const 3)) "out of bounds table access")
(assert_trap (invoke "copy" (i64.const 0) (i64.const 8) (i64.const 3)) "out of bounds table access")
(assert_trap (invoke "copy-from-b" (i64.const 0) (i64.const 5) (i64.const 2))
  "out of bounds table access")
(assert_trap (invoke "copy" (i64.const -1) (i64.const 0) (i64.const 1)) "out of bounds table access")
(assert_trap (invoke "copy" (i64.const 0) (i64.const -1) (i64.const 2)) "out of bounds table access")
(assert_trap (invoke "copy" (i64.const 0) (i64.const 0) (i64.const -1)) "out of bounds table access")
(assert_trap (invoke "copy" (i64.const 0x1_0000_0000) (i64.const 0) (i64.const 1))
  "out of bounds table access")
(assert_return (invoke "a" (i64.const 0)) (i32.const 0))
(assert_return (invoke "a" (i64.const 8)) (i32.const 8))

(assert_invalid
  (module (table i64 1 funcref)
    (func (table.copy 0 0 (i32.const 0) (i64.const 0) (i64.const 0))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 funcref)
    (func (table.copy 0 0 (i64.const 0) (i64.const 0) (i32.const 0))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 funcref) (table i64 1 externref)
    (func (table.copy 0 1 (i64.const 0) (i64.const 0) (i64.const 0))))
  "type mismatch")
