;; What is no module is called what it is, with what to do about it.

;; $ weft absent.wasm
;; ! error: there is no file `absent.wasm`
;; ! help: check the path; `weft` is running in `[DIR]`
;; => 1
;; $ weft imput.wat
;; ! error: there is no file `imput.wat`
;; ! help: there is one called `input.wat`
;; => 1
;; $ weft rnu input.wat
;; ! error: there is no file `rnu`
;; ! help: did you mean the command `weft run`?
;; => 1
;; $ mkdir folder && weft folder
;; ! error: `folder` is a directory, not a module
;; ! help: to let a guest use it, give `--dir folder` before the module
;; => 1
;; $ echo 'print("hello")' > script.py && weft script.py
;; ! error: `script.py` is not a WebAssembly module: it starts with `print("hello")`
;; ! help: a module starts with the bytes `\0asm`, or with `(module` in text form
;; => 1
;; $ printf '\177ELF\002\001\001' > program && weft program
;; ! error: `program` is not a WebAssembly module: it starts with the bytes 7f 45 4c 46 02 01 01
;; ! help: a module starts with the bytes `\0asm`, or with `(module` in text form
;; => 1
;; $ printf '\0asm\015\0\001\0' > component.wasm && weft component.wasm
;; ! error: `component.wasm` is a component, and the component model is not supported
;; ! help: weft runs core modules: compile for `wasm32-wasip1`, or take the core module out of the component
;; => 1
;; $ : > empty.wasm && weft empty.wasm
;; ! error: `empty.wasm` is empty
;; ! help: give a .wasm or .wat file
;; => 1
;; $ printf '\0asm\001\0\0' > short.wasm && weft short.wasm
;; ! error: `short.wasm` cannot be loaded
;; !   because: malformed module: unexpected end-of-file at offset 0x4
;; => 1
;; $ printf '\0asm\002\0\0\0' > version.wasm && weft version.wasm
;; ! error: `version.wasm` cannot be loaded
;; !   because: malformed module: unknown binary version: 0x2 at offset 0x4
;; => 1
;; $ printf '\0asm\001\0\0\0\001\011' > cut.wasm && weft cut.wasm
;; ! error: `cut.wasm` cannot be loaded
;; !   because: malformed module: unexpected end-of-file at offset 0xa
;; => 1
;; $ echo '(module (func (result i32)))' > invalid.wat && weft invalid.wat
;; ! error: `invalid.wat` cannot be loaded
;; !   because: invalid module: type mismatch: expected i32 but nothing on stack in function 0 at offset 0x18
;; => 1
;; $ echo '(module (fun))' > malformed.wat && weft malformed.wat
;; ! error: `malformed.wat` cannot be loaded
;; !   because: expected valid module field
;; !          --> malformed.wat:1:10
;; !           |
;; !         1 | (module (fun))
;; !           |          ^
;; => 1
;; $ chmod 000 input.wat && { test -r input.wat && echo '! error: `input.wat` must not be read: permission denied' || weft input.wat 2>&1; } | head -1
;; ! error: `input.wat` must not be read: permission denied

;; Without a file there is nothing to do.

;; $ weft run
;; ! error: no FILE was given; `--help` shows the usage
;; => 2
;; $ weft run --no-such-flag input.wat
;; ! error: unexpected argument '--no-such-flag' found
;; !
;; !   tip: to pass '--no-such-flag' as a value, use '-- --no-such-flag'
;; !
;; ! Usage: weft run [OPTIONS] FILE [ARGS]...
;; !
;; ! For more information, try '--help'.
;; => 2

(module)
