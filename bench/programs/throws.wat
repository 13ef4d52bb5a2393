;; As many throws as the import says, each to a handler five frames up.
(module
  (import "bench" "throws" (global $throws i32))
  (tag $odd (param i32))
  (tag $even (param i32))
  (memory (export "memory") 1)

  (func $one (param i32) (result i32) (i32.add (call $two (local.get 0)) (i32.const 1)))
  (func $two (param i32) (result i32) (i32.add (call $three (local.get 0)) (i32.const 2)))
  (func $three (param i32) (result i32) (i32.add (call $four (local.get 0)) (i32.const 3)))
  (func $four (param i32) (result i32) (i32.add (call $five (local.get 0)) (i32.const 4)))
  (func $five (param i32) (result i32)
    (if (i32.and (local.get 0) (i32.const 1)) (then (throw $odd (local.get 0))))
    (throw $even (local.get 0)))

  (func (export "_start")
    (local $n i32)
    (local $sum i32)
    (loop $more
      (block $next (result i32)
        (try_table (result i32) (catch $odd $next) (catch $even $next)
          (call $one (local.get $n)))
        unreachable)
      (local.set $sum (i32.add (local.get $sum)))
      (br_if $more
        (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (global.get $throws))))))
