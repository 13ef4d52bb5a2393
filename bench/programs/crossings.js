// What crossing between JavaScript and wasm costs, beside a call from JavaScript to C: the best of many short runs, so that other programs
// disturb little. `weft run bench/programs/crossings.js`, or with any other runtime that has `print` or `console`.
const say = typeof print === "function" ? print : console.log;
const bytes = (text) => [text.length, ...[...text].map((char) => char.charCodeAt(0))];
const list = (items) => [items.length, ...items.flat()];
const section = (id, content) => [id, content.length, ...content];
const body = (code) => [code.length + 2, 0, ...code, 0x0b];
// (loop (call …) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
const loop = (call) => [0x03, 0x40, ...call, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b];
const binary = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, list([[0x60, 0, 0], [0x60, 2, 0x7f, 0x7f, 1, 0x7f], [0x60, 1, 0x7f, 0]])),
  ...section(2, list([[...bytes("m"), ...bytes("f"), 0, 0], [...bytes("m"), ...bytes("g"), 0, 1]])),
  ...section(3, [4, 0, 1, 2, 2]),
  ...section(7, list(["nop", "add", "f", "g"].map((name, index) => [...bytes(name), 0, index + 2]))),
  ...section(10, list([
    body([]),
    body([0x20, 0, 0x20, 1, 0x6a]),
    body(loop([0x10, 0])),
    body(loop([0x41, 1, 0x41, 2, 0x10, 1, 0x1a])),
  ])),
]);
const imports = { m: { f() {}, g(a) { return a; } } };
const { nop, add, f, g } = new WebAssembly.Instance(new WebAssembly.Module(binary), imports).exports;

/// Nanoseconds for each of `count` turns of `run`.
function measure(count, run) {
  let best = Infinity;
  for (let round = 0; round < 60; round++) {
    const start = performance.now();
    run(count);
    best = Math.min(best, performance.now() - start);
  }
  return best / count * 1e6;
}
const turn = measure(10000, (n) => { for (let i = 0; i < n; i++); });
const abs = Math.abs, imul = Math.imul;
const c0 = measure(10000, (n) => { for (let i = 0; i < n; i++) abs(1); }) - turn;
const c2 = measure(10000, (n) => { for (let i = 0; i < n; i++) imul(1, 2); }) - turn;
const map = measure(5000, (n) => { for (let i = 0; i < n; i++) new Map(); }) - turn;
function row(name, took, beside, what) {
  say(`${name.padEnd(32)} ${took.toFixed(0).padStart(8)} ns   ${(took / beside).toFixed(2)} x ${what}`);
}
row("JavaScript to C, abs(1)", c0, c0, "itself");
row("JavaScript to wasm, nop()", measure(10000, (n) => { for (let i = 0; i < n; i++) nop(); }) - turn, c0, "abs(1)");
row("JavaScript to wasm, add(1, 2)", measure(10000, (n) => { for (let i = 0; i < n; i++) add(1, 2); }) - turn, c2, "imul(1, 2)");
row("wasm to JavaScript, f()", measure(10000, f), c0, "abs(1)");
row("wasm to JavaScript, g(1, 2)", measure(10000, g), c2, "imul(1, 2)");
const descriptor = { value: "i32", mutable: true };
row("new WebAssembly.Global", measure(5000, (n) => { for (let i = 0; i < n; i++) new WebAssembly.Global(descriptor, 1); }) - turn, map, "new Map");
