// Writable streams (the Streams standard, § 5). As in `readable.js`, slots are in records.
(language, native, library) => {
  "use strict";
  const { RangeError, Symbol, TypeError } = language;
  const { expose, need, fault, isObject } = library("webidl");
  const { pending, resolved, rejected, react, ignore, handled, attempt, Queue, strategyOf, markOf, sizeOf, method } =
    library("streams/base");

  const key = Symbol();
  const illegal = () => new TypeError("Illegal constructor");

  class Stream {
    state = "writable";
    error = undefined;
    writer = undefined;
    controller = undefined;
    object = undefined;
    requests = [];
    inFlight = undefined;
    closeRequest = undefined;
    inFlightClose = undefined;
    abortRequest = undefined;
    hasBackpressure = false;
  }

  let streamOf, isStream;

  class WritableStream {
    #stream = new Stream();

    constructor(sink = undefined, strategy = undefined) {
      const what = "construct 'WritableStream'";
      native.portable(this, "streams/transfer", "writableSteps");
      this.#stream.object = this;
      if (sink === key) return;
      if (sink !== undefined && !isObject(sink)) throw fault(what, "parameter 1 is not of type 'Object'.");
      const chosen = strategyOf(strategy, what);
      const given = sink === undefined ? { __proto__: null } : sink;
      const abort = method(given, "abort", what);
      const close = method(given, "close", what);
      const start = method(given, "start", what);
      if (given.type !== undefined) throw new RangeError("Invalid type is specified");
      const write = method(given, "write", what);
      const size = sizeOf(chosen);
      setUp(this.#stream, { start, write, close, abort }, markOf(chosen, 1), size);
    }

    get locked() { return this.#stream.writer !== undefined; }

    abort(reason = undefined) {
      return attempt(() => {
        if (this.locked) throw new TypeError("Cannot abort a stream that already has a writer");
        return abort(this.#stream, reason);
      });
    }

    close() {
      return attempt(() => {
        if (this.locked) throw new TypeError("Cannot close a stream that already has a writer");
        if (isClosing(this.#stream)) throw new TypeError("Cannot close an already-closing stream");
        return close(this.#stream);
      });
    }

    getWriter() {
      this.#stream;
      return new WritableStreamDefaultWriter(this);
    }

    static {
      isStream = (value) => isObject(value) && #stream in value;
      streamOf = (object) => object.#stream;
    }
  }
  expose(WritableStream);

  // A stream of ours: with these algorithms.
  function create({ start = ignore, write, close, abort }, mark = 1, size = () => 1) {
    const stream = streamOf(new WritableStream(key));
    setUp(stream, { start, write, close, abort }, mark, size);
    return stream;
  }

  const isClosing = (stream) => stream.closeRequest !== undefined || stream.inFlightClose !== undefined;

  function abort(stream, reason) {
    if (stream.state === "closed" || stream.state === "errored") return resolved();
    stream.controller.signal.abort(reason);
    const { state } = stream;
    if (state === "closed" || state === "errored") return resolved();
    if (stream.abortRequest !== undefined) return stream.abortRequest.promise;
    const wasErroring = state === "erroring";
    stream.abortRequest = { ...pending(), reason: wasErroring ? undefined : reason, wasErroring };
    const { promise } = stream.abortRequest;
    if (!wasErroring) startErroring(stream, reason);
    return promise;
  }

  function close(stream) {
    const { state } = stream;
    if (state === "closed" || state === "errored") {
      return rejected(new TypeError(`The stream (in ${state} state) is not in the writable state and cannot be closed`));
    }
    const made = stream.closeRequest = pending();
    const { writer } = stream;
    if (writer !== undefined && stream.hasBackpressure && state === "writable") writer.ready.resolve();
    stream.controller.queue.push(closing, 0);
    advance(stream.controller);
    return made.promise;
  }

  // In a queue: the stream is to be closed.
  const closing = Symbol();

  // "WritableStreamStartErroring".
  function startErroring(stream, reason) {
    const { controller, writer } = stream;
    stream.state = "erroring";
    stream.error = reason;
    if (writer !== undefined) rejectReady(writer, reason);
    if (stream.inFlight === undefined && stream.inFlightClose === undefined && controller.isStarted) finishErroring(stream);
  }

  function finishErroring(stream) {
    stream.state = "errored";
    stream.controller.queue.clear();
    const { error, requests } = stream;
    for (let i = 0; i < requests.length; i++) requests[i].reject(error);
    stream.requests = [];
    const request = stream.abortRequest;
    if (request === undefined) return rejectClose(stream);
    stream.abortRequest = undefined;
    if (request.wasErroring) {
      request.reject(error);
      return rejectClose(stream);
    }
    const { controller } = stream;
    const { abort } = controller;
    clear(controller);
    react(attempt(() => abort?.(request.reason)), () => {
      request.resolve();
      rejectClose(stream);
    }, (reason) => {
      request.reject(reason);
      rejectClose(stream);
    });
  }

  // "WritableStreamRejectCloseAndClosedPromiseIfNeeded".
  function rejectClose(stream) {
    if (stream.closeRequest !== undefined) {
      stream.closeRequest.reject(stream.error);
      stream.closeRequest = undefined;
    }
    if (stream.writer !== undefined) rejectClosed(stream.writer, stream.error);
  }

  // "WritableStreamDealWithRejection".
  function dealWithRejection(stream, reason) {
    if (stream.state === "writable") startErroring(stream, reason);
    else finishErroring(stream);
  }

  function updateBackpressure(stream, has) {
    const { writer } = stream;
    if (writer !== undefined && has !== stream.hasBackpressure) {
      if (has) writer.ready = pending();
      else writer.ready.resolve();
    }
    stream.hasBackpressure = has;
  }

  function rejectReady(writer, reason) {
    // One that is resolved already is made anew, so that it says what is now.
    if (writer.ready.isSettled) writer.ready = pending();
    writer.ready.reject(reason);
    handled(writer.ready.promise);
  }

  function rejectClosed(writer, reason) {
    writer.closed.reject(reason);
    handled(writer.closed.promise);
  }

  // The slots of a writer.
  class Writer {
    closed = pending();
    ready = pending();
    constructor(stream) {
      if (stream.writer !== undefined) {
        throw new TypeError("Failed to construct 'WritableStreamDefaultWriter': The stream is already locked to a writer");
      }
      this.stream = stream;
      stream.writer = this;
      const { state, error } = stream;
      if (state === "writable") {
        if (isClosing(stream) || !stream.hasBackpressure) this.ready.resolve();
      } else if (state === "erroring") {
        this.ready.reject(error);
        handled(this.ready.promise);
      } else if (state === "closed") {
        this.ready.resolve();
        this.closed.resolve();
      } else {
        this.ready.reject(error);
        handled(this.ready.promise);
        rejectClosed(this, error);
      }
    }
  }

  function release(writer) {
    const { stream } = writer;
    if (stream === undefined) return;
    const reason = new TypeError("Writer has been released");
    rejectReady(writer, reason);
    const isSettled = stream.state === "closed" || stream.state === "errored";
    if (isSettled) writer.closed = pending();
    rejectClosed(writer, reason);
    stream.writer = undefined;
    writer.stream = undefined;
  }

  function desired(stream) {
    if (stream.state === "errored" || stream.state === "erroring") return null;
    return stream.state === "closed" ? 0 : stream.controller.mark - stream.controller.queue.total;
  }

  // "WritableStreamDefaultWriterWrite".
  function write(writer, chunk) {
    const { stream } = writer;
    const { controller } = stream;
    const size = sizeOfChunk(controller, chunk);
    if (writer.stream !== stream) return rejected(new TypeError("Cannot write to a stream that the writer does not lock any more"));
    if (stream.state === "errored") return rejected(stream.error);
    if (isClosing(stream) || stream.state === "closed") return rejected(new TypeError("Cannot write to a closing writable stream"));
    if (stream.state === "erroring") return rejected(stream.error);
    const made = pending();
    stream.requests[stream.requests.length] = made;
    try {
      controller.queue.push(chunk, size);
    } catch (exception) {
      errorIfNeeded(controller, exception);
      return made.promise;
    }
    if (!isClosing(stream) && stream.state === "writable") updateBackpressure(stream, desired(stream) <= 0);
    advance(controller);
    return made.promise;
  }

  function sizeOfChunk(controller, chunk) {
    if (controller.size === undefined) return 1;
    try {
      return controller.size(chunk);
    } catch (exception) {
      errorIfNeeded(controller, exception);
      return 1;
    }
  }

  // "WritableStreamDefaultWriterCloseWithErrorPropagation".
  function closeWithError(writer) {
    const { stream } = writer;
    if (isClosing(stream) || stream.state === "closed") return resolved();
    return stream.state === "errored" ? rejected(stream.error) : close(stream);
  }

  class WritableStreamDefaultWriter {
    #writer;
    constructor(stream) {
      const what = "construct 'WritableStreamDefaultWriter'";
      need(arguments.length, 1, what);
      if (!isStream(stream)) throw fault(what, "parameter 1 is not of type 'WritableStream'.");
      this.#writer = new Writer(streamOf(stream));
    }
    get closed() { return #writer in this ? this.#writer.closed.promise : rejected(new TypeError("Illegal invocation")); }
    get ready() { return #writer in this ? this.#writer.ready.promise : rejected(new TypeError("Illegal invocation")); }
    get desiredSize() {
      if (this.#writer.stream === undefined) throw new TypeError("This writable stream writer has been released and cannot be used to get the desiredSize");
      return desired(this.#writer.stream);
    }
    #locked(what) {
      if (this.#writer.stream === undefined) throw new TypeError(`This writable stream writer has been released and cannot be ${what}`);
      return this.#writer;
    }
    abort(reason = undefined) { return attempt(() => abort(this.#locked("aborted").stream, reason)); }
    close() {
      return attempt(() => {
        const { stream } = this.#locked("closed");
        if (isClosing(stream)) throw new TypeError("Cannot close an already-closing stream");
        return close(stream);
      });
    }
    releaseLock() { release(this.#writer); }
    write(chunk = undefined) { return attempt(() => write(this.#locked("used to write"), chunk)); }
  }
  expose(WritableStreamDefaultWriter);

  class Controller {
    queue = new Queue();
    isStarted = false;
    signal = new (library("abort").AbortController)();
    object = undefined;
    constructor(stream, { write, close, abort }, mark, size) {
      this.stream = stream;
      this.write = write;
      this.close = close;
      this.abort = abort;
      this.mark = mark;
      this.size = size;
      stream.controller = this;
    }
  }

  function setUp(stream, algorithms, mark, size) {
    const controller = new Controller(stream, algorithms, mark, size);
    controller.object = new WritableStreamDefaultController(key, controller);
    updateBackpressure(stream, desired(stream) <= 0);
    const { start } = algorithms;
    const result = start?.(controller.object);
    react(resolved(result), () => {
      controller.isStarted = true;
      advance(controller);
    }, (reason) => {
      controller.isStarted = true;
      dealWithRejection(stream, reason);
    });
  }

  function clear(controller) {
    controller.write = controller.close = controller.abort = controller.size = undefined;
  }

  // "WritableStreamDefaultControllerAdvanceQueueIfNeeded".
  function advance(controller) {
    const { stream, queue } = controller;
    if (!controller.isStarted || stream.inFlight !== undefined) return;
    if (stream.state === "erroring") return finishErroring(stream);
    if (queue.length === 0 || stream.inFlightClose !== undefined) return;
    if (queue.first === closing) processClose(controller);
    else processWrite(controller, queue.first);
  }

  function processClose(controller) {
    const { stream, queue, close } = controller;
    stream.inFlightClose = stream.closeRequest;
    stream.closeRequest = undefined;
    queue.shift();
    clear(controller);
    react(attempt(() => close?.()), () => {
      stream.inFlightClose.resolve();
      stream.inFlightClose = undefined;
      if (stream.state === "erroring") {
        stream.error = undefined;
        stream.abortRequest?.resolve();
        stream.abortRequest = undefined;
      }
      stream.state = "closed";
      stream.writer?.closed.resolve();
    }, (reason) => {
      stream.inFlightClose.reject(reason);
      stream.inFlightClose = undefined;
      stream.abortRequest?.reject(reason);
      stream.abortRequest = undefined;
      dealWithRejection(stream, reason);
    });
  }

  function processWrite(controller, chunk) {
    const { stream, queue } = controller;
    stream.inFlight = stream.requests[0];
    const rest = [];
    for (let i = 1; i < stream.requests.length; i++) rest[i - 1] = stream.requests[i];
    stream.requests = rest;
    react(attempt(() => controller.write?.(chunk, controller.object)), () => {
      stream.inFlight.resolve();
      stream.inFlight = undefined;
      queue.shift();
      if (!isClosing(stream) && stream.state === "writable") updateBackpressure(stream, desired(stream) <= 0);
      advance(controller);
    }, (reason) => {
      if (stream.state === "writable") clear(controller);
      stream.inFlight.reject(reason);
      stream.inFlight = undefined;
      dealWithRejection(stream, reason);
    });
  }

  function errorIfNeeded(controller, reason) {
    if (controller.stream.state !== "writable") return;
    clear(controller);
    startErroring(controller.stream, reason);
  }

  class WritableStreamDefaultController {
    #controller;
    constructor(given = undefined, controller) {
      if (given !== key) throw illegal();
      this.#controller = controller;
    }
    get signal() { return this.#controller.signal.signal; }
    error(reason = undefined) { errorIfNeeded(this.#controller, reason); }
  }
  expose(WritableStreamDefaultController);

  return {
    WritableStream, WritableStreamDefaultWriter, WritableStreamDefaultController,
    // For scripts of ours.
    isStream, streamOf, create, abort, close, isClosing, Writer, write, release, closeWithError, desired, errorIfNeeded,
  };
}
