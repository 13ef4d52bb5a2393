// WebAssembly.compileStreaming and instantiateStreaming, after the cases of web-platform-tests' wasm/webapi.
const server = arguments[0];
const fails = async (promise) => { try { await promise; return "no error"; } catch (e) { return `${e?.name ?? e}: ${e?.message ?? ""}`; } };
const both = async (given) => { for (const f of [WebAssembly.compileStreaming, WebAssembly.instantiateStreaming]) print(await fails((async () => f(await given()))())); };
const wasm = { headers: { "content-type": "application/wasm" } };
const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

for (const size of [100000, 997, 64]) {
  const module = await WebAssembly.compileStreaming(fetch(`${server}/pieces/${size}`));
  print(module instanceof WebAssembly.Module, WebAssembly.Module.exports(module).length);
}
//> true 10000
//> true 10000
//> true 10000
let called = 0;
const { module, instance } = await WebAssembly.instantiateStreaming(fetch(`${server}/pieces/5000`), { m: { f() { called++; } } });
print(module instanceof WebAssembly.Module, instance.exports.f77(1), called);
//> true 78 1
print(await fails(WebAssembly.instantiateStreaming(fetch(`${server}/pieces/5000`))));
//> TypeError: WebAssembly.instantiateStreaming(): Imports argument must be present and must be an object
print(await fails(WebAssembly.instantiateStreaming(fetch(`${server}/pieces/5000`), { m: {} })));
//> LinkError: WebAssembly.instantiateStreaming(): Import #0 "m" "f": function import requires a callable (there is no such property, or it is undefined)
print(await fails(WebAssembly.instantiateStreaming(fetch(`${server}/wasm`), 5)));
//> TypeError: WebAssembly.instantiateStreaming(): Argument 1 must be an object
// A response, and a promise or thenable of one.
print(await fails(WebAssembly.compileStreaming(new Response(empty, wasm))), await fails(WebAssembly.compileStreaming({ then(f) { f(new Response(empty, wasm)); } })));
//> no error no error
print(await fails(WebAssembly.compileStreaming(Promise.reject("reason"))));
//> reason: 
for (const bad of [undefined, null, 1, {}, empty, new Request(server)]) print(await fails(WebAssembly.compileStreaming(bad)));
//> TypeError: WebAssembly.compileStreaming(): Argument 0 must be a Response or a promise of one
//> TypeError: WebAssembly.compileStreaming(): Argument 0 must be a Response or a promise of one
//> TypeError: WebAssembly.compileStreaming(): Argument 0 must be a Response or a promise of one
//> TypeError: WebAssembly.compileStreaming(): Argument 0 must be a Response or a promise of one
//> TypeError: WebAssembly.compileStreaming(): Argument 0 must be a Response or a promise of one
//> TypeError: WebAssembly.compileStreaming(): Argument 0 must be a Response or a promise of one
print(await fails(WebAssembly.compileStreaming()), await fails(WebAssembly.compileStreaming(new Response(empty, wasm), 1)));
//> TypeError: WebAssembly.compileStreaming(): 1 argument required, but only 0 present TypeError: WebAssembly.compileStreaming(): the compile options are not an object

// The type.
for (const type of ["application/wasm", "APPLICATION/wasm", "%20application/wasm%20"]) print(await fails(WebAssembly.compileStreaming(fetch(`${server}/type/${type}`))));
//> no error
//> no error
//> no error
for (const type of ["text/plain", "application/wasm;", "application/wasm;charset=utf-8", "application/javascript", "application/octet-stream"]) print((await fails(WebAssembly.compileStreaming(fetch(`${server}/type/${type}`)))).slice(0, 70));
//> TypeError: WebAssembly.compileStreaming(): Incorrect response MIME typ
//> TypeError: WebAssembly.compileStreaming(): Incorrect response MIME typ
//> TypeError: WebAssembly.compileStreaming(): Incorrect response MIME typ
//> TypeError: WebAssembly.compileStreaming(): Incorrect response MIME typ
//> TypeError: WebAssembly.compileStreaming(): Incorrect response MIME typ
await both(() => fetch(`${server}/untyped`));
//> TypeError: WebAssembly.compileStreaming(): Incorrect response MIME type. Expected 'application/wasm', found ''.
//> TypeError: WebAssembly.instantiateStreaming(): Incorrect response MIME type. Expected 'application/wasm', found ''.
// What the response says counts, not what was sent.
const changed = await fetch(`${server}/type/text/plain`);
print(await fails(WebAssembly.compileStreaming(new Response(changed.body, wasm))));
//> no error

