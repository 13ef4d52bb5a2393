// CompressionStream and DecompressionStream.
const through = async (bytes, stream) => new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
const text = new TextEncoder().encode("warp and weft, ".repeat(20_000));
for (const format of ["deflate", "deflate-raw", "gzip"]) {
  const small = await through(text, new CompressionStream(format));
  const back = await through(small, new DecompressionStream(format));
  print(format, small.length < 2000, back.length, back.every((byte, i) => byte === text[i]));
}
//> deflate true 300000 true
//> deflate-raw true 300000 true
//> gzip true 300000 true
print(await through(new Uint8Array([31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 75, 76, 74, 6, 0, 194, 65, 36, 53, 3, 0, 0, 0]), new DecompressionStream("gzip")));
//> 97,98,99

// Data that is damaged, cut off, or followed by more.
const small = await through(text, new CompressionStream("gzip"));
const damaged = small.slice();
damaged[small.length - 6] ^= 1;
for (const bad of [damaged, small.subarray(0, -3), new Uint8Array([...small, 0]), text, new Uint8Array(0)]) {
  try { await through(bad, new DecompressionStream("gzip")); print("no error"); } catch (e) { print(e.name, e.message.slice(0, 25)); }
}
//> TypeError Compressed input was trun
//> TypeError Compressed input was trun
//> TypeError Junk found after end of c
//> TypeError The compressed data was n
//> TypeError Compressed input was trun

// Wrong uses.
for (const bad of [() => new CompressionStream(), () => new CompressionStream("br"), () => CompressionStream("gzip"), () => new DecompressionStream({ toString() { throw 1; } }),
  () => Object.getOwnPropertyDescriptor(CompressionStream.prototype, "readable").get.call({})]) {
  try { bad(); print("no error"); } catch (e) { print(e.name ?? e, e.message?.slice(0, 60)); }
}
//> TypeError Failed to construct 'CompressionStream': 1 argument required
//> TypeError Failed to construct 'CompressionStream': Unsupported compres
//> TypeError class constructors must be invoked with 'new'
//> 1 undefined
//> TypeError private class field '#stream' does not exist
for (const chunk of ["text", null, {}, [1]]) {
  const { readable, writable } = new CompressionStream("deflate");
  const writer = writable.getWriter();
  readable.getReader().read().catch(() => {});
  try { await writer.write(chunk); print("no error"); } catch (e) { print(e.name); }
}
//> TypeError
//> TypeError
//> TypeError
//> TypeError
print(String(new CompressionStream("gzip")), CompressionStream.length, Object.keys(DecompressionStream.prototype));
//> [object CompressionStream] 1 readable,writable
