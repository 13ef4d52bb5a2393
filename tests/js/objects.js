// Objects of wasm's heap as JavaScript sees them, numbers that are i31, and builtins for strings.
function attempt(body) {
  try { print("returned", body()); } catch (error) { print(error.name, "|", error.message); }
}
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wat`(module
  (type $point (struct (field (mut i32))))
  (type $bytes (array (mut i8)))
  (func (export "point") (param i32) (result (ref $point)) (struct.new $point (local.get 0)))
  (func (export "bytes") (result anyref) (array.new_default $bytes (i32.const 3)))
  (func (export "x") (param (ref $point)) (result i32) (struct.get $point 0 (local.get 0)))
  (func (export "any") (param anyref) (result anyref) local.get 0)
  (func (export "extern") (param externref) (result externref) local.get 0)
  (func (export "i31") (param i31ref) (result i32) (i31.get_s (local.get 0)))
  (func (export "garbage") (loop $again
    (drop (array.new_default $bytes (i32.const 100000)))
    (global.set 0 (i32.sub (global.get 0) (i32.const 1)))
    (br_if $again (global.get 0)))
    (global.set 0 (i32.const 200)))
  (global (mut i32) (i32.const 200)))`));
const point = exports.point(5);
print(typeof point, Object.getPrototypeOf(point), point.x, Object.isExtensible(point), Object.isFrozen(point), Reflect.ownKeys(point).length);
//> object null undefined false true 0
attempt(() => { "use strict"; point.x = 1; });
//> TypeError | WebAssembly objects are opaque
attempt(() => delete point.x);
//> TypeError | WebAssembly objects are opaque
print(Reflect.setPrototypeOf(point, {}), Reflect.defineProperty(point, "x", { value: 1 }), "x" in point);
//> false false false
print(exports.x(point), exports.any(point) === point, exports.extern(point) === point);
//> 5 true true
const points = Array.from({ length: 100 }, (_, index) => exports.point(index));
// The collector moves them all.
exports.garbage();
print(points.every((point, index) => exports.x(point) === index && exports.any(point) === point));
//> true
for (const other of [exports.bytes(), new Proxy(point, {}), 5]) {
  try { exports.x(other); } catch (error) { print(error instanceof TypeError); }
}
//> true
//> true
//> true
print(exports.i31(-(2 ** 30)), exports.any(2 ** 30 - 1), Object.is(exports.any(-0), -0), exports.any("text"));
//> -1073741824 1073741823 true text
attempt(() => exports.i31(2 ** 30));
//> TypeError | type incompatibility when transforming from/to JS: the value is no (ref null i31)

const strings = wat`(module
  (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
  (import "wasm:js-string" "concat" (func $concat (param externref externref) (result (ref extern))))
  (import "wasm:js-string" "charCodeAt" (func $at (param externref i32) (result i32)))
  (import "text" "constant \u{2603}" (global $constant (ref extern)))
  (func (export "twice") (param externref) (result externref)
    (call $concat (call $concat (local.get 0) (global.get $constant)) (local.get 0)))
  (func (export "at") (param externref i32) (result i32) (call $at (local.get 0) (local.get 1)))
  (func (export "length") (param externref) (result i32) (call $length (local.get 0))))`;
const options = { builtins: ["js-string"], importedStringConstants: "text" };
const compiled = new WebAssembly.Module(strings, options);
print(WebAssembly.Module.imports(compiled).length, WebAssembly.Module.imports(new WebAssembly.Module(strings)).length);
//> 0 4
const builtins = new WebAssembly.Instance(compiled, {}).exports;
print(builtins.twice("<>"), builtins.length("\u{1F600}"), builtins.at("ab", 1));
//> <>constant ☃<> 2 98
attempt(() => builtins.length(5));
//> RuntimeError | illegal cast
attempt(() => builtins.at("ab", 2));
//> RuntimeError | array element access out of bounds
attempt(() => new WebAssembly.Module(wat`(module (import "wasm:js-string" "length" (func)))`, options));
//> CompileError | WebAssembly.Module(): Import #0 "wasm:js-string" "length": the import does not match the builtin's type
print(WebAssembly.validate(strings, { builtins: ["js-string", "js-string"] }));
//> false
