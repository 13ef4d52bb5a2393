// Iteration over pairs (Web IDL § 3.7.9 "Iterable declarations"): entries, keys, values, forEach and @@iterator.
(language, native, library) => {
  "use strict";
  const { Object, Symbol, TypeError, apply } = language;
  const { defineProperty, getPrototypeOf } = Object;
  const { need } = library("webidl");

  const iteratorPrototype = getPrototypeOf(getPrototypeOf([][Symbol.iterator]()));

  // Makes a class iterable. `view(object)` gives the number of its pairs, and the names and values of each.
  function pairs(type, view) {
    const name = type.name;
    class Iterator {
      #object;
      #kind;
      #index = 0;
      constructor(object, kind) {
        this.#object = object;
        this.#kind = kind;
      }
      next() {
        const { count, name, value } = view(this.#object);
        const index = this.#index;
        if (index >= count) return { value: undefined, done: true };
        this.#index++;
        const kind = this.#kind;
        return { value: kind === 0 ? name(index) : kind === 1 ? value(index) : [name(index), value(index)], done: false };
      }
    }
    const { prototype } = Iterator;
    delete prototype.constructor;
    Object.setPrototypeOf(prototype, iteratorPrototype);
    defineProperty(prototype, "next", { __proto__: null, enumerable: true });
    defineProperty(prototype, Symbol.toStringTag, { __proto__: null, value: `${name} Iterator`, configurable: true });

    const methods = {
      entries() { view(this); return new Iterator(this, 2); },
      forEach(callback, thisArgument = undefined) {
        view(this);
        need(arguments.length, 1, `execute 'forEach' on '${name}'`);
        if (typeof callback !== "function") {
          throw new TypeError(`Failed to execute 'forEach' on '${name}': parameter 1 is not of type 'Function'.`);
        }
        for (let i = 0; ; i++) {
          const now = view(this);
          if (i >= now.count) return;
          apply(callback, thisArgument, [now.value(i), now.name(i), this]);
        }
      },
      keys() { view(this); return new Iterator(this, 0); },
      values() { view(this); return new Iterator(this, 1); },
    };
    const names = ["entries", "forEach", "keys", "values"];
    for (let i = 0; i < names.length; i++) {
      const method = { __proto__: null, value: methods[names[i]], writable: true, enumerable: true, configurable: true };
      defineProperty(type.prototype, names[i], method);
    }
    const iterate = { __proto__: null, value: methods.entries, writable: true, enumerable: false, configurable: true };
    defineProperty(type.prototype, Symbol.iterator, iterate);
  }

  return { pairs };
}
