;; An exception that nobody catches ends the program with code 134 and shows what it carries and where it came from.

;; $ weft exception.wat
;; ! error: uncaught exception of tag 0 ()
;; ! wasm backtrace:
;; !     0:     0x58 - inner
;; !     1:     0x5d - _start
;; => 134
;; $ weft --invoke both exception.wat 7
;; ! error: uncaught exception `number` (7, 0.5)
;; ! wasm backtrace:
;; !     0:     0x6d - both
;; => 134
;; $ weft --invoke caught exception.wat
;; 41

(module
  (tag $plain)
  (tag $number (export "number") (param i32 f64))
  (func $inner (throw $plain))
  (func (export "_start") (call $inner))
  (func (export "both") (param i32)
    (throw $number (local.get 0) (f64.const 0.5)))
  (func (export "caught") (result i32)
    (block $h (result i32 f64)
      (try_table (catch $number $h) (throw $number (i32.const 41) (f64.const 1)))
      (unreachable))
    (drop)))
