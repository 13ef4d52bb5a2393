;; Calling one function: arguments are read by their types, results stand one a line.

;; $ weft --invoke add invoke.wat 2 3
;; 5
;; $ weft run --invoke add invoke.wat -1 0xffffffff
;; -2
;; $ weft --invoke swap invoke.wat -1.5 9223372036854775807
;; 9223372036854775807
;; -1.5
;; $ weft --invoke wide invoke.wat 1
;; 0x01010101010101010101010101010101
;; $ weft --invoke half invoke.wat nan
;; NaN
;; $ weft --invoke half invoke.wat inf
;; inf
;; $ weft --invoke nothing invoke.wat
;; $ weft --invoke is_null invoke.wat null
;; 1

;; What is wrong with a call is said with the function's type, and what can be called is listed.

;; $ weft --invoke add invoke.wat 2
;; ! error: `add` takes 2 arguments, but 1 was given
;; ! help: its type is (i32, i32) -> i32
;; => 2
;; $ weft --invoke add invoke.wat 1 2 3
;; ! error: `add` takes 2 arguments, but 3 were given
;; ! help: its type is (i32, i32) -> i32
;; => 2
;; $ weft --invoke add invoke.wat 1 two
;; ! error: `two` is not a value of type i32
;; => 2
;; $ weft --invoke add invoke.wat 1 4294967296
;; ! error: `4294967296` is not a value of type i32
;; => 2
;; $ weft --invoke ad invoke.wat 1 2
;; ! error: there is no export `ad`
;; ! help: did you mean `add`? The functions are: add, swap, wide, half, nothing, is_null
;; => 2
;; $ weft --invoke divide invoke.wat 1 2
;; ! error: there is no export `divide`
;; ! help: the functions are: add, swap, wide, half, nothing, is_null
;; => 2
;; $ weft --invoke memory invoke.wat
;; ! error: `memory` is not a function
;; ! help: the functions are: add, swap, wide, half, nothing, is_null
;; => 2

;; Without --invoke a module must be a program.

;; $ weft invoke.wat
;; ! error: `invoke.wat` is no program: it exports no function `_start`
;; ! help: call one of its functions with --invoke: add, swap, wide, half, nothing, is_null
;; => 1

(module
  (memory (export "memory") 1)
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "swap") (param f64 i64) (result i64 f64)
    (local.get 1) (local.get 0))
  (func (export "wide") (param v128) (result v128)
    (i8x16.splat (i32x4.extract_lane 0 (local.get 0))))
  (func (export "half") (param f32) (result f32)
    (f32.mul (local.get 0) (f32.const 0.5)))
  (func (export "nothing"))
  (func (export "is_null") (param externref) (result i32)
    (ref.is_null (local.get 0))))
