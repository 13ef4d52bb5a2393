// Bodies that are sent while they are made.
const server = arguments[0];
const fails = async (promise) => { try { await promise; return "no error"; } catch (e) { return `${e?.name ?? e}`; } };
const send = (body, more) => fetch(`${server}/echo`, { method: "POST", duplex: "half", body, ...more });

// Made no faster than the network takes it, with an end that is not known at the start.
let made = 0;
const source = new ReadableStream({
  async pull(controller) {
    await new Promise((resolve) => setTimeout(resolve));
    if (made === 50) return controller.close();
    controller.enqueue(new Uint8Array(1000).fill(97 + made++ % 26));
  },
}, { highWaterMark: 0 });
const answer = await (await send(source)).text();
print(made, answer.length > 50_000, source.locked, /a{1000}b{1000}/.test(answer), answer.endsWith("x"));
//> 50 true true true true
const { readable, writable } = new CompressionStream("gzip");
const writer = writable.getWriter();
const sent = send(readable);
await writer.write(new TextEncoder().encode("late"));
writer.close();
print((await sent).status, (await (await send(ReadableStream.from([]))).text()).trim().endsWith("/echo"));
//> 200 true

// A source that fails, gives what is none, or is used already; a request that is aborted, or leads elsewhere.
print(await fails(send(new ReadableStream({ pull() { throw new RangeError("mine"); } }))), await fails(send(ReadableStream.from(["text"]))));
//> RangeError TypeError
let reason;
const endless = () => new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(10)); return new Promise((resolve) => setTimeout(resolve, 1)); }, cancel(r) { reason = r; } });
const controller = new AbortController();
setTimeout(() => controller.abort(), 20);
print(await fails(send(endless(), { signal: controller.signal })), reason?.name);
//> AbortError AbortError
print(await fails(fetch("http://127.0.0.1:1/", { method: "POST", duplex: "half", body: endless() })), reason?.name);
//> TypeError TypeError
const gone = ReadableStream.from([new Uint8Array(1)]);
print(await fails(fetch(`${server}/redirect/307/echo`, { method: "POST", duplex: "half", body: gone })), await fails(send(gone)));
//> TypeError TypeError
print((await (await fetch(`${server}/redirect/303/echo`, { method: "POST", duplex: "half", body: ReadableStream.from([new Uint8Array(1)]) })).text()).slice(0, 9));
//> GET /echo
