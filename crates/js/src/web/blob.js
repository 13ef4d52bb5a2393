// Blob, File and FormData (the File API, and XMLHttpRequest § 4), and URLs of blobs.
(language, native, library) => {
  "use strict";
  const { ArrayBuffer, Date, Number, RangeError, Symbol, TextDecoder, TextEncoder, TypeError, Uint8Array, apply } = language;
  const { expose, need, fault, isObject, clamp, dictionary, sequence, uncloneable, usv } = library("webidl");
  const { resolved, rejected, attempt } = library("streams/base");
  const { pairs } = library("iteration");

  const encoder = new TextEncoder(), encodeText = encoder.encode;
  const encode = (text) => apply(encodeText, encoder, [text]);
  const setBytes = Uint8Array.prototype.set;
  const decodeText = TextDecoder.prototype.decode;
  const decode = (bytes) => apply(decodeText, new TextDecoder(), [bytes]);

  // One array with the bytes of all.
  function concat(parts) {
    let size = 0;
    for (let i = 0; i < parts.length; i++) size += parts[i].length;
    const bytes = new Uint8Array(size);
    let at = 0;
    for (let i = 0; i < parts.length; i++) {
      apply(setBytes, bytes, [parts[i], at]);
      at += parts[i].length;
    }
    return bytes;
  }

  // A copy of the bytes of a buffer source, or undefined for what is none.
  function bytesOf(value) {
    if (!isObject(value)) return undefined;
    return native.bytes(value);
  }

  function part(value, endings) {
    const bytes = bytesOf(value);
    if (bytes !== undefined) return bytes;
    if (isBlob(value)) return blobBytes(value);
    const text = usv(value);
    return encode(endings ? native.lineEndings(text) : text);
  }

  const key = Symbol();
  let isBlob, blobBytes, typeOf;

  class Blob {
    // Nobody writes to them.
    #bytes;
    #type = "";

    constructor(parts = undefined, options = undefined) {
      native.portable(this, "blob", "blobSteps");
      if (parts === key) {
        this.#bytes = options.bytes;
        this.#type = options.type;
        return;
      }
      const what = "construct 'Blob'";
      let given = [];
      if (parts !== undefined) {
        if (!isObject(parts)) throw fault(what, "The provided value cannot be converted to a sequence.");
        given = sequence(parts, (item) => isObject(item) ? item : `${item}`, what);
      }
      const { endings = "transparent", type = "" } = dictionary(options, what);
      if (`${endings}` !== "transparent" && `${endings}` !== "native") {
        throw fault(what, `The provided value '${endings}' is not a valid enum value of type EndingType.`);
      }
      for (let i = 0; i < given.length; i++) given[i] = part(given[i], `${endings}` === "native");
      this.#bytes = given.length === 1 ? given[0] : concat(given);
      this.#type = native.blobType(`${type}`);
    }

    get size() { return this.#bytes.length; }
    get type() { return this.#type; }

    slice(start = 0, end = undefined, contentType = "") {
      const size = this.#bytes.length;
      const place = (value) => {
        const clamped = clamp(+value);
        return clamped < 0 ? (size + clamped > 0 ? size + clamped : 0) : clamped < size ? clamped : size;
      };
      const from = place(start), to = end === undefined ? size : place(end);
      const bytes = new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + from, to > from ? to - from : 0);
      return new Blob(key, { bytes, type: native.blobType(`${contentType}`) });
    }

    stream() { return streamOfBytes(this.#bytes).object; }
    text() { return attempt(() => decode(this.#bytes)); }
    arrayBuffer() { return attempt(() => new Uint8Array(this.#bytes).buffer); }
    bytes() { return attempt(() => new Uint8Array(this.#bytes)); }

    static {
      isBlob = (value) => isObject(value) && #bytes in value;
      blobBytes = (blob) => blob.#bytes;
      typeOf = (blob) => blob.#type;
    }
  }
  expose(Blob);

  // What goes along with a clone: only the bytes that are the blob's, though its array may be a part of another's.
  function serialize(blob) {
    const bytes = blobBytes(blob);
    return { __proto__: null, bytes: bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes), type: typeOf(blob) };
  }
  const blobSteps = {
    __proto__: null,
    serialize,
    deserialize: (data) => new Blob(key, data),
  };

  // A stream that gives these bytes, as copies.
  function streamOfBytes(bytes) {
    const { create, enqueue, close } = library("streams/bytes");
    let at = 0;
    const stream = create({
      pull() {
        const count = bytes.length - at < 65536 ? bytes.length - at : 65536;
        if (count > 0) enqueue(stream.controller, new Uint8Array(new Uint8Array(bytes.buffer, bytes.byteOffset + at, count)));
        at += count;
        if (at >= bytes.length) {
          close(stream.controller);
          // A reader's buffer that waits is given back empty.
          stream.controller.object.byobRequest?.respond(0);
        }
      },
    });
    return stream;
  }

  class File extends Blob {
    #name;
    #lastModified;
    constructor(parts, name, options = undefined) {
      const what = "construct 'File'";
      need(arguments.length, 2, what);
      super(parts, options);
      native.portable(this, "blob", "fileSteps");
      if (parts === key) {
        this.#name = name;
        this.#lastModified = options.lastModified;
        return;
      }
      this.#name = usv(name);
      const { lastModified } = dictionary(options, what);
      this.#lastModified = lastModified === undefined ? Date.now() : clamp(+lastModified);
    }
    get name() { return this.#name; }
    get lastModified() { return this.#lastModified; }
    static {
      fileSteps = {
        __proto__: null,
        serialize: (file) => ({ ...serialize(file), name: file.#name, lastModified: file.#lastModified }),
        deserialize: (data) => new File(key, data.name, data),
      };
    }
  }
  var fileSteps;
  expose(File);

  // "Create an entry": the value of an entry of a form.
  function entryValue(value, filename) {
    if (!isBlob(value)) return usv(value);
    const name = filename ?? (value instanceof File ? value.name : "blob");
    if (value instanceof File && filename === undefined) return value;
    return new File([value], name, { type: value.type, lastModified: value.lastModified });
  }

  let isForm, multipart;

  class FormData {
    #names = [];
    #values = [];
    constructor(form = undefined) {
      uncloneable(this);
      if (form !== undefined) throw new TypeError("Failed to construct 'FormData': parameter 1 is not of type 'HTMLFormElement'.");
    }
    append(name, value, filename = undefined) {
      need(arguments.length, 2, "execute 'append' on 'FormData'");
      checkBlob("append", value, arguments.length);
      const i = this.#names.length;
      this.#names[i] = usv(name);
      this.#values[i] = entryValue(value, filename === undefined ? undefined : usv(filename));
    }
    delete(name) {
      need(arguments.length, 1, "execute 'delete' on 'FormData'");
      name = usv(name);
      const names = this.#names, values = this.#values;
      this.#names = [];
      this.#values = [];
      for (let i = 0; i < names.length; i++) {
        if (names[i] === name) continue;
        this.#names[this.#names.length] = names[i];
        this.#values[this.#values.length] = values[i];
      }
    }
    get(name) {
      need(arguments.length, 1, "execute 'get' on 'FormData'");
      name = usv(name);
      for (let i = 0; i < this.#names.length; i++) if (this.#names[i] === name) return this.#values[i];
      return null;
    }
    getAll(name) {
      need(arguments.length, 1, "execute 'getAll' on 'FormData'");
      name = usv(name);
      const all = [];
      for (let i = 0; i < this.#names.length; i++) if (this.#names[i] === name) all[all.length] = this.#values[i];
      return all;
    }
    has(name) {
      need(arguments.length, 1, "execute 'has' on 'FormData'");
      name = usv(name);
      for (let i = 0; i < this.#names.length; i++) if (this.#names[i] === name) return true;
      return false;
    }
    set(name, value, filename = undefined) {
      need(arguments.length, 2, "execute 'set' on 'FormData'");
      checkBlob("set", value, arguments.length);
      name = usv(name);
      value = entryValue(value, filename === undefined ? undefined : usv(filename));
      const names = this.#names, values = this.#values;
      this.#names = [];
      this.#values = [];
      let isSet = false;
      for (let i = 0; i <= names.length; i++) {
        const isHere = !isSet && (i === names.length || names[i] === name);
        if (isHere) {
          isSet = true;
          this.#names[this.#names.length] = name;
          this.#values[this.#values.length] = value;
        } else if (i < names.length && names[i] !== name) {
          this.#names[this.#names.length] = names[i];
          this.#values[this.#values.length] = values[i];
        }
      }
    }
    static {
      isForm = (value) => isObject(value) && #names in value;
      multipart = (form, boundary) => {
        const parts = [];
        const put = (bytes) => { parts[parts.length] = bytes; };
        for (let i = 0; i < form.#names.length; i++) {
          const value = form.#values[i];
          const name = native.formName(form.#names[i], true);
          let head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`;
          if (isBlob(value)) {
            head += `; filename="${native.formName(value.name, false)}"\r\nContent-Type: ${value.type || "application/octet-stream"}`;
          }
          put(encode(`${head}\r\n\r\n`));
          put(isBlob(value) ? blobBytes(value) : encode(native.formValue(value)));
          put(encode("\r\n"));
        }
        put(encode(`--${boundary}--\r\n`));
        return concat(parts);
      };
      pairs(this, (form) => ({ count: form.#names.length, name: (i) => form.#names[i], value: (i) => form.#values[i] }));
    }
  }
  expose(FormData);

  function checkBlob(name, value, count) {
    if (count > 2 && !isBlob(value)) throw fault(`execute '${name}' on 'FormData'`, "parameter 2 is not of type 'Blob'.");
  }

  return {
    Blob, File, FormData, blobSteps, fileSteps,
    // For scripts of ours.
    isBlob, blobBytes, isForm, multipart, concat, bytesOf, encode, decode, streamOfBytes,
    blob: (bytes, type) => new Blob(key, { bytes, type }),
    createObjectURL(object) {
      if (!isBlob(object)) throw fault("execute 'createObjectURL' on 'URL'", "parameter 1 is not of type 'Blob'.");
      return native.putUrl(blobBytes(object), object.type);
    },
    revokeObjectURL: (url) => native.dropUrl(url),
    // The blob of a URL, or null.
    find(url) {
      const found = native.getUrl(url);
      return found === null ? null : new Blob(key, { bytes: found[0], type: found[1] });
    },
  };
}
