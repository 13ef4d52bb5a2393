// What goes to another agent, cloned and transferred, and what does not: one line for each kind of value. The columns are what comes of
// it as data of a message, and in a message's list of what is transferred.
const module = new WebAssembly.Module(wat`(module (type $s (struct (field i32))) (func (export "f")) (func (export "trap") unreachable)
  (table (export "table") 1 funcref) (global (export "global") i32 (i32.const 1)) (tag $t (export "tag") (param i32)) (func (export "throw") (throw $t (i32.const 1)))
  (func (export "struct") (result anyref) (struct.new $s (i32.const 1))) (func (export "i31") (result anyref) (ref.i31 (i32.const 1))))`);
const instance = new WebAssembly.Instance(module);
const { exports } = instance;
const shared = () => new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
const kinds = {
  undefined: () => undefined, symbol: () => Symbol("s"), bigint: () => 2n ** 70n, function: () => () => {}, class: () => class {}, "boxed symbol": () => Object(Symbol()),
  arguments: () => (function () { return arguments; })(1), generator: () => (function* () {})(), promise: () => Promise.resolve(), WeakMap: () => new WeakMap(), WeakRef: () => new WeakRef({}),
  iterator: () => [].values(), Proxy: () => new Proxy({}, {}), globalThis: () => globalThis, Math: () => Math, JSON: () => JSON, Atomics: () => Atomics, Reflect: () => Reflect, WebAssembly: () => WebAssembly,
  Date: () => new Date(0), RegExp: () => /x/g, Map: () => new Map(), Error: () => new Error("e", { cause: new TypeError("c") }), EvalError: () => new EvalError("e"), RangeError: () => new RangeError("e"), ReferenceError: () => new ReferenceError("e"),
  SyntaxError: () => new SyntaxError("e"), TypeError: () => new TypeError("e"), URIError: () => new URIError("e"), AggregateError: () => new AggregateError([1], "e"), "subclass of Error": () => new (class Mine extends RangeError {})("m"),
  "cause: function": () => new Error("e", { cause: () => {} }), "cause: self": () => { const e = new Error("e"); e.cause = e; return e; }, "cause: getter": () => Object.defineProperty(new Error("e"), "cause", { get() { return 1; } }),
  SuppressedError: () => new SuppressedError(1, 2, "e"),
  DOMException: () => new DOMException("m", "AbortError"), CompileError: () => new WebAssembly.CompileError("e"), LinkError: () => new WebAssembly.LinkError("e"), RuntimeError: () => new WebAssembly.RuntimeError("e"),
  trap: () => { try { exports.trap(); } catch (e) { return e; } },
  Module: () => module, Instance: () => instance, "instance.exports": () => exports, "an export": () => exports.f, Table: () => exports.table, Global: () => exports.global, "mutable Global": () => new WebAssembly.Global({ value: "i32", mutable: true }),
  Tag: () => exports.tag, Exception: () => new WebAssembly.Exception(exports.tag, [1]), "thrown Exception": () => { try { exports.throw(); } catch (e) { return e; } }, JSTag: () => WebAssembly.JSTag,
  Suspending: () => new WebAssembly.Suspending(() => {}), promising: () => WebAssembly.promising(exports.f), struct: () => exports.struct(), i31: () => exports.i31(),
  Memory: () => new WebAssembly.Memory({ initial: 1 }), "shared Memory": shared, "its buffer": () => shared().buffer, "view of shared": () => new Int32Array(shared().buffer, 8, 2),
  "memory.buffer": () => new WebAssembly.Memory({ initial: 1 }).buffer, "toResizableBuffer": () => new WebAssembly.Memory({ initial: 1, maximum: 2 }).toResizableBuffer(),
  ArrayBuffer: () => new ArrayBuffer(8), SharedArrayBuffer: () => new SharedArrayBuffer(8), growable: () => new SharedArrayBuffer(8, { maxByteLength: 16 }), resizable: () => new ArrayBuffer(8, { maxByteLength: 16 }),
  "out of bounds": () => { const b = new ArrayBuffer(8, { maxByteLength: 16 }); const v = new Uint8Array(b, 4, 4); b.resize(2); return v; }, DataView: () => new DataView(new ArrayBuffer(8), 2),
  MessagePort: () => new MessageChannel().port1, MessageChannel: () => new MessageChannel(), BroadcastChannel: () => { const c = new BroadcastChannel("t"); c.close(); return c; }, 
  "closed port": () => { const { port1 } = new MessageChannel(); port1.close(); return port1; }, "moved port": () => { const { port1 } = new MessageChannel(); structuredClone(0, { transfer: [port1] }); return port1; },
  Event: () => new Event("e"), EventTarget: () => new EventTarget(), AbortSignal: () => AbortSignal.abort(), AbortController: () => new AbortController(),
  Blob: () => new Blob(["a"]), File: () => new File(["a"], "f"), FormData: () => new FormData(), Headers: () => new Headers(), Request: () => new Request("data:,"), Response: () => new Response(), URL: () => new URL("data:,"), URLSearchParams: () => new URLSearchParams(),
  ReadableStream: () => new ReadableStream(), "bytes stream": () => new ReadableStream({ type: "bytes" }), "locked stream": () => { const s = new ReadableStream(); s.getReader(); return s; }, WritableStream: () => new WritableStream(), TransformStream: () => new TransformStream(),
  reader: () => new ReadableStream().getReader(), CompressionStream: () => new CompressionStream("gzip"), TextEncoder: () => new TextEncoder(), TextDecoder: () => new TextDecoder(), TextDecoderStream: () => new TextDecoderStream(),
  "crypto.subtle": () => crypto.subtle, performance: () => performance, crypto: () => crypto, console: () => console, navigator: () => navigator,
};

