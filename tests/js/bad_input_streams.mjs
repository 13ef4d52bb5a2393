// Streams and workers with bad input; `bad_input/table.mjs` says what the letters are.
import { construction, row, wrongReceivers } from "./bad_input/table.mjs";

const readable = () => new ReadableStream({ start(controller) { controller.enqueue(new Uint8Array(1)); controller.close(); } });
const bytes = () => new ReadableStream({ type: "bytes", pull(controller) { controller.enqueue(new Uint8Array(8)); } });

await row("new ReadableStream(_)", (value) => new ReadableStream(value));
for (const name of ["start", "pull", "cancel", "type", "autoAllocateChunkSize"]) {
  await row(`new ReadableStream({ ${name}: _ })`, (value) => new ReadableStream({ [name]: value }));
}
await row("new ReadableStream({}, _)", (value) => new ReadableStream({}, value));
for (const name of ["size", "highWaterMark"]) await row(`new ReadableStream({}, { ${name}: _ })`, (value) => new ReadableStream({}, { [name]: value }));
await row("new ReadableStream({ start() { throw _ } })", (value) => new ReadableStream({ start() { throw value; } }));
await row("size() { return _ }", (value) => new ReadableStream({ start(controller) { controller.enqueue(1); } }, { size: () => value }));
await row("readable.cancel(_)", (value) => readable().cancel(value));
await row("readable.getReader(_)", (value) => readable().getReader(value));
await row("readable.getReader({ mode: _ })", (mode) => bytes().getReader({ mode }));
await row("readable.pipeTo(_)", (value) => readable().pipeTo(value));
await row("readable.pipeTo(writable, _)", (value) => readable().pipeTo(new WritableStream(), value));
await row("readable.pipeTo(writable, { signal: _ })", (signal) => readable().pipeTo(new WritableStream(), { signal }));
await row("readable.pipeThrough(_)", (value) => readable().pipeThrough(value));
await row("readable.pipeThrough({ readable: _ })", (value) => readable().pipeThrough({ readable: value, writable: new WritableStream() }));
await row("readable.values(_)", (value) => readable().values(value));
await row("ReadableStream.from(_)", (value) => ReadableStream.from(value));
await construction(ReadableStream);
await wrongReceivers(ReadableStream, readable());
await row("new ReadableStreamDefaultReader(_)", (value) => new ReadableStreamDefaultReader(value));
await construction(ReadableStreamDefaultReader, readable());
await wrongReceivers(ReadableStreamDefaultReader, readable().getReader());
await row("new ReadableStreamBYOBReader(_)", (value) => new ReadableStreamBYOBReader(value));
await row("byob.read(_)", (value) => bytes().getReader({ mode: "byob" }).read(value));
await row("byob.read(view, _)", (value) => bytes().getReader({ mode: "byob" }).read(new Uint8Array(1), value));
await row("byob.read(view, { min: _ })", (min) => bytes().getReader({ mode: "byob" }).read(new Uint8Array(1), { min }));
await wrongReceivers(ReadableStreamBYOBReader, bytes().getReader({ mode: "byob" }), [new Uint8Array(1)]);

let controllers = {};
new ReadableStream({ start(controller) { controllers.readable = controller; } });
new ReadableStream({ type: "bytes", start(controller) { controllers.bytes = controller; } });
new WritableStream({ start(controller) { controllers.writable = controller; } });
new TransformStream({ start(controller) { controllers.transform = controller; } });
for (const [name, controller] of Object.entries(controllers)) {
  const Class = controller.constructor;
  await row(`new ${Class.name}(_)`, (value) => new Class(value));
  await wrongReceivers(Class, controller, [new Uint8Array(1)]);
}
await row("controller of bytes, enqueue(_)", (value) => { let of; new ReadableStream({ type: "bytes", start(it) { of = it; } }); of.enqueue(value); });
await row("controller.enqueue(_)", (value) => { let of; new ReadableStream({ start(it) { of = it; } }); of.enqueue(value); });
const request = (body) => { let result; const stream = new ReadableStream({ type: "bytes", pull(it) { result = body(it.byobRequest); it.enqueue(new Uint8Array(1)); } });
  const read = stream.getReader({ mode: "byob" }).read(new Uint8Array(4)); return read.then(() => result); };
await row("request.respond(_)", (value) => request((it) => it.respond(value)));
await row("request.respondWithNewView(_)", (value) => request((it) => it.respondWithNewView(value)));

