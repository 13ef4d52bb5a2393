;; A trap ends the program with code 134 and shows the functions it came through.

;; $ weft trap.wat
;; ! error: wasm trap: unreachable
;; ! wasm backtrace:
;; !     0:     0x5e - inner
;; !     1:     0x62 - outer
;; !     2:     0x67 - _start
;; => 134
;; $ weft --invoke divide trap.wat 1 0
;; ! error: wasm trap: integer divide by zero
;; ! wasm backtrace:
;; !     0:     0x70 - divide
;; => 134
;; $ weft --invoke beyond trap.wat
;; ! error: wasm trap: out of bounds memory access
;; ! wasm backtrace:
;; !     0:     0x78 - beyond
;; => 134
;; $ weft --invoke indirect trap.wat 0
;; ! error: wasm trap: uninitialized element
;; ! wasm backtrace:
;; !     0:     0x80 - indirect
;; => 134
;; $ weft --invoke indirect trap.wat 9
;; ! error: wasm trap: undefined element
;; ! wasm backtrace:
;; !     0:     0x80 - indirect
;; => 134

(module
  (memory 1)
  (table 2 funcref)
  (func $inner (unreachable))
  (func $outer (call $inner))
  (func (export "_start") (call $outer))
  (func (export "divide") (param i32 i32) (result i32)
    (i32.div_s (local.get 0) (local.get 1)))
  (func (export "beyond") (result i32)
    (i32.load (i32.const 0x10000)))
  (func (export "indirect") (param i32)
    (call_indirect (local.get 0))))
