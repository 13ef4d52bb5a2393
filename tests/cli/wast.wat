;; Scripts in the form of the specification's tests.

;; $ sed -n '/^(module/,$p' wast.wat > good.wast && weft wast good.wast
;; $ weft wast -v --form all good.wast
;; ! info: good.wast: 3 directives passed
;; ! info: good.wast: 3 directives passed
;; ! info: good.wast: 3 directives passed
;; $ { cat good.wast; echo '(assert_return (invoke "f") (i32.const 8))'; } > bad.wast
;; $ weft wast good.wast bad.wast
;; ! bad.wast:4:2: result 0: expected I32(8), got I32(7)
;; ! bad.wast: 1 of 4 directives failed
;; => 1
;; $ echo '(assert_return' > malformed.wast && weft wast malformed.wast
;; ! malformed.wast:2:1: expected `(`
;; ! malformed.wast: 1 of 1 directives failed
;; => 1
;; $ weft wast absent.wast
;; ! error: there is no file `absent.wast`
;; ! help: check the path; `weft` is running in `[DIR]`
;; => 1

(module (func (export "f") (result i32) (i32.const 7)))
(assert_return (invoke "f") (i32.const 7))
(assert_invalid (module (func (result i32))) "type mismatch")
