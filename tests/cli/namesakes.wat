;; The program under the names of other tools.

;; $ for tool in wat2wasm wasm2wat wasm-objdump wasm-validate wasm-strip; do ln -s $(which weft) $tool; done
;; $ ./wat2wasm namesakes.wat && ./wasm2wat namesakes.wasm
;; (module
;;   (type (;0;) (func (param i32 i32) (result i32)))
;;   (type (;1;) (func (result v128)))
;;   (export "add" (func 0))
;;   (func (;0;) (type 0) (param i32 i32) (result i32)
;;     local.get 0
;;     local.get 1
;;     i32.add
;;   )
;;   (func (;1;) (type 1) (result v128)
;;     v128.const i32x4 0x00000001 0x00000000 0x00000002 0x00000000
;;   )
;; )
;; $ ./wat2wasm --enable-threads --debug-names namesakes.wat -o named.wasm && ./wasm2wat -f named.wasm -o named.wat && ./wat2wasm --debug-names named.wat --output=- | cmp - named.wasm
;; $ ./wasm2wat --no-debug-names --generate-names named.wasm | grep func
;;   (type $#type0 (;0;) (func (param i32 i32) (result i32)))
;;   (type $#type1 (;1;) (func (result v128)))
;;   (export "add" (func $#func0))
;;   (func $#func0 (;0;) (type $#type0) (param $#local0 i32) (param $#local1 i32) (result i32)
;;   (func $#func1 (;1;) (type $#type1) (result v128)
;; $ ./wasm-validate named.wasm && ./wasm-validate --disable-simd named.wasm
;; ! error: `named.wasm` is not valid
;; !   because: invalid module: SIMD support is not enabled (the feature `simd` is off) at offset 0x11
;; => 1
;; $ echo '(module (func (result i32)))' > invalid.wat; ./wat2wasm invalid.wat
;; ! error: `invalid.wat` is not valid
;; !   because: invalid module: type mismatch: expected i32 but nothing on stack in function 0 at offset 0x18
;; => 1
;; $ ./wat2wasm --no-check invalid.wat && ./wasm-validate invalid.wasm
;; ! error: `invalid.wasm` is not valid
;; !   because: invalid module: type mismatch: expected i32 but nothing on stack in function 0 at offset 0x18
;; => 1
;; $ ./wasm-objdump -h named.wasm
;; `named.wasm`: a valid module, 93 bytes
;;
;;  id    offset     length  section
;;   1  0x000008         13  type: 2 types
;;   3  0x000015          5  function: the types of 2 functions
;;   7  0x00001a          9  export: 1 export: 1 function
;;  10  0x000023         32  code: 2 function bodies
;;   0  0x000043         26  name: names of 1 function, 2 locals
;; $ ./wasm-objdump -x -j Export named.wasm
;;   7  0x00001a          9  export: 1 export: 1 function
;;   0x00001d  (export "add" (func $add))
;; $ ./wasm-objdump -d namesakes.wasm | head -3
;; (module
;; (;@b     ;)  (type (;0;) (func (param i32 i32) (result i32)))
;; (;@11    ;)  (type (;1;) (func (result v128)))
;; $ ./wasm-objdump -s -j code named.wasm
;;  10  0x000023         32  code: 2 function bodies
;;   0x000025  02 07 00 20 00 20 01 6a  0b 14 00 fd 0c 01 00 00  ... . .j........
;;   0x000035  00 00 00 00 00 02 00 00  00 00 00 00 00 0b        ..............
;; $ ./wasm-objdump named.wasm
;; ! error: say what to show: at least one of -h, -x, -d, -s and -r
;; => 1
;; $ ./wasm-strip named.wasm && cmp named.wasm namesakes.wasm
;; $ ./wat2wasm --debug-names namesakes.wat -o named.wasm && ./wasm-strip -k name named.wasm -o kept.wasm && cmp kept.wasm named.wasm
;; $ ./wasm-strip namesakes.wat
;; ! error: `namesakes.wat` is text, which is not to be overwritten: give -o FILE
;; => 1
;; $ ./wasm-strip - < named.wasm | cmp - namesakes.wasm
;; $ ./wasm2wat --help | head -3
;; Show a binary module (.wasm) as text (.wat), as wasm2wat does
;;
;; Usage: wasm2wat [OPTIONS] <FILE>
;; $ ./wat2wasm
;; ! error: the following required arguments were not provided:
;; !   <FILE>
;; !
;; ! Usage: wat2wasm <FILE>
;; !
;; ! For more information, try '--help'.
;; => 1
;; $ ./wat2wasm -r namesakes.wat
;; ! error: --relocatable is not supported: no object file is made of text here
;; ! [..]
;; => 1
;; $ ./wat2wasm -d --no-canonicalize-leb128s namesakes.wat -o other.wasm | head -1 && cmp other.wasm namesakes.wasm
;; 0000000: 00 61 73 6d 01 00 00 00  01 0b 02 60 02 7f 7f 01  .asm.......`....
;; $ weft validate --features wasm1,multi-value named.wasm
;; ! error: `named.wasm` is not valid
;; !   because: invalid module: SIMD support is not enabled (the feature `simd` is off) at offset 0x11
;; => 1

(module
  (func $add (export "add") (param $a i32) (param $b i32) (result i32)
    (i32.add (local.get $a) (local.get $b)))
  (func (result v128) (v128.const i64x2 1 2)))
