;; What objects may take holds for all threads together: three lists of 3 MiB fit, six do not.

;; $ weft --max-memory 16MiB --invoke hoard heap_threads.wat 3
;; 3
;; $ weft --max-memory 16MiB --invoke hoard heap_threads.wat 6 2>&1 | grep -v '0x'
;; error: wasm trap: resource exhausted
;; wasm backtrace:
;; help: its objects take more than --max-memory allows
;; $ weft --max-memory 64MiB --invoke hoard heap_threads.wat 6
;; 6

(module
  (import "env" "memory" (memory 1 1 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (export "memory" (memory 0))
  (type $list (struct (field (ref null $list)) (field i64)))
  (global $kept (mut (ref null $list)) (ref.null $list))

  ;; 0: threads that have their list. 4: never notified.

  (func (export "wasi_thread_start") (param i32 i32) (local $left i32)
    (local.set $left (i32.const 131072))
    (loop $more
      (global.set $kept (struct.new $list (global.get $kept) (i64.const 1)))
      (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
    (drop (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const -1))))

  (func (export "hoard") (param $threads i32) (result i32) (local $left i32) (local $done i32)
    (local.set $left (local.get $threads))
    (loop $more
      (drop (call $spawn (i32.const 0)))
      (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (loop $wait
      (local.set $done (i32.atomic.load (i32.const 0)))
      (if (i32.lt_u (local.get $done) (local.get $threads))
        (then
          (drop (memory.atomic.wait32 (i32.const 0) (local.get $done) (i64.const -1)))
          (br $wait))))
    (local.get $done)))
