// Tees of streams of bytes (the Streams standard, "ReadableByteStreamTee" of § 4.9.1). A buffer that the reader of a branch wants filled
// is filled in place; the other branch gets a copy.
(language, native, library) => {
  "use strict";
  const { Uint8Array } = language;
  const { pending, resolved, react } = library("streams/base");
  const { acquire, cancel, read, release } = library("streams/readable");
  const { close, create, enqueue, error, readInto, respond, respondWith, room } = library("streams/bytes");

  const copy = (chunk) => new Uint8Array(chunk);

  function tee(stream) {
    let reader = acquire(stream);
    const canceled = pending();
    const reasons = [undefined, undefined], isCanceled = [false, false], readsAgain = [false, false];
    let isReading = false;

    const pull = (index) => () => {
      if (isReading) {
        readsAgain[index] = true;
        return resolved();
      }
      isReading = true;
      const view = room(branches[index].controller);
      if (view === undefined) pullDefault();
      else pullInto(view, index);
      return resolved();
    };

    function pullDefault() {
      use(false);
      read(reader, {
        chunk: (chunk) => later(() => {
          const chunks = isCanceled[0] || isCanceled[1] ? [chunk, chunk] : [chunk, copy(chunk)];
          return () => {
            for (let i = 0; i < 2; i++) if (!isCanceled[i]) enqueue(branches[i].controller, chunks[i]);
          };
        }),
        close() {
          isReading = false;
          for (let i = 0; i < 2; i++) if (!isCanceled[i]) close(branches[i].controller);
          for (let i = 0; i < 2; i++) if (isWanted(i)) respond(branches[i].controller, 0);
          settle();
        },
        error: stop,
      });
    }

    // Fills the buffer that the reader of one branch waits for.
    function pullInto(view, own) {
      const other = 1 - own;
      use(true);
      readInto(reader, view, 1, {
        chunk: (chunk) => later(() => {
          const clone = isCanceled[other] ? undefined : copy(chunk);
          return () => {
            if (!isCanceled[own]) respondWith(branches[own].controller, chunk);
            if (clone !== undefined) enqueue(branches[other].controller, clone);
          };
        }),
        close(chunk) {
          isReading = false;
          for (let i = 0; i < 2; i++) if (!isCanceled[i]) close(branches[i].controller);
          if (chunk !== undefined) {
            if (!isCanceled[own]) respondWith(branches[own].controller, chunk);
            if (!isCanceled[other] && isWanted(other)) respond(branches[other].controller, 0);
          }
          settle();
        },
        error: stop,
      });
    }

    // Gives the branches what `prepare` makes, and goes on. Not at once, so that errors of the stream come first.
    function later(prepare) {
      react(resolved(), () => {
        readsAgain[0] = readsAgain[1] = false;
        let give;
        try {
          give = prepare();
        } catch (exception) {
          fail(exception);
          canceled.resolve(cancel(stream, exception));
          return;
        }
        give();
        isReading = false;
        if (readsAgain[0]) pull(0)();
        else if (readsAgain[1]) pull(1)();
      });
    }

    function stop() { isReading = false; }

    const isWanted = (index) => branches[index].controller.pullIntos.length > 0;

    function settle() {
      if (!isCanceled[0] || !isCanceled[1]) canceled.resolve();
    }

    function fail(reason) {
      for (let i = 0; i < 2; i++) error(branches[i].controller, reason);
    }

    // Reads by a reader of this kind from now on.
    function use(isBYOB) {
      if (reader.isBYOB === isBYOB) return;
      release(reader);
      reader = acquire(stream, isBYOB);
      watch(reader);
    }

    function watch(watched) {
      react(watched.closed.promise, undefined, (reason) => {
        if (watched !== reader) return;
        fail(reason);
        settle();
      });
    }

    const cancelBranch = (index) => (reason) => {
      isCanceled[index] = true;
      reasons[index] = reason;
      if (isCanceled[1 - index]) canceled.resolve(cancel(stream, reasons));
      return canceled.promise;
    };

    const branches = [create({ pull: pull(0), cancel: cancelBranch(0) }), create({ pull: pull(1), cancel: cancelBranch(1) })];
    watch(reader);
    return branches;
  }

  return { tee };
}
