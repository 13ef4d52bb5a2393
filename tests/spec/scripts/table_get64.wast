;; `table.get` with a 64-bit address.

(module
  (table $ext i64 2 externref)
  (table $fun i64 3 funcref)
  (elem (table $fun) (i64.const 1) func $f)
  (func $f (result i32) (i32.const 5))
  (func (export "set") (param $i i64) (param $v externref)
    (table.set $ext (local.get $i) (local.get $v)))
  (func (export "ext") (param $i i64) (result externref) (table.get $ext (local.get $i)))
  (func (export "fun") (param $i i64) (result funcref) (table.get $fun (local.get $i)))
  (func (export "same") (result i32)
    (table.set $fun (i64.const 2) (table.get $fun (i64.const 1)))
    (call_indirect $fun (result i32) (i64.const 2))))

(assert_return (invoke "ext" (i64.const 0)) (ref.null extern))
(invoke "set" (i64.const 1) (ref.extern 42))
(assert_return (invoke "ext" (i64.const 1)) (ref.extern 42))
(assert_return (invoke "fun" (i64.const 0)) (ref.null func))
(assert_return (invoke "fun" (i64.const 1)) (ref.func))
(assert_return (invoke "same") (i32.const 5))

;; No address wraps around, and the upper half counts.
(assert_trap (invoke "ext" (i64.const 2)) "out of bounds table access")
(assert_trap (invoke "ext" (i64.const -1)) "out of bounds table access")
(assert_trap (invoke "ext" (i64.const 0x1_0000_0000)) "out of bounds table access")
(assert_trap (invoke "ext" (i64.const 0x2000_0000_0000_0000)) "out of bounds table access")
(assert_trap (invoke "fun" (i64.const 0x8000_0000_0000_0001)) "out of bounds table access")

(assert_invalid
  (module (table i64 1 externref) (func (result externref) (table.get 0 (i32.const 0))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 externref) (func (result funcref) (table.get 0 (i64.const 0))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 externref) (func (result externref) (table.get 0)))
  "type mismatch")
