;; Binary to text and back.

;; $ weft parse print.wat -o print.wasm && weft print print.wasm
;; (module $math
;;   (type $pair (;0;) (struct (field $x i32) (field $y (mut f64))))
;;   (type (;1;) (func (param i32)))
;;   (type (;2;) (func (param i32 i32) (result i32)))
;;   (type (;3;) (func (param (ref null $pair)) (result i32)))
;;   (type (;4;) (func (param v128) (result v128)))
;;   (memory (;0;) 1 2)
;;   (tag $oops (;0;) (type 1) (param i32))
;;   (export "memory" (memory 0))
;;   (export "div" (func $div))
;;   (func $div (;0;) (type 2) (param $a i32) (param $b i32) (result i32)
;;     local.get $a
;;     local.get $b
;;     i32.div_s
;;   )
;;   (func $x (;1;) (type 3) (param $p (ref null $pair)) (result i32)
;;     local.get $p
;;     struct.get $pair $x
;;   )
;;   (func (;2;) (type 4) (param v128) (result v128)
;;     local.get 0
;;     v128.const i32x4 0x00000001 0x00000002 0x00000003 0x00000004
;;     i32x4.add
;;   )
;;   (data (;0;) (i32.const 8) "some\00bytes")
;; )
;; $ weft print --fold print.wasm
;; (module $math
;;   (type $pair (;0;) (struct (field $x i32) (field $y (mut f64))))
;;   (type (;1;) (func (param i32)))
;;   (type (;2;) (func (param i32 i32) (result i32)))
;;   (type (;3;) (func (param (ref null $pair)) (result i32)))
;;   (type (;4;) (func (param v128) (result v128)))
;;   (memory (;0;) 1 2)
;;   (tag $oops (;0;) (type 1) (param i32))
;;   (export "memory" (memory 0))
;;   (export "div" (func $div))
;;   (func $div (;0;) (type 2) (param $a i32) (param $b i32) (result i32)
;;     (i32.div_s
;;       (local.get $a)
;;       (local.get $b))
;;   )
;;   (func $x (;1;) (type 3) (param $p (ref null $pair)) (result i32)
;;     (struct.get $pair $x
;;       (local.get $p))
;;   )
;;   (func (;2;) (type 4) (param v128) (result v128)
;;     (i32x4.add
;;       (local.get 0)
;;       (v128.const i32x4 0x00000001 0x00000002 0x00000003 0x00000004))
;;   )
;;   (data (;0;) (i32.const 8) "some\00bytes")
;; )
;; $ weft print --offsets --skeleton < print.wasm
;; (module $math
;; (;@b     ;)  (type $pair (;0;) (struct (field $x i32) (field $y (mut f64))))
;; (;@11    ;)  (type (;1;) (func (param i32)))
;; (;@15    ;)  (type (;2;) (func (param i32 i32) (result i32)))
;; (;@1b    ;)  (type (;3;) (func (param (ref null $pair)) (result i32)))
;; (;@21    ;)  (type (;4;) (func (param v128) (result v128)))
;; (;@2f    ;)  (memory (;0;) 1 2)
;; (;@35    ;)  (tag $oops (;0;) (type 1) (param i32))
;; (;@3a    ;)  (export "memory" (memory 0))
;; (;@43    ;)  (export "div" (func $div))
;; (;@4d    ;)  (func $div (;0;) (type 2) (param $a i32) (param $b i32) (result i32) ...)
;; (;@55    ;)  (func $x (;1;) (type 3) (param $p (ref null $pair)) (result i32) ...)
;; (;@5e    ;)  (func (;2;) (type 4) (param v128) (result v128) ...)
;; (;@7a    ;)  (data (;0;) (i32.const 8) ...)
;; (;@cf    ;))
;; $ weft print print.wasm | weft parse | cmp - print.wasm
;; $ weft print -f print.wasm -o folded.wat && weft parse folded.wat | cmp - print.wasm
;; $ weft print --name-unnamed print.wasm | grep func
;;   (type $#type1 (;1;) (func (param i32)))
;;   (type $#type2 (;2;) (func (param i32 i32) (result i32)))
;;   (type $#type3 (;3;) (func (param (ref null $pair)) (result i32)))
;;   (type $#type4 (;4;) (func (param v128) (result v128)))
;;   (export "div" (func $div))
;;   (func $div (;0;) (type $#type2) (param $a i32) (param $b i32) (result i32)
;;   (func $x (;1;) (type $#type3) (param $p (ref null $pair)) (result i32)
;;   (func $#func2 (;2;) (type $#type4) (param $#local0 v128) (result v128)
;; $ weft print -o /dev/null print.wasm

;; A binary never goes to a terminal.

;; $ script -qec 'weft parse print.wat' /dev/null | tr -d '\r'
;; error: a binary module would not be readable here: say where to write with -o FILE
;; $ weft parse print.wat -o absent/print.wasm
;; ! error: `absent/print.wasm` cannot be written: No such file or directory (os error 2)
;; ! help: choose another place with -o FILE
;; => 1

;; A binary module is passed on by `parse`, text is laid out anew by `print`.

;; $ weft parse print.wasm | cmp - print.wasm
;; $ echo '(module(memory 1))' | weft print
;; (module
;;   (memory (;0;) 1)
;; )

;; Lines of the text are found again in traps.

;; $ weft parse -g lines print.wat -o lines.wasm && weft --invoke div lines.wasm 1 0
;; ! error: wasm trap: integer divide by zero
;; ! wasm backtrace:
;; !     0:     0x52 - math!div
;; !                     at ./print.wat:[..]:6
;; => 134
;; $ weft parse -g full print.wasm
;; ! error: `print.wasm` is binary already: DWARF is generated from text alone
;; => 1

;; The older exceptions have no folded form.

;; $ echo '(module (func try catch_all end))' | weft print --fold | tail -1
;;   (func (;0;) (type 0)
;; ! error: standard input cannot be printed to its end
;; !   because: `try` of the older exceptions cannot be folded, at offset 0x1c
;; ! help: print it without folding
;; $ echo '(module (func try catch_all end))' | weft print | grep -c try
;; 1

;; A damaged module is printed as far as it goes.

;; $ head -c 100 print.wasm > cut.wasm && weft print cut.wasm
;; (module
;;   (type (;0;) (struct (field i32) (field (mut f64))))
;;   (type (;1;) (func (param i32)))
;;   (type (;2;) (func (param i32 i32) (result i32)))
;;   (type (;3;) (func (param (ref null 0)) (result i32)))
;;   (type (;4;) (func (param v128) (result v128)))
;;   (memory (;0;) 1 2)
;;   (tag (;0;) (type 1) (param i32))
;;   (export "memory" (memory 0))
;;   (export "div" (func 0))
;;   (func (;0;) (type 2) (param i32 i32) (result i32)
;;     local.get 0
;;     local.get 1
;;     i32.div_s
;;   )
;;   (func (;1;) (type 3) (param (ref null 0)) (result i32)
;;     local.get 0
;;     struct.get 0 0
;;   )
;;
;; ! error: `cut.wasm` cannot be printed to its end
;; !   because: a section of 44 bytes begins with 25 bytes left at offset 0x49
;; => 1
;; $ printf '\0asm\001\0\0\0\060\002ab' | weft print
;; (module)
;;
;; ! error: standard input cannot be printed to its end
;; !   because: unknown section at offset 0x8
;; => 1
;; $ echo '(module (fun))' | weft parse | wc -c
;; 0
;; ! error: expected valid module field
;; !      --> <anon>:1:10
;; !       |
;; !     1 | (module (fun))
;; !       |          ^

;; What is hostile in names is spelled out.

;; $ printf '%s' '(module (func (export "\1b[31m\e2\80\ae")))' | weft print | grep export
;;   (export "\u{1b}[31m\u{202e}" (func 0))

(module $math
  (type $pair (struct (field $x i32) (field $y (mut f64))))
  (memory (export "memory") 1 2)
  (tag $oops (param i32))
  (func $div (export "div") (param $a i32) (param $b i32) (result i32)
    (i32.div_s (local.get $a) (local.get $b)))
  (func $x (param $p (ref null $pair)) (result i32)
    (struct.get $pair $x (local.get $p)))
  (func (param v128) (result v128)
    (i32x4.add (local.get 0) (v128.const i32x4 1 2 3 4)))
  (data (i32.const 8) "some\00bytes"))
