;; The older `delegate`: which handlers are asked, and which are passed over.

(module
  (tag $a)
  (tag $b)

  (func $raise (param i32)
    (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $a)))
    (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $b))))

  (func (export "one") (param i32) (result i32)
    (try $t (result i32)
      (do (try (result i32) (do (call $raise (local.get 0)) (i32.const 0)) (delegate $t)))
      (catch $a (i32.const 1))))

  ;; The block between is not asked, neither for a call nor for a throw here.
  (func (export "over") (param i32) (result i32)
    (try $t (result i32)
      (do
        (try (result i32)
          (do (try (result i32) (do (call $raise (local.get 0)) (i32.const 0)) (delegate $t)))
          (catch_all (i32.const 9))))
      (catch $a (i32.const 1))
      (catch_all (i32.const 2))))
  (func (export "over_here") (result i32)
    (try $t (result i32)
      (do
        (try (result i32)
          (do (try (result i32) (do (throw $b)) (delegate $t)))
          (catch_all (i32.const 9))))
      (catch $a (i32.const 1))
      (catch_all (i32.const 2))))

  ;; To a block that catches nothing: the next outside of it that does.
  (func (export "to_block") (param i32) (result i32)
    (try (result i32)
      (do
        (block $plain
          (try
            (do (try (do (call $raise (local.get 0))) (delegate $plain)))
            (catch_all (return (i32.const 9)))))
        (i32.const 0))
      (catch_all (i32.const 1))))

  ;; To a block whose handler is running: it is not asked again.
  (func (export "to_handler") (param i32) (result i32)
    (try (result i32)
      (do
        (try $t (result i32)
          (do (throw $a))
          (catch $a
            (try
              (do (try (do (call $raise (local.get 0))) (delegate $t)))
              (catch_all (return (i32.const 9))))
            (i32.const 5))
          (catch_all (i32.const 8))))
      (catch $a (i32.const 1))
      (catch $b (i32.const 2))))

  ;; Out of the function.
  (func $out (export "out") (param i32)
    (try
      (do (try (do (call $raise (local.get 0))) (delegate 1)))
      (catch_all)))
  (func (export "out_of_callee") (param i32) (result i32)
    (try (result i32)
      (do (call $out (local.get 0)) (i32.const 0))
      (catch $a (i32.const 1))
      (catch $b (i32.const 2))))

  ;; From one to another that delegates in turn.
  (func (export "chain") (param i32) (result i32)
    (try $l3 (result i32)
      (do
        (try $l2 (result i32)
          (do
            (try $l1 (result i32)
              (do
                (try $l0 (result i32)
                  (do
                    (try (result i32)
                      (do (call $raise (local.get 0)) (i32.const 0))
                      (delegate $l1)))
                  (catch_all (i32.const 10))))
              (delegate $l3)))
          (catch_all (i32.const 12))))
      (catch $a (i32.const 1))
      (catch $b (i32.const 2))))

  ;; What was delegated is rethrown as any other.
  (func (export "rethrown") (param i32) (result i32)
    (try (result i32)
      (do
        (try $t (result i32)
          (do (try (result i32) (do (call $raise (local.get 0)) (i32.const 0)) (delegate $t)))
          (catch_all (rethrow 0))))
      (catch $b (i32.const 2))))

  (func (export "branch") (result i32)
    (try $t (result i32)
      (do
        (block $b
          (try (do (br $b)) (delegate $t)))
        (i32.const 3))
      (catch_all (i32.const 4)))))

(assert_return (invoke "one" (i32.const 0)) (i32.const 0))
(assert_return (invoke "one" (i32.const 1)) (i32.const 1))
(assert_exception (invoke "one" (i32.const 2)))
(assert_return (invoke "over" (i32.const 0)) (i32.const 0))
(assert_return (invoke "over" (i32.const 1)) (i32.const 1))
(assert_return (invoke "over" (i32.const 2)) (i32.const 2))
(assert_return (invoke "over_here") (i32.const 2))
(assert_return (invoke "to_block" (i32.const 0)) (i32.const 0))
(assert_return (invoke "to_block" (i32.const 1)) (i32.const 1))
(assert_return (invoke "to_handler" (i32.const 0)) (i32.const 5))
(assert_return (invoke "to_handler" (i32.const 1)) (i32.const 1))
(assert_return (invoke "to_handler" (i32.const 2)) (i32.const 2))
(assert_return (invoke "out_of_callee" (i32.const 0)) (i32.const 0))
(assert_return (invoke "out_of_callee" (i32.const 1)) (i32.const 1))
(assert_return (invoke "out_of_callee" (i32.const 2)) (i32.const 2))
(assert_exception (invoke "out" (i32.const 1)))
(assert_return (invoke "chain" (i32.const 0)) (i32.const 0))
(assert_return (invoke "chain" (i32.const 1)) (i32.const 1))
(assert_return (invoke "chain" (i32.const 2)) (i32.const 2))
(assert_return (invoke "rethrown" (i32.const 0)) (i32.const 0))
(assert_return (invoke "rethrown" (i32.const 2)) (i32.const 2))
(assert_exception (invoke "rethrown" (i32.const 1)))
(assert_return (invoke "branch") (i32.const 3))

(assert_invalid (module (func (try (do) (delegate 1)))) "unknown label")
