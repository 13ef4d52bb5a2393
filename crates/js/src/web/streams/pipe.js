// Pipes and tees (the Streams standard, § 4.9.1).
(language, native, library) => {
  "use strict";
  const { Promise, TypeError } = language;
  const { fault, dictionary } = library("webidl");
  const { pending, resolved, react, ignore, handled, attempt } = library("streams/base");
  const readable = library("streams/readable");
  const writable = library("streams/writable");

  // A record of a WritableStream that is an argument.
  function writableOf(value, what) {
    if (!writable.isStream(value)) throw fault(what, "parameter 1 is not of type 'WritableStream'.");
    return writable.streamOf(value);
  }

  // The dictionary StreamPipeOptions.
  function optionsOf(options, what) {
    const { preventAbort, preventCancel, preventClose, signal } = dictionary(options, what);
    if (signal !== undefined && !library("abort").isSignal(signal)) {
      throw fault(what, "member signal is not of type AbortSignal.");
    }
    return { preventAbort: !!preventAbort, preventCancel: !!preventCancel, preventClose: !!preventClose, signal };
  }

  // "ReadableStreamPipeTo".
  function pipe(source, target, { preventAbort = false, preventCancel = false, preventClose = false, signal = undefined } = {}) {
    const reader = readable.acquire(source);
    const writer = new writable.Writer(target);
    source.isDisturbed = true;
    const result = pending();
    let isEnding = false, lastWrite = resolved(), forget = ignore;

    function abort() {
      const { reason } = signal;
      end(() => {
        const aborted = preventAbort || target.state !== "writable" ? resolved() : writable.abort(target, reason);
        const canceled = preventCancel || source.state !== "readable" ? resolved() : readable.cancel(source, reason);
        handled(canceled);
        return react(aborted, () => canceled, (reason) => react(canceled, () => { throw reason; }, () => { throw reason; }));
      }, { reason });
    }

    if (signal !== undefined) {
      if (signal.aborted) {
        abort();
        return result.promise;
      }
      forget = library("abort").onAbort(signal, abort);
    }

    // What happens to one end happens to the other.
    whenErrored(source, reader.closed.promise, () => {
      const reason = source.error;
      end(preventAbort ? undefined : () => writable.abort(target, reason), { reason });
    });
    whenErrored(target, writer.closed.promise, () => {
      const reason = target.error;
      end(preventCancel ? undefined : () => readable.cancel(source, reason), { reason });
    });
    whenClosed(source, reader.closed.promise, () => end(preventClose ? undefined : () => writable.closeWithError(writer)));
    if (writable.isClosing(target) || target.state === "closed") {
      const reason = new TypeError("the destination writable stream closed before all data could be piped to it");
      end(preventCancel ? undefined : () => readable.cancel(source, reason), { reason });
    }
    step();
    return result.promise;

    function step() {
      if (isEnding) return;
      react(writer.ready.promise, () => {
        if (isEnding) return;
        readable.read(reader, {
          chunk(value) {
            lastWrite = handled(writable.write(writer, value));
            react(resolved(), step);
          },
          close: ignore,
          error: ignore,
        });
      }, ignore);
    }

    // "Shutdown", with an action if there is one.
    function end(action, failure) {
      if (isEnding) return;
      isEnding = true;
      const act = () => {
        if (action === undefined) return finish(failure);
        react(action(), () => finish(failure), (reason) => finish({ reason }));
      };
      if (target.state === "writable" && !writable.isClosing(target)) writesDone(act);
      else act();
    }

    function writesDone(then) {
      const last = lastWrite;
      const next = () => (last === lastWrite ? then() : writesDone(then));
      react(last, next, next);
    }

    function finish(failure) {
      writable.release(writer);
      readable.release(reader);
      forget();
      if (failure === undefined) result.resolve();
      else result.reject(failure.reason);
    }
  }

  function whenErrored(stream, closed, then) {
    if (stream.state === "errored") then();
    else react(closed, undefined, then);
  }

  function whenClosed(stream, closed, then) {
    if (stream.state === "closed") then();
    else react(closed, then, ignore);
  }

  // "ReadableStreamTee".
  function tee(stream) {
    if (stream.controller.isByte) return library("streams/tee_bytes").tee(stream);
    const { close, create, enqueue, error } = readable;
    const reader = readable.acquire(stream);
    const canceled = pending();
    const reasons = [undefined, undefined], isCanceled = [false, false];
    let isReading = false, readsAgain = false;

    function pull() {
      if (isReading) {
        readsAgain = true;
        return resolved();
      }
      isReading = true;
      readable.read(reader, {
        chunk(value) {
          react(resolved(), () => {
            readsAgain = false;
            for (let i = 0; i < 2; i++) if (!isCanceled[i]) enqueue(branches[i].controller, value);
            isReading = false;
            if (readsAgain) pull();
          });
        },
        close() {
          isReading = false;
          for (let i = 0; i < 2; i++) if (!isCanceled[i]) close(branches[i].controller);
          if (!isCanceled[0] || !isCanceled[1]) canceled.resolve();
        },
        error() { isReading = false; },
      });
      return resolved();
    }

    function fail(reason) {
      for (let i = 0; i < 2; i++) error(branches[i].controller, reason);
    }

    const cancel = (index) => (reason) => {
      isCanceled[index] = true;
      reasons[index] = reason;
      if (isCanceled[1 - index]) canceled.resolve(readable.cancel(stream, reasons));
      return canceled.promise;
    };

    const branches = [create({ pull, cancel: cancel(0) }), create({ pull, cancel: cancel(1) })];
    react(reader.closed.promise, undefined, (reason) => {
      fail(reason);
      if (!isCanceled[0] || !isCanceled[1]) canceled.resolve();
    });
    return branches;
  }

  return { writableOf, optionsOf, pipe, tee };
}
