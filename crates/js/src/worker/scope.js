// The global object of a worker (HTML § 10.2.1).
(language, native, library) => {
  "use strict";
  const { Object, TypeError, global } = language;
  const { defineProperty, getOwnPropertyDescriptors, setPrototypeOf } = Object;
  const { ownKeys } = language.Reflect;
  const { EventTarget, handlers, hasListener } = library("event");
  const { expose, need, usv } = library("webidl");
  const { deliverer, transferList } = library("messaging");

  class WorkerGlobalScope extends EventTarget {
    constructor() { throw new TypeError("Illegal constructor"); }
  }
  expose(WorkerGlobalScope);

  class DedicatedWorkerGlobalScope extends WorkerGlobalScope {}
  expose(DedicatedWorkerGlobalScope);

  class WorkerLocation {
    #href;
    constructor(secret, href) {
      if (secret !== native) throw new TypeError("Illegal constructor");
      this.#href = href;
    }
    get href() { return this.#href; }
    get protocol() { return native.part(this.#href, "protocol"); }
    get host() { return native.part(this.#href, "host"); }
    get hostname() { return native.part(this.#href, "hostname"); }
    get port() { return native.part(this.#href, "port"); }
    get pathname() { return native.part(this.#href, "pathname"); }
    get search() { return native.part(this.#href, "search"); }
    get hash() { return native.part(this.#href, "hash"); }
    get origin() { return native.part(this.#href, "origin"); }
    toString() { return this.#href; }
  }
  expose(WorkerLocation);

  // Makes this realm's global object that of a worker. A worker that nobody has started has no port.
  function start(port, name, href, isModule) {
    const scope = {
      postMessage(message, options = undefined) {
        const what = "execute 'postMessage' on 'DedicatedWorkerGlobalScope'";
        need(arguments.length, 1, what);
        native.post(port, message, transferList(options, what), false);
      },
      close() { native.end(); },
      importScripts(...urls) {
        if (isModule) throw new TypeError("Failed to execute 'importScripts' on 'WorkerGlobalScope': Module scripts don't support importScripts().");
        for (let i = 0; i < urls.length; i++) urls[i] = usv(urls[i]);
        for (let i = 0; i < urls.length; i++) native.load(urls[i]);
      },
      get name() { return name; },
      set name(value) { defineProperty(global, "name", { __proto__: null, value, writable: true, enumerable: true, configurable: true }); },
      get location() { return location; },
    };
    const location = new WorkerLocation(native, href);
    const members = getOwnPropertyDescriptors(scope);
    const names = ownKeys(members);
    for (let i = 0; i < names.length; i++) defineProperty(global, names[i], members[names[i]]);
    const interfaces = { WorkerGlobalScope, DedicatedWorkerGlobalScope, WorkerLocation };
    const types = ownKeys(interfaces);
    for (let i = 0; i < types.length; i++) {
      defineProperty(global, types[i], { __proto__: null, value: interfaces[types[i]], writable: true, configurable: true });
    }
    handlers(global, "message", "messageerror");
    setPrototypeOf(global, DedicatedWorkerGlobalScope.prototype);
  }

  return {
    start,
    // Has messages delivered, once the script has run.
    open: (port) => native.open(port, deliverer(global, () => {})),
    // Whether a message would find somebody.
    listens: () => hasListener(global, "message"),
  };
}
