;; `memory.fill` with 64-bit addresses and counts.

(module
  (memory i64 1 1)
  (func (export "fill") (param i64 i32 i64)
    (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "byte") (param i64) (result i32) (i32.load8_u (local.get 0)))
  (func (export "all?") (param $from i64) (param $to i64) (param $value i32) (result i32)
    (loop $next
      (if (i64.ge_u (local.get $from) (local.get $to)) (then (return (i32.const 1))))
      (if (i32.ne (i32.load8_u (local.get $from)) (local.get $value))
        (then (return (i32.const 0))))
      (local.set $from (i64.add (local.get $from) (i64.const 1)))
      (br $next))
    (unreachable)))

(invoke "fill" (i64.const 0x100) (i32.const 0x155) (i64.const 0x100))
(assert_return (invoke "all?" (i64.const 0) (i64.const 0x100) (i32.const 0)) (i32.const 1))
(assert_return (invoke "all?" (i64.const 0x100) (i64.const 0x200) (i32.const 0x55)) (i32.const 1))
(assert_return (invoke "all?" (i64.const 0x200) (i64.const 0x10000) (i32.const 0)) (i32.const 1))

(invoke "fill" (i64.const 0) (i32.const 0xaa) (i64.const 0x10000))
(assert_return (invoke "all?" (i64.const 0) (i64.const 0x10000) (i32.const 0xaa)) (i32.const 1))
(invoke "fill" (i64.const 0x10000) (i32.const 1) (i64.const 0))
(invoke "fill" (i64.const 7) (i32.const 1) (i64.const 0))
(assert_return (invoke "byte" (i64.const 7)) (i32.const 0xaa))

;; Beyond the end nothing is written.
(assert_trap (invoke "fill" (i64.const 0xff00) (i32.const 1) (i64.const 0x101))
  "out of bounds memory access")
(assert_trap (invoke "fill" (i64.const 0x10001) (i32.const 1) (i64.const 0))
  "out of bounds memory access")
(assert_trap (invoke "fill" (i64.const -1) (i32.const 1) (i64.const 1))
  "out of bounds memory access")
(assert_trap (invoke "fill" (i64.const 1) (i32.const 1) (i64.const -1))
  "out of bounds memory access")
(assert_trap (invoke "fill" (i64.const 0x1_0000_0000) (i32.const 1) (i64.const 0))
  "out of bounds memory access")
(assert_trap (invoke "fill" (i64.const 0) (i32.const 1) (i64.const 0x1_0000_0001))
  "out of bounds memory access")
(assert_return (invoke "all?" (i64.const 0) (i64.const 0x10000) (i32.const 0xaa)) (i32.const 1))

(assert_invalid
  (module (memory i64 1) (func (memory.fill (i32.const 0) (i32.const 0) (i64.const 0))))
  "type mismatch")
(assert_invalid
  (module (memory i64 1) (func (memory.fill (i64.const 0) (i64.const 0) (i64.const 0))))
  "type mismatch")
(assert_invalid
  (module (memory i64 1) (func (memory.fill (i64.const 0) (i32.const 0) (i32.const 0))))
  "type mismatch")
