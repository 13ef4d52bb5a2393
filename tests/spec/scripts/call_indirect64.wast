;; Calls through tables with 64-bit addresses.

(module
  (type $unary (func (param i32) (result i32)))
  (type $nothing (func))
  (table $t i64 6 funcref)
  (table $u i64 1 funcref)
  (elem (table $t) (i64.const 0) func $double $square $none $fac)
  (elem (table $u) (i64.const 0) func $square)
  (func $double (type $unary) (i32.shl (local.get 0) (i32.const 1)))
  (func $square (type $unary) (i32.mul (local.get 0) (local.get 0)))
  (func $none (type $nothing))
  (func $fac (type $unary)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 1))
      (else
        (i32.mul
          (local.get 0)
          (call_indirect $t (type $unary)
            (i32.sub (local.get 0) (i32.const 1)) (i64.const 3))))))
  (func (export "call") (param i64 i32) (result i32)
    (call_indirect $t (type $unary) (local.get 1) (local.get 0)))
  (func (export "call-u") (param i64 i32) (result i32)
    (call_indirect $u (type $unary) (local.get 1) (local.get 0)))
  (func (export "call-none") (param i64) (call_indirect $t (type $nothing) (local.get 0)))
  (func (export "tail") (param i64 i32) (result i32)
    (return_call_indirect $t (type $unary) (local.get 1) (local.get 0))))

(assert_return (invoke "call" (i64.const 0) (i32.const 21)) (i32.const 42))
(assert_return (invoke "call" (i64.const 1) (i32.const 12)) (i32.const 144))
(assert_return (invoke "call" (i64.const 3) (i32.const 6)) (i32.const 720))
(assert_return (invoke "call-u" (i64.const 0) (i32.const 5)) (i32.const 25))
(assert_return (invoke "call-none" (i64.const 2)))
(assert_return (invoke "tail" (i64.const 1) (i32.const 9)) (i32.const 81))

(assert_trap (invoke "call" (i64.const 2) (i32.const 0)) "indirect call type mismatch")
(assert_trap (invoke "call-none" (i64.const 0)) "indirect call type mismatch")
(assert_trap (invoke "call" (i64.const 4) (i32.const 0)) "uninitialized element")
(assert_trap (invoke "call" (i64.const 6) (i32.const 0)) "undefined element")
(assert_trap (invoke "call" (i64.const -1) (i32.const 0)) "undefined element")
(assert_trap (invoke "call" (i64.const 0x1_0000_0000) (i32.const 0)) "undefined element")
(assert_trap (invoke "call" (i64.const 0x2000_0000_0000_0000) (i32.const 0)) "undefined element")
(assert_trap (invoke "call-u" (i64.const 1) (i32.const 0)) "undefined element")
(assert_trap (invoke "tail" (i64.const 5) (i32.const 0)) "uninitialized element")
(assert_trap (invoke "tail" (i64.const 0x1_0000_0001) (i32.const 0)) "undefined element")

(assert_invalid
  (module (table i64 1 funcref) (func (call_indirect (i32.const 0))))
  "type mismatch")
(assert_invalid
  (module (table 1 funcref) (func (call_indirect (i64.const 0))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 funcref) (func (return_call_indirect (i32.const 0))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 externref) (func (call_indirect (i64.const 0))))
  "type mismatch")