// An answer from a worker, or here where it throws.
const worker = new Worker(`data:text/javascript,onmessage = ({ data: [what], ports: [port] }) => {
  const told = what instanceof Error ? [what.constructor.name, what.name, String(what.cause)].join(" ") : Object.prototype.toString.call(what);
  port.postMessage(told);
}; onmessageerror = () => postMessage("messageerror")`);
async function sent(value, transfer) {
  const { port1, port2 } = new MessageChannel();
  try {
    worker.postMessage([value], [port2, ...transfer]);
    return await new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); worker.onmessage = ({ data }) => resolve(data); });
  } catch (error) {
    return error.name;
  } finally { port1.close(); }
}
for (const [name, make] of Object.entries(kinds)) {
  const cloned = await sent(make(), []), value = make();
  print(name.padEnd(24), cloned.padEnd(40), await sent(value, [value]));
}
worker.terminate();
//> undefined                [object Undefined]                       TypeError
//> symbol                   DataCloneError                           TypeError
//> bigint                   [object BigInt]                          TypeError
//> function                 DataCloneError                           DataCloneError
//> class                    DataCloneError                           DataCloneError
//> boxed symbol             DataCloneError                           DataCloneError
//> arguments                DataCloneError                           DataCloneError
//> generator                DataCloneError                           DataCloneError
//> promise                  DataCloneError                           DataCloneError
//> WeakMap                  DataCloneError                           DataCloneError
//> WeakRef                  DataCloneError                           DataCloneError
//> iterator                 DataCloneError                           DataCloneError
//> Proxy                    DataCloneError                           DataCloneError
//> globalThis               DataCloneError                           DataCloneError
//> Math                     [object Object]                          DataCloneError
//> JSON                     [object Object]                          DataCloneError
//> Atomics                  [object Object]                          DataCloneError
//> Reflect                  [object Object]                          DataCloneError
//> WebAssembly              DataCloneError                           DataCloneError
//> Date                     [object Date]                            DataCloneError
//> RegExp                   [object RegExp]                          DataCloneError
//> Map                      [object Map]                             DataCloneError
//> Error                    Error Error TypeError: c                 DataCloneError
//> EvalError                EvalError EvalError undefined            DataCloneError
//> RangeError               RangeError RangeError undefined          DataCloneError
//> ReferenceError           ReferenceError ReferenceError undefined  DataCloneError
//> SyntaxError              SyntaxError SyntaxError undefined        DataCloneError
//> TypeError                TypeError TypeError undefined            DataCloneError
//> URIError                 URIError URIError undefined              DataCloneError
//> AggregateError           Error Error undefined                    DataCloneError
//> subclass of Error        RangeError RangeError undefined          DataCloneError
//> cause: function          DataCloneError                           DataCloneError
//> cause: self              Error Error Error: e                     DataCloneError
//> cause: getter            Error Error undefined                    DataCloneError
//> SuppressedError          Error Error undefined                    DataCloneError
//> DOMException             DOMException AbortError undefined        DataCloneError
//> CompileError             Error Error undefined                    DataCloneError
//> LinkError                Error Error undefined                    DataCloneError
//> RuntimeError             Error Error undefined                    DataCloneError
//> trap                     Error Error undefined                    DataCloneError
//> Module                   [object WebAssembly.Module]              DataCloneError
//> Instance                 DataCloneError                           DataCloneError
//> instance.exports         DataCloneError                           DataCloneError
//> an export                DataCloneError                           DataCloneError
//> Table                    DataCloneError                           DataCloneError
//> Global                   DataCloneError                           DataCloneError
//> mutable Global           DataCloneError                           DataCloneError
//> Tag                      DataCloneError                           DataCloneError
//> Exception                DataCloneError                           DataCloneError
//> thrown Exception         DataCloneError                           DataCloneError
//> JSTag                    DataCloneError                           DataCloneError
//> Suspending               DataCloneError                           DataCloneError
//> promising                DataCloneError                           DataCloneError
//> struct                   DataCloneError                           DataCloneError
//> i31                      [object Number]                          TypeError
//> Memory                   DataCloneError                           DataCloneError
//> shared Memory            [object WebAssembly.Memory]              DataCloneError
//> its buffer               [object SharedArrayBuffer]               DataCloneError
//> view of shared           [object Int32Array]                      DataCloneError
//> memory.buffer            [object ArrayBuffer]                     TypeError
//> toResizableBuffer        [object ArrayBuffer]                     TypeError
//> ArrayBuffer              [object ArrayBuffer]                     [object ArrayBuffer]
//> SharedArrayBuffer        [object SharedArrayBuffer]               DataCloneError
//> growable                 [object SharedArrayBuffer]               DataCloneError
//> resizable                [object ArrayBuffer]                     [object ArrayBuffer]
//> out of bounds            DataCloneError                           DataCloneError
//> DataView                 [object DataView]                        DataCloneError
//> MessagePort              DataCloneError                           [object MessagePort]
//> MessageChannel           DataCloneError                           DataCloneError
//> BroadcastChannel         DataCloneError                           DataCloneError
//> closed port              DataCloneError                           DataCloneError
//> moved port               DataCloneError                           DataCloneError
//> Event                    [object Object]                          DataCloneError
//> EventTarget              DataCloneError                           DataCloneError
//> AbortSignal              DataCloneError                           DataCloneError
//> AbortController          [object Object]                          DataCloneError
//> Blob                     [object Blob]                            DataCloneError
//> File                     [object File]                            DataCloneError
//> FormData                 DataCloneError                           DataCloneError
//> Headers                  DataCloneError                           DataCloneError
//> Request                  DataCloneError                           DataCloneError
//> Response                 DataCloneError                           DataCloneError
//> URL                      DataCloneError                           DataCloneError
//> URLSearchParams          DataCloneError                           DataCloneError
//> ReadableStream           DataCloneError                           [object ReadableStream]
//> bytes stream             DataCloneError                           [object ReadableStream]
//> locked stream            DataCloneError                           DataCloneError
//> WritableStream           DataCloneError                           [object WritableStream]
//> TransformStream          DataCloneError                           [object TransformStream]
//> reader                   [object Object]                          DataCloneError
//> CompressionStream        [object Object]                          DataCloneError
//> TextEncoder              DataCloneError                           DataCloneError
//> TextDecoder              DataCloneError                           DataCloneError
//> TextDecoderStream        [object Object]                          DataCloneError
//> crypto.subtle            [object Object]                          DataCloneError
//> performance              DataCloneError                           DataCloneError
//> crypto                   [object Object]                          DataCloneError
//> console                  [object Object]                          DataCloneError
//> navigator                [object Object]                          DataCloneError
