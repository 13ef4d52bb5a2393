// URL and URLSearchParams (the URL standard, § 6). Parsing is Rust's; what stays here is the objects.
(language, native, library) => {
  "use strict";
  const { Object, Symbol, TypeError } = language;
  const { defineProperty, getPrototypeOf, keys } = Object;
  const { expose, need, fault, isObject, uncloneable, usv, sequence } = library("webidl");
  const { pairs } = library("iteration");

  // What URL and URLSearchParams know of each other.
  let attach, refresh;

  class URLSearchParams {
    // Names and values in turn.
    #list = [];
    #url = null;

    constructor(init = "") {
      const what = "construct 'URLSearchParams'";
      uncloneable(this);
      if (isObject(init)) {
        const method = init[Symbol.iterator];
        if (method !== undefined && method !== null) {
          sequence(init, (pair) => {
            const both = sequence(pair, usv, what);
            if (both.length !== 2) throw fault(what, "Sequence initializer must only contain pair elements");
            this.#push(both[0], both[1]);
          }, what);
        } else {
          const names = keys(init);
          for (let i = 0; i < names.length; i++) this.#push(usv(names[i]), usv(init[names[i]]));
        }
      } else {
        const text = usv(init);
        this.#list = native.parseForm(text[0] === "?" ? native.tail(text) : text);
      }
    }

    #push(name, value) {
      const list = this.#list;
      list[list.length] = name;
      list[list.length] = value;
    }

    // The list without what `drop` says, from the pair `first` on.
    #without(drop) {
      const rest = [];
      for (let i = 0; i < this.#list.length; i += 2) {
        if (drop(this.#list[i], this.#list[i + 1])) continue;
        rest[rest.length] = this.#list[i];
        rest[rest.length] = this.#list[i + 1];
      }
      this.#list = rest;
    }

    #update() { if (this.#url !== null) refresh(this.#url, native.serializeForm(this.#list)); }

    get size() { return this.#list.length / 2; }

    append(name, value) {
      need(arguments.length, 2, "execute 'append' on 'URLSearchParams'");
      this.#push(usv(name), usv(value));
      this.#update();
    }

    delete(name, value = undefined) {
      need(arguments.length, 1, "execute 'delete' on 'URLSearchParams'");
      name = usv(name);
      if (value !== undefined) value = usv(value);
      this.#without((n, v) => n === name && (value === undefined || v === value));
      this.#update();
    }

    get(name) {
      need(arguments.length, 1, "execute 'get' on 'URLSearchParams'");
      name = usv(name);
      for (let i = 0; i < this.#list.length; i += 2) if (this.#list[i] === name) return this.#list[i + 1];
      return null;
    }

    getAll(name) {
      need(arguments.length, 1, "execute 'getAll' on 'URLSearchParams'");
      name = usv(name);
      const values = [];
      for (let i = 0; i < this.#list.length; i += 2) {
        if (this.#list[i] === name) values[values.length] = this.#list[i + 1];
      }
      return values;
    }

    has(name, value = undefined) {
      need(arguments.length, 1, "execute 'has' on 'URLSearchParams'");
      name = usv(name);
      if (value !== undefined) value = usv(value);
      for (let i = 0; i < this.#list.length; i += 2) {
        if (this.#list[i] === name && (value === undefined || this.#list[i + 1] === value)) return true;
      }
      return false;
    }

    set(name, value) {
      need(arguments.length, 2, "execute 'set' on 'URLSearchParams'");
      name = usv(name);
      value = usv(value);
      let isSet = false;
      for (let i = 0; i < this.#list.length && !isSet; i += 2) {
        if (this.#list[i] === name) {
          this.#list[i + 1] = value;
          isSet = true;
        }
      }
      let seen = false;
      if (!isSet) this.#push(name, value);
      else this.#without((n) => n === name && (seen || !(seen = true)));
      this.#update();
    }

    sort() {
      this.#list = native.sortForm(this.#list);
      this.#update();
    }

    toString() { return native.serializeForm(this.#list); }

    static {
      pairs(this, (params) => {
        const list = params.#list;
        return { count: list.length / 2, name: (i) => params.#list[2 * i], value: (i) => params.#list[2 * i + 1] };
      });
      attach = (url, query) => {
        const params = new URLSearchParams();
        params.#url = url;
        params.#list = native.parseForm(query);
        return params;
      };
      URLSearchParams.reset = (params, query) => { params.#list = native.parseForm(query); };
    }
  }
  const { reset } = URLSearchParams;
  delete URLSearchParams.reset;
  expose(URLSearchParams);

  class URL {
    #record;
    #params = null;

    constructor(url, base = undefined) {
      const what = "construct 'URL'";
      uncloneable(this);
      need(arguments.length, 1, what);
      this.#record = parse(usv(url), base === undefined ? undefined : usv(base));
      if (this.#record === null) {
        const error = fault(what, "Invalid URL");
        error.code = "ERR_INVALID_URL";
        error.input = usv(url);
        throw error;
      }
    }

    static canParse(url, base = undefined) {
      need(arguments.length, 1, "execute 'canParse' on 'URL'");
      return parse(usv(url), base === undefined ? undefined : usv(base)) !== null;
    }

    static parse(url, base = undefined) {
      need(arguments.length, 1, "execute 'parse' on 'URL'");
      url = usv(url);
      base = base === undefined ? undefined : usv(base);
      return parse(url, base) === null ? null : base === undefined ? new URL(url) : new URL(url, base);
    }

    static createObjectURL(object) {
      need(arguments.length, 1, "execute 'createObjectURL' on 'URL'");
      return library("blob").createObjectURL(object);
    }

    static revokeObjectURL(url) {
      need(arguments.length, 1, "execute 'revokeObjectURL' on 'URL'");
      library("blob").revokeObjectURL(usv(url));
    }

    get href() { return native.get(this.#record, "href"); }
    set href(value) {
      const record = parse(usv(value), undefined);
      if (record === null) throw new TypeError("Failed to set the 'href' property on 'URL': Invalid URL");
      this.#record = record;
      this.#reset();
    }
    get origin() { return native.get(this.#record, "origin"); }
    get protocol() { return native.get(this.#record, "protocol"); }
    set protocol(value) { native.set(this.#record, "protocol", usv(value)); }
    get username() { return native.get(this.#record, "username"); }
    set username(value) { native.set(this.#record, "username", usv(value)); }
    get password() { return native.get(this.#record, "password"); }
    set password(value) { native.set(this.#record, "password", usv(value)); }
    get host() { return native.get(this.#record, "host"); }
    set host(value) { native.set(this.#record, "host", usv(value)); }
    get hostname() { return native.get(this.#record, "hostname"); }
    set hostname(value) { native.set(this.#record, "hostname", usv(value)); }
    get port() { return native.get(this.#record, "port"); }
    set port(value) { native.set(this.#record, "port", usv(value)); }
    get pathname() { return native.get(this.#record, "pathname"); }
    set pathname(value) { native.set(this.#record, "pathname", usv(value)); }
    get search() { return native.get(this.#record, "search"); }
    set search(value) {
      native.set(this.#record, "search", usv(value));
      this.#reset();
    }
    get searchParams() { return this.#params ??= attach(this, this.#query()); }
    get hash() { return native.get(this.#record, "hash"); }
    set hash(value) { native.set(this.#record, "hash", usv(value)); }

    toString() { return native.get(this.#record, "href"); }
    toJSON() { return native.get(this.#record, "href"); }

    #query() { return native.tail(native.get(this.#record, "search")); }
    #reset() { if (this.#params !== null) reset(this.#params, this.#query()); }

    static {
      refresh = (url, query) => native.set(url.#record, "search", query);
    }
  }
  expose(URL);

  const parse = native.parse;

  return {
    URL,
    URLSearchParams,
    // For scripts of ours: the serialization of a URL, or null.
    resolve(url, base) {
      const record = parse(url, base);
      return record === null ? null : native.get(record, "href");
    },
  };
}
