// node:timers: timers that are objects.
(language, native, library) => {
  "use strict";
  const { Error, Object, Promise, Reflect, Symbol, global } = language;
  const { coded, needFunction, needNumber, needObject } = library("node:internal/errors");
  const { promisify } = { promisify: { custom: Symbol.for("nodejs.util.promisify.custom") } };
  const byId = new language.Map();

  class Timeout {
    #id = 0;
    #callback;
    #args;
    #isReferenced = true;
    #start;
    constructor(callback, delay, args, repeats) {
      this.#callback = needFunction(callback, "callback");
      this.#args = args;
      delay = +delay;
      this._idleTimeout = delay >= 1 && delay <= 2147483647 ? language.Math.trunc(delay) : 1;
      this._repeat = repeats ? this._idleTimeout : null;
      this._onTimeout = callback;
      this._destroyed = false;
      this.#start = () => {
        if (!repeats) this.#forget();
        return Reflect.apply(this.#callback, this, this.#args);
      };
      this.#set();
    }
    #set() {
      this.#id = native.setTimer(this.#start, this._idleTimeout, this._repeat !== null);
      if (!this.#isReferenced) native.reference(this.#id, false);
      this._destroyed = false;
      if (this.#hasNumber) byId.set(this.#number, this);
    }
    #number = 0;
    #hasNumber = false;
    #forget() {
      this._destroyed = true;
      if (this.#hasNumber) byId.delete(this.#number);
    }
    ref() { this.#isReferenced = true; native.reference(this.#id, true); return this; }
    unref() { this.#isReferenced = false; native.reference(this.#id, false); return this; }
    hasRef() { return this.#isReferenced; }
    refresh() { native.clearTimer(this.#id); this.#set(); return this; }
    close() { native.clearTimer(this.#id); this.#forget(); return this; }
    [Symbol.toPrimitive]() {
      if (!this.#hasNumber) {
        this.#hasNumber = true;
        this.#number = this.#id;
        if (!this._destroyed) byId.set(this.#number, this);
      }
      return this.#number;
    }
    [Symbol.dispose ?? Symbol.for("nodejs.dispose")]() { this.close(); }
  }

  class Immediate {
    #id;
    #isReferenced = true;
    constructor(callback, args) {
      needFunction(callback, "callback");
      this._onImmediate = callback;
      this.#id = native.setTimer(() => Reflect.apply(callback, this, args), 0, false);
    }
    ref() { this.#isReferenced = true; native.reference(this.#id, true); return this; }
    unref() { this.#isReferenced = false; native.reference(this.#id, false); return this; }
    hasRef() { return this.#isReferenced; }
    static clear(immediate) { native.clearTimer(immediate.#id); }
    static is(value) { return #id in value; }
  }

  const setTimeout = function setTimeout(callback, delay, ...args) { return new Timeout(callback, delay, args, false); };
  const setInterval = function setInterval(callback, delay, ...args) { return new Timeout(callback, delay, args, true); };
  const setImmediate = function setImmediate(callback, ...args) { return new Immediate(callback, args); };
  const clearTimeout = function clearTimeout(timer) {
    if (timer instanceof Timeout) timer.close();
    else if (typeof timer === "number" || typeof timer === "string") byId.get(+timer)?.close();
  };
  const clearImmediate = function clearImmediate(immediate) {
    if (typeof immediate === "object" && immediate !== null && Immediate.is(immediate)) Immediate.clear(immediate);
  };
  const clearInterval = function clearInterval(timer) { clearTimeout(timer); };

  // As promises.
  function later(set, clear) {
    return (...args) => {
      const [delay, value, options] = set === setImmediate ? [undefined, ...args] : args;
      return new Promise((resolve, reject) => {
        if (delay !== undefined) needNumber(delay, "delay");
        if (options !== undefined) needObject(options, "options");
        const { signal, ref = true } = options ?? {};
        const abort = () => Object.assign(coded(Error, "ABORT_ERR", "The operation was aborted", { cause: signal.reason }), { name: "AbortError" });
        if (signal?.aborted) return reject(abort());
        const timer = set === setImmediate ? set(() => resolve(value)) : set(() => resolve(value), delay);
        if (!ref) timer.unref();
        signal?.addEventListener("abort", () => { clear(timer); reject(abort()); }, { once: true });
      });
    };
  }
  async function* interval(delay, value) {
    for (;;) yield await promises.setTimeout(delay, value);
  }
  const promises = {
    setTimeout: later(setTimeout, clearTimeout),
    setImmediate: later(setImmediate, clearImmediate),
    setInterval: interval,
    scheduler: { wait: (delay, options) => promises.setTimeout(delay, undefined, options), yield: () => promises.setImmediate() },
  };
  Object.defineProperty(setTimeout, promisify.custom, { __proto__: null, enumerable: true, get: () => promises.setTimeout });
  Object.defineProperty(setImmediate, promisify.custom, { __proto__: null, enumerable: true, get: () => promises.setImmediate });
  return { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate, promises };
};
