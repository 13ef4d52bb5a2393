;; Programs from before preview 1 was settled import `wasi_unstable`, where `whence` is numbered
;; otherwise and a subscription has the clock's timeout in another place.

;; $ printf 0123456789 > file && weft --dir . unstable.wat one
;; 789
;; $ weft --timeout 1s --invoke sleep unstable.wat 2>&1 | head -1
;; error: wasm trap: interrupted
;; $ weft --invoke exit unstable.wat 3
;; => 3

(module
  (import "wasi_unstable" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_unstable" "fd_seek" (func $fd_seek (param i32 i64 i32 i32) (result i32)))
  (import "wasi_unstable" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file")
  ;; One vector of 3 bytes.
  (data (i32.const 16) "\40\00\00\00\03\00\00\00")
  (func $check (param i32)
    (if (local.get 0) (then (call $proc_exit (local.get 0)))))
  (func (export "_start")
    (call $check
      (call $path_open
        (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0)
        (i64.const 0x26) (i64.const 0)      ;; to read, to seek and to tell
        (i32.const 0) (i32.const 32)))
    ;; From the end is number 1 here; in preview 1 it is from the position, where -3 is an error.
    (call $check
      (call $fd_seek (i32.load (i32.const 32)) (i64.const -3) (i32.const 1) (i32.const 40)))
    (call $check
      (call $fd_read (i32.load (i32.const 32)) (i32.const 16) (i32.const 1) (i32.const 48)))
    (i32.store8 (i32.const 67) (i32.const 10))
    (i32.store (i32.const 20) (i32.const 4))
    (call $check (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 48))))
  (func (export "sleep")
    ;; One subscription: the monotonic clock, an hour from now. The timeout lies 8 bytes further on.
    (i32.store (i32.const 128) (i32.const 0))
    (i32.store (i32.const 144) (i32.const 0))
    (i32.store (i32.const 152) (i32.const 1))
    (i64.store (i32.const 160) (i64.const 3600000000000))
    (drop (call $poll (i32.const 128) (i32.const 256) (i32.const 1) (i32.const 512))))
  (func (export "exit") (param i32) (call $proc_exit (local.get 0))))
