;; Every place that can hold the only reference to an object. The engine runs this also with a collection at
;; every allocation, where an object that the collector does not know of is gone, and a reference that it does not
;; update faults.

(module
  (type $box (struct (field $v (mut i32))))
  (type $pair (struct (field $a (ref null $box)) (field $b (mut (ref null $box)))))
  (type $boxes (array (mut (ref null $box))))
  (type $wide (struct (field i8) (field (ref null $box)) (field v128) (field i64) (field funcref) (field externref)))

  (global $immutable (ref $box) (struct.new $box (i32.const 11)))
  (global $mutable (mut (ref null $box)) (struct.new $box (i32.const 12)))
  (global $nested (ref $pair)
    (struct.new $pair (struct.new $box (i32.const 13)) (struct.new $box (i32.const 14))))
  (global $array (ref $boxes)
    (array.new_fixed $boxes 2 (struct.new $box (i32.const 15)) (global.get $immutable)))
  (global $filled (ref $boxes) (array.new $boxes (struct.new $box (i32.const 16)) (i32.const 3)))

  (table $t 3 10 (ref null $box) (struct.new $box (i32.const 21)))
  (elem (table $t) (i32.const 0) (ref null $box)
    (item (struct.new $box (i32.const 22))) (item (global.get $immutable)))
  (elem $passive (ref null $box)
    (item (struct.new $box (i32.const 23))) (item (struct.new $box (i32.const 24))))

  (func $churn (param $n i32)
    (loop $l
      (drop (struct.new $box (i32.const -1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func $new (param i32) (result (ref $box)) (struct.new $box (local.get 0)))
  (func $get (param (ref null $box)) (result i32)
    (call $churn (i32.const 2))
    (struct.get $box 0 (local.get 0)))

  (func (export "globals") (result i32)
    (call $churn (i32.const 3))
    (i32.add
      (i32.add
        (call $get (global.get $immutable))
        (call $get (global.get $mutable)))
      (i32.add
        (i32.add
          (call $get (struct.get $pair 0 (global.get $nested)))
          (call $get (struct.get $pair 1 (global.get $nested))))
        (i32.add
          (call $get (array.get $boxes (global.get $array) (i32.const 0)))
          (call $get (array.get $boxes (global.get $filled) (i32.const 2)))))))

  ;; The same immutable global before and after a collection.
  (func (export "global_twice") (result i32)
    (local $before (ref $box))
    (local.set $before (global.get $immutable))
    (call $churn (i32.const 3))
    (ref.eq (local.get $before) (global.get $immutable)))

  (func (export "set_global") (result i32)
    (global.set $mutable (struct.new $box (i32.const 31)))
    (call $churn (i32.const 3))
    (call $get (global.get $mutable)))

  (func (export "table") (result i32)
    (call $churn (i32.const 3))
    (drop (table.grow $t (struct.new $box (i32.const 25)) (i32.const 2)))
    (call $churn (i32.const 3))
    (table.fill $t (i32.const 5) (struct.new $box (i32.const 26)) (i32.const 0))
    (i32.add
      (i32.add (call $get (table.get $t (i32.const 0))) (call $get (table.get $t (i32.const 1))))
      (i32.add (call $get (table.get $t (i32.const 2))) (call $get (table.get $t (i32.const 4))))))

  (func (export "segment") (result i32)
    (local $a (ref $boxes))
    (call $churn (i32.const 3))
    (local.set $a (array.new_elem $boxes $passive (i32.const 0) (i32.const 2)))
    (call $churn (i32.const 3))
    (table.init $t $passive (i32.const 0) (i32.const 1) (i32.const 1))
    ;; A segment is evaluated once: both have the same object.
    (i32.add
      (i32.mul (i32.const 100)
        (ref.eq (array.get $boxes (local.get $a) (i32.const 1)) (table.get $t (i32.const 0))))
      (i32.add
        (call $get (array.get $boxes (local.get $a) (i32.const 0)))
        (call $get (table.get $t (i32.const 0))))))

  ;; Operands below an allocation, and results of calls.
  (func (export "operands") (result i32)
    (call $add5 (call $new (i32.const 1)) (call $new (i32.const 2)) (call $new (i32.const 4))
      (struct.new $box (i32.const 8)) (call $new (i32.const 16))))
  (func $add5 (param (ref $box) (ref $box) (ref $box) (ref $box) (ref $box)) (result i32)
    (call $churn (i32.const 1))
    (i32.add (struct.get $box 0 (local.get 0))
      (i32.add (i32.add (struct.get $box 0 (local.get 1)) (struct.get $box 0 (local.get 2)))
        (i32.add (struct.get $box 0 (local.get 3)) (struct.get $box 0 (local.get 4))))))

  ;; More references than there are registers: parameters on the stack, results in memory.
  (type $many (func (param (ref $box) (ref $box) (ref $box) (ref $box) (ref $box) (ref $box) (ref $box) (ref $box) (ref $box))
    (result (ref $box) (ref $box) (ref $box) (ref $box) (ref $box) (ref $box) (ref $box) (ref $box) (ref $box))))
  (func $rotate (type $many)
    (call $churn (i32.const 2))
    (local.get 8) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7))
  (func $tail (type $many)
    (local.get 8) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7)
    (return_call $rotate))
  (func (export "many") (result i32)
    (local $sum i32) (local $r (ref null $box))
    (call $new (i32.const 1)) (call $new (i32.const 2)) (call $new (i32.const 3))
    (call $new (i32.const 4)) (call $new (i32.const 5)) (call $new (i32.const 6))
    (call $new (i32.const 7)) (call $new (i32.const 8)) (call $new (i32.const 9))
    (call $tail)
    (call $churn (i32.const 2))
    (local.set $r)
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 10)) (struct.get $box 0 (local.get $r))))
    (call $churn (i32.const 2))
    (local.set $r)
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 10)) (struct.get $box 0 (local.get $r))))
    (local.set $r)
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 10)) (struct.get $box 0 (local.get $r))))
    (drop) (drop) (drop) (drop)
    (call $churn (i32.const 2))
    (local.set $r)
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 10)) (struct.get $box 0 (local.get $r))))
    (local.set $r)
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 10)) (struct.get $box 0 (local.get $r))))
    (local.get $sum))

  ;; Parameters of blocks, selections, loops and branches on casts.
  (func (export "joins") (param $c i32) (result i32)
    (local $i i32)
    (block $out (result anyref)
      (br_on_cast_fail $out anyref (ref $box)
        (loop $l (param) (result anyref)
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (if (result anyref) (local.get $c)
            (then (call $new (i32.const 41)))
            (else (select (result (ref null $box)) (call $new (i32.const 42)) (call $new (i32.const 43)) (local.get $c))))
          (call $churn (i32.const 1))
          (br_if $l (i32.lt_u (local.get $i) (i32.const 3)))))
      (call $churn (i32.const 1)))
    (ref.cast (ref $box))
    (call $get))

  (func $wide (param $e externref) (result (ref $wide))
    (struct.new $wide (i32.const 1) (struct.new $box (i32.const 51))
      (v128.const i64x2 52 53) (i64.const 54) (ref.func $get) (local.get $e)))
  (elem declare func $get)
  (func (export "wide") (param $e externref) (result i64)
    (local $w (ref $wide))
    (local.set $w (call $wide (local.get $e)))
    (call $churn (i32.const 3))
    (i64.add
      (i64.add
        (i64.extend_i32_u (struct.get $box 0 (struct.get $wide 1 (local.get $w))))
        (i64x2.extract_lane 1 (struct.get $wide 2 (local.get $w))))
      (i64.add
        (struct.get $wide 3 (local.get $w))
        (i64.extend_i32_u
          (call_ref $getter (struct.get $wide 1 (local.get $w))
            (ref.cast (ref $getter) (struct.get $wide 4 (local.get $w))))))))
  (type $getter (func (param (ref null $box)) (result i32)))
  (func (export "wide_extern") (param $e externref) (result externref)
    (local $w (ref $wide))
    (local.set $w (call $wide (local.get $e)))
    (local.set $e (ref.null extern))
    (call $churn (i32.const 3))
    (struct.get $wide 5 (local.get $w)))

  ;; The value that an array is filled with is not kept by anything else.
  (func (export "fill") (result i32)
    (local $a (ref $boxes))
    (local.set $a (array.new $boxes (struct.new $box (i32.const 61)) (i32.const 100)))
    (call $churn (i32.const 1))
    (array.fill $boxes (local.get $a) (i32.const 50) (struct.new $box (i32.const 1)) (i32.const 50))
    (array.copy $boxes $boxes (local.get $a) (i32.const 1) (local.get $a) (i32.const 0) (i32.const 50))
    (call $churn (i32.const 1))
    (i32.add
      (call $get (array.get $boxes (local.get $a) (i32.const 50)))
      (call $get (array.get $boxes (local.get $a) (i32.const 99)))))

  ;; A large fixed array and a cycle.
  (type $ring (sub (struct (field (mut (ref null $ring))) (field i32))))
  (func (export "cycle") (result i32)
    (local $a (ref $ring)) (local $b (ref $ring))
    (local.set $a (struct.new $ring (ref.null $ring) (i32.const 71)))
    (local.set $b (struct.new $ring (local.get $a) (i32.const 72)))
    (struct.set $ring 0 (local.get $a) (local.get $b))
    (call $churn (i32.const 2))
    (i32.add
      (struct.get $ring 1 (struct.get $ring 0 (struct.get $ring 0 (struct.get $ring 0 (local.get $a)))))
      (ref.eq (local.get $a) (struct.get $ring 0 (local.get $b)))))
)

