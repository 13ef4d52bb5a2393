;; Everything that is missing is listed at once, with its type.

;; $ weft imports.wat
;; ! error: `imports.wat` cannot be instantiated
;; !   because: unknown import `env` `f`: needs (func (param i32) (result i64))
;; !     unknown import `env` `memory`: needs (memory 1 2)
;; !     unknown import `env` `table`: needs (table 3 (ref null func))
;; !     unknown import `js` `g`: needs (global (mut f64))
;; !     incompatible import type for `wasi_snapshot_preview1` `fd_write`: needs (func (param i32)), given (func (param i32 i32 i32 i32) (result i32))
;; => 1
;; $ echo '(module (func (export "f") (param i64)))' > env.wat && weft --preload env=env.wat imports.wat
;; ! error: `imports.wat` cannot be instantiated
;; !   because: incompatible import type for `env` `f`: needs (func (param i32) (result i64)), given (func (param i64))
;; !     unknown import `env` `memory`: needs (memory 1 2)
;; !     unknown import `env` `table`: needs (table 3 (ref null func))
;; !     unknown import `js` `g`: needs (global (mut f64))
;; !     incompatible import type for `wasi_snapshot_preview1` `fd_write`: needs (func (param i32)), given (func (param i32 i32 i32 i32) (result i32))
;; => 1

(module
  (import "env" "f" (func (param i32) (result i64)))
  (import "env" "memory" (memory 1 2))
  (import "env" "table" (table 3 funcref))
  (import "js" "g" (global (mut f64)))
  (import "wasi_snapshot_preview1" "fd_write" (func (param i32)))
  (func (export "_start")))
