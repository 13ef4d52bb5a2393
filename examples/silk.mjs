// The whole life of a module: it is fetched from a server, compiled while it arrives, instantiated in workers that share its memory, and
// called. What they draw becomes the picture silk.png, or what the first argument names. The module's source is silk.c.
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { writeFile } from "node:fs/promises";
import process from "node:process";
import { Worker } from "node:worker_threads";

const target = process.argv[2] ?? "silk.png";
const say = (what, text) => console.log(`${what.padEnd(10)} ${text}`);

// A server of our own, on any port.
const server = createServer((request, response) => {
  response.setHeader("Content-Type", "application/wasm");
  createReadStream(new URL("silk.wasm", import.meta.url)).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/silk.wasm`;

// Fetch and compile: the one does not wait for the other.
say("Fetch", url);
const module = await WebAssembly.compileStreaming(fetch(url));
server.close();
say("Compile", WebAssembly.Module.exports(module).map(({ name }) => name).join(", "));

// Instantiate: here, and in each worker over the same memory.
const memory = new WebAssembly.Memory({ initial: 512, maximum: 512, shared: true });
const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
const count = navigator.hardwareConcurrency;
say("Share", `a memory of ${memory.buffer.byteLength >> 20} MiB with ${count} worker${count === 1 ? "" : "s"}`);

function draw() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("silk-worker.mjs", import.meta.url));
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.postMessage({ module, memory });
  });
}

// Call.
const start = performance.now();
const parts = await Promise.all(Array.from({ length: count }, draw));
const seconds = (performance.now() - start) / 1000;
say("Draw", `${exports.points() / 1e6} million points in ${seconds.toFixed(2)} s, parts for each worker: ${parts.join(", ")}`);

const picture = await png();
await writeFile(target, await picture.bytes());
say("Picture", `${target}, ${exports.width()} × ${exports.height()}, ${picture.size >> 10} KiB`);

// The picture as a PNG file.
async function png() {
  exports.develop();
  const rows = new Uint8Array(memory.buffer, exports.pixels(), exports.pixels_length()).slice();
  const deflated = new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate")));
  const size = new DataView(new ArrayBuffer(13));
  size.setUint32(0, exports.width());
  size.setUint32(4, exports.height());
  // Eight bits for each of red, green and blue.
  size.setUint16(8, 0x0802);
  return new Blob([
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", new Uint8Array(size.buffer)),
    chunk("IDAT", new Uint8Array(await deflated.arrayBuffer())),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

// A chunk: its length, its name and data, and their checksum.
function chunk(name, data) {
  const content = new Uint8Array(4 + data.length);
  new TextEncoder().encodeInto(name, content);
  content.set(data, 4);
  new Uint8Array(memory.buffer, exports.pixels(), content.length).set(content);
  const whole = new DataView(new ArrayBuffer(content.length + 8));
  whole.setUint32(0, data.length);
  new Uint8Array(whole.buffer).set(content, 4);
  whole.setUint32(content.length + 4, exports.checksum(content.length));
  return whole.buffer;
}
