;; `table.grow` with a 64-bit count.

(module
  (table $t i64 0 externref)
  (func (export "get") (param i64) (result externref) (table.get $t (local.get 0)))
  (func (export "set") (param i64 externref) (table.set $t (local.get 0) (local.get 1)))
  (func (export "grow") (param i64 externref) (result i64)
    (table.grow $t (local.get 1) (local.get 0)))
  (func (export "size") (result i64) (table.size $t)))

(assert_return (invoke "size") (i64.const 0))
(assert_trap (invoke "set" (i64.const 0) (ref.extern 2)) "out of bounds table access")
(assert_return (invoke "grow" (i64.const 1) (ref.null extern)) (i64.const 0))
(assert_return (invoke "get" (i64.const 0)) (ref.null extern))
(assert_return (invoke "grow" (i64.const 4) (ref.extern 3)) (i64.const 1))
(assert_return (invoke "size") (i64.const 5))
(assert_return (invoke "get" (i64.const 0)) (ref.null extern))
(assert_return (invoke "get" (i64.const 1)) (ref.extern 3))
(assert_return (invoke "get" (i64.const 4)) (ref.extern 3))
(assert_trap (invoke "get" (i64.const 5)) "out of bounds table access")
(assert_return (invoke "grow" (i64.const 0) (ref.extern 9)) (i64.const 5))

;; What no machine has room for fails without harm.
(assert_return (invoke "grow" (i64.const -1) (ref.null extern)) (i64.const -1))
(assert_return (invoke "grow" (i64.const 0x7fff_ffff_ffff_ffff) (ref.null extern)) (i64.const -1))
(assert_return (invoke "grow" (i64.const 0x2000_0000_0000_0000) (ref.null extern)) (i64.const -1))
(assert_return (invoke "size") (i64.const 5))
(assert_return (invoke "get" (i64.const 4)) (ref.extern 3))

(module
  (table $t i64 0x10 0x20 funcref)
  (elem declare func $f)
  (func $f)
  (func (export "grow") (param i64) (result i64) (table.grow $t (ref.func $f) (local.get 0)))
  (func (export "filled") (param i64 i64) (result i32)
    (loop $next
      (if (i64.eq (local.get 0) (local.get 1)) (then (return (i32.const 1))))
      (if (ref.is_null (table.get $t (local.get 0))) (then (return (i32.const 0))))
      (local.set 0 (i64.add (local.get 0) (i64.const 1)))
      (br $next))
    (unreachable)))
(assert_return (invoke "grow" (i64.const 0x11)) (i64.const -1))
(assert_return (invoke "grow" (i64.const 8)) (i64.const 0x10))
(assert_return (invoke "filled" (i64.const 0x10) (i64.const 0x18)) (i32.const 1))
(assert_return (invoke "filled" (i64.const 0xf) (i64.const 0x18)) (i32.const 0))
(assert_return (invoke "grow" (i64.const 8)) (i64.const 0x18))
(assert_return (invoke "grow" (i64.const 1)) (i64.const -1))

;; A table that one module grows is the same for those that import it.
(module $owner
  (table (export "table") i64 1 4 externref)
  (func (export "grow") (result i64) (table.grow 0 (ref.null extern) (i64.const 2))))
(register "owner" $owner)
(module $user
  (table (import "owner" "table") i64 1 externref)
  (func (export "size") (result i64) (table.size 0)))
(assert_return (invoke $owner "grow") (i64.const 1))
(assert_return (invoke $user "size") (i64.const 3))
(module
  (table (import "owner" "table") i64 3 4 externref)
  (func (export "size") (result i64) (table.size 0)))
(assert_return (invoke "size") (i64.const 3))

(assert_invalid
  (module (table i64 0 externref)
    (func (result i64) (table.grow 0 (ref.null extern) (i32.const 1))))
  "type mismatch")
(assert_invalid
  (module (table i64 0 externref)
    (func (result i32) (table.grow 0 (ref.null extern) (i64.const 1))))
  "type mismatch")
(assert_invalid
  (module (table i64 0 externref)
    (func (result i64) (table.grow 0 (ref.null func) (i64.const 1))))
  "type mismatch")
