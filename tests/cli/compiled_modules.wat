;; Each tool on modules that compilers made: C with debug information, C++, Rust, a side module, an object, and a whole program.

;; sum.

;; $ weft inspect $MODULES/sum.wasm
;; `[MODULES]/sum.wasm`: a valid module, 1458 bytes
;;
;;  id    offset     length  section
;;   1  0x000008          9  type: 1 type
;;   3  0x000011          5  function: the types of 2 functions
;;   5  0x000016          5  memory: 1 memory
;;   6  0x00001b         10  global: 1 global
;;   7  0x000025         20  export: 2 exports: 1 function, 1 memory
;;  10  0x000039         91  code: 2 function bodies
;;   0  0x000094        346  .debug_info: DWARF: 1 unit
;;   0  0x0001ee        260  .debug_loc: DWARF: where variables are
;;   0  0x0002f2         64  .debug_ranges: DWARF: ranges of addresses
;;   0  0x000332        246  .debug_abbrev: DWARF: the forms of entries
;;   0  0x000428        155  .debug_line: DWARF: lines of the source
;;   0  0x0004c3        134  .debug_str: DWARF: strings
;;   0  0x000549         43  name: names of 2 functions, 1 global
;;   0  0x000574         62  producers: language: C99, processed-by: Debian clang 14.0.6
;; $ weft size --top 4 $MODULES/sum.wasm
;; 1458 bytes
;;
;;      bytes      %  section
;;          9    0.6  type
;;          5    0.3  function
;;          5    0.3  memory
;;         10    0.7  global
;;         20    1.4  export
;;         91    6.2  code
;;        346   23.7  custom .debug_info
;;        260   17.8  custom .debug_loc
;;         64    4.4  custom .debug_ranges
;;        246   16.9  custom .debug_abbrev
;;        155   10.6  custom .debug_line
;;        134    9.2  custom .debug_str
;;         43    2.9  custom name
;;         62    4.3  custom producers
;;
;;      bytes      %  function
;;         75    5.1  adler
;;         13    0.9  step
;;
;;      bytes      %  crate, namespace or package
;;         88    6.0  (none)
;;
;;      bytes      %  source file
;;         82    5.6  ./sum.c
;;          7    0.5  (none)
;; $ weft doctor $MODULES/sum.wasm
;; [MODULES]/sum.wasm: a module by itself, 1458 bytes
;;   for it has no mark of a toolchain
;;
;; it needs nothing
;;
;; to run it
;;     weft --invoke adler [MODULES]/sum.wasm
;; $ weft metadata show $MODULES/sum.wasm
;; language: C99
;; processed-by: Debian clang 14.0.6
;; $ weft validate $MODULES/sum.wasm
;; $ weft print --skeleton $MODULES/sum.wasm | head -40
;; (module
;;   (type (;0;) (func (param i32 i32) (result i32)))
;;   (memory (;0;) 2)
;;   (global $__stack_pointer (;0;) (mut i32) i32.const 66560)
;;   (export "memory" (memory 0))
;;   (export "adler" (func $adler))
;;   (func $adler (;0;) (type 0) (param i32 i32) (result i32) ...)
;;   (func $step (;1;) (type 0) (param i32 i32) (result i32) ...)
;;   (@custom ".debug_info" (after code) ...)
;;   (@custom ".debug_loc" (after code) ...)
;;   (@custom ".debug_ranges" (after code) ...)
;;   (@custom ".debug_abbrev" (after code) ...)
;;   (@custom ".debug_line" (after code) ...)
;;   (@custom ".debug_str" (after code) ...)
;;   (@producers
;;     (language "C99" "")
;;     (processed-by "Debian clang" "14.0.6")
;;   )
;; )
;; $ weft strip -a $MODULES/sum.wasm | weft print -o a.wat && weft parse a.wat | weft print | cmp - a.wat && echo same
;; same
;; $ weft strip $MODULES/sum.wasm | weft inspect | tail -n +4
;;   1  0x000008          9  type: 1 type
;;   3  0x000011          5  function: the types of 2 functions
;;   5  0x000016          5  memory: 1 memory
;;   6  0x00001b         10  global: 1 global
;;   7  0x000025         20  export: 2 exports: 1 function, 1 memory
;;  10  0x000039         91  code: 2 function bodies
;;   0  0x000094         43  name: names of 2 functions, 1 global
;; $ weft strip -a $MODULES/sum.wasm | weft print --fold | tail -14
;;     (i32.or
;;       (i32.shl
;;         (local.get 2)
;;         (i32.const 16))
;;       (local.get 3))
;;   )
;;   (func (;1;) (type 0) (param i32 i32) (result i32)
;;     (i32.rem_u
;;       (i32.add
;;         (local.get 1)
;;         (local.get 0))
;;       (i32.const 65521))
;;   )
;; )
;; $ weft inspect --function adler $MODULES/sum.wasm | grep -v '^ *|' | cut -c1-60
;; function 0, adler: 74 bytes at 0x3d
;;
;;           ; ./sum.c:11:0
;; 0x00003d    (func $adler (;0;) (type 0) (param i32 i32) (res
;; 0x00003e      (local i32 i32)
;;           ; ./sum.c:13:3
;; 0x000040      block ;; label = @1
;; 0x000042        local.get 1
;; 0x000044        br_if 0 (;@1;)
;;           ; ./sum.c
;; 0x000046        i32.const 1
;;           ; ./sum.c:17:3
;; 0x000048        return
;;           ; ./sum.c
;; 0x000049      end
;; 0x00004a      i32.const 0
;; 0x00004c      local.set 2
;; 0x00004e      i32.const 1
;; 0x000050      local.set 3
;;           ; ./sum.c:14:17
;; 0x000052      loop ;; label = @1
;; 0x000054        local.get 3
;; 0x000056        local.get 0
;; 0x000058        i32.load8_u
;;           ; ./sum.c:14:9
;; 0x00005b        call $step
;;           ; ./sum.c:15:18
;; 0x000061        local.tee 3
;; 0x000063        local.get 2
;; 0x000065        i32.add
;;           ; ./sum.c
;; 0x000066        i32.const 65521
;;           ; ./sum.c:5:55
;; 0x00006a        i32.rem_u
;; 0x00006b        local.set 2
;;           ; ./sum.c
;; 0x00006d        local.get 0
;; 0x00006f        i32.const 1
;;           ; ./sum.c:13:26
;; 0x000071        i32.add
;; 0x000072        local.set 0
;; 0x000074        local.get 1
;; 0x000076        i32.const -1
;; 0x000078        i32.add
;;           ; ./sum.c:13:3
;; 0x000079        local.tee 1
;; 0x00007b        br_if 0 (;@1;)
;; 0x00007d      end
;; 0x00007e      local.get 2
;; 0x000080      i32.const 16
;;           ; ./sum.c:17:12
;; 0x000082      i32.shl
;; 0x000083      local.get 3
;; 0x000085      i32.or
;;           ; ./sum.c:17:3
;; 0x000086    )
;; $ weft addr2line $MODULES/sum.wasm 0x3f 0x55 0x66
;; 0x3f: adler at ./sum.c:11:0
;; 0x55: adler at ./sum.c:14:17
;; 0x66: adler at ./sum.c

;; shapes.

;; $ weft inspect $MODULES/shapes.wasm
;; `[MODULES]/shapes.wasm`: a valid module, 503 bytes
;;
;;  id    offset     length  section
;;   1  0x000008         18  type: 3 types
;;   2  0x00001a         14  import: 1 import: 1 function
;;   3  0x000028          7  function: the types of 4 functions
;;   4  0x00002f          7  table: 1 table
;;   5  0x000036          5  memory: 1 memory
;;   6  0x00003b         10  global: 1 global
;;   7  0x000045         19  export: 2 exports: 1 function, 1 memory
;;   9  0x000058         10  element: 1 element segment
;;  10  0x000062        170  code: 4 function bodies
;;  11  0x00010c         33  data: 1 data segment
;;   0  0x00012d        155  name: names of 5 functions, 1 global, 1 data segment
;;   0  0x0001c8         47  producers: processed-by: Debian clang 14.0.6
;; $ weft inspect --section import $MODULES/shapes.wasm
;;   2  0x00001a         14  import: 1 import: 1 function
;;   0x00001d  (import "host" "log" (func $host_log (;0;) (type 1) (param f64)))
;; $ weft size --top 4 $MODULES/shapes.wasm
;; 503 bytes
;;
;;      bytes      %  section
;;         18    3.6  type
;;         14    2.8  import
;;          7    1.4  function
;;          7    1.4  table
;;          5    1.0  memory
;;         10    2.0  global
;;         19    3.8  export
;;         10    2.0  element
;;        170   33.8  code
;;         33    6.6  data
;;        155   30.8  custom name
;;         47    9.3  custom producers
;;
;;      bytes      %  function
;;         94   18.7  area
;;         32    6.4  report::tell(shapes::Shape const&)
;;         25    5.0  shapes::Circle::area() const
;;         15    3.0  shapes::Square::area() const
;;
;;      bytes      %  crate, namespace or package
;;         94   18.7  (none)
;;         40    8.0  shapes
;;         32    6.4  report
;; $ weft doctor $MODULES/shapes.wasm
;; [MODULES]/shapes.wasm: a module by itself, 503 bytes
;;   for it has no mark of a toolchain
;;
;; it needs
;;       1 of `host`: its embedder has to give them
;;           log
;;
;; to run it
;;   It wants functions that only its embedder knows; give modules that export them:
;;     weft --preload host=FILE [MODULES]/shapes.wasm
;; $ weft metadata show $MODULES/shapes.wasm
;; processed-by: Debian clang 14.0.6
;; $ weft validate $MODULES/shapes.wasm
;; $ weft print --skeleton $MODULES/shapes.wasm | head -40
;; (module
;;   (type (;0;) (func (param i32) (result f64)))
;;   (type (;1;) (func (param f64)))
;;   (type (;2;) (func (param i32 f64) (result f64)))
;;   (import "host" "log" (func $host_log (;0;) (type 1) (param f64)))
;;   (table (;0;) 3 3 funcref)
;;   (memory (;0;) 2)
;;   (global $__stack_pointer (;0;) (mut i32) i32.const 66592)
;;   (export "memory" (memory 0))
;;   (export "area" (func $area))
;;   (elem (;0;) (i32.const 1) ...)
;;   (func $"shapes::Square::area() const" (;1;) (type 0) (param i32) (result f64) ...)
;;   (func $"shapes::Circle::area() const" (;2;) (type 0) (param i32) (result f64) ...)
;;   (func $"report::tell(shapes::Shape const&)" (;3;) (type 0) (param i32) (result f64) ...)
;;   (func $area (;4;) (type 2) (param i32 f64) (result f64) ...)
;;   (data $.rodata (;0;) (i32.const 1024) ...)
;;   (@producers
;;     (processed-by "Debian clang" "14.0.6")
;;   )
;; )
;; $ weft strip -a $MODULES/shapes.wasm | weft print -o a.wat && weft parse a.wat | weft print | cmp - a.wat && echo same
;; same
;; $ weft strip $MODULES/shapes.wasm | weft inspect | tail -n +4
;;   1  0x000008         18  type: 3 types
;;   2  0x00001a         14  import: 1 import: 1 function
;;   3  0x000028          7  function: the types of 4 functions
;;   4  0x00002f          7  table: 1 table
;;   5  0x000036          5  memory: 1 memory
;;   6  0x00003b         10  global: 1 global
;;   7  0x000045         19  export: 2 exports: 1 function, 1 memory
;;   9  0x000058         10  element: 1 element segment
;;  10  0x000062        170  code: 4 function bodies
;;  11  0x00010c         33  data: 1 data segment
;;   0  0x00012d        155  name: names of 5 functions, 1 global, 1 data segment
;; $ weft strip -a $MODULES/shapes.wasm | weft print --fold | tail -14
;;       (i32.store
;;         (local.get 2)
;;         (i32.const 1032)))
;;     (local.set 1
;;       (call 3
;;         (local.get 2)))
;;     (global.set 0
;;       (i32.add
;;         (local.get 2)
;;         (i32.const 16)))
;;     (local.get 1)
;;   )
;;   (data (;0;) (i32.const 1024) "\00\00\00\00\00\00\00\00\01\00\00\00\00\00\00\00\00\00\00\00\02\00\00\00")
;; )
;; $ weft inspect --function 'report::tell(shapes::Shape const&)' $MODULES/shapes.wasm | grep -v '^ *|' | cut -c1-60
;; function 3, report::tell(shapes::Shape const&): 31 bytes at
;;
;; 0x00008f    (func $"report::tell(shapes::Shape const&)" (;3;
;; 0x000090      (local f64)
;; 0x000092      local.get 0
;; 0x000094      local.get 0
;; 0x000096      i32.load
;; 0x000099      i32.load
;; 0x00009c      call_indirect (type 0)
;; 0x0000a3      local.tee 1
;; 0x0000a5      call $host_log
;; 0x0000ab      local.get 1
;; 0x0000ad    )

;; words.

;; $ weft inspect $MODULES/words.wasm
;; `[MODULES]/words.wasm`: a valid module, 739 bytes
;;
;;  id    offset     length  section
;;   1  0x000008         14  type: 2 types
;;   2  0x000016         20  import: 1 import: 1 memory
;;   3  0x00002a          5  function: the types of 2 functions
;;   6  0x00002f         11  global: 1 global
;;   7  0x00003a         20  export: 2 exports: 1 function, 1 memory
;;  10  0x00004e        278  code: 2 function bodies
;;   0  0x000164        160  name: names of 1 module, 2 functions, 1 global
;;   0  0x000204         63  producers: processed-by: rustc 1.95.0 (59807616e 2026-04-14)
;;   0  0x000243        160  target_features: the compiler's features: +atomics +bulk-memory +bulk-memory-opt +call-indirect-overlong +multivalue +mutable-globals +nontrapping-fptoint +reference-types +sign ...
;; $ weft inspect --section import $MODULES/words.wasm
;;   2  0x000016         20  import: 1 import: 1 memory
;;   0x000019  (import "env" "memory" (memory (;0;) 16 16384 shared))
;; $ weft size --top 4 $MODULES/words.wasm
;; 739 bytes
;;
;;      bytes      %  section
;;         14    1.9  type
;;         20    2.7  import
;;          5    0.7  function
;;         11    1.5  global
;;         20    2.7  export
;;        278   37.6  code
;;        160   21.7  custom name
;;         63    8.5  custom producers
;;        160   21.7  custom target_features
;;
;;      bytes      %  function
;;        198   26.8  <words::text::Words as core::iter::traits::iterator::Iterator>::next
;;         76   10.3  words
;;
;;      bytes      %  crate, namespace or package
;;        198   26.8  words
;;         76   10.3  (none)
;; $ weft doctor $MODULES/words.wasm
;; [MODULES]/words.wasm: a module by itself, 739 bytes
;;   for it has no mark of a toolchain
;;
;; it needs
;;       1 of `env`: its embedder has to give them
;;           memory
;;
;; it uses                      Chrome  Firefox   Safari  Node.js     Deno Wasmtime   Wasmer   wazero WasmEdge
;;   threads                        74       79     14.1     16.4      1.9       15      4.0     flag   0.10.1
;;   (since which version: webassembly.org/features, as of 2026-08-21; weft has all of them)
;;
;; to run it
;;   It wants functions that only its embedder knows; give modules that export them:
;;     weft --preload env=FILE [MODULES]/words.wasm
;; $ weft metadata show $MODULES/words.wasm
;; name: words.wasm
;; processed-by: rustc 1.95.0 (59807616e 2026-04-14)
;; $ weft validate $MODULES/words.wasm
;; $ weft print --skeleton $MODULES/words.wasm | head -40
;; (module $words.wasm
;;   (type (;0;) (func (param i32) (result i32)))
;;   (type (;1;) (func (param i32 i32) (result i32)))
;;   (import "env" "memory" (memory (;0;) 16 16384 shared))
;;   (global $__stack_pointer (;0;) (mut i32) i32.const 1048576)
;;   (export "memory" (memory 0))
;;   (export "words" (func $words))
;;   (func $_ZN77_$LT$words..text..Words$u20$as$u20$core..iter..traits..iterator..Iterator$GT$4next17h9adc8f81c6aeecb6E (;0;) (type 0) (param i32) (result i32) ...)
;;   (func $words (;1;) (type 1) (param i32 i32) (result i32) ...)
;;   (@producers
;;     (processed-by "rustc" "1.95.0 (59807616e 2026-04-14)")
;;   )
;;   (@custom "target_features" (after code) ...)
;; )
;; $ weft strip -a $MODULES/words.wasm | weft print -o a.wat && weft parse a.wat | weft print | cmp - a.wat && echo same
;; same
;; $ weft strip $MODULES/words.wasm | weft inspect | tail -n +4
;;   1  0x000008         14  type: 2 types
;;   2  0x000016         20  import: 1 import: 1 memory
;;   3  0x00002a          5  function: the types of 2 functions
;;   6  0x00002f         11  global: 1 global
;;   7  0x00003a         20  export: 2 exports: 1 function, 1 memory
;;  10  0x00004e        278  code: 2 function bodies
;;   0  0x000164        160  name: names of 1 module, 2 functions, 1 global
;; $ weft strip -a $MODULES/words.wasm | weft print --fold | tail -14
;;           (local.get 1)
;;           (i32.const 1)))
;;       (br_if 0 (;@1;)
;;         (call 0
;;           (i32.add
;;             (local.get 2)
;;             (i32.const 8)))))
;;     (global.set 0
;;       (i32.add
;;         (local.get 2)
;;         (i32.const 16)))
;;     (local.get 1)
;;   )
;; )

