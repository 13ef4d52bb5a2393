;; `memory.init`, `data.drop` and data segments for memories with 64-bit addresses: the address in the
;; memory is an i64, the offset and the count in the segment stay i32.

(module
  (memory i64 1 1)
  (data (i64.const 2) "\03\01\04\01")
  (data $passive "\02\07\01\08\02")
  (data $unused "x")
  (func (export "init") (param i64 i32 i32)
    (memory.init $passive (local.get 0) (local.get 1) (local.get 2)))
  (func (export "drop") (data.drop $passive))
  (func (export "drop-unused") (data.drop $unused))
  (func (export "load") (param i64) (result i64) (i64.load (local.get 0))))

(assert_return (invoke "load" (i64.const 0)) (i64.const 0x0000_0104_0103_0000))
(invoke "init" (i64.const 0x40) (i32.const 1) (i32.const 3))
(assert_return (invoke "load" (i64.const 0x40)) (i64.const 0x08_0107))
(invoke "init" (i64.const 0xfffb) (i32.const 0) (i32.const 5))
(assert_return (invoke "load" (i64.const 0xfff8)) (i64.const 0x0208_0107_0200_0000))
(invoke "init" (i64.const 0x10000) (i32.const 5) (i32.const 0))

(assert_trap (invoke "init" (i64.const 0x10001) (i32.const 0) (i32.const 0))
  "out of bounds memory access")
(assert_trap (invoke "init" (i64.const 0) (i32.const 6) (i32.const 0))
  "out of bounds memory access")
(assert_trap (invoke "init" (i64.const 0xfffe) (i32.const 0) (i32.const 3))
  "out of bounds memory access")
(assert_trap (invoke "init" (i64.const 0) (i32.const 3) (i32.const 3))
  "out of bounds memory access")
(assert_trap (invoke "init" (i64.const 0x1_0000_0000) (i32.const 0) (i32.const 1))
  "out of bounds memory access")
(assert_trap (invoke "init" (i64.const -1) (i32.const 0) (i32.const 2))
  "out of bounds memory access")
(assert_trap (invoke "init" (i64.const 0) (i32.const -1) (i32.const 1))
  "out of bounds memory access")
(assert_trap (invoke "init" (i64.const 0) (i32.const 0) (i32.const -1))
  "out of bounds memory access")
(assert_return (invoke "load" (i64.const 0)) (i64.const 0x0000_0104_0103_0000))

(invoke "drop")
(invoke "drop")
(invoke "drop-unused")
(invoke "init" (i64.const 0) (i32.const 0) (i32.const 0))
(assert_trap (invoke "init" (i64.const 0) (i32.const 0) (i32.const 1))
  "out of bounds memory access")
(assert_trap (invoke "init" (i64.const 0) (i32.const 1) (i32.const 0))
  "out of bounds memory access")

;; An active segment that does not fit ends the instantiation.
(assert_trap
  (module (memory i64 1) (data (i64.const 0xffff) "ab"))
  "out of bounds memory access")
(assert_trap
  (module (memory i64 1) (data (i64.const 0x1_0000_0000) "a"))
  "out of bounds memory access")
(assert_trap
  (module (memory i64 1) (data (i64.const -1) ""))
  "out of bounds memory access")
(module (memory i64 1) (data (i64.const 0x10000) ""))

(assert_invalid
  (module (memory i64 1) (data (i32.const 0) "a"))
  "type mismatch")
(assert_invalid
  (module (memory i64 1) (data $d "a")
    (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0))))
  "type mismatch")
(assert_invalid
  (module (memory i64 1) (data $d "a")
    (func (memory.init $d (i64.const 0) (i64.const 0) (i32.const 0))))
  "type mismatch")
(assert_invalid
  (module (memory i64 1) (data $d "a")
    (func (memory.init $d (i64.const 0) (i32.const 0) (i64.const 0))))
  "type mismatch")
