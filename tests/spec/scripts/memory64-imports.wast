;; Import and export of memories with 64-bit addresses.

(module $m
  (memory (export "wide") i64 1 4)
  (memory (export "open") i64 2)
  (memory (export "narrow") 1 4)
  (func (export "poke") (param i64 i32) (i32.store8 0 (local.get 0) (local.get 1)))
  (func (export "grow") (result i64) (memory.grow 0 (i64.const 1))))
(register "m" $m)

(module (memory (import "m" "wide") i64 1 4))
(module (memory (import "m" "wide") i64 0 0x1_0000_0000))
(module (memory (import "m" "wide") i64 1))
(module (memory (import "m" "open") i64 2))
(module (memory (import "m" "open") i64 0))

;; The address type must be the same.
(assert_unlinkable (module (memory (import "m" "wide") 1 4)) "incompatible import type")
(assert_unlinkable (module (memory (import "m" "narrow") i64 1 4)) "incompatible import type")
(assert_unlinkable (module (memory (import "spectest" "memory") i64 1)) "incompatible import type")

;; The limits must fit.
(assert_unlinkable (module (memory (import "m" "wide") i64 2)) "incompatible import type")
(assert_unlinkable (module (memory (import "m" "wide") i64 1 3)) "incompatible import type")
(assert_unlinkable (module (memory (import "m" "open") i64 2 100)) "incompatible import type")
(assert_unlinkable (module (memory (import "m" "open") i64 3)) "incompatible import type")

;; And it must be a memory that is there.
(assert_unlinkable (module (memory (import "m" "nothing") i64 1)) "unknown import")
(assert_unlinkable (module (memory (import "m" "grow") i64 1)) "incompatible import type")
(assert_unlinkable (module (table (import "m" "wide") i64 1 funcref)) "incompatible import type")

;; Both sides see one memory.
(module $user
  (memory (import "m" "wide") i64 1 4)
  (data (i64.const 8) "\2a")
  (func (export "peek") (param i64) (result i32) (i32.load8_u (local.get 0)))
  (func (export "size") (result i64) (memory.size)))
(assert_return (invoke $user "peek" (i64.const 8)) (i32.const 42))
(invoke $m "poke" (i64.const 9) (i32.const 17))
(assert_return (invoke $user "peek" (i64.const 9)) (i32.const 17))
(assert_trap (invoke $user "peek" (i64.const 0x10000)) "out of bounds memory access")
(assert_return (invoke $m "grow") (i64.const 1))
(assert_return (invoke $user "size") (i64.const 2))
(assert_return (invoke $user "peek" (i64.const 0x1ffff)) (i32.const 0))
(assert_trap (invoke $user "peek" (i64.const 0x1_0000_0008)) "out of bounds memory access")

;; The size now counts for who imports it.
(module (memory (import "m" "wide") i64 2 4))

;; Limits of the type itself.
(assert_invalid
  (module (memory (import "m" "wide") i64 2 1))
  "size minimum must not be greater than maximum")
(assert_invalid
  (module (memory (import "m" "wide") i64 0x1_0000_0000_0001))
  "memory size")
