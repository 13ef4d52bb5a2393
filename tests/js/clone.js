// structuredClone: every type of the standard, circles, transfer, and what cannot be cloned.
"use strict";
const same = (value) => structuredClone(value);
print(same(undefined), same(null), same(true), same(1.5), Object.is(same(-0), -0), same("a\ud800b") === "a\ud800b");
//> undefined null true 1.5 true true
print(same(10n), same(-(2n ** 63n)), same(2n ** 200n) === 2n ** 200n, same(-(2n ** 100n)));
//> 10 -9223372036854775808 true -1267650600228229401496703205376
for (const boxed of [Object(1), Object("s"), Object(false), Object(5n)]) {
  const copy = same(boxed);
  print(typeof copy, Object.prototype.toString.call(copy), copy.valueOf(), copy !== boxed);
}
//> object [object Number] 1 true
//> object [object String] s true
//> object [object Boolean] false true
//> object [object BigInt] 5 true
print(same(new Date(86400000)).toISOString(), same(new Date(NaN)).getTime());
//> 1970-01-02T00:00:00.000Z NaN
const expression = /a\/(b)\n/dgimsuy;
expression.lastIndex = 5;
print(String(same(expression)), same(expression).lastIndex, same(/x/v).flags, String(same(new RegExp(""))));
//> /a\/(b)\n/dgimsuy 0 v /(?:)/
const map = new Map([[{ key: 1 }, "one"], ["two", new Set([1, [2]])]]);
map.set("self", map);
const mapCopy = same(map);
print(mapCopy instanceof Map, mapCopy.size, [...mapCopy.keys()][0].key, [...mapCopy.get("two")][1][0], mapCopy.get("self") === mapCopy);
//> true 3 1 2 true
const sparse = [1, , 3];
sparse.extra = "more";
const sparseCopy = same(sparse);
print(sparseCopy.length, 1 in sparseCopy, sparseCopy.extra, Array.isArray(sparseCopy), same(new Array(5)).length);
//> 3 false more true 5
class Point { constructor() { this.x = 1; } get y() { return 2; } }
const point = same(new Point());
print(point.constructor === Object, Object.keys(point).join(), Object.getPrototypeOf(same(Object.create(null))) === Object.prototype);
//> true x true
const order = [];
same({ get b() { order.push("b"); return { get inner() { order.push("inner"); } }; }, 1: 0, get a() { order.push("a"); }, [Symbol("s")]: () => {} });
print(order.join());
//> b,inner,a
const holder = { list: [] };
holder.list.push(holder, holder.list);
const holderCopy = same(holder);
print(holderCopy.list[0] === holderCopy, holderCopy.list[1] === holderCopy.list, holderCopy !== holder);
//> true true true
let deep = {};
for (let index = 0; index < 200000; index++) deep = { deep };
let depth = 0;
for (let copy = same(deep); copy.deep; copy = copy.deep) depth++;
print(depth);
//> 200000

// Errors.
const cause = new RangeError("because");
const error = new TypeError("a message", { cause });
error.ignored = 1;
const errorCopy = same(error);
print(errorCopy instanceof TypeError, errorCopy.message, errorCopy.cause instanceof RangeError, errorCopy.ignored, errorCopy.stack === error.stack);
//> true a message true undefined true
class Special extends Error { name = "Special"; }
print(same(new Special("x")).constructor === Error, same(Object.assign(new Error("y"), { name: "RangeError" })) instanceof RangeError);
//> true true
print(Object.hasOwn(same(new Error()), "message"), Object.getOwnPropertyDescriptor(same(new Error("m")), "message").enumerable);
//> false false
const aborted = same(new DOMException("stop", "AbortError"));
print(aborted instanceof DOMException, aborted.name, aborted.message, aborted.code);
//> true AbortError stop 20