;; counter.

;; $ weft inspect $MODULES/counter.wasm
;; `[MODULES]/counter.wasm`: a valid module, 575 bytes
;;
;;  id    offset     length  section
;;   0  0x000008         17  dylink.0: a module to be linked while it is loaded
;;   1  0x000019         11  type: 2 types
;;   2  0x000024        143  import: 7 imports: 1 table, 1 memory, 5 globals
;;   3  0x0000b3          6  function: the types of 3 functions
;;   6  0x0000b9         13  global: 2 globals
;;   7  0x0000c6         48  export: 4 exports: 2 functions, 2 globals
;;   8  0x0000f6          3  start: function 1 is called first
;;  10  0x0000f9        101  code: 3 function bodies
;;  11  0x00015e         16  data: 1 data segment
;;   0  0x00016e        126  name: names of 3 functions, 5 globals, 1 data segment
;;   0  0x0001ec         47  producers: processed-by: Debian clang 14.0.6
;;   0  0x00021b         36  target_features: the compiler's features: +mutable-globals
;; $ weft inspect --section import $MODULES/counter.wasm
;;   2  0x000024        143  import: 7 imports: 1 table, 1 memory, 5 globals
;;   0x000028  (import "env" "memory" (memory (;0;) 1))
;;   0x000036  (import "env" "__indirect_function_table" (table (;0;) 0 funcref))
;;   0x000058  (import "env" "__memory_base" (global $__memory_base (;0;) i32))
;;   0x00006d  (import "env" "__table_base" (global $__table_base (;1;) i32))
;;   0x000081  (import "GOT.mem" "count" (global $count (;2;) (mut i32)))
;;   0x000092  (import "GOT.mem" "limit" (global $limit (;3;) (mut i32)))
;;   0x0000a3  (import "GOT.mem" "hook" (global $hook (;4;) (mut i32)))
;; $ weft size --top 4 $MODULES/counter.wasm
;; 575 bytes
;;
;;      bytes      %  section
;;         17    3.0  custom dylink.0
;;         11    1.9  type
;;        143   24.9  import
;;          6    1.0  function
;;         13    2.3  global
;;         48    8.3  export
;;          3    0.5  start
;;        101   17.6  code
;;         16    2.8  data
;;        126   21.9  custom name
;;         47    8.2  custom producers
;;         36    6.3  custom target_features
;;
;;      bytes      %  function
;;         90   15.7  advance
;;          5    0.9  __wasm_call_ctors
;;          3    0.5  __wasm_apply_data_relocs
;;
;;      bytes      %  crate, namespace or package
;;         98   17.0  (none)
;; $ weft doctor $MODULES/counter.wasm
;; [MODULES]/counter.wasm: a side module of Emscripten's, 575 bytes
;;   for it has the section `dylink.0` and it imports `__memory_base` from `env`
;;
;; it needs
;;       4 of `env`: its main module has them
;;       3 of `GOT.mem`: its main module has them
;;
;; it uses                      Chrome  Firefox   Safari  Node.js     Deno Wasmtime   Wasmer   wazero WasmEdge
;;   mutable-global                 74       61     13.1     12.0      0.1      yes      0.7      yes    0.2.0
;;   (since which version: webassembly.org/features, as of 2026-08-21; weft has all of them)
;;
;; to run it
;;   It is loaded by its main module: run that.
;; $ weft metadata show $MODULES/counter.wasm
;; processed-by: Debian clang 14.0.6
;; $ weft validate $MODULES/counter.wasm
;; $ weft print --skeleton $MODULES/counter.wasm | head -40
;; (module
;;   (@dylink.0
;;     (mem-info (memory 8 2))
;;   )
;;   (type (;0;) (func (param i32) (result i32)))
;;   (type (;1;) (func))
;;   (import "env" "memory" (memory (;0;) 1))
;;   (import "env" "__indirect_function_table" (table (;0;) 0 funcref))
;;   (import "env" "__memory_base" (global $__memory_base (;0;) i32))
;;   (import "env" "__table_base" (global $__table_base (;1;) i32))
;;   (import "GOT.mem" "count" (global $count (;2;) (mut i32)))
;;   (import "GOT.mem" "limit" (global $limit (;3;) (mut i32)))
;;   (import "GOT.mem" "hook" (global $hook (;4;) (mut i32)))
;;   (global (;5;) i32 i32.const 0)
;;   (global (;6;) i32 i32.const 4)
;;   (export "__wasm_call_ctors" (func $__wasm_call_ctors))
;;   (export "advance" (func $advance))
;;   (export "count" (global 5))
;;   (export "hook" (global 6))
;;   (start $__wasm_apply_data_relocs)
;;   (func $__wasm_call_ctors (;0;) (type 1) ...)
;;   (func $__wasm_apply_data_relocs (;1;) (type 1) ...)
;;   (func $advance (;2;) (type 0) (param i32) (result i32) ...)
;;   (data $.data (;0;) (global.get $__memory_base) ...)
;;   (@producers
;;     (processed-by "Debian clang" "14.0.6")
;;   )
;;   (@custom "target_features" (after data) ...)
;; )
;; $ weft strip -a $MODULES/counter.wasm | weft print -o a.wat && weft parse a.wat | weft print | cmp - a.wat && echo same
;; same
;; $ weft strip $MODULES/counter.wasm | weft inspect | tail -n +4
;;   0  0x000008         17  dylink.0: a module to be linked while it is loaded
;;   1  0x000019         11  type: 2 types
;;   2  0x000024        143  import: 7 imports: 1 table, 1 memory, 5 globals
;;   3  0x0000b3          6  function: the types of 3 functions
;;   6  0x0000b9         13  global: 2 globals
;;   7  0x0000c6         48  export: 4 exports: 2 functions, 2 globals
;;   8  0x0000f6          3  start: function 1 is called first
;;  10  0x0000f9        101  code: 3 function bodies
;;  11  0x00015e         16  data: 1 data segment
;;   0  0x00016e        126  name: names of 3 functions, 5 globals, 1 data segment
;; $ weft strip -a $MODULES/counter.wasm | weft print --fold | tail -14
;;       (br_if 0 (;@1;)
;;         (i32.le_s
;;           (local.get 0)
;;           (local.get 1)))
;;       (i32.store
;;         (global.get 2)
;;         (call_indirect (type 0)
;;           (local.get 0)
;;           (local.get 2))))
;;     (i32.load
;;       (global.get 2))
;;   )
;;   (data (;0;) (global.get 0) "\03\00\00\00\00\00\00\00")
;; )
;; $ weft inspect --section dylink.0 $MODULES/counter.wasm
;;   0  0x000008         17  dylink.0: a module to be linked while it is loaded
;;   0x000013  memory: 8 bytes, aligned to 2^2
;;   0x000013  table: 0 elements, aligned to 2^0

