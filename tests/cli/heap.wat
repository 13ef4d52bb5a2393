;; Objects end where the memory does that a guest was given, and not where the machine's does.

;; $ weft --max-memory 16MiB --invoke keep heap.wat 2>&1 | grep -v '0x'
;; error: wasm trap: resource exhausted
;; wasm backtrace:
;; help: its objects take more than --max-memory allows
;; $ weft --max-memory 16MiB --invoke drop heap.wat
;; 10000000

(module
  (type $list (struct (field (ref null $list)) (field i64)))
  (func (export "keep") (local $list (ref null $list))
    (loop $more
      (local.set $list (struct.new $list (local.get $list) (i64.const 1)))
      (br $more)))
  (func (export "drop") (result i32) (local $count i32)
    (loop $more
      (drop (struct.new $list (ref.null $list) (i64.const 1)))
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $count) (i32.const 10000000))))
    (local.get $count)))
