// A thread of a program in wasm: its module and memory come by message.
onmessage = ({ data: { module, memory, port, index } }) => {
  const { add, wait } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  for (let i = 0; i < 1000; i++) add();
  const words = new Int32Array(memory.buffer);
  port.postMessage(["ready", index, memory instanceof WebAssembly.Memory, Object.isFrozen(memory.buffer)]);
  port.postMessage(["woken", index, wait(), Atomics.load(words, 2)]);
  port.close();
};
