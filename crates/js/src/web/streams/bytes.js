// Readable streams of bytes (the Streams standard, § 4.5, § 4.7, § 4.8 and § 4.9.5): buffers of readers are filled in place.
(language, native, library) => {
  "use strict";
  const { ArrayBuffer, DataView, Object, RangeError, Symbol, TypeError, Uint8Array, apply } = language;
  const { expose, need, fault, dictionary, enforceRange, isObject, maxSafe } = library("webidl");
  const { pending, resolved, rejected, react, ignore, attempt, pullFromSource } = library("streams/base");
  const { Stream, isStream, streamOf, wrapStream, acquire, release, cancel, finish, fail, shift, started, readPromise } =
    library("streams/readable");

  const key = Symbol();
  const illegal = () => new TypeError("Illegal constructor");
  const moveBuffer = ArrayBuffer.prototype.transfer;

  // The same bytes in a buffer of ours; what programs have of it is detached.
  const transfer = (buffer) => apply(moveBuffer, buffer, []);
  const detached = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "detached").get;
  const isDetached = (buffer) => apply(detached, buffer, []);
  const setBytes = Uint8Array.prototype.set;

  // What views are made by.
  const makers = [
    Uint8Array, DataView, language.Int8Array, language.Uint8ClampedArray, language.Int16Array, language.Uint16Array,
    language.Int32Array, language.Uint32Array, language.Float16Array, language.Float32Array, language.Float64Array,
    language.BigInt64Array, language.BigUint64Array,
  ];
  function makerOf(view) {
    for (let i = 0; i < makers.length; i++) if (view instanceof makers[i]) return makers[i];
    return Uint8Array;
  }

  // The slots of a controller.
  class Controller {
    isByte = true;
    // Parts of buffers: { buffer, offset, length }.
    queue = [];
    total = 0;
    isStarted = false;
    isCloseRequested = false;
    isPulling = false;
    pullsAgain = false;
    // Buffers that readers want filled.
    pullIntos = [];
    request = null;
    object = undefined;
    constructor(stream, pull, cancel, mark, chunkSize) {
      this.stream = stream;
      this.pull = pull;
      this.cancel = cancel;
      this.mark = mark;
      this.chunkSize = chunkSize;
      stream.controller = this;
    }
    cancelSteps(reason) {
      this.pullIntos = [];
      invalidate(this);
      clearQueue(this);
      const { cancel } = this;
      clear(this);
      return attempt(() => cancel?.(reason));
    }
    pullSteps(request) {
      const { stream, chunkSize } = this;
      if (this.total > 0) return fillRequest(this, request);
      if (chunkSize !== undefined) {
        let buffer;
        try {
          buffer = new ArrayBuffer(chunkSize);
        } catch (exception) {
          return request.error(exception);
        }
        push(this.pullIntos, {
          buffer, bufferLength: chunkSize, offset: 0, length: chunkSize, filled: 0, minimum: 1, size: 1,
          make: Uint8Array, kind: "default",
        });
      }
      push(stream.reader.requests, request);
      pullIfNeeded(this);
    }
    releaseSteps() {
      if (this.pullIntos.length === 0) return;
      const first = this.pullIntos[0];
      first.kind = "none";
      this.pullIntos = [first];
    }
  }

  const push = (list, item) => { list[list.length] = item; };

  function removeFirst(list) {
    const first = list[0];
    for (let i = 1; i < list.length; i++) list[i - 1] = list[i];
    list.length--;
    return first;
  }

  // Sets up a stream with the members of an underlying source.
  function setUp(stream, { start, pull, cancel, autoAllocateChunkSize }, mark) {
    if (autoAllocateChunkSize === 0) throw new TypeError("autoAllocateChunkSize must be greater than 0");
    const controller = new Controller(stream, pull, cancel, mark, autoAllocateChunkSize);
    controller.object = new ReadableByteStreamController(key, controller);
    started(controller, start, (reason) => error(controller, reason), pullIfNeeded);
  }

  // A stream of ours.
  function create({ start = ignore, pull, cancel }, mark = 0) {
    const stream = new Stream();
    wrapStream(stream);
    setUp(stream, { start, pull, cancel }, mark);
    return stream;
  }

  function clear(controller) { controller.pull = controller.cancel = undefined; }

  function clearQueue(controller) {
    controller.queue = [];
    controller.total = 0;
  }

  // "ReadableByteStreamControllerInvalidateBYOBRequest".
  function invalidate(controller) {
    if (controller.request === null) return;
    invalidateRequest(controller.request);
    controller.request = null;
  }

  const isOpen = (controller) => !controller.isCloseRequested && controller.stream.state === "readable";

  function desired(controller) {
    const { state } = controller.stream;
    return state === "errored" ? null : state === "closed" ? 0 : controller.mark - controller.total;
  }

  function pullIfNeeded(controller) {
    if (!isOpen(controller) || !controller.isStarted) return;
    const { reader } = controller.stream;
    if (!(reader !== undefined && reader.requests.length > 0) && !(desired(controller) > 0)) return;
    pullFromSource(controller, pullIfNeeded, error);
  }

  function error(controller, reason) {
    if (controller.stream.state !== "readable") return;
    invalidate(controller);
    controller.pullIntos = [];
    clearQueue(controller);
    clear(controller);
    fail(controller.stream, reason);
  }

  function close(controller) {
    if (!isOpen(controller)) return;
    if (controller.total > 0) {
      controller.isCloseRequested = true;
      return;
    }
    if (controller.pullIntos.length > 0) {
      const first = controller.pullIntos[0];
      if (first.filled % first.size !== 0) {
        const reason = new TypeError("Insufficient bytes to fill elements in the given buffer");
        error(controller, reason);
        throw reason;
      }
    }
    clear(controller);
    finish(controller.stream);
  }

  function enqueue(controller, chunk) {
    if (!isOpen(controller)) return;
    const { stream } = controller;
    const { buffer, byteOffset, byteLength } = chunk;
    if (isDetached(buffer)) throw new TypeError("chunk's buffer is detached and so cannot be enqueued");
    const moved = transfer(buffer);
    if (controller.pullIntos.length > 0) {
      const first = controller.pullIntos[0];
      if (isDetached(first.buffer)) throw new TypeError("The BYOB request's buffer has been detached and so cannot be filled with an enqueued chunk");
      invalidate(controller);
      first.buffer = transfer(first.buffer);
      if (first.kind === "none") detachedToQueue(controller, first);
    }
    const { reader } = stream;
    if (reader !== undefined && !reader.isBYOB) {
      // "ReadableByteStreamControllerProcessReadRequestsUsingQueue".
      while (reader.requests.length > 0 && controller.total > 0) fillRequest(controller, shift(reader));
      if (reader.requests.length === 0) {
        queue(controller, moved, byteOffset, byteLength);
      } else {
        if (controller.pullIntos.length > 0) removeFirst(controller.pullIntos);
        shift(reader).chunk(new Uint8Array(moved, byteOffset, byteLength));
      }
    } else {
      queue(controller, moved, byteOffset, byteLength);
      if (reader !== undefined) commitAll(controller);
    }
    pullIfNeeded(controller);
  }

  function queue(controller, buffer, offset, length) {
    push(controller.queue, { buffer, offset, length });
    controller.total += length;
  }

  // What a released reader's buffer holds goes to the queue, as a copy.
  function detachedToQueue(controller, pullInto) {
    if (pullInto.filled > 0) {
      const copy = new Uint8Array(new Uint8Array(pullInto.buffer, pullInto.offset, pullInto.filled));
      queue(controller, copy.buffer, 0, pullInto.filled);
    }
    removeFirst(controller.pullIntos);
  }

  // Gives the first part of the queue to a request of a default reader.
  function fillRequest(controller, request) {
    const { buffer, offset, length } = removeFirst(controller.queue);
    controller.total -= length;
    drained(controller);
    request.chunk(new Uint8Array(buffer, offset, length));
  }

  // "ReadableByteStreamControllerHandleQueueDrain".
  function drained(controller) {
    if (controller.total === 0 && controller.isCloseRequested) {
      clear(controller);
      finish(controller.stream);
    } else {
      pullIfNeeded(controller);
    }
  }

  // "ReadableByteStreamControllerFillPullIntoDescriptorFromQueue": whether it is as full as it must be.
  function fill(controller, pullInto) {
    const most = controller.total < pullInto.length - pullInto.filled ? controller.total : pullInto.length - pullInto.filled;
    const mostFilled = pullInto.filled + most;
    const aligned = mostFilled - mostFilled % pullInto.size;
    const isReady = aligned >= pullInto.minimum;
    let rest = isReady ? aligned - pullInto.filled : most;
    while (rest > 0) {
      const head = controller.queue[0];
      const count = rest < head.length ? rest : head.length;
      const room = new Uint8Array(pullInto.buffer, pullInto.offset + pullInto.filled, count);
      apply(setBytes, room, [new Uint8Array(head.buffer, head.offset, count)]);
      if (head.length === count) {
        removeFirst(controller.queue);
      } else {
        head.offset += count;
        head.length -= count;
      }
      controller.total -= count;
      pullInto.filled += count;
      rest -= count;
    }
    return isReady;
  }

  // The view that a reader gets.
  function converted(pullInto) {
    const buffer = transfer(pullInto.buffer);
    return new pullInto.make(buffer, pullInto.offset, pullInto.filled / pullInto.size);
  }

  // "ReadableByteStreamControllerCommitPullIntoDescriptor".
  function commit(stream, pullInto) {
    const isDone = stream.state === "closed";
    const view = converted(pullInto);
    const request = shift(stream.reader);
    if (isDone) request.close(view);
    else request.chunk(view);
  }

  // "ReadableByteStreamControllerProcessPullIntoDescriptorsUsingQueue", and what follows of it.
  function commitAll(controller) {
    const filled = [];
    while (controller.pullIntos.length > 0 && controller.total > 0) {
      const first = controller.pullIntos[0];
      if (!fill(controller, first)) break;
      push(filled, removeFirst(controller.pullIntos));
    }
    for (let i = 0; i < filled.length; i++) commit(controller.stream, filled[i]);
  }

  // "ReadableByteStreamControllerPullInto".
  function pullInto(controller, view, minimum, request) {
    const { stream } = controller;
    const make = makerOf(view);
    const size = make === DataView ? 1 : make.BYTES_PER_ELEMENT;
    const { byteOffset, byteLength } = view;
    let buffer;
    try {
      buffer = transfer(view.buffer);
    } catch (exception) {
      return request.error(exception);
    }
    const wanted = {
      buffer, bufferLength: buffer.byteLength, offset: byteOffset, length: byteLength, filled: 0, minimum: minimum * size,
      size, make, kind: "byob",
    };
    if (controller.pullIntos.length > 0) {
      push(controller.pullIntos, wanted);
      push(stream.reader.requests, request);
      return;
    }
    if (stream.state === "closed") return request.close(new make(buffer, byteOffset, 0));
    if (controller.total > 0) {
      if (fill(controller, wanted)) {
        const filled = converted(wanted);
        drained(controller);
        return request.chunk(filled);
      }
      if (controller.isCloseRequested) {
        const reason = new TypeError("Insufficient bytes to fill elements in the given buffer");
        error(controller, reason);
        return request.error(reason);
      }
    }
    push(controller.pullIntos, wanted);
    push(stream.reader.requests, request);
    pullIfNeeded(controller);
  }

  // "ReadableStreamBYOBReaderRead".
  function readInto(reader, view, minimum, request) {
    const { stream } = reader;
    stream.isDisturbed = true;
    if (stream.state === "errored") request.error(stream.error);
    else pullInto(stream.controller, view, minimum, request);
  }

  // What is still to be filled of the buffer that has waited longest, if there is one.
  function room(controller) {
    if (controller.pullIntos.length === 0) return undefined;
    const { buffer, offset, length, filled } = controller.pullIntos[0];
    return new Uint8Array(buffer, offset + filled, length - filled);
  }

  // "ReadableByteStreamControllerRespond".
  function respond(controller, count) {
    const first = controller.pullIntos[0];
    if (controller.stream.state === "closed") {
      if (count !== 0) throw new TypeError("bytesWritten must be 0 when calling respond() on a closed stream");
    } else {
      if (count === 0) throw new TypeError("bytesWritten must be greater than 0 when calling respond() on a readable stream");
      if (first.filled + count > first.length) throw new RangeError("bytesWritten out of range");
    }
    first.buffer = transfer(first.buffer);
    respondTo(controller, count);
  }

  function respondTo(controller, count) {
    const { stream } = controller;
    const first = controller.pullIntos[0];
    invalidate(controller);
    if (stream.state === "closed") {
      if (first.kind === "none") removeFirst(controller.pullIntos);
      while (stream.reader?.isBYOB && stream.reader.requests.length > 0) commit(stream, removeFirst(controller.pullIntos));
    } else {
      respondReadable(controller, count, first);
    }
    pullIfNeeded(controller);
  }

  function respondReadable(controller, count, first) {
    first.filled += count;
    if (first.kind === "none") {
      detachedToQueue(controller, first);
      if (controller.stream.reader?.isBYOB) commitAll(controller);
      return;
    }
    if (first.filled < first.minimum) return;
    removeFirst(controller.pullIntos);
    const rest = first.filled % first.size;
    if (rest > 0) {
      const end = first.offset + first.filled;
      const copy = new Uint8Array(new Uint8Array(first.buffer, end - rest, rest));
      queue(controller, copy.buffer, 0, rest);
    }
    first.filled -= rest;
    commit(controller.stream, first);
    commitAll(controller);
  }

  // "ReadableByteStreamControllerRespondWithNewView".
  function respondWith(controller, view) {
    const first = controller.pullIntos[0];
    const { byteOffset, byteLength, buffer } = view;
    if (controller.stream.state === "closed") {
      if (byteLength !== 0) throw new TypeError("The view's length must be 0 when calling respondWithNewView() on a closed stream");
    } else if (byteLength === 0) {
      throw new TypeError("The view's length must be greater than 0 when calling respondWithNewView() on a readable stream");
    }
    if (first.offset + first.filled !== byteOffset) throw new RangeError("The region specified by view does not match byobRequest");
    if (first.bufferLength !== buffer.byteLength) throw new RangeError("The buffer of view has different capacity than byobRequest");
    if (first.filled + byteLength > first.length) throw new RangeError("The region specified by view is larger than byobRequest");
    first.buffer = transfer(buffer);
    respondTo(controller, byteLength);
  }

  const toView = (value, what) => {
    if (!ArrayBuffer.isView(value)) throw fault(what, "parameter 1 is not of type 'ArrayBufferView'.");
    return value;
  };

  let invalidateRequest;

  class ReadableStreamBYOBRequest {
    #controller;
    #view;
    constructor(given = undefined, controller, view) {
      if (given !== key) throw illegal();
      this.#controller = controller;
      this.#view = view;
    }
    get view() { return this.#view; }
    respond(bytesWritten) {
      const what = "execute 'respond' on 'ReadableStreamBYOBRequest'";
      this.#controller;
      need(arguments.length, 1, what);
      const count = enforceRange(bytesWritten, maxSafe, what);
      if (this.#controller === undefined) throw new TypeError("This BYOB request has been invalidated");
      if (isDetached(this.#view.buffer)) throw new TypeError("The BYOB request's buffer has been detached and so cannot be used as a response");
      respond(this.#controller, count);
    }
    respondWithNewView(view) {
      const what = "execute 'respondWithNewView' on 'ReadableStreamBYOBRequest'";
      this.#controller;
      need(arguments.length, 1, what);
      toView(view, what);
      if (this.#controller === undefined) throw new TypeError("This BYOB request has been invalidated");
      if (isDetached(view.buffer)) throw new TypeError("The given view's buffer has been detached and so cannot be used as a response");
      respondWith(this.#controller, view);
    }
    static {
      invalidateRequest = (request) => {
        request.#controller = undefined;
        request.#view = null;
      };
    }
  }
  expose(ReadableStreamBYOBRequest);

  class ReadableByteStreamController {
    #controller;
    constructor(given = undefined, controller) {
      if (given !== key) throw illegal();
      this.#controller = controller;
    }
    get byobRequest() {
      const controller = this.#controller;
      if (controller.request === null && controller.pullIntos.length > 0) {
        controller.request = new ReadableStreamBYOBRequest(key, controller, room(controller));
      }
      return controller.request;
    }
    get desiredSize() { return desired(this.#controller); }
    close() {
      const controller = this.#controller;
      if (controller.isCloseRequested) throw new TypeError("The stream has already been closed; do not close it again!");
      if (controller.stream.state !== "readable") throw new TypeError(`The stream (in ${controller.stream.state} state) is not in the readable state and cannot be closed`);
      close(controller);
    }
    enqueue(chunk) {
      const what = "execute 'enqueue' on 'ReadableByteStreamController'";
      const controller = this.#controller;
      need(arguments.length, 1, what);
      toView(chunk, what);
      if (chunk.byteLength === 0) throw new TypeError("chunk must have non-zero byteLength");
      if (chunk.buffer.byteLength === 0) throw new TypeError("chunk's buffer must have non-zero byteLength");
      if (controller.isCloseRequested) throw new TypeError("stream is closed or draining");
      if (controller.stream.state !== "readable") throw new TypeError(`The stream (in ${controller.stream.state} state) is not in the readable state and cannot be enqueued to`);
      enqueue(controller, chunk);
    }
    error(reason = undefined) { error(this.#controller, reason); }
  }
  expose(ReadableByteStreamController);

  class ReadableStreamBYOBReader {
    #reader;
    constructor(stream) {
      const what = "construct 'ReadableStreamBYOBReader'";
      need(arguments.length, 1, what);
      if (!isStream(stream)) throw fault(what, "parameter 1 is not of type 'ReadableStream'.");
      const record = streamOf(stream);
      if (record.reader !== undefined) throw fault(what, "The stream is already locked to a reader");
      if (!record.controller.isByte) throw fault(what, "Cannot use a BYOB reader with a non-byte stream");
      this.#reader = acquire(record, true);
    }
    get closed() { return #reader in this ? this.#reader.closed.promise : rejected(new TypeError("Illegal invocation")); }
    cancel(reason = undefined) {
      return attempt(() => {
        if (this.#reader.stream === undefined) throw new TypeError("This readable stream reader has been released and cannot be used to cancel its previous owner stream");
        return cancel(this.#reader.stream, reason);
      });
    }
    read(view, options = undefined) {
      const what = "execute 'read' on 'ReadableStreamBYOBReader'";
      return attempt(() => {
        const reader = this.#reader;
        need(arguments.length, 1, what);
        toView(view, what);
        const { min = 1 } = dictionary(options, what);
        const minimum = enforceRange(min, maxSafe, what);
        if (view.byteLength === 0) throw new TypeError("view must have non-zero byteLength");
        if (isDetached(view.buffer)) throw new TypeError("view's buffer has been detached");
        if (view.buffer.byteLength === 0) throw new TypeError("view's buffer must have non-zero byteLength");
        if (minimum === 0) throw new TypeError("options.min must be greater than 0");
        const length = view instanceof DataView ? view.byteLength : view.length;
        if (minimum > length) throw new RangeError("options.min must be less than or equal to view's length");
        if (reader.stream === undefined) throw new TypeError("This readable stream reader has been released and cannot be used to read from its previous owner stream");
        const made = pending();
        readInto(reader, view, minimum, readPromise(made));
        return made.promise;
      });
    }
    releaseLock() { release(this.#reader); }
  }
  expose(ReadableStreamBYOBReader);

  return {
    ReadableStreamBYOBReader, ReadableStreamBYOBRequest, ReadableByteStreamController,
    // For scripts of ours.
    setUp, create, enqueue, close, error, desired, readInto, respond, respondWith, room,
  };
}
