// The stream of standard input.
(language, native, library) => {
  "use strict";
  function open() {
    const { Readable } = library("node:stream");
    const fs = library("node:fs");
    const { Buffer } = library("node:buffer");
    const { isatty } = library("node:tty");
    const stream = new Readable({
      read(size) {
        const bytes = Buffer.alloc(size);
        fs.read(0, bytes, 0, size, null, (error, count) => {
          if (error && error.code !== "EOF") this.destroy(error);
          else this.push(count > 0 ? bytes.subarray(0, count) : null);
        });
      },
    });
    stream.fd = 0;
    if (isatty(0)) {
      stream.isTTY = true;
      stream.isRaw = false;
      stream.setRawMode = () => stream;
    }
    stream.ref = stream.unref = () => stream;
    return stream;
  }
  return { open };
};
