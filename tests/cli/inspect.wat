;; What is in a module.

;; $ weft inspect inspect.wat
;; `inspect.wat`: a valid module, 456 bytes
;;
;;  id    offset     length  section
;;   0  0x000008         38  target_features: the compiler's features: +simd +bulk-memory
;;   0  0x00002e         28  dylink.0: a module to be linked while it is loaded
;;   1  0x00004a         24  type: 4 types
;;   2  0x000062         29  import: 2 imports: 1 function, 1 memory
;;   3  0x00007f          5  function: the types of 2 functions
;;   4  0x000084          6  table: 1 table
;;  13  0x00008a          5  tag: 1 tag
;;   6  0x00008f          8  global: 1 global
;;   7  0x000097          9  export: 1 export: 1 function
;;   8  0x0000a0          3  start: function 2 is called first
;;   9  0x0000a3          9  element: 1 element segment
;;  10  0x0000ac         22  code: 2 function bodies
;;  11  0x0000c2         23  data: 2 data segments
;;   0  0x0000d9         49  producers: language: WAT 2, processed-by: hand
;;   0  0x00010a         29  sourceMappingURL: the source map is at shop.json
;;   0  0x000127         33  external_debug_info: debug information is in shop.debug
;;   0  0x000148         16  build_id: deadbeef
;;   0  0x000158         45  unheard-of
;;   0  0x000185         67  name: names of 1 module, 3 functions, 1 type, 1 table, 1 global, 1 tag
;; $ weft inspect --section import inspect.wat
;;   2  0x000062         29  import: 2 imports: 1 function, 1 memory
;;   0x000065  (import "host" "log" (func $log (;0;) (type 1) (param i32)))
;;   0x000070  (import "host" "memory" (memory (;0;) 1))
;; $ weft inspect --section name inspect.wat
;;   0  0x000185         67  name: names of 1 module, 3 functions, 1 type, 1 table, 1 global, 1 tag
;;   0x00018c  module: shop
;;   0x000196  function 0: log
;;   0x00019b  function 1: div
;;   0x0001a0  function 2: main
;;   0x0001a9  type 0: pair
;;   0x0001b2  table 0: t
;;   0x0001b8  global 0: count
;;   0x0001c2  tag 0: oops
;; $ weft inspect -s producers inspect.wat
;;   0  0x0000d9         49  producers: language: WAT 2, processed-by: hand
;;   0x0000f0  language: WAT 2
;;   0x000104  processed-by: hand
;; $ weft inspect -s dylink.0 inspect.wat
;;   0  0x00002e         28  dylink.0: a module to be linked while it is loaded
;;   0x000039  memory: 16 bytes, aligned to 2^2
;;   0x000039  table: 0 elements, aligned to 2^0
;;   0x00003f  needs libc.so
;; $ weft inspect -s unheard-of inspect.wat
;;   0  0x000158         45  unheard-of
;;   0x000165  73 6f 6d 65 20 62 79 74  65 73 20 74 68 61 74 20  some bytes that
;;   0x000175  6e 6f 62 6f 64 79 20 6b  6e 6f 77 73 20 00 01 02  nobody knows ...
;; $ weft inspect -s 3 inspect.wat
;;   3  0x00007f          5  function: the types of 2 functions
;;   0x000082  function 1: type 2
;;   0x000083  function 2: type 3
;; $ weft inspect -s code inspect.wat
;;  10  0x0000ac         22  code: 2 function bodies
;;   0x0000b0  (func $div (;1;) (type 2) (param i32 i32) (result i32) ...)
;;   0x0000b8  (func $main (;2;) (type 3) ...)
;; $ weft inspect --json -s build_id inspect.wat
;; {
;;   "kind": "module",
;;   "bytes": 456,
;;   "sections": [
;;     {
;;       "id": 0,
;;       "name": "build_id",
;;       "offset": 328,
;;       "length": 16,
;;       "contents": 339,
;;       "meaning": "deadbeef",
;;       "items": [
;;         {
;;           "offset": 339,
;;           "text": "deadbeef"
;;         }
;;       ]
;;     }
;;   ],
;;   "fault": null,
;;   "rest": null
;; }
;; $ weft inspect -s expart inspect.wat
;; ! error: there is no section `expart`
;; ! help: there is `export`
;; => 1
;; $ weft inspect --json inspect.wat | grep -c '"offset"'
;; 54

