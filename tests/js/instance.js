// WebAssembly.Instance: reading imports, exports objects, exported functions.
const module = (bytes) => new WebAssembly.Module(bytes);
const instance = (bytes, imports) => new WebAssembly.Instance(module(bytes), imports);
function attempt(body) {
  try { print("returned", body()); } catch (error) { print(error.name, "|", error.message); }
}

const { exports } = instance(wat`(module
  (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
  (func (export "wide") (param i64) (result i64) local.get 0 i64.const 1 i64.add)
  (func (export "two") (result i32 f64) i32.const 1 f64.const 2.5)
  (func (export "vector") (param v128))
  (func (export "same") (param externref) (result externref) local.get 0))`);
print(Object.getPrototypeOf(exports), Object.isFrozen(exports), Object.keys(exports));
//> null true add,wide,two,vector,same
print(exports.add.name, exports.add.length, exports.add(1, 2), exports.add("40", { valueOf: () => 2 }), exports.add());
//> 0 2 3 42 0
print(exports.wide(2n ** 63n - 1n), exports.two().join());
//> -9223372036854775808 1,2.5
attempt(() => exports.wide(1));
//> TypeError | cannot convert to bigint
attempt(() => exports.vector(1));
//> TypeError | type incompatibility when transforming from/to JS
attempt(() => new exports.add(1, 2));
//> TypeError | not a constructor
for (const value of [undefined, null, -0, 1.5, 2 ** 30, "text", Symbol.iterator, exports]) {
  if (!Object.is(exports.same(value), value)) print("not the same", String(value));
}

// Imports: the order of reads, and what does not fit.
const log = [];
const spy = (name, object) => new Proxy(object, {
  get(target, key) { log.push(`${name}.${String(key)}`); return target[key]; },
});
const importing = wat`(module
  (import "a" "f" (func (result i32)))
  (import "b" "g" (global i32))
  (import "a" "h" (func))
  (export "f" (func 0)) (export "h" (func 1)) (export "g" (global 0)))`;
const f = () => 7;
attempt(() => instance(importing, spy("imports", { a: spy("a", { f, h: exports.add }), b: { g: 5 } })));
//> LinkError | WebAssembly.Instance(): Import #2 "a" "h": imported (func (param i32 i32) (result i32)) does not match the expected type (func)
print(log.join());
//> imports.a,a.f,imports.b,imports.a,a.h
const made = instance(importing, { a: { f, h() {} }, b: { g: 5 } });
print(made.exports.f === f, made.exports.f.name, made.exports.h.name, made.exports.f(), made.exports.g.value);
//> false 0 1 7 5
const again = instance(importing, { a: { f: made.exports.f, h() {} }, b: { g: made.exports.g } });
print(again.exports.f === made.exports.f, again.exports.g === made.exports.g);
//> true true
attempt(() => instance(importing));
//> TypeError | WebAssembly.Instance(): Imports argument must be present and must be an object
attempt(() => instance(importing, { a: { f } }));
//> TypeError | WebAssembly.Instance(): Import #1 "b": module is not an object or function (the import object has no such property)
attempt(() => instance(importing, { a: {} }));
//> LinkError | WebAssembly.Instance(): Import #0 "a" "f": function import requires a callable (there is no such property, or it is undefined)
attempt(() => instance(importing, { a: { f }, b: { g: "5" } }));
//> LinkError | WebAssembly.Instance(): Import #1 "b" "g": global import must be a number, valid Wasm reference, or WebAssembly.Global object
attempt(() => instance(importing, { get a() { throw new Error("mine"); } }));
//> Error | mine

// A start function that traps, and one that throws.
attempt(() => instance(wat`(module (func $f unreachable) (start $f))`));
//> RuntimeError | unreachable
const starting = wat`(module (import "m" "f" (func $f)) (start $f))`;
attempt(() => instance(starting, { m: { f() { throw new RangeError("from the start"); } } }));
//> RangeError | from the start

// Several results come from any iterable.
const several = wat`(module (import "m" "f" (func $f (result i32 i64))) (export "f" (func $f)))`;
const results = (value) => instance(several, { m: { f: () => value } }).exports.f();
print(results([1, 2n]).join(), results(new Set([3, 4n])).join());
//> 1,2 3,4
attempt(() => results([1]));
//> TypeError | multi-return length mismatch
attempt(() => results(1));
//> TypeError | multi-return value must be iterable
