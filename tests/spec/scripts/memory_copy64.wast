;; `memory.copy` with 64-bit addresses and counts.

(module
  (memory i64 1 1)
  (data (i64.const 0) "abcdefgh")
  (func (export "copy") (param i64 i64 i64)
    (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "load") (param i64) (result i64) (i64.load (local.get 0)))
  (func (export "store") (param i64 i64) (i64.store (local.get 0) (local.get 1))))

;; "abcdefgh" is 0x6867666564636261.
(assert_return (invoke "load" (i64.const 0)) (i64.const 0x6867666564636261))
(invoke "copy" (i64.const 0x100) (i64.const 0) (i64.const 8))
(assert_return (invoke "load" (i64.const 0x100)) (i64.const 0x6867666564636261))

;; Overlapping forwards: ab cdefgh becomes ab abcdef
(invoke "copy" (i64.const 0x102) (i64.const 0x100) (i64.const 6))
(assert_return (invoke "load" (i64.const 0x100)) (i64.const 0x6665646362616261))
;; Overlapping backwards: ab abcdef becomes bcdef def
(invoke "copy" (i64.const 0x100) (i64.const 0x103) (i64.const 5))
(assert_return (invoke "load" (i64.const 0x100)) (i64.const 0x6665646665646362))
;; Onto itself.
(invoke "copy" (i64.const 0x100) (i64.const 0x100) (i64.const 8))
(assert_return (invoke "load" (i64.const 0x100)) (i64.const 0x6665646665646362))
;; At the end.
(invoke "copy" (i64.const 0xfff8) (i64.const 0) (i64.const 8))
(assert_return (invoke "load" (i64.const 0xfff8)) (i64.const 0x6867666564636261))
(invoke "copy" (i64.const 0x10000) (i64.const 0) (i64.const 0))
(invoke "copy" (i64.const 0) (i64.const 0x10000) (i64.const 0))

;; Beyond either end nothing is written.
(assert_trap (invoke "copy" (i64.const 0xfff9) (i64.const 0x100) (i64.const 8))
  "out of bounds memory access")
(assert_trap (invoke "copy" (i64.const 0) (i64.const 0xfff9) (i64.const 8))
  "out of bounds memory access")
(assert_trap (invoke "copy" (i64.const 0x10001) (i64.const 0) (i64.const 0))
  "out of bounds memory access")
(assert_trap (invoke "copy" (i64.const 0) (i64.const 0x10001) (i64.const 0))
  "out of bounds memory access")
(assert_trap (invoke "copy" (i64.const -1) (i64.const 0) (i64.const 1))
  "out of bounds memory access")
(assert_trap (invoke "copy" (i64.const 0) (i64.const -8) (i64.const 16))
  "out of bounds memory access")
(assert_trap (invoke "copy" (i64.const 0) (i64.const 0) (i64.const -1))
  "out of bounds memory access")
(assert_trap (invoke "copy" (i64.const 0x1_0000_0000) (i64.const 0) (i64.const 1))
  "out of bounds memory access")
(assert_trap (invoke "copy" (i64.const 0) (i64.const 0x1_0000_0000) (i64.const 1))
  "out of bounds memory access")
(assert_return (invoke "load" (i64.const 0)) (i64.const 0x6867666564636261))
(assert_return (invoke "load" (i64.const 0xfff8)) (i64.const 0x6867666564636261))

;; Between memories of different address types the count has the narrower one.
(module
  (memory $wide i64 1)
  (memory $narrow 1)
  (data (memory $narrow) (i32.const 16) "12345678")
  (func (export "widen") (param i64 i32 i32)
    (memory.copy $wide $narrow (local.get 0) (local.get 1) (local.get 2)))
  (func (export "narrow-down") (param i32 i64 i32)
    (memory.copy $narrow $wide (local.get 0) (local.get 1) (local.get 2)))
  (func (export "wide") (param i64) (result i64) (i64.load $wide (local.get 0)))
  (func (export "narrow") (param i32) (result i64) (i64.load $narrow (local.get 0))))
(invoke "widen" (i64.const 100) (i32.const 16) (i32.const 8))
(assert_return (invoke "wide" (i64.const 100)) (i64.const 0x3837363534333231))
(invoke "narrow-down" (i32.const 2) (i64.const 102) (i32.const 4))
(assert_return (invoke "narrow" (i32.const 0)) (i64.const 0x0000363534330000))
(assert_trap (invoke "widen" (i64.const 0x1_0000_0000) (i32.const 0) (i32.const 1))
  "out of bounds memory access")
(assert_trap (invoke "narrow-down" (i32.const 0) (i64.const 0x1_0000_0000) (i32.const 0))
  "out of bounds memory access")

(assert_invalid
  (module (memory i64 1) (func (memory.copy (i32.const 0) (i64.const 0) (i64.const 0))))
  "type mismatch")
(assert_invalid
  (module (memory i64 1) (func (memory.copy (i64.const 0) (i64.const 0) (i32.const 0))))
  "type mismatch")
(assert_invalid
  (module (memory $w i64 1) (memory $n 1)
    (func (memory.copy $w $n (i64.const 0) (i32.const 0) (i64.const 0))))
  "type mismatch")
