// util.inspect and util.format: values as people read them.
(language, native, library) => {
  "use strict";
  const {
    Array, ArrayBuffer, BigInt, Boolean, DataView, Date, Error, JSON, Map, Number, Object, Promise, RegExp, Set, SharedArrayBuffer, String, Symbol, Uint8Array,
    WeakMap, WeakRef, WeakSet, Reflect,
  } = { WeakSet: language.global.WeakSet, ...language };
  const { apply, ownKeys, getPrototypeOf } = Reflect;
  const { array, exec, text: texts } = library("node:internal/primordials");
  const custom = Symbol.for("nodejs.util.inspect.custom");
  const TypedArray = getPrototypeOf(Uint8Array);

  // Whether a value has the internal slots that a method or getter of a class wants.
  const brand = (method) => (value) => {
    try {
      apply(method, value, []);
      return true;
    } catch {
      return false;
    }
  };
  const getter = (object, name) => Object.getOwnPropertyDescriptor(object, name).get;
  // What a property is, and nothing of what Object.prototype may have.
  function describe(object, key) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    return descriptor && Object.setPrototypeOf(descriptor, null);
  }
  const isObject = (value) => typeof value === "object" && value !== null;
  const tagOf = getter(TypedArray.prototype, Symbol.toStringTag);
  const sizeOfMap = getter(Map.prototype, "size"), sizeOfSet = getter(Set.prototype, "size");
  const tests = {
    isMap: brand(sizeOfMap),
    isSet: brand(sizeOfSet),
    isDate: brand(Date.prototype.getTime),
    isRegExp: (value) => isObject(value) && brand(getter(RegExp.prototype, "source"))(value) && value !== RegExp.prototype,
    isArrayBuffer: brand(getter(ArrayBuffer.prototype, "byteLength")),
    isSharedArrayBuffer: brand(getter(SharedArrayBuffer.prototype, "byteLength")),
    isDataView: (value) => ArrayBuffer.isView(value) && apply(tagOf, value, []) === undefined,
    isTypedArray: (value) => isObject(value) && apply(tagOf, value, []) !== undefined,
    isNumberObject: (value) => isObject(value) && brand(Number.prototype.valueOf)(value),
    isStringObject: (value) => isObject(value) && brand(String.prototype.valueOf)(value),
    isBooleanObject: (value) => isObject(value) && brand(Boolean.prototype.valueOf)(value),
    isBigIntObject: (value) => isObject(value) && brand(BigInt.prototype.valueOf)(value),
    isSymbolObject: (value) => isObject(value) && brand(Symbol.prototype.valueOf)(value),
    isWeakMap: (value) => isObject(value) && probe(WeakMap.prototype.has, value),
    isWeakSet: (value) => isObject(value) && probe(WeakSet.prototype.has, value),
    isPromise: (value) => native.promiseState(value) !== undefined,
    isProxy: (value) => native.proxyTarget(value) !== undefined,
    isNativeError: (value) => native.isError(value),
  };
  function probe(has, value) {
    try {
      apply(has, value, [{}]);
      return true;
    } catch {
      return false;
    }
  }

  const defaults = {
    showHidden: false, depth: 2, colors: false, customInspect: true, showProxy: false, maxArrayLength: 100, maxStringLength: 10000,
    breakLength: 128, compact: 3, sorted: false, getters: false, numericSeparator: false,
  };

  const styles = {
    special: "cyan", number: "yellow", bigint: "yellow", boolean: "yellow", undefined: "grey", null: "bold", string: "green", symbol: "green",
    date: "magenta", regexp: "red", module: "underline",
  };
  const colors = {
    reset: [0, 0], bold: [1, 22], dim: [2, 22], italic: [3, 23], underline: [4, 24], inverse: [7, 27], hidden: [8, 28], strikethrough: [9, 29],
    black: [30, 39], red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39], magenta: [35, 39], cyan: [36, 39], white: [37, 39], grey: [90, 39], gray: [90, 39],
    blackBright: [90, 39], redBright: [91, 39], greenBright: [92, 39], yellowBright: [93, 39], blueBright: [94, 39], magentaBright: [95, 39],
    cyanBright: [96, 39], whiteBright: [97, 39],
    bgBlack: [40, 49], bgRed: [41, 49], bgGreen: [42, 49], bgYellow: [43, 49], bgBlue: [44, 49], bgMagenta: [45, 49], bgCyan: [46, 49], bgWhite: [47, 49],
  };
  const paint = (text, style) => {
    const color = colors[styles[style]];
    return color === undefined ? text : `\u001b[${color[0]}m${text}\u001b[${color[1]}m`;
  };

  function inspect(value, options, ...old) {
    const context = { ...defaults, budget: {}, indentation: 0, seen: [], currentDepth: 0, circular: undefined, stylize: (text) => text };
    // The arguments of old: showHidden, depth, colors.
    if (typeof options === "boolean") {
      context.showHidden = options;
      if (old[0] !== undefined) context.depth = old[0];
      if (old[1] !== undefined) context.colors = old[1];
    } else if (isObject(options)) {
      const keys = Object.keys(options);
      for (let i = 0; i < keys.length; i++) {
        if (keys[i] in defaults || keys[i] === "stylize") context[keys[i]] = options[keys[i]];
        else context.user = options;
      }
    }
    context.breakLength = isObject(options) && options.breakLength !== undefined ? options.breakLength : 80;
    if (context.colors) context.stylize = paint;
    if (context.maxArrayLength === null) context.maxArrayLength = Infinity;
    if (context.maxStringLength === null) context.maxStringLength = Infinity;
    if (context.depth === null) context.depth = Infinity;
    return show(context, value, 0, true);
  }

  const escapes = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\" };

  const { toString } = Number.prototype;
  const hex = (number) => apply(toString, number, [16]);

  function quote(text) {
    let mark = "'";
    if (texts.includes(text, "'")) {
      if (!texts.includes(text, '"')) mark = '"';
      else if (!texts.includes(text, "`") && !texts.includes(text, "${")) mark = "`";
    }
    let quoted = mark;
    for (let i = 0; i < text.length; i++) {
      const code = texts.codePointAt(text, i);
      const character = code > 0xffff ? text[i] + text[++i] : text[i];
      if (character === mark) quoted += `\\${mark}`;
      else if (escapes[character] !== undefined) quoted += escapes[character];
      else if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) quoted += `\\x${texts.padStart(texts.toUpperCase(hex(code)), 2, "0")}`;
      else if (code >= 0xd800 && code <= 0xdfff) quoted += `\\u${texts.toUpperCase(hex(code))}`;
      else quoted += character;
    }
    return quoted + mark;
  }

  function separated(text, every, mark = "_") {
    let out = "";
    for (let i = text.length; i > 0; i -= every) out = texts.slice(text, Math.max(0, i - every), i) + (out ? mark + out : "");
    return out;
  }
  const Math = language.Math;

  function number(context, value) {
    const text = Object.is(value, -0) ? "-0" : `${value}`;
    if (!context.numericSeparator || !exec(/^-?\d+$/, text)) return text;
    return texts.startsWith(text, "-") ? `-${separated(texts.slice(text, 1), 3)}` : separated(text, 3);
  }

  function primitive(context, value, typed) {
    switch (typeof value) {
      case "string": {
        let rest = "";
        if (value.length > context.maxStringLength) {
          const more = value.length - context.maxStringLength;
          value = texts.slice(value, 0, context.maxStringLength);
          rest = `... ${more} more character${more > 1 ? "s" : ""}`;
        }
        // A long text with several lines is shown line by line.
        if (!typed && value.length > 16 && value.length > context.breakLength - context.indentation - 4 && texts.includes(value, "\n")) {
          const lines = array.map(texts.split(value, "\n"), (line, index, all) => (index < all.length - 1 ? `${line}\n` : line));
          const shown = array.map(array.filter(lines, (line) => line !== ""), (line) => context.stylize(quote(line), "string"));
          return array.join(shown, ` +\n${texts.repeat(" ", context.indentation + 2)}`) + rest;
        }
        return context.stylize(quote(value), "string") + rest;
      }
      case "number": return context.stylize(number(context, value), "number");
      case "bigint": return context.stylize(`${context.numericSeparator ? separated(`${value}`, 3) : value}n`, "bigint");
      case "boolean": return context.stylize(`${value}`, "boolean");
      case "undefined": return context.stylize("undefined", "undefined");
      case "symbol": return context.stylize(apply(Symbol.prototype.toString, value, []), "symbol");
    }
  }

  function show(context, value, depth, typed) {
    if (value === null) return context.stylize("null", "null");
    if (typeof value !== "object" && typeof value !== "function") return primitive(context, value, typed);
    const target = native.proxyTarget(value);
    const shown = value;
    if (target === null) return context.stylize("<Revoked Proxy>", "special");
    if (target !== undefined) {
      if (context.showProxy) {
        const handler = native.proxyHandler(value);
        return `Proxy ${brackets(context, ["[", "]"], [show(context, target, depth + 1), show(context, handler, depth + 1)], "", value, true)}`;
      }
      return `Proxy(${show(context, target, depth)})`;
    }
    if (context.customInspect) {
      let own;
      try { own = shown[custom]; } catch { own = undefined; }
      if (typeof own === "function" && own !== inspect && !(shown.constructor && shown.constructor.prototype === shown)) {
        const left = context.depth === Infinity ? null : context.depth - depth;
        const { budget, indentation, seen, currentDepth, circular, user, ...options } = context;
        const result = apply(own, target === undefined ? value : shown, [left, { ...options, ...user, depth: left }, inspect]);
        if (result !== shown) {
          if (typeof result === "object" && result !== null) return show(context, result, depth);
          return texts.replaceAll(String(result), "\n", `\n${texts.repeat(" ", context.indentation)}`);
        }
      }
    }
    if (array.includes(context.seen, shown)) {
      context.circular ??= new Map();
      let index = context.circular.get(shown);
      if (index === undefined) {
        index = context.circular.size + 1;
        context.circular.set(shown, index);
      }
      return context.stylize(`[Circular *${index}]`, "special");
    }
    return object(context, shown, depth, typed);
  }

  // The name of the class that made an object.
  function className(value) {
    let object = value;
    for (let steps = 0; object !== null && steps < 1000; steps++) {
      const descriptor = describe(object, "constructor");
      const constructor = descriptor?.value;
      if (typeof constructor === "function" && constructor.name !== "" && typeof constructor.name === "string" && isInstance(value, constructor)) {
        return constructor.name;
      }
      object = getPrototypeOf(object);
    }
    return null;
  }
  function isInstance(value, constructor) {
    try { return value instanceof constructor; } catch { return false; }
  }

  function prefix(name, tag, fallback, size = "") {
    if (name === null) {
      return tag !== "" && fallback !== tag ? `[${fallback}${size}: null prototype] [${tag}] ` : `[${fallback}${size}: null prototype] `;
    }
    return tag !== "" && name !== tag ? `${name}${size} [${tag}] ` : `${name}${size} `;
  }

  const { propertyIsEnumerable: isEnumerable, toString: tagText } = Object.prototype;
  function keysOf(context, value, isIndexed) {
    const symbols = Object.getOwnPropertySymbols(value);
    let names;
    if (isIndexed) {
      names = array.filter(context.showHidden ? Object.getOwnPropertyNames(value) : Object.keys(value), (key) => !exec(/^(0|[1-9]\d*)$/, key) || +key > 4294967294);
    } else {
      names = context.showHidden ? Object.getOwnPropertyNames(value) : Object.keys(value);
    }
    const isShown = (key) => context.showHidden || apply(isEnumerable, value, [key]);
    return array.concat(names, array.filter(symbols, isShown));
  }

  function object(context, value, depth, typed) {
    const name = className(value);
    let tag = "";
    try {
      const own = value[Symbol.toStringTag];
      if (typeof own === "string" && own !== "" && own !== name) tag = own;
    } catch { /* A getter that throws names nothing. */ }
    let base = "", braces = ["{", "}"], entries = () => [], isList = false, keys;

    if (Array.isArray(value)) {
      braces = [`${name !== "Array" || tag !== "" ? prefix(name, tag, "Array", `(${value.length})`) : ""}[`, "]"];
      keys = array.filter(keysOf(context, value, true), (key) => key !== "length" || context.showHidden);
      if (value.length === 0 && keys.length === 0) return `${braces[0]}]`;
      isList = true;
      entries = () => arrayItems(context, value, depth);
    } else if (tests.isSet(value)) {
      const size = apply(sizeOfSet, value, []);
      keys = keysOf(context, value, false);
      const head = prefix(name, tag, "Set", `(${size})`);
      if (size === 0 && keys.length === 0) return `${head}{}`;
      braces = [`${head}{`, "}"];
      entries = () => limited(context, [...apply(Set.prototype.values, value, [])], (item) => show(context, item, depth + 1));
    } else if (tests.isMap(value)) {
      const size = apply(sizeOfMap, value, []);
      keys = keysOf(context, value, false);
      const head = prefix(name, tag, "Map", `(${size})`);
      if (size === 0 && keys.length === 0) return `${head}{}`;
      braces = [`${head}{`, "}"];
      entries = () => limited(context, [...apply(Map.prototype.entries, value, [])], ([key, item]) => `${show(context, key, depth + 1)} => ${show(context, item, depth + 1)}`);
    } else if (tests.isTypedArray(value)) {
      keys = keysOf(context, value, true);
      const type = apply(tagOf, value, []);
      braces = [`${prefix(name, tag === type ? "" : tag, type, `(${value.length})`)}[`, "]"];
      if (value.length === 0 && keys.length === 0) return `${braces[0]}]`;
      isList = true;
      entries = () => {
        const shown = limited(context, value, (item) => (typeof item === "bigint" ? context.stylize(`${item}n`, "bigint") : context.stylize(number(context, item), "number")), value.length);
        if (context.showHidden) {
          array.forEach(["BYTES_PER_ELEMENT", "length", "byteLength", "byteOffset", "buffer"], (key) => { array.push(shown, `[${key}]: ${show(context, value[key], depth + 1)}`); });
        }
        return shown;
      };
    } else {
      keys = keysOf(context, value, false);
      if (name === "Object" && isPlain(value, tag)) {
        if (tag !== "") braces[0] = `${prefix(name, tag, "Object")}{`;
        if (keys.length === 0) return `${braces[0]}}`;
      } else if (typeof value === "function") {
        base = functionName(value, name, tag);
        if (keys.length === 0) return context.stylize(base, "special");
      } else if (tests.isRegExp(value)) {
        base = apply(RegExp.prototype.toString, value, []);
        const head = prefix(name, tag, "RegExp");
        if (head !== "RegExp ") base = `${head}${base}`;
        if (keys.length === 0 || depth > context.depth) return context.stylize(base, "regexp");
      } else if (tests.isDate(value)) {
        base = language.Number.isNaN(apply(Date.prototype.getTime, value, [])) ? "Invalid Date" : apply(Date.prototype.toISOString, value, []);
        const head = prefix(name, tag, "Date");
        if (head !== "Date ") base = `${head}${base}`;
        if (keys.length === 0) return context.stylize(base, "date");
      } else if (native.isError(value)) {
        base = errorText(context, value, name, keys);
        if ("cause" in value && !array.includes(keys, "cause") && Object.hasOwn(value, "cause")) array.push(keys, "cause");
        if (Array.isArray(value.errors) && !array.includes(keys, "errors")) array.push(keys, "errors");
        if (keys.length === 0) return base;
      } else if (tests.isArrayBuffer(value) || tests.isSharedArrayBuffer(value)) {
        const head = prefix(name, tag, tests.isArrayBuffer(value) ? "ArrayBuffer" : "SharedArrayBuffer");
        braces[0] = `${head}{`;
        if (!typed && keys.length === 0 && depth > context.depth) return `${head}{ byteLength: ${value.byteLength} }`;
        entries = () => [value.detached ? context.stylize("(detached)", "special") : bufferContents(context, value), `[byteLength]: ${context.stylize(`${value.byteLength}`, "number")}`];
      } else if (tests.isDataView(value)) {
        braces[0] = `${prefix(name, tag, "DataView")}{`;
        entries = () => ["byteLength", "byteOffset", "buffer"].map((key) => `[${key}]: ${show(context, value[key], depth + 1)}`);
      } else if (native.promiseState(value) !== undefined) {
        braces[0] = `${prefix(name, tag, "Promise")}{`;
        const { 0: state, 1: result } = native.promiseState(value);
        entries = () => (state === "pending" ? [context.stylize("<pending>", "special")]
          : state === "rejected" ? [`${context.stylize("<rejected>", "special")} ${show(context, result, depth + 1)}`] : [show(context, result, depth + 1)]);
      } else if (tests.isWeakMap(value) || tests.isWeakSet(value)) {
        braces[0] = `${prefix(name, tag, tests.isWeakMap(value) ? "WeakMap" : "WeakSet")}{`;
        entries = () => [context.stylize("<items unknown>", "special")];
      } else if (isBoxed(value)) {
        const { 0: type, 1: inner } = boxed(value);
        base = `[${type}${name !== type ? ` (${name ?? "null prototype"})` : ""}: ${primitive({ ...context, stylize: (text) => text }, inner, true)}]`;
        if (tag !== "" && tag !== name) base += ` [${tag}]`;
        if (type === "String") keys = array.filter(keys, (key) => !(+key < inner.length));
        if (keys.length === 0) return context.stylize(base, texts.toLowerCase(type));
      } else if (isArguments(value)) {
        braces[0] = "[Arguments] {";
      } else if (tag === "Module") {
        braces[0] = "[Module: null prototype] {";
      } else {
        if (keys.length === 0) return `${prefix(name, tag, "Object")}{}`;
        braces[0] = `${prefix(name, tag, "Object")}{`;
      }
    }

    if (depth > context.depth) {
      const shown = texts.slice(prefix(name, tag, Array.isArray(value) ? "Array" : "Object"), 0, -1);
      return context.stylize(name === null ? `[${shown}]` : `[${shown}]`, "special");
    }
    array.push(context.seen, value);
    context.currentDepth = depth;
    const before = context.indentation;
    const list = entries();
    for (let i = 0; i < keys.length; i++) array.push(list, property(context, value, keys[i], depth, isList));
    array.pop(context.seen);
    context.indentation = before;
    if (context.circular !== undefined && context.circular.has(value)) {
      const reference = context.stylize(`<ref *${context.circular.get(value)}>`, "special");
      if (base === "") braces[0] = `${reference} ${braces[0]}`;
      else base = `${reference} ${base}`;
    }
    if (context.sorted && !isList) array.sort(list, context.sorted === true ? undefined : context.sorted);
    return brackets(context, braces, list, base, value, isList);
  }

  const isPlain = (value, tag) => tag !== "Module" && !isBoxed(value) && !native.isError(value) && !isArguments(value) && !tests.isDate(value) && !tests.isRegExp(value) && typeof value !== "function" && native.promiseState(value) === undefined;
  const isArguments = (value) => apply(tagText, value, []) === "[object Arguments]" && !Object.hasOwn(value, Symbol.toStringTag);
  const isBoxed = (value) => tests.isNumberObject(value) || tests.isStringObject(value) || tests.isBooleanObject(value) || tests.isBigIntObject(value) || tests.isSymbolObject(value);

  function boxed(value) {
    const types = [Number, String, Boolean, BigInt, Symbol];
    for (let i = 0; i < types.length; i++) {
      const Type = types[i];
      if (brand(Type.prototype.valueOf)(value)) return [Type.name, apply(Type.prototype.valueOf, value, [])];
    }
  }

  function functionName(value, name, tag) {
    const source = apply(language.Function.prototype.toString, value, []);
    if (texts.startsWith(source, "class") && texts.endsWith(source, "}")) {
      const own = Object.hasOwn(value, "name") && value.name ? value.name : "(anonymous)";
      const parent = getPrototypeOf(value);
      let text = `class ${own}`;
      if (name !== "Function" && name !== null) text += ` [${name}]`;
      if (parent !== null && parent.name) text += ` extends ${parent.name}`;
      else if (parent === null) text += " extends [null prototype]";
      return `[${text}]`;
    }
    const kinds = { AsyncFunction: "AsyncFunction", GeneratorFunction: "GeneratorFunction", AsyncGeneratorFunction: "AsyncGeneratorFunction" };
    const kind = kinds[tag] ?? kinds[name] ?? "Function";
    let text = `[${kind}${name === null ? " (null prototype)" : ""}`;
    text += value.name === "" || typeof value.name !== "string" ? " (anonymous)" : `: ${value.name}`;
    text += "]";
    if (name !== null && name !== kind && name !== "Function") text += ` ${name}`;
    return text;
  }

  // An error with its stack; properties that the stack shows already are left out.
  function errorText(context, error, name, keys) {
    let stack;
    try { stack = error.stack; } catch { stack = undefined; }
    let message = "";
    try { message = String(error.message); } catch { /* Nothing to show. */ }
    let title = "Error";
    try { title = String(error.name); } catch { /* The class it is. */ }
    const head = message === "" ? title : `${title}: ${message}`;
    array.forEach(["name", "message", "stack"], (key) => {
      const at = array.indexOf(keys, key);
      if (at >= 0 && (key === "stack" || texts.includes(String(stack ?? head), error[key]) || texts.includes(head, error[key]))) array.splice(keys, at, 1);
    });
    if (typeof stack !== "string" || stack === "") return `[${head}]`;
    // That of a DOMException has the calls alone.
    let text = texts.trimEnd(stack);
    if (exec(/^\s+at /, text) || text === "") text = `${head}\n${text}`;
    if (name !== null && name !== title && !texts.startsWith(text, name) && title === "Error" && texts.startsWith(text, "Error")) text = name + texts.slice(text, 5);
    const indent = texts.repeat(" ", context.indentation);
    return indent === "" ? text : texts.replaceAll(text, "\n", `\n${indent}`);
  }

  function bufferContents(context, buffer) {
    const bytes = new Uint8Array(buffer);
    const shown = Math.min(50, bytes.length);
    let text = "";
    for (let i = 0; i < shown; i++) text += `${i > 0 ? " " : ""}${texts.padStart(hex(bytes[i]), 2, "0")}`;
    if (bytes.length > shown) text += ` ... ${bytes.length - shown} more byte${bytes.length - shown > 1 ? "s" : ""}`;
    return `${context.stylize("[Uint8Contents]", "special")}: <${text}>`;
  }

  function limited(context, items, shown, length = items.length) {
    const count = Math.min(context.maxArrayLength, length);
    const list = [];
    context.indentation += 2;
    for (let i = 0; i < count; i++) array.push(list, shown(items[i]));
    context.indentation -= 2;
    if (length > count) array.push(list, `... ${length - count} more item${length - count > 1 ? "s" : ""}`);
    return list;
  }

  function arrayItems(context, value, depth) {
    const list = [];
    const length = value.length;
    let index = 0;
    while (index < length && list.length < context.maxArrayLength) {
      if (Object.hasOwn(value, index)) {
        array.push(list, property(context, value, `${index}`, depth, true, true));
        index++;
        continue;
      }
      // A row of holes is one entry. Of a sparse array the keys say where it ends.
      let next = index + 1;
      if (length - index > 1000) next = +(array.find(Object.keys(value), (key) => +key > index) ?? length);
      else while (next < length && !Object.hasOwn(value, next)) next++;
      const holes = Math.min(next, length) - index;
      array.push(list, context.stylize(`<${holes} empty item${holes > 1 ? "s" : ""}>`, "undefined"));
      index += holes;
    }
    if (index < length) array.push(list, `... ${length - index} more item${length - index > 1 ? "s" : ""}`);
    return list;
  }

  function property(context, value, key, depth, isList, isItem = false) {
    const descriptor = describe(value, key) ?? { value: value[key], enumerable: true };
    let text;
    if (descriptor.get !== undefined) {
      const kind = descriptor.set !== undefined ? "Getter/Setter" : "Getter";
      text = context.stylize(`[${kind}]`, "special");
      if (context.getters === true) {
        try {
          text = `${context.stylize(`[${kind}:`, "special")} ${show(context, value[key], depth + 1)}${context.stylize("]", "special")}`;
        } catch (error) {
          text = context.stylize(`[${kind}: <Inspection threw (${error?.message})>]`, "special");
        }
      }
    } else if (descriptor.set !== undefined) {
      text = context.stylize("[Setter]", "special");
    } else {
      const deeper = isList && !isItem ? 2 : context.compact === false || typeof context.compact === "number" ? 2 : 3;
      context.indentation += deeper;
      text = show(context, descriptor.value, depth + 1);
      context.indentation -= deeper;
    }
    if (isItem) return text;
    let name;
    if (typeof key === "symbol") {
      name = context.stylize(apply(Symbol.prototype.toString, key, []), "symbol");
      if (descriptor.enumerable === false) name = `[${name}]`;
    } else if (key === "__proto__") name = "['__proto__']";
    else if (descriptor.enumerable === false) name = `[${key}]`;
    else if (exec(/^[a-zA-Z_][a-zA-Z_0-9]*$/, key)) name = context.stylize(key, "name");
    else name = context.stylize(quote(key), "string");
    return `${name}: ${text}`;
  }

  const plainLength = (text) => width(stripVTControlCharacters(text));
  const stripVTControlCharacters = (text) => text.replace(/[\u001B\u009B][[\]()#;?]*(?:(?:(?:(?:;[-a-zA-Z\d/#&.:=?%@~_]+)*|[a-zA-Z\d]+(?:;[-a-zA-Z\d/#&.:=?%@~_]*)*)?(?:\u0007|\u001B\u005C|\u009C))|(?:(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-ntqry=><~]))/g, "");

  // How many columns a text takes: wide characters two, marks none.
  function width(text) {
    let columns = 0;
    text = texts.normalize(text, "NFC");
    for (let i = 0; i < text.length; i++) {
      const code = texts.codePointAt(text, i);
      const character = code > 0xffff ? text[i] + text[++i] : text[i];
      if (code < 0x20 || (code >= 0x7f && code < 0xa0) || exec(/\p{Mn}|\p{Me}|\p{Cf}/u, character)) continue;
      const isWide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff)
        || (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) || (code >= 0xffe0 && code <= 0xffe6) || (code >= 0x1f300 && code <= 0x1f64f) || (code >= 0x1f900 && code <= 0x1f9ff) || (code >= 0x20000 && code <= 0x3fffd);
      columns += isWide ? 2 : 1;
    }
    return columns;
  }

  // Entries of long lists stand in columns.
  function grouped(context, list, value) {
    let total = 0, longest = 0;
    const length = list.length - (list.length > context.maxArrayLength || value.length > context.maxArrayLength ? 1 : 0);
    const lengths = [];
    for (let i = 0; i < length; i++) {
      const size = context.colors ? plainLength(list[i]) : width(list[i]);
      array.push(lengths, size);
      total += size + 2;
      if (size > longest) longest = size;
    }
    const actual = longest + 2;
    if (!(actual * 3 + context.indentation < context.breakLength && (total / actual > 5 || longest <= 6))) return list;
    const average = Math.sqrt(actual - total / list.length);
    const bias = Math.max(actual - 3 - (length > 0 ? average : 0), 1);
    const columns = Math.min(
      Math.round(Math.sqrt(2.5 * bias * length) / bias),
      Math.floor((context.breakLength - context.indentation) / actual),
      context.compact * 4,
      15,
    );
    if (columns <= 1) return list;
    const widths = [];
    for (let i = 0; i < columns; i++) {
      let widest = 0;
      for (let j = i; j < length; j += columns) if (lengths[j] > widest) widest = lengths[j];
      array.push(widths, widest + 2);
    }
    let isNumeric = true;
    if (value !== undefined) {
      for (let i = 0; i < length; i++) {
        if (typeof value[i] !== "number" && typeof value[i] !== "bigint") {
          isNumeric = false;
          break;
        }
      }
    }
    const rows = [];
    for (let i = 0; i < length; i += columns) {
      const end = Math.min(i + columns, length);
      let row = "", j = i;
      for (; j < end - 1; j++) {
        const space = texts.repeat(" ", widths[j - i] - 2 - lengths[j]);
        row += isNumeric ? `${space}${list[j]}, ` : `${list[j]}, ${space}`;
      }
      row += isNumeric ? texts.repeat(" ", widths[j - i] - 2 - lengths[j]) + list[j] : list[j];
      array.push(rows, row);
    }
    if (length < list.length) array.push(rows, list[length]);
    return rows;
  }

  function brackets(context, braces, list, base, value, isList) {
    let output = list;
    if (typeof context.compact === "number" && context.compact >= 1) {
      const entries = output.length;
      if (isList && entries > 6) output = grouped(context, output, value);
      if (context.currentDepth - depthOf(context) < context.compact && entries === output.length) {
        const start = output.length + context.indentation + braces[0].length + base.length + 10;
        if (fits(context, output, start, base)) {
          const joined = array.join(output, ", ");
          if (!texts.includes(joined, "\n")) return `${base ? `${base} ` : ""}${braces[0]} ${joined} ${braces[1]}`;
        }
      }
      const indentation = `\n${texts.repeat(" ", context.indentation)}`;
      return `${base ? `${base} ` : ""}${braces[0]}${indentation}  ${array.join(output, `,${indentation}  `)}${indentation}${braces[1]}`;
    }
    if (fits(context, output, 0, base) && context.compact !== false) return `${braces[0]}${base ? ` ${base}` : ""} ${array.join(output, ", ")} ${braces[1]}`;
    const indentation = `\n${texts.repeat(" ", context.indentation)}`;
    return `${base ? `${base} ` : ""}${braces[0]}${indentation}  ${array.join(output, `,${indentation}  `)}${indentation}${braces[1]}`;
  }
  const depthOf = (context) => context.seen.length;

  function fits(context, output, start, base) {
    let total = output.length + start;
    if (total + output.length > context.breakLength) return false;
    for (let i = 0; i < output.length; i++) {
      const entry = output[i];
      total += context.colors ? plainLength(entry) : entry.length;
      if (total > context.breakLength) return false;
    }
    return base === "" || !texts.includes(base, "\n");
  }

  // util.format: a first text with places for what follows.
  function formatWithOptions(options, ...values) {
    const first = values[0];
    let text = "", at = 0, next = 0;
    if (typeof first === "string") {
      if (values.length === 1) return first;
      let copied = 0;
      for (; at < first.length - 1; at++) {
        if (first[at] !== "%") continue;
        const kind = first[at + 1];
        if (kind === "%") {
          text += `${texts.slice(first, copied, at)}%`;
          copied = at + 2;
          at++;
          continue;
        }
        if (next + 1 === values.length) continue;
        const put = substitute(options, kind, values[next + 1]);
        if (put === undefined) continue;
        next++;
        text += texts.slice(first, copied, at) + put;
        copied = at + 2;
        at++;
      }
      text += texts.slice(first, copied);
      next++;
    }
    for (; next < values.length; next++) {
      if (next > 0) text += " ";
      text += typeof values[next] === "string" ? values[next] : inspect(values[next], { ...options, compact: 3, colors: options.colors ?? false, depth: options.depth ?? 2 });
    }
    return text;
  }

  function substitute(options, kind, value) {
    switch (kind) {
      case "s":
        if (typeof value === "number") return number(defaults, value);
        if (typeof value === "bigint") return `${value}n`;
        if (!isObject(value) || hasOwnText(value)) return String(value);
        return inspect(value, { ...options, depth: 0, colors: false, compact: 3 });
      case "j":
        try {
          return JSON.stringify(value);
        } catch (error) {
          if (exec(/circular/i, error.message)) return "[Circular]";
          throw error;
        }
      case "d":
        return typeof value === "bigint" ? `${value}n` : typeof value === "symbol" ? "NaN" : isObject(value) ? number(defaults, Number(value)) : number(defaults, Number(value));
      case "i":
        return typeof value === "bigint" ? `${value}n` : typeof value === "symbol" ? "NaN" : number(defaults, Number.parseInt(value));
      case "f":
        return typeof value === "symbol" ? "NaN" : number(defaults, Number.parseFloat(value));
      case "o": return inspect(value, { ...options, showHidden: true, showProxy: true, depth: 4 });
      case "O": return inspect(value, options);
      case "c": return "";
      default: return undefined;
    }
  }

  // Whether an object says by a method of its class how it is written.
  function hasOwnText(value) {
    if (native.proxyTarget(value) !== undefined) return false;
    if (typeof value.toString !== "function") return false;
    if (native.isError(value) || tests.isDate(value) && false) return value.toString !== Error.prototype.toString;
    return value.toString !== Object.prototype.toString && !Array.isArray(value) && value.toString !== Date.prototype.toString && !tests.isTypedArray(value) && typeof value !== "function";
  }

  inspect.custom = custom;
  inspect.defaultOptions = defaults;
  inspect.colors = colors;
  inspect.styles = styles;
  return { inspect, formatWithOptions, format: (...values) => apply(formatWithOptions, undefined, array.concat([{}], values)), tests, stripVTControlCharacters, colors, getStringWidth: width };
};
