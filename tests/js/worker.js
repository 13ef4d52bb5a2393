// Workers: messages both ways, errors, names, kinds, and their ends. Each part begins when the one before it has ended.
"use strict";
const next = [];
const done = () => (next.shift() ?? (() => {}))();
const folder = "workers/";
const listen = (worker, name) => {
  worker.onerror = (event) => { print(name, "error:", event.message, event.lineno, event.error, event.cancelable); event.preventDefault(); done(); };
  return worker;
};

const echo = listen(new Worker(folder + "echo.js", { name: "echo" }), "echo");
print(Object.prototype.toString.call(echo), echo instanceof EventTarget, Worker.length);
//> [object Worker] true 1
echo.onmessage = ({ data }) => { print(data.name, data.data, data.ports); done(); };
echo.postMessage("hello");
//> echo hello 0
next.push(() => echo.postMessage("with a port", [new MessageChannel().port1]));
//> echo with a port 1
next.push(() => echo.postMessage("throw"));
//> echo error: Uncaught RangeError: thrown in the worker 4 null true
next.push(() => echo.postMessage("still here"));
//> echo still here 0
next.push(() => echo.postMessage("reject"));
//> echo error: Uncaught TypeError: rejected in the worker 5 null true
next.push(() => { echo.postMessage("close"); echo.postMessage("never answered"); module(); });

function module() {
  const worker = listen(new Worker(new URL_(folder + "module.mjs"), { type: "module" }), "module");
  worker.postMessage("early");
  worker.onmessage = ({ data }) => {
    print(data);
    if (Array.isArray(data)) scripts();
  };
}
//> TypeError: Failed to execute 'importScripts' on 'WorkerGlobalScope': Module scripts don't support importScripts().
//> 42,true,undefined,early
// What has a string, as URL objects do.
function URL_(path) { this.toString = () => path; }

function scripts() {
  listen(new Worker(folder + "scripts.js"), "scripts").onmessage = ({ data }) => { print(data); nested(); };
}
//> NetworkError,2

function nested() {
  listen(new Worker(folder + "nested.js"), "nested").onmessage = ({ data: [how, what] }) => { print(how, what.name, what.data); data(); };
}
//> through inner down

function data() {
  const worker = listen(new Worker("data:text/javascript,postMessage([location.href.length, location.protocol, self === globalThis])"), "data");
  worker.onmessage = ({ data }) => { print(data); blob(); };
}
//> 96,data:,true

function blob() {
  const url = URL.createObjectURL(new Blob(["postMessage([location.protocol, navigator.hardwareConcurrency > 0, typeof fetch])"]));
  listen(new Worker(url), "blob").onmessage = ({ data }) => { print(data); URL.revokeObjectURL(url); failing(); };
}
//> blob:,true,function

function failing() {
  let left = 3;
  const failed = (what) => (event) => {
    event.preventDefault();
    print(what, event.constructor.name, event.message?.split(":").slice(0, 2).join(":"));
    if (--left === 0) threads();
  };
  const missing = new Worker(folder + "nothing.js");
  missing.onerror = (event) => {
    failed("missing")(event);
    const wrong = new Worker("data:,this is no script");
    wrong.onerror = (event) => {
      failed("wrong")(event);
      new Worker("data:,await 0;throw 1", { type: "module" }).onerror = failed("module");
    };
  };
  for (const [url, options] of [[folder, { type: "other" }], ["data:,", 5], [Symbol(), {}]]) {
    try { new Worker(url, options); print("started"); } catch (error) { print(error.name, "|", error.message); }
  }
  try { Worker(folder); } catch (error) { print(error.name); }
  try { new Worker(); } catch (error) { print(error.message); }
}
//> TypeError | Failed to construct 'Worker': The provided value 'other' is not a valid enum value of type WorkerType.
//> TypeError | Failed to construct 'Worker': The provided value is not an object.
//> TypeError | cannot convert symbol to string
//> TypeError
//> Failed to construct 'Worker': 1 argument required, but only 0 present.
//> missing Event undefined
//> wrong ErrorEvent Uncaught SyntaxError: expecting ';'
//> module ErrorEvent Uncaught 1

// One memory, one module and one wait queue for all: wasm in workers, and scripts here.
function threads() {
  const module = new WebAssembly.Module(wat`(module
    (import "env" "memory" (memory 1 2 shared))
    (func (export "add") (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))
    (func (export "wait") (result i32) (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const -1))))`);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
  const words = new Int32Array(memory.buffer);
  const lines = [];
  const workers = [];
  let ready = 0, closed = 0;
  for (let index = 0; index < 3; index++) {
    const { port1, port2 } = new MessageChannel();
    const worker = listen(new Worker(folder + "threads.js"), "thread");
    workers.push(worker);
    worker.postMessage({ module, memory, port: port2, index }, [port2]);
    port1.onmessage = ({ data }) => {
      lines.push(data.join(" "));
      if (data[0] === "ready" && ++ready === 3) wake();
    };
    port1.onclose = () => {
      if (++closed < 3) return;
      for (const line of lines.sort()) print(line);
      print(words[0]);
      for (const worker of workers) worker.terminate();
      ended();
    };
  }
  function wake() {
    memory.grow(1);
    words[2] = 7;
    // They may not wait yet.
    let woken = 0;
    const wakeRest = () => { woken += Atomics.notify(words, 1); if (woken < 3) setTimeout(wakeRest, 1); };
    wakeRest();
  }
}
//> ready 0 true true
//> ready 1 true true
//> ready 2 true true
//> woken 0 0 7
//> woken 1 0 7
//> woken 2 0 7
//> 3000

// What ends without an end of its own: the program is over when all agents only wait for each other.
function ended() {
  const idle = new Worker("data:,onmessage = () => {}; new BroadcastChannel('b').onmessage = () => {}; Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0)");
  idle.onmessage = () => {};
  new Worker("data:,for (;;);").terminate();
  const looping = new Worker("data:,postMessage('looping'); for (;;);");
  looping.onmessage = ({ data }) => { print(data); looping.terminate(); looping.terminate(); looping.postMessage("nobody"); };
}
//> looping
