;; A program whose threads are instances over one memory. The first end of any of them ends all.

;; Eight threads count under a mutex, and are waited for.

;; $ weft --invoke count threads.wat 8
;; 8000

;; An exit, and a trap, of one thread end the main one, which waits for ever.

;; $ weft --invoke start_and_wait threads.wat 1
;; => 7
;; $ weft --invoke start_and_wait threads.wat 2 2>&1 | head -3
;; error: wasm trap: unreachable
;; wasm backtrace:
;;     0:    0x299 - wasi_thread_start
;; $ weft --invoke start_and_loop threads.wat 1
;; => 7

;; When the main thread returns, threads that compute, wait, sleep and read end too.

;; $ mkfifo silent; weft --invoke leave threads.wat <>silent
;; 4

;; A thread that waits for input keeps no other from writing.

;; $ weft --invoke beside threads.wat <>silent
;; written

;; Each thread has its own instances of the modules that are loaded first, over the memory that all import.

;; $ echo '(module (import "env" "memory" (memory 1 16 shared)) (global $n (mut i32) (i32.const 0)) (func (export "next") (result i32) (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1))) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))' > counter.wat
;; $ echo '(module (import "counter" "next" (func $next (result i32))) (func (export "twice") (result i32) (drop (call $next)) (call $next)))' > library.wat
;; $ echo '(module (import "env" "memory" (memory 1 16 shared)) (import "library" "twice" (func $twice (result i32))) (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32))) (func (export "wasi_thread_start") (param i32 i32) (if (i32.ne (call $twice) (i32.const 2)) (then unreachable)) (i32.atomic.store (i32.const 0) (i32.const 1)) (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))) (func (export "all") (result i32 i32) (drop (call $spawn (i32.const 0))) (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))) (call $twice) (i32.load (i32.const 4))))' > main.wat
;; $ weft --preload counter=counter.wat --preload library=library.wat --invoke all main.wat
;; 2
;; 4
;; $ weft --preload library=library.wat --invoke all main.wat
;; ! error: `--preload library=library.wat` failed
;; !   because: unknown import `counter` `next`: needs (func (result i32))
;; => 1
;; $ echo '(module (memory (export "memory") 1 1 shared))' > shared.wat
;; $ weft --preload library=shared.wat --invoke all main.wat
;; ! error: `--preload library=shared.wat` exports a shared memory to a program that has threads
;; ! help: each thread instantiates it anew: import the memory in both, under one name
;; => 1

;; Numbers of threads are positive, and the number at a time is bounded.

;; $ weft --invoke many threads.wat
;; 1024
;; -6

;; Limits hold for all threads together.

;; $ weft --timeout 200ms --invoke start_and_wait threads.wat 3 2>&1 | head -1
;; error: wasm trap: interrupted
;; $ weft --max-memory 200KiB --invoke grow threads.wat
;; 3
;; $ weft --max-memory 10KiB --invoke grow threads.wat
;; ! error: `threads.wat` cannot be instantiated: its memory is too large
;; ! help: --max-memory is less than the module starts with
;; => 1
;; $ weft --fuel 100000 --invoke start_and_wait threads.wat 3 2>&1 | head -1
;; error: wasm trap: all fuel consumed
;; $ timeout --preserve-status -s INT 0.5 weft --invoke start_and_loop threads.wat 3
;; => 130

(module
  (import "env" "memory" (memory 1 16 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (export "memory" (memory 0))
  (data $text "written\n")

  ;; 0: mutex, 4: what it guards, 8: threads that have finished.

  (func $lock
    (block $mine
      (loop $again
        (br_if $mine
          (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1))))
        (drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const -1)))
        (br $again))))
  (func $unlock
    (i32.atomic.store (i32.const 0) (i32.const 0))
    (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
  (func $finish
    (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 8) (i32.const -1))))
  (func $join (param $count i32)
    (local $finished i32)
    (loop $more
      (local.set $finished (i32.atomic.load (i32.const 8)))
      (if (i32.ne (local.get $finished) (local.get $count))
        (then
          (drop (memory.atomic.wait32 (i32.const 8) (local.get $finished) (i64.const -1)))
          (br $more)))))
  (func $wait (param $nanoseconds i64)
    (drop (memory.atomic.wait32 (i32.const 12) (i32.const 0) (local.get $nanoseconds))))

  (func $count
    (local $left i32)
    (local.set $left (i32.const 1000))
    (loop $more
      (call $lock)
      (i32.store (i32.const 4) (i32.add (i32.load (i32.const 4)) (i32.const 1)))
      (call $unlock)
      (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (call $finish))
  (func $sleep
    ;; One subscription: the monotonic clock, an hour from now.
    (i32.store (i32.const 80) (i32.const 1))
    (i64.store (i32.const 88) (i64.const 3600000000000))
    (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 192))))
  (func $read_input
    (i32.store (i32.const 256) (i32.const 512))
    (i32.store (i32.const 260) (i32.const 1))
    (drop (call $read (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 264))))
  (func $grow
    (loop $more
      (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (call $finish))

  ;; The argument says what the thread does.
  (func (export "wasi_thread_start") (param $number i32) (param $what i32)
    (if (i32.le_s (local.get $number) (i32.const 0)) (then unreachable))
    (block $grow (block $read (block $sleep (block $wait (block $loop (block $trap (block $exit (block $count
      (br_table $count $exit $trap $loop $wait $sleep $read $grow (local.get $what)))
      (return (call $count)))
      (call $exit (i32.const 7)))
      unreachable)
      (loop $forever (br $forever)))
      (return (call $wait (i64.const -1))))
      (return (call $sleep)))
      (return (call $read_input)))
    (call $grow))

  (func (export "count") (param $threads i32) (result i32)
    (local $left i32)
    (local.set $left (local.get $threads))
    (loop $more
      (if (i32.le_s (call $spawn (i32.const 0)) (i32.const 0)) (then unreachable))
      (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (call $join (local.get $threads))
    (i32.load (i32.const 4)))
  (func (export "start_and_wait") (param $what i32)
    (drop (call $spawn (local.get $what)))
    (call $wait (i64.const -1)))
  (func (export "start_and_loop") (param $what i32)
    (drop (call $spawn (local.get $what)))
    (loop $forever (br $forever)))
  (func (export "leave") (result i32)
    (drop (call $spawn (i32.const 3)))
    (drop (call $spawn (i32.const 4)))
    (drop (call $spawn (i32.const 5)))
    (call $spawn (i32.const 6))
    (call $wait (i64.const 100000000)))
  (func (export "beside")
    (drop (call $spawn (i32.const 6)))
    (call $wait (i64.const 100000000))
    (memory.init $text (i32.const 1024) (i32.const 0) (i32.const 8))
    (i32.store (i32.const 512) (i32.const 1024))
    (i32.store (i32.const 516) (i32.const 8))
    (drop (call $write (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 520))))
  (func (export "many") (result i32 i32)
    (local $count i32)
    (local $number i32)
    (loop $more
      (local.set $number (call $spawn (i32.const 4)))
      (if (i32.gt_s (local.get $number) (i32.const 0))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (br $more))))
    (local.get $count)
    (local.get $number))
  (func (export "grow") (result i32)
    (drop (call $spawn (i32.const 7)))
    (call $join (i32.const 1))
    (memory.size)))
