(module (import "./values.js" "wasm:x" (func)))
