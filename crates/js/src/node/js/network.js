// node:https, net, dgram, dns and tls, and clients of node:http: what of them needs no network. Programs have `fetch` for that; all else says so
// when it is used.
(language, native, library) => {
  "use strict";
  const { Object } = language;
  const EventEmitter = library("node:events");
  const { unsupported } = library("node:internal/errors");

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

  const http = {
    Agent, globalAgent: new Agent(), ...classes("http", ["ClientRequest", "OutgoingMessage"]), ...refused("http", ["get", "request"]),
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
