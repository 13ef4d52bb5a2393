// node:http, https, net, dgram, dns and tls: what of them needs no network. Programs have `fetch` for that; all else says so when it is used.
(language, native, library) => {
  "use strict";
  const { Object, TypeError } = language;
  const EventEmitter = library("node:events");
  const { coded, unsupported } = library("node:internal/errors");

  const refused = (module, names) => Object.fromEntries(names.map((name) => [name, () => { throw unsupported(`${module}.${name}: use fetch() for the network`); }]));
  // Classes that programs name and extend, and instances of which they cannot have.
  const classes = (module, names) => Object.fromEntries(names.map((name) => [name, { [name]: class extends EventEmitter {
    constructor() {
      super();
      throw unsupported(`${module}.${name}: use fetch() for the network`);
    }
  } }[name]]));

  // Agents are only handed on.
  class Agent extends EventEmitter {
    constructor(options = {}) {
      super();
      this.options = { ...options };
      this.keepAlive = !!options.keepAlive;
      this.maxSockets = options.maxSockets ?? 1 / 0;
      this.requests = {};
      this.sockets = {};
      this.freeSockets = {};
    }
    destroy() {}
  }

  function validateHeaderName(name) {
    if (typeof name !== "string" || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw coded(TypeError, "ERR_INVALID_HTTP_TOKEN", `Header name must be a valid HTTP token ["${name}"]`);
  }
  function validateHeaderValue(name, value) {
    if (value === undefined) throw coded(TypeError, "ERR_HTTP_INVALID_HEADER_VALUE", `Invalid value "${value}" for header "${name}"`);
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw coded(TypeError, "ERR_INVALID_CHAR", `Invalid character in header content ["${name}"]`);
  }

  const http = {
    METHODS: "ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE".split(" "),
    STATUS_CODES: {
      100: "Continue", 101: "Switching Protocols", 102: "Processing", 103: "Early Hints", 200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information", 204: "No Content", 205: "Reset Content",
      206: "Partial Content", 207: "Multi-Status", 208: "Already Reported", 226: "IM Used", 300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 305: "Use Proxy",
      307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
      407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed", 413: "Payload Too Large", 414: "URI Too Long",
      415: "Unsupported Media Type", 416: "Range Not Satisfiable", 417: "Expectation Failed", 418: "I'm a Teapot", 421: "Misdirected Request", 422: "Unprocessable Entity", 423: "Locked", 424: "Failed Dependency",
      425: "Too Early", 426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons", 500: "Internal Server Error",
      501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported", 506: "Variant Also Negotiates", 507: "Insufficient Storage", 508: "Loop Detected",
      509: "Bandwidth Limit Exceeded", 510: "Not Extended", 511: "Network Authentication Required",
    },
    Agent, globalAgent: new Agent(), maxHeaderSize: 16384, validateHeaderName, validateHeaderValue,
    ...classes("http", ["ClientRequest", "IncomingMessage", "OutgoingMessage", "Server", "ServerResponse"]),
    ...refused("http", ["createServer", "get", "request"]),
  };
  const https = { Agent: class extends Agent {}, globalAgent: new Agent(), ...classes("https", ["Server"]), ...refused("https", ["createServer", "get", "request"]) };

  const isIPv4 = (text) => /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/.test(text);
  function isIPv6(text) {
    let [address] = `${text}`.split(/%[0-9a-z\-.:]+$/i);
    const last = address.slice(address.lastIndexOf(":") + 1);
    if (last.includes(".")) {
      if (!isIPv4(last)) return false;
      address = `${address.slice(0, -last.length)}0:0`;
    }
    const halves = address.split("::").map((half) => (half === "" ? [] : half.split(":")));
    const count = halves.flat().length;
    if (!halves.flat().every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
    return halves.length === 1 ? count === 8 : halves.length === 2 && count < 8;
  }
  const net = {
    isIP: (text) => (isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0), isIPv4, isIPv6,
    ...classes("net", ["BlockList", "Server", "Socket", "SocketAddress", "Stream"]),
    ...refused("net", ["connect", "createConnection", "createServer"]),
  };

  const codes = Object.fromEntries("NODATA FORMERR SERVFAIL NOTFOUND NOTIMP REFUSED BADQUERY BADNAME BADFAMILY BADRESP CONNREFUSED TIMEOUT FILE NOMEM DESTRUCTION BADSTR BADFLAGS NONAME BADHINTS NOTINITIALIZED LOADIPHLPAPI ADDRGETNETWORKPARAMS CANCELLED".split(" ").map((name) => [name, `E${name}`]));
  const lookups = "lookup lookupService resolve resolve4 resolve6 resolveAny resolveCaa resolveCname resolveMx resolveNaptr resolveNs resolvePtr resolveSoa resolveSrv resolveTlsa resolveTxt reverse setServers getServers".split(" ");
  const names = { ...codes, EOF: "EOF", getDefaultResultOrder: () => "verbatim", setDefaultResultOrder() {}, ...classes("dns", ["Resolver"]) };
  const rejecting = Object.fromEntries(lookups.map((name) => [name, async () => { throw unsupported(`dns.${name}: use fetch() for the network`); }]));
  const promises = { ...names, ...rejecting };

  return {
    http, https, net,
    dgram: { ...classes("dgram", ["Socket"]), ...refused("dgram", ["createSocket"]) },
    dns: { ...names, ADDRCONFIG: 32, ALL: 16, V4MAPPED: 8, ...refused("dns", lookups), promises },
    tls: { ...classes("tls", ["Server", "TLSSocket"]), ...refused("tls", ["connect", "createServer", "createSecureContext"]), rootCertificates: [], getCiphers: () => [] },
  };
};
