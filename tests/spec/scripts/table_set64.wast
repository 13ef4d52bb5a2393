;; `table.set` with a 64-bit address.

(module
  (table $ext i64 1 externref)
  (table $fun i64 2 funcref)
  (elem (table $fun) (i64.const 0) func $f)
  (func $f)
  (func (export "get-ext") (param i64) (result externref) (table.get $ext (local.get 0)))
  (func (export "get-fun") (param i64) (result funcref) (table.get $fun (local.get 0)))
  (func (export "set-ext") (param i64 externref)
    (table.set $ext (local.get 0) (local.get 1)))
  (func (export "set-fun") (param i64 funcref)
    (table.set $fun (local.get 0) (local.get 1)))
  (func (export "copy-fun") (param i64 i64)
    (table.set $fun (local.get 0) (table.get $fun (local.get 1)))))

(invoke "set-ext" (i64.const 0) (ref.extern 7))
(assert_return (invoke "get-ext" (i64.const 0)) (ref.extern 7))
(invoke "set-ext" (i64.const 0) (ref.null extern))
(assert_return (invoke "get-ext" (i64.const 0)) (ref.null extern))

(invoke "copy-fun" (i64.const 1) (i64.const 0))
(assert_return (invoke "get-fun" (i64.const 1)) (ref.func))
(invoke "set-fun" (i64.const 0) (ref.null func))
(assert_return (invoke "get-fun" (i64.const 0)) (ref.null func))

(assert_trap (invoke "set-ext" (i64.const 1) (ref.null extern)) "out of bounds table access")
(assert_trap (invoke "set-ext" (i64.const -1) (ref.extern 0)) "out of bounds table access")
(assert_trap (invoke "set-fun" (i64.const 0x1_0000_0000) (ref.null func)) "out of bounds table access")
(assert_trap (invoke "copy-fun" (i64.const 2) (i64.const 1)) "out of bounds table access")

(assert_invalid
  (module (table i64 1 funcref) (func (table.set 0 (i32.const 0) (ref.null func))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 funcref) (func (table.set 0 (i64.const 0) (ref.null extern))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 funcref) (func (table.set 0 (i64.const 0))))
  "type mismatch")
