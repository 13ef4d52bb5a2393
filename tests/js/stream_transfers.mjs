// Streams that are transferred: here, to a worker and on, with errors and ends both ways.
const move = (stream) => structuredClone(stream, { transfer: [stream] });
const settled = (promise) => promise.then((value) => `fulfilled ${value}`, (error) => `${error.name}: ${error.message}`);
async function all(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks.join();
}
const count = (end) => { let next = 0; return new ReadableStream({ pull(controller) { if (next === end) controller.close(); else controller.enqueue(next++); } }); };

const worker = new Worker(`data:text/javascript,onmessage = async ({ data: { readable, writable, transform } }) => {
  const writer = writable.getWriter();
  for await (const chunk of readable) await writer.write(chunk * 2);
  await writer.close();
  const up = transform.writable.getWriter();
  up.write("through");
  up.close();
  for await (const chunk of transform.readable) postMessage(chunk);
}`);
{
  const readable = count(5), chunks = [];
  let ended;
  const end = new Promise((resolve) => { ended = resolve; });
  const writable = new WritableStream({ write(chunk) { chunks.push(chunk); }, close() { ended(); } });
  const transform = new TransformStream({ transform(chunk, controller) { controller.enqueue(`${chunk}!`); } });
  const answer = new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
  worker.postMessage({ readable, writable, transform }, [readable, writable, transform]);
  print(readable.locked, writable.locked, transform.readable.locked, transform.writable.locked);
//> true true true true
  for (const stream of [readable, writable, transform]) {
    try { move(stream); } catch (error) { print(error.name, "|", error.message); }
  }
//> DataCloneError | A locked stream could not be transferred.
//> DataCloneError | A locked stream could not be transferred.
//> DataCloneError | A locked stream could not be transferred.
  await end;
  print(chunks.join(), await answer);
//> 0,2,4,6,8 through!
}
worker.terminate();

print(await all(move(move(move(count(3))))), await all(move(new ReadableStream({ type: "bytes", start(controller) { controller.enqueue(new Uint8Array([1, 2])); controller.close(); } }))));
//> 0,1,2 1,2
print(await settled(move(new ReadableStream({ start(controller) { controller.error(new RangeError("far")); } })).getReader().read()));
//> RangeError: far
print(await settled(move(new ReadableStream({ start(controller) { controller.enqueue(() => {}); } })).getReader().read()));
//> DataCloneError: A function could not be cloned.
print(await new Promise((resolve) => { move(new ReadableStream({ cancel: resolve })).cancel("not wanted"); }));
//> not wanted
print(await new Promise((resolve) => { move(new WritableStream({ abort: resolve })).abort("given up"); }));
//> given up
{
  const writer = move(new WritableStream({ write() { throw new TypeError("full"); } })).getWriter();
  writer.write(1);
  print(await settled(writer.closed));
//> TypeError: full
}
{
  const writer = move(new WritableStream()).getWriter();
  print(await settled(writer.write(Symbol())), "|", await settled(writer.closed));
//> DataCloneError: a Symbol could not be cloned. | DataCloneError: a Symbol could not be cloned.
}
// What a stream is piped to is gone with its agent.
{
  const far = new Worker("data:,onmessage = ({ data }) => { self.kept = data; postMessage(0); }");
  let reason;
  const canceled = new Promise((resolve) => { reason = resolve; });
  const stream = new ReadableStream({ cancel: reason });
  far.onmessage = () => far.terminate();
  far.postMessage(stream, [stream]);
  print(String(await canceled));
}
//> TypeError: the other end of the stream is gone
