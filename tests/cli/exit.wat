;; The exit code is the guest's own. Flags after the file belong to the guest, whose exit code here is
;; the number of its arguments, its own name among them.

;; $ weft exit.wat
;; => 1
;; $ weft run exit.wat one two
;; => 3
;; $ weft exit.wat --invoke x -v -- --help
;; => 6
;; $ weft run -- exit.wat
;; => 1

(module
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (call $proc_exit (i32.load (i32.const 0)))))
