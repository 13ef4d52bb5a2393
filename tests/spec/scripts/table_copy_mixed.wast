;; `table.copy` between tables with 32-bit and with 64-bit addresses: each address has its table's
;; type, and the count has the narrower one.

(module
  (table $wide i64 8 externref)
  (table $narrow 8 externref)
  (func (export "set-wide") (param i64 externref) (table.set $wide (local.get 0) (local.get 1)))
  (func (export "set-narrow") (param i32 externref) (table.set $narrow (local.get 0) (local.get 1)))
  (func (export "wide") (param i64) (result externref) (table.get $wide (local.get 0)))
  (func (export "narrow") (param i32) (result externref) (table.get $narrow (local.get 0)))
  (func (export "widen") (param i64 i32 i32)
    (table.copy $wide $narrow (local.get 0) (local.get 1) (local.get 2)))
  (func (export "narrow-down") (param i32 i64 i32)
    (table.copy $narrow $wide (local.get 0) (local.get 1) (local.get 2)))
  (func (export "stay-wide") (param i64 i64 i64)
    (table.copy $wide $wide (local.get 0) (local.get 1) (local.get 2)))
  (func (export "stay-narrow") (param i32 i32 i32)
    (table.copy $narrow $narrow (local.get 0) (local.get 1) (local.get 2))))

(invoke "set-narrow" (i32.const 1) (ref.extern 11))
(invoke "set-narrow" (i32.const 2) (ref.extern 12))
(invoke "widen" (i64.const 6) (i32.const 1) (i32.const 2))
(assert_return (invoke "wide" (i64.const 6)) (ref.extern 11))
(assert_return (invoke "wide" (i64.const 7)) (ref.extern 12))
(invoke "set-wide" (i64.const 0) (ref.extern 20))
(invoke "narrow-down" (i32.const 7) (i64.const 0) (i32.const 1))
(assert_return (invoke "narrow" (i32.const 7)) (ref.extern 20))
(invoke "stay-wide" (i64.const 1) (i64.const 6) (i64.const 2))
(assert_return (invoke "wide" (i64.const 2)) (ref.extern 12))
(invoke "stay-narrow" (i32.const 0) (i32.const 7) (i32.const 1))
(assert_return (invoke "narrow" (i32.const 0)) (ref.extern 20))

(assert_trap (invoke "widen" (i64.const 7) (i32.const 0) (i32.const 2)) "out of bounds table access")
(assert_trap (invoke "widen" (i64.const 0) (i32.const 7) (i32.const 2)) "out of bounds table access")
(assert_trap (invoke "widen" (i64.const 0) (i32.const -1) (i32.const 1)) "out of bounds table access")
(assert_trap (invoke "widen" (i64.const 0x1_0000_0000) (i32.const 0) (i32.const 1))
  "out of bounds table access")
(assert_trap (invoke "narrow-down" (i32.const 0) (i64.const 0x1_0000_0000) (i32.const 0))
  "out of bounds table access")
(assert_trap (invoke "narrow-down" (i32.const 0) (i64.const 0) (i32.const -1))
  "out of bounds table access")

(assert_invalid
  (module (table $w i64 1 funcref) (table $n 1 funcref)
    (func (table.copy $w $n (i32.const 0) (i32.const 0) (i32.const 0))))
  "type mismatch")
(assert_invalid
  (module (table $w i64 1 funcref) (table $n 1 funcref)
    (func (table.copy $w $n (i64.const 0) (i64.const 0) (i32.const 0))))
  "type mismatch")
(assert_invalid
  (module (table $w i64 1 funcref) (table $n 1 funcref)
    (func (table.copy $w $n (i64.const 0) (i32.const 0) (i64.const 0))))
  "type mismatch")
(assert_invalid
  (module (table $w i64 1 funcref) (table $n 1 funcref)
    (func (table.copy $n $w (i32.const 0) (i64.const 0) (i64.const 0))))
  "type mismatch")
