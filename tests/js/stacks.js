// The stack of an error names the frames of JavaScript and of wasm, in the order of the calls.
function show(error) {
  const frames = error.stack.trim().split("\n").map((line) => line.trim().replace(/\(?\/.*?([^/]*\.js):(\d+).*/, "$1:$2").replace(/0x[0-9a-f]+/, "0x…").replace(/deep-[0-9a-f]{8}:/, "deep-…:"));
  print([...frames].join("\n"));
}
const module = new WebAssembly.Module(wat`(module $deep
  (import "m" "callback" (func $callback (param i32)))
  (func $inner (param i32) (call $callback (local.get 0)))
  (func $outer (export "outer") (param i32) (call $inner (local.get 0)))
  (func $trap (export "trap") unreachable))`);
function callback(depth) {
  if (depth === 0) throw new Error("deep");
  if (depth === 10) exports.trap();
  exports.outer(depth - 1);
}
const { exports } = new WebAssembly.Instance(module, { m: { callback } });
try { exports.outer(0); } catch (error) { show(error); }
//> Error: deep
//> at callback stacks.js:12
//> at inner (wasm://wasm/deep-…:wasm-function[1]:0x…)
//> at outer (wasm://wasm/deep-…:wasm-function[2]:0x…)
//> at <eval> stacks.js:17
try { exports.outer(1); } catch (error) { show(error); }
//> Error: deep
//> at callback stacks.js:12
//> at inner (wasm://wasm/deep-…:wasm-function[1]:0x…)
//> at outer (wasm://wasm/deep-…:wasm-function[2]:0x…)
//> at callback stacks.js:14
//> at inner (wasm://wasm/deep-…:wasm-function[1]:0x…)
//> at outer (wasm://wasm/deep-…:wasm-function[2]:0x…)
//> at <eval> stacks.js:23
try { exports.outer(10); } catch (error) { show(error); }
//> RuntimeError: unreachable
//> at trap (wasm://wasm/deep-…:wasm-function[3]:0x…)
//> at callback stacks.js:13
//> at inner (wasm://wasm/deep-…:wasm-function[1]:0x…)
//> at outer (wasm://wasm/deep-…:wasm-function[2]:0x…)
//> at <eval> stacks.js:32
// What is no error, or has another stack, goes through as it is.
function through(value) {
  const { outer } = new WebAssembly.Instance(module, { m: { callback() { throw value; } } }).exports;
  try { outer(0); } catch (caught) { return caught === value; }
}
const frozen = Object.freeze(new Error("frozen"));
const own = Object.assign(new Error("own"), { stack: "text" });
print(through({ stack: "text" }), through(1), through(frozen), frozen.stack.includes("at outer"), through(own), own.stack);
//> true true true true true text
const other = new Error("other");
Object.defineProperty(other, "stack", { get() { print("asked"); }, configurable: true });
print(through(other), through(new Proxy(new Error(), { getOwnPropertyDescriptor() { print("asked"); } })));
//> true true

// Where a module has DWARF, the place in its source is behind.
const { adler } = new WebAssembly.Instance(new WebAssembly.Module(readbuffer("modules/sum.wasm"))).exports;
for (let round = 0; round < 2; round++) {
  try { adler(-1, 1); } catch (error) { print(error.stack.split("\n")[1].trim().replace(/[0-9a-f]{8}:/, "…:").replace(/0x[0-9a-f]+/, "0x…")); }
}
//> at adler (wasm://wasm/…:wasm-function[0]:0x…) [./sum.c:14:17]
//> at adler (wasm://wasm/…:wasm-function[0]:0x…) [./sum.c:14:17]
