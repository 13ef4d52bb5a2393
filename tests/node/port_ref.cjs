// A port that is referenced keeps a program going, also before anybody listens to it.
const { MessageChannel, Worker } = require("worker_threads");
const { port1 } = new MessageChannel();
const worker = new Worker('setTimeout(() => require("worker_threads").parentPort.postMessage("from a worker without reference"), 20)', { eval: true });
worker.on("message", (text) => {
  console.log(text);
  port1.unref();
});
worker.unref();
port1.ref();
port1.ref();
