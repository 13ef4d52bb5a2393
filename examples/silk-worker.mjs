// A worker of silk.mjs: draws as long as there is something left to draw.
import { parentPort } from "node:worker_threads";

parentPort.once("message", ({ module, memory }) => {
  const { draw } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  parentPort.postMessage(draw());
});
