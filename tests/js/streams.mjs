// Streams: reading, writing, transforming, piping, teeing, bytes.
const read = async (stream) => { const all = []; for await (const chunk of stream) all.push(chunk); return all.join(); };
const fails = async (promise) => { try { await promise; return "no error"; } catch (e) { return e?.message ?? String(e); } };

// A source is pulled as far as its strategy wants.
let pulled = 0;
const lazy = new ReadableStream({ pull(c) { c.enqueue(pulled++); if (pulled === 5) c.close(); } }, { highWaterMark: 2 });
await 0; await 0; await 0;
print(pulled, lazy.locked);
//> 2 false
print(await read(lazy), pulled, lazy.locked);
//> 0,1,2,3,4 5 false

// Readers, locks and errors.
let control;
const stream = new ReadableStream({ start(c) { control = c; }, cancel(reason) { print("canceled", reason); } });
const reader = stream.getReader();
const waiting = reader.read();
control.enqueue("x");
print(JSON.stringify(await waiting), control.desiredSize, stream.locked);
//> {"value":"x","done":false} 1 true
print(await fails(stream.cancel()), await fails(stream.pipeTo(new WritableStream())));
//> Cannot cancel a locked stream Failed to execute 'pipeTo' on 'ReadableStream': Cannot pipe a locked stream
const left = reader.read();
reader.releaseLock();
print(await fails(left), await fails(reader.closed), await fails(reader.read()));
//> Releasing reader Releasing reader This readable stream reader has been released and cannot be used to read from its previous owner stream
await stream.cancel("why");
//> canceled why
const broken = new ReadableStream({ pull() { throw new Error("broken"); } });
print(await fails(broken.getReader().read()));
//> broken
const failed = new ReadableStream({ start(c) { c.error("e"); } }).getReader();
print(await fails(failed.closed), await fails(failed.read()));
//> e e
for (const bad of [() => new ReadableStream(1), () => new ReadableStream({ type: "x" }), () => new ReadableStream({ pull: 1 }), () => new ReadableStream({}, { highWaterMark: -1 }),
  () => new ReadableStreamDefaultController(), () => new ReadableStreamDefaultReader({}), () => new ReadableStream({ type: "bytes" }, { size() {} }), () => new CountQueuingStrategy({})]) {
  try { bad(); print("no error"); } catch (e) { print(e.name); }
}
//> TypeError
//> TypeError
//> TypeError
//> RangeError
//> TypeError
//> TypeError
//> RangeError
//> TypeError

// Iteration cancels, unless it shall not.
const counting = () => { let n = 0; return new ReadableStream({ pull(c) { c.enqueue(n++); }, cancel() { print("stopped at", n); } }, { highWaterMark: 0 }); };
for await (const n of counting()) if (n === 2) break;
//> stopped at 3
const kept = counting();
for await (const n of kept.values({ preventCancel: true })) break;
print(kept.locked, (await kept.getReader().read()).value);
//> false 1
async function* generate() { try { yield 1; yield 2; } finally { print("returned"); } }
const from = ReadableStream.from(generate()).getReader();
await from.read(); await from.cancel();
//> returned
print(await read(ReadableStream.from([Promise.resolve("p"), "q"])));
//> p,q

// Writing: order, backpressure, closing, aborting.
const log = [];
const slow = new WritableStream({ async write(chunk) { log.push(`start ${chunk}`); await 0; await 0; log.push(`end ${chunk}`); }, close() { log.push("close"); } });
const writer = slow.getWriter();
print(writer.desiredSize);
const writes = [writer.write(1), writer.write(2)];
print(writer.desiredSize);
writes.push(writer.close());
await Promise.all(writes);
print(log.join(), await fails(writer.write(3)), writer.desiredSize);
//> 1
//> -1
//> start 1,end 1,start 2,end 2,close Cannot write to a closing writable stream 0
const sink = new WritableStream({ write() { return new Promise(() => {}); }, abort(reason) { print("aborted", reason); } });
const aborted = sink.getWriter();
aborted.write(1).catch((e) => print("write", e));
print(await Promise.race([aborted.abort("a"), new Promise((r) => setTimeout(r, 5, "pending"))]), await fails(aborted.ready));
//> aborted a
//> write a
//> undefined a
const failing = new WritableStream({ write() { throw new Error("no room"); } }).getWriter();
print(await fails(failing.write(1)), await fails(failing.closed), await fails(failing.write(2)));
//> no room no room no room
print(await fails(new WritableStream({ abort(r) { print("abort", r); } }).abort(7)));
//> abort 7
//> no error

