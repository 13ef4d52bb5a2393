// node:tty: the process's own streams for output, which are written to at once.
(language, native, library) => {
  "use strict";
  const { Object, Reflect, Symbol, Uint8Array } = language;
  const EventEmitter = library("node:events");
  const { Buffer } = library("node:buffer");
  const { coded, invalidType, unsupported } = library("node:internal/errors");

  const isatty = (fd) => language.Number.isInteger(fd) && fd >= 0 && fd <= 2147483647 && native.isTerminal(fd);

  function WriteStream(fd) {
    if (!(this instanceof WriteStream)) return new WriteStream(fd);
    if (fd >> 0 !== fd || fd < 0) throw coded(language.RangeError, "ERR_INVALID_FD", `"fd" must be a positive integer: ${fd}`);
    Reflect.apply(EventEmitter, this, []);
    this.fd = fd;
    this._type = isatty(fd) ? "tty" : "file";
    this.writable = true;
    this.writableEnded = false;
    this.writableFinished = false;
    this.writableLength = 0;
    this.writableHighWaterMark = 16384;
    this.writableNeedDrain = false;
    this.destroyed = false;
    if (isatty(fd)) {
      this.isTTY = true;
      ({ 0: this.columns, 1: this.rows } = native.windowSize(fd));
    }
    this._handle = { setBlocking() {} };
  }
  Object.setPrototypeOf(WriteStream.prototype, EventEmitter.prototype);
  Object.setPrototypeOf(WriteStream, EventEmitter);
  Object.assign(WriteStream.prototype, {
    write(chunk, encoding, done) {
      if (typeof encoding === "function") [encoding, done] = [undefined, encoding];
      if (typeof chunk === "string") chunk = Buffer.from(chunk, encoding);
      else if (!(chunk instanceof Uint8Array)) throw invalidType("chunk", "of type string or an instance of Buffer, TypedArray, or DataView", chunk);
      native.write(this.fd, chunk);
      if (typeof done === "function") library("node:process").nextTick(done, null);
      return true;
    },
    end(chunk, encoding, done) {
      if (typeof chunk === "function") [chunk, done] = [undefined, chunk];
      else if (typeof encoding === "function") [encoding, done] = [undefined, encoding];
      if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
      library("node:process").nextTick(() => { this.emit("finish"); done?.(); });
      return this;
    },
    cork() {},
    uncork() {},
    destroy() { return this; },
    destroySoon() {},
    setDefaultEncoding() { return this; },
    getColorDepth() { return this.isTTY ? 8 : 1; },
    hasColors() { return !!this.isTTY; },
    getWindowSize() { return [this.columns, this.rows]; },
    clearLine(direction, done) { return this.write(direction < 0 ? "\u001b[1K" : direction > 0 ? "\u001b[0K" : "\u001b[2K", done); },
    cursorTo(x, y, done) { return this.write(typeof y === "number" ? `\u001b[${y + 1};${x + 1}H` : `\u001b[${x + 1}G`, typeof y === "function" ? y : done); },
    ref() { return this; },
    unref() { return this; },
  });

  function ReadStream() {
    throw unsupported("tty.ReadStream");
  }
  return { isatty, WriteStream, ReadStream };
};
