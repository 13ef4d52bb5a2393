;; A module may come from standard input, in either form; the guest then finds an empty one. The exit
;; code of this one is the number of bytes that it reads.

;; $ weft - < stdin.wat
;; $ weft run - < stdin.wat
;; $ echo 12345 | weft stdin.wat
;; => 6
;; $ weft stdin.wat < /dev/null
;; $ printf '' | weft -
;; ! error: standard input is empty
;; ! help: give a .wasm or .wat file
;; => 1
;; $ echo hello | weft -
;; ! error: standard input is not a WebAssembly module: it starts with `hello`
;; ! help: a module starts with the bytes `\0asm`, or with `(module` in text form
;; => 1

(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 0x100))
    (i32.store (i32.const 4) (i32.const 64))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $proc_exit (i32.load (i32.const 8)))))
