;; A file whose name ends in .js or .mjs is JavaScript: a script, or a module. What follows it are its arguments.

;; $ echo 'print(arguments, typeof WebAssembly.instantiate)' > a.js && weft a.js one --two
;; one,--two function

;; $ echo 'export const x = await 1; console.log({ x }, import.meta.url.slice(0, 8))' > a.mjs && weft a.mjs
;; { x: 1 } file:///

;; An exception that nobody catches is shown with its place; `quit` gives the exit code.
;; $ printf 'function f() {\n  null.property;\n}\nf();\n' > a.js && weft a.js 2>&1 | sed "s|$PWD/||"
;; a.js:2:3
;;   null.property;
;;   ^
;; Uncaught TypeError: cannot read property 'property' of null
;;     at f (a.js:2:3)
;;     at <eval> (a.js:4:1)

;; $ echo 'Promise.reject(new RangeError("nobody handles it"))' > a.js && weft a.js > /dev/null 2>&1
;; => 1

;; $ echo 'setTimeout(() => quit(7))' > a.js && weft a.js
;; => 7

;; Time limits end scripts; grants are for modules.
;; $ echo 'for (;;);' > a.js && weft run --timeout 50ms a.js
;; ! error: the script was interrupted: its time was over
;; => 134

;; Nor can a step of a script that takes forever go on.
;; $ echo 'Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)' > a.js && weft run --timeout 50ms a.js
;; ! error: the script was interrupted: its time was over
;; => 134

;; $ echo '' > a.js && weft run --dir . a.js
;; ! error: `--dir` is for modules, not for scripts
;; => 2

;; Scripts use the files and the network that their user may, unless that is narrowed.
;; $ echo 'print(read("b.txt").trim())' > a.js && echo granted > b.txt && weft run --allow-read=b.txt,c a.js
;; granted
;; $ echo 'read("b.txt")' > a.js && weft run --allow-read a.js 2>&1 | grep -o 'Uncaught.*'
;; Uncaught Error: cannot read b.txt: scripts may not use b.txt (name it in --allow-read)
;; $ echo 'await fetch("http://127.0.0.1:1/")' > a.mjs && weft run --deny-net a.mjs 2>&1 | grep -o 'Uncaught.*'
;; Uncaught TypeError: Failed to fetch: scripts may not use the network (leave out --deny-net)

;; The phases of a script's WebAssembly.
;; $ echo 'const { instance } = await WebAssembly.instantiateStreaming(fetch("a.wasm")); instance.exports.f(); instance.exports.f()' > a.mjs && echo '(module (func (export "f")) (func))' > f.wat && weft parse f.wat -o a.wasm && weft run --no-cache --timings a.mjs 2>&1 | sed 's|[0-9.]* ms|_ ms|; s|file:.*/||; s|  *| |g; s|[0-9]* of 2 functions.*|of 2|'
;; Fetch _ ms 35 bytes a.wasm
;; Compile _ ms 35 bytes after the last byte; optimizing tier: of 2
;; Instantiate _ ms
;; Call _ ms 2 calls

;; $ echo '(module)' > a.wat && weft run --deny-net a.wat
;; ! error: `--deny-net` is for scripts, not for modules
;; => 2

;; $ echo 'new WebAssembly.Memory({ initial: 100 })' > a.js && weft run --max-memory 1MiB a.js 2>&1 | grep -o 'RangeError.*memory'
;; RangeError: WebAssembly.Memory(): could not allocate memory

;; $ echo 'new WebAssembly.Memory({ initial: 100, maximum: 100, shared: true })' > a.js && weft run --max-memory 1MiB a.js 2>&1 | grep -o 'RangeError.*memory:'
;; RangeError: WebAssembly.Memory(): could not allocate memory:

;; $ echo 'const all = []; for (;;) all.push(new ArrayBuffer(65536))' > a.js && weft run --max-memory 1MiB a.js 2>&1 | grep -o 'Uncaught.*'
;; Uncaught InternalError: out of memory

;; Workers are threads; they end with the program, whatever they do, and their exceptions are the program's.
;; $ echo 'onmessage = ({ data }) => postMessage(data + 1)' > w.js && echo 'const w = new Worker("w.js"); w.onmessage = ({ data }) => print(data); w.postMessage(41)' > a.js && weft a.js
;; 42

;; $ echo 'new Worker("data:,for (;;);"); setTimeout(() => quit(3), 10)' > a.js && weft a.js
;; => 3

;; $ echo 'new Worker("data:,Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)")' > a.js && weft run --timeout 50ms a.js
;; ! error: the script was interrupted: its time was over
;; => 134

;; $ echo 'null.property' > w.js && echo 'new Worker("w.js")' > a.js && weft a.js 2>&1 | sed "s|$PWD/||"
;; w.js:1:1
;; null.property
;; ^
;; Uncaught TypeError: cannot read property 'property' of null
;;     at <eval> (w.js:1:1)

;; $ echo 'new Worker("nothing.js").onerror = () => print("no such script")' > a.js && weft a.js
;; no such script

;; A script that looks for a worker of a browser finds one.
;; $ echo 'console.log(self instanceof DedicatedWorkerGlobalScope, typeof importScripts, typeof read)' > a.js && weft run --as worker a.js
;; true function undefined

(module)
