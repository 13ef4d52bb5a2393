// node:buffer.
(language, native, library) => {
  "use strict";
  const { Array, ArrayBuffer, BigInt, Error, Float32Array, Float64Array, Math, Number, Object, RangeError, Reflect, SharedArrayBuffer, String, Symbol, TypeError, Uint8Array, global } = language;
  const { array, text } = library("node:internal/primordials");
  const { coded, invalidType, invalidValue, outOfRange, isBytes, needInteger: needWhole, needText } = library("node:internal/errors");
  const MAX_LENGTH = 2 ** 31 - 1;

  const names = {
    "utf8": "utf8", "utf-8": "utf8", "utf16le": "utf16le", "utf-16le": "utf16le", "ucs2": "utf16le", "ucs-2": "utf16le", "latin1": "latin1", "binary": "latin1",
    "ascii": "ascii", "hex": "hex", "base64": "base64", "base64url": "base64url",
    __proto__: null,
  };
  const encodingOf = (name) => (typeof name === "string" ? names[name] ?? names[text.toLowerCase(name)] : undefined);

  function needEncoding(name) {
    if (name === undefined || name === null || name === "") return "utf8";
    const encoding = encodingOf(name);
    if (encoding === undefined) throw coded(TypeError, "ERR_UNKNOWN_ENCODING", `Unknown encoding: ${name}`);
    return encoding;
  }
  // What is no name at all is as good as none.
  const encodingOrDefault = (name) => (typeof name === "string" ? needEncoding(name) : "utf8");

  const { fill, indexOf, lastIndexOf } = Uint8Array.prototype;
  class FastBuffer extends Uint8Array {
    static get [Symbol.species]() { return FastBuffer; }
  }

  function Buffer(value, second, length) {
    if (typeof value === "number") {
      if (typeof second === "string") throw invalidType("string", "of type string", value);
      return Buffer.alloc(value);
    }
    return Buffer.from(value, second, length);
  }
  Buffer.prototype = FastBuffer.prototype;
  Object.defineProperty(FastBuffer.prototype, "constructor", { __proto__: null, value: Buffer, writable: true, configurable: true, enumerable: false });
  Object.setPrototypeOf(Buffer, Uint8Array);
  Object.defineProperty(Buffer, Symbol.species, { __proto__: null, configurable: true, get: () => FastBuffer });

  function needSize(size) {
    if (typeof size !== "number") throw invalidType("size", "of type number", size);
    if (!(size >= 0 && size <= Number.MAX_SAFE_INTEGER)) throw outOfRange("size", `>= 0 && <= ${Number.MAX_SAFE_INTEGER}`, size);
    return size;
  }

  // The bytes of our natives as a Buffer.
  const wrap = (bytes) => new FastBuffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isView = ArrayBuffer.isView;
  const tests = () => library("node:internal/inspect").tests;
  const isAnyBuffer = (value) => tests().isArrayBuffer(value) || tests().isSharedArrayBuffer(value);

  const statics = {
    poolSize: 65536,
    from(value, encoding, length) {
      if (typeof value === "string") return wrap(native.decode(value, encodingOrDefault(encoding)));
      if (typeof value === "object" && value !== null) {
        if (isAnyBuffer(value)) {
          let offset = encoding === undefined ? 0 : +encoding || 0;
          const most = value.byteLength - offset;
          if (most < 0) throw coded(RangeError, "ERR_BUFFER_OUT_OF_BOUNDS", "\"offset\" is outside of buffer bounds");
          const count = length === undefined ? most : Math.max(+length || 0, 0);
          if (count > most) throw coded(RangeError, "ERR_BUFFER_OUT_OF_BOUNDS", "\"length\" is outside of buffer bounds");
          return new FastBuffer(value, offset, count);
        }
        const primitive = value.valueOf?.();
        if (primitive != null && primitive !== value && (typeof primitive === "string" || typeof primitive === "object")) {
          return statics.from(primitive, encoding, length);
        }
        const copied = fromObject(value);
        if (copied !== undefined) return copied;
        if (typeof value[Symbol.toPrimitive] === "function") {
          const text = value[Symbol.toPrimitive]("string");
          if (typeof text === "string") return statics.from(text, encoding);
        }
      }
      throw invalidType("first argument", "of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object", value);
    },
    of: (...items) => fromObject(items),
    alloc(size, fill, encoding) {
      const buffer = new FastBuffer(needSize(size));
      return fill !== undefined && fill !== 0 && size > 0 ? buffer.fill(fill, encoding) : buffer;
    },
    allocUnsafe: (size) => new FastBuffer(needSize(size)),
    allocUnsafeSlow: (size) => new FastBuffer(needSize(size)),
    isBuffer: (value) => value instanceof FastBuffer,
    isEncoding: (name) => encodingOf(name) !== undefined,
    byteLength(value, encoding) {
      if (typeof value === "string") return native.byteLength(value, encodingOf(`${encoding}`) ?? "utf8");
      if (isView(value) || isAnyBuffer(value)) return value.byteLength;
      throw invalidType("string", "of type string or an instance of Buffer or ArrayBuffer", value);
    },
    compare(one, other) {
      if (!isBytes(one)) throw invalidType("buf1", "an instance of Buffer or Uint8Array", one);
      if (!isBytes(other)) throw invalidType("buf2", "an instance of Buffer or Uint8Array", other);
      return native.compare(one, other);
    },
    concat(list, length) {
      if (!Array.isArray(list)) throw invalidType("list", "an instance of Array", list);
      if (list.length === 0) return new FastBuffer();
      let total = 0;
      for (let i = 0; i < list.length; i++) total += needBytes(list[i], `list[${i}]`).length;
      if (length === undefined) length = total;
      else needWhole(length, "length", 0);
      const buffer = statics.alloc(length);
      for (let at = 0, i = 0; i < list.length && at < length; i++) {
        const item = list[i];
        const part = item.length > length - at ? item.subarray(0, length - at) : item;
        buffer.set(part, at);
        at += part.length;
      }
      return buffer;
    },
    copyBytesFrom(view, offset = 0, length) {
      if (!tests().isTypedArray(view)) throw invalidType("view", "an instance of TypedArray", view);
      needWhole(offset, "offset", 0);
      if (length !== undefined) needWhole(length, "length", 0);
      if (view.length === 0) return new FastBuffer();
      const part = length === undefined ? view.slice(offset) : view.slice(offset, offset + length);
      return new FastBuffer(part.buffer, part.byteOffset, part.byteLength);
    },
  };

  function fromObject(value) {
    if (value.length !== undefined || isAnyBuffer(value.buffer)) {
      if (typeof value.length !== "number") return new FastBuffer();
      const buffer = new FastBuffer(value.length > 0 ? value.length : 0);
      if (buffer.length === 0) return buffer;
      if (isView(value)) buffer.set(value);
      else for (let i = 0; i < buffer.length; i++) buffer[i] = value[i];
      return buffer;
    }
    if (value.type === "Buffer" && Array.isArray(value.data)) return fromObject(value.data);
    return undefined;
  }

  // The bytes of a buffer or a view, for what only looks at them. What is detached has none.
  function needContents(input) {
    const isBuffer = isAnyBuffer(input);
    if (!isBuffer && !tests().isTypedArray(input)) throw invalidType("input", "an instance of ArrayBuffer, Buffer, or TypedArray", input);
    if (input.byteLength === 0) return new Uint8Array();
    return isBuffer ? new Uint8Array(input) : new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  }

  // A place of a slice, as the language counts them.
  function place(value, length, otherwise) {
    if (value === undefined) return otherwise;
    const at = Math.trunc(+value) || 0;
    return at < 0 ? Math.max(length + at, 0) : Math.min(at, length);
  }

  // A place that is given as a whole number within bounds, if it is given.
  const placeIn = (value, name, most, otherwise) => (value === undefined ? otherwise : needWhole(value, name, 0, most));

  function needBytes(value, name) {
    if (!isBytes(value)) throw invalidType(name, "an instance of Buffer or Uint8Array", value);
    return value;
  }

  function search(buffer, value, from, encoding, forward) {
    if (typeof from === "string") ({ encoding, from } = { encoding: from });
    const length = buffer.length;
    from = +from;
    if (Number.isNaN(from)) from = forward ? 0 : length;
    from = Math.trunc(from);
    if (from < 0) from = Math.max(length + from, forward ? 0 : -1);
    if (from < 0) return -1;
    if (typeof value === "number") {
      const byte = value & 255;
      return forward ? Reflect.apply(indexOf, buffer, [byte, from]) : Reflect.apply(lastIndexOf, buffer, [byte, Math.min(from, length - 1)]);
    }
    if (typeof value === "string") value = native.decode(value, needEncoding(encoding));
    else if (!isBytes(value)) throw invalidType("value", "one of type number or string or an instance of Buffer or Uint8Array", value);
    return native.indexOf(buffer, value, from, forward);
  }

  const methods = {
    toString(encoding, start, end) {
      if (arguments.length === 0) return native.encode(this, "utf8", 0, this.length);
      const length = this.length;
      start = start === undefined || !(start > 0) ? 0 : Math.trunc(start);
      end = end === undefined || end > length ? length : Math.trunc(+end) || 0;
      if (start >= length || end <= start) return "";
      return native.encode(this, needEncoding(encoding), start, end);
    },
    toLocaleString(...args) { return Reflect.apply(methods.toString, this, args); },
    toJSON() { return { type: "Buffer", data: Array.from(this) }; },
    equals(other) {
      needBytes(other, "otherBuffer");
      return this === other || (this.byteLength === other.byteLength && native.compare(this, other) === 0);
    },
    compare(other, targetStart, targetEnd, start, end) {
      needBytes(other, "target");
      targetStart = targetStart === undefined ? 0 : needWhole(targetStart, "targetStart", 0);
      targetEnd = placeIn(targetEnd, "targetEnd", other.length, other.length);
      start = start === undefined ? 0 : needWhole(start, "sourceStart", 0);
      end = placeIn(end, "sourceEnd", this.length, this.length);
      return native.compare(this.subarray(start, end), other.subarray(targetStart, targetEnd));
    },
    indexOf(value, from, encoding) { return search(this, value, from, encoding, true); },
    lastIndexOf(value, from, encoding) { return search(this, value, from, encoding, false); },
    includes(value, from, encoding) { return search(this, value, from, encoding, true) !== -1; },
    slice(start, end) { return Reflect.apply(methods.subarray, this, [start, end]); },
    subarray(start, end) {
      const from = place(start, this.length, 0);
      const to = place(end, this.length, this.length);
      return new FastBuffer(this.buffer, this.byteOffset + from, Math.max(to - from, 0));
    },
    copy(target, targetStart = 0, start = 0, end = this.length) {
      if (!isView(target)) throw invalidType("target", "an instance of Buffer or Uint8Array", target);
      targetStart = Math.trunc(+targetStart) || 0;
      start = Math.trunc(+start) || 0;
      if (targetStart < 0) throw outOfRange("targetStart", ">= 0", targetStart);
      if (start < 0 || start > this.length) throw outOfRange("sourceStart", `>= 0 && <= ${this.length}`, start);
      if (end < 0) throw outOfRange("sourceEnd", ">= 0", end);
      end = Math.min(end, this.length);
      if (targetStart >= target.byteLength || start >= end) return 0;
      const count = Math.min(end - start, target.byteLength - targetStart);
      const to = new Uint8Array(target.buffer, target.byteOffset + targetStart, count);
      to.set(new Uint8Array(this.buffer, this.byteOffset + start, count));
      return count;
    },
    write(text, offset, length, encoding) {
      if (typeof text !== "string") throw invalidType("argument", "of type string", text);
      if (typeof offset === "string") ({ encoding, offset, length } = { encoding: offset, offset: 0 });
      else if (typeof length === "string") ({ encoding, length } = { encoding: length });
      offset = placeIn(offset, "offset", this.length, 0);
      const room = this.length - offset;
      length = placeIn(length, "length", this.length, room);
      return native.write(this, text, offset, Math.min(length, room), needEncoding(encoding || undefined));
    },
    fill(value, start, end, encoding) {
      if (typeof start === "string") ({ encoding, start, end } = { encoding: start });
      else if (typeof end === "string") ({ encoding, end } = { encoding: end });
      start = placeIn(start, "offset", this.length, 0);
      end = placeIn(end, "end", this.length, this.length);
      if (typeof value === "string") {
        if (encoding !== undefined && encoding !== null) needText(encoding, "encoding");
        if (value.length === 0) value = 0;
        else {
          const bytes = native.decode(value, needEncoding(encoding));
          if (bytes.length === 0) throw invalidValue("value", value);
          value = bytes;
        }
      }
      if (isBytes(value)) {
        if (value.length === 0) throw invalidValue("value", "");
        if (value.length === 1) value = value[0];
        else {
          for (let at = start; at < end; at += value.length) this.set(at + value.length <= end ? value : value.subarray(0, end - at), at);
          return this;
        }
      }
      Reflect.apply(fill, this, [typeof value === "boolean" ? +value : value & 255, start, end]);
      return this;
    },
    swap16() { return swap(this, 2); },
    swap32() { return swap(this, 4); },
    swap64() { return swap(this, 8); },
    [library("node:internal/inspect").inspect.custom](depth, context) {
      const most = Math.min(50, this.length);
      let text = native.encode(this, "hex", 0, most).replace(/(..)(?=.)/g, "$1 ");
      const more = this.length - most;
      if (more > 0) text += ` ... ${more} more byte${more > 1 ? "s" : ""}`;
      return `<${this.constructor.name}${text === "" ? "" : ` ${text}`}>`;
    },
  };

  function swap(buffer, size) {
    if (buffer.length % size !== 0) throw coded(RangeError, "ERR_INVALID_BUFFER_SIZE", `Buffer size must be a multiple of ${size * 8}-bits`);
    for (let at = 0; at < buffer.length; at += size) buffer.subarray(at, at + size).reverse();
    return buffer;
  }

  // Numbers: every method has its name, its size, and how it reads and writes.
  const scratch = new ArrayBuffer(8);
  const scratchBytes = new Uint8Array(scratch);
  const floats = { Float: new Float32Array(scratch), Double: new Float64Array(scratch) };

  function needOffset(buffer, offset, size) {
    if (typeof offset !== "number") throw invalidType("offset", "of type number", offset);
    const last = buffer.length - size;
    if (offset >= 0 && offset <= last && Number.isInteger(offset)) return;
    if (!Number.isInteger(offset)) throw outOfRange("offset", "an integer", offset);
    if (last < 0) throw coded(RangeError, "ERR_BUFFER_OUT_OF_BOUNDS", "Attempt to access memory outside buffer bounds");
    throw outOfRange("offset", `>= 0 and <= ${last}`, offset);
  }

  function needInteger(value, low, high) {
    if (value >= low && value <= high) return;
    if (typeof value !== typeof low) throw invalidType("value", `of type ${typeof low}`, value);
    if (value > high || value < low) throw outOfRange("value", `>= ${low} and <= ${high}`, value);
  }

  function readUnsigned(buffer, offset, size, little) {
    let value = 0;
    if (little) for (let i = size - 1; i >= 0; i--) value = value * 256 + buffer[offset + i];
    else for (let i = 0; i < size; i++) value = value * 256 + buffer[offset + i];
    return value;
  }
  function writeInteger(buffer, value, offset, size, little) {
    // Two's complement of a negative number.
    let rest = value < 0 ? value + 256 ** size : value;
    for (let i = 0; i < size; i++) {
      buffer[offset + (little ? i : size - 1 - i)] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return offset + size;
  }
  const signed = (value, size) => (value >= 256 ** size / 2 ? value - 256 ** size : value);

  array.forEach(["LE", "BE"], (order) => {
    const little = order === "LE";
    array.forEach([8, 16, 32], (bits) => {
      const size = bits / 8;
      if (size === 1 && !little) return;
      const end = size === 1 ? "" : order;
      methods[`readUInt${bits}${end}`] = function (offset = 0) { needOffset(this, offset, size); return readUnsigned(this, offset, size, little); };
      methods[`readInt${bits}${end}`] = function (offset = 0) { needOffset(this, offset, size); return signed(readUnsigned(this, offset, size, little), size); };
      methods[`writeUInt${bits}${end}`] = function (value, offset = 0) { value = +value; needInteger(value, 0, 256 ** size - 1); needOffset(this, offset, size); return writeInteger(this, Math.trunc(value) || 0, offset, size, little); };
      methods[`writeInt${bits}${end}`] = function (value, offset = 0) { value = +value; needInteger(value, -(256 ** size) / 2, 256 ** size / 2 - 1); needOffset(this, offset, size); return writeInteger(this, Math.trunc(value) || 0, offset, size, little); };
    });
    const needLength = (size) => { needWhole(size, "byteLength", 1, 6); };
    methods[`readUInt${order}`] = function (offset, size) { needLength(size); needOffset(this, offset, size); return readUnsigned(this, offset, size, little); };
    methods[`readInt${order}`] = function (offset, size) { needLength(size); needOffset(this, offset, size); return signed(readUnsigned(this, offset, size, little), size); };
    methods[`writeUInt${order}`] = function (value, offset, size) { needLength(size); value = +value; needInteger(value, 0, 256 ** size - 1); needOffset(this, offset, size); return writeInteger(this, value, offset, size, little); };
    methods[`writeInt${order}`] = function (value, offset, size) { needLength(size); value = +value; needInteger(value, -(256 ** size) / 2, 256 ** size / 2 - 1); needOffset(this, offset, size); return writeInteger(this, value, offset, size, little); };
    array.forEach(["Float", "Double"], (kind) => {
      const size = kind === "Float" ? 4 : 8;
      methods[`read${kind}${order}`] = function (offset = 0) {
        needOffset(this, offset, size);
        for (let i = 0; i < size; i++) scratchBytes[little ? i : size - 1 - i] = this[offset + i];
        return floats[kind][0];
      };
      methods[`write${kind}${order}`] = function (value, offset = 0) {
        needOffset(this, offset, size);
        floats[kind][0] = value;
        for (let i = 0; i < size; i++) this[offset + i] = scratchBytes[little ? i : size - 1 - i];
        return offset + size;
      };
    });
    const words = (buffer, offset) => {
      const one = readUnsigned(buffer, offset, 4, little), two = readUnsigned(buffer, offset + 4, 4, little);
      return little ? { high: two, low: one } : { high: one, low: two };
    };
    methods[`readBigUInt64${order}`] = function (offset = 0) { needOffset(this, offset, 8); const { high, low } = words(this, offset); return (BigInt(high) << 32n) + BigInt(low); };
    methods[`readBigInt64${order}`] = function (offset = 0) { needOffset(this, offset, 8); const { high, low } = words(this, offset); return (BigInt(high | 0) << 32n) + BigInt(low); };
    const writeBig = (buffer, value, offset) => {
      const low = Number(BigInt.asUintN(32, value)), high = Number(BigInt.asUintN(32, value >> 32n));
      writeInteger(buffer, little ? low : high, offset, 4, little);
      return writeInteger(buffer, little ? high : low, offset + 4, 4, little);
    };
    methods[`writeBigUInt64${order}`] = function (value, offset = 0) { needInteger(value, 0n, 2n ** 64n - 1n); needOffset(this, offset, 8); return writeBig(this, value, offset); };
    methods[`writeBigInt64${order}`] = function (value, offset = 0) { needInteger(value, -(2n ** 63n), 2n ** 63n - 1n); needOffset(this, offset, 8); return writeBig(this, value, offset); };
  });
  array.forEach(["utf8", "latin1", "ascii", "hex", "base64", "base64url", "ucs2"], (encoding) => {
    methods[`${encoding}Slice`] = function (start = 0, end = this.length) { return Reflect.apply(methods.toString, this, [encoding, start, end]); };
    methods[`${encoding}Write`] = function (text, offset = 0, length) { return Reflect.apply(methods.write, this, [text, offset, length, encoding]); };
  });

  array.forEach(Reflect.ownKeys(methods), (key) => {
    Object.defineProperty(FastBuffer.prototype, key, { __proto__: null, value: methods[key], writable: true, configurable: true, enumerable: true });
    // The older spelling.
    if (typeof key === "string" && text.includes(key, "UInt")) {
      Object.defineProperty(FastBuffer.prototype, text.replace(key, "UInt", "Uint"), { __proto__: null, value: methods[key], writable: true, configurable: true, enumerable: true });
    }
  });
  array.forEach(["parent", "offset"], (name) => {
    const key = name === "parent" ? "buffer" : "byteOffset";
    Object.defineProperty(FastBuffer.prototype, name, { __proto__: null, enumerable: true, get() { return statics.isBuffer(this) ? this[key] : undefined; } });
  });
  array.forEach(Object.keys(statics), (key) => { Object.defineProperty(Buffer, key, { __proto__: null, value: statics[key], writable: true, configurable: true, enumerable: true }); });

  function SlowBuffer(size) {
    return statics.allocUnsafeSlow(size);
  }
  const constants = { MAX_LENGTH, MAX_STRING_LENGTH: 2 ** 29 - 24 };
  return {
    Buffer, SlowBuffer, constants, kMaxLength: MAX_LENGTH, kStringMaxLength: constants.MAX_STRING_LENGTH, INSPECT_MAX_BYTES: 50,
    isUtf8: (bytes) => native.isUtf8(needContents(bytes)),
    isAscii(bytes) {
      bytes = needContents(bytes);
      for (let i = 0; i < bytes.length; i++) if (bytes[i] > 127) return false;
      return true;
    },
    transcode(bytes, from, to) {
      bytes = statics.from(needBytes(bytes, "source"));
      if (bytes.length === 0) return statics.alloc(0);
      const known = (name) => array.includes(["utf8", "utf16le", "latin1", "ascii"], name === undefined || name === null ? "utf8" : encodingOf(`${name}`));
      if (!known(from) || !known(to)) throw coded(Error, "U_ILLEGAL_ARGUMENT_ERROR", "Unable to transcode Buffer [U_ILLEGAL_ARGUMENT_ERROR]", { errno: 1 });
      return statics.from(bytes.toString(from), to);
    },
    get Blob() { return global.Blob; },
    get File() { return global.File; },
    get atob() { return global.atob; },
    get btoa() { return global.btoa; },
  };
};
