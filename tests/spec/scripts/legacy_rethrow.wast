;; The older `rethrow`.

(module
  (tag $a (param i32))
  (tag $b)

  (func $raise (param i32)
    (if (local.get 0) (then (throw $a (local.get 0))) (else (throw $b))))

  (func (export "tagged") (param i32)
    (try (do (call $raise (local.get 0))) (catch $a (drop) (rethrow 0)) (catch $b)))
  (func (export "all") (param i32)
    (try (do (call $raise (local.get 0))) (catch_all (rethrow 0))))

  ;; The payload travels along.
  (func (export "again") (param i32) (result i32)
    (try (result i32)
      (do
        (try (result i32)
          (do (call $raise (local.get 0)) (i32.const 0))
          (catch_all (rethrow 0))))
      (catch $a)
      (catch $b (i32.const -1))))
  (func (export "again_here") (param i32) (result i32)
    (try (result i32)
      (do
        (try (result i32)
          (do (throw $a (local.get 0)))
          (catch $a (drop) (rethrow 0))))
      (catch $a)))

  ;; The exception of an outer handler, from within an inner one and from within its body.
  (func (export "outer") (result i32)
    (try (result i32)
      (do
        (try (result i32)
          (do (throw $a (i32.const 1)))
          (catch $a
            (drop)
            (try (result i32)
              (do (throw $b))
              (catch $b (rethrow 1))
              (catch_all (i32.const 2))))))
      (catch $a (i32.const 10) (i32.add))))
  (func (export "outer_from_body") (result i32)
    (try (result i32)
      (do (throw $a (i32.const 1)))
      (catch $a
        (drop)
        (try (result i32)
          (do (rethrow 1))
          (catch $b (i32.const 2))
          (catch $a (i32.const 20) (i32.add))))))
  (func (export "through_blocks") (param i32) (result i32)
    (try (result i32)
      (do
        (try (result i32)
          (do (call $raise (local.get 0)) (i32.const 5))
          (catch_all
            (block (loop (if (local.get 0) (then (rethrow 3)))))
            (i32.const 6))))
      (catch $a)))

  ;; Twice.
  (func (export "recatch") (param i32) (result i32)
    (try (result i32)
      (do
        (try (result i32)
          (do
            (try (result i32)
              (do (call $raise (local.get 0)) (i32.const 0))
              (catch $a (drop) (rethrow 0))))
          (catch_all (rethrow 0))))
      (catch $a (i32.const 1) (i32.add))
      (catch $b (i32.const 0)))))

(assert_exception (invoke "tagged" (i32.const 1)))
(assert_return (invoke "tagged" (i32.const 0)))
(assert_exception (invoke "all" (i32.const 0)))
(assert_return (invoke "again" (i32.const 42)) (i32.const 42))
(assert_return (invoke "again" (i32.const 0)) (i32.const -1))
(assert_return (invoke "again_here" (i32.const 43)) (i32.const 43))
(assert_return (invoke "outer") (i32.const 11))
(assert_return (invoke "outer_from_body") (i32.const 21))
(assert_return (invoke "through_blocks" (i32.const 7)) (i32.const 7))
(assert_return (invoke "through_blocks" (i32.const 0)) (i32.const 6))
(assert_return (invoke "recatch" (i32.const 3)) (i32.const 4))
(assert_return (invoke "recatch" (i32.const 0)) (i32.const 0))

(assert_invalid (module (func (rethrow 0))) "rethrow")
(assert_invalid (module (func (block (rethrow 0)))) "rethrow")
(assert_invalid
  (module (func (try (do (rethrow 0)) (catch_all))))
  "rethrow")
