;; The benchmark "binary trees" of depth 16: allocation, and collections while a large tree lives.
(module
  (type $tree (struct (field (ref null $tree)) (field (ref null $tree))))
  (memory (export "memory") 1)

  (func $grown (param $depth i32) (result (ref $tree))
    (if (i32.eqz (local.get $depth))
      (then (return (struct.new $tree (ref.null $tree) (ref.null $tree)))))
    (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
    (struct.new $tree (call $grown (local.get $depth)) (call $grown (local.get $depth))))

  (func $count (param $tree (ref $tree)) (result i32)
    (local $left (ref null $tree))
    (local.set $left (struct.get $tree 0 (local.get $tree)))
    (if (ref.is_null (local.get $left)) (then (return (i32.const 1))))
    (i32.add
      (i32.const 1)
      (i32.add
        (call $count (ref.as_non_null (local.get $left)))
        (call $count (ref.as_non_null (struct.get $tree 1 (local.get $tree)))))))

  ;; Grows and counts as many trees of this depth as a large one has nodes.
  (func $many (param $depth i32)
    (local $left i32)
    (local $nodes i32)
    (local.set $left (i32.shl (i32.const 1) (i32.sub (i32.const 20) (local.get $depth))))
    (loop $more
      (local.set $nodes (i32.add (local.get $nodes) (call $count (call $grown (local.get $depth)))))
      (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (if (i32.ne
          (local.get $nodes)
          (i32.mul
            (i32.shl (i32.const 1) (i32.sub (i32.const 20) (local.get $depth)))
            (i32.sub (i32.shl (i32.const 2) (local.get $depth)) (i32.const 1))))
      (then unreachable)))

  (func (export "_start")
    (local $long_lived (ref null $tree))
    (local $depth i32)
    (drop (call $count (call $grown (i32.const 17))))
    (local.set $long_lived (call $grown (i32.const 16)))
    (local.set $depth (i32.const 4))
    (loop $deeper
      (call $many (local.get $depth))
      (local.set $depth (i32.add (local.get $depth) (i32.const 4)))
      (br_if $deeper (i32.le_u (local.get $depth) (i32.const 16))))
    (if (i32.ne (call $count (ref.as_non_null (local.get $long_lived))) (i32.const 131071))
      (then unreachable))))