(assert_return (invoke "globals") (i32.const 81))
(assert_return (invoke "global_twice") (i32.const 1))
(assert_return (invoke "set_global") (i32.const 31))
(assert_return (invoke "globals") (i32.const 100))
(assert_return (invoke "table") (i32.const 79))
(assert_return (invoke "segment") (i32.const 147))
(assert_return (invoke "segment") (i32.const 147))
(assert_return (invoke "operands") (i32.const 31))
(assert_return (invoke "many") (i32.const 76598))
(assert_return (invoke "joins" (i32.const 0)) (i32.const 43))
(assert_return (invoke "joins" (i32.const 1)) (i32.const 41))
(assert_return (invoke "wide" (ref.extern 1)) (i64.const 209))
(assert_return (invoke "wide_extern" (ref.extern 7)) (ref.extern 7))
(assert_return (invoke "fill") (i32.const 62))
(assert_return (invoke "cycle") (i32.const 73))

;; Objects in another instance's globals and tables.
(module $a
  (type $box (struct (field i32)))
  (global (export "g") (mut anyref) (ref.null any))
  (table (export "t") 1 anyref)
  (func (export "fill")
    (global.set 0 (struct.new $box (i32.const 5)))
    (table.set 0 (i32.const 0) (struct.new $box (i32.const 6)))))
(register "a" $a)
(module
  (type $box (struct (field i32)))
  (import "a" "g" (global $g (mut anyref)))
  (import "a" "t" (table $t 1 anyref))
  (func (export "sum") (result i32)
    (drop (struct.new $box (i32.const 0)))
    (i32.add
      (struct.get $box 0 (ref.cast (ref $box) (global.get $g)))
      (struct.get $box 0 (ref.cast (ref $box) (table.get $t (i32.const 0)))))))
(invoke $a "fill")
(assert_return (invoke "sum") (i32.const 11))
