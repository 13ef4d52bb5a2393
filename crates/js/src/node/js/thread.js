// What a worker of node:worker_threads has been started with, and the standard streams that it shares with who started it: their
// messages are the number of a stream with bytes, or with null at its end. The first thread has none of this.
(language, native, library) => {
  "use strict";
  const { Error, Object } = language;
  const start = native.start() ?? null;

  const captures = (fd) => start !== null && start.streams[fd];

  function send(fd, bytes) {
    native.post(start.control, [fd, bytes], [], false);
  }

  // Standard output or error for who started the worker.
  function output(fd) {
    const { Writable } = library("node:stream");
    const stream = new Writable({
      decodeStrings: true,
      write(chunk, encoding, done) {
        send(fd, chunk);
        done();
      },
    });
    stream.fd = fd;
    return stream;
  }

  // Standard input: what the starter sends, or nothing.
  function input() {
    const { Readable } = library("node:stream");
    const { Buffer } = library("node:buffer");
    const stream = new Readable({ read() {} });
    stream.fd = 0;
    if (!captures(0)) {
      stream.push(null);
      return stream;
    }
    native.open(start.control, (message) => {
      if (message !== undefined) stream.push(message[1] === null ? null : Buffer.from(message[1]));
    });
    native.keep(start.control, false);
    // Who listens waits for more.
    stream.on("newListener", (name) => { if (name === "data" || name === "readable") native.keep(start.control, true); });
    stream.on("end", () => native.keep(start.control, false));
    return stream;
  }

  // An exception on its way to who started the worker: messages have no more of an error than every error has.
  function packError(error) {
    const properties = {};
    if (error instanceof Error) {
      for (const [name, value] of Object.entries(error)) if (typeof value !== "function" && typeof value !== "symbol" && (typeof value !== "object" || value === null)) properties[name] = value;
    }
    return { error, properties };
  }
  // What could not be packed is an error of its own.
  const unpackError = (packed) => (packed instanceof Error ? packed : packed.error instanceof Error ? Object.assign(packed.error, packed.properties) : packed.error);

  return { start, captures, send, output, input, packError, unpackError };
};
