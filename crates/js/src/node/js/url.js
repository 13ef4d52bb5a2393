// node:url.
(language, native, library) => {
  "use strict";
  const { Error, Object, String, TypeError, decodeURIComponent, global } = { decodeURIComponent: language.global.decodeURIComponent, ...language };
  const { exec, text: texts } = library("node:internal/primordials");
  const { coded, invalidType, needObject, needText } = library("node:internal/errors");
  const { resolve: resolvePath } = library("node:path");

  function fileURLToPath(url) {
    if (typeof url === "string") url = new global.URL(url);
    else if (url === null || typeof url !== "object" || typeof url.href !== "string") throw invalidType("path", "of type string or an instance of URL", url);
    if (url.protocol !== "file:") throw coded(TypeError, "ERR_INVALID_URL_SCHEME", "The URL must be of scheme file");
    if (url.hostname !== "") throw coded(TypeError, "ERR_INVALID_FILE_URL_HOST", "File URL host must be \"localhost\" or empty on linux");
    if (exec(/%2f/i, url.pathname)) throw coded(TypeError, "ERR_INVALID_FILE_URL_PATH", "File URL path must not include encoded / characters");
    return decodeURIComponent(url.pathname);
  }

  // What would mean something else in a URL than in a path.
  const escapes = { __proto__: null, "%": "%25", "\\": "%5C", "\n": "%0A", "\r": "%0D", "\t": "%09", "?": "%3F", "#": "%23" };

  function pathToFileURL(path) {
    let resolved = resolvePath(path);
    if (texts.endsWith(path, "/") && !texts.endsWith(resolved, "/")) resolved += "/";
    let escaped = "";
    for (let i = 0; i < resolved.length; i++) escaped += escapes[resolved[i]] ?? resolved[i];
    return new global.URL(`file://${escaped}`);
  }

  // The older form of a URL, read without judging it (RFC 3986, appendix B).
  class Url {
    constructor() {
      for (const name of ["protocol", "slashes", "auth", "host", "port", "hostname", "hash", "search", "query", "pathname", "path", "href"]) this[name] = null;
    }
    format() { return format(this); }
    resolve(to) { return resolve(this.format(), to); }
  }
  const withSlashes = ["http:", "https:", "ftp:", "gopher:", "file:", "ws:", "wss:"];

  function parse(text, parseQuery = false, slashesDenoteHost = false) {
    if (text instanceof Url) return text;
    if (typeof text !== "string") throw invalidType("url", "of type string", text);
    const url = new Url();
    let rest = text.trim();
    const hash = rest.indexOf("#");
    if (hash >= 0) [url.hash, rest] = [rest.slice(hash), rest.slice(0, hash)];
    const search = rest.indexOf("?");
    if (search >= 0) [url.search, rest] = [rest.slice(search), rest.slice(0, search)];
    url.query = url.search === null ? null : url.search.slice(1);
    if (parseQuery) {
      url.query = library("node:querystring").parse(url.query ?? "");
      url.search ??= "";
    }
    const protocol = /^[a-z][a-z0-9.+-]*:/i.exec(rest);
    if (protocol) {
      url.protocol = protocol[0].toLowerCase();
      rest = rest.slice(protocol[0].length);
    }
    if (rest.startsWith("//") && (protocol || slashesDenoteHost)) {
      url.slashes = true;
      rest = rest.slice(2);
      const end = rest.search(/[/\\]/);
      let host = end < 0 ? rest : rest.slice(0, end);
      rest = end < 0 ? "" : rest.slice(end);
      const at = host.lastIndexOf("@");
      if (at >= 0) [url.auth, host] = [decodeURIComponent(host.slice(0, at)), host.slice(at + 1)];
      const port = /:(\d*)$/.exec(host);
      if (port) {
        if (port[1] !== "") url.port = port[1];
        host = host.slice(0, -port[0].length);
      }
      url.hostname = host.toLowerCase();
      url.host = url.hostname + (url.port === null ? "" : `:${url.port}`);
    }
    if (rest !== "") url.pathname = rest;
    else if (withSlashes.includes(url.protocol) && url.hostname) url.pathname = "/";
    if (url.pathname !== null || url.search !== null) url.path = (url.pathname ?? "") + (url.search ?? "");
    url.href = format(url);
    return url;
  }

  function format(url, options) {
    if (typeof url !== "string") needObject(url, "urlObject", true);
    if (typeof url === "string") return format(parse(url));
    if (global.URL !== undefined && url instanceof global.URL) {
      const { fragment = true, search = true, auth = true } = options ?? {};
      const copy = new global.URL(url.href);
      if (!fragment) copy.hash = "";
      if (!search) copy.search = "";
      if (!auth) copy.username = copy.password = "";
      return copy.href;
    }
    let { protocol = "", pathname = "", hash = "", search = "", auth = "" } = Object.fromEntries(Object.entries(url).filter(([, value]) => value !== null));
    if (protocol && !protocol.endsWith(":")) protocol += ":";
    let host = url.host ? url.host : url.hostname ? (url.hostname.includes(":") ? `[${url.hostname}]` : url.hostname) + (url.port ? `:${url.port}` : "") : "";
    if (auth) host = `${language.global.encodeURIComponent(auth).replace(/%3A/i, ":")}@${host}`;
    if (!search && url.query !== null && typeof url.query === "object") {
      const query = library("node:querystring").stringify(url.query);
      search = query ? `?${query}` : "";
    }
    if (url.slashes || ((!protocol || withSlashes.includes(protocol)) && host !== "")) {
      host = `//${host}`;
      if (pathname && !pathname.startsWith("/")) pathname = `/${pathname}`;
    }
    if (hash && !hash.startsWith("#")) hash = `#${hash}`;
    if (search && !search.startsWith("?")) search = `?${search}`;
    return protocol + host + pathname.replace(/[?#]/g, global.encodeURIComponent) + search.replace("#", "%23") + hash;
  }

  function resolve(from, to) {
    const base = new global.URL(needText(from, "url"), "resolve://");
    needText(to, "url");
    const resolved = new global.URL(to, base);
    if (resolved.protocol === "resolve:") return resolved.pathname + resolved.search + resolved.hash;
    return resolved.href;
  }

  return {
    fileURLToPath, pathToFileURL, parse, format, resolve, Url,
    resolveObject: (from, to) => parse(resolve(from, to)),
    fileURLToPathBuffer: (url) => library("node:buffer").Buffer.from(fileURLToPath(url)),
    urlToHttpOptions: (url) => ({ ...(typeof url === "function" ? url : needObject(url, "url", true)), protocol: url.protocol, hostname: url.hostname, hash: url.hash, search: url.search, pathname: url.pathname, path: `${url.pathname}${url.search}`, href: url.href, port: url.port === "" ? undefined : +url.port }),
    domainToASCII(domain) { domain = `${domain}`; try { return new global.URL(`ws://${domain}`).hostname; } catch { return ""; } },
    domainToUnicode: (domain) => `${domain}`,
    get URL() { return global.URL; },
    get URLSearchParams() { return global.URLSearchParams; },
  };
};
