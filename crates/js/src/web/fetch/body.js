// Bodies of requests and responses (the Fetch standard, § 5.2 and § 5.3).
(language, native, library) => {
  "use strict";
  const { JSON, TypeError, Uint8Array, apply } = language;
  const { fault, isObject } = library("webidl");
  const { pending, attempt, react, rejected } = library("streams/base");
  const readable = library("streams/readable");
  const { isBlob, blobBytes, isForm, multipart, concat, bytesOf, encode, decode, streamOfBytes, blob, FormData, File } =
    library("blob");
  const { parse } = JSON;

  class Body {
    // The bytes, where they are known, or a record of a stream of them.
    bytes = undefined;
    stream = undefined;
    isUsed = false;

    // What a program reads and locks.
    asStream() {
      if (this.stream === undefined) {
        this.stream = streamOfBytes(this.bytes);
        if (this.isUsed) this.stream.isDisturbed = true;
      }
      return this.stream;
    }
    get isDisturbed() { return this.stream === undefined ? this.isUsed : this.stream.isDisturbed; }
    get isUnusable() { return this.isDisturbed || this.stream?.reader !== undefined; }
    // "Clone a body".
    copy() {
      const other = new Body();
      if (this.stream === undefined) {
        other.bytes = this.bytes;
      } else {
        const { tee } = library("streams/pipe");
        const [first, second] = tee(this.stream);
        this.bytes = undefined;
        this.stream = first;
        other.stream = second;
      }
      return other;
    }
  }

  function bodyOfBytes(bytes) {
    const body = new Body();
    body.bytes = bytes;
    return body;
  }

  function bodyOfStream(stream) {
    const body = new Body();
    body.stream = stream;
    return body;
  }

  // "Extract a body": the body, and the type that it brings.
  function extract(value, what) {
    if (readable.isStream(value)) {
      const stream = readable.streamOf(value);
      if (stream.isDisturbed || stream.reader !== undefined) throw fault(what, "The stream is locked or disturbed");
      return { body: bodyOfStream(stream), type: null, isStream: true };
    }
    if (isBlob(value)) return { body: bodyOfBytes(blobBytes(value)), type: value.type === "" ? null : value.type };
    const bytes = bytesOf(value);
    if (bytes !== undefined) return { body: bodyOfBytes(bytes), type: null };
    if (isForm(value)) {
      const boundary = `----WeftFormBoundary${native.unique()}`;
      return { body: bodyOfBytes(multipart(value, boundary)), type: `multipart/form-data; boundary=${boundary}` };
    }
    if (isObject(value) && value instanceof library("url").URLSearchParams) {
      return { body: bodyOfBytes(encode(`${value}`)), type: "application/x-www-form-urlencoded;charset=UTF-8" };
    }
    return { body: bodyOfBytes(encode(native.usv(`${value}`))), type: "text/plain;charset=UTF-8" };
  }

  // Reads the body to its end: a promise of its bytes.
  function consume(body, what) {
    if (body === null) return attempt(() => new Uint8Array(0));
    if (body.isUnusable) return rejected(fault(what, "body stream already read"));
    if (body.stream === undefined) {
      body.isUsed = true;
      return attempt(() => new Uint8Array(body.bytes));
    }
    const parts = [];
    return react(each(body, (chunk) => { parts[parts.length] = chunk; }), () => parts.length === 1 ? parts[0] : concat(parts));
  }

  // Gives the chunks of a body to `take`: a promise that they have come to their end.
  function each(body, take) {
    const made = pending();
    let reader;
    try {
      reader = readable.acquire(body.asStream());
    } catch (exception) {
      return rejected(exception);
    }
    const failed = (reason) => {
      made.reject(reason);
      if (reader.stream !== undefined) readable.cancel(reader.stream, reason);
    };
    const next = () => readable.read(reader, {
      chunk(value) {
        if (!(value instanceof Uint8Array)) return failed(new TypeError("Received non-Uint8Array chunk"));
        try {
          take(value);
        } catch (exception) {
          return failed(exception);
        }
        // From an empty stack, however many chunks there are.
        react(attempt(() => undefined), next);
      },
      close: () => made.resolve(),
      error: made.reject,
    });
    next();
    return made.promise;
  }

  function formOf(bytes, type) {
    const parts = native.parseForm(bytes, type ?? "");
    if (parts === null) throw new TypeError("Failed to fetch: could not parse content as FormData.");
    const form = new FormData();
    for (let i = 0; i < parts.length; i += 4) {
      const name = parts[i], value = parts[i + 1], filename = parts[i + 2], type = parts[i + 3];
      if (filename === undefined) form.append(name, value);
      else form.append(name, new File([value], filename, { type }));
    }
    return form;
  }

  // Gives a class the mixin Body. `of(object)` gives { body, type }; the body may be null.
  function mixIn(type, of) {
    const name = type.name;
    const reader = (method, convert) => ({
      [method]() {
        return attempt(() => {
          const given = of(this);
          const done = consume(given.body, `execute '${method}' on '${name}'`);
          return convert === undefined ? done : react(done, (bytes) => convert(bytes, given.type));
        });
      },
    })[method];
    const methods = {
      arrayBuffer: reader("arrayBuffer", (bytes) => {
        const { buffer, byteLength } = bytes;
        return buffer.byteLength === byteLength ? buffer : new Uint8Array(bytes).buffer;
      }),
      blob: reader("blob", (bytes, type) => blob(bytes, native.blobType(type ?? ""))),
      bytes: reader("bytes"),
      formData: reader("formData", formOf),
      json: reader("json", (bytes) => apply(parse, JSON, [decode(bytes)])),
      text: reader("text", (bytes) => decode(bytes)),
    };
    const members = language.Object.getOwnPropertyDescriptors({
      get body() {
        const { body } = of(this);
        return body === null ? null : readable.wrapStream(body.asStream());
      },
      get bodyUsed() {
        const { body } = of(this);
        return body !== null && body.isDisturbed;
      },
      ...methods,
    });
    language.Object.defineProperties(type.prototype, members);
  }

  return { Body, bodyOfBytes, bodyOfStream, extract, consume, each, mixIn };
}
