(module (func (export "wasm-js:x")))
