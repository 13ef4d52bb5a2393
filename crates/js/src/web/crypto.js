// Web Cryptography, as far as random numbers and digests go.
(language, native, library) => {
  "use strict";
  const { DOMException, Promise, TypeError } = language;
  const { expose, need, fault, isObject } = library("webidl");

  const key = language.Symbol();
  const digests = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];

  // "Normalize an algorithm" for digests.
  function normalize(algorithm) {
    const name = isObject(algorithm) ? algorithm.name : algorithm;
    if (isObject(algorithm) && name === undefined) throw fault("normalize an algorithm", "The 'name' member is required.");
    const given = `${name}`;
    for (let i = 0; i < digests.length; i++) if (native.isSame(given, digests[i])) return digests[i];
    throw new DOMException(`Unrecognized algorithm name '${given}'`, "NotSupportedError");
  }

  class SubtleCrypto {
    #brand;
    constructor(given = undefined) { if (given !== key) throw new TypeError("Illegal constructor"); }
    async digest(algorithm, data) {
      this.#brand;
      need(arguments.length, 2, "execute 'digest' on 'SubtleCrypto'");
      return native.digest(normalize(algorithm), data);
    }
  }
  expose(SubtleCrypto);

  class Crypto {
    #subtle = new SubtleCrypto(key);
    constructor(given = undefined) { if (given !== key) throw new TypeError("Illegal constructor"); }
    get subtle() { return this.#subtle; }
    getRandomValues(array) {
      this.#subtle;
      const what = "execute 'getRandomValues' on 'Crypto'";
      need(arguments.length, 1, what);
      if (!native.isView(array)) throw fault(what, "parameter 1 is not of type 'ArrayBufferView'.");
      if (!native.isIntegers(array)) {
        throw new DOMException(`Failed to ${what}: The provided value is not an integer typed array.`, "TypeMismatchError");
      }
      if (native.size(array) > 65536) {
        const message = `Failed to ${what}: The ArrayBufferView's byte length exceeds the number of bytes of entropy available via this API (65536)`;
        throw new DOMException(message, "QuotaExceededError");
      }
      native.fill(array);
      return array;
    }
    randomUUID() {
      this.#subtle;
      return native.uuid();
    }
  }
  expose(Crypto);

  const crypto = new Crypto(key);
  return { Crypto, SubtleCrypto, crypto: () => library("globals").replaceable("crypto", crypto) };
}