;; One function, with its source and its native code.

;; $ weft parse -g lines inspect.wat -o lines.wasm
;; $ weft inspect -f div lines.wasm | sed 's/|.*idiv .*/| idiv/; s/|.*[0-9a-f]  .*/| native/; s/:[0-9]*:/:N:/' | uniq
;; function 1, div: 7 bytes at 0xb0
;;
;;           ; ./inspect.wat:N:5  local.get 0
;; 0x0000b0    (func $div (;1;) (type 2) (param i32 i32) (result i32)  | native
;;                                                             | native
;; 0x0000b1      local.get 0
;;           ; ./inspect.wat:N:5  local.get 1
;; 0x0000b3      local.get 1
;;           ; ./inspect.wat:N:5  i32.div_s)
;; 0x0000b5      i32.div_s                                     | native
;;                                                             | native
;;                                                             | idiv
;;                                                             | native
;; 0x0000b6    )                                               | native
;;                                                             | native
;; $ echo '(module (func $div) (func call $div))' | weft inspect -f 1 | grep -o 'call div'
;; call div
;; $ weft inspect --json -f div inspect.wat | grep -c module_offset
;; 12
;; $ weft inspect -f host.log inspect.wat
;; ! error: there is no function `host.log`
;; => 1
;; $ weft inspect -f dvi inspect.wat
;; ! error: there is no function `dvi`
;; ! help: there is `div`
;; => 1

;; Debug information.

;; $ weft parse -g full inspect.wat | weft inspect | grep debug
;;   0  0x000127         33  external_debug_info: debug information is in shop.debug
;;   0  0x0001c8         96  .debug_abbrev: DWARF: the forms of entries
;;   0  0x000228         31  .debug_str: DWARF: strings
;;   0  [..]  .debug_line: DWARF: lines of the source
;;   0  [..]  .debug_info: DWARF: 1 unit

;; $ weft parse -g full inspect.wat | weft inspect -s .debug_info
;;   0  [..]  .debug_info: DWARF: 1 unit
;;   [..]  inspect.wat: unit of DWARF 5, [..] bytes, C, by wast [..]

;; Damaged files.

;; $ weft parse inspect.wat -o whole.wasm && head -c 330 whole.wasm > cut.wasm && weft inspect cut.wasm
;; `cut.wasm`: a module with a fault, 330 bytes
;; fault: a section of 14 bytes begins with 0 bytes left at offset 0x148
;;
;;  id    offset     length  section
;;   0  0x000008         38  target_features: the compiler's features: +simd +bulk-memory
;;   0  0x00002e         28  dylink.0: a module to be linked while it is loaded
;;   1  0x00004a         24  type: 4 types
;;   2  0x000062         29  import: 2 imports: 1 function, 1 memory
;;   3  0x00007f          5  function: the types of 2 functions
;;   4  0x000084          6  table: 1 table
;;  13  0x00008a          5  tag: 1 tag
;;   6  0x00008f          8  global: 1 global
;;   7  0x000097          9  export: 1 export: 1 function
;;   8  0x0000a0          3  start: function 2 is called first
;;   9  0x0000a3          9  element: 1 element segment
;;  10  0x0000ac         22  code: 2 function bodies
;;  11  0x0000c2         23  data: 2 data segments
;;   0  0x0000d9         49  producers: language: WAT 2, processed-by: hand
;;   0  0x00010a         29  sourceMappingURL: the source map is at shop.json
;;   0  0x000127         33  external_debug_info: debug information is in shop.debug
;;
;; the rest of 2 bytes:
;;   0x000148  00 0e                                             ..
;; => 1
;; $ printf '\0asm\001\0\0\0\001\002\001\100\000\005\004nameabc\372' | weft inspect
;; standard input: a module with a fault, 23 bytes
;; fault: invalid leading byte (0x40) for type at offset 0xb
;;
;;  id    offset     length  section
;;   1  0x000008          4  type: 1 type
;;   0  0x00000c          7  name: no names
;;
;; the rest of 4 bytes:
;;   0x000013  61 62 63 fa                                       abc.
;; => 1
;; $ printf '\0asm\001\0\0\0\000\007\004name\001\177' | weft inspect
;; standard input: a valid module, 17 bytes
;;
;;  id    offset     length  section
;;   0  0x000008          9  name: no names
;;                           damaged: unexpected end-of-file at offset 0x11
;; $ printf '\0asm\001\0\0\0\000\007\004name\001\177' | weft inspect -s name
;;   0  0x000008          9  name: no names
;;                           damaged: unexpected end-of-file at offset 0x11
;; $ printf '\0asm\001' | weft inspect
;; standard input: no module, 5 bytes
;; fault: the file ends within its version at offset 0x4
;;
;; the rest of 5 bytes:
;;   0x000000  00 61 73 6d 01                                    .asm.
;; => 1

