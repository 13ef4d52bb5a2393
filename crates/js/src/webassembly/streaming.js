// "Compile a potential WebAssembly response" (WebAssembly Web API, § 2): a module whose bytes are decoded while they arrive.
(language, native, library) => {
  "use strict";
  const { TypeError, Uint8Array } = language;
  const { resolved, react } = library("streams/base");

  // A promise of a Module. `isInstantiation` says which operation it is for, in messages.
  function load(isInstantiation, source, options) {
    const name = isInstantiation ? "WebAssembly.instantiateStreaming()" : "WebAssembly.compileStreaming()";
    const fault = (message) => new TypeError(`${name}: ${message}`);
    const compilation = native.begin(isInstantiation, options);
    return react(resolved(source), (response) => {
      const { isResponse, slotsOfResponse } = library("fetch");
      const { each } = library("fetch/body");
      if (!isResponse(response)) throw fault("Argument 0 must be a Response or a promise of one");
      const { headers, status, body } = slotsOfResponse(response);
      if (!native.isWasm(headers.get("content-type") ?? "")) {
        throw fault(`Incorrect response MIME type. Expected 'application/wasm', found '${headers.get("content-type") ?? ""}'.`);
      }
      if (!(status >= 200 && status <= 299)) throw fault(`HTTP status code is not ok: ${status}`);
      if (body === null) return native.finish(compilation);
      if (body.isUnusable) throw fault("Cannot compile WebAssembly.Module from an already read Response");
      if (body.stream === undefined) {
        body.isUsed = true;
        native.push(compilation, body.bytes);
        return native.finish(compilation);
      }
      return react(each(body, (chunk) => native.push(compilation, chunk)), () => native.finish(compilation));
    });
  }

  return {
    compileStreaming: (source, options) => load(false, source, options),
    instantiateStreaming: (source, imports, options) =>
      react(load(true, source, options), (module) => native.instantiate(module, imports)),
  };
}
