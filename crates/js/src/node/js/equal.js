// Deep equality, for node:assert and node:util.
(language, native, library) => {
  "use strict";
  const { Array, ArrayBuffer, Map, Number, Object, Set, Uint8Array } = language;
  const { tests } = library("node:internal/inspect");

  const isObject = (value) => typeof value === "object" && value !== null;
  const hasEnumerable = (object, key) => Object.prototype.propertyIsEnumerable.call(object, key);

  function isDeepEqual(one, other, strict, known = new Map()) {
    if (one === other) return one !== 0 || !strict || Object.is(one, other);
    if (!isObject(one) || !isObject(other)) {
      if (strict || isObject(one) || isObject(other)) return (typeof one === "number" && Number.isNaN(one) && Number.isNaN(other)) || (strict && Object.is(one, other));
      return one == other || (Number.isNaN(one) && Number.isNaN(other)); // eslint-disable-line eqeqeq
    }
    if (strict && Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
    if (Object.prototype.toString.call(one) !== Object.prototype.toString.call(other)) return false;
    if (Array.isArray(one) !== Array.isArray(other)) return false;
    if (known.get(one) === other) return true;
    known.set(one, other);
    const same = haveSameContent(one, other, strict, known);
    known.delete(one);
    return same;
  }

  function haveSameContent(one, other, strict, known) {
    if (Array.isArray(one) && one.length !== other.length) return false;
    if (tests.isDate(one)) {
      if (!tests.isDate(other) || !Object.is(one.getTime(), other.getTime())) return false;
    } else if (tests.isRegExp(one)) {
      if (!tests.isRegExp(other) || String(one) !== String(other) || one.lastIndex !== other.lastIndex) return false;
    } else if (native.isError(one)) {
      if (!native.isError(other) || one.message !== other.message || one.name !== other.name) return false;
      if (!isDeepEqual(one.cause, other.cause, strict, known)) return false;
    } else if (ArrayBuffer.isView(one)) {
      if (one.byteLength !== other.byteLength) return false;
      if (strict || tests.isDataView(one)) {
        if (native.differ(bytesOf(one), bytesOf(other))) return false;
      } else if (!one.every((item, index) => item === other[index] || (Number.isNaN(item) && Number.isNaN(other[index])))) {
        return false;
      }
      return sameKeys(one, other, strict, known, (key) => typeof key === "symbol" || Number.isNaN(+key));
    } else if (tests.isArrayBuffer(one) || tests.isSharedArrayBuffer(one)) {
      if (one.byteLength !== other.byteLength || native.differ(new Uint8Array(one), new Uint8Array(other))) return false;
    } else if (tests.isSet(one)) {
      if (!tests.isSet(other) || one.size !== other.size || !sameSets(one, other, strict, known)) return false;
    } else if (tests.isMap(one)) {
      if (!tests.isMap(other) || one.size !== other.size || !sameMaps(one, other, strict, known)) return false;
    } else if (tests.isNumberObject(one) || tests.isStringObject(one) || tests.isBooleanObject(one) || tests.isBigIntObject(one) || tests.isSymbolObject(one)) {
      if (!Object.is(one.valueOf(), other.valueOf())) return false;
    }
    return sameKeys(one, other, strict, known, () => true);
  }
  const { String } = language;

  const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

  function sameKeys(one, other, strict, known, isWanted) {
    const keys = Object.keys(one).filter(isWanted);
    if (keys.length !== Object.keys(other).filter(isWanted).length) return false;
    if (!keys.every((key) => hasEnumerable(other, key))) return false;
    if (strict) {
      const symbols = Object.getOwnPropertySymbols(one).filter((key) => hasEnumerable(one, key));
      if (symbols.length !== Object.getOwnPropertySymbols(other).filter((key) => hasEnumerable(other, key)).length) return false;
      if (!symbols.every((key) => hasEnumerable(other, key) && isDeepEqual(one[key], other[key], strict, known))) return false;
    }
    return keys.every((key) => isDeepEqual(one[key], other[key], strict, known));
  }

  function sameSets(one, other, strict, known) {
    const rest = [...other].filter((item) => !one.has(item));
    return [...one].every((item) => {
      if (other.has(item)) return true;
      const at = rest.findIndex((candidate) => isDeepEqual(item, candidate, strict, known));
      if (at >= 0) rest.splice(at, 1);
      return at >= 0;
    });
  }

  function sameMaps(one, other, strict, known) {
    const rest = new Set([...other.keys()].filter((key) => !one.has(key)));
    return [...one].every(([key, value]) => {
      if (other.has(key)) return isDeepEqual(value, other.get(key), strict, known);
      for (const candidate of rest) {
        if (isDeepEqual(key, candidate, strict, known) && isDeepEqual(value, other.get(candidate), strict, known)) {
          rest.delete(candidate);
          return true;
        }
      }
      return false;
    });
  }

  return { isDeepEqual };
};
