// Conversions of arguments that run scripts, which change what the call is about.
function attempt(name, body) {
  try { print(name, body()); } catch (error) { print(name, error?.name ?? error); }
}
const detach = (buffer) => structuredClone(buffer, { transfer: [buffer] });
const number = (action, value = 1) => ({ valueOf() { action(); return value; } });
const text = (action) => ({ toString() { action(); return "text"; } });

// Tables, globals and memories that change meanwhile.
const table = new WebAssembly.Table({ element: "externref", initial: 1 }, "old");
attempt("table.grow in grow", () => [table.grow(number(() => table.grow(2)), "new"), table.length, table.get(3)].join());
attempt("table.grow in set", () => { table.set(number(() => table.grow(1), table.length), "there"); return table.get(4); });
attempt("table.grow in get", () => table.get(number(() => table.grow(1), table.length)));
const global = new WebAssembly.Global({ value: "i32", mutable: true });
attempt("global.value in value", () => { global.value = number(() => { global.value = 5; }, 6); return global.value; });
const memory = new WebAssembly.Memory({ initial: 1, maximum: 9 });
attempt("memory.grow in grow", () => [memory.grow(number(() => memory.grow(1))), memory.buffer.byteLength / 65536].join());
attempt("descriptor that throws", () => new WebAssembly.Memory({ initial: 1, get maximum() { throw new EvalError(); } }));
attempt("parameters without end", () => { let count = 0; return new WebAssembly.Tag({ parameters: { *[Symbol.iterator]() { for (;;) yield "i32"; } } }); });
attempt("parameters that grow", () => {
  const parameters = ["i32"];
  return new WebAssembly.Tag({ parameters: { *[Symbol.iterator]() { for (let i = 0; i < 1000; i++) yield parameters[0]; } } }) instanceof WebAssembly.Tag;
});


// Calls of wasm whose arguments and results are converted by scripts that call it again.
// (module (import "m" "f" (func $f (param i32) (result i32))) (import "m" "memory" (memory 0))
//   (func (export "run") (param i32) (result i32) (call $f (local.get 0))))
const bytes = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 2, 19, 2, 1, 109, 1, 102, 0, 0, 1, 109, 6, 109, 101, 109, 111, 114, 121, 2, 0, 0,
  3, 2, 1, 0, 7, 7, 1, 3, 114, 117, 110, 0, 1, 10, 8, 1, 6, 0, 32, 0, 16, 0, 11]);
let depth = 0;
const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
  m: { memory, f: (n) => number(() => { memory.grow(0); if (depth++ < 50) run(number(() => {}, n)); }, n + 1) },
}).exports;
attempt("calls in conversions", () => [run(41), depth].join());
attempt("throws in an argument", () => run(number(() => { throw new EvalError(); })));
attempt("calls without end", () => { const again = () => run(number(again)); return again(); });
attempt("getters that instantiate", () => {
  let count = 0;
  const module = new WebAssembly.Module(bytes);
  const imports = { get m() { if (count++ < 20) new WebAssembly.Instance(module, imports); return { memory, f() {} }; } };
  return [new WebAssembly.Instance(module, imports).exports.run(0), count].join();
});
attempt("import that lies about itself", () => {
  let count = 0;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { memory, get f() { return count++ === 0 ? () => 7 : 0; } } }).exports.run(0);
});

// Buffers that are detached between the conversions of arguments.
attempt("decode", () => { const view = new Uint8Array([65]); return new TextDecoder().decode(view, { get stream() { detach(view.buffer); return false; } }); });
attempt("encodeInto", () => { const view = new Uint8Array(4); return JSON.stringify(new TextEncoder().encodeInto(text(() => detach(view.buffer)), view)); });
attempt("Blob", () => { const view = new Uint8Array(4); return new Blob({ *[Symbol.iterator]() { yield view; detach(view.buffer); yield "a"; } }).size; });
attempt("slice of a Blob", () => new Blob(["text"]).slice(number(() => {}, 1), number(() => {}, 3)).size);
attempt("structuredClone", () => { const buffer = new ArrayBuffer(4); return structuredClone({ get a() { detach(buffer); return 1; } }, { transfer: [buffer] }); });
attempt("structuredClone that shrinks", () => {
  const buffer = new ArrayBuffer(8, { maxByteLength: 8 }), view = new Uint8Array(buffer, 4);
  return structuredClone({ get a() { buffer.resize(2); return 1; }, view }).view.length;
});
attempt("structuredClone that deletes", () => { const object = { get a() { delete object.b; return 1; }, b: 2 }; return JSON.stringify(structuredClone(object)); });
attempt("structuredClone of a Map", () => { const map = new Map([[1, { get a() { map.clear(); return 1; } }], [2, 3]]); return structuredClone(map).size; });
attempt("Atomics.wait", () => { const view = new Int32Array(new ArrayBuffer(8)); return Atomics.wait(view, 0, 0, 0); });
attempt("customSections", () => WebAssembly.Module.customSections(new WebAssembly.Module(bytes), text(() => detach(bytes.buffer))).length);

// Lists that change while they are gone through.
attempt("parameters.forEach", () => { const seen = [], list = new URLSearchParams("a=1&b=2&c=3"); list.forEach((value, name) => { seen.push(name); list.delete(name); }); return seen.join(); });
attempt("headers", () => { const seen = [], headers = new Headers({ a: "1", b: "2" }); for (const [name] of headers) { seen.push(name); if (seen.length < 9) headers.append(`z${seen.length}`, "1"); } return seen.length; });
attempt("listeners", () => {
  const target = new EventTarget(), seen = [];
  const listener = { handleEvent() { seen.push("first"); target.removeEventListener("a", second); target.addEventListener("a", () => seen.push("third")); } };
  const second = () => seen.push("second");
  target.addEventListener("a", listener);
  target.addEventListener("a", second);
  target.dispatchEvent(new Event("a"));
  return seen.join();
});
attempt("dispatched again", () => {
  const target = new EventTarget(), seen = [];
  target.addEventListener("a", (event) => { try { target.dispatchEvent(event); } catch (error) { seen.push(error.name); } });
  target.dispatchEvent(new Event("a"));
  return seen.join();
});
attempt("aborted while aborting", () => {
  const controller = new AbortController(), seen = [];
  controller.signal.onabort = () => { seen.push(controller.signal.reason); controller.abort("again"); };
  controller.abort("once");
  return [seen, controller.signal.reason].join();
});
attempt("a stream closed while it is read", () => {
  let kept;
  const stream = new ReadableStream({ pull(controller) { kept = controller; controller.enqueue(1); controller.close(); } }, { size() { kept?.error(new EvalError()); return 1; } });
  return typeof stream.getReader().read();
});
//> table.grow in grow 3,4,new
//> table.grow in set there
//> table.grow in get undefined
//> global.value in value 6
//> memory.grow in grow 2,3
//> descriptor that throws EvalError
//> parameters without end TypeError
//> parameters that grow true
//> calls in conversions 42,51
//> throws in an argument EvalError
//> calls without end RangeError
//> getters that instantiate 0,42
//> import that lies about itself 7
//> decode 
//> encodeInto {"read":0,"written":0}
//> Blob 1
//> slice of a Blob 2
//> structuredClone DataCloneError
//> structuredClone that shrinks DataCloneError
//> structuredClone that deletes {"a":1}
//> structuredClone of a Map 2
//> Atomics.wait TypeError
//> customSections 0
//> parameters.forEach a,c
//> headers 10
//> listeners first
//> dispatched again InvalidStateError
//> aborted while aborting once,once
//> a stream closed while it is read object
