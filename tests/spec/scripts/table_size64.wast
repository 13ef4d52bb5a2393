;; `table.size` answers an i64 for tables with 64-bit addresses.

(module
  (table $none i64 0 externref)
  (table $some i64 7 externref)
  (table $bounded i64 2 5 externref)
  (table $narrow 3 externref)
  (func (export "none") (result i64) (table.size $none))
  (func (export "some") (result i64) (table.size $some))
  (func (export "bounded") (result i64) (table.size $bounded))
  (func (export "narrow") (result i32) (table.size $narrow))
  (func (export "grow") (param i64)
    (drop (table.grow $none (ref.null extern) (local.get 0)))
    (drop (table.grow $some (ref.null extern) (local.get 0)))
    (drop (table.grow $bounded (ref.null extern) (local.get 0)))))

(assert_return (invoke "none") (i64.const 0))
(assert_return (invoke "some") (i64.const 7))
(assert_return (invoke "bounded") (i64.const 2))
(assert_return (invoke "narrow") (i32.const 3))
(invoke "grow" (i64.const 3))
(assert_return (invoke "none") (i64.const 3))
(assert_return (invoke "some") (i64.const 10))
(assert_return (invoke "bounded") (i64.const 5))
(invoke "grow" (i64.const 1))
(assert_return (invoke "none") (i64.const 4))
(assert_return (invoke "bounded") (i64.const 5))
(assert_return (invoke "narrow") (i32.const 3))

(assert_invalid
  (module (table i64 1 externref) (func (result i32) (table.size 0)))
  "type mismatch")
(assert_invalid
  (module (table 1 externref) (func (result i64) (table.size 0)))
  "type mismatch")
(assert_invalid
  (module (table i64 1 externref) (func (table.size 0)))
  "type mismatch")