// Pipes hand on ends and errors, and stop for a signal.
const collect = () => { const got = []; return [got, new WritableStream({ write(c) { got.push(c); }, close() { got.push("closed"); }, abort(r) { got.push(`aborted ${r}`); } })]; };
let [got, target] = collect();
await ReadableStream.from("abc").pipeTo(target);
print(got.join(), target.locked);
//> a,b,c,closed false
[got, target] = collect();
print(await fails(new ReadableStream({ start(c) { c.enqueue(1); }, pull(c) { c.error("bad"); } }).pipeTo(target)), got.join());
//> bad 1,aborted bad
[got, target] = collect();
await ReadableStream.from([1]).pipeTo(target, { preventClose: true });
await ReadableStream.from([2]).pipeTo(target);
print(got.join());
//> 1,2,closed
const controller = new AbortController();
[got, target] = collect();
const endless = new ReadableStream({ pull(c) { c.enqueue(1); if (got.length > 3) controller.abort("enough"); }, cancel(r) { print("source", r); } });
print(await fails(endless.pipeTo(target, { signal: controller.signal })), got.at(-1));
//> source enough
//> enough aborted enough
const full = new WritableStream({ start(c) { c.error("full"); } });
print(await fails(new ReadableStream({ cancel(r) { print("told", r); } }).pipeTo(full)));
//> told full
//> full

// Transforms.
const upper = new TransformStream({ transform(chunk, c) { c.enqueue(chunk.toUpperCase()); }, flush(c) { c.enqueue("!"); } });
print(await read(ReadableStream.from(["a", "b"]).pipeThrough(upper)));
//> A,B,!
print(await fails(read(ReadableStream.from([1]).pipeThrough(new TransformStream({ transform() { throw new Error("t"); } })))));
//> t
const ending = new TransformStream({ transform(c, control) { control.enqueue(c); control.terminate(); } });
print(await read(ReadableStream.from([1, 2]).pipeThrough(ending)));
//> 1
print(await read(ReadableStream.from(["a\ud83d", "\ude00", "\ud800"]).pipeThrough(new TextEncoderStream()).pipeThrough(new TextDecoderStream())));
//> a,😀,�
print(new TextDecoderStream("utf-16").encoding, await fails(read(ReadableStream.from([new Uint8Array([255])]).pipeThrough(new TextDecoderStream("utf-8", { fatal: true })))));
//> utf-16le TextDecoder.decode(): the encoded data was not valid

// Tees.
const [left1, right1] = ReadableStream.from([1, 2, 3]).tee();
print(await read(left1), await read(right1));
//> 1,2,3 1,2,3

// Bytes: a reader's own buffers.
let request;
const bytes = new ReadableStream({ type: "bytes", autoAllocateChunkSize: 4, pull(c) {
  request = c.byobRequest; new Uint8Array(request.view.buffer, request.view.byteOffset).set([1, 2]); request.respond(2); } });
print((await bytes.getReader().read()).value.join(), request.view);
//> 1,2 null
const source = new ReadableStream({ type: "bytes", start(c) { c.enqueue(new Uint8Array([1, 2, 3, 4, 5])); }, pull(c) { c.close(); c.byobRequest?.respond(0); } });
const byob = source.getReader({ mode: "byob" });
const given = new Uint8Array(2);
const first = await byob.read(given);
print(first.value.join(), given.length, given.buffer.detached, first.value.buffer.byteLength);
//> 1,2 0 true 2
const wide = await byob.read(new Uint16Array(1));
print(wide.value.constructor.name, wide.value.length, wide.done);
//> Uint16Array 1 false
const rest = await byob.read(new Uint8Array(10)), end = await byob.read(new Uint8Array(3));
print(rest.value.join(), rest.done, end.value.length, end.done, end.value.buffer.byteLength);
//> 5 false 0 true 3
const minimum = new ReadableStream({ type: "bytes", pull(c) { c.enqueue(new Uint8Array([7])); } }).getReader({ mode: "byob" });
print((await minimum.read(new Uint8Array(4), { min: 3 })).value.join());
//> 7,7,7
const [byteLeft, byteRight] = new Blob(["ab"]).stream().tee();
print((await byteLeft.getReader({ mode: "byob" }).read(new Uint8Array(2))).value.join(), (await byteRight.getReader().read()).value.join());
//> 97,98 97,98
for (const bad of [() => byob.read(new Uint8Array(0)), () => byob.read(), () => byob.read(given), () => byob.read(new Uint8Array(1), { min: 2 }), () => new ReadableStream().getReader({ mode: "byob" })]) print(await fails((async () => bad())()));
//> view must have non-zero byteLength
//> Failed to execute 'read' on 'ReadableStreamBYOBReader': 1 argument required, but only 0 present.
//> view must have non-zero byteLength
//> options.min must be less than or equal to view's length
//> Failed to construct 'ReadableStreamBYOBReader': Cannot use a BYOB reader with a non-byte stream
print(new ByteLengthQueuingStrategy({ highWaterMark: 3 }).size(new Uint8Array(9)), new CountQueuingStrategy({ highWaterMark: "4" }).highWaterMark);
//> 9 4
print(String(stream), Object.prototype.toString.call(reader), ReadableStream.length, ReadableStream.prototype[Symbol.asyncIterator] === ReadableStream.prototype.values);
//> [object ReadableStream] [object ReadableStreamDefaultReader] 0 true
// Constructors that a program replaces do not matter to streams.
Array.prototype.push = Array.prototype[Symbol.iterator] = () => { throw new Error("replaced"); };
globalThis.Promise = globalThis.Uint8Array = null;
new ReadableStream({ start(c) { c.enqueue(1); c.close(); } }).pipeTo(new WritableStream({ write(c) { print("still", c); } }));
//> still 1
