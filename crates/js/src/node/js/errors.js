// Errors with codes, as Node's modules throw them.
(language, native, library) => {
  "use strict";
  const { TypeError, RangeError, Error } = language;

  function coded(Type, code, message, more) {
    const error = new Type(message);
    error.code = code;
    if (more !== undefined) language.Object.assign(error, more);
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
    const shown = typeof value === "string" ? `'${value.length > 25 ? `${value.slice(0, 25)}...` : value}'` : `${language.String(value)}${typeof value === "bigint" ? "n" : ""}`;
    return `Received type ${typeof value} (${shown})`;
  }

  const invalidType = (name, expected, value) =>
    coded(TypeError, "ERR_INVALID_ARG_TYPE", `The ${name.endsWith(" argument") ? name : name.includes(".") ? `"${name}" property` : `"${name}" argument`} must be ${expected}. ${received(value)}`);

  const invalidValue = (name, value, why = "is invalid") =>
    coded(TypeError, "ERR_INVALID_ARG_VALUE", `The ${name.includes(".") ? "property" : "argument"} '${name}' ${why}. Received ${typeof value === "string" ? `'${value}'` : language.String(value)}`);

  const outOfRange = (name, range, value) =>
    coded(RangeError, "ERR_OUT_OF_RANGE", `The value of "${name}" is out of range. It must be ${range}. Received ${language.String(value)}`);

  const unsupported = (what) =>
    coded(Error, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM", `${what} is not available in Weft`);

  function needFunction(value, name) {
    if (typeof value !== "function") throw invalidType(name, "of type function", value);
    return value;
  }

  return { coded, received, invalidType, invalidValue, outOfRange, unsupported, needFunction };
};