// Buffers and views.
const bytes = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
const views = same({ buffer: bytes.buffer, part: bytes.subarray(2, 4), words: new Uint16Array(bytes.buffer, 2, 2), data: new DataView(bytes.buffer, 1, 3), floats: new Float64Array(bytes.buffer), clamped: new Uint8ClampedArray(2), big: new BigInt64Array([-1n]), half: new Float16Array([1.5]) });
print(views.part.join(), views.words.join(), views.data.byteLength, views.data.getUint8(0), views.part.buffer === views.buffer, views.buffer !== bytes.buffer);
//> 3,4 1027,1541 3 2 true true
print(views.floats.length, views.clamped.constructor.name, views.big[0], views.half[0]);
//> 1 Uint8ClampedArray -1 1.5
const resizable = new ArrayBuffer(4, { maxByteLength: 8 });
const tracking = new Uint8Array(resizable);
const resized = same(tracking);
resized.buffer.resize(8);
print(resized.buffer.resizable, resized.buffer.maxByteLength, resized.length, resizable.byteLength);
//> true 8 8 4
const shared = new SharedArrayBuffer(8);
const sharedCopy = same({ shared, view: new Int32Array(shared, 4) });
new Int32Array(shared)[1] = 7;
print(sharedCopy.shared !== shared, sharedCopy.view[0], sharedCopy.view.buffer === sharedCopy.shared);
//> true 7 true
const growable = new SharedArrayBuffer(4, { maxByteLength: 16 });
const grown = same(growable);
growable.grow(12);
print(grown.byteLength, grown.growable, grown.maxByteLength);
//> 12 true 16
try { grown.grow(8); } catch (error) { print(error.name); }
//> RangeError
grown.grow(16);
print(growable.byteLength, new Uint8Array(growable).length);
//> 16 16

// Transfer.
const moved = structuredClone({ bytes }, { transfer: [bytes.buffer] });
print(moved.bytes.join(), bytes.length, bytes.buffer.detached);
//> 1,2,3,4,5,6,7,8 0 true
const { port1, port2 } = new MessageChannel();
const ported = structuredClone([port1, port1], { transfer: [port1] });
print(ported[0] instanceof MessagePort, ported[0] === ported[1], ported[0] !== port1);
//> true true true

function attempt(body) {
  try { print("returned", body()); } catch (error) { print(error?.name ?? error, "|", error?.message); }
}
attempt(() => same(() => {}));
//> DataCloneError | A function could not be cloned.
attempt(() => same({ symbol: Symbol("s") }));
//> DataCloneError | a Symbol could not be cloned.
attempt(() => same(new Proxy({}, {})));
//> DataCloneError | A Proxy could not be cloned.
for (const value of [new WeakMap(), new WeakSet(), Promise.resolve(), [].values(), (function* () {})(), new WeakRef({}), globalThis, Object(Symbol()), (function () { return arguments; })(), (() => { "use strict"; return (function () { return arguments; })(); })(), new WebAssembly.Memory({ initial: 0 }), new WebAssembly.Table({ element: "externref", initial: 0 }), new FinalizationRegistry(() => {}), new EventTarget().addEventListener]) {
  try { same(value); print("cloned", value); } catch (error) { if (error.name !== "DataCloneError" || error.code !== 25) print(error); }
}
attempt(() => same(port2));
//> DataCloneError | An object of the host could not be cloned.
attempt(() => structuredClone(port1, { transfer: [port1] }));
//> DataCloneError | Object at index 0 of the transfer list has been transferred or closed before.
attempt(() => same(bytes));
//> DataCloneError | A view that is out of the bounds of its buffer could not be cloned.
attempt(() => same(bytes.buffer));
//> DataCloneError | An ArrayBuffer that is detached could not be cloned.
attempt(() => structuredClone(0, { transfer: [bytes.buffer] }));
//> DataCloneError | ArrayBuffer at index 0 of the transfer list is detached.
attempt(() => structuredClone(0, { transfer: [shared] }));
//> DataCloneError | Value at index 0 of the transfer list is not of a type that can be transferred.
const twice = new ArrayBuffer(1);
attempt(() => structuredClone(0, { transfer: [twice, twice] }));
//> DataCloneError | Value at index 1 of the transfer list is a duplicate of an earlier one.
print(twice.detached);
//> false
attempt(() => structuredClone(0, { transfer: [new WebAssembly.Memory({ initial: 1 }).buffer] }));
//> TypeError | the ArrayBuffer cannot be detached
attempt(() => structuredClone(0, { transfer: [1] }));
//> TypeError | Failed to execute 'structuredClone': The transfer list holds a value that is not an object.
attempt(() => structuredClone(0, { transfer: 5 }));
//> TypeError | Failed to execute 'structuredClone': The provided value cannot be converted to a sequence.
attempt(() => structuredClone());
//> TypeError | Failed to execute 'structuredClone': 1 argument required, but only 0 present.

