// A worker of silk.mjs: draws as long as there is something left to draw.
onmessage = ({ data: { module, memory } }) => {
  const { draw } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  postMessage(draw());
  close();
};
