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
;; $ weft validate -W wide-arithmetic=y features.wat
;; $ weft validate -W wide-arithmetic=maybe features.wat
;; ! error: `-W wide-arithmetic=maybe`: `maybe` is neither y nor n
;; => 2
;; $ weft validate -W wide-aritmetic features.wat
;; ! error: there is no feature `wide-aritmetic`
;; ! help: did you mean `-W wide-arithmetic`? `-W help` lists all
;; => 2
;; $ weft validate -W help
;; Features of WebAssembly, and whether they are on by default:
;;   -W mutable-global              on
;;   -W saturating-float-to-int     on
;;   -W sign-extension              on
;;   -W reference-types             on
;;   -W multi-value                 on
;;   -W bulk-memory                 on
;;   -W simd                        on
;;   -W relaxed-simd                on
;;   -W threads                     on
;;   -W tail-call                   on
;;   -W multi-memory                on
;;   -W memory64                    on
;;   -W extended-const              on
;;   -W function-references         on
;;   -W gc                          on
;;   -W exceptions                  on
;;   -W legacy-exceptions           on
;;   -W custom-page-sizes           off
;;   -W wide-arithmetic             off
;;
;;   -W all                         every feature
;;
;; Switch one off with `=n`: -W threads=n

(module
  (func (export "f") (result i64 i64)
    (i64.add128 (i64.const -1) (i64.const 0) (i64.const 1) (i64.const 0))))
