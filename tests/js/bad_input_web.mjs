// What the web has around `WebAssembly` with bad input; `bad_input/table.mjs` says what the letters are.
import { construction, row, wrongReceivers } from "./bad_input/table.mjs";

// Text, bytes and their encodings.
await row("new TextDecoder(_)", (value) => new TextDecoder(value));
await row("new TextDecoder('utf-8', _)", (value) => new TextDecoder("utf-8", value));
await row("new TextDecoder('utf-8', { fatal: _ })", (fatal) => new TextDecoder("utf-8", { fatal }));
await row("decoder.decode(_)", (value) => new TextDecoder().decode(value));
await row("decoder.decode(bytes, _)", (value) => new TextDecoder().decode(new Uint8Array(1), value));
await row("decoder.decode(bytes, { stream: _ })", (stream) => new TextDecoder().decode(new Uint8Array(1), { stream }));
await construction(TextDecoder);
await wrongReceivers(TextDecoder, new TextDecoder());
await row("encoder.encode(_)", (value) => new TextEncoder().encode(value));
await row("encoder.encodeInto(_, bytes)", (value) => new TextEncoder().encodeInto(value, new Uint8Array(1)));
await row("encoder.encodeInto('', _)", (value) => new TextEncoder().encodeInto("text", value));
await construction(TextEncoder);
await wrongReceivers(TextEncoder, new TextEncoder(), ["", new Uint8Array(1)]);
for (const name of ["atob", "btoa"]) await row(`${name}(_)`, (value) => globalThis[name](value));

