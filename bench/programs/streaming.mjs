// How long a module is still waited for after its last byte, against how long one takes that is there already:
//     weft --no-cache bench/programs/streaming.mjs FILE.wasm [SECONDS]
// The bytes come in pieces of 64 KiB over that time, as from a slow server.
const [file, seconds = "2"] = arguments;
const bytes = new Uint8Array(readbuffer(file));
const piece = 65536, count = Math.ceil(bytes.length / piece);
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const once = async (compile) => {
  const start = performance.now();
  await compile();
  return performance.now() - start;
};

let last;
const slowly = () => {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      await wait((1000 * seconds) / count);
      controller.enqueue(bytes.slice(at, (at += piece)));
      if (at < bytes.length) return;
      last = performance.now();
      controller.close();
    },
  }, { highWaterMark: 0 });
};

// A first compilation starts what is started once.
await WebAssembly.compile(bytes);
const whole = [], after = [];
for (let i = 0; i < 5; i++) {
  whole.push(await once(() => WebAssembly.compile(bytes)));
  await WebAssembly.compileStreaming(new Response(slowly(), { headers: { "content-type": "application/wasm" } }));
  after.push(performance.now() - last);
}
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
console.log(`${bytes.length} bytes: compile ${median(whole).toFixed(2)} ms; after the last byte ${median(after).toFixed(2)} ms, ${((100 * median(after)) / median(whole)).toFixed(1)} %`);
