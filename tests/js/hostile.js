// Scripts that re-enter, throw and pull the rug: the right exception, and the program goes on.
"use strict";
function attempt(body) {
  try { print("returned", body()); } catch (error) { print(error?.name ?? error, "|", error?.message); }
}
const memory = new WebAssembly.Memory({ initial: 1, maximum: 10 });
// A conversion that grows the memory, detaching what the caller has.
attempt(() => memory.grow({ valueOf() { memory.grow(1); return 1; } }));
//> returned 2
const resizable = memory.toResizableBuffer();
attempt(() => resizable.resize({ valueOf() { memory.grow(1); return 65536 * 3; } }));
//> RangeError | ArrayBuffer.prototype.resize: the new length must be a multiple of the page size, no smaller than before and at most the maximum
attempt(() => resizable.resize({ valueOf() { memory.toFixedLengthBuffer(); return 65536 * 5; } }));
//> returned undefined
print(memory.buffer.byteLength, resizable.detached);
//> 327680 true

// An import that replaces, instantiates and throws in the midst of a call.
const bytes = wat`(module
  (import "m" "f" (func $f (param i32) (result i32)))
  (func $run (export "run") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (call $f (i32.sub (local.get 0) (i32.const 1))))
      (else (i32.const 42)))))`;
const module = new WebAssembly.Module(bytes);
const run = new WebAssembly.Instance(module, {
  m: { f(depth) { return new WebAssembly.Instance(module, { m: this ?? { f: (n) => run(n) } }).exports.run(depth); } },
}).exports.run;
attempt(() => run(40));
//> returned 42
// Getters and traps of the import object that throw, re-enter or lie.
attempt(() => new WebAssembly.Instance(module, new Proxy({}, { get() { run(3); throw "a trap"; } })));
//> a trap | undefined
attempt(() => new WebAssembly.Instance(module, { m: { get f() { return run; } } }).exports.run(5));
//> returned 42
// Iterators that end badly, and lengths that change.
const tag = new WebAssembly.Tag({ parameters: ["i32", "i32"] });
attempt(() => new WebAssembly.Exception(tag, { *[Symbol.iterator]() { yield 1; throw new Error("midway"); } }));
//> Error | midway
attempt(() => new WebAssembly.Exception(tag, { [Symbol.iterator]: () => ({ next: () => 5 }) }));
//> TypeError | WebAssembly.Exception(): the iterator's result is not an object
attempt(() => new WebAssembly.Module(new Proxy(bytes, {})));
//> TypeError | WebAssembly.Module(): Argument 0 must be a buffer source
attempt(() => { const source = bytes.slice(); source.buffer.transfer(); return new WebAssembly.Module(source); });
//> CompileError | WebAssembly.Module(): malformed module: unexpected end-of-file at offset 0x0
// Prototypes and constructors from elsewhere.
for (const Class of [WebAssembly.Module, WebAssembly.Instance, WebAssembly.Memory, WebAssembly.Table, WebAssembly.Global, WebAssembly.Tag, WebAssembly.Exception]) {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(Class.prototype))) {
    for (const operation of [property.get, property.set, name === "constructor" ? undefined : property.value]) {
      if (typeof operation !== "function") continue;
      for (const receiver of [undefined, null, 1, {}, Class.prototype, Object.create(memory), new Proxy(memory, {})]) {
        try { operation.call(receiver, 1, 2); print("no exception", Class.name, name); } catch (error) {
          if (!(error instanceof TypeError)) print("another exception", Class.name, name, error);
        }
      }
    }
  }
}
const fake = Object.setPrototypeOf({}, WebAssembly.Memory.prototype);
attempt(() => fake.buffer);
//> TypeError | WebAssembly.Memory.buffer: Receiver is not a WebAssembly.Memory
const odd = Reflect.construct(WebAssembly.Memory, [{ initial: 0 }], Object.assign(function () {}, { prototype: null }));
print(Object.getPrototypeOf(odd) === WebAssembly.Memory.prototype, odd.buffer.byteLength);
//> true 0
// The language's own objects may be gone.
const own = { error: Error, promise: Promise, bigint: BigInt.asIntN };
Error = undefined; Promise = undefined; BigInt.asIntN = undefined; TypeError = undefined;
Function.prototype.call = undefined; delete Array.prototype[Symbol.iterator];
ArrayBuffer.prototype.resize = () => { throw "mine"; };
try { new WebAssembly.Memory({ address: "i64", initial: -1n }); } catch (error) { print(error.name); }
//> TypeError
try { new WebAssembly.Module(new Uint8Array(1)); } catch (error) { print(error.name); }
//> CompileError
const grows = new WebAssembly.Memory({ initial: 0, maximum: 1 });
const kept = grows.toResizableBuffer();
grows.grow(1);
print(kept.byteLength);
//> 65536
Error = own.error;
// Objects that nobody has any more, in numbers.
for (let index = 0; index < 20000; index++) {
  const global = new WebAssembly.Global({ value: "externref", mutable: true });
  global.value = global;
  new WebAssembly.Table({ element: "externref", initial: 1 }, { index });
}
print("done");
//> done
