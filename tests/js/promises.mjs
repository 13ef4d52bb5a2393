// compile and instantiate, in both forms; the order of tasks and jobs; modules.
const bytes = wat`(module
  (import "m" "f" (func $f (result i32)))
  (func (export "run") (result i32) call $f))`;
const imports = { m: { f: () => 3 } };
const { module, instance } = await WebAssembly.instantiate(bytes, imports);
print(module instanceof WebAssembly.Module, instance.exports.run());
//> true 3
print((await WebAssembly.instantiate(module, imports)).exports.run(), (await WebAssembly.compile(bytes)) instanceof WebAssembly.Module);
//> 3 true
const rejected = (promise) => promise.then(() => print("fulfilled"), (error) => print(error.name, "|", error.message));
await rejected(WebAssembly.compile(new Uint8Array(4)));
//> CompileError | WebAssembly.compile(): malformed module: magic header not detected: bad magic number - expected=[ 0x0, 0x61, 0x73, 0x6d, ] actual=[ 0x0, 0x0, 0x0, 0x0, ] at offset 0x0
await rejected(WebAssembly.compile());
//> TypeError | WebAssembly.compile(): 1 argument required, but only 0 present
await rejected(WebAssembly.instantiate(bytes, { m: {} }));
//> LinkError | WebAssembly.instantiate(): Import #0 "m" "f": function import requires a callable (there is no such property, or it is undefined)
await rejected(WebAssembly.instantiate(module, 5));
//> TypeError | WebAssembly.instantiate(): Argument 1 must be an object
await rejected(WebAssembly.instantiate(wat`(module (func $f unreachable) (start $f))`));
//> RuntimeError | unreachable
await rejected(WebAssembly.instantiate(bytes, { get m() { throw new Error("a getter"); } }));
//> Error | a getter

// The bytes are copied at once, and a large module is compiled beside.
const large = new Uint8Array(bytes.length + 200_000);
large.set(bytes);
large.set([0, 0xbc, 0x9a, 0x0c, 1, 0x78], bytes.length);
const compiling = WebAssembly.compile(large);
large.fill(0xff);
print(WebAssembly.Module.exports(await compiling).length);
//> 1

setTimeout(() => print("a task"), 0);
queueMicrotask(() => print("a job"));
const order = WebAssembly.compile(bytes).then(() => print("compiled"));
await order;
//> a job
//> compiled
await new Promise((resolve) => setTimeout(resolve, 5));
//> a task
const interval = setInterval((...args) => { print(...args); clearInterval(interval); }, 1, "again", 1);
await new Promise((resolve) => setTimeout(resolve, 20));
//> again 1
print(typeof import.meta.url, import.meta.url.endsWith("tests/js/promises.mjs"));
//> string true
await import("./nowhere.mjs").catch((error) => print(error.message.includes("cannot read")));
//> true
await import("./nowhere.wasm").catch((error) => print(error.message.includes("cannot read")));
//> true
