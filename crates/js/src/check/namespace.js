// Does what bytes say with the `WebAssembly` namespace and what is near it: `run(bytes, modules, fault)`. Every byte draws from what there is, and
// where there are no more the first of it is drawn, so every program ends. Values that were made are drawn again as receivers and arguments;
// getters, conversions, traps of proxies and callbacks go on with the program from within a call.
//
// An exception has to be one that a program may see. `fault` is told of any other, and of memories whose buffers are not over their bytes.
(bytes, modules, fault) => {
  "use strict";
  const { apply, construct, get, set, ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
  const { Object, Promise, Proxy, Symbol, Uint8Array, WebAssembly, queueMicrotask, setTimeout, structuredClone } = globalThis;
  const { iterator, toPrimitive } = Symbol;
  const bufferOf = getOwnPropertyDescriptor(WebAssembly.Memory.prototype, "buffer").get;
  const grow = WebAssembly.Memory.prototype.grow;
  const lengthOf = getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength").get;
  const then = Promise.prototype.then;
  // What scripts of the program throw.
  const ours = { ours: true };

  let at = 0, depth = 0;
  const draw = (count) => (at < bytes.length ? bytes[at++] % count : 0);
  const isOver = () => at >= bytes.length;

  const isObject = (it) => (typeof it === "object" && it !== null) || typeof it === "function";
  const pool = [];
  function keep(value) {
    pool[pool.length < 64 ? pool.length : draw(64)] = value;
    return value;
  }
  const pick = () => pool[draw(pool.length)];

  function look(error) {
    if (error === ours) return;
    if (!isObject(error)) return;
    let name, message;
    try {
      name = `${error.name}`;
      message = `${error.message}`;
    } catch { return; }
    if (name === "InternalError" && !/memory|stack|interrupted/.test(message)) fault(`${name}: ${message}`);
    // Most are alike.
    if (draw(8) === 1) keep(error);
  }
  function attempt(body) {
    try {
      const made = body();
      if (isObject(made)) keep(made);
    } catch (error) { look(error); }
  }
  // Something that is an instance, if there is one.
  function instance(type) {
    const known = [];
    for (let i = 0; i < pool.length; i++) {
      try { if (pool[i] instanceof type) known[known.length] = pool[i]; } catch { /* It is a proxy's. */ }
    }
    return known[draw(known.length || 1)];
  }

  const classes = [
    WebAssembly.Module, WebAssembly.Instance, WebAssembly.Memory, WebAssembly.Table, WebAssembly.Global, WebAssembly.Tag, WebAssembly.Exception,
    WebAssembly.CompileError, WebAssembly.RuntimeError, ArrayBuffer, SharedArrayBuffer, DataView, Uint8Array, Int32Array, BigInt64Array, Float64Array,
    MessageChannel, MessagePort, AbortController, DOMException, Blob, Response, ReadableStream, TextDecoder,
  ];
  // Functions, with what they are for.
  const members = [];
  for (const object of [WebAssembly, Atomics, getPrototypeOf(Uint8Array), ...classes, ...classes.map((type) => type.prototype), getPrototypeOf(Uint8Array).prototype]) {
    for (const name of ownKeys(object)) {
      const property = getOwnPropertyDescriptor(object, name);
      // A wait would only take time.
      if (object === Atomics && name === "wait") continue;
      for (const member of [property.value, property.get, property.set]) if (typeof member === "function") members.push({ member, type: typeof object === "function" ? undefined : object.constructor });
    }
  }
  members.push({ member: structuredClone, type: undefined });

  const numbers = [0, -0, 1, -1, 2, 3, 16, 255, 65535, 65536, 65537, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32 - 1, 2 ** 32, 2 ** 53, -(2 ** 53), 0.5, NaN, Infinity, -Infinity];
  const integers = [0n, 1n, -1n, 2n ** 31n, 2n ** 32n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), 2n ** 64n, 1n << 200n];
  const texts = ["i32", "i64", "f32", "f64", "v128", "anyfunc", "externref", "", "a", "m", "f", "js-string", "wasm:js-string", "gzip", "\ud800", "x".repeat(300), "0", "-1"];
  const keys = [
    "initial", "maximum", "shared", "address", "value", "mutable", "element", "parameters", "builtins", "importedStringConstants", "traceStack", "transfer", "length", "constructor",
    "prototype", "a", "m", "f", "then", "buffer", "maxByteLength", "name", "stack", "message", "0", "1", iterator, toPrimitive, Symbol.toStringTag, Symbol.species,
  ];

  // Goes on with the program from within whatever has called.
  function act() {
    if (depth >= 4 || isOver()) return;
    if (draw(8) === 1) throw ours;
    depth++;
    try { step(); } finally { depth--; }
  }
  const callback = () => function (...given) {
    for (let i = 0; i < given.length && i < 3; i++) keep(given[i]);
    act();
    return value();
  };

  // A descriptor, the imports of a module, or options: with plain members, and some that run something.
  function dictionary() {
    const object = draw(2) === 0 ? {} : { __proto__: null };
    for (let count = draw(5); count > 0; count--) {
      const key = keys[draw(keys.length)];
      const made = draw(4) === 1 ? { get() { act(); return value(); } } : { value: draw(3) === 1 ? dictionary() : value(), writable: true };
      Object.defineProperty(object, key, { __proto__: null, enumerable: true, configurable: true, ...made });
    }
    return object;
  }
  // The imports that modules ask for.
  function imports() {
    const m = { f: callback(), g: callback() };
    for (const [name, type, make] of [["m", WebAssembly.Memory, () => new WebAssembly.Memory({ initial: 1, maximum: 4, shared: draw(2) === 1 })],
      ["t", WebAssembly.Table, () => new WebAssembly.Table({ element: "anyfunc", initial: 2, maximum: 9 })],
      ["v", WebAssembly.Global, () => new WebAssembly.Global({ value: "i32", mutable: true }, 1)],
      ["e", WebAssembly.Tag, () => new WebAssembly.Tag({ parameters: ["i32", "externref"] })]]) {
      const known = draw(2) === 1 ? instance(type) : undefined;
      m[name] = draw(8) === 1 ? value() : known ?? make();
    }
    return draw(8) === 1 ? new Proxy({ m }, handler()) : { m };
  }
  function handler() {
    const traps = {};
    for (const name of ownKeys(Reflect)) {
      if (typeof Reflect[name] !== "function") continue;
      const usual = Reflect[name];
      traps[name] = (...given) => { act(); return draw(8) === 1 ? value() : apply(usual, undefined, given); };
    }
    // QuickJS compares each key with every other, which for those of a large array takes minutes.
    const { ownKeys: all } = traps;
    traps.ownKeys = (target) => {
      const found = all(target);
      if (found?.length > 4096) throw ours;
      return found;
    };
    return traps;
  }

  function value() {
    switch (draw(18)) {
      case 1: return draw(256);
      case 2: return numbers[draw(numbers.length)];
      case 3: return integers[draw(integers.length)];
      case 4: return texts[draw(texts.length)];
      case 5: return dictionary();
      case 6: return { valueOf() { act(); return value(); }, toString() { act(); return texts[draw(texts.length)]; } };
      case 7: {
        const target = pick();
        return new Proxy(isObject(target) ? target : {}, handler());
      }
      case 8: return { *[iterator]() { for (let count = draw(6); count > 0; count--) { act(); yield value(); } } };
      case 9: return callback();
      case 10: return [undefined, null, true, false, Symbol.iterator][draw(5)];
      case 11: return modules[draw(modules.length)];
      case 12: return damaged();
      case 13: return imports();
      case 14: return [value(), value()];
      default: return pick();
    }
  }
  function args() {
    const list = [];
    for (let count = draw(5); count > 0; count--) list.push(value());
    return list;
  }
  // What suits the first classes.
  const suited = [
    () => [damaged()],
    () => [instance(WebAssembly.Module), imports()],
    () => [{ initial: draw(3), maximum: 3 + draw(3), shared: draw(3) === 1, address: draw(8) === 1 ? "i64" : "i32" }],
    () => [{ initial: draw(3), maximum: 3 + draw(3), element: draw(2) === 1 ? "externref" : "anyfunc" }, value()],
    () => [{ value: texts[draw(7)], mutable: draw(2) === 1 }, value()],
    () => [{ parameters: ["i32", "externref"].slice(draw(3)) }],
    () => [instance(WebAssembly.Tag), [draw(256), value()].slice(0, draw(3)), { traceStack: draw(2) === 1 }],
  ];
  // The bytes of a module with some of them changed, in one kind of buffer or another.
  function damaged() {
    const copy = modules[draw(modules.length)].slice();
    for (let count = draw(4); count > 0; count--) copy[draw(256) % copy.length] = draw(256);
    if (draw(4) === 1) {
      const shared = new Uint8Array(new SharedArrayBuffer(copy.length));
      shared.set(copy);
      return shared;
    }
    return draw(4) === 1 ? copy.buffer : copy;
  }

  let worker;
  // Another agent, which sends back what it gets, and keeps it.
  function send(message, transfer) {
    worker ??= new Worker("data:text/javascript,const kept = []; onmessage = ({ data }) => { kept[kept.length % 16] = data; try { data.grow?.(1); } catch {} try { postMessage(data); } catch (e) { postMessage(String(e)); } }");
    worker.onmessage = ({ data }) => { keep(data); act(); };
    worker.postMessage(message, transfer);
  }

  function step() {
    switch (draw(14)) {
      case 0: case 1: return attempt(() => construct(classes[draw(classes.length)], args(), draw(8) === 1 ? value() : classes[draw(classes.length)]));
      case 2: return attempt(() => { const which = draw(suited.length); return construct(classes[which], suited[which]()); });
      case 3: case 4: return attempt(() => {
        const { member, type } = members[(draw(256) * 256 + draw(256)) % members.length];
        const receiver = type === undefined || draw(4) === 1 ? value() : instance(type);
        return apply(member, receiver, args());
      });
      case 5: return attempt(() => { const object = value(); const names = ownKeys(object); return get(object, names[draw(names.length)]); });
      case 6: return attempt(() => { const f = pick(); return typeof f === "function" ? apply(f, value(), args()) : get(f, keys[draw(keys.length)]); });
      case 7: return attempt(() => set(value(), keys[draw(keys.length)], value()));
      case 8: return attempt(() => new WebAssembly.Instance(new WebAssembly.Module(modules[draw(modules.length)]), imports()).exports);
      case 9: return attempt(() => {
        const promise = draw(2) === 0 ? WebAssembly.instantiate(value(), imports(), value()) : WebAssembly.compile(damaged(), value());
        return apply(then, promise, [(made) => { keep(made); act(); }, look]);
      });
      case 10: return attempt(() => structuredClone(value(), draw(2) === 1 ? { transfer: [value()] } : undefined));
      case 11: return attempt(() => { if (draw(4) === 1) send(value(), draw(2) === 1 ? [value()] : undefined); });
      case 12: return attempt(() => (draw(2) === 0 ? queueMicrotask : setTimeout)(() => { try { act(); } catch (error) { look(error); } }));
      default: return attempt(() => {
        const memory = instance(WebAssembly.Memory) ?? new WebAssembly.Memory({ initial: draw(3), maximum: 3 + draw(3), shared: draw(3) === 1 });
        return draw(2) === 0 ? memory.buffer : draw(2) === 0 ? memory.toResizableBuffer() : new Uint8Array(memory.buffer);
      });
    }
  }

  // A memory's buffer is over all of it.
  function verify() {
    for (let i = 0; i < pool.length; i++) {
      let buffer, count, length;
      try {
        // This detaches the buffer that there is.
        count = apply(grow, pool[i], [0]);
        buffer = apply(bufferOf, pool[i], []);
        length = apply(lengthOf, buffer, []);
      } catch { continue; }
      if (BigInt(length) !== BigInt(count) * 65536n) fault(`a memory of ${count} pages has a buffer of ${length} bytes`);
    }
  }

  addEventListener("error", (event) => { event.preventDefault(); look(event.error); });
  addEventListener("unhandledrejection", (event) => { event.preventDefault(); look(event.reason); });
  keep(WebAssembly);
  keep(WebAssembly.Memory.prototype);
  while (!isOver()) {
    try { step(); } catch (error) { look(error); }
  }
  verify();
  setTimeout(verify);
}
