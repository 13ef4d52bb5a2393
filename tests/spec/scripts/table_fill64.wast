;; `table.fill` with 64-bit addresses and counts.

(module
  (table $t i64 10 externref)
  (func (export "fill") (param $i i64) (param $v externref) (param $n i64)
    (table.fill $t (local.get $i) (local.get $v) (local.get $n)))
  (func (export "get") (param $i i64) (result externref) (table.get $t (local.get $i))))

(invoke "fill" (i64.const 2) (ref.extern 1) (i64.const 3))
(assert_return (invoke "get" (i64.const 1)) (ref.null extern))
(assert_return (invoke "get" (i64.const 2)) (ref.extern 1))
(assert_return (invoke "get" (i64.const 4)) (ref.extern 1))
(assert_return (invoke "get" (i64.const 5)) (ref.null extern))

;; Up to the end, at the end, and nothing.
(invoke "fill" (i64.const 7) (ref.extern 2) (i64.const 3))
(assert_return (invoke "get" (i64.const 9)) (ref.extern 2))
(invoke "fill" (i64.const 9) (ref.null extern) (i64.const 1))
(assert_return (invoke "get" (i64.const 8)) (ref.extern 2))
(assert_return (invoke "get" (i64.const 9)) (ref.null extern))
(invoke "fill" (i64.const 10) (ref.extern 3) (i64.const 0))
(invoke "fill" (i64.const 0) (ref.extern 3) (i64.const 0))
(assert_return (invoke "get" (i64.const 0)) (ref.null extern))

;; Beyond the end nothing is written, not even the part that would fit.
(assert_trap (invoke "fill" (i64.const 8) (ref.extern 6) (i64.const 3)) "out of bounds table access")
(assert_return (invoke "get" (i64.const 8)) (ref.extern 2))
(assert_return (invoke "get" (i64.const 9)) (ref.null extern))
(assert_trap (invoke "fill" (i64.const 11) (ref.null extern) (i64.const 0)) "out of bounds table access")
(assert_trap (invoke "fill" (i64.const -1) (ref.null extern) (i64.const 1)) "out of bounds table access")
(assert_trap (invoke "fill" (i64.const 1) (ref.null extern) (i64.const -1)) "out of bounds table access")
(assert_trap (invoke "fill" (i64.const 0x1_0000_0000) (ref.null extern) (i64.const 0))
  "out of bounds table access")
(assert_trap (invoke "fill" (i64.const 0) (ref.null extern) (i64.const 0x1_0000_0001))
  "out of bounds table access")

(assert_invalid
  (module (table i64 1 externref)
    (func (table.fill 0 (i32.const 0) (ref.null extern) (i64.const 1))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 externref)
    (func (table.fill 0 (i64.const 0) (ref.null extern) (i32.const 1))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 externref)
    (func (table.fill 0 (i64.const 0) (ref.null func) (i64.const 1))))
  "type mismatch")