;; counter.o.

;; $ weft inspect $MODULES/counter.o.wasm
;; `[MODULES]/counter.o.wasm`: a valid module, 494 bytes
;;
;;  id    offset     length  section
;;   1  0x000008         12  type: 1 type
;;   2  0x000014        114  import: 5 imports: 1 table, 1 memory, 3 globals
;;   3  0x000086          8  function: the types of 1 function
;;  12  0x00008e          7  data count: 2 data segments follow
;;  10  0x000095         97  code: 1 function body
;;  11  0x0000f6         25  data: 2 data segments
;;   0  0x00010f         95  linking: an object file, to be linked with others
;;   0  0x00016e         37  reloc.CODE: 6 places for the linker to fill in section 4
;;   0  0x000193         51  producers: processed-by: Debian clang 14.0.6
;;   0  0x0001c6         40  target_features: the compiler's features: +mutable-globals
;; $ weft inspect --section import $MODULES/counter.o.wasm
;;   2  0x000014        114  import: 5 imports: 1 table, 1 memory, 3 globals
;;   0x00001b  (import "env" "__linear_memory" (memory (;0;) 1))
;;   0x000032  (import "env" "__indirect_function_table" (table (;0;) 0 funcref))
;;   0x000054  (import "GOT.mem" "count" (global (;0;) (mut i32)))
;;   0x000065  (import "GOT.mem" "limit" (global (;1;) (mut i32)))
;;   0x000076  (import "GOT.mem" "hook" (global (;2;) (mut i32)))
;; $ weft size --top 4 $MODULES/counter.o.wasm
;; 494 bytes
;;
;;      bytes      %  section
;;         12    2.4  type
;;        114   23.1  import
;;          8    1.6  function
;;          7    1.4  data count
;;         97   19.6  code
;;         25    5.1  data
;;         95   19.2  custom linking
;;         37    7.5  custom reloc.CODE
;;         51   10.3  custom producers
;;         40    8.1  custom target_features
;;
;;      bytes      %  function
;;         90   18.2  function 0
;;
;;      bytes      %  crate, namespace or package
;;         90   18.2  (none)
;; $ weft doctor $MODULES/counter.o.wasm
;; [MODULES]/counter.o.wasm: an object file, 494 bytes
;;   for it has the section `linking`
;;
;; it needs
;;       2 of `env`: the linker has them from other object files
;;       3 of `GOT.mem`: the linker has them from other object files
;;
;; it uses                      Chrome  Firefox   Safari  Node.js     Deno Wasmtime   Wasmer   wazero WasmEdge
;;   mutable-global                 74       61     13.1     12.0      0.1      yes      0.7      yes    0.2.0
;;   bulk-memory                    75       79       15     12.5      0.4     0.20      1.0      yes    0.7.1
;;   (since which version: webassembly.org/features, as of 2026-08-21; weft has all of them)
;;
;; to run it
;;   It is linked with others first, by wasm-ld.
;; $ weft metadata show $MODULES/counter.o.wasm
;; processed-by: Debian clang 14.0.6
;; $ weft validate $MODULES/counter.o.wasm
;; $ weft print --skeleton $MODULES/counter.o.wasm | head -40
;; (module
;;   (type (;0;) (func (param i32) (result i32)))
;;   (import "env" "__linear_memory" (memory (;0;) 1))
;;   (import "env" "__indirect_function_table" (table (;0;) 0 funcref))
;;   (import "GOT.mem" "count" (global (;0;) (mut i32)))
;;   (import "GOT.mem" "limit" (global (;1;) (mut i32)))
;;   (import "GOT.mem" "hook" (global (;2;) (mut i32)))
;;   (func (;0;) (type 0) (param i32) (result i32) ...)
;;   (data (;0;) (i32.const 0) ...)
;;   (data (;1;) (i32.const 4) ...)
;;   (@custom "linking" (after data) ...)
;;   (@custom "reloc.CODE" (after data) ...)
;;   (@producers
;;     (processed-by "Debian clang" "14.0.6")
;;   )
;;   (@custom "target_features" (after data) ...)
;; )
;; $ weft strip -a $MODULES/counter.o.wasm | weft print -o a.wat && weft parse a.wat | weft print | cmp - a.wat && echo same
;; same
;; $ weft strip $MODULES/counter.o.wasm | weft inspect | tail -n +4
;;   1  0x000008         12  type: 1 type
;;   2  0x000014        114  import: 5 imports: 1 table, 1 memory, 3 globals
;;   3  0x000086          8  function: the types of 1 function
;;  12  0x00008e          7  data count: 2 data segments follow
;;  10  0x000095         97  code: 1 function body
;;  11  0x0000f6         25  data: 2 data segments
;; $ weft strip -a $MODULES/counter.o.wasm | weft print --fold | tail -14
;;         (i32.le_s
;;           (local.get 0)
;;           (local.get 1)))
;;       (i32.store
;;         (global.get 0)
;;         (call_indirect (type 0)
;;           (local.get 0)
;;           (local.get 2))))
;;     (i32.load
;;       (global.get 0))
;;   )
;;   (data (;0;) (i32.const 0) "\03\00\00\00")
;;   (data (;1;) (i32.const 4) "\00\00\00\00")
;; )
;; $ weft inspect --section linking $MODULES/counter.o.wasm
;;   0  0x00010f         95  linking: an object file, to be linked with others
;;   0x000125  symbol 0: function 0 advance
;;   0x000130  symbol 1: data count at 0 of segment 0, 4 bytes
;;   0x00013b  symbol 2: data limit, undefined
;;   0x000143  symbol 3: data hook at 0 of segment 1, 4 bytes
;;   0x000154  segment .data.count, aligned to 2^2
;;   0x000162  segment .bss.hook, aligned to 2^2
;; $ weft inspect --section reloc.CODE $MODULES/counter.o.wasm
;;   0  0x00016e         37  reloc.CODE: 6 places for the linker to fill in section 4
;;   0x000181  GlobalIndexLeb of 1 at 0x6
;;   0x000184  GlobalIndexLeb of 2 at 0x1b
;;   0x000187  GlobalIndexLeb of 3 at 0x28
;;   0x00018a  GlobalIndexLeb of 1 at 0x3d
;;   0x00018d  TypeIndexLeb of 0 at 0x47
;;   0x000190  GlobalIndexLeb of 1 at 0x52
;; $ weft size --diff $MODULES/counter.o.wasm $MODULES/counter.wasm
;; 575 bytes, +81
;;
;;     before      after    growth  section
;;          -        126      +126  custom name
;;         95          -       -95  custom linking
;;          -         48       +48  export
;;         37          -       -37  custom reloc.CODE
;;        114        143       +29  import
;;          -         17       +17  custom dylink.0
;;          -         13       +13  global
;;         25         16        -9  data
;;          7          -        -7  data count
;;         97        101        +4  code
;;         51         47        -4  custom producers
;;         40         36        -4  custom target_features
;;          -          3        +3  start
;;          8          6        -2  function
;;         12         11        -1  type
;;
;;     before      after    growth  function
;;          -         90       +90  advance
;;         90          -       -90  function 0
;;          -          5        +5  __wasm_call_ctors
;;          -          3        +3  __wasm_apply_data_relocs
;;
;;     before      after    growth  crate, namespace or package
;;         90         98        +8  (none)
;;
;; 0 functions are the same
;;
;; types
;;   + (func)
;;
;; imports
;;   - env.__linear_memory: (memory 1)
;;   + env.__memory_base: (global i32)
;;   + env.__table_base: (global i32)
;;   + env.memory: (memory 1)
;;
;; exports
;;   + __wasm_call_ctors: (func)
;;   + advance: (func (param i32) (result i32))
;;   + count: (global i32)
;;   + hook: (global i32)

