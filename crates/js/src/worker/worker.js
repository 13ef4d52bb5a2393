// Workers, as those who start them see them (HTML § 10.2.6).
(language, native, library) => {
  "use strict";
  const { TypeError, apply } = language;
  const { ErrorEvent, EventTarget, Event, handlers, report, send } = library("event");
  const { dictionary, expose, need, usv } = library("webidl");
  const { deliverer, transferList } = library("messaging");

  class Worker extends EventTarget {
    #port;
    #worker;

    constructor(url, options = undefined) {
      const what = "construct 'Worker'";
      need(arguments.length, 1, what);
      super();
      url = usv(url);
      const { name = "", type = "classic" } = dictionary(options, what);
      const kind = `${type}`;
      if (kind !== "classic" && kind !== "module") {
        throw new TypeError(`Failed to ${what}: The provided value '${kind}' is not a valid enum value of type WorkerType.`);
      }
      const started = native.spawn(url, kind === "module", `${name}`, (...news) => apply(this.#hear, this, news));
      this.#port = started[0];
      this.#worker = started[1];
      native.open(this.#port, deliverer(this, () => {}));
    }

    // An exception that nobody in the worker has dealt with, or that it could not start: then there are no arguments; or its end, with a
    // code that only programs for Node have.
    #hear(error, message, filename, lineno, colno) {
      if (arguments.length === 1) return;
      if (message === undefined) {
        send(this, new Event("error", { __proto__: null, cancelable: true }));
        return;
      }
      const init = { __proto__: null, cancelable: true, message, filename, lineno, colno, error: null };
      if (send(this, new ErrorEvent("error", init))) report(error);
    }

    postMessage(message, options = undefined) {
      const what = "execute 'postMessage' on 'Worker'";
      const port = this.#port;
      need(arguments.length, 1, what);
      native.post(port, message, transferList(options, what), false);
    }

    terminate() {
      native.terminate(this.#worker);
      native.close(this.#port);
    }
  }
  expose(Worker);
  handlers(Worker.prototype, "message", "messageerror", "error");

  return { Worker };
}
