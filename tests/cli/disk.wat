;; A guest that fills the disk it was given is stopped by the limit that was set: writing fails with
;; the error number 19, which is its exit code here. A new directory entry counts for 4096 bytes.

;; $ weft --dir . --max-disk 100KiB disk.wat
;; => 19
;; $ stat -c %s full
;; 98304
;; $ weft --dir . --max-disk 1MiB disk.wat
;; => 19
;; $ stat -c %s full
;; 1048576
;; $ weft --dir . --max-disk 0 disk.wat
;; => 19
;; $ stat -c %s full
;; 0

(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "full")
  ;; One vector of 4000 bytes, which no limit above is a multiple of.
  (data (i32.const 16) "\00\04\00\00\a0\0f\00\00")
  (func $check (param i32)
    (if (local.get 0) (then (call $proc_exit (local.get 0)))))
  (func (export "_start")
    (call $check
      (call $path_open
        (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4)
        (i32.const 9)                       ;; create and truncate
        (i64.const 0x40) (i64.const 0)      ;; to write
        (i32.const 0) (i32.const 32)))
    (loop $more
      (call $check
        (call $fd_write (i32.load (i32.const 32)) (i32.const 16) (i32.const 1) (i32.const 40)))
      (br $more))))