;; rays.

;; $ weft inspect $MODULES/../../examples/rays.wasm
;; `[MODULES]/../../examples/rays.wasm`: a valid module, 47686 bytes
;;
;;  id    offset     length  section
;;   1  0x000008        172  type: 24 types
;;   2  0x0000b4        531  import: 14 imports: 14 functions
;;   3  0x0002c7        118  function: the types of 115 functions
;;   4  0x00033d          7  table: 1 table
;;   5  0x000344          5  memory: 1 memory
;;   6  0x000349         10  global: 1 global
;;   7  0x000353         22  export: 2 exports: 1 function, 1 memory
;;   9  0x000369         15  element: 1 element segment
;;  10  0x000378      40328  code: 115 function bodies
;;  11  0x00a100       6470  data: 2 data segments
;; $ weft inspect --section import $MODULES/../../examples/rays.wasm
;;   2  0x0000b4        531  import: 14 imports: 14 functions
;;   0x0000b8  (import "wasi_snapshot_preview1" "args_get" (func (;0;) (type 4) (param i32 i32) (result i32)))
;;   0x0000da  (import "wasi_snapshot_preview1" "args_sizes_get" (func (;1;) (type 4) (param i32 i32) (result i32)))
;;   0x000102  (import "wasi_snapshot_preview1" "environ_get" (func (;2;) (type 4) (param i32 i32) (result i32)))
;;   0x000127  (import "wasi_snapshot_preview1" "environ_sizes_get" (func (;3;) (type 4) (param i32 i32) (result i32)))
;;   0x000152  (import "wasi_snapshot_preview1" "fd_close" (func (;4;) (type 0) (param i32) (result i32)))
;;   0x000174  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func (;5;) (type 4) (param i32 i32) (result i32)))
;;   0x00019b  (import "wasi_snapshot_preview1" "fd_fdstat_set_flags" (func (;6;) (type 4) (param i32 i32) (result i32)))
;;   0x0001c8  (import "wasi_snapshot_preview1" "fd_prestat_get" (func (;7;) (type 4) (param i32 i32) (result i32)))
;;   0x0001f0  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func (;8;) (type 1) (param i32 i32 i32) (result i32)))
;;   0x00021d  (import "wasi_snapshot_preview1" "fd_read" (func (;9;) (type 5) (param i32 i32 i32 i32) (result i32)))
;;   0x00023e  (import "wasi_snapshot_preview1" "fd_seek" (func (;10;) (type 6) (param i32 i64 i32 i32) (result i32)))
;;   0x00025f  (import "wasi_snapshot_preview1" "fd_write" (func (;11;) (type 5) (param i32 i32 i32 i32) (result i32)))
;;   0x000281  (import "wasi_snapshot_preview1" "path_open" (func (;12;) (type 7) (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
;;   0x0002a4  (import "wasi_snapshot_preview1" "proc_exit" (func (;13;) (type 8) (param i32)))
;; $ weft size --top 4 $MODULES/../../examples/rays.wasm
;; 47686 bytes
;;
;;      bytes      %  section
;;        172    0.4  type
;;        531    1.1  import
;;        118    0.2  function
;;          7    0.0  table
;;          5    0.0  memory
;;         10    0.0  global
;;         22    0.0  export
;;         15    0.0  element
;;      40328   84.6  code
;;       6470   13.6  data
;;
;;      bytes      %  function
;;       8983   18.8  function 88
;;       7048   14.8  function 18
;;       4295    9.0  function 119
;;       1780    3.7  function 122
;;      18217   38.2  (111 more)
;;
;;      bytes      %  crate, namespace or package
;;      40323   84.6  (none)
;; $ weft doctor $MODULES/../../examples/rays.wasm
;; [MODULES]/../../examples/rays.wasm: a program (WASI command), 47686 bytes
;;   for it exports `_start` and it imports `args_get` from `wasi_snapshot_preview1`
;;
;; it needs
;;      14 of `wasi_snapshot_preview1`: weft has them, as all hosts of WASI preview 1
;;
;; to run it
;;     weft [MODULES]/../../examples/rays.wasm
;; $ weft metadata show $MODULES/../../examples/rays.wasm
;; $ weft validate $MODULES/../../examples/rays.wasm
;; $ weft print --skeleton $MODULES/../../examples/rays.wasm | head -40
;; (module
;;   (type (;0;) (func (param i32) (result i32)))
;;   (type (;1;) (func (param i32 i32 i32) (result i32)))
;;   (type (;2;) (func (param i32 i64 i32) (result i64)))
;;   (type (;3;) (func (param i32 i32 i32)))
;;   (type (;4;) (func (param i32 i32) (result i32)))
;;   (type (;5;) (func (param i32 i32 i32 i32) (result i32)))
;;   (type (;6;) (func (param i32 i64 i32 i32) (result i32)))
;;   (type (;7;) (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
;;   (type (;8;) (func (param i32)))
;;   (type (;9;) (func))
;;   (type (;10;) (func (param i32 i32 i32 i32 i32) (result i32)))
;;   (type (;11;) (func (result i32)))
;;   (type (;12;) (func (param i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
;;   (type (;13;) (func (param i32 i32 i32 i32 i32)))
;;   (type (;14;) (func (param f64 i32) (result f64)))
;;   (type (;15;) (func (param f32 f32) (result f32)))
;;   (type (;16;) (func (param i32 f32) (result f32)))
;;   (type (;17;) (func (param i32) (result f32)))
;;   (type (;18;) (func (param f32) (result f32)))
;;   (type (;19;) (func (param f64) (result f32)))
;;   (type (;20;) (func (param f32 i32) (result i32)))
;;   (type (;21;) (func (param i32 f32 f32 f32 f32 f32 f32 i32)))
;;   (type (;22;) (func (param i32 i32 i32 i32)))
;;   (type (;23;) (func (param f32 f32 f32 f32 f32 f32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "args_get" (func (;0;) (type 4) (param i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "args_sizes_get" (func (;1;) (type 4) (param i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "environ_get" (func (;2;) (type 4) (param i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "environ_sizes_get" (func (;3;) (type 4) (param i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "fd_close" (func (;4;) (type 0) (param i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "fd_fdstat_get" (func (;5;) (type 4) (param i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "fd_fdstat_set_flags" (func (;6;) (type 4) (param i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "fd_prestat_get" (func (;7;) (type 4) (param i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func (;8;) (type 1) (param i32 i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "fd_read" (func (;9;) (type 5) (param i32 i32 i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "fd_seek" (func (;10;) (type 6) (param i32 i64 i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "fd_write" (func (;11;) (type 5) (param i32 i32 i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "path_open" (func (;12;) (type 7) (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
;;   (import "wasi_snapshot_preview1" "proc_exit" (func (;13;) (type 8) (param i32)))
;;   (table (;0;) 8 8 funcref)
;; $ weft strip -a $MODULES/../../examples/rays.wasm | weft print -o a.wat && weft parse a.wat | weft print | cmp - a.wat && echo same
;; same
;; $ weft strip $MODULES/../../examples/rays.wasm | weft inspect | tail -n +4
;;   1  0x000008        172  type: 24 types
;;   2  0x0000b4        531  import: 14 imports: 14 functions
;;   3  0x0002c7        118  function: the types of 115 functions
;;   4  0x00033d          7  table: 1 table
;;   5  0x000344          5  memory: 1 memory
;;   6  0x000349         10  global: 1 global
;;   7  0x000353         22  export: 2 exports: 1 function, 1 memory
;;   9  0x000369         15  element: 1 element segment
;;  10  0x000378      40328  code: 115 function bodies
;;  11  0x00a100       6470  data: 2 data segments
;; $ weft addr2line $MODULES/../../examples/rays.wasm 0x1f42
;; 0x1f42: function 20

(module)