await row("new WritableStream(_)", (value) => new WritableStream(value));
for (const name of ["start", "write", "close", "abort", "type"]) {
  await row(`new WritableStream({ ${name}: _ })`, (value) => new WritableStream({ [name]: value }));
}
for (const name of ["size", "highWaterMark"]) await row(`new WritableStream({}, { ${name}: _ })`, (value) => new WritableStream({}, { [name]: value }));
await row("writable.abort(_)", (value) => new WritableStream().abort(value));
await row("writer.write(_), throwing", (value) => new WritableStream({ write() { throw value; } }).getWriter().write(1));
await construction(WritableStream);
await wrongReceivers(WritableStream, new WritableStream());
await row("new WritableStreamDefaultWriter(_)", (value) => new WritableStreamDefaultWriter(value));
await wrongReceivers(WritableStreamDefaultWriter, new WritableStream().getWriter());
await row("new TransformStream(_)", (value) => new TransformStream(value));
for (const name of ["start", "transform", "flush", "cancel", "readableType", "writableType"]) {
  await row(`new TransformStream({ ${name}: _ })`, (value) => new TransformStream({ [name]: value }));
}
await construction(TransformStream);
await wrongReceivers(TransformStream, new TransformStream());
for (const Class of [ByteLengthQueuingStrategy, CountQueuingStrategy]) {
  await row(`new ${Class.name}(_)`, (value) => new Class(value));
  await construction(Class, { highWaterMark: 1 });
  await wrongReceivers(Class, new Class({ highWaterMark: 1 }));
}
await row("new ByteLengthQueuingStrategy().size(_)", (value) => new ByteLengthQueuingStrategy({ highWaterMark: 1 }).size(value));
for (const Class of [CompressionStream, DecompressionStream, TextDecoderStream]) {
  await row(`new ${Class.name}(_)`, (value) => new Class(value));
  await wrongReceivers(Class, Class === TextDecoderStream ? new Class() : new Class("gzip"));
}
await construction(TextEncoderStream);
await wrongReceivers(TextEncoderStream, new TextEncoderStream());
for (const make of [() => new CompressionStream("gzip"), () => new DecompressionStream("gzip"), () => new TextDecoderStream(), () => new TextEncoderStream()]) {
  await row(`${make().constructor.name}, written _`, async (value) => {
    const stream = make();
    const writer = stream.writable.getWriter();
    const drained = stream.readable.pipeTo(new WritableStream()).catch(() => {});
    writer.closed.catch(() => {});
    const written = writer.write(value);
    writer.close().catch(() => {});
    await drained;
    await written;
  });
}
//> new ReadableStream(_)                        .TTTTTTT....MT......
//> new ReadableStream({ start: _ })             .TTTTTTTTT.TTTTTTTTT
//> new ReadableStream({ pull: _ })              .TTTTTTTTT.TTTTTTTTT
//> new ReadableStream({ cancel: _ })            .TTTTTTTTT.TTTTTTTTT
//> new ReadableStream({ type: _ })              .TTTTTTTTTTMMTTTTTTT
//> new ReadableStream({ autoAllocateChunkSize: _ }) ..TTTTTTT.TMMTTTTTTT
//> new ReadableStream({}, _)                    ..TTTTTT....MT......
//> new ReadableStream({}, { size: _ })          .TTTTTTTTT.TTTTTTTTT
//> new ReadableStream({}, { highWaterMark: _ }) ..R.RTRTR.RMMTRTTRRT
//> new ReadableStream({ start() { throw _ } })  !!!!!!!!!!!!!!!!!!!!
//> size() { return _ }                          R.R.RTRTR.RMMTRTTRRT
//> readable.cancel(_)                           ....................
//> readable.getReader(_)                        ..TTTTTT....MT......
//> readable.getReader({ mode: _ })              .TTTTTTTTTTMMTTTTTTT
//> readable.pipeTo(_)                           tttttttttttttttttttt
//> readable.pipeTo(writable, _)                 ..tttttt....mt......
//> readable.pipeTo(writable, { signal: _ })     .ttttttttttttttttttt
//> readable.pipeThrough(_)                      TTTTTTTTTTTTMTTTTTTT
//> readable.pipeThrough({ readable: _ })        TTTTTTTTTTTTTTTTTTTT
//> readable.values(_)                           ..TTTTTT....MT......
//> ReadableStream.from(_)                       TTTTTT.TT.TMMTTTTTTT
//> ReadableStream                               construction T.!M
//> ReadableStream                               receivers 
//> new ReadableStreamDefaultReader(_)           TTTTTTTTTTTTTTTTTTTT
//> ReadableStreamDefaultReader                  construction T.TM
//> ReadableStreamDefaultReader                  receivers 
//> new ReadableStreamBYOBReader(_)              TTTTTTTTTTTTTTTTTTTT
//> byob.read(_)                                 tttttttttttttttttttt
//> byob.read(view, _)                           ..tttttt....mt......
//> byob.read(view, { min: _ })                  .ttttttttttmmttttttt
//> ReadableStreamBYOBReader                     receivers 
//> new ReadableStreamDefaultController(_)       TTTTTTTTTTTTTTTTTTTT
//> ReadableStreamDefaultController              receivers 
//> new ReadableByteStreamController(_)          TTTTTTTTTTTTTTTTTTTT
//> ReadableByteStreamController                 receivers 
//> new WritableStreamDefaultController(_)       TTTTTTTTTTTTTTTTTTTT
//> WritableStreamDefaultController              receivers 
//> new TransformStreamDefaultController(_)      TTTTTTTTTTTTTTTTTTTT
//> TransformStreamDefaultController             receivers 
//> controller of bytes, enqueue(_)              TTTTTTTTTTTTTTTTTTTT
//> controller.enqueue(_)                        ....................
//> request.respond(_)                           tttttttttttmmttttttt
//> request.respondWithNewView(_)                tttttttttttttttttttt
//> new WritableStream(_)                        .TTTTTTT....MT......
//> new WritableStream({ start: _ })             .TTTTTTTTT.TTTTTTTTT
//> new WritableStream({ write: _ })             .TTTTTTTTT.TTTTTTTTT
//> new WritableStream({ close: _ })             .TTTTTTTTT.TTTTTTTTT
//> new WritableStream({ abort: _ })             .TTTTTTTTT.TTTTTTTTT
//> new WritableStream({ type: _ })              .RRRRRRRRRRRRRRRRRRR
//> new WritableStream({}, { size: _ })          .TTTTTTTTT.TTTTTTTTT
//> new WritableStream({}, { highWaterMark: _ }) ..R.RTRTR.RMMTRTTRRT
//> writable.abort(_)                            ....................
//> writer.write(_), throwing                    !!!!!!!!!!!!!!!!!!!!
//> WritableStream                               construction T.!M
//> WritableStream                               receivers 
//> new WritableStreamDefaultWriter(_)           TTTTTTTTTTTTTTTTTTTT
//> WritableStreamDefaultWriter                  receivers 
//> new TransformStream(_)                       .TTTTTTT....MT......
//> new TransformStream({ start: _ })            .TTTTTTTTT.TTTTTTTTT
//> new TransformStream({ transform: _ })        .TTTTTTTTT.TTTTTTTTT
//> new TransformStream({ flush: _ })            .TTTTTTTTT.TTTTTTTTT
//> new TransformStream({ cancel: _ })           .TTTTTTTTT.TTTTTTTTT
//> new TransformStream({ readableType: _ })     .RRRRRRRRRRRRRRRRRRR
//> new TransformStream({ writableType: _ })     .RRRRRRRRRRRRRRRRRRR
//> TransformStream                              construction T.!M
//> TransformStream                              receivers 
//> new ByteLengthQueuingStrategy(_)             TTTTTTTTTTTTMTTTTTTT
//> ByteLengthQueuingStrategy                    construction T.!M
//> ByteLengthQueuingStrategy                    receivers 
//> new CountQueuingStrategy(_)                  TTTTTTTTTTTTMTTTTTTT
//> CountQueuingStrategy                         construction T.!M
//> CountQueuingStrategy                         receivers 
//> new ByteLengthQueuingStrategy().size(_)      TT..........MT.....T
//> new CompressionStream(_)                     TTTTTTTTTTTMMTTTTTTT
//> CompressionStream                            receivers 
//> new DecompressionStream(_)                   TTTTTTTTTTTMMTTTTTTT
//> DecompressionStream                          receivers 
//> new TextDecoderStream(_)                     .RRRRRRTRRRMMTRTTRRT
//> TextDecoderStream                            receivers 
//> TextEncoderStream                            construction T.!M
//> TextEncoderStream                            receivers 
//> CompressionStream, written _                 tttttttttttttt...t.t
//> DecompressionStream, written _               tttttttttttttt...t.t
//> TextDecoderStream, written _                 .ttttttttttttt.....t
//> TextEncoderStream, written _                 .......t...mmt.tt..t
