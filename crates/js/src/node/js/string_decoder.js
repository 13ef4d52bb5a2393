// node:string_decoder: text from bytes that come in pieces.
(language, native, library) => {
  "use strict";
  const { Uint8Array, ArrayBuffer } = language;
  const { Buffer } = library("node:buffer");
  const { coded, invalidType } = library("node:internal/errors");
  const names = { utf8: "utf8", "utf-8": "utf8", utf16le: "utf16le", "utf-16le": "utf16le", ucs2: "utf16le", "ucs-2": "utf16le", base64: "base64", base64url: "base64url" };

  // How many bytes at the end belong to a character or group that has not ended.
  function pending(encoding, bytes) {
    if (encoding === "base64" || encoding === "base64url") return bytes.length % 3;
    if (encoding === "utf16le") {
      const odd = bytes.length % 2;
      const high = bytes[bytes.length - odd - 1];
      return bytes.length - odd >= 2 && high >= 0xd8 && high <= 0xdb ? odd + 2 : odd;
    }
    for (let back = 1; back <= Math.min(3, bytes.length); back++) {
      const byte = bytes[bytes.length - back];
      if ((byte & 0xc0) === 0x80) continue;
      const length = byte >= 0xf0 && byte < 0xf8 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
      return length > back && byte < 0xf8 ? back : 0;
    }
    return 0;
  }
  const { Math } = language;

  function StringDecoder(encoding) {
    if (!new.target) return new StringDecoder(encoding);
    encoding ??= "utf8";
    if (!Buffer.isEncoding(encoding)) throw coded(language.TypeError, "ERR_UNKNOWN_ENCODING", `Unknown encoding: ${typeof encoding === "symbol" ? language.String(encoding) : encoding}`);
    this.encoding = names[encoding.toLowerCase()] ?? encoding;
    this._rest = Buffer.alloc(0);
  }
  StringDecoder.prototype.write = function (bytes) {
    if (typeof bytes === "string") return bytes;
    if (!ArrayBuffer.isView(bytes)) throw invalidType("buf", "an instance of Buffer, TypedArray, or DataView", bytes);
    if (bytes.byteLength === 0) return "";
    const part = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (names[this.encoding] === undefined) return part.toString(this.encoding);
    const whole = this._rest.length > 0 ? Buffer.concat([this._rest, part]) : part;
    const count = pending(this.encoding, whole);
    this._rest = Buffer.from(whole.subarray(whole.length - count));
    return whole.toString(this.encoding, 0, whole.length - count);
  };
  StringDecoder.prototype.end = function (bytes) {
    const text = bytes === undefined ? "" : this.write(bytes);
    const rest = this._rest;
    this._rest = Buffer.alloc(0);
    return text + rest.toString(this.encoding);
  };
  StringDecoder.prototype.text = function (bytes, offset) {
    this._rest = Buffer.alloc(0);
    return this.write(bytes.subarray(offset));
  };
  return { StringDecoder };
};
