(module
  (import "./cycle.js" "twelve" (func $twelve (result i32)))
  (func (export "double") (result i32) (i32.mul (call $twelve) (i32.const 2))))
