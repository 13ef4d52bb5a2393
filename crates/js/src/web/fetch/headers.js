// Headers (the Fetch standard, § 5.1).
(language, native, library) => {
  "use strict";
  const { Symbol, TypeError } = language;
  const { expose, need, fault, isObject, sequence, uncloneable } = library("webidl");
  const { ownKeys, getOwnPropertyDescriptor } = language.Reflect;
  const { pairs } = library("iteration");

  // A list of headers: names in lower case, and values.
  class List {
    names = [];
    values = [];
    isImmutable = false;
    get(name) {
      let value = null;
      for (let i = 0; i < this.names.length; i++) {
        if (this.names[i] === name) value = value === null ? this.values[i] : `${value}, ${this.values[i]}`;
      }
      return value;
    }
    has(name) {
      for (let i = 0; i < this.names.length; i++) if (this.names[i] === name) return true;
      return false;
    }
    append(name, value) {
      this.names[this.names.length] = name;
      this.values[this.values.length] = value;
    }
    delete(name) {
      const { names, values } = this;
      this.names = [];
      this.values = [];
      for (let i = 0; i < names.length; i++) if (names[i] !== name) this.append(names[i], values[i]);
    }
    set(name, value) {
      for (let i = 0; i < this.names.length; i++) {
        if (this.names[i] !== name) continue;
        const at = i, { names, values } = this;
        this.names = [];
        this.values = [];
        for (let j = 0; j < names.length; j++) {
          if (j === at) this.append(name, value);
          else if (names[j] !== name) this.append(names[j], values[j]);
        }
        return;
      }
      this.append(name, value);
    }
    // "Sort and combine" (§ 2.2.2).
    sorted() {
      const found = [];
      for (let i = 0; i < this.names.length; i++) {
        const name = this.names[i];
        const isCookie = name === "set-cookie";
        if (!isCookie && firstIndex(this.names, name) !== i) continue;
        const entry = [name, isCookie ? this.values[i] : this.get(name)];
        let at = found.length;
        for (; at > 0 && found[at - 1][0] > name; at--) found[at] = found[at - 1];
        found[at] = entry;
      }
      return found;
    }
    copy() {
      const list = new List();
      for (let i = 0; i < this.names.length; i++) list.append(this.names[i], this.values[i]);
      return list;
    }
    // Names and values in turn.
    flat() {
      const flat = [];
      for (let i = 0; i < this.names.length; i++) {
        flat[2 * i] = this.names[i];
        flat[2 * i + 1] = this.values[i];
      }
      return flat;
    }
  }

  function firstIndex(list, item) {
    for (let i = 0; i < list.length; i++) if (list[i] === item) return i;
  }

  function nameOf(name, what) {
    const lower = native.headerName(`${name}`);
    if (lower === null) throw fault(what, `Invalid header name '${name}'`);
    return lower;
  }

  function valueOf(value, what) {
    const normal = native.headerValue(`${value}`);
    if (normal === null) throw fault(what, "Invalid header value");
    return normal;
  }

  // "Fill a Headers object".
  function fill(list, init, what) {
    if (init === undefined) return;
    if (!isObject(init)) throw fault(what, "The provided value is not of type '(record<ByteString, ByteString> or sequence<sequence<ByteString>>)'.");
    const method = init[Symbol.iterator];
    if (method !== undefined && method !== null) {
      const given = sequence(init, (pair) => sequence(pair, (item) => item, what), what);
      for (let i = 0; i < given.length; i++) {
        if (given[i].length !== 2) throw fault(what, "Invalid value");
        list.append(nameOf(given[i][0], what), valueOf(given[i][1], what));
      }
      return;
    }
    const names = ownKeys(init);
    for (let i = 0; i < names.length; i++) {
      if (!getOwnPropertyDescriptor(init, names[i])?.enumerable) continue;
      if (typeof names[i] === "symbol") throw fault(what, "Cannot convert a Symbol value to a string");
      list.append(nameOf(names[i], what), valueOf(init[names[i]], what));
    }
  }

  const key = Symbol();
  let listOf;

  class Headers {
    #list;
    constructor(init = undefined, list = undefined) {
      uncloneable(this);
      if (init === key) {
        this.#list = list;
        return;
      }
      this.#list = new List();
      fill(this.#list, init, "construct 'Headers'");
    }
    #change() {
      if (this.#list.isImmutable) throw new TypeError("Headers are immutable");
      return this.#list;
    }
    append(name, value) {
      const what = "execute 'append' on 'Headers'";
      this.#list;
      need(arguments.length, 2, what);
      name = nameOf(name, what);
      value = valueOf(value, what);
      this.#change().append(name, value);
    }
    delete(name) {
      const what = "execute 'delete' on 'Headers'";
      this.#list;
      need(arguments.length, 1, what);
      name = nameOf(name, what);
      this.#change().delete(name);
    }
    get(name) {
      const what = "execute 'get' on 'Headers'";
      this.#list;
      need(arguments.length, 1, what);
      return this.#list.get(nameOf(name, what));
    }
    getSetCookie() {
      const { names, values } = this.#list;
      const cookies = [];
      for (let i = 0; i < names.length; i++) if (names[i] === "set-cookie") cookies[cookies.length] = values[i];
      return cookies;
    }
    has(name) {
      const what = "execute 'has' on 'Headers'";
      this.#list;
      need(arguments.length, 1, what);
      return this.#list.has(nameOf(name, what));
    }
    set(name, value) {
      const what = "execute 'set' on 'Headers'";
      this.#list;
      need(arguments.length, 2, what);
      name = nameOf(name, what);
      value = valueOf(value, what);
      this.#change().set(name, value);
    }
    static {
      listOf = (value) => isObject(value) && #list in value ? value.#list : undefined;
      pairs(this, (headers) => {
        const sorted = headers.#list.sorted();
        return { count: sorted.length, name: (i) => sorted[i][0], value: (i) => sorted[i][1] };
      });
    }
  }
  expose(Headers);

  return { Headers, List, fill, listOf, wrap: (list) => new Headers(key, list) };
}
