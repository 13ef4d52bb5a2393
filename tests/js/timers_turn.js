// Messages that never end keep no timer waiting.
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => port2.postMessage(0);
port2.postMessage(0);
const worker = new Worker("data:,for (;;) postMessage(0)");
worker.onmessage = () => {};
setTimeout(() => {
  port1.close();
  worker.terminate();
  print("its turn");
}, 5);
//> its turn
