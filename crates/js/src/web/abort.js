// AbortController and AbortSignal (the DOM standard, § 3).
(language, native, library) => {
  "use strict";
  const { DOMException, Symbol, TypeError } = language;
  const { Event, EventTarget, handlers, send, report } = library("event");
  const { expose, need, enforceRange, isObject, sequence, maxSafe } = library("webidl");

  // Signals are made here alone.
  const key = Symbol();
  let abort, algorithms, dependOn, isSignal;

  class AbortSignal extends EventTarget {
    #isAborted = false;
    #reason = undefined;
    // What is done when it aborts, before its event.
    #algorithms = [];
    // Signals that abort with this one, and those that this one aborts with: none of either depends on others.
    #dependents = [];
    #sources = [];

    constructor(given = undefined) {
      if (given !== key) throw new TypeError("Illegal constructor");
      super();
    }

    static abort(reason = undefined) {
      const signal = new AbortSignal(key);
      abort(signal, reason);
      return signal;
    }

    static timeout(milliseconds) {
      const what = "execute 'timeout' on 'AbortSignal'";
      need(arguments.length, 1, what);
      const delay = enforceRange(milliseconds, maxSafe, what);
      const signal = new AbortSignal(key);
      native.after(() => abort(signal, new DOMException("signal timed out", "TimeoutError")), delay);
      return signal;
    }

    static any(signals) {
      const what = "execute 'any' on 'AbortSignal'";
      need(arguments.length, 1, what);
      return any(sequence(signals, toSignal, what));
    }

    get aborted() { return this.#isAborted; }
    get reason() { return this.#reason; }
    throwIfAborted() { if (this.#isAborted) throw this.#reason; }

    static {
      isSignal = (value) => isObject(value) && #isAborted in value;

      algorithms = (signal) => signal.#algorithms;

      // "Signal abort".
      abort = (signal, reason = new DOMException("signal is aborted without reason", "AbortError")) => {
        if (signal.#isAborted) return;
        const all = [signal];
        for (let i = 0; i < signal.#dependents.length; i++) {
          if (!signal.#dependents[i].#isAborted) all[all.length] = signal.#dependents[i];
        }
        for (let i = 0; i < all.length; i++) {
          all[i].#isAborted = true;
          all[i].#reason = reason;
        }
        for (let i = 0; i < all.length; i++) runSteps(all[i]);
      };

      const runSteps = (signal) => {
        const steps = signal.#algorithms;
        signal.#algorithms = signal.#dependents = signal.#sources = [];
        for (let i = 0; i < steps.length; i++) {
          try {
            steps[i]();
          } catch (exception) {
            report(exception);
          }
        }
        send(signal, new Event("abort"));
      };

      // "Create a dependent abort signal", for one that is not aborted and one of the signals it comes from.
      dependOn = (signal, source) => {
        const sources = source.#sources.length > 0 ? source.#sources : [source];
        for (let i = 0; i < sources.length; i++) {
          if (has(signal.#sources, sources[i])) continue;
          signal.#sources[signal.#sources.length] = sources[i];
          const dependents = sources[i].#dependents;
          dependents[dependents.length] = signal;
        }
      };
    }
  }
  handlers(AbortSignal.prototype, "abort");
  expose(AbortSignal);

  function has(list, item) {
    for (let i = 0; i < list.length; i++) if (list[i] === item) return true;
    return false;
  }

  function toSignal(value) {
    if (!isSignal(value)) throw new TypeError("member signal is not of type AbortSignal.");
    return value;
  }

  function any(signals) {
    const result = new AbortSignal(key);
    for (let i = 0; i < signals.length; i++) {
      if (signals[i].aborted) {
        abort(result, signals[i].reason);
        return result;
      }
    }
    for (let i = 0; i < signals.length; i++) dependOn(result, signals[i]);
    return result;
  }

  class AbortController {
    #signal = new AbortSignal(key);
    get signal() { return this.#signal; }
    abort(reason = undefined) { abort(this.#signal, reason); }
  }
  expose(AbortController);

  return {
    AbortController,
    AbortSignal,
    // For scripts of ours.
    isSignal,
    toSignal,
    any,
    isAborted: (signal) => toSignal(signal).aborted,
    // Has `step` done when the signal aborts, and gives what forgets it again.
    onAbort(signal, step) {
      const list = algorithms(signal);
      list[list.length] = step;
      return () => {
        const list = algorithms(signal);
        for (let i = 0; i < list.length; i++) {
          if (list[i] === step) {
            for (; i + 1 < list.length; i++) list[i] = list[i + 1];
            list.length--;
            return;
          }
        }
      };
    },
  };
}
