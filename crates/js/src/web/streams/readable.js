// Readable streams (the Streams standard, § 4) but for those of bytes, which are in `bytes.js`. What the standard keeps in slots
// of a stream is in a record here; the objects that programs have only lead to it.
(language, native, library) => {
  "use strict";
  const { Object, Promise, RangeError, Symbol, TypeError, apply } = language;
  const { defineProperty, getPrototypeOf } = Object;
  const { expose, need, fault, dictionary, enforceRange, isObject, maxSafe } = library("webidl");
  const { pending, resolved, rejected, react, ignore, handled, attempt, pullFromSource, Queue, strategyOf, markOf, sizeOf, method } =
    library("streams/base");

  const key = Symbol();
  const illegal = () => new TypeError("Illegal constructor");

  // The slots of a stream.
  class Stream {
    state = "readable";
    reader = undefined;
    error = undefined;
    isDisturbed = false;
    controller = undefined;
    object = undefined;
  }

  // The record that a given object stands for.
  let streamOf, isStream, wrapStream;

  class ReadableStream {
    #stream = new Stream();

    constructor(source = undefined, strategy = undefined) {
      const what = "construct 'ReadableStream'";
      native.portable(this, "streams/transfer", "readableSteps");
      this.#stream.object = this;
      if (source === key) {
        this.#stream = strategy;
        strategy.object = this;
        return;
      }
      if (source !== undefined && !isObject(source)) throw fault(what, "parameter 1 is not of type 'Object'.");
      const chosen = strategyOf(strategy, what);
      const given = source === undefined ? { __proto__: null } : source;
      let { autoAllocateChunkSize } = given;
      if (autoAllocateChunkSize !== undefined) autoAllocateChunkSize = enforceRange(autoAllocateChunkSize, maxSafe, what);
      const cancel = method(given, "cancel", what);
      const pull = method(given, "pull", what);
      const start = method(given, "start", what);
      let { type } = given;
      if (type !== undefined) {
        if (`${type}` !== "bytes") throw fault(what, `The provided value '${type}' is not a valid enum value of type ReadableStreamType.`);
        if (chosen.size !== undefined) throw new RangeError("A readable byte stream's strategy must not have a size");
        library("streams/bytes").setUp(this.#stream, { start, pull, cancel, autoAllocateChunkSize }, markOf(chosen, 0));
      } else {
        setUp(this.#stream, { start, pull, cancel }, markOf(chosen, 1), sizeOf(chosen));
      }
    }

    static from(iterable) {
      need(arguments.length, 1, "execute 'from' on 'ReadableStream'");
      return from(iterable).object;
    }

    get locked() { return this.#stream.reader !== undefined; }

    cancel(reason = undefined) {
      if (!isStream(this)) return rejected(new TypeError("Illegal invocation"));
      if (this.locked) return rejected(new TypeError("Cannot cancel a locked stream"));
      return cancel(this.#stream, reason);
    }

    getReader(options = undefined) {
      const what = "execute 'getReader' on 'ReadableStream'";
      this.#stream;
      const { mode } = dictionary(options, what);
      if (mode === undefined) return new ReadableStreamDefaultReader(this);
      if (`${mode}` !== "byob") throw fault(what, `The provided value '${mode}' is not a valid enum value of type ReadableStreamReaderMode.`);
      const { ReadableStreamBYOBReader } = library("streams/bytes");
      return new ReadableStreamBYOBReader(this);
    }

    pipeThrough(transform, options = undefined) {
      const what = "execute 'pipeThrough' on 'ReadableStream'";
      const { pipe, optionsOf, writableOf } = library("streams/pipe");
      this.#stream;
      need(arguments.length, 1, what);
      const pair = dictionary(transform, what);
      const { readable } = pair;
      if (!isStream(readable)) throw fault(what, "member readable is not of type ReadableStream.");
      const writable = writableOf(pair.writable, what);
      const chosen = optionsOf(options, what);
      if (this.locked) throw fault(what, "Cannot pipe a locked stream");
      if (writable.writer !== undefined) throw fault(what, "parameter 1's 'writable' is locked");
      handled(pipe(this.#stream, writable, chosen));
      return readable;
    }

    pipeTo(destination, options = undefined) {
      const what = "execute 'pipeTo' on 'ReadableStream'";
      const { pipe, optionsOf, writableOf } = library("streams/pipe");
      return attempt(() => {
        this.#stream;
        need(arguments.length, 1, what);
        const writable = writableOf(destination, what);
        const chosen = optionsOf(options, what);
        if (this.locked) throw fault(what, "Cannot pipe a locked stream");
        if (writable.writer !== undefined) throw fault(what, "Cannot pipe to a locked stream");
        return pipe(this.#stream, writable, chosen);
      });
    }

    tee() {
      const { tee } = library("streams/pipe");
      const [first, second] = tee(this.#stream);
      return [first.object, second.object];
    }

    values(options = undefined) {
      this.#stream;
      const { preventCancel } = dictionary(options, "execute 'values' on 'ReadableStream'");
      return new Iterator(new ReadableStreamDefaultReader(this), !!preventCancel);
    }

    static {
      isStream = (value) => isObject(value) && #stream in value;
      streamOf = (object) => object.#stream;
      wrapStream = (stream) => stream.object ?? new ReadableStream(key, stream);
    }
  }
  expose(ReadableStream);
  const iterate = { __proto__: null, value: ReadableStream.prototype.values, writable: true, enumerable: false, configurable: true };
  defineProperty(ReadableStream.prototype, Symbol.asyncIterator, iterate);

  // A stream of ours: with these algorithms, which programs do not see.
  function create({ start = ignore, pull, cancel }, mark = 1, size = () => 1) {
    const stream = new Stream();
    wrapStream(stream);
    setUp(stream, { start, pull, cancel }, mark, size);
    return stream;
  }

  const asyncPrototype = getPrototypeOf(getPrototypeOf(async function* () {}).prototype);

  // § 4.2.5 "Asynchronous iteration".
  class Iterator {
    #reader;
    #preventCancel;
    #ongoing = undefined;
    #isFinished = false;
    constructor(reader, preventCancel) {
      this.#reader = readerOf(reader);
      this.#preventCancel = preventCancel;
    }
    next() {
      const step = () => this.#next();
      return this.#ongoing = this.#ongoing === undefined ? step() : react(this.#ongoing, step, step);
    }
    return(value) {
      const step = () => this.#return(value);
      return this.#ongoing = this.#ongoing === undefined ? step() : react(this.#ongoing, step, step);
    }
    #next() {
      if (this.#isFinished) return resolved({ value: undefined, done: true });
      const { promise, resolve, reject } = pending();
      read(this.#reader, {
        chunk: (value) => resolve({ value, done: false }),
        close: () => {
          this.#isFinished = true;
          release(this.#reader);
          resolve({ value: undefined, done: true });
        },
        error: (reason) => {
          this.#isFinished = true;
          release(this.#reader);
          reject(reason);
        },
      });
      return promise;
    }
    #return(value) {
      if (this.#isFinished) return resolved({ value, done: true });
      this.#isFinished = true;
      const reader = this.#reader;
      const done = this.#preventCancel ? resolved() : cancel(reader.stream, value);
      release(reader);
      return react(done, () => ({ value, done: true }));
    }
  }
  delete Iterator.prototype.constructor;
  Object.setPrototypeOf(Iterator.prototype, asyncPrototype);
  defineProperty(Iterator.prototype, "next", { __proto__: null, enumerable: true });
  defineProperty(Iterator.prototype, "return", { __proto__: null, enumerable: true });

  // "ReadableStreamFromIterable".
  function from(iterable) {
    const asyncMethod = iterable[Symbol.asyncIterator];
    const isAsync = asyncMethod !== undefined && asyncMethod !== null;
    const method = isAsync ? asyncMethod : iterable[Symbol.iterator];
    if (typeof method !== "function") throw fault("execute 'from' on 'ReadableStream'", "parameter 1 is not iterable.");
    const iterator = apply(method, iterable, []);
    if (!isObject(iterator)) throw new TypeError("The iterator is not an object");
    const { next } = iterator;
    const stream = create({
      pull: () => react(attempt(() => apply(next, iterator, [])), (result) => {
        if (!isObject(result)) throw new TypeError("The iterator's result is not an object");
        if (result.done) return close(stream.controller);
        if (isAsync) return enqueue(stream.controller, result.value);
        return react(resolved(result.value), (value) => enqueue(stream.controller, value));
      }),
      cancel: (reason) => attempt(() => {
        const end = iterator.return;
        if (end === undefined || end === null) return undefined;
        return react(resolved(apply(end, iterator, [reason])), (result) => {
          if (!isObject(result)) throw new TypeError("The iterator's result is not an object");
        });
      }),
    }, 0);
    return stream;
  }

  // Operations on streams (§ 4.9.1, § 4.9.2).

  function cancel(stream, reason) {
    stream.isDisturbed = true;
    if (stream.state === "closed") return resolved();
    if (stream.state === "errored") return rejected(stream.error);
    finish(stream);
    const { reader } = stream;
    if (reader?.isBYOB) {
      const requests = reader.requests;
      reader.requests = [];
      for (let i = 0; i < requests.length; i++) requests[i].close(undefined);
    }
    return react(stream.controller.cancelSteps(reason), ignore);
  }

  // "ReadableStreamClose".
  function finish(stream) {
    stream.state = "closed";
    const { reader } = stream;
    if (reader === undefined) return;
    reader.closed.resolve();
    if (reader.isBYOB) return;
    const requests = reader.requests;
    reader.requests = [];
    for (let i = 0; i < requests.length; i++) requests[i].close();
  }

  // "ReadableStreamError".
  function fail(stream, reason) {
    stream.state = "errored";
    stream.error = reason;
    const { reader } = stream;
    if (reader === undefined) return;
    reader.closed.reject(reason);
    handled(reader.closed.promise);
    failRequests(reader, reason);
  }

  function failRequests(reader, reason) {
    const requests = reader.requests;
    reader.requests = [];
    for (let i = 0; i < requests.length; i++) requests[i].error(reason);
  }

  // The slots of a reader.
  class Reader {
    stream;
    requests = [];
    closed = pending();
    isBYOB;
    constructor(stream, isBYOB) {
      this.stream = stream;
      this.isBYOB = isBYOB;
      stream.reader = this;
      if (stream.state === "closed") this.closed.resolve();
      if (stream.state === "errored") {
        this.closed.reject(stream.error);
        handled(this.closed.promise);
      }
    }
  }

  function acquire(stream, isBYOB = false) {
    if (stream.reader !== undefined) throw new TypeError("ReadableStreamReader constructor can only accept readable streams that are not yet locked to a reader");
    return new Reader(stream, isBYOB);
  }

  // "ReadableStreamDefaultReaderRead".
  function read(reader, request) {
    const { stream } = reader;
    stream.isDisturbed = true;
    if (stream.state === "closed") request.close();
    else if (stream.state === "errored") request.error(stream.error);
    else stream.controller.pullSteps(request);
  }

  const released = () => new TypeError("Releasing reader");

  // "ReadableStreamReaderGenericRelease", and errors for the requests that are left.
  function release(reader) {
    const { stream } = reader;
    if (stream === undefined) return;
    if (stream.state === "readable") reader.closed.reject(released());
    else {
      reader.closed = pending();
      reader.closed.reject(released());
    }
    handled(reader.closed.promise);
    stream.controller.releaseSteps();
    stream.reader = undefined;
    reader.stream = undefined;
    failRequests(reader, released());
  }

  const readPromise = (made) => ({
    chunk: (value) => made.resolve({ value, done: false }),
    close: (value) => made.resolve({ value, done: true }),
    error: made.reject,
  });

  let readerOf;

  class ReadableStreamDefaultReader {
    #reader;
    constructor(stream) {
      const what = "construct 'ReadableStreamDefaultReader'";
      need(arguments.length, 1, what);
      if (!isStream(stream)) throw fault(what, "parameter 1 is not of type 'ReadableStream'.");
      this.#reader = acquire(streamOf(stream));
    }
    get closed() { return #reader in this ? this.#reader.closed.promise : rejected(new TypeError("Illegal invocation")); }
    cancel(reason = undefined) {
      return attempt(() => {
        if (this.#reader.stream === undefined) throw new TypeError("This readable stream reader has been released and cannot be used to cancel its previous owner stream");
        return cancel(this.#reader.stream, reason);
      });
    }
    read() {
      return attempt(() => {
        if (this.#reader.stream === undefined) throw new TypeError("This readable stream reader has been released and cannot be used to read from its previous owner stream");
        const made = pending();
        read(this.#reader, readPromise(made));
        return made.promise;
      });
    }
    releaseLock() { release(this.#reader); }
    static { readerOf = (object) => object.#reader; }
  }
  expose(ReadableStreamDefaultReader);

  // The controller of a stream that has no bytes (§ 4.6, § 4.10).
  class Controller {
    queue = new Queue();
    isStarted = false;
    isCloseRequested = false;
    isPulling = false;
    pullsAgain = false;
    object = undefined;
    constructor(stream, pull, cancel, mark, size) {
      this.stream = stream;
      this.pull = pull;
      this.cancel = cancel;
      this.mark = mark;
      this.size = size;
      stream.controller = this;
    }
    cancelSteps(reason) {
      this.queue.clear();
      const { cancel } = this;
      clear(this);
      return attempt(() => cancel?.(reason));
    }
    pullSteps(request) {
      const { queue, stream } = this;
      if (queue.length === 0) {
        stream.reader.requests[stream.reader.requests.length] = request;
        return pullIfNeeded(this);
      }
      const chunk = queue.shift();
      if (this.isCloseRequested && queue.length === 0) {
        clear(this);
        finish(stream);
      } else {
        pullIfNeeded(this);
      }
      request.chunk(chunk);
    }
    releaseSteps() {}
  }

  function setUp(stream, { start, pull, cancel }, mark, size) {
    const controller = new Controller(stream, pull, cancel, mark, size);
    controller.object = new ReadableStreamDefaultController(key, controller);
    started(controller, start, (reason) => error(controller, reason), pullIfNeeded);
  }

  // Runs the algorithm `start` and goes on when its promise is settled.
  function started(controller, start, failed, next) {
    const result = start?.(controller.object);
    react(resolved(result), () => {
      controller.isStarted = true;
      next(controller);
    }, failed);
  }

  function clear(controller) {
    controller.pull = controller.cancel = controller.size = undefined;
  }

  const desired = (controller) => {
    const { state } = controller.stream;
    return state === "errored" ? null : state === "closed" ? 0 : controller.mark - controller.queue.total;
  };

  const canEnqueue = (controller) => !controller.isCloseRequested && controller.stream.state === "readable";

  function shouldPull(controller) {
    if (!canEnqueue(controller) || !controller.isStarted) return false;
    const { reader } = controller.stream;
    return (reader !== undefined && reader.requests.length > 0) || desired(controller) > 0;
  }

  function pullIfNeeded(controller) {
    if (!shouldPull(controller)) return;
    pullFromSource(controller, pullIfNeeded, error);
  }

  function enqueue(controller, chunk) {
    if (!canEnqueue(controller)) return;
    const { reader } = controller.stream;
    if (reader !== undefined && reader.requests.length > 0) {
      shift(reader).chunk(chunk);
    } else {
      try {
        controller.queue.push(chunk, controller.size(chunk));
      } catch (exception) {
        error(controller, exception);
        throw exception;
      }
    }
    pullIfNeeded(controller);
  }

  function shift(reader) {
    const { requests } = reader;
    const first = requests[0];
    const rest = [];
    for (let i = 1; i < requests.length; i++) rest[i - 1] = requests[i];
    reader.requests = rest;
    return first;
  }

  function close(controller) {
    if (!canEnqueue(controller)) return;
    controller.isCloseRequested = true;
    if (controller.queue.length > 0) return;
    clear(controller);
    finish(controller.stream);
  }

  function error(controller, reason) {
    if (controller.stream.state !== "readable") return;
    controller.queue.clear();
    clear(controller);
    fail(controller.stream, reason);
  }

  class ReadableStreamDefaultController {
    #controller;
    constructor(given = undefined, controller) {
      if (given !== key) throw illegal();
      this.#controller = controller;
    }
    get desiredSize() { return desired(this.#controller); }
    close() {
      if (!canEnqueue(this.#controller)) throw new TypeError("Cannot close a readable stream that has been requested to be closed");
      close(this.#controller);
    }
    enqueue(chunk = undefined) {
      if (!canEnqueue(this.#controller)) throw new TypeError("Cannot enqueue a chunk into a closed readable stream");
      enqueue(this.#controller, chunk);
    }
    error(reason = undefined) { error(this.#controller, reason); }
  }
  expose(ReadableStreamDefaultController);

  return {
    ReadableStream, ReadableStreamDefaultReader, ReadableStreamDefaultController,
    // For scripts of ours.
    key, illegal, Stream, isStream, streamOf, wrapStream, create, from, cancel, finish, fail, acquire, read, release, released,
    readPromise, shift, started, close, error, enqueue, desired, pullIfNeeded, canEnqueue, failRequests,
  };
}
