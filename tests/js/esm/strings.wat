(module
  (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
  (import "wasm:js/string-constants" "hello" (global $hello (ref extern)))
  (export "hello" (global $hello))
  (func (export "length") (param externref) (result i32) (call $length (local.get 0))))
