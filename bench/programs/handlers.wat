;; The same work with handlers and without. Nothing is thrown.
(module
  (tag $failed (param i32))

  ;; So many rounds of a random number generator that never comes to 0, and so nothing is thrown. It has so many locals, of no use
  ;; otherwise, that nobody inlines it: without a call there would be nothing to compare.
  (func $step (param $a i32) (param $rounds i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (loop $more
      (local.set $a (i32.xor (local.get $a) (i32.shl (local.get $a) (i32.const 13))))
      (local.set $a (i32.xor (local.get $a) (i32.shr_u (local.get $a) (i32.const 17))))
      (local.set $a (i32.xor (local.get $a) (i32.shl (local.get $a) (i32.const 5))))
      (if (i32.eqz (local.get $a)) (then (throw $failed (local.get $rounds))))
      (br_if $more (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $a))

  (func (export "without") (param $n i32) (param $rounds i32) (result i64)
    (local $a i32)
    (local $sum i64)
    (local $odd i32)
    (local.set $a (i32.const 1))
    (loop $more
      (local.set $a (call $step (local.get $a) (local.get $rounds)))
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (local.get $a))))
      (local.set $odd (i32.add (local.get $odd) (i32.and (local.get $a) (i32.const 1))))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i64.add (local.get $sum) (i64.extend_i32_u (local.get $odd))))

  (func (export "with") (param $n i32) (param $rounds i32) (result i64)
    (local $a i32)
    (local $sum i64)
    (local $odd i32)
    (local.set $a (i32.const 1))
    (loop $more
      (block $done
        (block $failed (result i32)
          (local.set $a
            (try_table (result i32) (catch $failed $failed)
              (call $step (local.get $a) (local.get $rounds))))
          (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (local.get $a))))
          (local.set $odd (i32.add (local.get $odd) (i32.and (local.get $a) (i32.const 1))))
          (br $done))
        (local.set $odd (i32.add (local.get $odd))))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i64.add (local.get $sum) (i64.extend_i32_u (local.get $odd)))))