// URLs.
await row("new URL(_)", (value) => new URL(value));
await row("new URL('a', _)", (value) => new URL("a", value));
for (const name of ["canParse", "parse"]) await row(`URL.${name}(_)`, (value) => URL[name](value));
for (const name of ["createObjectURL", "revokeObjectURL"]) await row(`URL.${name}(_)`, (value) => URL[name](value));
for (const name of ["href", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"]) {
  await row(`url.${name} = _`, (value) => { new URL("http://a/b")[name] = value; });
}
await construction(URL, "a:b");
await wrongReceivers(URL, new URL("a:b"));
await row("new URLSearchParams(_)", (value) => new URLSearchParams(value));
await row("new URLSearchParams([_])", (value) => new URLSearchParams([value]));
await row("new URLSearchParams([[_, _]])", (value) => new URLSearchParams([[value, value]]));
await row("new URLSearchParams({ a: _ })", (a) => new URLSearchParams({ a }));
for (const name of ["get", "getAll", "has", "delete", "forEach"]) await row(`parameters.${name}(_)`, (value) => new URLSearchParams("a=b")[name](value));
for (const name of ["append", "set", "has", "delete"]) await row(`parameters.${name}('a', _)`, (value) => new URLSearchParams("a=b")[name]("a", value));
await construction(URLSearchParams);
await wrongReceivers(URLSearchParams, new URLSearchParams(), ["a", "b"]);

// Events.
await row("new Event(_)", (value) => new Event(value));
for (const Class of [Event, CustomEvent, MessageEvent, ErrorEvent, PromiseRejectionEvent, CloseEvent]) {
  const promise = { promise: Promise.resolve() };
  await row(`new ${Class.name}('a', _)`, (value) => new Class("a", value));
  await construction(Class, "a", promise);
  await wrongReceivers(Class, new Class("a", promise), ["a"]);
}
await row("new MessageEvent('a', { source: _ })", (source) => new MessageEvent("a", { source }));
await row("new MessageEvent('a', { ports: _ })", (ports) => new MessageEvent("a", { ports }));
await row("new MessageEvent('a', { ports: [_] })", (port) => new MessageEvent("a", { ports: [port] }));
await row("new ErrorEvent('a', { message: _ })", (message) => new ErrorEvent("a", { message }));
await row("target.addEventListener(_, f)", (value) => new EventTarget().addEventListener(value, () => {}));
await row("target.addEventListener('a', _)", (value) => new EventTarget().addEventListener("a", value));
await row("target.addEventListener('a', f, _)", (value) => new EventTarget().addEventListener("a", () => {}, value));
await row("target.addEventListener('a', f, { signal: _ })", (signal) => new EventTarget().addEventListener("a", () => {}, { signal }));
await row("target.removeEventListener('a', _)", (value) => new EventTarget().removeEventListener("a", value));
await row("target.dispatchEvent(_)", (value) => new EventTarget().dispatchEvent(value));
await construction(EventTarget);
await row("new AbortController().abort(_)", (value) => new AbortController().abort(value));
await construction(AbortController);
await wrongReceivers(AbortController, new AbortController());
await row("AbortSignal.abort(_)", (value) => AbortSignal.abort(value));
await row("AbortSignal.timeout(_)", (value) => AbortSignal.timeout(value));
await row("AbortSignal.any(_)", (value) => AbortSignal.any(value));
await row("AbortSignal.any([_])", (value) => AbortSignal.any([value]));
await row("new AbortSignal(_)", (value) => new AbortSignal(value));
await wrongReceivers(AbortSignal, AbortSignal.abort());
await row("new DOMException(_)", (value) => new DOMException(value));
await row("new DOMException('', _)", (value) => new DOMException("", value));
await construction(DOMException);
await wrongReceivers(DOMException, new DOMException());

// Headers, requests and responses.
await row("new Headers(_)", (value) => new Headers(value));
await row("new Headers([_])", (value) => new Headers([value]));
await row("new Headers([[_, 'a']])", (value) => new Headers([[value, "a"]]));
await row("new Headers({ a: _ })", (a) => new Headers({ a }));
for (const name of ["get", "has", "delete", "forEach"]) await row(`headers.${name}(_)`, (value) => new Headers([["a", "b"]])[name](value));
for (const name of ["append", "set"]) await row(`headers.${name}('a', _)`, (value) => new Headers()[name]("a", value));
await construction(Headers);
await wrongReceivers(Headers, new Headers(), ["a", "b"]);
await row("fetch(_)", (value) => fetch(value));
await row("fetch('data:,', _)", (value) => fetch("data:,", value));
await row("new Request(_)", (value) => new Request(value));
await row("new Request('a:b', _)", (value) => new Request("a:b", value));
for (const name of ["method", "headers", "body", "signal", "mode", "credentials", "cache", "redirect", "referrer", "referrerPolicy", "integrity", "keepalive", "duplex", "window"]) {
  await row(`new Request('a:b', { ${name}: _ })`, (value) => new Request("http://a", { method: "POST", duplex: "half", [name]: value }));
}
await construction(Request, "a:b");
await wrongReceivers(Request, new Request("a:b"));
await row("new Response(_)", (value) => new Response(value));
await row("new Response('', _)", (value) => new Response("", value));
for (const name of ["status", "statusText", "headers"]) await row(`new Response('', { ${name}: _ })`, (value) => new Response("", { [name]: value }));
await row("Response.json(_)", (value) => Response.json(value));
await row("Response.redirect(_)", (value) => Response.redirect(value));
await row("Response.redirect('a:b', _)", (value) => Response.redirect("a:b", value));
await construction(Response);
await wrongReceivers(Response, new Response());
await row("compileStreaming(response of _)", (value) => WebAssembly.compileStreaming(new Response(value, { headers: { "content-type": "application/wasm" } })));

// Blobs and forms.
await row("new Blob(_)", (value) => new Blob(value));
await row("new Blob([_])", (value) => new Blob([value]));
await row("new Blob([], _)", (value) => new Blob([], value));
await row("new Blob([], { type: _ })", (type) => new Blob([], { type }));
await row("new Blob([], { endings: _ })", (endings) => new Blob([], { endings }));
await row("blob.slice(_)", (value) => new Blob(["text"]).slice(value));
await construction(Blob);
await wrongReceivers(Blob, new Blob());
await row("new File(_, 'a')", (value) => new File(value, "a"));
await row("new File([], _)", (value) => new File([], value));
await row("new File([], 'a', _)", (value) => new File([], "a", value));
await row("new File([], 'a', { lastModified: _ })", (lastModified) => new File([], "a", { lastModified }));
await construction(File, [], "a");
await wrongReceivers(File, new File([], "a"));
await row("new FormData(_)", (value) => new FormData(value));
for (const name of ["get", "getAll", "has", "delete", "forEach"]) await row(`form.${name}(_)`, (value) => { const form = new FormData(); form.append("a", "b"); return form[name](value); });
for (const name of ["append", "set"]) {
  await row(`form.${name}('a', _)`, (value) => new FormData()[name]("a", value));
  await row(`form.${name}('a', _, 'name')`, (value) => new FormData()[name]("a", value, "name"));
}
await construction(FormData);
await wrongReceivers(FormData, new FormData(), ["a", "b"]);

// Functions of the global object.
await row("structuredClone(_)", (value) => structuredClone(value));
await row("structuredClone(0, _)", (value) => structuredClone(0, value));
await row("structuredClone(0, { transfer: _ })", (transfer) => structuredClone(0, { transfer }));
await row("structuredClone(0, { transfer: [_] })", (value) => structuredClone(0, { transfer: [value] }));
await row("queueMicrotask(_)", (value) => queueMicrotask(value));
await row("clearTimeout(_)", (value) => clearTimeout(value));
await row("setTimeout(f, _)", (value) => clearTimeout(setTimeout(() => {}, value)));
await row("reportError(_)", (value) => typeof value === "symbol" ? reportError : 0);
await row("crypto.getRandomValues(_)", (value) => crypto.getRandomValues(value));
await row("crypto.subtle.digest(_, bytes)", (value) => crypto.subtle.digest(value, new Uint8Array(1)));
await row("crypto.subtle.digest({ name: _ }, bytes)", (name) => crypto.subtle.digest({ name }, new Uint8Array(1)));
await row("crypto.subtle.digest('SHA-1', _)", (value) => crypto.subtle.digest("SHA-1", value));
await row("new Crypto(_)", (value) => new Crypto(value));
await row("new SubtleCrypto(_)", (value) => new SubtleCrypto(value));
await wrongReceivers(Crypto, crypto, [new Uint8Array(1)]);
await wrongReceivers(SubtleCrypto, crypto.subtle, ["SHA-1", new Uint8Array(1)]);
for (const name of ["mark", "clearMarks", "clearMeasures", "getEntriesByName", "getEntriesByType"]) {
  await row(`performance.${name}(_)`, (value) => performance[name](value));
}
await row("performance.mark('a', _)", (value) => performance.mark("a", value));
await row("performance.measure('a', _)", (value) => performance.measure("a", value));
await row("new Performance(_)", (value) => new Performance(value));
await wrongReceivers(Performance, performance, ["a"]);
await wrongReceivers(Navigator, navigator);

// Messages.
const { port1 } = new MessageChannel();
await row("port.postMessage(_)", (value) => port1.postMessage(value));
await row("port.postMessage(0, _)", (value) => port1.postMessage(0, value));
await row("port.postMessage(0, { transfer: _ })", (transfer) => port1.postMessage(0, { transfer }));
await row("port.onmessage = _", (value) => { port1.onmessage = value; port1.onmessage = null; });
await row("new MessagePort(_)", (value) => new MessagePort(value));
port1.close();
await construction(MessageChannel);
await row("new BroadcastChannel(_)", (value) => new BroadcastChannel(value).close());
const channel = new BroadcastChannel("a");
await row("channel.postMessage(_)", (value) => channel.postMessage(value));
channel.close();
//> new TextDecoder(_)                           .RRRRRRTRRRMMTRTTRRT
//> new TextDecoder('utf-8', _)                  ..TTTTTT....MT......
//> new TextDecoder('utf-8', { fatal: _ })       ....................
//> decoder.decode(_)                            .TTTTTTTTTTTTT.....T
//> decoder.decode(bytes, _)                     ..TTTTTT....MT......
//> decoder.decode(bytes, { stream: _ })         ....................
//> TextDecoder                                  construction T..M
//> TextDecoder                                  receivers 
//> encoder.encode(_)                            .......T...MMT.TT..T
//> encoder.encodeInto(_, bytes)                 .......T...MMT.TT..T
//> encoder.encodeInto('', _)                    TTTTTTTTTTTTTTT..TTT
//> TextEncoder                                  construction T..M
//> TextEncoder                                  receivers 
//> atob(_)                                      D.D..D.TD.DMMTDTTDDT
//> btoa(_)                                      .......T...MMT.TT..T
//> new URL(_)                                   TTTTTTTTTTTMMTTTTTTT
//> new URL('a', _)                              TTTTTTTTTTTMMTTTTTTT
//> URL.canParse(_)                              .......T...MMT.TT..T
//> URL.parse(_)                                 .......T...MMT.TT..T
//> URL.createObjectURL(_)                       TTTTTTTTTTTTTTTTTTTT
//> URL.revokeObjectURL(_)                       .......T...MMT.TT..T
//> url.href = _                                 TTTTTTTTTTTMMTTTTTTT
//> url.protocol = _                             .......T...MMT.TT..T
//> url.username = _                             .......T...MMT.TT..T
//> url.password = _                             .......T...MMT.TT..T
//> url.host = _                                 .......T...MMT.TT..T
//> url.hostname = _                             .......T...MMT.TT..T
//> url.port = _                                 .......T...MMT.TT..T
//> url.pathname = _                             .......T...MMT.TT..T
//> url.search = _                               .......T...MMT.TT..T
//> url.hash = _                                 .......T...MMT.TT..T
//> URL                                          construction T.!M
//> URL                                          receivers 
//> new URLSearchParams(_)                       .......T...MMT.TT..T
//> new URLSearchParams([_])                     TTTTTTTTTTTMMTTTTTTT
//> new URLSearchParams([[_, _]])                .......T...MMT.TT..T
//> new URLSearchParams({ a: _ })                .......T...MMT.TT..T
//> parameters.get(_)                            .......T...MMT.TT..T
//> parameters.getAll(_)                         .......T...MMT.TT..T
//> parameters.has(_)                            .......T...MMT.TT..T
//> parameters.delete(_)                         .......T...MMT.TT..T
//> parameters.forEach(_)                        TTTTTTTTTT.TTTTTTTTT
//> parameters.append('a', _)                    .......T...MMT.TT..T
//> parameters.set('a', _)                       .......T...MMT.TT..T
//> parameters.has('a', _)                       .......T...MMT.TT..T
//> parameters.delete('a', _)                    .......T...MMT.TT..T
//> URLSearchParams                              construction T.!M
//> URLSearchParams                              receivers 
//> new Event(_)                                 .......T...MMT.TT..T
//> new Event('a', _)                            ..TTTTTT....MT......
//> Event                                        construction T.!M
//> Event                                        receivers 
//> new CustomEvent('a', _)                      ..TTTTTT....MT......
//> CustomEvent                                  construction T.!M
//> CustomEvent                                  receivers 
//> new MessageEvent('a', _)                     ..TTTTTT....MT......
//> MessageEvent                                 construction T.!M
//> MessageEvent                                 receivers 
//> new ErrorEvent('a', _)                       ..TTTTTT....MT......
//> ErrorEvent                                   construction T.!M
//> ErrorEvent                                   receivers 
//> new PromiseRejectionEvent('a', _)            TTTTTTTTTTTTMTTTTTTT
//> PromiseRejectionEvent                        construction T.!M
//> PromiseRejectionEvent                        receivers 
//> new CloseEvent('a', _)                       ..TTTTTT....MT......
//> CloseEvent                                   construction T.!M
//> CloseEvent                                   receivers 
//> new MessageEvent('a', { source: _ })         ..TTTTTTTTTTTTTTTTTT
//> new MessageEvent('a', { ports: _ })          .TTTTTTTT.TMMTTTTTTT
//> new MessageEvent('a', { ports: [_] })        TTTTTTTTTTTTTTTTTTTT
//> new ErrorEvent('a', { message: _ })          .......T...MMT.TT..T
//> target.addEventListener(_, f)                .......T...MMT.TT..T
//> target.addEventListener('a', _)              ..TTTTTT............
//> target.addEventListener('a', f, _)           ............MT......
//> target.addEventListener('a', f, { signal: _ }) .TTTTTTTTTTTTTTTTTTT
//> target.removeEventListener('a', _)           ..TTTTTT............
//> target.dispatchEvent(_)                      TTTTTTTTTTTTTTTTTTTT
//> EventTarget                                  construction T.!M
//> new AbortController().abort(_)               ....................
//> AbortController                              construction T.!M
//> AbortController                              receivers 
//> AbortSignal.abort(_)                         ....................
//> AbortSignal.timeout(_)                       T.TTTTTTT.TMMTTTTTTT
//> AbortSignal.any(_)                           TTTTTTTTT.TMMTTTTTTT
//> AbortSignal.any([_])                         TTTTTTTTTTTTTTTTTTTT
//> new AbortSignal(_)                           TTTTTTTTTTTTTTTTTTTT
//> AbortSignal                                  receivers 
//> new DOMException(_)                          .......T...MMT.TT..T
//> new DOMException('', _)                      .......T...MMT.TT..T
//> DOMException                                 construction T..M
//> DOMException                                 receivers 
//> new Headers(_)                               .TTTTTTT...MMT.TT..T
//> new Headers([_])                             TTTTTTTTTTTMMTTTTTTT
//> new Headers([[_, 'a']])                      .......TTTTMMTTTTTTT
//> new Headers({ a: _ })                        .......T...MMT.TT..T
//> headers.get(_)                               .......TTTTMMTTTTTTT
//> headers.has(_)                               .......TTTTMMTTTTTTT
//> headers.delete(_)                            .......TTTTMMTTTTTTT
//> headers.forEach(_)                           TTTTTTTTTT.TTTTTTTTT
//> headers.append('a', _)                       .......T...MMT.TT..T
//> headers.set('a', _)                          .......T...MMT.TT..T
//> Headers                                      construction T.!M
//> Headers                                      receivers 
//> fetch(_)                                     ttttttttt.tmmttttttt
//> fetch('data:,', _)                           ..tttttt....mt......
//> new Request(_)                               .......T...MMT.TT..T
//> new Request('a:b', _)                        ..TTTTTT....MT......
//> new Request('a:b', { method: _ })            .......TTTTMMTTTTTTT
//> new Request('a:b', { headers: _ })           .TTTTTTT...MMT.TT..T
//> new Request('a:b', { body: _ })              .......T...MMT.....T
//> new Request('a:b', { signal: _ })            ..TTTTTTTTTTTTTTTTTT
//> new Request('a:b', { mode: _ })              .TTTTTTTTTTMMTTTTTTT
//> new Request('a:b', { credentials: _ })       .TTTTTTTTTTMMTTTTTTT
//> new Request('a:b', { cache: _ })             .TTTTTTTTTTMMTTTTTTT
//> new Request('a:b', { redirect: _ })          .TTTTTTTTTTMMTTTTTTT
//> new Request('a:b', { referrer: _ })          .......T...MMT.TT..T
//> new Request('a:b', { referrerPolicy: _ })    .TTTTTTTT.TMMTTTTTTT
//> new Request('a:b', { integrity: _ })         .......T...MMT.TT..T
//> new Request('a:b', { keepalive: _ })         ....................
//> new Request('a:b', { duplex: _ })            .TTTTTTTTTTMMTTTTTTT
//> new Request('a:b', { window: _ })            ..TTTTTTTTTTTTTTTTTT
//> Request                                      construction T.!M
//> Request                                      receivers 
//> new Response(_)                              .......T...MMT.....T
//> new Response('', _)                          ..TTTTTT....MT......
//> new Response('', { status: _ })              .RRRRTRTRRRMMTRTTRRT
//> new Response('', { statusText: _ })          .......T...MMT.TT..T
//> new Response('', { headers: _ })             .TTTTTTT...MMT.TT..T
//> Response.json(_)                             T....T.T..T.MT......
//> Response.redirect(_)                         .......T...MMT.TT..T
//> Response.redirect('a:b', _)                  .RRRRTRTRRRMMTRTTRRT
//> Response                                     construction T.!M
//> Response                                     receivers 
//> compileStreaming(response of _)              cccccccTcccMMTcccccT
//> new Blob(_)                                  .TTTTTTTT.TMMTTTTTTT
//> new Blob([_])                                .......T...MMT.....T
//> new Blob([], _)                              ..TTTTTT....MT......
//> new Blob([], { type: _ })                    .......T...MMT.TT..T
//> new Blob([], { endings: _ })                 .TTTTTTTTTTMMTTTTTTT
//> blob.slice(_)                                .....T.T...MMT.TT..T
//> Blob                                         construction T.!M
//> Blob                                         receivers 
//> new File(_, 'a')                             .TTTTTTTT.TMMTTTTTTT
//> new File([], _)                              .......T...MMT.TT..T
//> new File([], 'a', _)                         ..TTTTTT....MT......
//> new File([], 'a', { lastModified: _ })       .....T.T...MMT.TT..T
//> File                                         construction T.!M
//> File                                         receivers 
//> new FormData(_)                              .TTTTTTTTTTTTTTTTTTT
//> form.get(_)                                  .......T...MMT.TT..T
//> form.getAll(_)                               .......T...MMT.TT..T
//> form.has(_)                                  .......T...MMT.TT..T
//> form.delete(_)                               .......T...MMT.TT..T
//> form.forEach(_)                              TTTTTTTTTT.TTTTTTTTT
//> form.append('a', _)                          .......T...MMT.TT..T
//> form.append('a', _, 'name')                  TTTTTTTTTTTTTTTTTTTT
//> form.set('a', _)                             .......T...MMT.TT..T
//> form.set('a', _, 'name')                     TTTTTTTTTTTTTTTTTTTT
//> FormData                                     construction T.!M
//> FormData                                     receivers 
//> structuredClone(_)                           .......D..DDDDDDD..D
//> structuredClone(0, _)                        ..TTTTTT....MTT...T.
//> structuredClone(0, { transfer: _ })          .TTTTTTTT.TMMTTTTTTT
//> structuredClone(0, { transfer: [_] })        TTTTTTTTDDDDDDDDDD.D
//> queueMicrotask(_)                            TTTTTTTTTT.TTTTTTTTT
//> clearTimeout(_)                              ....................
//> setTimeout(f, _)                             .....T.T...MMT.TT..T
//> reportError(_)                               ....................
//> crypto.getRandomValues(_)                    TTTTTTTTTTTTTTT..TTT
//> crypto.subtle.digest(_, bytes)               dddddddtttdtmttttttt
//> crypto.subtle.digest({ name: _ }, bytes)     tddddddtdddmmtdttddt
//> crypto.subtle.digest('SHA-1', _)             tttttttttttttt...t.t
//> new Crypto(_)                                TTTTTTTTTTTTTTTTTTTT
//> new SubtleCrypto(_)                          TTTTTTTTTTTTTTTTTTTT
//> Crypto                                       receivers 
//> SubtleCrypto                                 receivers 
//> performance.mark(_)                          .......T...MMT.TT..T
//> performance.clearMarks(_)                    .......T...MMT.TT..T
//> performance.clearMeasures(_)                 .......T...MMT.TT..T
//> performance.getEntriesByName(_)              .......T...MMT.TT..T
//> performance.getEntriesByType(_)              .......T...MMT.TT..T
//> performance.mark('a', _)                     ..TTTTTT....MT......
//> performance.measure('a', _)                  ..DDDDDT....MT......
//> new Performance(_)                           TTTTTTTTTTTTTTTTTTTT
//> Performance                                  receivers 
//> Navigator                                    receivers 
//> port.postMessage(_)                          .......D..DDDDDDD..D
//> port.postMessage(0, _)                       ..TTTTTT...MMTTTT.TT
//> port.postMessage(0, { transfer: _ })         .TTTTTTTT.TMMTTTTTTT
//> port.onmessage = _                           ....................
//> new MessagePort(_)                           TTTTTTTTTTTTTTTTTTTT
//> MessageChannel                               construction T.!M
//> new BroadcastChannel(_)                      .......T...MMT.TT..T
//> channel.postMessage(_)                       .......D..DDDDDDD..D
