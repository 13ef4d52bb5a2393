// node:stream: readable and writable streams, as far as programs around modules use them.
(language, native, library) => {
  "use strict";
  const { Array, Error, Infinity, Object, Promise, Reflect, Symbol, Uint8Array } = { Infinity: 1 / 0, ...language };
  const EventEmitter = library("node:events");
  const { Buffer } = library("node:buffer");
  const { coded, invalidType, isBytes, needFunction, needObject } = library("node:internal/errors");
  const nextTick = (...args) => library("node:process").nextTick(...args);

  function Stream(options) {
    EventEmitter.call(this, options);
  }
  Object.setPrototypeOf(Stream.prototype, EventEmitter.prototype);
  Object.setPrototypeOf(Stream, EventEmitter);

  // Functions in the options take the place of methods.
  function adopt(stream, options, names) {
    for (const name of names) if (typeof options?.[name] === "function") stream[`_${name}`] = options[name];
  }

  function bytesOf(chunk, encoding, isObject, stream) {
    if (isObject) return chunk;
    if (typeof chunk === "string") return stream.decodeStrings === false ? chunk : Buffer.from(chunk, encoding);
    if (isBytes(chunk)) return chunk instanceof Buffer ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    throw invalidType("chunk", "of type string or an instance of Buffer, TypedArray, or DataView", chunk);
  }

  // Ends a stream, with an error if there is one: once.
  function destroy(error, done) {
    if (this.destroyed) {
      done?.(error);
      return this;
    }
    this.destroyed = true;
    this.errored = error ?? null;
    this._destroy(error ?? null, (failure) => {
      failure ??= error;
      done?.(failure);
      nextTick(() => {
        this.closed = true;
        if (failure && !this._errorEmitted) {
          this._errorEmitted = true;
          this.emit("error", failure);
        }
        this.emit("close");
      });
    });
    return this;
  }

  function Readable(options) {
    if (!(this instanceof Readable)) return new Readable(options);
    Stream.call(this, options);
    startReadable(this, options);
    adopt(this, options, ["read", "destroy"]);
  }
  Object.setPrototypeOf(Readable.prototype, Stream.prototype);
  Object.setPrototypeOf(Readable, Stream);

  function startReadable(stream, options) {
    const isObject = !!(options?.objectMode ?? options?.readableObjectMode);
    stream._readableState = {
      objectMode: isObject, highWaterMark: options?.highWaterMark ?? options?.readableHighWaterMark ?? (isObject ? 16 : 65536), buffer: [], length: 0, flowing: null,
      ended: false, endEmitted: false, reading: false, decoder: null, encoding: null, scheduled: false, needReadable: false, pipes: [], autoDestroy: options?.autoDestroy !== false,
    };
    stream.readable = true;
    stream.destroyed = false;
    if (options?.encoding) stream.setEncoding(options.encoding);
  }

  Object.assign(Readable.prototype, {
    _read() { throw coded(Error, "ERR_METHOD_NOT_IMPLEMENTED", "The _read() method is not implemented"); },
    _destroy(error, done) { done(error); },
    destroy,
    setEncoding(encoding) {
      const { StringDecoder } = library("node:string_decoder");
      const state = this._readableState;
      state.decoder = new StringDecoder(encoding);
      state.encoding = encoding;
      state.buffer = state.buffer.map((chunk) => state.decoder.write(chunk)).filter((text) => text !== "");
      state.length = state.buffer.reduce((sum, text) => sum + text.length, 0);
      return this;
    },
    push(chunk, encoding) { return take(this, chunk, encoding, false); },
    unshift(chunk, encoding) { return take(this, chunk, encoding, true); },
    read(size) {
      const state = this._readableState;
      if (size === 0) {
        ask(this);
        return null;
      }
      if (state.length < state.highWaterMark) ask(this);
      if (state.buffer.length === 0) {
        finishReading(this);
        return null;
      }
      let chunk;
      if (state.objectMode) {
        chunk = state.buffer.shift();
        state.length--;
      } else {
        const whole = state.buffer.length === 1 ? state.buffer[0] : state.decoder ? state.buffer.join("") : Buffer.concat(state.buffer);
        if (size !== undefined && size > whole.length && !state.ended) {
          state.needReadable = true;
          return null;
        }
        const count = size === undefined ? whole.length : Math.min(size, whole.length);
        chunk = state.decoder ? whole.slice(0, count) : whole.subarray(0, count);
        const rest = state.decoder ? whole.slice(count) : whole.subarray(count);
        state.buffer = rest.length > 0 ? [rest] : [];
        state.length = rest.length;
      }
      finishReading(this);
      this.emit("data", chunk);
      return chunk;
    },
    on(name, listener) {
      Stream.prototype.on.call(this, name, listener);
      const state = this._readableState;
      if (name === "data" && state.flowing !== false) this.resume();
      if (name === "readable") {
        state.needReadable = true;
        schedule(this);
      }
      return this;
    },
    pause() {
      this._readableState.flowing = false;
      this.emit("pause");
      return this;
    },
    resume() {
      const state = this._readableState;
      if (state.flowing !== true) {
        state.flowing = true;
        this.emit("resume");
      }
      schedule(this);
      return this;
    },
    isPaused() { return this._readableState.flowing === false; },
    pipe(target, options) {
      const state = this._readableState;
      const give = (chunk) => { if (target.write(chunk) === false) this.pause(); };
      const drain = () => this.resume();
      const end = () => { if (options?.end !== false && target !== library("node:process").stdout && target !== library("node:process").stderr) target.end(); };
      state.pipes.push({ target, forget: () => { this.removeListener("data", give); target.removeListener("drain", drain); this.removeListener("end", end); } });
      target.on("drain", drain);
      this.on("end", end);
      target.emit("pipe", this);
      this.on("data", give);
      return target;
    },
    unpipe(target) {
      const state = this._readableState;
      for (const pipe of state.pipes.filter((pipe) => target === undefined || pipe.target === target)) {
        pipe.forget();
        state.pipes.splice(state.pipes.indexOf(pipe), 1);
        pipe.target.emit("unpipe", this);
      }
      return this;
    },
    wrap(old) {
      old.on("data", (chunk) => this.push(chunk));
      old.on("end", () => this.push(null));
      this._read = () => old.resume?.();
      return this;
    },
    [Symbol.asyncIterator]() { return iterate(this); },
    iterator() { return iterate(this); },
    async toArray() {
      const items = [];
      for await (const item of this) items.push(item);
      return items;
    },
  });
  Readable.prototype.addListener = Readable.prototype.on;
  for (const [name, get] of Object.entries({
    readableFlowing: (state) => state.flowing, readableLength: (state) => state.length, readableHighWaterMark: (state) => state.highWaterMark,
    readableObjectMode: (state) => state.objectMode, readableEnded: (state) => state.endEmitted, readableEncoding: (state) => state.encoding,
  })) {
    Object.defineProperty(Readable.prototype, name, { __proto__: null, configurable: true, get() { return get(this._readableState); } });
  }
  const { Math } = language;

  // Has the source give more, unless it is at it.
  function ask(stream) {
    const state = stream._readableState;
    if (state.reading || state.ended || stream.destroyed) return;
    state.reading = true;
    try {
      stream._read(state.highWaterMark);
    } catch (error) {
      stream.destroy(error);
    }
  }

  function take(stream, chunk, encoding, first) {
    const state = stream._readableState;
    state.reading = false;
    if (chunk === null) {
      const rest = state.decoder?.end();
      if (rest) {
        state.buffer.push(rest);
        state.length += rest.length;
      }
      state.ended = true;
    } else {
      if (!state.objectMode) {
        if (typeof chunk !== "string" && !language.ArrayBuffer.isView(chunk)) {
          stream.destroy(invalidType("chunk", "of type string or an instance of Buffer, TypedArray, or DataView", chunk));
          return false;
        }
        if (typeof chunk === "string" && typeof encoding === "string" && !Buffer.isEncoding(encoding)) throw coded(language.TypeError, "ERR_UNKNOWN_ENCODING", `Unknown encoding: ${language.String(encoding)}`);
        chunk = bytesOf(chunk, encoding, false, {});
      }
      if (state.decoder) chunk = state.decoder.write(chunk);
      if (state.objectMode || chunk.length > 0) {
        if (first) state.buffer.unshift(chunk);
        else state.buffer.push(chunk);
        state.length += state.objectMode ? 1 : chunk.length;
      }
    }
    schedule(stream);
    return !state.ended && state.length < state.highWaterMark;
  }

  function schedule(stream) {
    const state = stream._readableState;
    if (state.scheduled) return;
    state.scheduled = true;
    nextTick(() => {
      state.scheduled = false;
      flow(stream);
    });
  }

  function flow(stream) {
    const state = stream._readableState;
    if (stream.destroyed) return;
    if (stream.listenerCount("readable") > 0) {
      if (state.length > 0 || state.ended) {
        if (!state.endEmitted) stream.emit("readable");
        finishReading(stream);
      }
      if (state.length < state.highWaterMark) ask(stream);
      return;
    }
    while (state.flowing && state.buffer.length > 0 && !stream.destroyed) {
      const chunk = state.buffer.shift();
      state.length -= state.objectMode ? 1 : chunk.length;
      stream.emit("data", chunk);
    }
    if (state.flowing) {
      ask(stream);
      finishReading(stream);
    }
  }

  function finishReading(stream) {
    const state = stream._readableState;
    if (!state.ended || state.endEmitted || state.buffer.length > 0) return;
    state.endEmitted = true;
    nextTick(() => {
      stream.readable = false;
      stream.emit("end");
      if (state.autoDestroy && (stream._writableState === undefined || stream._writableState.finished)) stream.destroy();
    });
  }

  async function* iterate(stream) {
    const waiting = [];
    let error, isDone = false;
    const wake = () => { for (const resolve of waiting.splice(0)) resolve(); };
    stream.on("error", (reason) => { error = reason; isDone = true; wake(); });
    stream.on("end", () => { isDone = true; wake(); });
    stream.on("close", () => { isDone = true; wake(); });
    const chunks = [];
    stream.on("data", (chunk) => { chunks.push(chunk); stream.pause(); wake(); });
    try {
      for (;;) {
        if (chunks.length > 0) yield chunks.shift();
        else if (error) throw error;
        else if (isDone) return;
        else {
          stream.resume();
          await new Promise((resolve) => waiting.push(resolve));
        }
      }
    } finally {
      stream.destroy();
    }
  }

  const isIterable = (it) => typeof it?.[Symbol.asyncIterator] === "function" || typeof it?.[Symbol.iterator] === "function";

  Readable.from = (source, options) => {
    if (typeof source === "string" || source instanceof Uint8Array) {
      const stream = new Readable({ objectMode: true, ...options, read() {} });
      stream.push(source);
      stream.push(null);
      return stream;
    }
    if (!isIterable(source)) throw invalidType("iterable", "an instance of Iterable", source);
    const iterator = source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]();
    return new Readable({
      objectMode: true,
      highWaterMark: 1,
      ...options,
      read() {
        Promise.resolve(iterator.next()).then(async ({ value, done }) => this.push(done ? null : await value)).catch((error) => this.destroy(error));
      },
      destroy(error, done) {
        Promise.resolve(iterator.return?.()).then(() => done(error), done);
      },
    });
  };

  function Writable(options) {
    if (!(this instanceof Writable) && !(this instanceof Duplex)) return new Writable(options);
    Stream.call(this, options);
    startWritable(this, options);
  }
  Object.setPrototypeOf(Writable.prototype, Stream.prototype);
  Object.setPrototypeOf(Writable, Stream);

  function startWritable(stream, options) {
    const isObject = !!(options?.objectMode ?? options?.writableObjectMode);
    stream._writableState = {
      objectMode: isObject, highWaterMark: options?.highWaterMark ?? options?.writableHighWaterMark ?? (isObject ? 16 : 65536), queue: [], length: 0, writing: false, ending: false,
      finished: false, needDrain: false, corked: 0, constructed: true, decodeStrings: options?.decodeStrings !== false, defaultEncoding: options?.defaultEncoding ?? "utf8",
      autoDestroy: options?.autoDestroy !== false,
    };
    stream.writable = true;
    stream.destroyed = false;
    adopt(stream, options, ["write", "writev", "final", "destroy", "construct"]);
    if (typeof stream._construct === "function") {
      stream._writableState.constructed = false;
      nextTick(() => stream._construct((error) => {
        stream._writableState.constructed = true;
        if (error) stream.destroy(error);
        else work(stream);
      }));
    }
  }

  const writing = {
    _write(chunk, encoding, done) {
      if (typeof this._writev === "function") this._writev([{ chunk, encoding }], done);
      else throw coded(Error, "ERR_METHOD_NOT_IMPLEMENTED", "The _write() method is not implemented");
    },
    _destroy(error, done) { done(error); },
    write(chunk, encoding, done) {
      const state = this._writableState;
      if (typeof encoding === "function") [encoding, done] = [undefined, encoding];
      if (chunk === null) throw coded(language.TypeError, "ERR_STREAM_NULL_VALUES", "May not write null values to stream");
      if (state.ending || this.destroyed) {
        const error = state.ending ? coded(Error, "ERR_STREAM_WRITE_AFTER_END", "write after end") : coded(Error, "ERR_STREAM_DESTROYED", "Cannot call write after a stream was destroyed");
        nextTick(() => done?.(error));
        if (state.ending) this.destroy(error);
        return false;
      }
      encoding ||= state.defaultEncoding;
      if (encoding !== "buffer" && !Buffer.isEncoding(encoding)) throw coded(language.TypeError, "ERR_UNKNOWN_ENCODING", `Unknown encoding: ${language.String(encoding)}`);
      const data = bytesOf(chunk, encoding, state.objectMode, state);
      state.queue.push({ chunk: data, encoding: typeof data === "string" ? encoding : "buffer", done });
      state.length += state.objectMode ? 1 : data.length;
      const isFull = state.length >= state.highWaterMark;
      state.needDrain ||= isFull;
      work(this);
      return !isFull;
    },
    end(chunk, encoding, done) {
      if (typeof chunk === "function") [chunk, done] = [undefined, chunk];
      else if (typeof encoding === "function") [encoding, done] = [undefined, encoding];
      const state = this._writableState;
      if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
      if (typeof done === "function") {
        if (state.finished) nextTick(done);
        else this.once("finish", done);
      }
      state.corked = 0;
      state.ending = true;
      this.writable = false;
      work(this);
      return this;
    },
    cork() { this._writableState.corked++; },
    uncork() {
      if (this._writableState.corked > 0) this._writableState.corked--;
      work(this);
    },
    setDefaultEncoding(encoding) {
      this._writableState.defaultEncoding = encoding;
      return this;
    },
  };
  Object.assign(Writable.prototype, writing, { destroy });
  const writingState = {
    writableLength: (state) => state.length, writableHighWaterMark: (state) => state.highWaterMark, writableObjectMode: (state) => state.objectMode, writableEnded: (state) => state.ending,
    writableFinished: (state) => state.finished, writableNeedDrain: (state) => state.needDrain, writableCorked: (state) => state.corked,
  };
  for (const [name, get] of Object.entries(writingState)) Object.defineProperty(Writable.prototype, name, { __proto__: null, configurable: true, get() { return get(this._writableState); } });
  Object.defineProperty(Writable, Symbol.hasInstance, {
    __proto__: null,
    value(object) { return Reflect.apply(language.Function.prototype[Symbol.hasInstance], this, [object]) || (this === Writable && object?._writableState !== undefined); },
  });

  // Writes what is queued, one piece after another.
  function work(stream) {
    const state = stream._writableState;
    if (state.writing || state.corked > 0 || !state.constructed || stream.destroyed) return;
    const next = state.queue.shift();
    if (next === undefined) return finishWriting(stream);
    state.writing = true;
    let isLate = false;
    const done = (error) => {
      state.writing = false;
      state.length -= state.objectMode ? 1 : next.chunk.length;
      const report = () => {
        next.done?.(error ?? null);
        if (error) return stream.destroy(error);
        if (state.needDrain && state.length === 0 && !state.ending) {
          state.needDrain = false;
          stream.emit("drain");
        }
        work(stream);
        return undefined;
      };
      if (isLate) report();
      else nextTick(report);
    };
    try {
      stream._write(next.chunk, next.encoding, done);
    } catch (error) {
      stream.destroy(error);
    }
    isLate = true;
  }

  function finishWriting(stream) {
    const state = stream._writableState;
    if (!state.ending || state.finished || state.finishing) return;
    state.finishing = true;
    const done = (error) => {
      if (error) return stream.destroy(error);
      state.finished = true;
      stream.emit("finish");
      if (state.autoDestroy && (stream._readableState === undefined || stream._readableState.endEmitted)) stream.destroy();
      return undefined;
    };
    nextTick(() => (typeof stream._final === "function" ? stream._final(done) : done()));
  }

  function Duplex(options) {
    if (!(this instanceof Duplex)) return new Duplex(options);
    Stream.call(this, options);
    startReadable(this, options);
    adopt(this, options, ["read"]);
    startWritable(this, options);
    this.allowHalfOpen = options?.allowHalfOpen !== false;
  }
  Object.setPrototypeOf(Duplex.prototype, Readable.prototype);
  Object.setPrototypeOf(Duplex, Readable);
  Object.assign(Duplex.prototype, writing);
  for (const [name, get] of Object.entries(writingState)) Object.defineProperty(Duplex.prototype, name, { __proto__: null, configurable: true, get() { return get(this._writableState); } });

  function Transform(options) {
    if (!(this instanceof Transform)) return new Transform(options);
    Duplex.call(this, options);
    adopt(this, options, ["transform", "flush"]);
    this._waiting = null;
  }
  Object.setPrototypeOf(Transform.prototype, Duplex.prototype);
  Object.setPrototypeOf(Transform, Duplex);
  Object.assign(Transform.prototype, {
    _transform() { throw coded(Error, "ERR_METHOD_NOT_IMPLEMENTED", "The _transform() method is not implemented"); },
    _write(chunk, encoding, done) {
      this._transform(chunk, encoding, (error, data) => {
        if (error) return done(error);
        if (data !== undefined && data !== null) this.push(data);
        const state = this._readableState;
        // Who reads asks for more, and then the next piece comes.
        if (state.length < state.highWaterMark) done();
        else this._waiting = done;
        return undefined;
      });
    },
    _final(done) {
      const finish = (error, data) => {
        if (error) return done(error);
        if (data !== undefined && data !== null) this.push(data);
        this.push(null);
        return done();
      };
      if (typeof this._flush === "function") this._flush(finish);
      else finish();
    },
    _read() {
      this._readableState.reading = false;
      const done = this._waiting;
      this._waiting = null;
      done?.();
    },
  });

  function PassThrough(options) {
    if (!(this instanceof PassThrough)) return new PassThrough(options);
    Transform.call(this, options);
  }
  Object.setPrototypeOf(PassThrough.prototype, Transform.prototype);
  Object.setPrototypeOf(PassThrough, Transform);
  PassThrough.prototype._transform = function (chunk, encoding, done) { done(null, chunk); };

  for (const Type of [Readable, Writable, Duplex, Transform, PassThrough]) Object.defineProperty(Type.prototype, "constructor", { __proto__: null, value: Type, writable: true, configurable: true });

  const isStream = (it) => it !== null && typeof it === "object" && (it._readableState !== undefined || it._writableState !== undefined || (typeof it.on === "function" && (typeof it.write === "function" || typeof it.pipe === "function")));

  // Calls back when a stream has ended or failed.
  function finished(stream, options, callback) {
    if (typeof options === "function") [options, callback] = [{}, options];
    options = options === undefined || options === null ? {} : needObject(options, "options");
    needFunction(callback, "callback");
    if (!isStream(stream)) throw invalidType("stream", "an instance of ReadableStream, WritableStream, or Stream", stream);
    let isTold = false;
    const tell = (error) => {
      if (isTold) return;
      isTold = true;
      forget();
      callback(error);
    };
    const reads = stream._readableState !== undefined && options.readable !== false, writes = stream._writableState !== undefined && options.writable !== false;
    let hasRead = !reads || stream._readableState.endEmitted, hasWritten = !writes || stream._writableState.finished;
    const check = () => { if (hasRead && hasWritten) tell(); };
    const listeners = {
      end: () => { hasRead = true; check(); },
      finish: () => { hasWritten = true; check(); },
      error: (error) => tell(error),
      close: () => (hasRead && hasWritten ? tell() : tell(stream.errored ?? coded(Error, "ERR_STREAM_PREMATURE_CLOSE", "Premature close"))),
    };
    const forget = () => { for (const name of Object.keys(listeners)) stream.removeListener(name, listeners[name]); };
    for (const name of Object.keys(listeners)) stream.on(name, listeners[name]);
    if (stream.closed || (hasRead && hasWritten)) nextTick(() => listeners.close());
    return forget;
  }

  function pipeline(...streams) {
    const callback = needFunction(streams.pop(), "streams[stream.length - 1]");
    if (Array.isArray(streams[0]) && streams.length === 1) [streams] = streams;
    if (streams.length < 2) throw coded(language.TypeError, "ERR_MISSING_ARGS", "The \"streams\" argument must be specified");
    for (let i = 0; i < streams.length; i++) {
      if (!isStream(streams[i]) && typeof streams[i] !== "function" && (i > 0 || !isIterable(streams[i]))) throw invalidType(i === 0 ? "source" : `transform[${i - 1}]`, "of type function or an instance of Stream, Iterable, or AsyncIterable", streams[i]);
    }
    streams = streams.map((stream, index) => (index === 0 && typeof stream.pipe !== "function" ? Readable.from(typeof stream === "function" ? stream() : stream) : stream));
    let left = streams.length, failure;
    streams.forEach((stream, index) => finished(stream, { readable: index < streams.length - 1, writable: index > 0 }, (error) => {
      if (error && !failure) {
        failure = error;
        for (const other of streams) other.destroy?.();
      }
      if (--left === 0) callback(failure);
    }));
    return streams.reduce((source, target) => source.pipe(target));
  }

  const promises = {
    finished: (stream, options = {}) => new Promise((resolve, reject) => finished(stream, options, (error) => (error ? reject(error) : resolve()))),
    pipeline: (...streams) => new Promise((resolve, reject) => pipeline(...streams, (error) => (error ? reject(error) : resolve()))),
  };
  return Object.assign(Stream, { Stream, Readable, Writable, Duplex, Transform, PassThrough, finished, pipeline, promises, isReadable: (stream) => !!stream?.readable, isDisturbed: () => false, isErrored: (stream) => !!stream?.errored });
};
