// Attributes of the global object that hold one object.
(language, native, library) => {
  "use strict";
  const { Object, TypeError, global } = language;
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const { expose } = library("webidl");

  const key = language.Symbol();

  function get(name, value) {
    const holder = {
      get [name]() {
        if (this !== undefined && this !== null && this !== global) throw new TypeError("Illegal invocation");
        return value;
      },
    };
    return getOwnPropertyDescriptor(holder, name).get;
  }

  // An attribute. All are [Replaceable] (Web IDL § 3.3.14), since programs that bring their own expect to put it there.
  function replaceable(name, value) {
    const holder = {
      set [name](value) {
        defineProperty(global, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
      },
    };
    const { set } = getOwnPropertyDescriptor(holder, name);
    defineProperty(global, name, { __proto__: null, get: get(name, value), set, enumerable: true, configurable: true });
  }

  class Navigator {
    #brand;
    constructor(given = undefined) { if (given !== key) throw new TypeError("Illegal constructor"); }
    get hardwareConcurrency() { this.#brand; return native.processors(); }
    get language() { this.#brand; return "en-US"; }
    get languages() { this.#brand; return languages; }
    get onLine() { this.#brand; return native.mayConnect(); }
    get platform() { this.#brand; return "Linux x86_64"; }
    get userAgent() { this.#brand; return native.userAgent(); }
  }
  expose(Navigator);
  const languages = Object.freeze(["en-US"]);
  const navigator = new Navigator(key);

  return { replaceable, Navigator, navigator: () => replaceable("navigator", navigator) };
}
