// WebAssembly.Module: what it imports, exports and carries, and what is no module.
const bytes = wat`(module
  (import "a" "f" (func (param i32)))
  (import "a" "g" (global (mut i64)))
  (func (export "run"))
  (memory (export "memory") 1)
  (table (export "table") 1 funcref)
  (tag (export "tag"))
  (@custom "notes" "hello"))`;
const module = new WebAssembly.Module(bytes);
print(JSON.stringify(WebAssembly.Module.imports(module)));
//> [{"module":"a","name":"f","kind":"function"},{"module":"a","name":"g","kind":"global"}]
print(JSON.stringify(WebAssembly.Module.exports(module)));
//> [{"name":"run","kind":"function"},{"name":"memory","kind":"memory"},{"name":"table","kind":"table"},{"name":"tag","kind":"tag"}]
const [notes] = WebAssembly.Module.customSections(module, "notes");
print(String.fromCharCode(...new Uint8Array(notes)));
//> hello

function attempt(body) {
  try { print("returned", body()); } catch (error) { print(error.name, "|", error.message); }
}
attempt(() => new WebAssembly.Module(bytes.subarray(0, 20)));
//> CompileError | WebAssembly.Module(): malformed module: unexpected end-of-file at offset 0x14
attempt(() => new WebAssembly.Module(new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7])).x);
//> CompileError | WebAssembly.Module(): malformed module: magic header not detected: bad magic number - expected=[ 0x0, 0x61, 0x73, 0x6d, ] actual=[ 0x0, 0x1, 0x2, 0x3, ] at offset 0x0
attempt(() => new WebAssembly.Module("bytes"));
//> TypeError | WebAssembly.Module(): Argument 0 must be a buffer source
attempt(() => new WebAssembly.Module());
//> TypeError | WebAssembly.Module(): 1 argument required, but only 0 present
attempt(() => WebAssembly.Module.imports({}));
//> TypeError | WebAssembly.Module.imports(): Argument 0 must be a WebAssembly.Module
print(WebAssembly.validate(bytes), WebAssembly.validate(bytes.buffer.slice(1)));
//> true false

// Views of every kind, and buffers that are resizable or shared, are sources.
const whole = new Uint8Array(bytes.length + 8);
whole.set(bytes, 4);
print(WebAssembly.validate(new DataView(whole.buffer, 4, bytes.length)));
//> true
const resizable = new ArrayBuffer(bytes.length, { maxByteLength: 1000 });
new Uint8Array(resizable).set(bytes);
const view = new Uint8Array(resizable);
print(WebAssembly.validate(view));
//> true
resizable.resize(20);
print(WebAssembly.validate(view));
//> false
const shared = new SharedArrayBuffer(bytes.length, { maxByteLength: 1000 });
new Uint8Array(shared).set(bytes);
print(WebAssembly.validate(shared));
//> true
print(Object.prototype.toString.call(module), class extends WebAssembly.Module {}.prototype instanceof WebAssembly.Module);
//> [object WebAssembly.Module] true
