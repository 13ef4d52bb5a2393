// What all streams have in common (the Streams standard, § 7 and § 8): promises, queues with sizes, and queuing strategies.
(language, native, library) => {
  "use strict";
  const { Number, Promise, RangeError, TypeError, apply, then } = language;
  const { expose, need, fault, dictionary } = library("webidl");

  // A promise with the power to settle it.
  function pending() {
    const made = { promise: undefined, isSettled: false, resolve: undefined, reject: undefined };
    made.promise = new Promise((resolve, reject) => {
      made.resolve = (value) => {
        made.isSettled = true;
        resolve(value);
      };
      made.reject = (reason) => {
        made.isSettled = true;
        reject(reason);
      };
    });
    return made;
  }

  const resolved = (value) => new Promise((resolve) => resolve(value));
  const rejected = (reason) => new Promise((_, reject) => reject(reason));
  const react = (promise, fulfilled, failed) => apply(then, promise, [fulfilled, failed]);
  const ignore = () => {};
  // Nobody is told of its rejection.
  const handled = (promise) => {
    react(promise, undefined, ignore);
    return promise;
  };
  // A promise of what a step gives, or of what it throws.
  function attempt(step) {
    try {
      return resolved(step());
    } catch (exception) {
      return rejected(exception);
    }
  }

  // A queue with sizes (§ 8.1).
  class Queue {
    #items = [];
    #first = 0;
    total = 0;
    get length() { return this.#items.length - this.#first; }
    push(value, size) {
      if (!(size >= 0) || size === Infinity) throw new RangeError("Size must be a finite, non-negative number.");
      this.#items[this.#items.length] = { value, size };
      this.total += size;
    }
    shift() {
      const { value, size } = this.#items[this.#first];
      this.#items[this.#first++] = undefined;
      this.total -= size;
      if (this.total < 0) this.total = 0;
      // What has been taken goes when it is half of all.
      if (2 * this.#first >= this.#items.length) {
        const rest = [];
        for (let i = this.#first; i < this.#items.length; i++) rest[rest.length] = this.#items[i];
        this.#items = rest;
        this.#first = 0;
      }
      return value;
    }
    get first() { return this.#items[this.#first].value; }
    clear() {
      this.#items = [];
      this.#first = this.total = 0;
    }
  }

  function strategyOf(strategy, what) {
    const { highWaterMark, size } = dictionary(strategy, what);
    const mark = highWaterMark === undefined ? undefined : +highWaterMark;
    if (size !== undefined && typeof size !== "function") throw fault(what, "member size is not a function.");
    return { mark, size };
  }

  function markOf(strategy, missing) {
    const { mark = missing } = strategy;
    if (!(mark >= 0)) throw new RangeError(`Invalid highWaterMark: ${mark}`);
    return mark;
  }

  // Asks the source of a readable stream for more, but not again before it has answered.
  function pullFromSource(controller, pullIfNeeded, error) {
    if (controller.isPulling) {
      controller.pullsAgain = true;
      return;
    }
    controller.isPulling = true;
    react(attempt(() => controller.pull?.(controller.object)), () => {
      controller.isPulling = false;
      if (controller.pullsAgain) {
        controller.pullsAgain = false;
        pullIfNeeded(controller);
      }
    }, (reason) => error(controller, reason));
  }

  const sizeOf = ({ size }) => size === undefined ? () => 1 : (chunk) => +apply(size, undefined, [chunk]);

  // A member of a dictionary that is a function, called as its method.
  function method(object, name, what) {
    const value = object[name];
    if (value === undefined) return undefined;
    if (typeof value !== "function") throw fault(what, `member ${name} is not a function.`);
    return (...parameters) => apply(value, object, parameters);
  }

  function init(value, name) {
    const what = `construct '${name}'`;
    const options = dictionary(value, what);
    if (options.highWaterMark === undefined) throw fault(what, "required member highWaterMark is undefined.");
    return +options.highWaterMark;
  }

  const byteLength = { size(chunk) { return chunk.byteLength; } }.size;
  const count = { size() { return 1; } }.size;

  class ByteLengthQueuingStrategy {
    #mark;
    constructor(options) {
      need(arguments.length, 1, "construct 'ByteLengthQueuingStrategy'");
      this.#mark = init(options, "ByteLengthQueuingStrategy");
    }
    get highWaterMark() { return this.#mark; }
    get size() { this.#mark; return byteLength; }
  }
  expose(ByteLengthQueuingStrategy);

  class CountQueuingStrategy {
    #mark;
    constructor(options) {
      need(arguments.length, 1, "construct 'CountQueuingStrategy'");
      this.#mark = init(options, "CountQueuingStrategy");
    }
    get highWaterMark() { return this.#mark; }
    get size() { this.#mark; return count; }
  }
  expose(CountQueuingStrategy);

  return {
    ByteLengthQueuingStrategy, CountQueuingStrategy,
    // For scripts of ours.
    pending, resolved, rejected, react, ignore, handled, attempt, pullFromSource, Queue, strategyOf, markOf, sizeOf, method,
  };
}
