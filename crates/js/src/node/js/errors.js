// Errors with codes, as Node's modules throw them.
(language, native, library) => {
  "use strict";
  const { Error, Number, Object, RangeError, Reflect, Symbol, TypeError, Uint8Array } = language;

  const { text } = library("node:internal/primordials");

  function coded(Type, code, message, more) {
    const error = new Type(message);
    error.code = code;
    if (more !== undefined) Object.assign(error, more);
    return error;
  }

  // What a message says of a value that is wrong.
  function received(value) {
    if (value == null) return `Received ${value}`;
    if (typeof value === "function") return `Received function ${value.name}`;
    if (typeof value === "object") {
      const name = value.constructor?.name;
      return name ? `Received an instance of ${name}` : "Received an object";
    }
    const shown = typeof value === "string" ? `'${value.length > 25 ? `${text.slice(value, 0, 25)}...` : value}'` : `${language.String(value)}${typeof value === "bigint" ? "n" : ""}`;
    return `Received type ${typeof value} (${shown})`;
  }

  const invalidType = (name, expected, value) =>
    coded(TypeError, "ERR_INVALID_ARG_TYPE", `The ${text.endsWith(name, " argument") ? name : text.includes(name, ".") ? `"${name}" property` : `"${name}" argument`} must be ${expected}. ${received(value)}`);

  const shown = (value) => library("node:internal/inspect").inspect(value);

  const invalidValue = (name, value, why = "is invalid") =>
    coded(TypeError, "ERR_INVALID_ARG_VALUE", `The ${text.includes(name, ".") ? "property" : "argument"} '${name}' ${why}. Received ${shown(value)}`);

  const outOfRange = (name, range, value) =>
    coded(RangeError, "ERR_OUT_OF_RANGE", `The value of "${name}" is out of range. It must be ${range}. Received ${shown(value)}`);

  const unsupported = (what) =>
    coded(Error, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM", `${what} is not available in Weft`);

  function needFunction(value, name) {
    if (typeof value !== "function") throw invalidType(name, "of type function", value);
    return value;
  }

  function needText(value, name) {
    if (typeof value !== "string") throw invalidType(name, "of type string", value);
    return value;
  }

  function needBoolean(value, name) {
    if (typeof value !== "boolean") throw invalidType(name, "of type boolean", value);
    return value;
  }

  function needObject(value, name, allowsArray = false) {
    if (value === null || typeof value !== "object" || (!allowsArray && language.Array.isArray(value))) throw invalidType(name, "of type object", value);
    return value;
  }

  function needNumber(value, name) {
    if (typeof value !== "number") throw invalidType(name, "of type number", value);
    return value;
  }

  // A whole number within bounds.
  function needInteger(value, name, least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER) {
    if (!Number.isInteger(needNumber(value, name))) throw outOfRange(name, "an integer", value);
    if (value < least || value > most) throw outOfRange(name, `>= ${least} && <= ${most}`, value);
    return value;
  }

  // Whether it is bytes and no Proxy of some, which the language takes for its target.
  const tagOf = Object.getOwnPropertyDescriptor(Reflect.getPrototypeOf(Uint8Array).prototype, Symbol.toStringTag).get;
  const isBytes = (value) => language.apply(tagOf, value, []) === "Uint8Array";

  return { coded, received, invalidType, invalidValue, outOfRange, unsupported, needFunction, needText, needBoolean, needObject, needNumber, needInteger, isBytes };
};
