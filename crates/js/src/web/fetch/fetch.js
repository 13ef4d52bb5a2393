// Request, Response and fetch (the Fetch standard, § 5.4 to § 5.6). What goes over the network is Rust's.
(language, native, library) => {
  "use strict";
  const { DOMException, JSON, RangeError, Symbol, TypeError, Uint8Array } = language;
  const { expose, need, fault, isObject, dictionary, uncloneable, usv } = library("webidl");
  const { pending, resolved, rejected, react, attempt } = library("streams/base");
  const { Headers, List, fill, listOf, wrap } = library("fetch/headers");
  const { bodyOfBytes, bodyOfStream, extract, consume, mixIn } = library("fetch/body");
  const { isSignal, any, onAbort, AbortController } = library("abort");
  const { resolve } = library("url");
  const readable = library("streams/readable");

  const key = Symbol();

  // The URL that a given one means here.
  function absolute(url, what) {
    const found = resolve(usv(url), native.base()) ?? resolve(usv(url), undefined);
    if (found === null) throw fault(what, `Failed to parse URL from ${url}`);
    if (native.hasCredentials(found)) throw fault(what, `Request cannot be constructed from a URL that includes credentials: ${url}`);
    return found;
  }

  function oneOf(value, allowed, name, what) {
    const text = `${value}`;
    for (let i = 0; i < allowed.length; i++) if (allowed[i] === text) return text;
    throw fault(what, `The provided value '${text}' is not a valid enum value of type ${name}.`);
  }

  const modes = ["navigate", "same-origin", "no-cors", "cors"];
  const credentials = ["omit", "same-origin", "include"];
  const caches = ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"];
  const redirects = ["follow", "error", "manual"];
  const policies = [
    "", "no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin",
    "origin-when-cross-origin", "strict-origin-when-cross-origin", "unsafe-url",
  ];

  let slotsOfRequest, isRequest;

  class Request {
    // The slots: { url, method, headers, body, mode, credentials, cache, redirect, referrer, … }.
    #slots;
    #headers;
    #signal;

    constructor(input, init = undefined) {
      const what = "construct 'Request'";
      uncloneable(this);
      need(arguments.length, 1, what);
      init = dictionary(init, what);
      const from = isRequest(input) ? input.#slots : undefined;
      const slots = this.#slots = from === undefined
        ? {
            url: absolute(input, what), method: "GET", headers: new List(), body: null, mode: "cors", credentials: "same-origin",
            cache: "default", redirect: "follow", referrer: "about:client", referrerPolicy: "", integrity: "", keepalive: false,
          }
        : { ...from, headers: from.headers.copy(), body: null };
      const set = (name, convert) => {
        const value = init[name];
        if (value !== undefined) slots[name] = convert(value);
      };
      const { body, duplex, headers, signal, window } = init;
      if (duplex !== undefined) oneOf(duplex, ["half"], "RequestDuplex", what);
      if (window !== undefined && window !== null) throw fault(what, "'window' must be null.");
      set("cache", (value) => oneOf(value, caches, "RequestCache", what));
      set("credentials", (value) => oneOf(value, credentials, "RequestCredentials", what));
      set("integrity", (value) => `${value}`);
      set("keepalive", (value) => !!value);
      set("method", (value) => {
        const method = native.method(`${value}`);
        if (method === null) throw fault(what, `'${value}' is not a valid HTTP method.`);
        return method;
      });
      set("mode", (value) => oneOf(value, modes, "RequestMode", what));
      if (slots.mode === "navigate") throw fault(what, "Cannot construct a Request with a RequestInit whose mode member is set as 'navigate'.");
      set("redirect", (value) => oneOf(value, redirects, "RequestRedirect", what));
      set("referrer", (value) => `${value}` === "" ? "no-referrer" : absolute(value, what));
      set("referrerPolicy", (value) => oneOf(value, policies, "ReferrerPolicy", what));
      if (headers !== undefined) {
        slots.headers = new List();
        const given = listOf(headers);
        if (given !== undefined) slots.headers = given.copy();
        else fill(slots.headers, headers, what);
      }
      this.#headers = wrap(slots.headers);
      const parents = [];
      if (signal !== undefined && signal !== null) {
        if (!isSignal(signal)) throw fault(what, "member signal is not of type AbortSignal.");
        parents[0] = signal;
      } else if (from !== undefined && signal === undefined) {
        parents[0] = input.#signal;
      }
      this.#signal = any(parents);
      const inputBody = from?.body ?? null;
      const hasBody = body !== undefined && body !== null;
      if ((hasBody || inputBody !== null) && (slots.method === "GET" || slots.method === "HEAD")) {
        throw fault(what, "Request with GET/HEAD method cannot have body.");
      }
      if (hasBody) {
        const extracted = extract(body, what);
        if (extracted.isStream && duplex === undefined) throw fault(what, "The `duplex` member must be specified for a request with a streaming body");
        slots.body = extracted.body;
        if (extracted.type !== null && !slots.headers.has("content-type")) slots.headers.append("content-type", extracted.type);
      } else if (inputBody !== null) {
        if (inputBody.isUnusable) throw fault(what, "Cannot construct a Request with a Request object that has already been used.");
        slots.body = inputBody.copy();
        inputBody.isUsed = true;
        if (inputBody.stream !== undefined) inputBody.stream.isDisturbed = true;
      }
    }

    get method() { return this.#slots.method; }
    get url() { return this.#slots.url; }
    get headers() { return this.#headers; }
    get destination() { this.#slots; return ""; }
    get referrer() { const { referrer } = this.#slots; return referrer === "no-referrer" ? "" : referrer; }
    get referrerPolicy() { return this.#slots.referrerPolicy; }
    get mode() { return this.#slots.mode; }
    get credentials() { return this.#slots.credentials; }
    get cache() { return this.#slots.cache; }
    get redirect() { return this.#slots.redirect; }
    get integrity() { return this.#slots.integrity; }
    get keepalive() { return this.#slots.keepalive; }
    get duplex() { this.#slots; return "half"; }
    get signal() { return this.#signal; }

    clone() {
      const { body } = this.#slots;
      if (body !== null && body.isUnusable) throw fault("execute 'clone' on 'Request'", "Request body is already used");
      const copy = new Request(this.#slots.url, { signal: this.#signal });
      copy.#slots = { ...this.#slots, headers: this.#slots.headers.copy(), body: body === null ? null : body.copy() };
      copy.#headers = wrap(copy.#slots.headers);
      return copy;
    }

    static {
      isRequest = (value) => isObject(value) && #slots in value;
      slotsOfRequest = (request) => request.#slots;
      mixIn(this, (request) => ({ body: request.#slots.body, type: request.#slots.headers.get("content-type") }));
    }
  }
  expose(Request);

  let slotsOfResponse, isResponse;

  const nullBody = (status) => status === 101 || status === 103 || status === 204 || status === 205 || status === 304;

  class Response {
    // The slots: { type, url, isRedirected, status, statusText, headers, body }.
    #slots;
    #headers;

    constructor(body = null, init = undefined) {
      const what = "construct 'Response'";
      uncloneable(this);
      if (body === key) {
        this.#slots = init;
        this.#headers = wrap(init.headers);
        return;
      }
      this.#slots = { type: "default", url: "", isRedirected: false, status: 200, statusText: "", headers: new List(), body: null };
      this.#headers = wrap(this.#slots.headers);
      initialize(this.#slots, dictionary(init, what), body === null || body === undefined ? undefined : () => extract(body, what), what);
    }

    static error() {
      const headers = new List();
      headers.isImmutable = true;
      return new Response(key, { type: "error", url: "", isRedirected: false, status: 0, statusText: "", headers, body: null });
    }

    static json(data, init = undefined) {
      const what = "execute 'json' on 'Response'";
      need(arguments.length, 1, what);
      const text = JSON.stringify(data);
      if (text === undefined) throw fault(what, "The data is not JSON serializable");
      const slots = { type: "default", url: "", isRedirected: false, status: 200, statusText: "", headers: new List(), body: null };
      initialize(slots, dictionary(init, what), () => ({ ...extract(text, what), type: "application/json" }), what);
      return new Response(key, slots);
    }

    static redirect(url, status = 302) {
      const what = "execute 'redirect' on 'Response'";
      need(arguments.length, 1, what);
      const location = absolute(url, what);
      status = status & 0xffff;
      if (status !== 301 && status !== 302 && status !== 303 && status !== 307 && status !== 308) {
        throw new RangeError(`Failed to ${what}: Invalid status code`);
      }
      const headers = new List();
      headers.append("location", location);
      headers.isImmutable = true;
      return new Response(key, { type: "default", url: "", isRedirected: false, status, statusText: "", headers, body: null });
    }

    get type() { return this.#slots.type; }
    get url() { return this.#slots.url; }
    get redirected() { return this.#slots.isRedirected; }
    get status() { return this.#slots.status; }
    get ok() { return this.#slots.status >= 200 && this.#slots.status <= 299; }
    get statusText() { return this.#slots.statusText; }
    get headers() { return this.#headers; }

    clone() {
      const { body } = this.#slots;
      if (body !== null && body.isUnusable) throw fault("execute 'clone' on 'Response'", "Response body is already used");
      return new Response(key, { ...this.#slots, headers: this.#slots.headers.copy(), body: body === null ? null : body.copy() });
    }

    static {
      isResponse = (value) => isObject(value) && #slots in value;
      slotsOfResponse = (response) => response.#slots;
      mixIn(this, (response) => ({ body: response.#slots.body, type: response.#slots.headers.get("content-type") }));
    }
  }
  expose(Response);

  // "Initialize a response".
  function initialize(slots, init, body, what) {
    const { headers, status = 200, statusText = "" } = init;
    const code = status & 0xffff;
    if (code < 200 || code > 599) throw new RangeError(`Failed to ${what}: The status provided (${status}) is outside the range [200, 599].`);
    if (native.headerValue(`${statusText}`) === null) throw fault(what, "Invalid statusText");
    slots.status = code;
    slots.statusText = `${statusText}`;
    const given = headers === undefined ? undefined : listOf(headers);
    if (given === undefined) fill(slots.headers, headers, what);
    else for (let i = 0; i < given.names.length; i++) slots.headers.append(given.names[i], given.values[i]);
    if (body === undefined) return;
    if (nullBody(code)) throw fault(what, "Response with null body status cannot have body");
    const extracted = body();
    slots.body = extracted.body;
    if (extracted.type !== null && !slots.headers.has("content-type")) slots.headers.append("content-type", extracted.type);
  }

  function fetch(input, init = undefined) {
    return attempt(() => {
      need(arguments.length, 1, "execute 'fetch'");
      const request = new Request(input, init);
      const { signal } = request;
      if (signal.aborted) throw signal.reason;
      return start(slotsOfRequest(request), signal);
    });
  }

  const failure = (message) => new TypeError(`Failed to fetch: ${message}`);

  function start(slots, signal) {
    const scheme = native.scheme(slots.url);
    if (scheme === "data") return ofData(slots.url);
    if (scheme === "blob") return ofBlob(slots);
    if (scheme !== "http" && scheme !== "https" && scheme !== "file") throw failure(`URL scheme "${scheme}" is not supported.`);
    if (slots.body === null) return send(slots, null, signal);
    if (slots.body.stream !== undefined) return upload(slots, signal);
    return react(consume(slots.body, "execute 'fetch'"), (bytes) => {
      if (signal.aborted) throw signal.reason;
      return send(slots, bytes, signal);
    });
  }

  function answer(url, status, statusText, headers, body, isRedirected = false) {
    headers.isImmutable = true;
    return new Response(key, { type: "basic", url: native.withoutFragment(url), isRedirected, status, statusText, headers, body });
  }

  function ofData(url) {
    const found = native.dataUrl(url);
    if (found === null) throw failure("the data: URL is malformed");
    const headers = new List();
    headers.append("content-type", found[1]);
    return answer(url, 200, "OK", headers, bodyOfBytes(found[0]));
  }

  function ofBlob({ url, method }) {
    const { find, blobBytes } = library("blob");
    const blob = method === "GET" ? find(url) : null;
    if (blob === null) throw failure("there is no such blob");
    const headers = new List();
    headers.append("content-length", `${blob.size}`);
    if (blob.type !== "") headers.append("content-type", blob.type);
    return answer(url, 200, "OK", headers, bodyOfBytes(blobBytes(blob)));
  }

  // Sends a body while it comes.
  function upload(slots, signal) {
    if (slots.body.isUnusable) throw fault("execute 'fetch'", "body stream already read");
    const reader = readable.acquire(slots.body.stream);
    return send(slots, undefined, signal, (exchange, fail) => {
      const next = () => readable.read(reader, {
        chunk(value) {
          if (value instanceof Uint8Array) return native.push(exchange, value, next);
          const reason = new TypeError("Received non-Uint8Array chunk");
          fail(reason);
          return readable.cancel(reader.stream, reason);
        },
        close: () => native.push(exchange),
        error: fail,
      });
      next();
      return (reason) => { if (reader.stream !== undefined) readable.cancel(reader.stream, reason); };
    });
  }

  // Over the network, or from a file: a promise of the response. Of a body that comes yet, `feed(exchange, fail)` sends what there is, and
  // gives what is to be called when nobody wants it any more.
  function send(slots, bytes, signal, feed = undefined) {
    const made = pending();
    let stream, isOver = false;
    const exchange = native.start(slots.url, slots.method, slots.headers.flat(), bytes, slots.redirect, (error, head) => {
      if (isOver) return;
      if (error !== undefined) {
        isOver = true;
        forget();
        unwanted?.(failure(error));
        made.reject(failure(error));
        return;
      }
      const headers = new List();
      for (let i = 0; i < head.headers.length; i += 2) headers.append(head.headers[i], head.headers[i + 1]);
      const { create } = library("streams/bytes");
      if (!nullBody(head.status) && slots.method !== "HEAD") {
        stream = create({ pull, cancel: stop });
      } else {
        stop();
      }
      const body = stream === undefined ? null : bodyOfStream(stream);
      made.resolve(answer(head.url, head.status, head.statusText, headers, body, head.isRedirected));
    });
    const forget = onAbort(signal, () => {
      const { reason } = signal;
      breakOff(reason);
      unwanted?.(reason);
    });

    const unwanted = feed?.(exchange, breakOff);

    function breakOff(reason) {
      if (isOver) return;
      stop();
      made.reject(reason);
      if (stream !== undefined) library("streams/bytes").error(stream.controller, reason);
    }

    function stop() {
      isOver = true;
      forget();
      native.stop(exchange);
    }

    function pull() {
      const { enqueue, close, error } = library("streams/bytes");
      const { controller } = stream;
      const read = pending();
      native.read(exchange, (message, chunk) => {
        read.resolve();
        if (isOver) return;
        if (message !== undefined) {
          isOver = true;
          forget();
          error(controller, new TypeError(`network error: ${message}`));
        } else if (chunk === undefined) {
          isOver = true;
          forget();
          close(controller);
          controller.object.byobRequest?.respond(0);
        } else {
          enqueue(controller, chunk);
        }
      });
      return read.promise;
    }

    return made.promise;
  }

  return {
    Headers, Request, Response, fetch,
    // For scripts of ours.
    isResponse,
    slotsOfResponse,
  };
}
