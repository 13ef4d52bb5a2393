;; Checking modules prints nothing when all is well.

;; $ weft validate validate.wat
;; $ weft validate -v validate.wat
;; ! info: `validate.wat` is valid
;; $ WEFT_LOG=info weft validate validate.wat
;; ! info: `validate.wat` is valid
;; $ WEFT_LOG=loud weft validate validate.wat
;; ! warning: WEFT_LOG is `loud`; it can be error, warn, info or debug
;; $ weft validate - < validate.wat
;; $ echo '(module (func (result i32) (i64.const 0)))' > a.wat && echo '(module' > b.wat
;; $ weft validate a.wat validate.wat b.wat absent.wat
;; ! error: `a.wat` is not valid
;; !   because: invalid module: type mismatch: expected i32, found i64 in function 0 at offset 0x1a
;; ! error: `b.wat` is not valid
;; !   because: expected `)`
;; !          --> b.wat:2:1
;; !           |
;; !         2 |
;; !           | ^
;; ! error: there is no file `absent.wat`
;; ! help: check the path; `weft` is running in `[DIR]`
;; => 1
;; $ weft validate
;; ! error: the following required arguments were not provided:
;; !   <FILE>...
;; !
;; ! Usage: weft validate <FILE>...
;; !
;; ! For more information, try '--help'.
;; => 2

(module (func (export "f")))