;; Hostile names.

;; $ printf '\0asm\001\0\0\0\000\005\004\033[2J' | weft inspect
;; standard input: a valid module, 15 bytes
;;
;;  id    offset     length  section
;;   0  0x000008          7  \u{1b}[2J

;; Components.

;; $ echo '(component (core module $m (func (export "f"))) (core instance $i (instantiate $m)) (func (export "g") (canon lift (core func $i "f"))))' | weft inspect
;; standard input: a component, 124 bytes
;;
;;  id    offset     length  section
;;   1  0x000008         44  core module
;;   1  0x000012          6    type: 1 type
;;   3  0x000018          4    function: the types of 1 function
;;   7  0x00001c          7    export: 1 export: 1 function
;;  10  0x000023          6    code: 1 function body
;;   0  0x000029         11    name: names of 1 module
;;   2  0x000034          6  core instance: 1 core instance
;;   7  0x00003a          7  type: 1 type
;;   6  0x000041          9  alias: 1 alias
;;   8  0x00004a          8  canonical function: 1 canonical function
;;  11  0x000052          9  export: 1 export
;;   0  0x00005b         33  component-name: names of a component's items
;; $ echo '(component (core module) (core module (func $a::f nop)))' | weft parse -o component.wasm && weft inspect --function a::f component.wasm
;; function 0, a::f: 3 bytes at 0x16
;;
;; 0x000016    (func $a::f (;0;) (type 0)  |    0  push rbp
;;                                         |    1  mov rbp, rsp
;; 0x000017      nop
;; 0x000018    )                           |    4  mov rsp, rbp
;;                                         |    7  pop rbp
;;                                         |    8  ret
;; $ weft size component.wasm
;; 61 bytes
;;
;;      bytes      %  section
;;         10   16.4  core module
;;         43   70.5  core module
;;
;;      bytes      %  function
;;          4    6.6  a::f
;;
;;      bytes      %  crate, namespace or package
;;          4    6.6  a
;; $ weft explore component.wasm -o component.html
;; $ echo '(component (core type (func)) (type (list u8)) (import "x" (func)))' | weft inspect -s 'core type'
;;   3  0x000008          6  core type: 1 core type
;;   0x00000b  (core type (;0;) (func))

(module $shop
  (@custom "target_features" (before first) "\02+\04simd+\0bbulk-memory")
  (@dylink.0 (mem-info (memory 16 2)) (needed "libc.so"))
  (@producers (language "WAT" "2") (processed-by "hand" ""))
  (@custom "sourceMappingURL" "\09shop.json")
  (@custom "external_debug_info" "\0ashop.debug")
  (@custom "build_id" "\04\de\ad\be\ef")
  (@custom "unheard-of" "some bytes that nobody knows \00\01\02")
  (import "host" "log" (func $log (param i32)))
  (import "host" "memory" (memory 1))
  (type $pair (sub (struct (field i32 (mut f64)))))
  (table $t 3 funcref)
  (global $count (mut i32) (i32.const 5))
  (tag $oops (param i32))
  (func $div (export "div") (param i32 i32) (result i32)
    local.get 0
    local.get 1
    i32.div_s)
  (func $main
    (call $log (call $div (i32.const 6) (i32.const 3))))
  (start $main)
  (elem (i32.const 1) $div)
  (data "passive")
  (data (i32.const 8) "active"))
