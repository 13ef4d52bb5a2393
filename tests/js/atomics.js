// Atomics.wait, waitAsync and notify share the queue of wasm's instructions.
"use strict";
function attempt(body) {
  try { print("returned", body()); } catch (error) { print(error?.name ?? error, "|", error?.message); }
}
print(Atomics.wait.length, Atomics.waitAsync.length, Atomics.notify.length, Atomics.wait.name, Object.keys(Atomics).length);
//> 4 4 3 wait 0
const words = new Int32Array(new SharedArrayBuffer(16));
const longs = new BigInt64Array(words.buffer, 8);
print(Atomics.wait(words, 0, 1), Atomics.wait(words, 0, 0, 1), Atomics.wait(longs, 0, 0n, 0), Atomics.wait(longs, 0, 1n));
//> not-equal timed-out timed-out not-equal
attempt(() => Atomics.wait(new Int32Array(4), 0, 0, 0));
//> TypeError | Atomics.wait: the array must be one of shared memory
attempt(() => Atomics.wait(new Uint32Array(words.buffer), 0, 0, 0));
//> TypeError | Atomics.wait: the first argument must be an Int32Array or a BigInt64Array
attempt(() => Atomics.wait(words, 4, 0, 0));
//> RangeError | Atomics.wait: the index is beyond the array
attempt(() => Atomics.wait(words, -1, 0, 0));
//> RangeError | Atomics.wait: the index is beyond the array
attempt(() => Atomics.wait(longs, 0, 0, 0));
//> TypeError | cannot convert to bigint
attempt(() => Atomics.wait(words, { valueOf() { throw new Error("mine"); } }, 0, 0));
//> Error | mine
attempt(() => Atomics.wait({}, 0, 0, 0));
//> TypeError | Atomics.wait: the first argument must be an Int32Array or a BigInt64Array
attempt(() => Atomics.notify(new Int32Array(4), 0));
//> returned 0
attempt(() => Atomics.notify(new Int32Array(4), 4));
//> RangeError | Atomics.notify: the index is beyond the array
attempt(() => { const array = new Int32Array(4); return Atomics.notify(array, 0, { valueOf() { array.buffer.transfer(); return 1; } }); });
//> TypeError | ArrayBuffer is detached or resized
attempt(() => Atomics.waitAsync(new Int32Array(4), 0, 0));
//> TypeError | Atomics.waitAsync: the array must be one of shared memory
const show = ({ async, value }) => print(async, value);
show(Atomics.waitAsync(words, 0, 1));
//> false not-equal
show(Atomics.waitAsync(words, 0, 0, 0));
//> false timed-out
show(Atomics.waitAsync(words, 0, 0, -5));
//> false timed-out

// Who has waited longest comes first; wasm's notify wakes them too.
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const { notify } = new WebAssembly.Instance(new WebAssembly.Module(wat`(module
  (import "env" "memory" (memory 1 1 shared))
  (func (export "notify") (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1))))`), { env: { memory } }).exports;
const view = new Int32Array(memory.buffer);
const order = [];
for (const name of ["a", "b", "c"]) {
  const { async, value } = Atomics.waitAsync(view, 2, 0);
  if (!async) print("at once");
  value.then((result) => order.push(name + " " + result));
}
(async () => {
  print(notify(8, 1), Atomics.notify(view, 2, 1), Atomics.notify(view, 3));
  await Atomics.waitAsync(view, 5, 0, 1).value;
  print(order.join());
  print(Atomics.notify(view, 2), Atomics.notify(view, 2), await Atomics.waitAsync(view, 6, 0, 1).value);
  // Nobody can wake this one, so the program ends.
  await Atomics.waitAsync(view, 7, 0).value;
  print("never");
})();
//> 1 1 0
//> a ok,b ok
//> 1 0 timed-out
