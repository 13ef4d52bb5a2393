// Requests, responses and fetch, against the server of the test.
const server = arguments[0];
const text = async (...given) => (await fetch(...given)).text();
const fails = async (promise) => { try { await promise; return "no error"; } catch (e) { return `${e.name ?? e}: ${e.message ?? ""}`.replace(/127\.0\.0\.1:\d+/, "HOST"); } };

const response = await fetch(`${server}/echo?q#fragment`, { headers: { "X-A": "1", "x-b": " é " } });
print(response.status, response.ok, response.statusText, response.type, response.redirected, response.url === `${server}/echo?q`, response.bodyUsed);
//> 200 true OK basic false true false
print([...response.headers].filter(([name]) => name !== "content-length").join("|"), response.headers.getSetCookie().join("+"));
//> content-type,text/plain|set-cookie,c|set-cookie,d|x-two,a, b c+d
print(await response.text(), response.bodyUsed, await fails(response.text()));
//> GET /echo?q x-a=1,x-b=�  true TypeError: Failed to execute 'text' on 'Response': body stream already read
print(await fails((async () => response.headers.set("a", "b"))()));
//> TypeError: Headers are immutable
for (const body of ["text", new Uint8Array([98, 105, 110]), new URLSearchParams({ a: "1" }), new Blob(["blob"], { type: "x/y" }), ReadableStream.from([new Uint8Array([115])])]) {
  print(await text(`${server}/echo`, { method: "post", body, duplex: "half" }));
}
//> POST /echo content-type=text/plain;charset=UTF-8 text
//> POST /echo  bin
//> POST /echo content-type=application/x-www-form-urlencoded;charset=UTF-8 a=1
//> POST /echo content-type=x/y blob
//> POST /echo  s
print(await text(new Request(`${server}/echo/r`, { method: "PUT", body: "x", headers: [["content-type", "t/t"]] })), await text(`${server}/echo`, { method: "DELETE" }), await text(`${server}/echo`, { method: "POST" }));
//> PUT /echo/r content-type=t/t x DELETE /echo   POST /echo  
const head = await fetch(`${server}/echo`, { method: "HEAD" });
print(head.status, head.body, (await head.text()) === "");
//> 200 null true

// Redirects.
const moved = await fetch(`${server}/redirect/302/echo`, { method: "POST", body: "b" });
print(moved.redirected, moved.url === `${server}/echo`, await moved.text());
//> true true GET /echo  
print(await text(`${server}/redirect/307/echo`, { method: "POST", body: "b" }));
//> POST /echo content-type=text/plain;charset=UTF-8 b
print((await fetch(`${server}/redirect/302/echo`, { redirect: "manual" })).status);
//> 302
print(await fails(fetch(`${server}/redirect/302/echo`, { redirect: "error" })), await fails(fetch(`${server}/loop`)));
//> TypeError: Failed to fetch: there is a redirect TypeError: Failed to fetch: there are too many redirects
print((await fetch(`${server}/none`)).status);
//> 404

