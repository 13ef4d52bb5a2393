(module (import "wasm-js:x" "f" (func)))
