// What nothing can reach is let go of while the script runs, circles through both heaps included: the store that this runs in has room for
// few of anything.
const TURNS = 3000;
function turns(make) { for (let turn = 0; turn < TURNS; turn++) make(turn); }

const module = new WebAssembly.Module(wat`(module
  (import "m" "f" (func $f (param externref)))
  (import "m" "g" (global $g externref))
  (memory (export "memory") 1)
  (table (export "table") 4 externref)
  (table (export "functions") 4 funcref)
  (global (export "global") (mut externref) (ref.null extern))
  (tag (export "tag"))
  (data (i32.const 0) "data")
  (func (export "call") (param externref) (call $f (local.get 0))))`);
// A host function that closes over its instance.
turns(() => {
  const instance = new WebAssembly.Instance(module, { m: { f() { return instance; }, g: 1 } });
  instance.exports.call(1);
});
print("closure");
//> closure
// Values that wasm holds, and that hold what holds them.
turns(() => {
  const { exports } = new WebAssembly.Instance(module, { m: { f() {}, g: { module } } });
  exports.table.set(1, { exports });
  exports.global.value = [exports.table];
  exports.functions.set(0, exports.call);
  new Uint8Array(exports.memory.buffer)[0] = 1;
});
print("table");
//> table
// Things without an instance.
turns(() => {
  const table = new WebAssembly.Table({ element: "externref", initial: 2000 });
  table.set(0, { table });
  const global = new WebAssembly.Global({ value: "externref", mutable: true });
  global.value = { global, memory: new WebAssembly.Memory({ initial: 1 }) };
  const tag = new WebAssembly.Tag({ parameters: ["externref"] });
  const payload = {};
  payload.exception = new WebAssembly.Exception(tag, [payload]);
});
print("objects");
//> objects
// One that holds the next, as far as to the first.
let first;
turns((turn) => {
  const before = turn % 10 ? first : undefined;
  const { exports } = new WebAssembly.Instance(module, { m: { f() { return before; }, g: before } });
  first = exports;
});
print("chain");
//> chain
// Values that wasm was given, and has no more.
const { pass } = new WebAssembly.Instance(new WebAssembly.Module(wat`(module
  (func (export "pass") (param externref) (result externref) (local.get 0)))`)).exports;
const passed = Array.from({ length: 100 }, () => new WeakRef(pass({})));
for (let turn = 0; turn < 100000; turn++) pass({});
print("passed", passed.filter((value) => value.deref()).length);
//> passed 0
const heap = new WebAssembly.Module(wat`(module
  (type $node (struct (field (mut externref)) (field (mut (ref null $node)))))
  (import "m" "f" (func $f (result externref)))
  (global $kept (export "kept") (mut (ref null $node)) (ref.null $node))
  (memory 1)
  (func (export "keep") (param externref)
    (global.set $kept (struct.new $node (local.get 0) (global.get $kept))))
  (func (export "last") (result externref) (struct.get $node 0 (global.get $kept)))
  (func (export "node") (result (ref null $node)) (global.get $kept)))`);
turns(() => {
  const { exports } = new WebAssembly.Instance(heap, { m: { f() { return exports; } } });
  exports.keep({ exports });
  const node = exports.node();
  exports.keep({ node });
});
print("heap");
//> heap
const thrower = new WebAssembly.Module(wat`(module
  (import "m" "f" (func $f))
  (memory 1)
  (global $caught (mut exnref) (ref.null exn))
  (func (export "catch")
    (block $caught (result exnref) (try_table (catch_all_ref $caught) (call $f)) (unreachable))
    (global.set $caught)))`);
turns(() => {
  const tag = new WebAssembly.Tag({ parameters: [] });
  const { exports } = new WebAssembly.Instance(thrower, { m: { f() {
    const exception = new WebAssembly.Exception(tag, []);
    exception.exports = exports;
    throw exception;
  } } });
  exports.catch();
});
print("exceptions");
//> exceptions

// What can be reached stays: one after another, through wasm alone.
const keeper = new WebAssembly.Table({ element: "externref", initial: 3 });
const functions = new WebAssembly.Table({ element: "anyfunc", initial: 1 });
(() => {
  const { exports } = new WebAssembly.Instance(module, { m: { f(value) { value.called = true; }, g: { name: "global" } } });
  functions.set(0, exports.call);
  const inner = new WebAssembly.Table({ element: "externref", initial: 1 });
  inner.set(0, { text: "inner" });
  keeper.set(0, { inner });
  const kept = new WebAssembly.Instance(heap, { m: { f() {} } }).exports;
  kept.keep({ text: "kept" });
  keeper.set(1, kept);
  keeper.set(2, kept.node());
})();
const buffer = new WebAssembly.Memory({ initial: 1 }).buffer;
new Uint8Array(buffer).fill(7);
turns((turn) => new WebAssembly.Instance(module, { m: { f() {}, g: turn } }));
const value = {};
functions.get(0)(value);
print(value.called, keeper.get(0).inner.get(0).text, keeper.get(1).last().text, keeper.get(2) === keeper.get(1).node());
//> true inner kept true
print(new Uint8Array(buffer).every((byte) => byte === 7));
//> true

// Imports that are being read, and those of an instantiation under way.
const late = new WebAssembly.Module(wat`(module
  (import "m" "f" (func $f (result i32))) (import "m" "g" (global externref))
  (func (export "call") (result i32) (call $f)))`);
const imports = { f: () => 42, get g() { turns(() => new WebAssembly.Memory({ initial: 1 })); return 1; } };
print(new WebAssembly.Instance(late, { m: imports }).exports.call());
//> 42
WebAssembly.instantiate(late, { m: imports }).then(({ exports }) => print(exports.call()));
turns(() => new WebAssembly.Memory({ initial: 1 }));
//> 42