// What breaks off, and what is aborted, before the head and after.
print((await fails(text(`${server}/broken`))).startsWith("TypeError: network error"));
//> true
const abort = (then) => { const controller = new AbortController(); setTimeout(() => controller.abort(), 10); return then(controller.signal); };
print(await fails(abort((signal) => fetch(`${server}/never`, { signal }))), await fails(fetch(`${server}/echo`, { signal: AbortSignal.abort("now") })));
//> AbortError: signal is aborted without reason now: 
const controller = new AbortController();
const half = await fetch(`${server}/half`, controller);
const reader = half.body.getReader();
print(new TextDecoder().decode((await reader.read()).value));
const next = reader.read();
controller.abort();
print(await fails(next));
//> half
//> AbortError: signal is aborted without reason
const canceled = await fetch(`${server}/half`);
await canceled.body.cancel();
print(canceled.bodyUsed);
//> true
for (const bad of [() => fetch(), () => fetch("nothing:x"), () => fetch("http://"), () => fetch("http://u:p@a/"), () => fetch(server, { method: "TRACE" }), () => fetch(server, { body: "x" }),
  () => fetch(server, { headers: { "a b": "1" } }), () => fetch(server, { headers: { a: "\n1\n2" } }), () => fetch(server, { signal: 1 }), () => fetch("/no/such/file"), () => new Response("x", { status: 204 }), () => new Response("", { status: 99 })]) {
  print((await fails((async () => bad())())).replace(/(file):.*/, "$1"));
}
//> TypeError: Failed to execute 'fetch': 1 argument required, but only 0 present.
//> TypeError: Failed to fetch: URL scheme "nothing" is not supported.
//> TypeError: Failed to construct 'Request': Failed to parse URL from http://
//> TypeError: Failed to construct 'Request': Request cannot be constructed from a URL that includes credentials: http://u:p@a/
//> TypeError: Failed to construct 'Request': 'TRACE' is not a valid HTTP method.
//> TypeError: Failed to construct 'Request': Request with GET/HEAD method cannot have body.
//> TypeError: Failed to construct 'Request': Invalid header name 'a b'
//> TypeError: Failed to construct 'Request': Invalid header value
//> TypeError: Failed to construct 'Request': member signal is not of type AbortSignal.
//> TypeError: Failed to fetch: /no/such/file
//> TypeError: Failed to construct 'Response': Response with null body status cannot have body
//> RangeError: Failed to construct 'Response': The status provided (99) is outside the range [200, 599].

// Without a network.
const data = await fetch("data:text/x;base64,aGk=");
print(data.headers.get("Content-Type"), await data.text());
//> text/x hi
const own = await fetch(import.meta.url);
print(own.headers.get("content-type"), (await own.text()).startsWith("// Requests"), (await fetch("fetch.mjs")).url === import.meta.url);
//> text/javascript true true
const blob = new Blob(["in a ", "blob"], { type: "a/b" });
const url = URL.createObjectURL(blob);
print(url.startsWith("blob:null/"), await text(url), (await fetch(url)).headers.get("content-type"), await blob.slice(-4, -1, "C/D").text(), blob.slice(0, 0, "C/D").type);
//> true in a blob a/b blo c/d
URL.revokeObjectURL(url);
print(await fails(fetch(url)));
//> TypeError: Failed to fetch: there is no such blob

// Bodies of our own.
const copy = new Response(ReadableStream.from([new Uint8Array([123]), new Uint8Array([125])]));
const other = copy.clone();
print(JSON.stringify(await copy.json()), (await other.arrayBuffer()).byteLength, (await new Response("x").bytes()).join(), await (await new Response("b", { headers: { "content-type": "Q/R" } }).blob()).text());
//> {} 2 120 b
const form = new FormData();
form.append("a\n", "1\n2"); form.append("f", new File(["file"], 'n"ame', { type: "x/y", lastModified: 5 })); form.set("b", "old"); form.set("b", "new");
const back = await new Response(form).formData();
print(JSON.stringify([...back.keys()]), JSON.stringify(back.get("a\r\n")), back.get("f").name, back.get("f").type, await back.get("f").text(), back.get("b"), form.get("f").lastModified);
//> ["a\r\n","f","b"] "1\r\n2" n"ame x/y file new 5
print(await Response.json({ a: [1] }).text(), Response.json(1).headers.get("content-type"), Response.redirect(server, 307).status, Response.error().type, await fails(new Response("{").json()));
//> {"a":[1]} application/json 307 error SyntaxError: Expected property name or '}' in JSON at position 1 (line 1 column 2)
const headers = new Headers([["b", "1"], ["A", " 2 "], ["b", "3"]]);
headers.append("c", ""); headers.delete("C");
print([...headers].join("|"), headers.has("B"), headers.get("none"), String(headers));
//> a,2|b,1, 3 true null [object Headers]
