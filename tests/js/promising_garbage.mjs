// While calls are suspended, what nothing can reach is let go of all the same: the store that this runs in has room for few of anything.
const { promising, Suspending } = WebAssembly;
const TURNS = 3000;
const module = new WebAssembly.Module(wat`(module
  (import "m" "wait" (func $wait (param externref) (result externref)))
  (import "m" "look" (func $look (param externref) (result i32)))
  (type $box (struct (field externref)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\2a")
  (func (export "run") (param $value externref) (result i32)
    (local $box (ref $box))
    (local.set $box (struct.new $box (local.get $value)))
    (local.set $value (call $wait (local.get $value)))
    (i32.add
      (i32.load (call $look (local.get $value)))
      (call $look (struct.get $box 0 (local.get $box))))))`);
const instantiate = (wait) =>
  promising(new WebAssembly.Instance(module, { m: { wait: new Suspending(wait), look: (value) => value.number } }).exports.run);

// One call waits all the time; nothing else leads to its instance, its import, or the values in its frame.
let resolve;
const waiting = (() => instantiate(() => new Promise((it) => resolve = it))({ number: 1000 }))();
for (let turn = 0; turn < TURNS; turn++) new WebAssembly.Instance(module, { m: { wait() {}, look() { return module; } } });
print("instances");
//> instances
// Others begin and end meanwhile.
for (let turn = 0; turn < TURNS / 10; turn++) {
  const result = await instantiate(async () => ({ number: 0 }))({ number: turn });
  if (result !== 42 + turn) print(turn, result);
}
print("calls");
//> calls
resolve({ number: 0 });
print(await waiting);
//> 1042

// Nobody but the frame itself leads to the function that could resume it.
for (let turn = 0; turn < TURNS; turn++) {
  const holder = { number: turn };
  holder.again = instantiate(() => new Promise((resolve) => holder.resolve = resolve))(holder);
}
print("circles");
//> circles
// Here the program does.
const kept = [];
for (let turn = 0; turn < 30; turn++) {
  const holder = { number: turn };
  const result = instantiate(() => new Promise((resolve) => holder.resolve = resolve))(holder);
  kept.push({ resolve: holder.resolve, result });
}
for (let turn = 0; turn < TURNS; turn++) new WebAssembly.Instance(module, { m: { wait() {}, look() { return kept; } } });
let right = 0;
for (const [turn, { resolve, result }] of kept.entries()) {
  resolve({ number: 0 });
  right += await result === 42 + turn;
}
print(right);
//> 30
