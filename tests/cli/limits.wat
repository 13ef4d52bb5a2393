;; A guest that does not stop by itself is stopped by the limit that was set.

;; $ weft --timeout 1s --invoke loop limits.wat
;; ! error: wasm trap: interrupted
;; ! wasm backtrace:
;; !     0:     [..] - loop
;; ! help: it ran longer than --timeout allows
;; => 134
;; $ weft --timeout 1s --invoke sleep limits.wat
;; ! error: wasm trap: interrupted
;; ! wasm backtrace:
;; !     0:     0xd5 - sleep
;; ! help: it ran longer than --timeout allows
;; => 134
;; $ weft --timeout 10s --invoke quick limits.wat
;; 1
;; $ weft --fuel 1000 --invoke loop limits.wat
;; ! error: wasm trap: all fuel consumed
;; ! wasm backtrace:
;; !     0:     0xaa - loop
;; ! help: it needed more instructions than --fuel allows
;; => 134
;; $ weft --fuel 1000000 --invoke quick limits.wat
;; 1
;; $ weft --max-memory 1MiB --invoke grow limits.wat
;; 15
;; $ weft --max-memory 100KiB --invoke grow limits.wat
;; 1
;; $ weft --max-memory 10KiB --invoke grow limits.wat
;; ! error: `limits.wat` cannot be instantiated
;; !   because: refused by the store's limiter
;; ! help: --max-memory may be less than the module starts with
;; => 1
;; $ weft --max-memory 1MiB --invoke grow_table limits.wat
;; 1

;; Recursion ends at the end of the stack, whose size can be set.

;; $ weft --invoke recurse limits.wat 2>&1 | head -3
;; error: wasm trap: call stack exhausted
;; wasm backtrace:
;;     0:    0x107 - recurse
;; $ weft --max-stack 64KiB --invoke depth limits.wat 100
;; 100
;; $ weft --max-stack 64KiB --invoke depth limits.wat 100000 2>&1 | head -1
;; error: wasm trap: call stack exhausted
;; $ weft --max-stack 64MiB --invoke depth limits.wat 100000
;; 100000

;; $ weft --max-stack 100TiB --invoke quick limits.wat
;; ! error: cannot reserve a wasm stack: Cannot allocate memory (os error 12)
;; => 1

;; $ weft --max-stack 18446744073709551615 --invoke quick limits.wat
;; ! error: cannot reserve a wasm stack: out of memory
;; => 1

;; No fuel is no instruction.

;; $ weft --fuel 0 --invoke quick limits.wat
;; ! error: wasm trap: all fuel consumed
;; ! wasm backtrace:
;; !     0:     [..] - quick
;; ! help: it needed more instructions than --fuel allows
;; => 134

;; Where address space is short, memories check their accesses instead of reserving 4 GiB.

;; $ ulimit -v 4000000; weft --max-memory 100MiB --invoke grow limits.wat
;; 1599
;; $ ulimit -v 2000000; weft --invoke quick limits.wat
;; 1
;; $ echo '(module (memory 1) (func (export "beyond") (drop (i32.load (i32.const 65533)))))' > beyond.wat
;; $ ulimit -v 4000000; weft --invoke beyond beyond.wat 2>&1 | head -1
;; error: wasm trap: out of bounds memory access
;; $ ulimit -v 100000; weft --invoke quick limits.wat
;; ! error: cannot reserve address space for types: Cannot allocate memory (os error 12)
;; => 1

;; Units are checked.

;; $ weft --fuel many limits.wat
;; ! error: invalid value 'many' for '--fuel <N>': write a whole number such as 1000000
;; !
;; ! For more information, try '--help'.
;; => 2
;; $ weft --timeout soon limits.wat
;; ! error: invalid value 'soon' for '--timeout <TIME>': unknown unit `soon`; write ms, s, m or h
;; !
;; ! For more information, try '--help'.
;; => 2
;; $ weft --max-memory 1parsec limits.wat
;; ! error: invalid value '1parsec' for '--max-memory <SIZE>': unknown unit `parsec`; write bytes, KiB, MiB or GiB
;; !
;; ! For more information, try '--help'.
;; => 2

;; Ctrl-C.

;; $ timeout --preserve-status -s INT 0.5 weft --invoke loop limits.wat
;; => 130

(module
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table $table 1 funcref)
  (func (export "loop") (loop (br 0)))
  (func (export "quick") (result i32) (i32.const 1))
  (func (export "sleep")
    ;; One subscription: the monotonic clock, an hour from now.
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (i64.const 3600000000000))
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))
  (func (export "grow") (result i32)
    (loop $more
      (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (memory.size))
  (func (export "grow_table") (result i32)
    (loop $more
      (br_if $more
        (i32.ne (table.grow $table (ref.null func) (i32.const 1000)) (i32.const -1))))
    (i32.lt_u (table.size $table) (i32.const 200000)))
  (func $recurse (export "recurse") (call $recurse) (call $recurse))
  (func $depth (export "depth") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 0))
      (else
        (i32.add (i32.const 1) (call $depth (i32.sub (local.get 0) (i32.const 1))))))))
