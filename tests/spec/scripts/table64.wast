;; Tables with 64-bit addresses: types, limits, imports and what validation asks for.

(module (table i64 0 funcref))
(module (table i64 3 3 externref))
(module (table i64 0 0xffff_ffff_ffff_ffff funcref))
(module definition (table i64 0xffff_ffff_ffff_ffff externref))
(module (table i64 (ref null func) (elem $f)) (func $f))
(module (table $a i64 1 funcref) (table $b 1 funcref) (table $c i64 1 externref))

(assert_invalid
  (module (table i64 2 1 funcref))
  "size minimum must not be greater than maximum")
(assert_malformed
  (module quote "(table i64 0x1_0000_0000_0000_0000 funcref)")
  "i64 constant out of range")

;; The address type is part of the type of every instruction on the table.
(module
  (table $t i64 4 10 funcref)
  (elem declare func $f)
  (func $f)
  (func (export "size") (result i64) (table.size $t))
  (func (export "grow") (param i64) (result i64) (table.grow $t (ref.null func) (local.get 0)))
  (func (export "set") (param i64) (table.set $t (local.get 0) (ref.func $f)))
  (func (export "null?") (param i64) (result i32) (ref.is_null (table.get $t (local.get 0)))))
(assert_return (invoke "size") (i64.const 4))
(invoke "set" (i64.const 3))
(assert_return (invoke "null?" (i64.const 3)) (i32.const 0))
(assert_return (invoke "null?" (i64.const 0)) (i32.const 1))
(assert_trap (invoke "null?" (i64.const 4)) "out of bounds table access")
(assert_return (invoke "grow" (i64.const 6)) (i64.const 4))
(assert_return (invoke "null?" (i64.const 9)) (i32.const 1))
(assert_return (invoke "grow" (i64.const 1)) (i64.const -1))

(assert_invalid
  (module (table i64 1 funcref) (func (result i32) (table.size 0)))
  "type mismatch")
(assert_invalid
  (module (table i64 1 funcref) (func (drop (table.get 0 (i32.const 0)))))
  "type mismatch")
(assert_invalid
  (module (table 1 funcref) (func (drop (table.get 0 (i64.const 0)))))
  "type mismatch")
(assert_invalid
  (module (table i64 1 funcref) (elem (i32.const 0) func))
  "type mismatch")

;; An import must have the same address type.
(module (table (import "spectest" "table64") i64 10 20 funcref))
(module (table (import "spectest" "table64") i64 0 funcref))
(assert_unlinkable
  (module (table (import "spectest" "table64") 10 20 funcref))
  "incompatible import type")
(assert_unlinkable
  (module (table (import "spectest" "table") i64 10 20 funcref))
  "incompatible import type")
(assert_unlinkable
  (module (table (import "spectest" "table64") i64 11 funcref))
  "incompatible import type")
(assert_unlinkable
  (module (table (import "spectest" "table64") i64 10 19 funcref))
  "incompatible import type")

;; A table with an initial value.
(module
  (func $seven (result i32) (i32.const 7))
  (table i64 3 (ref null func) (ref.func $seven))
  (type $t (func (result i32)))
  (func (export "call") (param i64) (result i32) (call_indirect (type $t) (local.get 0))))
(assert_return (invoke "call" (i64.const 0)) (i32.const 7))
(assert_return (invoke "call" (i64.const 2)) (i32.const 7))
(assert_trap (invoke "call" (i64.const 3)) "undefined element")
