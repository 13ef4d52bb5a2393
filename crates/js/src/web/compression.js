// CompressionStream and DecompressionStream (the Compression standard).
(language, native, library) => {
  "use strict";
  const { expose, need, fault } = library("webidl");
  const { create, enqueue } = library("streams/transform");

  // A transform stream that puts what it is written through a codec.
  function coding(name, format, compresses) {
    format = `${format}`;
    const codec = native.open(format, compresses);
    if (codec === null) throw fault(`construct '${name}'`, `Unsupported compression format: '${format}'`);
    const put = (bytes) => { if (bytes.length > 0) enqueue(stream, bytes); };
    const stream = create({
      transform(chunk) {
        const bytes = native.input(chunk);
        for (let at = 0; at < bytes.length;) {
          const pushed = native.push(codec, bytes, at);
          put(pushed[0]);
          at = pushed[1];
        }
      },
      flush: () => put(native.finish(codec)),
    });
    return stream;
  }

  class CompressionStream {
    #stream;
    constructor(format) {
      need(arguments.length, 1, "construct 'CompressionStream'");
      this.#stream = coding("CompressionStream", format, true);
    }
    get readable() { return this.#stream.readable.object; }
    get writable() { return this.#stream.writable.object; }
  }
  expose(CompressionStream);

  class DecompressionStream {
    #stream;
    constructor(format) {
      need(arguments.length, 1, "construct 'DecompressionStream'");
      this.#stream = coding("DecompressionStream", format, false);
    }
    get readable() { return this.#stream.readable.object; }
    get writable() { return this.#stream.writable.object; }
  }
  expose(DecompressionStream);

  return { CompressionStream, DecompressionStream };
};
