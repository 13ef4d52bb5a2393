// node:crypto, as far as digests and random numbers go.
(language, native, library) => {
  "use strict";
  const { ArrayBuffer, BigInt, Error, Math, Number, Object, Promise, RangeError, TypeError, Uint8Array, global } = language;
  const { Buffer } = library("node:buffer");
  const types = library("node:util/types");
  const { coded, invalidType, invalidValue, outOfRange, unsupported, needFunction, needInteger, needNumber, needObject, needText } = library("node:internal/errors");

  // The bytes of a view or a buffer. What is detached has none.
  function contentsOf(data) {
    const isView = ArrayBuffer.isView(data);
    if (!isView && !types.isAnyArrayBuffer(data)) return undefined;
    if (data.byteLength === 0) return new Uint8Array();
    return isView ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  }

  function bytesOf(data, encoding, name = "data") {
    if (typeof data === "string") return Buffer.from(data, Buffer.isEncoding(encoding) ? encoding : "utf8");
    const bytes = contentsOf(data);
    if (bytes !== undefined) return bytes;
    throw invalidType(name, "of type string or an instance of Buffer, TypedArray, or DataView", data);
  }
  const buffer = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  function output(bytes, encoding) {
    const name = encoding ? `${encoding}` : "buffer";
    return Buffer.isEncoding(name) ? buffer(bytes).toString(name) : buffer(bytes);
  }
  const algorithmOf = (name) => `${name}`.toLowerCase().replace(/^rsa-/, "").replace(/^sha-(?=\d)/, "sha");

  function newHash(algorithm, failed = () => new Error("Digest method not supported")) {
    needText(algorithm, "algorithm");
    const hash = native.hash(algorithmOf(algorithm));
    if (hash === undefined) throw failed();
    return hash;
  }

  const { Transform } = library("node:stream");
  let stateOf;
  // What a digest and an authentication code have in common, over an object with `update` and `digest`.
  class Digest extends Transform {
    #state;
    #isDone = false;
    constructor(state) {
      super();
      this.#state = state;
    }
    static { stateOf = (digest) => digest.#state; }
    update(data, encoding) {
      if (this.#isDone) throw coded(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
      this.#state.update(bytesOf(data, encoding));
      return this;
    }
    digest(encoding) {
      if (this.#isDone) throw coded(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
      this.#isDone = true;
      return output(this.#state.digest(), encoding);
    }
    _transform(chunk, encoding, done) {
      this.update(chunk, encoding);
      done();
    }
    _flush(done) {
      this.push(this.digest());
      done();
    }
  }

  const wrap = (hash) => ({
    hash,
    update: (bytes) => native.update(hash, bytes),
    digest: () => native.digest(hash),
  });
  // What the next digest begins with.
  let copied;
  class Hash extends Digest {
    constructor(algorithm) { super(copied ?? wrap(newHash(algorithm))); }
    copy() {
      copied = wrap(native.copy(stateOf(this).hash));
      try {
        return new Hash();
      } finally {
        copied = undefined;
      }
    }
  }
  class Hmac extends Digest {
    constructor(algorithm, key) { super(hmac(algorithm, bytesOf(key, undefined, "key"))); }
  }

  // RFC 2104.
  function hmac(algorithm, key) {
    const inner = newHash(algorithm, () => coded(TypeError, "ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${algorithm}`)), outer = newHash(algorithm);
    const size = native.blockSize(inner);
    if (key.length > size) {
      const hash = newHash(algorithm);
      native.update(hash, key);
      key = native.digest(hash);
    }
    const pad = (byte) => Uint8Array.from({ length: size }, (_, i) => (key[i] ?? 0) ^ byte);
    native.update(inner, pad(0x36));
    native.update(outer, pad(0x5c));
    return {
      update: (bytes) => native.update(inner, bytes),
      digest() {
        native.update(outer, native.digest(inner));
        return native.digest(outer);
      },
    };
  }

  // RFC 8018, § 5.2.
  function pbkdf2Sync(password, salt, iterations, length, algorithm) {
    needText(algorithm, "digest");
    const key = bytesOf(password, undefined, "password");
    salt = bytesOf(salt, undefined, "salt");
    needInteger(iterations, "iterations", 1, 2147483647);
    needInteger(length, "keylen", 0, 2147483647);
    const code = (...parts) => {
      const state = hmac(algorithm, key);
      for (const part of parts) state.update(part);
      return state.digest();
    };
    const derived = Buffer.alloc(length);
    for (let at = 0, block = 1; at < length; block++) {
      let last = code(salt, Uint8Array.of(block >>> 24, block >>> 16, block >>> 8, block));
      const sum = last.slice();
      for (let i = 1; i < iterations; i++) {
        last = code(last);
        for (let j = 0; j < sum.length; j++) sum[j] ^= last[j];
      }
      derived.set(sum.subarray(0, length - at), at);
      at += sum.length;
    }
    return derived;
  }

  function randomFillSync(target, offset, size) {
    const bytes = contentsOf(target);
    if (bytes === undefined) throw invalidType("buf", "an instance of ArrayBuffer, Buffer, TypedArray, or DataView", target);
    // Offsets count elements.
    const unit = target.BYTES_PER_ELEMENT ?? 1;
    const start = offset === undefined ? 0 : needNumber(offset, "offset") * unit;
    if (!(start >= 0 && start <= bytes.length)) throw outOfRange("offset", `>= 0 && <= ${bytes.length}`, offset);
    const count = size === undefined ? bytes.length - start : needNumber(size, "size") * unit;
    if (!(count >= 0 && start + count <= bytes.length)) throw outOfRange("size + offset", `<= ${bytes.length}`, size);
    native.random(bytes.subarray(start, start + count));
    return target;
  }

  function randomBytes(size, callback) {
    if (typeof size !== "number") throw invalidType("size", "of type number", size);
    if (!(size >= 0 && size <= 2147483647)) throw outOfRange("size", ">= 0 && <= 2147483647", size);
    const bytes = randomFillSync(Buffer.alloc(size));
    if (callback === undefined) return bytes;
    library("node:timers").setImmediate(callback, null, bytes);
    return undefined;
  }

  function randomInt(low, high, callback) {
    if (high === undefined || typeof high === "function") [low, high, callback] = [0, low, high];
    if (!Number.isSafeInteger(low)) throw invalidType("min", "a safe integer", low);
    if (!Number.isSafeInteger(high)) throw invalidType("max", "a safe integer", high);
    const range = high - low;
    if (!(range > 0 && range < 2 ** 48)) throw outOfRange("max", `greater than the value of "min" (${low})`, high);
    // What is above the last whole multiple would make some results likelier.
    const limit = 2 ** 48 - (2 ** 48 % range);
    let number;
    do number = randomBytes(6).readUIntBE(0, 6); while (number >= limit);
    const result = low + (number % range);
    if (callback === undefined) return result;
    library("node:timers").setImmediate(callback, null, result);
    return undefined;
  }

  function randomUUID(options) {
    if (options !== undefined) needObject(options, "options");
    const bytes = randomBytes(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  function timingSafeEqual(one, other) {
    const need = (bytes, name) => {
      if (bytes === undefined) throw invalidType(name, "an instance of ArrayBuffer, Buffer, TypedArray, or DataView", bytes);
      return bytes;
    };
    [one, other] = [need(contentsOf(one), "buf1"), need(contentsOf(other), "buf2")];
    if (one.length !== other.length) throw coded(RangeError, "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length");
    let difference = 0;
    for (let i = 0; i < one.length; i++) difference |= one[i] ^ other[i];
    return difference === 0;
  }

  const crypto = {
    createHash: (algorithm) => new Hash(algorithm),
    createHmac: (algorithm, key) => new Hmac(algorithm, key),
    hash(algorithm, data, encoding = "hex") {
      const hash = newHash(algorithm);
      native.update(hash, bytesOf(data));
      if (!Buffer.isEncoding(needText(encoding, "outputEncoding")) && encoding !== "buffer") throw invalidValue("outputEncoding", encoding);
      return output(native.digest(hash), encoding);
    },
    getHashes: () => ["RSA-MD5", "RSA-SHA1", "RSA-SHA224", "RSA-SHA256", "RSA-SHA384", "RSA-SHA512", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"],
    getCiphers: () => [],
    getCurves: () => [],
    getFips: () => 0,
    pbkdf2Sync,
    pbkdf2(password, salt, iterations, length, algorithm, callback) {
      needFunction(callback, "callback");
      const derived = pbkdf2Sync(password, salt, iterations, length, algorithm);
      library("node:timers").setImmediate(callback, null, derived);
    },
    randomBytes,
    pseudoRandomBytes: randomBytes,
    randomFillSync,
    randomFill(target, ...rest) {
      const callback = rest.pop();
      randomFillSync(target, ...rest);
      library("node:timers").setImmediate(callback, null, target);
    },
    randomInt,
    randomUUID,
    timingSafeEqual,
    Hash,
    Hmac,
    constants: {},
    get webcrypto() { return global.crypto; },
    get subtle() { return global.crypto?.subtle; },
    getRandomValues: (array) => global.crypto.getRandomValues(array),
  };
  for (const name of ["createCipheriv", "createDecipheriv", "createSign", "createVerify", "createDiffieHellman", "createECDH", "generateKeyPair", "generateKeyPairSync", "createPublicKey", "createPrivateKey", "createSecretKey", "scrypt", "scryptSync", "hkdf", "hkdfSync", "sign", "verify", "publicEncrypt", "privateDecrypt"]) {
    crypto[name] = () => { throw unsupported(`crypto.${name}`); };
  }
  return crypto;
};
