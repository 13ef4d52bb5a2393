;; Modules that are loaded first give their exports to those after them.

;; $ echo '(module (func (export "start")) (func (export "end")))' > bench.wat
;; $ weft --preload bench=bench.wat preload.wat
;; $ weft preload.wat
;; ! error: `preload.wat` cannot be instantiated
;; !   because: unknown import `bench` `start`: needs (func)
;; !     unknown import `bench` `end`: needs (func)
;; => 1
;; $ weft --preload bench preload.wat
;; ! error: `--preload bench`: write NAME=FILE
;; => 2
;; $ weft --preload bench=absent.wat preload.wat
;; ! error: there is no file `absent.wat`
;; ! help: there is one called `bench.wat`
;; => 1
;; $ echo '(module (import "bench" "start" (func)) (export "twice" (func 0)))' > more.wat
;; $ weft --preload bench=bench.wat --preload more=more.wat preload.wat
;; $ weft --preload more=more.wat preload.wat
;; ! error: `--preload more=more.wat` failed
;; !   because: unknown import `bench` `start`: needs (func)
;; => 1

;; A program that is loaded first runs anew for every call.

;; $ echo '(module (global $n (mut i32) (i32.const 0)) (func (export "_start") unreachable) (func (export "start") (if (global.get $n) (then unreachable)) (global.set $n (i32.const 1))) (func (export "end")))' > command.wat
;; $ echo '(module (import "c" "start" (func $start)) (func (export "_start") (call $start) (call $start)))' > caller.wat
;; $ weft --preload c=command.wat caller.wat

(module
  (import "bench" "start" (func $start))
  (import "bench" "end" (func $end))
  (func (export "_start") (call $start) (call $end)))
