// node:assert.
(language, native, library) => {
  "use strict";
  const { Error, Object, Promise, RegExp, String, TypeError } = language;
  const { coded, invalidType, invalidValue, needFunction } = library("node:internal/errors");
  const { inspect } = library("node:internal/inspect");
  const types = library("node:util/types");
  const { isDeepEqual } = library("node:internal/equal");

  class AssertionError extends Error {
    constructor({ message, actual, expected, operator }) {
      super(message !== undefined ? String(message) : `${inspect(actual)} ${operator} ${inspect(expected)}`);
      this.generatedMessage = message === undefined;
      this.code = "ERR_ASSERTION";
      this.actual = actual;
      this.expected = expected;
      this.operator = operator;
    }
    get name() { return "AssertionError"; }
  }

  function check(holds, actual, expected, message, operator, otherwise) {
    if (holds) return;
    if (message instanceof Error) throw message;
    const error = new AssertionError({ message: message ?? otherwise?.(), actual, expected, operator });
    error.generatedMessage = message === undefined;
    throw error;
  }

  function assert(value, message) {
    check(value, value, true, message, "==", () => (arguments.length === 0 ? "No value argument passed to `assert.ok()`" : "The expression evaluated to a falsy value"));
  }

  const different = (title) => (one, other) => () => `${title}\n\n${inspect(one)} !== ${inspect(other)}\n`;
  const same = (title) => (one) => () => `${title}${inspect(one)}`;
  const equalities = {
    equal: [(a, b) => a == b || (a !== a && b !== b), "==", undefined], // eslint-disable-line eqeqeq
    notEqual: [(a, b) => !(a == b || (a !== a && b !== b)), "!=", undefined], // eslint-disable-line eqeqeq
    strictEqual: [Object.is, "strictEqual", different("Expected values to be strictly equal:")],
    notStrictEqual: [(a, b) => !Object.is(a, b), "notStrictEqual", same("Expected \"actual\" to be strictly unequal to: ")],
    deepEqual: [(a, b) => isDeepEqual(a, b, false), "deepEqual", different("Expected values to be loosely deep-equal:")],
    notDeepEqual: [(a, b) => !isDeepEqual(a, b, false), "notDeepEqual", same("Expected \"actual\" not to be loosely deep-equal to: ")],
    deepStrictEqual: [(a, b) => isDeepEqual(a, b, true), "deepStrictEqual", different("Expected values to be strictly deep-equal:")],
    notDeepStrictEqual: [(a, b) => !isDeepEqual(a, b, true), "notDeepStrictEqual", same("Expected \"actual\" not to be strictly deep-equal to: ")],
  };
  for (const [name, [holds, operator, says]] of Object.entries(equalities)) {
    assert[name] = (actual, expected, message) => check(holds(actual, expected), actual, expected, message, operator, says?.(actual, expected));
  }

  function matches(error, expected, message) {
    if (expected === undefined || expected === null) return;
    if (typeof expected === "function") {
      if (expected.prototype !== undefined && error instanceof expected) return;
      if (Object.prototype.isPrototypeOf.call(Error, expected)) throw error;
      check(expected.call({}, error) === true, error, expected, message, "throws", () => "The function did not return true");
      return;
    }
    if (expected instanceof RegExp) {
      check(expected.test(String(error)), error, expected, message, "throws", () => `The input did not match the regular expression ${expected}. Input:\n\n${inspect(String(error))}\n`);
      return;
    }
    const keys = native.isError(expected) ? [...Object.keys(expected), "name", "message"] : Object.keys(expected);
    for (const key of keys) {
      const holds = expected[key] instanceof RegExp && typeof error[key] === "string" ? expected[key].test(error[key]) : isDeepEqual(error[key], expected[key], true);
      check(holds, error, expected, message, "throws", () => `Expected values to be strictly deep-equal:\n\n${inspect(error[key])} !== ${inspect(expected[key])}\n`);
    }
  }

  // What the arguments after the function mean: an expectation, a message.
  const expectation = (expected, message) => (typeof expected === "string" ? [undefined, expected] : [expected, message]);

  function needExpectation(expected) {
    if (expected === undefined || expected === null || typeof expected === "function" || types.isRegExp(expected) || native.isError(expected)) return;
    if (typeof expected !== "object") throw invalidType("expected", "of type function or an instance of Error, RegExp, or Object", expected);
    if (Object.keys(expected).length === 0) throw invalidValue("error", expected, "may not be an empty object");
  }

  function promiseOf(body) {
    const promise = typeof body === "function" ? body() : body;
    if (promise === null || typeof promise !== "object" || typeof promise.then !== "function") {
      if (typeof body === "function") throw coded(TypeError, "ERR_INVALID_RETURN_VALUE", "Expected instance of Promise to be returned from the \"promiseFn\" function");
      throw invalidType("promiseFn", "of type function or an instance of Promise", body);
    }
    return promise;
  }

  function needPattern(pattern) {
    if (!types.isRegExp(pattern)) throw invalidType("regexp", "an instance of RegExp", pattern);
    return pattern;
  }

  Object.assign(assert, {
    ok: assert,
    fail(message = "Failed") {
      if (message instanceof Error) throw message;
      throw new AssertionError({ message, operator: "fail" });
    },
    throws(body, ...rest) {
      const [expected, message] = expectation(...rest);
      needFunction(body, "fn");
      needExpectation(expected);
      let thrown;
      try {
        body();
      } catch (error) {
        thrown = { error };
      }
      check(thrown, undefined, expected, message, "throws", () => "Missing expected exception.");
      matches(thrown.error, expected, message);
    },
    doesNotThrow(body, ...rest) {
      const [, message] = expectation(...rest);
      needFunction(body, "fn");
      try {
        body();
      } catch (error) {
        check(false, error, undefined, message, "doesNotThrow", () => `Got unwanted exception.\nActual message: "${error?.message}"`);
      }
    },
    async rejects(body, ...rest) {
      const [expected, message] = expectation(...rest);
      const promise = promiseOf(body);
      needExpectation(expected);
      let thrown;
      try {
        await promise;
      } catch (error) {
        thrown = { error };
      }
      check(thrown, undefined, expected, message, "rejects", () => "Missing expected rejection.");
      matches(thrown.error, expected, message);
    },
    async doesNotReject(body, ...rest) {
      const [, message] = expectation(...rest);
      const promise = promiseOf(body);
      try {
        await promise;
      } catch (error) {
        check(false, error, undefined, message, "doesNotReject", () => `Got unwanted rejection.\nActual message: "${error?.message}"`);
      }
    },
    match(text, pattern, message) {
      needPattern(pattern);
      check(typeof text === "string" && pattern.test(text), text, pattern, message, "match", () => `The input did not match the regular expression ${pattern}. Input:\n\n${inspect(text)}\n`);
    },
    doesNotMatch(text, pattern, message) {
      needPattern(pattern);
      check(typeof text !== "string" || !pattern.test(text), text, pattern, message, "doesNotMatch", () => `The input was expected to not match the regular expression ${pattern}. Input:\n\n${inspect(text)}\n`);
    },
    ifError(value) {
      if (value !== null && value !== undefined) {
        throw new AssertionError({ message: `ifError got unwanted exception: ${value.message ?? inspect(value)}`, actual: value, expected: null, operator: "ifError" });
      }
    },
    AssertionError,
  });
  assert.strict = Object.assign((...args) => assert(...args), assert, {
    equal: assert.strictEqual, notEqual: assert.notStrictEqual, deepEqual: assert.deepStrictEqual, notDeepEqual: assert.notDeepStrictEqual,
  });
  assert.strict.strict = assert.strict;
  return assert;
};
