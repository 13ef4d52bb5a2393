;; However a guest ends, the code that was compiled for it is kept for the next run.

;; $ weft --invoke exit_0 endings.wat
;; $ weft -vv --invoke nothing endings.wat 2>&1 | grep -o '[0-9]* of .*'
;; 1 of 8 functions are compiled
;; $ weft --invoke exit_3 endings.wat
;; => 3
;; $ weft -vv --invoke nothing endings.wat 2>&1 | grep -o '[0-9]* of .*'
;; 3 of 8 functions are compiled
;; $ weft --invoke trap endings.wat 2>&1 | head -1
;; error: wasm trap: unreachable
;; $ weft -vv --invoke nothing endings.wat 2>&1 | grep -o '[0-9]* of .*'
;; 4 of 8 functions are compiled
;; $ weft --timeout 100ms --invoke loop endings.wat 2>&1 | head -1
;; error: wasm trap: interrupted
;; $ weft -vv --invoke nothing endings.wat 2>&1 | grep -o '[0-9]* of .*'
;; 5 of 8 functions are compiled
;; $ weft --timeout 1s --invoke sleep endings.wat 2>&1 | head -1
;; error: wasm trap: interrupted
;; $ weft -vv --invoke nothing endings.wat 2>&1 | grep -o '[0-9]* of .*'
;; 6 of 8 functions are compiled
;; $ weft --invoke recurse endings.wat 2>&1 | head -1
;; error: wasm trap: call stack exhausted
;; $ weft -vv --invoke nothing endings.wat 2>&1 | grep -o '[0-9]* of .*'
;; 7 of 8 functions are compiled

;; So is that of a module that another one imports from.

;; $ weft cache clear
;; removed 1 module, [..]
;; $ echo '(module (import "e" "exit_3" (func $f)) (func (export "_start") (call $f)))' > outer.wat
;; $ weft --preload e=endings.wat outer.wat
;; => 3
;; $ weft -vv --preload e=endings.wat outer.wat 2>&1 | grep -o '[0-9]* of .*'
;; 1 of 1 functions are compiled
;; 1 of 8 functions are compiled
;; $ weft cache info | grep modules
;; modules:   2

(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "nothing"))
  (func (export "exit_0") (call $proc_exit (i32.const 0)))
  (func (export "exit_3") (call $proc_exit (i32.const 3)))
  (func (export "trap") (unreachable))
  (func (export "loop") (loop (br 0)))
  (func (export "sleep")
    ;; One subscription: the monotonic clock, an hour from now.
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (i64.const 3600000000000))
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))
  (func $recurse (export "recurse") (call $recurse) (call $recurse))
  (func (export "never")))
