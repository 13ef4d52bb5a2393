// node:http: servers. Those who want to ask have `fetch`.
(language, native, library) => {
  "use strict";
  const { Array, Date, Error, Number, Object, String, TypeError } = language;
  const EventEmitter = library("node:events");
  const { Readable, Writable } = library("node:stream");
  const { Buffer } = library("node:buffer");
  const { coded, invalidType } = library("node:internal/errors");
  const nextTick = (...args) => library("node:process").nextTick(...args);

  const METHODS = [
    "ACL", "BIND", "CHECKOUT", "CONNECT", "COPY", "DELETE", "GET", "HEAD", "LINK", "LOCK", "M-SEARCH", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "NOTIFY", "OPTIONS",
    "PATCH", "POST", "PROPFIND", "PROPPATCH", "PURGE", "PUT", "QUERY", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE", "TRACE", "UNBIND", "UNLINK", "UNLOCK", "UNSUBSCRIBE",
  ];
  const STATUS_CODES = {
    100: "Continue", 101: "Switching Protocols", 102: "Processing", 103: "Early Hints",
    200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information", 204: "No Content", 205: "Reset Content", 206: "Partial Content", 207: "Multi-Status",
    208: "Already Reported", 226: "IM Used",
    300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 305: "Use Proxy", 307: "Temporary Redirect", 308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed", 413: "Payload Too Large",
    414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable", 417: "Expectation Failed", 418: "I'm a Teapot", 421: "Misdirected Request",
    422: "Unprocessable Entity", 423: "Locked", 424: "Failed Dependency", 425: "Too Early", 426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
    506: "Variant Also Negotiates", 507: "Insufficient Storage", 508: "Loop Detected", 509: "Bandwidth Limit Exceeded", 510: "Not Extended", 511: "Network Authentication Required",
  };

  // Fields of which only the first one counts.
  const single = {
    __proto__: null, age: 1, authorization: 1, "content-length": 1, "content-type": 1, etag: 1, expires: 1, from: 1, host: 1, "if-modified-since": 1, "if-unmodified-since": 1,
    "last-modified": 1, location: 1, "max-forwards": 1, "proxy-authorization": 1, referer: 1, "retry-after": 1, server: 1, "user-agent": 1,
  };

  // Fields by their names in small letters.
  function byName(fields) {
    const headers = {};
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i].toLowerCase(), value = fields[i + 1];
      if (name === "set-cookie") (headers[name] ??= []).push(value);
      else if (!Object.hasOwn(headers, name)) Object.defineProperty(headers, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
      else if (!(name in single)) headers[name] += `${name === "cookie" ? "; " : ", "}${value}`;
    }
    return headers;
  }

  function validateHeaderName(name) {
    if (typeof name !== "string" || native.headerName(name) === null) throw coded(TypeError, "ERR_INVALID_HTTP_TOKEN", `Header name must be a valid HTTP token ["${String(name)}"]`);
  }
  function validateHeaderValue(name, value) {
    if (value === undefined) throw coded(TypeError, "ERR_HTTP_INVALID_HEADER_VALUE", `Invalid value "undefined" for header "${name}"`);
    if (native.headerValue(`${value}`) === null) throw coded(TypeError, "ERR_INVALID_CHAR", `Invalid character in header content ["${name}"]`);
  }

  let finishRequest;

  class IncomingMessage extends Readable {
    #exchange;
    // It has been answered, and what is left of it is nobody's.
    #isOver = false;
    constructor(exchange, request) {
      super();
      this.#exchange = exchange;
      this.method = request.method;
      this.url = request.url;
      this.httpVersionMajor = 1;
      this.httpVersionMinor = request.isNew ? 1 : 0;
      this.httpVersion = request.isNew ? "1.1" : "1.0";
      this.rawHeaders = request.fields;
      this.headers = byName(request.fields);
      this.complete = !request.hasBody;
      this.aborted = false;
      this.socket = this.connection = { remoteAddress: request.address, remotePort: request.port, encrypted: false };
      if (!request.hasBody) this.push(null);
    }
    _read() {
      native.read(this.#exchange, (error, bytes) => {
        if (error !== undefined && !this.#isOver) {
          this.aborted = true;
          this.emit("aborted");
          // As in Node, who does not listen is spared.
          this.destroy(this.listenerCount("error") > 0 ? coded(Error, "ECONNRESET", error) : undefined);
        } else if (bytes === undefined) {
          this.complete = true;
          this.push(null);
        } else {
          this.push(Buffer.from(bytes.buffer));
        }
      });
    }
    static { finishRequest = (request) => { request.#isOver = true; }; }
  }

  class ServerResponse extends Writable {
    #exchange;
    // Names as they were given, and values, by names in small letters.
    #fields = new language.Map();
    #isHead;
    #finished;
    #request;
    constructor(exchange, request, finished) {
      super();
      this.#exchange = exchange;
      this.#request = request;
      this.#isHead = request.method === "HEAD";
      this.#finished = finished;
      this.req = request;
      this.socket = this.connection = request.socket;
      this.statusCode = 200;
      this.statusMessage = undefined;
      this.headersSent = false;
      this.sendDate = true;
    }
    get finished() { return this.writableEnded; }

    setHeader(name, value) {
      if (this.headersSent) throw coded(Error, "ERR_HTTP_HEADERS_SENT", "Cannot set headers after they are sent to the client");
      validateHeaderName(name);
      for (const item of Array.isArray(value) ? value : [value]) validateHeaderValue(name, item);
      this.#fields.set(name.toLowerCase(), [name, value]);
      return this;
    }
    setHeaders(headers) {
      for (const [name, value] of headers) this.setHeader(name, value);
      return this;
    }
    appendHeader(name, value) {
      const known = this.getHeader(name);
      return this.setHeader(name, known === undefined ? value : [known, value].flat());
    }
    getHeader(name) { return this.#fields.get(`${name}`.toLowerCase())?.[1]; }
    getHeaderNames() { return [...this.#fields.keys()]; }
    getHeaders() {
      const headers = { __proto__: null };
      for (const [name, [, value]] of this.#fields) headers[name] = value;
      return headers;
    }
    hasHeader(name) { return this.#fields.has(`${name}`.toLowerCase()); }
    removeHeader(name) {
      if (this.headersSent) throw coded(Error, "ERR_HTTP_HEADERS_SENT", "Cannot remove headers after they are sent to the client");
      this.#fields.delete(`${name}`.toLowerCase());
    }

    writeHead(status, reason, headers) {
      if (this.headersSent) throw coded(Error, "ERR_HTTP_HEADERS_SENT", "Cannot write headers after they are sent to the client");
      if (typeof reason !== "string") [reason, headers] = [undefined, headers ?? reason];
      status |= 0;
      if (status < 100 || status > 999) throw coded(language.RangeError, "ERR_HTTP_INVALID_STATUS_CODE", `Invalid status code: ${status}`);
      this.statusCode = status;
      if (reason !== undefined) this.statusMessage = reason;
      if (Array.isArray(headers)) {
        headers = headers.flat();
        for (let i = 0; i < headers.length; i += 2) this.appendHeader(headers[i], headers[i + 1]);
      } else if (headers) {
        for (const name of Object.keys(headers)) this.setHeader(name, headers[name]);
      }
      this.#begin();
      return this;
    }
    flushHeaders() { if (!this.headersSent) this.#begin(); }

    #begin() {
      const reason = this.statusMessage ?? STATUS_CODES[this.statusCode] ?? "unknown";
      if (native.headerValue(reason) === null) throw coded(TypeError, "ERR_INVALID_CHAR", "Invalid character in statusMessage");
      if (this.sendDate && !this.hasHeader("date")) this.setHeader("Date", new Date().toUTCString());
      const fields = [];
      for (const [name, value] of this.#fields.values()) {
        for (const item of Array.isArray(value) ? value : [value]) fields.push(name, `${item}`);
      }
      this.headersSent = true;
      this.statusMessage = reason;
      native.begin(this.#exchange, this.statusCode, reason, fields);
    }

    write(chunk, encoding, done) {
      if (!this.headersSent && !this.writableEnded) this.#begin();
      return super.write(chunk, encoding, done);
    }
    end(chunk, encoding, done) {
      if (typeof chunk === "function") [chunk, done] = [undefined, chunk];
      else if (typeof encoding === "function") [encoding, done] = [undefined, encoding];
      if (typeof chunk === "string") [chunk, encoding] = [Buffer.from(chunk, encoding), undefined];
      if (!this.headersSent && !this.writableEnded) {
        const hasLength = this.hasHeader("content-length") || this.hasHeader("transfer-encoding");
        const mayHave = this.statusCode >= 200 && this.statusCode !== 204 && this.statusCode !== 304;
        if (mayHave && !hasLength && !(this.#isHead && !chunk)) this.setHeader("Content-Length", chunk?.byteLength ?? 0);
        this.#begin();
      }
      return super.end(chunk, encoding, done);
    }
    // A client that is gone closes the response, which is no error.
    _write(chunk, encoding, done) { native.write(this.#exchange, chunk, (error) => (error === undefined ? done() : this.destroy())); }
    _final(done) { native.end(this.#exchange, (error) => (error === undefined ? done() : this.destroy())); }
    _destroy(error, done) {
      // Nobody asks for anything more: the connection goes on, or is closed where this has not ended.
      finishRequest(this.#request);
      native.drop(this.#exchange);
      this.#finished();
      done(error);
    }
  }

  class Server extends EventEmitter {
    #server;
    #address = null;
    // Requests without an answer.
    #open = 0;
    constructor(options, listener) {
      super();
      if (typeof options === "function") listener = options;
      if (listener !== undefined) this.on("request", listener);
    }
    get listening() { return this.#server !== undefined; }
    address() { return this.#address; }

    // listen(port, host, backlog, done), or the first two in an object.
    listen(...args) {
      if (this.listening) throw coded(Error, "ERR_SERVER_ALREADY_LISTEN", "Listen method has been called more than once without closing.");
      const done = typeof args.at(-1) === "function" ? args.pop() : undefined;
      let { port = 0, host } = typeof args[0] === "object" && args[0] !== null ? args[0] : { port: args[0] ?? 0, host: typeof args[1] === "string" ? args[1] : undefined };
      port = Number(port);
      if (!(port >= 0 && port < 65536 && port % 1 === 0)) throw coded(language.RangeError, "ERR_SOCKET_BAD_PORT", `options.port should be >= 0 and < 65536. Received ${String(port)}.`);
      if (host !== undefined && typeof host !== "string") throw invalidType("host", "of type string", host);
      if (done !== undefined) this.once("listening", done);
      try {
        const [server, address, actual] = native.listen(host ?? "::", port, (exchange, request) => this.#hear(exchange, request));
        this.#server = server;
        this.#address = { address, family: address.includes(":") ? "IPv6" : "IPv4", port: actual };
        nextTick(() => this.emit("listening"));
      } catch (error) {
        nextTick(() => this.emit("error", error));
      }
      return this;
    }

    #hear(exchange, head) {
      const request = new IncomingMessage(exchange, head);
      this.#open++;
      const response = new ServerResponse(exchange, request, () => {
        this.#open--;
        this.#closed();
      });
      if (!this.emit("request", request, response)) response.destroy();
    }

    // Closed is who neither listens nor has anything to answer.
    #closed() {
      if (this.#server === undefined && this.#open === 0) nextTick(() => this.emit("close"));
    }

    close(done) {
      if (this.#server === undefined) {
        if (done !== undefined) nextTick(done, coded(Error, "ERR_SERVER_NOT_RUNNING", "Server is not running."));
        return this;
      }
      if (done !== undefined) this.once("close", done);
      native.close(this.#server);
      this.#server = undefined;
      this.#address = null;
      this.#closed();
      return this;
    }
    ref() {
      if (this.#server !== undefined) native.reference(this.#server, true);
      return this;
    }
    unref() {
      if (this.#server !== undefined) native.reference(this.#server, false);
      return this;
    }
    async [language.Symbol.asyncDispose]() { return new language.Promise((resolve) => this.close(resolve)); }
  }

  return {
    ...library("node:internal/network").http,
    METHODS, STATUS_CODES, IncomingMessage, Server, ServerResponse, validateHeaderName, validateHeaderValue, maxHeaderSize: 65536,
    createServer: (options, listener) => new Server(options, listener),
  };
};
