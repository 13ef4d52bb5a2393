;; Proposals are switched with -W.

;; $ weft --invoke f features.wat
;; ! error: `features.wat` cannot be loaded
;; !   because: invalid module: wide arithmetic support is not enabled (the feature `wide-arithmetic` is off) in function 0 (`f`) at offset 0x28
;; => 1
;; $ weft -W wide-arithmetic --invoke f features.wat
;; 0
;; 1
;; $ weft -W all --invoke f features.wat
;; 0
;; 1
;; $ weft -W wide-arithmetic=y,simd=n validate features.wat
;; ! error: there is no file `validate`
;; ! help: check the path; `weft` is running in `[DIR]`
;; => 1
;; $ weft validate -W wide-arithmetic=y features.wat
;; $ weft validate -W wide-arithmetic=maybe features.wat
;; ! error: `-W wide-arithmetic=maybe`: `maybe` is neither y nor n
;; => 2
;; $ weft validate -W wide-aritmetic features.wat
;; ! error: there is no feature `wide-aritmetic`
;; ! help: did you mean `-W wide-arithmetic`? `-W help` lists all
;; => 2
;; $ weft validate -W help
;; ! error: the following required arguments were not provided:
;; !   <FILE>...
;; !
;; ! Usage: weft validate --wasm <FEATURE[=y|n],..> <FILE>...
;; !
;; ! For more information, try '--help'.
;; => 2

(module
  (func (export "f") (result i64 i64)
    (i64.add128 (i64.const -1) (i64.const 0) (i64.const 1) (i64.const 0))))