// Getters that throw, transfer what is being cloned, change what is left, and collect.
attempt(() => same({ get x() { throw new Error("mine"); } }));
//> Error | mine
attempt(() => { const buffer = new ArrayBuffer(8); return structuredClone({ get x() { buffer.transfer(); }, buffer }); });
//> DataCloneError | An ArrayBuffer that is detached could not be cloned.
attempt(() => { const buffer = new ArrayBuffer(8); return structuredClone({ get x() { buffer.transfer(); } }, { transfer: [buffer] }); });
//> DataCloneError | ArrayBuffer at index 0 of the transfer list is detached.
const shrinking = { get a() { delete this.b; this.c = 1; return 1; }, b: 2 };
print(JSON.stringify(same(shrinking)));
//> {"a":1}
const fresh = { get a() { return { x: 1 }; }, get b() { return { x: 2 }; }, get c() { return same(this === fresh ? {} : 0); } };
print(JSON.stringify(same(fresh)));
//> {"a":{"x":1},"b":{"x":2},"c":{}}
const growing = new Map([[1, { get x() { growing.set(2, 2); return 1; } }]]);
print(same(growing).size, growing.size);
//> 1 2

// WebAssembly.
const module = new WebAssembly.Module(wat`(module (func (export "f") (result i32) i32.const 42))`);
const moduleCopy = same({ module, again: module });
print(moduleCopy.module instanceof WebAssembly.Module, moduleCopy.module === moduleCopy.again, moduleCopy.module !== module, new WebAssembly.Instance(moduleCopy.module).exports.f());
//> true true true 42
const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
const memoryCopy = same({ memory, buffer: memory.buffer });
new Uint8Array(memory.buffer)[9] = 9;
print(memoryCopy.memory === memory, new Uint8Array(memoryCopy.buffer)[9], Object.isFrozen(memory.buffer));
//> true 9 true

for (const value of [module, memory, new WebAssembly.Memory({ initial: 0 }), new WebAssembly.Instance(module), new WebAssembly.Global({ value: "i32" })]) {
  attempt(() => structuredClone(0, { transfer: [value] }));
}
//> DataCloneError | Value at index 0 of the transfer list is not of a type that can be transferred.
//> DataCloneError | Value at index 0 of the transfer list is not of a type that can be transferred.
//> DataCloneError | Value at index 0 of the transfer list is not of a type that can be transferred.
//> DataCloneError | Value at index 0 of the transfer list is not of a type that can be transferred.
//> DataCloneError | Value at index 0 of the transfer list is not of a type that can be transferred.
// The same memory also where nobody has kept it: it is one as long as anybody has.
const far = structuredClone({ memory: new WebAssembly.Memory({ initial: 1, maximum: 3, shared: true }) }).memory;
print(far.grow(1), far.buffer.byteLength, same(far) === far, same(far).buffer === far.buffer);
//> 1 131072 true true

// What scripts do to the language's own objects changes nothing.
const last = [new Set([1]), new Map([[1, 2]])];
Map.prototype.entries = Set.prototype.values = Date.prototype.getTime = () => { throw "never"; };
Object.defineProperty(RegExp.prototype, "flags", { get() { throw "never"; } });
Object.hasOwn = Array.prototype[Symbol.iterator] = undefined;
WeakMap.prototype.get = () => ["messaging", "portSteps"];
globalThis.Map = globalThis.Uint8Array = globalThis.RegExp = undefined;
print(same(last[0]).size, same(last[1]).size, same(/a/g).global, same(new Date(5)).valueOf(), same({ a: 1 }).a);
//> 1 1 true 5 1
