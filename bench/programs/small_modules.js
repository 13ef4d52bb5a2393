// What a small module costs from JavaScript, in microseconds: compiling it, an instance of it, and its first call. No two modules are the
// same, so nothing is shared but the runtime. `weft run bench/programs/small_modules.js`, and the same with `node`.
const say = typeof print === "function" ? print : console.log;
const bytes = (text) => [text.length, ...[...text].map((char) => char.charCodeAt(0))];
const list = (items) => [items.length, ...items.flat()];
const section = (id, content) => [id, content.length, ...content];
const body = (code) => [code.length + 2, 0, ...code, 0x0b];
const number = (value) => [value & 127 | 128, value >> 7 & 127 | 128, value >> 14 & 127 | 128, value >> 21 & 63];
/// (i32.add (local.get 0) (i32.const value))
const plus = (value) => body([0x20, 0, 0x41, ...number(value), 0x6a]);
const names = ["first", "second", "third", "fourth", "fifth", "sixth"];
const start = [
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, list([[0x60, 0, 0], [0x60, 1, 0x7f, 1, 0x7f]])),
  ...section(2, list([[...bytes("host"), ...bytes("function"), 0, 0]])),
  ...section(3, [names.length, ...names.map(() => 1)]),
  ...section(7, list(names.map((name, index) => [...bytes(name), 0, index + 1]))),
];
const imports = { host: { function() {} } };
let serial = 0;
function fresh() {
  serial++;
  return new Uint8Array([...start, ...section(10, list(names.map((_, index) => plus(8 * serial + index))))]);
}

const best = new Map();
function measure(name, items, run) {
  const start = performance.now();
  const results = items.map(run);
  const took = (performance.now() - start) * 1000 / items.length;
  best.set(name, Math.min(best.get(name) ?? Infinity, took));
  return results;
}
for (let round = 0; round < 20; round++) {
  const binaries = Array.from({ length: 100 }, fresh);
  const modules = measure("new WebAssembly.Module", binaries, (binary) => new WebAssembly.Module(binary));
  const instances = measure("new WebAssembly.Instance", modules, (module) => new WebAssembly.Instance(module, imports));
  measure("first call", instances, ({ exports }) => exports.first(1));
  measure("module and instance, dropped", binaries.map(fresh), (binary) => void new WebAssembly.Instance(new WebAssembly.Module(binary), imports));
  measure("all three, dropped", binaries.map(fresh), (binary) => void new WebAssembly.Instance(new WebAssembly.Module(binary), imports).exports.first(1));
}
say(`a module of ${fresh().length} bytes:`);
for (const [name, took] of best) say(`${name.padEnd(32)} ${took.toFixed(1).padStart(8)} us`);
