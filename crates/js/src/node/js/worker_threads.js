// node:worker_threads.
(language, native, library) => {
  "use strict";
  const { Array, DOMException, Error, JSON, Map, Object, Promise, Reflect, String, Symbol, TypeError, WeakMap } = language;
  const EventEmitter = library("node:events");
  const { coded, invalidType, needFunction, unsupported } = library("node:internal/errors");
  const { MessagePort, MessageChannel, BroadcastChannel, deliverer, isPort, keepChannel, portOf, portSteps, transferList } = library("messaging");
  const { Event, MessageEvent, hasListener, send } = library("event");
  const { start, unpackError } = library("node:internal/thread");

  const SHARE_ENV = Symbol.for("nodejs.worker_threads.SHARE_ENV");
  const isMainThread = start === null;
  const environmentData = start?.environmentData ?? new Map();
  const hidden = (object, members) => {
    for (const name of Reflect.ownKeys(members)) Object.defineProperty(object, name, { ...Object.getOwnPropertyDescriptor(members, name), enumerable: false });
  };

  // Ports are emitters too. One keeps its thread going while somebody listens for messages, and is open from the first who does.
  const web = { ...Object.getOwnPropertyDescriptors(MessagePort.prototype), ...Object.getOwnPropertyDescriptors(Object.getPrototypeOf(MessagePort.prototype)) };
  const states = new WeakMap();
  function stateOf(port) {
    let state = states.get(port);
    if (state === undefined) states.set(port, state = { listens: false, isReferenced: false, emitted: [] });
    return state;
  }

  function update(port) {
    const state = stateOf(port), listens = hasListener(port, "message");
    if (listens === state.listens) return;
    state.listens = listens;
    reference(port, listens);
    if (listens) open(port);
  }

  function reference(port, isReferenced) {
    stateOf(port).isReferenced = isReferenced;
    native.keep(portOf(port), isReferenced);
  }

  function open(port) {
    const deliver = deliverer(port, () => send(port, new Event("close")));
    native.open(portOf(port), (...args) => {
      Reflect.apply(deliver, undefined, args);
      // A listener for one message is gone now.
      update(port);
    });
    native.keep(portOf(port), stateOf(port).isReferenced);
  }

  const call = (member, port, args) => Reflect.apply(web[member].value, port, args);
  const { get: getHandler, set: setHandler } = web.onmessage;
  hidden(MessagePort.prototype, {
    postMessage(message, options) {
      needTransferable(options);
      return call("postMessage", this, arguments);
    },
    start() { open(this); },
    get onmessage() { return Reflect.apply(getHandler, this, []); },
    set onmessage(value) {
      // Before the port is opened in the way of the web.
      open(this);
      Reflect.apply(setHandler, this, [value]);
      update(this);
    },
    addEventListener(...args) {
      call("addEventListener", this, args);
      update(this);
    },
    removeEventListener(...args) {
      call("removeEventListener", this, args);
      update(this);
    },
    ref() { reference(this, true); },
    unref() { reference(this, false); },
    hasRef() { return stateOf(this).isReferenced; },
    on(name, listener) { return add(this, name, listener, {}); },
    addListener(name, listener) { return add(this, name, listener, {}); },
    once(name, listener) { return add(this, name, listener, { once: true }); },
    off(name, listener) { return remove(this, name, listener); },
    removeListener(name, listener) { return remove(this, name, listener); },
    removeAllListeners(name) {
      for (const known of [...stateOf(this).emitted]) if (name === undefined || known.name === name) remove(this, known.name, known.listener);
      return this;
    },
    emit(name, ...args) {
      const known = stateOf(this).emitted.filter((it) => it.name === name);
      for (const { listener } of known) Reflect.apply(listener, this, args);
      return known.length > 0;
    },
    listenerCount(name) { return stateOf(this).emitted.filter((known) => known.name === name).length; },
    eventNames() { return [...new language.Set(stateOf(this).emitted.map((known) => known.name))]; },
    setMaxListeners() { return this; },
    getMaxListeners: () => EventEmitter.defaultMaxListeners,
  });

  function add(port, name, listener, options) {
    needFunction(listener, "listener");
    const state = stateOf(port);
    const wrapped = (event) => {
      if (options.once) state.emitted = state.emitted.filter((known) => known.wrapped !== wrapped);
      Reflect.apply(listener, port, name === "close" ? [] : [event instanceof MessageEvent ? event.data : event]);
    };
    state.emitted = [...state.emitted, { name, listener, wrapped }];
    port.addEventListener(name, wrapped, options);
    return port;
  }

  function remove(port, name, listener) {
    const state = stateOf(port);
    const known = state.emitted.find((it) => it.name === name && it.listener === listener);
    if (known !== undefined) {
      state.emitted = state.emitted.filter((it) => it !== known);
      port.removeEventListener(name, known.wrapped);
    }
    return port;
  }

  hidden(BroadcastChannel.prototype, {
    ref() {
      keepChannel(this, true);
      return this;
    },
    unref() {
      keepChannel(this, false);
      return this;
    },
  });

  function receiveMessageOnPort(port) {
    if (!isPort(port)) throw coded(TypeError, "ERR_INVALID_ARG_TYPE", 'The "port" argument must be a MessagePort instance');
    const message = native.take(portOf(port));
    return message === undefined ? undefined : { message: message[0] };
  }

  // Objects that a program does not want to be transferred.
  const untransferable = new language.global.WeakSet();
  function needTransferable(options) {
    const list = Array.isArray(options) ? options : options?.transfer;
    if (!Array.isArray(list)) return;
    if (list.some((item) => untransferable.has(item))) throw new DOMException("Cannot transfer object of unsupported type.", "DataCloneError");
  }
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

  const parentPort = isMainThread ? null : portSteps.receive(start.port);
  let lastId = start?.threadId ?? 0;

  // What a worker is to run: a file, a text, or a module within a URL.
  function sourceOf(filename, isText) {
    if (isText) {
      if (typeof filename !== "string") throw coded(TypeError, "ERR_INVALID_ARG_VALUE", `The property 'options.eval' must be false when 'filename' is not a string. Received ${isText}`);
      return ["text", filename];
    }
    if (typeof filename === "string") {
      if (/^(\/|\.\.?\/)/.test(filename)) return ["file", library("node:path").resolve(filename)];
      throw coded(TypeError, "ERR_WORKER_PATH", `The worker script or module filename must be an absolute path or a relative path starting with './' or '../'.${filename.startsWith("file://") ? " Wrap file:// URLs with `new URL`." : ""} Received ${JSON.stringify(filename)}`);
    }
    if (!isObject(filename) || typeof filename.href !== "string") throw invalidType("filename", "of type string or an instance of URL", filename);
    return filename.protocol === "data:" ? ["url", filename.href] : ["file", library("node:url").fileURLToPath(filename)];
  }

  // The variables of a worker are its own: with SHARE_ENV too it sees no later change of its starter's.
  function environmentOf(env) {
    if (env === undefined || env === null || env === SHARE_ENV) return { ...library("node:process").env };
    if (typeof env !== "object") throw invalidType("options.env", "of type object or one of undefined, null, or worker_threads.SHARE_ENV", env);
    return Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)]));
  }

  class Worker extends EventEmitter {
    #worker;
    #port;
    #control;
    #exited;

    constructor(filename, options = {}) {
      super();
      const [kind, source] = sourceOf(filename, options.eval);
      for (const name of ["argv", "execArgv"]) if (options[name] && !Array.isArray(options[name])) throw invalidType(`options.${name}`, "an instance of Array", options[name]);
      if (options.name !== undefined && typeof options.name !== "string") throw invalidType("options.name", "of type string", options.name);
      const streams = [!!options.stdin, !!options.stdout, !!options.stderr];
      const [port, inner] = native.channel(), [control, innerControl] = native.channel();
      const data = {
        port: native.move(inner), control: native.move(innerControl), streams, environmentData,
        threadId: lastId + 1, name: options.name ?? "WorkerThread", workerData: options.workerData, env: environmentOf(options.env),
      };
      needTransferable(options.transferList);
      const transfer = transferList(options.transferList === undefined ? undefined : { transfer: options.transferList }, "construct 'Worker'");
      let resolve;
      this.#exited = new Promise((settle) => { resolve = settle; });
      this.#worker = native.spawn(kind, source, Array.from(options.argv ?? [], String), data, transfer, (...news) => this.#hear(news, resolve));
      this.#port = port;
      this.threadId = ++lastId;
      this.threadName = data.name;
      this.resourceLimits = options.resourceLimits ?? {};
      hidden(this, this.#streams(control, streams));
      native.open(port, (...args) => this.#receive(args));
      native.keep(port, false);
    }

    // Two arguments are a message, one is the error of one that cannot be read.
    #receive(args) {
      if (args.length === 2) this.emit("message", args[0]);
      else if (args.length === 1) this.emit("messageerror", args[0]);
    }

    // What its thread has sent comes before the news that it has ended.
    #drain() {
      for (let message; (message = native.take(this.#control)) !== undefined;) this.#obey(message[0]);
      for (;;) {
        let args;
        try {
          const message = native.take(this.#port);
          if (message === undefined) return;
          args = [message[0], undefined];
        } catch (error) {
          args = [error];
        }
        this.#receive(args);
      }
    }

    // What its thread tells: an exception that nobody there has dealt with, or the code that it has ended with.
    #hear(news, resolve) {
      if (news.length !== 1) {
        this.emit("error", news.length === 0 ? coded(Error, "ERR_WORKER_INIT_FAILED", "Worker initialization failure: there is no memory for it") : unpackError(news[0]));
        return;
      }
      try {
        this.#drain();
      } finally {
        this.threadId = -1;
        for (const stream of [this.stdout, this.stderr]) if (!stream.readableEnded) stream.push(null);
        resolve(news[0]);
        this.emit("exit", news[0]);
      }
    }

    #streams(control, [takesInput]) {
      const { Readable, Writable } = library("node:stream");
      const post = (bytes) => native.post(control, [0, bytes], [], false);
      this.#control = control;
      native.open(control, (message) => this.#obey(message));
      native.keep(control, false);
      const stdin = takesInput ? new Writable({
        write(chunk, encoding, done) {
          post(chunk);
          done();
        },
        final(done) {
          post(null);
          done();
        },
      }) : null;
      return { stdin, stdout: new Readable({ read() {} }), stderr: new Readable({ read() {} }) };
    }

    // What the script of the thread tells this one: that it begins, or what it has written.
    #obey(message) {
      if (message === undefined) return;
      if (message[0] === 0) this.emit("online");
      else (message[0] === 1 ? this.stdout : this.stderr).push(library("node:buffer").Buffer.from(message[1]));
    }

    postMessage(message, options = undefined) {
      needTransferable(options);
      native.post(this.#port, message, transferList(options, "execute 'postMessage' on 'MessagePort'"), false);
    }

    terminate() {
      if (this.threadId === -1) return Promise.resolve();
      native.terminate(this.#worker);
      return this.#exited;
    }

    ref() { native.keepWorker(this.#worker, true); }
    unref() { native.keepWorker(this.#worker, false); }
    getHeapSnapshot() { throw unsupported("worker.getHeapSnapshot"); }
    [Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose")]() { return this.terminate(); }
  }

  if (!isMainThread) native.post(start.control, [0, null], [], false);
  return {
    isInternalThread: false, isMainThread,
    MessagePort, MessageChannel, BroadcastChannel, Worker, SHARE_ENV, receiveMessageOnPort,
    markAsUncloneable(object) { if (isObject(object)) native.portable(object, "messaging", "uncloneable"); },
    markAsUntransferable(object) { if (isObject(object)) untransferable.add(object); },
    isMarkedAsUntransferable: (object) => isObject(object) && untransferable.has(object),
    moveMessagePortToContext() { throw unsupported("worker_threads.moveMessagePortToContext"); },
    postMessageToThread() { throw unsupported("worker_threads.postMessageToThread"); },
    resourceLimits: {},
    threadId: start?.threadId ?? 0,
    threadName: start?.name ?? "",
    parentPort,
    workerData: isMainThread ? null : start.workerData,
    getEnvironmentData: (key) => environmentData.get(key),
    setEnvironmentData(key, value) {
      if (value === undefined) environmentData.delete(key);
      else environmentData.set(key, value);
    },
  };
};
