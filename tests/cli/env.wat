;; A guest sees the variables it is given and no others. This one prints them.

;; $ weft env.wat
;; $ weft --env A=1 --env B= env.wat
;; A=1
;; B=
;; $ SECRET=hidden C=3 weft --env C env.wat
;; C=3
;; $ weft --env A=1 --env A=2 env.wat
;; A=2
;; $ weft --env MISSING env.wat
;; ! error: `--env MISSING`: there is no such variable here
;; ! help: give it a value with `--env MISSING=VALUE`
;; => 2
;; $ weft --env =x env.wat
;; ! error: `--env =x`: the name is missing
;; => 2

(module
  (import "wasi_snapshot_preview1" "environ_sizes_get"
    (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get"
    (func $get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (local $at i32)
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $get (i32.const 0x100) (i32.const 0x1000)))
    ;; The strings end in zeros, which become line ends.
    (local.set $at (i32.const 0x1000))
    (block $done
      (loop $next
        (br_if $done
          (i32.ge_u (local.get $at) (i32.add (i32.const 0x1000) (i32.load (i32.const 4)))))
        (if (i32.eqz (i32.load8_u (local.get $at)))
          (then (i32.store8 (local.get $at) (i32.const 10))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (i32.store (i32.const 8) (i32.const 0x1000))
    (i32.store (i32.const 12) (i32.load (i32.const 4)))
    (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16)))))
