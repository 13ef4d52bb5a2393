// node:events.
(language, native, library) => {
  "use strict";
  const { Error, Object, Promise, Reflect, Symbol } = language;
  const { array } = library("node:internal/primordials");
  const { coded, invalidType, outOfRange, needNumber, needObject } = library("node:internal/errors");

  const errorMonitor = Symbol("events.errorMonitor");
  const captureRejectionSymbol = Symbol.for("nodejs.rejection");
  let defaultMaxListeners = 10;

  function need(listener) {
    if (typeof listener !== "function") throw invalidType("listener", "of type function", listener);
  }

  function needLimit(count, name = "n") {
    if (!(needNumber(count, name) >= 0)) throw outOfRange(name, "a non-negative number", count);
    return count;
  }

  const isTarget = (it) => typeof it?.addEventListener === "function";
  const invalidEmitter = (it, name = "emitter") => invalidType(name, "an instance of EventEmitter or EventTarget", it);
  function needEmitter(it) {
    if (typeof it.on !== "function" && !isTarget(it)) throw invalidEmitter(it);
    return it;
  }

  // The options of what waits for events, and their signal.
  function signalOf(options) {
    if (options === undefined) return undefined;
    const { signal } = needObject(options, "options");
    if (signal !== undefined && (signal === null || typeof signal !== "object" || !("aborted" in signal))) throw invalidType("options.signal", "an instance of AbortSignal", signal);
    return signal;
  }

  function EventEmitter(options) {
    Reflect.apply(EventEmitter.init, this, [options]);
  }

  // What an emitter without a call of its constructor needs too, since classes of old copy the prototype alone.
  EventEmitter.init = function () {
    if (this._events === undefined || this._events === Object.getPrototypeOf(this)._events) {
      this._events = { __proto__: null };
      this._eventsCount = 0;
    }
    this._maxListeners ??= undefined;
  };

  function listenersOf(emitter) {
    if (emitter._events === undefined) Reflect.apply(EventEmitter.init, emitter, []);
    return emitter._events;
  }

  function add(emitter, name, listener, first) {
    need(listener);
    const events = listenersOf(emitter);
    if (events.newListener !== undefined) emitter.emit("newListener", name, listener.listener ?? listener);
    const known = emitter._events[name];
    if (known === undefined) {
      emitter._events[name] = [listener];
      emitter._eventsCount++;
    } else {
      // A list that is being called stays as it is.
      emitter._events[name] = first ? array.concat([listener], known) : array.concat(known, [listener]);
    }
    return emitter;
  }

  function remove(emitter, name, matches) {
    const known = listenersOf(emitter)[name];
    const at = known === undefined ? -1 : array.findLastIndex(known, matches);
    if (at < 0) return emitter;
    const listener = known[at];
    const rest = array.filter(known, (_, index) => index !== at);
    if (rest.length > 0) {
      emitter._events[name] = rest;
    } else {
      delete emitter._events[name];
      emitter._eventsCount--;
    }
    if (emitter._events.removeListener !== undefined) emitter.emit("removeListener", name, listener.listener ?? listener);
    return emitter;
  }

  function once(emitter, name, listener) {
    need(listener);
    const wrapped = function (...args) {
      remove(emitter, name, (known) => known === wrapped);
      return Reflect.apply(listener, emitter, args);
    };
    wrapped.listener = listener;
    return wrapped;
  }

  const methods = {
    emit(name, ...args) {
      const events = listenersOf(this);
      if (name === "error") {
        if (events[errorMonitor] !== undefined) Reflect.apply(this.emit, this, array.concat([errorMonitor], args));
        if (events.error === undefined) throw unhandled(args[0]);
      }
      const listeners = events[name];
      if (listeners === undefined) return false;
      for (let i = 0; i < listeners.length; i++) Reflect.apply(listeners[i], this, args);
      return true;
    },
    on(name, listener) { return add(this, name, listener, false); },
    addListener(name, listener) { return add(this, name, listener, false); },
    prependListener(name, listener) { return add(this, name, listener, true); },
    once(name, listener) { return add(this, name, once(this, name, listener), false); },
    prependOnceListener(name, listener) { return add(this, name, once(this, name, listener), true); },
    removeListener(name, listener) {
      need(listener);
      return remove(this, name, (known) => known === listener || known.listener === listener);
    },
    removeAllListeners(name) {
      const events = listenersOf(this);
      const names = name === undefined ? Reflect.ownKeys(events) : [name];
      for (let i = 0; i < names.length; i++) {
        const known = events[names[i]] ?? [];
        for (let j = known.length - 1; j >= 0; j--) this.removeListener(names[i], known[j]);
      }
      return this;
    },
    setMaxListeners(count) {
      this._maxListeners = needLimit(count);
      return this;
    },
    getMaxListeners() { return this._maxListeners ?? defaultMaxListeners; },
    listeners(name) { return array.map(listenersOf(this)[name] ?? [], (known) => known.listener ?? known); },
    rawListeners(name) { return array.slice(listenersOf(this)[name] ?? []); },
    listenerCount(name, listener) {
      const known = listenersOf(this)[name] ?? [];
      return listener === undefined ? known.length : array.filter(known, (it) => it === listener || it.listener === listener).length;
    },
    eventNames() { return Reflect.ownKeys(listenersOf(this)); },
  };
  array.forEach(Object.keys(methods), (name) => {
    Object.defineProperty(EventEmitter.prototype, name, { __proto__: null, value: methods[name], writable: true, configurable: true, enumerable: true });
  });
  methods.off = EventEmitter.prototype.off = EventEmitter.prototype.removeListener;
  EventEmitter.prototype._events = undefined;
  EventEmitter.prototype._eventsCount = 0;
  EventEmitter.prototype._maxListeners = undefined;

  function unhandled(error) {
    if (error instanceof Error) return error;
    const { inspect } = library("node:internal/inspect");
    return coded(Error, "ERR_UNHANDLED_ERROR", `Unhandled error. (${typeof error === "string" ? `'${error}'` : inspect(error)})`, { context: error });
  }

  // A promise of the next event; "error" rejects it.
  function onceOf(emitter, name, options) {
    return new Promise((resolve, reject) => {
      const signal = signalOf(options);
      needEmitter(emitter);
      if (signal?.aborted) throw abortError(signal);
      if (typeof emitter.addEventListener === "function" && typeof emitter.on !== "function") {
        emitter.addEventListener(name, (event) => resolve([event]), { once: true });
        return;
      }
      const done = (...args) => { forget(); resolve(args); };
      const failed = (error) => { forget(); reject(error); };
      const aborted = () => { forget(); reject(abortError(signal)); };
      const forget = () => {
        emitter.removeListener(name, done);
        emitter.removeListener("error", failed);
        signal?.removeEventListener("abort", aborted);
      };
      emitter.on(name, done);
      if (name !== "error") emitter.on("error", failed);
      signal?.addEventListener("abort", aborted);
    });
  }

  function abortError(signal) {
    const error = coded(Error, "ABORT_ERR", "The operation was aborted", { cause: signal?.reason });
    error.name = "AbortError";
    return error;
  }

  // The events of a name, one after another, without end.
  function onOf(emitter, name, options) {
    signalOf(options);
    needEmitter(emitter);
    const queue = [], waiting = [];
    let failure;
    const give = (...args) => {
      const next = array.shift(waiting);
      if (next) next.resolve({ value: args, done: false });
      else array.push(queue, args);
    };
    const fail = (error) => {
      const next = array.shift(waiting);
      if (next) next.reject(error);
      else failure = { error };
    };
    emitter.on(name, give);
    if (name !== "error") emitter.on("error", fail);
    return {
      next() {
        if (queue.length > 0) return Promise.resolve({ value: array.shift(queue), done: false });
        if (failure) {
          const { error } = failure;
          failure = undefined;
          return Promise.reject(error);
        }
        return new Promise((resolve, reject) => array.push(waiting, { resolve, reject }));
      },
      return() {
        emitter.removeListener(name, give);
        emitter.removeListener("error", fail);
        while (waiting.length > 0) array.shift(waiting).resolve({ value: undefined, done: true });
        return Promise.resolve({ value: undefined, done: true });
      },
      throw(error) {
        fail(error);
        return this.return();
      },
      [Symbol.asyncIterator]() { return this; },
    };
  }

  Object.defineProperty(EventEmitter, "defaultMaxListeners", {
    __proto__: null,
    enumerable: true,
    get: () => defaultMaxListeners,
    set(count) { defaultMaxListeners = needLimit(count, "defaultMaxListeners"); },
  });
  return Object.assign(EventEmitter, {
    EventEmitter,
    once: onceOf,
    on: onOf,
    errorMonitor,
    captureRejectionSymbol,
    captureRejections: false,
    usingDomains: false,
    setMaxListeners(count, ...emitters) {
      if (count !== undefined) needLimit(count);
      if (emitters.length === 0) defaultMaxListeners = count ?? 10;
      for (let i = 0; i < emitters.length; i++) {
        if (typeof emitters[i].setMaxListeners === "function") emitters[i].setMaxListeners(count ?? 10);
        else if (!isTarget(emitters[i])) throw invalidEmitter(emitters[i], "eventTargets");
      }
    },
    getMaxListeners(emitter) {
      if (typeof emitter?.getMaxListeners === "function") return emitter.getMaxListeners();
      if (isTarget(emitter)) return defaultMaxListeners;
      throw invalidEmitter(emitter);
    },
    getEventListeners(emitter, name) {
      if (typeof emitter.listeners === "function") return emitter.listeners(name);
      if (isTarget(emitter)) return [];
      throw invalidEmitter(emitter);
    },
    listenerCount(emitter, name) {
      if (typeof emitter.listenerCount === "function") return emitter.listenerCount(name);
      if (isTarget(emitter)) return 0;
      throw invalidEmitter(emitter);
    },
    addAbortListener(signal, listener) {
      if (signal === undefined) throw invalidType("signal", "an instance of AbortSignal", signal);
      signalOf({ signal });
      need(listener);
      if (signal.aborted) library("node:process").nextTick(listener);
      else signal.addEventListener("abort", listener, { once: true });
      return { __proto__: null, [Symbol.dispose ?? Symbol.for("nodejs.dispose")]() { signal.removeEventListener("abort", listener); } };
    },
  });
};
