// The identity of a worker, which nobody has started.
console.log(typeof read, typeof print, typeof quit, typeof scriptArgs, typeof importScripts, typeof postMessage);
//> undefined undefined undefined undefined function function
console.log(self instanceof DedicatedWorkerGlobalScope, self instanceof WorkerGlobalScope, self instanceof EventTarget, name === "");
//> true true true true
console.log(location.protocol, location.pathname.endsWith("/as_worker.js"), String(location) === location.href, location.origin);
//> file: true true null
console.log(crossOriginIsolated, typeof Worker, typeof setTimeout, typeof console.log, onmessage);
//> true function function function null
importScripts("workers/whole.js");
//> loaded
postMessage("nobody");
try { new WorkerGlobalScope(); } catch (error) { console.log(error.message); }
//> Illegal constructor
onmessage = () => {};
addEventListener("message", ({ data }) => console.log(data));
dispatchEvent(new MessageEvent("message", { data: "to itself" }));
//> to itself
setTimeout(() => console.log("never"), 1);
close();
