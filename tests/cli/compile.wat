;; Ahead of time: the result runs only when it is allowed to, and only where it was made for.

;; $ weft compile compile.wat && ls
;; compile.wat
;; compile.weft
;; $ weft --invoke add compile.weft 1 2
;; ! error: `compile.weft` is precompiled: it holds native code, which nothing confines
;; ! help: if you trust where it comes from, give --allow-precompiled before it
;; => 1
;; $ weft --allow-precompiled --invoke add compile.weft 1 2
;; 3
;; $ weft compile - -o other.weft < compile.wat && weft --allow-precompiled --invoke add other.weft 3 4
;; 7
;; $ weft compile - < compile.wat
;; ! error: a module from standard input has no name: say where to write with -o FILE
;; => 2
;; $ weft compile compile.weft
;; ! error: `compile.weft` is precompiled already
;; => 1
;; $ weft compile compile.wat -o absent/x.weft
;; ! error: `absent/x.weft` cannot be written: No such file or directory (os error 2)
;; ! help: choose another place with -o FILE
;; => 1
;; $ weft validate compile.weft
;; ! error: `compile.weft` is precompiled: only the module it was made from can be validated
;; => 1

;; One damaged byte is found, wherever it is.

;; $ cp compile.weft bad.weft && printf x | dd of=bad.weft bs=1 seek=500 conv=notrunc 2>/dev/null
;; $ weft --allow-precompiled --invoke add bad.weft 1 2
;; ! error: `bad.weft` cannot be loaded
;; !   because: the precompiled module is damaged: its checksum does not match
;; ! help: compile the module again with `weft compile`
;; => 1
;; $ head -c 600 compile.weft > cut.weft
;; $ weft --allow-precompiled --invoke add cut.weft 1 2
;; ! error: `cut.weft` cannot be loaded
;; !   because: the precompiled module is cut short
;; ! help: compile the module again with `weft compile`
;; => 1

;; $ head -c 100 compile.weft > cut.weft
;; $ weft --allow-precompiled --invoke add cut.weft 1 2
;; ! error: `cut.weft` cannot be loaded
;; !   because: the precompiled module is cut short
;; ! help: compile the module again with `weft compile`
;; => 1
;; $ head -c 7 compile.weft > none.weft
;; $ weft --allow-precompiled --invoke add none.weft 1 2
;; ! error: `none.weft` is not a WebAssembly module: it starts with the bytes 00 77 65 66 74 61 72
;; ! help: a module starts with the bytes `\0asm`, or with `(module` in text form
;; => 1

;; Settings that change code are part of it.

;; $ weft --allow-precompiled --fuel 10 --invoke add compile.weft 1 2
;; ! error: `compile.weft` cannot be loaded
;; !   because: it was compiled with other settings: fuel: false, but here fuel: true
;; ! help: run the module that it was made from: these options need other code
;; => 1

;; What is not valid is not compiled.

;; $ echo '(module (func (i32.const 1)))' > invalid.wat && weft compile invalid.wat
;; ! error: `invalid.wat` cannot be compiled
;; !   because: invalid module: type mismatch: values remaining on stack at end of block in function 0 at offset 0x19
;; => 1

(module
  (memory (export "memory") 1)
  (data (i32.const 8) "some bytes to keep")
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "sum") (param i32) (result i32)
    (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (local.get 0)))
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br_if $next (local.get 0)))
    (local.get $sum)))
