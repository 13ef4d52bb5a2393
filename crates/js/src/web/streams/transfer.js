// Streams that go to other agents (the Streams standard, § 4.2.5, § 5.2.5, § 6.2.4 and § 8.2): one that is transferred is piped, here, into
// or from one that stands for it over a message port.
(language, native, library) => {
  "use strict";
  const { DOMException, TypeError } = language;
  const { pending, resolved, react, handled } = library("streams/base");
  const readable = library("streams/readable");
  const writable = library("streams/writable");
  const { pipe } = library("streams/pipe");

  // What messages say, which are pairs of this and a value.
  const CHUNK = 0, CLOSE = 1, ERROR = 2, PULL = 3;

  const post = (port, type, value) => native.post(port, [type, value], [], false);

  // "CrossRealmTransformSendError".
  function sendError(port, reason) {
    try {
      post(port, ERROR, reason);
    } catch { /* It cannot be told. */ }
  }

  // "PackAndPostMessageHandlingError". The other end hears of what cannot be sent.
  function postOrFail(port, type, value) {
    try {
      post(port, type, value);
    } catch (exception) {
      sendError(port, exception);
      native.close(port);
      throw exception;
    }
  }

  // Has `hear(type, value)` called with messages, and `fail(reason)` when there will be no more or one cannot be read.
  function listen(port, hear, fail) {
    native.open(port, function (message) {
      if (arguments.length === 2) return hear(message[0], message[1]);
      if (arguments.length === 0) return fail(new TypeError("the other end of the stream is gone"));
      sendError(port, message);
      native.close(port);
      fail(message);
    });
  }

  // "SetUpCrossRealmTransformReadable": a stream of what comes through a port.
  function readableFrom(port) {
    const stream = readable.create({
      pull() {
        post(port, PULL);
        return resolved();
      },
      cancel(reason) {
        postOrFail(port, ERROR, reason);
        native.close(port);
        return resolved();
      },
    }, 0);
    const { controller } = stream;
    listen(port, (type, value) => {
      if (type === CHUNK) {
        readable.enqueue(controller, value);
        return;
      }
      if (type === CLOSE) readable.close(controller);
      if (type === ERROR) readable.error(controller, value);
      native.close(port);
    }, (reason) => readable.error(controller, reason));
    return stream;
  }

  // "SetUpCrossRealmTransformWritable": a stream of what goes through a port.
  function writableTo(port) {
    let asked = pending();
    const stream = writable.create({
      write(chunk) {
        return react(asked.promise, () => {
          asked = pending();
          postOrFail(port, CHUNK, chunk);
        });
      },
      close() {
        post(port, CLOSE);
        native.close(port);
        return resolved();
      },
      abort(reason) {
        postOrFail(port, ERROR, reason);
        native.close(port);
        return resolved();
      },
    });
    const { controller } = stream;
    const fail = (reason) => {
      writable.errorIfNeeded(controller, reason);
      asked.resolve();
    };
    listen(port, (type, value) => {
      if (type === PULL) asked.resolve();
      if (type === ERROR) fail(value);
    }, fail);
    return stream;
  }

  const unlocked = (isLocked) => {
    if (isLocked) throw new DOMException("A locked stream could not be transferred.", "DataCloneError");
  };

  function sendReadable(stream) {
    const ports = native.channel();
    handled(pipe(stream, writableTo(ports[0])));
    return native.move(ports[1]);
  }

  function sendWritable(stream) {
    const ports = native.channel();
    handled(pipe(readableFrom(ports[0]), stream));
    return native.move(ports[1]);
  }

  // Of a class of streams, of which a stream is locked when it has a `lock`.
  const steps = ({ streamOf }, lock, send, receive) => ({
    __proto__: null,
    transfer(object) {
      const stream = streamOf(object);
      unlocked(stream[lock] !== undefined);
      return send(stream);
    },
    receive,
  });

  return {
    readableSteps: steps(readable, "reader", sendReadable, (port) => readableFrom(port).object),
    writableSteps: steps(writable, "writer", sendWritable, (port) => writableTo(port).object),
    transformSteps: {
      __proto__: null,
      transfer(object) {
        const { transformOf } = library("streams/transform");
        const sides = transformOf(object);
        unlocked(sides.readable.reader !== undefined || sides.writable.writer !== undefined);
        return [sendReadable(sides.readable), sendWritable(sides.writable)];
      },
      receive(ports) {
        const { wrapTransform } = library("streams/transform");
        return wrapTransform(readableFrom(ports[0]), writableTo(ports[1]));
      },
    },
  };
}
