;; Colours are for terminals, unless they are asked for; what a module brings of its own is never one.

;; $ weft --color always print color.wat | cat -v
;; (^[[34mmodule^[[0m
;;   (^[[34mtype ^[[0m^[[35m(;0;)^[[0m (^[[34mfunc^[[0m (^[[34mparam^[[0m ^[[36mi32^[[0m)))
;;   (^[[34mimport ^[[0m^[[32m"host"^[[0m ^[[32m"\u{1b}[31m"^[[0m (^[[34mfunc ^[[0m^[[35m(;0;)^[[0m (^[[34mtype ^[[0m^[[35m0^[[0m) (^[[34mparam^[[0m ^[[36mi32^[[0m)))
;;   (^[[34mexport ^[[0m^[[32m"f"^[[0m (^[[34mfunc ^[[0m^[[35m$f^[[0m))
;;   (^[[34mfunc ^[[0m^[[35m$f (;1;)^[[0m (^[[34mtype ^[[0m^[[35m0^[[0m) (^[[34mparam^[[0m ^[[36mi32^[[0m)
;;     i32.const^[[32m 5^[[0m
;;     call ^[[35m0^[[0m
;;   )
;; )
;; $ weft --color always inspect color.wat | cat -v
;; ^[[1m`color.wat`^[[0m: a valid module, 65 bytes
;;
;; ^[[1m id    offset     length  section^[[0m
;;   1  ^[[2m0x000008^[[0m          7  ^[[36mtype^[[0m: 1 type
;;   2  ^[[2m0x00000f^[[0m         16  ^[[36mimport^[[0m: 1 import: 1 function
;;   3  ^[[2m0x00001f^[[0m          4  ^[[36mfunction^[[0m: the types of 1 function
;;   7  ^[[2m0x000023^[[0m          7  ^[[36mexport^[[0m: 1 export: 1 function
;;  10  ^[[2m0x00002a^[[0m         10  ^[[36mcode^[[0m: 1 function body
;;   0  ^[[2m0x000034^[[0m         13  ^[[36mname^[[0m: names of 1 function
;; $ weft --color always size --by section color.wat | cat -v
;; 65 bytes
;;
;; ^[[1m     bytes      %  section^[[0m
;;          7  ^[[2m 10.8^[[0m  type
;;         16  ^[[2m 24.6^[[0m  import
;;          4  ^[[2m  6.2^[[0m  function
;;          7  ^[[2m 10.8^[[0m  export
;;         10  ^[[2m 15.4^[[0m  code
;;         13  ^[[2m 20.0^[[0m  custom name
;; $ weft --color always print color.wat -o plain.wat && weft print color.wat | cmp - plain.wat && weft print color.wat | grep -c "$(printf '\033')"
;; 0
;; => 1

(module
  (import "host" "\1b[31m" (func (param i32)))
  (func $f (export "f") (param i32)
    (call 0 (i32.const 5))))
