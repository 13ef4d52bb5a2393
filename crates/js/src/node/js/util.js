// node:util.
(language, native, library) => {
  "use strict";
  const { ArrayBuffer, Array, Error, Object, Promise, Reflect, Symbol, TypeError, global } = language;
  const { array } = library("node:internal/primordials");
  const { coded, invalidType, invalidValue, needFunction, needInteger, needObject, needText } = library("node:internal/errors");
  const { inspect, format, formatWithOptions, stripVTControlCharacters, colors } = library("node:internal/inspect");
  const types = library("node:util/types");

  const customPromisify = Symbol.for("nodejs.util.promisify.custom");

  function promisify(original) {
    needFunction(original, "original");
    const own = original[customPromisify];
    if (own !== undefined) return Object.defineProperty(needFunction(own, "util.promisify.custom"), customPromisify, { __proto__: null, value: own, configurable: true });
    const promised = function (...args) {
      return new Promise((resolve, reject) => {
        Reflect.apply(original, this, array.concat(args, [(error, ...values) => {
          if (error) reject(error);
          else resolve(original[customArguments] !== undefined && values.length > 1 ? Object.fromEntries(original[customArguments].map((name, index) => [name, values[index]])) : values[0]);
        }]));
      });
    };
    Object.setPrototypeOf(promised, Object.getPrototypeOf(original));
    Object.defineProperty(promised, customPromisify, { __proto__: null, value: promised, configurable: true });
    array.forEach(Reflect.ownKeys(original), (key) => {
      Object.defineProperty(promised, key, Object.setPrototypeOf(Object.getOwnPropertyDescriptor(original, key), null));
    });
    return promised;
  }
  promisify.custom = customPromisify;
  const customArguments = Symbol("customPromisifyArgs");

  function callbackify(original) {
    needFunction(original, "original");
    return function (...args) {
      const done = needFunction(array.pop(args), "last argument");
      const { nextTick } = library("node:process");
      Reflect.apply(original, this, args).then(
        (value) => nextTick(done, null, value),
        (reason) => nextTick(done, reason || coded(Error, "ERR_FALSY_VALUE_REJECTION", "Promise was rejected with falsy value", { reason })),
      );
    };
  }

  function inherits(constructor, parent) {
    if (constructor === undefined || constructor === null) throw invalidType("ctor", "of type function", constructor);
    if (parent === undefined || parent === null) throw invalidType("superCtor", "of type function", parent);
    if (parent.prototype === undefined) throw invalidType("superCtor.prototype", "of type object", parent.prototype);
    Object.defineProperty(constructor, "super_", { __proto__: null, value: parent, writable: true, configurable: true });
    Object.setPrototypeOf(constructor.prototype, parent.prototype);
  }

  const warned = new language.Set();
  function deprecate(original, message, code) {
    if (code !== undefined) needText(code, "code");
    let isWarned = false;
    function deprecated(...args) {
      const process = library("node:process");
      if (!isWarned && !process.noDeprecation) {
        isWarned = true;
        if (code === undefined || !warned.has(code)) {
          warned.add(code);
          process.emitWarning(message, "DeprecationWarning", code);
        }
      }
      return new.target ? Reflect.construct(original, args, new.target) : Reflect.apply(original, this, args);
    }
    Object.setPrototypeOf(deprecated, original);
    if (original.prototype) deprecated.prototype = original.prototype;
    return deprecated;
  }

  function debuglog(set) {
    let wanted;
    const isWanted = () => wanted ??= (library("node:process").env.NODE_DEBUG ?? "").split(",").some((name) => name.trim().toUpperCase() === `${set}`.toUpperCase());
    const log = (...values) => {
      if (!isWanted()) return;
      const { pid, stderr } = library("node:process");
      stderr.write(`${`${set}`.toUpperCase()} ${pid}: ${format(...values)}\n`);
    };
    return Object.defineProperty(log, "enabled", { __proto__: null, get: isWanted, configurable: true, enumerable: true });
  }

  function styleText(style, text, options) {
    needText(text, "text");
    if (options !== undefined) needObject(options, "options");
    const list = Array.isArray(style) ? style : [style];
    for (let i = list.length - 1; i >= 0; i--) {
      if (list[i] === "none") continue;
      const color = typeof list[i] === "string" && Object.hasOwn(colors, list[i]) ? colors[list[i]] : undefined;
      if (color === undefined) throw invalidValue("format", list[i], `must be one of: ${Object.keys(colors).map((name) => `'${name}'`).join(", ")}`);
      text = `\u001b[${color[0]}m${text}\u001b[${color[1]}m`;
    }
    return text;
  }

  // The arguments of a program, by what it says of its options.
  function parseArgs(config) {
    const own = (name, otherwise) => (config !== undefined && Object.hasOwn(config, name) ? config[name] : undefined) ?? otherwise;
    const args = own("args", library("node:process").argv.slice(2)), options = own("options", {}), strict = own("strict", true);
    const allowPositionals = own("allowPositionals", !strict), allowNegative = own("allowNegative", false), wantsTokens = own("tokens", false);
    if (!Array.isArray(args)) throw invalidType("args", "an instance of Array", args);
    needObject(options, "options");
    for (const name of Object.keys(options)) needOption(options[name], `options.${name}`);
    const values = { __proto__: null }, positionals = [], tokens = [];
    const unknown = (shown) => coded(TypeError, "ERR_PARSE_ARGS_UNKNOWN_OPTION", `Unknown option '${shown}'`);
    const invalid = (message) => coded(TypeError, "ERR_PARSE_ARGS_INVALID_OPTION_VALUE", message);
    const typeOf = (name) => (Object.hasOwn(options, name) ? options[name].type : undefined);

    function store(name, rawName, value, index, inlineValue) {
      tokens.push({ kind: "option", name, rawName, index, value, inlineValue });
      const isNegative = allowNegative && typeOf(name) === undefined && name.startsWith("no-") && rawName.startsWith("--");
      const key = isNegative ? name.slice(3) : name;
      const type = typeOf(key), { short, multiple } = Object.hasOwn(options, key) ? options[key] : {};
      if (strict) {
        const shown = `${short ? `-${short}, ` : ""}--${key}`;
        if (type === undefined) throw unknown(rawName);
        if (type === "string" && typeof value !== "string") throw invalid(`Option '${shown} <value>' argument missing`);
        if (type === "boolean" && value !== undefined) throw invalid(`Option '${shown}' does not take an argument`);
      }
      const given = isNegative ? false : value ?? true;
      if (multiple) (values[key] ??= []).push(given);
      else values[key] = given;
    }

    const rest = [...args];
    for (let index = 0; index < rest.length; index++) {
      const arg = rest[index], next = rest[index + 1];
      const long = /^--([^=]+)(?:=([^]*))?$/.exec(arg);
      if (arg === "--") {
        tokens.push({ kind: "option-terminator", index });
        for (index++; index < rest.length; index++) {
          tokens.push({ kind: "positional", index, value: rest[index] });
          positionals.push(rest[index]);
        }
      } else if (long) {
        const [, name, value] = long;
        const takesNext = value === undefined && typeOf(name) === "string" && next !== undefined;
        if (takesNext && strict && next.startsWith("-") && next !== "-") throw invalid(`Option '--${name}' argument is ambiguous.\nDid you forget to specify the option argument for '--${name}'?\nTo specify an option argument starting with a dash use '--${name}=-XYZ'.`);
        store(name, `--${name}`, takesNext ? next : value, index, takesNext ? false : value === undefined ? undefined : true);
        if (takesNext) index++;
      } else if (/^-[^-]/.test(arg)) {
        for (let at = 1; at < arg.length; at++) {
          const name = Object.keys(options).find((name) => options[name].short === arg[at]) ?? arg[at];
          const takes = typeOf(name) === "string", inline = takes && at + 1 < arg.length;
          const value = inline ? arg.slice(at + 1) : takes ? next : undefined;
          store(name, `-${arg[at]}`, value, index, inline ? true : takes && next !== undefined ? false : undefined);
          if (takes && !inline && next !== undefined) index++;
          if (takes) break;
        }
      } else {
        tokens.push({ kind: "positional", index, value: arg });
        if (!allowPositionals) throw coded(TypeError, "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL", `Unexpected argument '${arg}'. This command does not take positional arguments`);
        positionals.push(arg);
      }
    }
    for (const name of Object.keys(options)) {
      if (options[name].default !== undefined && values[name] === undefined) values[name] = options[name].default;
    }
    return wantsTokens ? { values, positionals, tokens } : { values, positionals };
  }

  function needOption(option, name) {
    const { type, short } = needObject(option, name);
    if (type !== "string" && type !== "boolean") throw invalidType(`${name}.type`, "('string|boolean')", type);
    if (short !== undefined && needText(short, `${name}.short`).length !== 1) throw invalidValue(`${name}.short`, short, "must be a single character");
  }

  function getSystemErrorName(number) {
    return native.errorName(-needInteger(number, "err", -2147483648, -1));
  }

  const util = {
    inspect, format, stripVTControlCharacters: (text) => stripVTControlCharacters(needText(text, "str")), promisify, callbackify, inherits, deprecate, debuglog, debug: debuglog, styleText, getSystemErrorName, parseArgs,
    formatWithOptions: (options, ...values) => formatWithOptions(needObject(options, "inspectOptions", true), ...values),
    types,
    isDeepStrictEqual: (one, other) => library("node:internal/equal").isDeepEqual(one, other, true),
    isArray: Array.isArray,
    toUSVString: (text) => `${text}`.toWellFormed(),
    async aborted(signal, resource) {
      if (signal === undefined || signal === null || typeof signal !== "object" || !("aborted" in signal)) throw invalidType("signal", "an instance of AbortSignal", signal);
      if (resource === null || (typeof resource !== "object" && typeof resource !== "function")) throw invalidType("resource", "of type object", resource);
      return new Promise((resolve) => { if (signal.aborted) resolve(); else signal.addEventListener("abort", () => resolve(), { once: true }); });
    },
    get TextEncoder() { return global.TextEncoder; },
    get TextDecoder() { return global.TextDecoder; },
  };
  // What Node has kept of its first years.
  Object.assign(util, {
    isBoolean: (value) => typeof value === "boolean",
    isNull: (value) => value === null,
    isNullOrUndefined: (value) => value == null,
    isNumber: (value) => typeof value === "number",
    isString: (value) => typeof value === "string",
    isSymbol: (value) => typeof value === "symbol",
    isUndefined: (value) => value === undefined,
    isRegExp: types.isRegExp,
    isObject: (value) => value !== null && typeof value === "object",
    isDate: types.isDate,
    isError: (value) => native.isError(value) || value instanceof Error,
    isFunction: (value) => typeof value === "function",
    isPrimitive: (value) => value === null || (typeof value !== "object" && typeof value !== "function"),
    _extend: (target, source) => (source !== null && typeof source === "object" ? Object.assign(target, source) : target),
  });
  return util;
};