// The status.
for (const status of [404, 500, 300]) print(await fails(WebAssembly.compileStreaming(fetch(`${server}/status/${status}`))));
//> TypeError: WebAssembly.compileStreaming(): HTTP status code is not ok: 404
//> TypeError: WebAssembly.compileStreaming(): HTTP status code is not ok: 500
//> TypeError: WebAssembly.compileStreaming(): HTTP status code is not ok: 300
print(await fails(WebAssembly.compileStreaming(fetch(`${server}/status/201`))), await fails(WebAssembly.compileStreaming(Response.error())));
//> no error TypeError: WebAssembly.compileStreaming(): Incorrect response MIME type. Expected 'application/wasm', found ''.

// The body: none, used, locked, broken off, no module; the rest of one that is no module is not waited for.
await both(() => new Response(null, wasm));
//> CompileError: WebAssembly.compileStreaming(): malformed module: unexpected end-of-file at offset 0x0
//> CompileError: WebAssembly.instantiateStreaming(): malformed module: unexpected end-of-file at offset 0x0
const used = new Response(empty, wasm);
await used.text();
print(await fails(WebAssembly.compileStreaming(used)));
//> TypeError: WebAssembly.compileStreaming(): Cannot compile WebAssembly.Module from an already read Response
const locked = new Response(new Blob([empty]).stream(), wasm);
locked.body.getReader();
print(await fails(WebAssembly.compileStreaming(locked)));
//> TypeError: WebAssembly.compileStreaming(): Cannot compile WebAssembly.Module from an already read Response
const once = new Response(empty, wasm);
print(await fails(WebAssembly.compileStreaming(once)), once.bodyUsed, (await fails(WebAssembly.compileStreaming(once))).slice(0, 9));
//> no error true TypeError
print((await fails(WebAssembly.compileStreaming(fetch(`${server}/broken`)))).startsWith("TypeError: network error"));
//> true
await both(() => fetch(`${server}/invalid`));
//> CompileError: WebAssembly.compileStreaming(): malformed module: magic header not detected: bad magic number - expected=[ 0x0, 0x61, 0x73, 0x6d, ] actual=[ 0x6e, 0x6f, 0x20, 0x6d, ] at offset 0x0
//> CompileError: WebAssembly.instantiateStreaming(): malformed module: magic header not detected: bad magic number - expected=[ 0x0, 0x61, 0x73, 0x6d, ] actual=[ 0x6e, 0x6f, 0x20, 0x6d, ] at offset 0x0
print(await fails(WebAssembly.compileStreaming(new Response(new ReadableStream({ start(c) { c.error("mine"); } }), wasm))), await fails(WebAssembly.compileStreaming(new Response(ReadableStream.from(["text"]), wasm))));
//> mine:  TypeError: Received non-Uint8Array chunk

// Aborting.
const controller = new AbortController();
const aborted = WebAssembly.compileStreaming(fetch(`${server}/never`, { signal: controller.signal }));
controller.abort();
print((await fails(aborted)).slice(0, 10));
//> AbortError
const later = new AbortController();
const half = await fetch(`${server}/half`, { signal: later.signal });
const compiling = WebAssembly.compileStreaming(new Response(half.body, wasm));
later.abort();
print((await fails(compiling)).slice(0, 10));
//> AbortError

// Compile options come along.
const strings = wat`(module (import "s" "text" (global $t (ref extern))) (export "g" (global $t)) (import "wasm:js-string" "length" (func $l (param externref) (result i32))) (export "length" (func $l)))`;
const made = await WebAssembly.instantiateStreaming(new Response(strings, wasm), {}, { builtins: ["js-string"], importedStringConstants: "s" });
print(made.instance.exports.g.value, made.instance.exports.length("four"));
//> text 4
print(WebAssembly.compileStreaming.length, WebAssembly.instantiateStreaming.name, Object.getOwnPropertyDescriptor(WebAssembly, "compileStreaming").enumerable);
//> 1 instantiateStreaming true
