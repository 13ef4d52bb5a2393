// Transform streams (the Streams standard, § 6), and those of the Encoding standard.
(language, native, library) => {
  "use strict";
  const { RangeError, Symbol, TypeError, TextDecoder, TextEncoder, apply } = language;
  const { expose, need, fault, isObject } = library("webidl");
  const { pending, resolved, react, ignore, attempt, strategyOf, markOf, sizeOf, method } = library("streams/base");
  const readable = library("streams/readable");
  const writable = library("streams/writable");

  const key = Symbol();
  const { charCodeAt, slice } = language.String.prototype;
  const encoder = new TextEncoder(), encodeText = encoder.encode, decodeText = TextDecoder.prototype.decode;
  const encode = (text) => apply(encodeText, encoder, [text]);

  // The slots of a stream and its controller.
  class Transform {
    readable = undefined;
    writable = undefined;
    hasBackpressure = undefined;
    changed = undefined;
    controller = undefined;
    finished = undefined;
  }

  class TransformStream {
    #transform = new Transform();
    constructor(transformer = undefined, writableStrategy = undefined, readableStrategy = undefined) {
      const what = "construct 'TransformStream'";
      native.portable(this, "streams/transfer", "transformSteps");
      if (transformer === key) {
        this.#transform.readable = writableStrategy;
        this.#transform.writable = readableStrategy;
        return;
      }
      if (transformer !== undefined && !isObject(transformer)) throw fault(what, "parameter 1 is not of type 'Object'.");
      const given = transformer === undefined ? { __proto__: null } : transformer;
      const forWritable = strategyOf(writableStrategy, what);
      const forReadable = strategyOf(readableStrategy, what);
      const cancel = method(given, "cancel", what);
      const flush = method(given, "flush", what);
      if (given.readableType !== undefined) throw new RangeError("Invalid readableType specified");
      const start = method(given, "start", what);
      const transform = method(given, "transform", what);
      if (given.writableType !== undefined) throw new RangeError("Invalid writableType specified");
      const readableMark = markOf(forReadable, 0), readableSize = sizeOf(forReadable);
      const writableMark = markOf(forWritable, 1), writableSize = sizeOf(forWritable);
      const ready = pending();
      setUp(this.#transform, { transform, flush, cancel }, ready.promise, writableMark, writableSize, readableMark, readableSize);
      ready.resolve(start?.(this.#transform.controller));
    }
    get readable() { return this.#transform.readable.object; }
    get writable() { return this.#transform.writable.object; }
    static { transformOf = (object) => object.#transform; }
  }
  var transformOf;
  expose(TransformStream);

  // A stream of ours with these records as its sides.
  const wrapTransform = (readable, writable) => new TransformStream(key, readable, writable);

  function setUp(stream, { transform, flush, cancel }, start, writableMark, writableSize, readableMark, readableSize) {
    stream.transform = transform;
    stream.flush = flush;
    stream.cancel = cancel;
    stream.controller = new TransformStreamDefaultController(key, stream);
    stream.writable = writable.create({
      start: () => start,
      write: (chunk) => write(stream, chunk),
      abort: (reason) => abort(stream, reason),
      close: () => close(stream),
    }, writableMark, writableSize);
    stream.readable = readable.create({
      start: () => start,
      pull: () => {
        setBackpressure(stream, false);
        return stream.changed.promise;
      },
      cancel: (reason) => cancelReadable(stream, reason),
    }, readableMark, readableSize);
    setBackpressure(stream, true);
  }

  // A transform stream of ours: { readable, writable } are its records.
  function create({ transform, flush }) {
    const stream = new Transform();
    setUp(stream, { transform, flush }, resolved(), 1, () => 1, 0, () => 1);
    return stream;
  }

  function setBackpressure(stream, has) {
    stream.changed?.resolve();
    stream.changed = pending();
    stream.hasBackpressure = has;
  }

  function clear(stream) { stream.transform = stream.flush = stream.cancel = undefined; }

  function unblock(stream) { if (stream.hasBackpressure) setBackpressure(stream, false); }

  // "TransformStreamError".
  function error(stream, reason) {
    readable.error(stream.readable.controller, reason);
    errorWritable(stream, reason);
  }

  function errorWritable(stream, reason) {
    clear(stream);
    writable.errorIfNeeded(stream.writable.controller, reason);
    unblock(stream);
  }

  function enqueue(stream, chunk) {
    const { controller } = stream.readable;
    if (!readable.canEnqueue(controller)) throw new TypeError("Readable side is not in a state that permits enqueue");
    try {
      readable.enqueue(controller, chunk);
    } catch (exception) {
      errorWritable(stream, exception);
      throw stream.readable.error;
    }
    const hasBackpressure = !(readable.desired(controller) > 0) && !hasRequests(stream.readable);
    if (hasBackpressure !== stream.hasBackpressure) setBackpressure(stream, true);
  }

  const hasRequests = ({ reader }) => reader !== undefined && reader.requests.length > 0;

  // "TransformStreamDefaultControllerPerformTransform".
  function perform(stream, chunk) {
    const step = stream.transform;
    const done = attempt(() => step === undefined ? enqueue(stream, chunk) : step(chunk, stream.controller));
    return react(done, undefined, (reason) => {
      error(stream, reason);
      throw reason;
    });
  }

  function write(stream, chunk) {
    if (!stream.hasBackpressure) return perform(stream, chunk);
    return react(stream.changed.promise, () => {
      if (stream.writable.state === "erroring") throw stream.writable.error;
      return perform(stream, chunk);
    });
  }

  // Ends the stream by `step`, once; then `then` says what becomes of it.
  function end(stream, step, then, failed) {
    if (stream.finished !== undefined) return stream.finished.promise;
    stream.finished = pending();
    const done = attempt(step);
    clear(stream);
    react(done, () => {
      if (then()) stream.finished.resolve();
    }, (reason) => {
      failed(reason);
      stream.finished.reject(reason);
    });
    return stream.finished.promise;
  }

  function abort(stream, reason) {
    const { cancel } = stream;
    return end(stream, () => cancel?.(reason), () => {
      if (stream.readable.state === "errored") {
        stream.finished.reject(stream.readable.error);
        return false;
      }
      readable.error(stream.readable.controller, reason);
      return true;
    }, (failure) => readable.error(stream.readable.controller, failure));
  }

  function close(stream) {
    const { flush } = stream;
    return end(stream, () => flush?.(stream.controller), () => {
      if (stream.readable.state === "errored") {
        stream.finished.reject(stream.readable.error);
        return false;
      }
      readable.close(stream.readable.controller);
      return true;
    }, (failure) => readable.error(stream.readable.controller, failure));
  }

  function cancelReadable(stream, reason) {
    const { cancel } = stream;
    return end(stream, () => cancel?.(reason), () => {
      if (stream.writable.state === "errored") {
        stream.finished.reject(stream.writable.error);
        return false;
      }
      writable.errorIfNeeded(stream.writable.controller, reason);
      unblock(stream);
      return true;
    }, (failure) => {
      writable.errorIfNeeded(stream.writable.controller, failure);
      unblock(stream);
    });
  }

  class TransformStreamDefaultController {
    #stream;
    constructor(given = undefined, stream) {
      if (given !== key) throw new TypeError("Illegal constructor");
      this.#stream = stream;
    }
    get desiredSize() { return readable.desired(this.#stream.readable.controller); }
    enqueue(chunk = undefined) { enqueue(this.#stream, chunk); }
    error(reason = undefined) { error(this.#stream, reason); }
    terminate() {
      readable.close(this.#stream.readable.controller);
      errorWritable(this.#stream, new TypeError("TransformStream terminated"));
    }
  }
  expose(TransformStreamDefaultController);

  class TextEncoderStream {
    #stream;
    constructor() {
      // A leading surrogate whose other half has not come yet.
      let pending = "";
      this.#stream = create({
        transform: (chunk) => {
          let text = pending + `${chunk}`;
          const end = text.length - 1;
          const last = apply(charCodeAt, text, [end]);
          pending = last >= 0xd800 && last <= 0xdbff ? text[end] : "";
          if (pending !== "") text = apply(slice, text, [0, end]);
          if (text !== "") enqueue(this.#stream, encode(text));
        },
        flush: () => { if (pending !== "") enqueue(this.#stream, encode(pending)); },
      });
    }
    get encoding() { this.#stream; return "utf-8"; }
    get readable() { return this.#stream.readable.object; }
    get writable() { return this.#stream.writable.object; }
  }
  expose(TextEncoderStream);

  class TextDecoderStream {
    #stream;
    #decoder;
    constructor(label = "utf-8", options = undefined) {
      const decoder = this.#decoder = new TextDecoder(label, options);
      const put = (text) => { if (text !== "") enqueue(this.#stream, text); };
      this.#stream = create({
        transform: (chunk) => put(apply(decodeText, decoder, [chunk, { __proto__: null, stream: true }])),
        flush: () => put(apply(decodeText, decoder, [])),
      });
    }
    get encoding() { return this.#decoder.encoding; }
    get fatal() { return this.#decoder.fatal; }
    get ignoreBOM() { return this.#decoder.ignoreBOM; }
    get readable() { return this.#stream.readable.object; }
    get writable() { return this.#stream.writable.object; }
  }
  expose(TextDecoderStream);

  return {
    TransformStream, TransformStreamDefaultController, TextEncoderStream, TextDecoderStream,
    // For scripts of ours.
    create, enqueue, transformOf, wrapTransform,
  };
}
