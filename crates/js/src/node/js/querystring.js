// node:querystring.
(language, native, library) => {
  "use strict";
  const { Array, Object, String, global } = language;
  const { encodeURIComponent, decodeURIComponent } = global;
  const escape = (text) => encodeURIComponent(text);
  function unescape(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return library("node:buffer").Buffer.from(text.replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(+`0x${digits}`)), "latin1").toString();
    }
  }

  function parse(text, separator, equals, options) {
    const object = { __proto__: null };
    if (typeof text !== "string" || text === "") return object;
    const decode = options?.decodeURIComponent ?? unescape;
    const most = options?.maxKeys ?? 1000;
    [separator, equals] = [`${separator || "&"}`, `${equals || "="}`];
    const parts = text.split(separator);
    for (const part of most > 0 ? parts.slice(0, most) : parts) {
      if (part === "") continue;
      const at = part.indexOf(equals);
      const plain = (text) => decode(text.replaceAll("+", " "));
      const key = plain(at < 0 ? part : part.slice(0, at));
      const value = at < 0 ? "" : plain(part.slice(at + equals.length));
      if (!(key in object)) object[key] = value;
      else if (Array.isArray(object[key])) object[key].push(value);
      else object[key] = [object[key], value];
    }
    return object;
  }

  function stringify(object, separator, equals, options) {
    const encode = options?.encodeURIComponent ?? escape;
    [separator, equals] = [separator || "&", equals || "="];
    const text = (value) => (typeof value === "string" ? value : typeof value === "bigint" || typeof value === "boolean" || (typeof value === "number" && language.Number.isFinite(value)) ? `${value}` : "");
    if (object === null || typeof object !== "object") return "";
    return Object.entries(object)
      .flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map((item) => encode(key) + equals + encode(text(item))))
      .join(separator);
  }
  return { parse, stringify, decode: parse, encode: stringify, escape, unescape };
};
