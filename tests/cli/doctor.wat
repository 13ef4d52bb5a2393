;; What modules are and need, by the marks that toolchains leave.

;; $ weft doctor doctor.wat
;; doctor.wat: a module by itself, 93 bytes
;;   for it has no mark of a toolchain
;;
;; it needs
;;       1 of `host`: its embedder has to give them
;;           log
;;
;; it uses                      Chrome  Firefox   Safari  Node.js     Deno Wasmtime   Wasmer   wazero WasmEdge
;;   sign-extension                 74       62     14.1     12.0      0.1      yes      yes      yes    0.6.2
;;   (since which version: webassembly.org/features, as of 2026-08-21; weft has all of them)
;;
;; to run it
;;   It wants functions that only its embedder knows; give modules that export them:
;;     weft --preload host=FILE doctor.wat
;; $ weft parse doctor.wat -o app.wasm && weft doctor --json app.wasm | head -12
;; [
;;   {
;;     "name": "app.wasm",
;;     "bytes": 93,
;;     "diagnosis": {
;;       "kind": "bare",
;;       "because": [
;;         "it has no mark of a toolchain"
;;       ],
;;       "fault": null,
;;       "needs": [
;;         {
;; $ echo '(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32))) (memory (export "memory") 1) (func (export "_start")))' | weft doctor
;; standard input: a program (WASI command), 95 bytes
;;   for it exports `_start` and it imports `fd_write` from `wasi_snapshot_preview1`
;;
;; it needs
;;       1 of `wasi_snapshot_preview1`: weft has them, as all hosts of WASI preview 1
;;
;; to run it
;;     weft -
;; $ echo '(module (import "wasi_snapshot_preview1" "fd_wrote" (func)) (memory (export "memory") 1) (func (export "_initialize")) (func (export "add")))' | weft doctor
;; standard input: a library (WASI reactor), 102 bytes
;;   for it exports `_initialize` and it imports `fd_wrote` from `wasi_snapshot_preview1`
;;
;; it needs
;;       1 of `wasi_snapshot_preview1`: weft has them, as all hosts of WASI preview 1
;;         but these are not known:
;;           fd_wrote
;;
;; to run it
;;     weft --invoke add -
;; $ mkdir pkg && echo '(module (import "a" "a" (func)) (memory (export "b") 1))' | weft parse -o pkg/sql.wasm && touch pkg/sql.js && echo '(module (import "wbg" "__wbg_log_1" (func)))' | weft parse -o pkg/x_bg.wasm && weft doctor pkg
;; pkg/sql.wasm: a module of Emscripten's, 35 bytes
;;   for its imports and exports have the short names that Emscripten gives
;;
;; it needs
;;       1 of `a`: its JavaScript has them
;;
;; to run it
;;   It is used through sql.js, which is beside it. A script that imports that runs with:
;;     weft SCRIPT.mjs
;;
;; pkg/x_bg.wasm: a module of wasm-bindgen's, 35 bytes
;;   for it imports `__wbg_log_1` from `wbg`
;;
;; it needs
;;       1 of `wbg`: its JavaScript has them
;;
;; to run it
;;   It is used through the JavaScript that was made with it, x.js or the like, which is not beside it.
;; $ echo '(module (memory (export "m") 1 1 shared (pagesize 1)) (func (export "f")))' | weft doctor
;; standard input: a module by itself, 42 bytes
;;   for it has no mark of a toolchain
;;
;; it needs nothing
;;
;; it uses                      Chrome  Firefox   Safari  Node.js     Deno Wasmtime   Wasmer   wazero WasmEdge
;;   threads                        74       79     14.1     16.4      1.9       15      4.0     flag   0.10.1
;;   custom-page-sizes              no       no       no       no       no     flag       no       no       no
;;   (since which version: webassembly.org/features, as of 2026-08-21; weft has all of them)
;;
;; to run it
;;     weft -W custom-page-sizes --invoke f -
;; $ printf '(module (import "h\\1b[2J" "x" (func)))' | weft doctor
;; standard input: a module by itself, 27 bytes
;;   for it has no mark of a toolchain
;;
;; it needs
;;       1 of `h\u{1b}[2J`: its embedder has to give them
;;           x
;;
;; to run it
;;   It wants functions that only its embedder knows; give modules that export them:
;;     weft --preload 'h\u{1b}[2J'=FILE -
;; $ echo '(component)' | weft doctor
;; standard input: a component, 8 bytes
;;   for its version field says so
;;
;; it needs nothing
;;
;; to run it
;;   Weft runs core modules and has no component model. Compile the program for wasm32-wasip1 instead.
;; $ echo '(component (import "wasi:cli/stdout@0.2.0" (instance)) (import "wasi:cli/stdin@0.2.0" (instance)))' | weft doctor | tail -n +3 | head -4
;;
;; it needs
;;       2 of `wasi:cli`: hosts of components have them
;;
;; $ head -c 40 app.wasm | weft doctor
;; standard input: a module by itself, 40 bytes
;;   for it has no mark of a toolchain
;;   fault: unexpected end-of-file at offset 0x28
;;
;; it needs
;;       1 of `host`: its embedder has to give them
;;           log
;;
;; to run it
;;   It cannot be run as it is. `weft inspect` shows what there is of it.
;; => 1
;; $ mkdir empty && weft doctor empty
;; ! error: there is no .wasm file in `empty`
;; => 1
;; $ weft doctor ftp://example.org/app.wasm
;; ! error: only http: and https: are read, and no other kind of URL
;; ! help: download the module, and give the file
;; => 1
;; $ mkdir go && echo '(module (import "gojs" "runtime.wasmExit" (func (param i32))))' | weft parse -o go/app.wasm && touch go/wasm_exec.js && weft doctor go/app.wasm | tail -2
;;   It is used through wasm_exec.js, which is beside it. A script that imports that runs with:
;;     weft SCRIPT.mjs
;; $ echo 'module.exports = 1' > pkg/sql.js && weft doctor pkg/sql.wasm | tail -1
;;     weft run --as node SCRIPT.mjs
;; $ touch go/wasm_exec_node.js && weft doctor go/app.wasm | tail -2
;; to run it
;;     weft go/wasm_exec_node.js go/app.wasm

(module
  (import "host" "log" (func $log (param i32)))
  (memory (export "memory") 1)
  (func (export "add") (param i32 i32) (result i32)
    (call $log (i32.extend8_s (local.get 0)))
    (i32.add (local.get 0) (local.get 1))))
