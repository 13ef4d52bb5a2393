// Web IDL: what interfaces and conversions of arguments have in common.
(language, native, library) => {
  "use strict";
  const { Number, Object, Reflect, Symbol, TypeError, apply } = language;
  const { defineProperty } = Object;
  const { ownKeys } = Reflect;
  const { toStringTag, iterator } = Symbol;
  const { round, trunc } = language.Math;

  const skipped = { __proto__: null, constructor: 1, prototype: 1, name: 1, length: 1 };

  // Makes a class an interface (§ 3.7): its members are enumerable, and instances are called after it.
  function expose(type, name = type.name) {
    enumerate(type);
    enumerate(type.prototype);
    defineProperty(type.prototype, toStringTag, { __proto__: null, value: name, configurable: true });
    return type;
  }

  function enumerate(object) {
    const keys = ownKeys(object);
    for (let i = 0; i < keys.length; i++) {
      if (typeof keys[i] === "string" && !(keys[i] in skipped)) {
        defineProperty(object, keys[i], { __proto__: null, enumerable: true });
      }
    }
  }

  // Says of an object of an interface that it is not data (§ 2.7.3 of HTML: "platform object").
  const uncloneable = (object) => native.portable(object, "messaging", "uncloneable");

  // Constants of an interface (§ 3.7.5).
  function constants(type, values) {
    const keys = ownKeys(values);
    for (let i = 0; i < keys.length; i++) {
      const constant = { __proto__: null, value: values[keys[i]], enumerable: true };
      defineProperty(type, keys[i], constant);
      defineProperty(type.prototype, keys[i], constant);
    }
  }

  // Demands so many arguments. `what` is "construct 'Event'", or "execute 'f' on 'T'".
  function need(count, required, what) {
    if (count < required) {
      throw fault(what, `${required} argument${required === 1 ? "" : "s"} required, but only ${count} present.`);
    }
  }

  const fault = (what, message) => new TypeError(`Failed to ${what}: ${message}`);

  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

  // A dictionary argument (§ 3.2.17), of which members are read afterwards.
  function dictionary(value, what) {
    if (value === undefined || value === null) return { __proto__: null };
    if (!isObject(value)) throw fault(what, "The provided value is not an object.");
    return value;
  }

  // [EnforceRange] of an unsigned type with this largest value (§ 3.2.4.9).
  function enforceRange(value, largest, what) {
    const number = trunc(+value);
    if (!(number >= 0 && number <= largest)) {
      throw fault(what, "Value is outside of the range of safe integers or not a number.");
    }
    return number + 0;
  }

  // [Clamp] long long (§ 3.2.4.9).
  function clamp(value) {
    const number = +value, largest = Number.MAX_SAFE_INTEGER;
    if (number !== number) return 0;
    if (number > largest) return largest;
    if (number < -largest) return -largest;
    const whole = round(number);
    // What is between two goes to the even one.
    return (whole - number === 0.5 && whole % 2 !== 0 ? whole - 1 : whole) + 0;
  }

  // A sequence (§ 3.2.21). Its items are converted by `convert`.
  function sequence(value, convert, what) {
    const method = isObject(value) ? value[iterator] : undefined;
    if (typeof method !== "function") throw fault(what, "The provided value cannot be converted to a sequence.");
    const items = [];
    const list = apply(method, value, []);
    const next = list.next;
    for (;;) {
      const result = apply(next, list, []);
      if (!isObject(result)) throw fault(what, "The iterator's result is not an object.");
      if (result.done) return items;
      items[items.length] = convert(result.value);
    }
  }

  return {
    expose,
    constants,
    need,
    fault,
    isObject,
    dictionary,
    enforceRange,
    clamp,
    sequence,
    uncloneable,
    // USVString (§ 3.2.10).
    usv: native.usv,
    maxSafe: Number.MAX_SAFE_INTEGER,
  };
}
