// JavaScript Promise Integration: WebAssembly.promising, Suspending and SuspendError.
const compile = (bytes) => new WebAssembly.Module(bytes);
const attempt = (body) => {
  try { print("returned", body()); } catch (error) { print(error.name, "|", error.message); }
};
const settled = (promise) => promise.then((value) => print("fulfilled", value), (error) => print("rejected", error.name, "|", error.message));
const { promising, Suspending, SuspendError, JSTag } = WebAssembly;

attempt(() => promising());
//> TypeError | WebAssembly.promising(): Argument 0 must be a function
attempt(() => promising(() => {}));
//> TypeError | WebAssembly.promising(): Argument 0 must be a WebAssembly exported function
attempt(() => new Suspending({}));
//> TypeError | WebAssembly.Suspending(): Argument 0 must be a function
attempt(() => Suspending(() => {}).x);
//> TypeError | must be called with new
print(String(new Suspending(() => {})), new SuspendError("m") instanceof Error, String(new SuspendError("m")));
//> [object WebAssembly.Suspending] true SuspendError: m
for (const name of ["promising", "Suspending", "SuspendError"]) {
  const { enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(WebAssembly, name);
  print(name, enumerable, writable, configurable, WebAssembly[name].length);
}
//> promising true true true 1
//> Suspending false true true 1
//> SuspendError false true true 1

const module = compile(wat`(module
  (import "m" "f" (func $f (param i32 i32) (result i32)))
  (import "m" "js" (tag $js (param externref)))
  (import "m" "own" (tag $own (param i32)))
  (memory (export "memory") 1)
  (global $sum (export "sum") (mut i32) (i32.const 0))
  (func (export "run") (param i32 i32) (result i32)
    (i32.add (local.get 0) (call $f (local.get 0) (local.get 1))))
  (func (export "five") (local i32)
    (local.set 0 (i32.const 5))
    (loop $again
      (global.set $sum (i32.add (call $f (i32.const 0) (local.get 0)) (global.get $sum)))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "caught") (result externref)
    (block $caught (result externref)
      (try_table (catch $js $caught) (drop (call $f (i32.const 0) (i32.const 0))))
      (ref.null extern)))
  (func (export "own") (result i32)
    (block $caught (result i32)
      (try_table (catch $own $caught) (drop (call $f (i32.const 0) (i32.const 0))))
      (i32.const -1)))
  (func (export "trap") (result i32)
    (i32.div_u (call $f (i32.const 0) (i32.const 0)) (i32.const 0)))
  (func $deep (export "deep") (result i32) (i32.add (i32.const 1) (call $deep)))
  (func (export "grow") (drop (memory.grow (i32.const 1))))
  (func (export "two") (result i32 i64) (i32.const 1) (i64.const 2))
  (func (export "spin") (drop (call $f (i32.const 0) (i32.const 0))) (loop $l (br $l))))`);
const own = new WebAssembly.Tag({ parameters: ["i32"] });
const instantiate = (f) => new WebAssembly.Instance(module, { m: { f, js: JSTag, own } }).exports;

// A call suspends, and nothing else waits for it.
let calls = [];
let resolvers = [];
const slow = instantiate(new Suspending(function (a, b) {
  calls.push([this === undefined, a, b].join());
  return new Promise((resolve) => { resolvers.push(resolve); });
}));
const run = promising(slow.run);
print(typeof run, run instanceof Function, run.length, run.name === "", run === promising(slow.run));
//> function true 1 true false
const three = [run(1, 10), run(2, 20), run(3, 30)];
print(three[0] instanceof Promise, calls.join(" "));
//> true true,1,10 true,2,20 true,3,30
// They interleave, other functions of the instance run meanwhile, and memory grows below.
const buffer = slow.memory.buffer;
slow.grow();
print(buffer.byteLength, slow.memory.buffer.byteLength);
//> 0 131072
resolvers[2](300);
resolvers[0](100);
resolvers[1](200);
three.forEach((promise, index) => promise.then((value) => print(index, value)));
await Promise.all(three);
//> 2 303
//> 0 101
//> 1 202
attempt(() => slow.run(1, 2));
//> SuspendError | trying to suspend without WebAssembly.promising
attempt(() => run({ valueOf() { throw new RangeError("a conversion"); } }));
//> RangeError | a conversion
print(calls.length);
//> 3
attempt(() => new run());
//> TypeError | not a constructor
attempt(() => promising(run));
//> TypeError | WebAssembly.promising(): Argument 0 must be a WebAssembly exported function
attempt(() => new WebAssembly.Table({ element: "anyfunc", initial: 1 }).set(0, run));
//> TypeError | type incompatibility when transforming from/to JS: the value is no (ref null func)

// What is no promise becomes one.
let count = 0;
const loop = instantiate(new Suspending(() => ++count));
const five = promising(loop.five)();
print(loop.sum.value, count);
//> 0 1
print(await five, loop.sum.value);
//> undefined 15
await settled(promising(loop.two)());
//> fulfilled 1,2
await settled(promising(instantiate(() => 9).run)(1, 2));
//> fulfilled 10
await settled(promising(instantiate(new Suspending(() => ({ then(resolve) { resolve(4); } }))).run)(1, 2));
//> fulfilled 5
const order = [];
const soon = promising(instantiate(new Suspending(() => Promise.resolve(3))).run)(0, 0).then((value) => order.push(value));
Promise.resolve().then(() => order.push("a")).then(() => order.push("b"));
await soon; await 0; await 0;
print(order.join());
//> a,3,b

// Rejections are thrown in wasm.
const reason = new Error("a reason");
const rejecting = instantiate(new Suspending(async () => { throw reason; }));
print(await promising(rejecting.caught)() === reason);
//> true
await settled(promising(rejecting.run)(1, 2));
//> rejected Error | a reason
print(await promising(instantiate(new Suspending(() => Promise.reject(new WebAssembly.Exception(own, [42])))).own)());
//> 42
const throwing = instantiate(new Suspending(() => { throw reason; }));
print(await promising(throwing.caught)() === reason);
//> true
await settled(promising(instantiate(new Suspending(async () => Symbol())).run)(1, 2));
//> rejected TypeError | cannot convert symbol to number
await settled(promising(instantiate(new Suspending(() => 1)).trap)());
//> rejected RuntimeError | divide by zero
await settled(promising(instantiate(() => 1).trap)());
//> rejected RuntimeError | divide by zero
await settled(promising(loop.deep)());
//> rejected RangeError | Maximum call stack size exceeded
const uncaught = await promising(rejecting.caught)().then((error) => error.stack.includes("wasm-function"));
print(uncaught);
//> true

// Frames of JavaScript are not suspended.
const inner = instantiate(new Suspending(async () => 1));
const between = instantiate(() => { attempt(() => inner.run(1, 2)); return 7; });
await settled(promising(between.run)(1, 2));
//> SuspendError | trying to suspend JS frames
//> fulfilled 8
print((await promising(instantiate(() => inner.run(1, 2)).caught)()) instanceof SuspendError);
//> true
// But one promising function may call another, and wait for it.
const outer = instantiate(new Suspending(() => promising(inner.run)(5, 6)));
await settled(promising(outer.run)(1, 2));
//> fulfilled 7
// Wasm that calls wasm of another instance is suspended with it.
await settled(promising(instantiate(inner.run).run)(10, 20));
//> fulfilled 21

// References, many values, and what is collected meanwhile.
const heap = new WebAssembly.Instance(compile(wat`(module
  (type $pair (struct (field i32) (field externref)))
  (type $seven (func (param externref i64 f32 f64 i32 i32 i32 i32 externref i64) (result i32 i64 f32 f64 externref i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "m" "f" (func $f (type $seven)))
  (func (export "run") (type $seven)
    (local $pair (ref $pair)) (local $n i32)
    (local.set $pair (struct.new $pair (i32.const 77) (local.get 0)))
    (call $f (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9))
    (local.set $n)
    (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop)
    (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4)
    (struct.get $pair 1 (local.get $pair))
    (struct.get $pair 0 (local.get $pair)) (local.get $n)
    (i32.const 5) (i32.const 6) (i32.const 7) (i32.const 8) (i32.const 9) (i32.const 10))
  (func (export "litter") (param i32)
    (loop $l (drop (struct.new $pair (i32.const 1) (ref.null extern)))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`), {
  m: {
    f: new Suspending(async (...values) => {
      print(values.map((value) => typeof value === "object" ? value.name : String(value)).join());
      for (let i = 0; i < 10; i++) { heap.litter(200_000); await 0; }
      return [1, 2n, 3, 4, {}, 5, 6, 7, 8, 9, 10, 11, 12];
    }),
  },
}).exports;
const many = await promising(heap.run)({ name: "first" }, 2n, 3.5, 4.5, 5, 6, 7, 8, { name: "last" }, 10n);
print(many.map((value) => typeof value === "object" ? value.name : String(value)).join());
//> first,2,3.5,4.5,5,6,7,8,last,10
//> 1,2,3,4,first,77,12,5,6,7,8,9,10
await settled(promising(new WebAssembly.Instance(compile(wat`(module (import "m" "f" (func $f (result i32 i32))) (export "f" (func $f)))`),
  { m: { f: new Suspending(async () => [1]) } }).exports.f)());
//> rejected TypeError | multi-return length mismatch
attempt(() => promising(new WebAssembly.Instance(compile(wat`(module (func (export "f") (param v128)))`)).exports.f)());
//> TypeError | type incompatibility when transforming from/to JS

// Calls that nobody can resume any more are garbage, with their stacks.
const never = promising(instantiate(new Suspending(() => new Promise(() => {}))).run);
for (let i = 0; i < 25_000; i++) never(1, 2);
print("still here");
//> still here
// Those that somebody can are bounded.
const kept = [];
const keeping = promising(instantiate(new Suspending(() => new Promise((resolve) => kept.push(resolve)))).run);
const all = [];
for (let i = 0; i < 10_001; i++) all.push(keeping(i, 2));
const last = all.pop();
kept.forEach((resolve) => resolve(0));
print(await Promise.all(all).then((values) => values.length), all.length);
await settled(last);
//> 10000 10000
//> rejected RangeError | too many calls are suspended
