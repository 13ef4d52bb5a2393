;; A guest sees the directories it is given. This one makes the file `new` in its first directory and
;; ends with the error number of that: 0 when it worked, 8 when there is no directory.

;; $ weft dir.wat
;; => 8
;; $ weft --dir . dir.wat && ls
;; dir.wat
;; new
;; $ mkdir sub && weft --dir sub::/data dir.wat && ls sub
;; new
;; $ weft --dir sub::/data:ro dir.wat
;; ! help: the guest may only read `/data/new`; `--dir [DIR]/sub` without `:ro` lets it write
;; => 69
;; $ weft --dir absent dir.wat
;; ! error: `--dir absent` cannot be opened: No such file or directory (os error 2)
;; ! help: make the directory first, or name another one
;; => 1
;; $ weft --dir dir.wat dir.wat
;; ! error: `--dir dir.wat` cannot be opened: Not a directory (os error 20)
;; ! help: it is a file: name the directory that it is in
;; => 1
;; $ weft --dir ::x dir.wat
;; ! error: `--dir ::x`: write HOST, HOST::GUEST or HOST::GUEST:ro
;; => 2

;; The hint names what would have to be granted.

;; $ weft --invoke up --dir sub dir.wat
;; ! help: the guest was not granted `sub/../new`; `--dir [DIR]` before the module grants it
;; => 76

(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "new")
  (data (i32.const 16) "../new")
  (func $open (param $path i32) (param $length i32)
    (call $proc_exit
      (call $path_open
        (i32.const 3)                       ;; the first directory
        (i32.const 0)
        (local.get $path) (local.get $length)
        (i32.const 1)                       ;; create
        (i64.const 0x40) (i64.const 0)      ;; to write
        (i32.const 0)
        (i32.const 32))))
  (func (export "_start") (call $open (i32.const 0) (i32.const 3)))
  (func (export "up") (call $open (i32.const 16) (i32.const 6))))
