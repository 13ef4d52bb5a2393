// WebAssembly.Memory: buffers, growing from both sides, and what scripts cannot do to the bytes.
function attempt(body) {
  try { print("returned", body()); } catch (error) { print(error.name, "|", error.message); }
}
const memory = new WebAssembly.Memory({ initial: 1, maximum: 5 });
const first = memory.buffer;
print(first === memory.buffer, first.byteLength, memory.grow(1), first.byteLength, memory.buffer.byteLength);
//> true 65536 1 0 131072
memory.grow(0);
print(first === memory.buffer, memory.buffer.detached);
//> false false
attempt(() => memory.grow(9));
//> RangeError | WebAssembly.Memory.grow(): failed to grow memory by 9 pages: the maximum size would be exceeded
attempt(() => new WebAssembly.Memory({ initial: 2, maximum: 1 }));
//> RangeError | WebAssembly.Memory(): Property 'maximum': value is below the lower bound 2
attempt(() => new WebAssembly.Memory({ initial: 2 ** 16 + 1 }));
//> RangeError | WebAssembly.Memory(): Property 'initial': value 65537 is above the upper bound 65536
attempt(() => new WebAssembly.Memory({ initial: -1 }));
//> TypeError | WebAssembly.Memory(): Property 'initial': -1 is beyond the range of a 32-bit address
attempt(() => WebAssembly.Memory.prototype.grow.call({}, 1));
//> TypeError | WebAssembly.Memory.grow(): Receiver is not a WebAssembly.Memory

// Wasm grows the memory: the buffer is detached when an import is called right after.
let before;
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wat`(module
  (import "m" "memory" (memory 1))
  (import "m" "look" (func $look))
  (func (export "grow") (param i32) (result i32)
    local.get 0 memory.grow
    (i32.store8 (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 1)) (i32.const 7))
    call $look))`), {
  m: { memory, look() { print("in the import", before.byteLength, memory.buffer.byteLength); } },
});
before = memory.buffer;
exports.grow(1);
//> in the import 0 196608
before = memory.buffer;
exports.grow(0);
//> in the import 0 196608

// A resizable buffer grows in place, and what wasm wrote stays.
const resizable = memory.toResizableBuffer();
print(resizable === memory.buffer, resizable.resizable, resizable.maxByteLength, before.detached);
//> true true 327680 true
before = resizable;
const tracking = new Uint8Array(resizable);
exports.grow(1);
//> in the import 262144 262144
print(tracking.length, tracking[262143], tracking[196607]);
//> 262144 7 7
resizable.resize(327680);
print(memory.buffer === resizable, tracking.length, exports.grow(0));
//> in the import 327680 327680
//> true 327680 5
attempt(() => resizable.resize(65536));
//> RangeError | ArrayBuffer.prototype.resize: the new length must be a multiple of the page size, no smaller than before and at most the maximum
attempt(() => resizable.resize(327681));
//> RangeError | ArrayBuffer.prototype.resize: the new length must be a multiple of the page size, no smaller than before and at most the maximum
const fixed = memory.toFixedLengthBuffer();
print(fixed.resizable, resizable.detached, fixed === memory.buffer, memory.toFixedLengthBuffer() === fixed);
//> false true true true
attempt(() => new WebAssembly.Memory({ initial: 1 }).toResizableBuffer());
//> TypeError | WebAssembly.Memory.toResizableBuffer(): Memory must have a maximum

// Nobody takes the bytes away.
for (const method of ["transfer", "transferToFixedLength", "transferToImmutable"]) {
  attempt(() => fixed[method]());
}
//> TypeError | ArrayBuffer.prototype.transfer: a WebAssembly.Memory's buffer cannot be detached
//> TypeError | ArrayBuffer.prototype.transferToFixedLength: a WebAssembly.Memory's buffer cannot be detached
//> TypeError | ArrayBuffer.prototype.transferToImmutable: a WebAssembly.Memory's buffer cannot be detached
print(fixed.detached, new ArrayBuffer(8).transfer(16).byteLength, ArrayBuffer.prototype.transfer.name);
//> false 16 transfer

// A buffer that outlives its Memory, and is detached when wasm grows what it is over.
const orphan = (() => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wat`(module
    (memory (export "memory") 1)
    (func (export "grow") (drop (memory.grow (i32.const 1)))))`));
  return { buffer: exports.memory.buffer, grow: exports.grow };
})();
print(orphan.buffer.byteLength, (orphan.grow(), orphan.buffer.byteLength));
//> 65536 0

// 64-bit memories have BigInts for addresses.
const wide = new WebAssembly.Memory({ address: "i64", initial: 1n, maximum: 4n });
print(typeof wide.grow(2n), wide.grow(0n), wide.buffer.byteLength);
//> bigint 3 196608
attempt(() => wide.grow(1));
//> TypeError | cannot convert to bigint

// Shared ones are frozen, and one that has grown has another buffer over the same bytes.
const shared = new WebAssembly.Memory({ initial: 1, maximum: 3, shared: true });
const small = shared.buffer;
print(Object.prototype.toString.call(small), Object.isFrozen(small), small === shared.buffer);
//> [object SharedArrayBuffer] true true
shared.grow(1);
new Uint8Array(shared.buffer)[5] = 9;
print(small.byteLength, shared.buffer.byteLength, new Uint8Array(small)[5]);
//> 65536 131072 9
attempt(() => new WebAssembly.Memory({ initial: 1, shared: true }));
//> TypeError | WebAssembly.Memory(): If shared is true, maximum property should be specified.
