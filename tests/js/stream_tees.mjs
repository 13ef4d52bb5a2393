// Tees of streams of bytes: buffers of a branch's reader are filled in place, the other branch has copies.
const source = (given = {}) => {
  let controller;
  const stream = new ReadableStream({ type: "bytes", ...given, start(it) { controller = it; } });
  return { controller, branches: stream.tee() };
};
const turn = () => new Promise((resolve) => { setTimeout(resolve, 0); });
const text = ({ value, done }) => `${value?.constructor.name} ${value} ${done}`;
for (const own of [0, 1]) {
  const { controller, branches } = source();
  const reader = branches[own].getReader({ mode: "byob" }), other = branches[1 - own].getReader();
  const read = reader.read(new Uint8Array(4));
  await turn();
  const { byobRequest } = controller;
  print(byobRequest.view.byteLength);
  byobRequest.view.set([7, 8]);
  byobRequest.respond(2);
  print(text(await read), "|", text(await other.read()));
  // And then by a reader that has no buffers, and with one again.
  const plain = other.read();
  await turn();
  controller.enqueue(new Uint8Array([9]));
  print(text(await plain), "|", text(await reader.read(new Uint8Array(1))));
  const last = reader.read(new Uint16Array(1));
  await turn();
  controller.close();
  controller.byobRequest?.respond(0);
  print(text(await last), "|", text(await other.read()));
}
//> 4
//> Uint8Array 7,8 false | Uint8Array 7,8 false
//> Uint8Array 9 false | Uint8Array 9 false
//> Uint16Array  true | undefined undefined true
//> 4
//> Uint8Array 7,8 false | Uint8Array 7,8 false
//> Uint8Array 9 false | Uint8Array 9 false
//> Uint16Array  true | undefined undefined true
{
  let reasons;
  const { controller, branches: [one, two] } = source({ cancel(given) { reasons = given; } });
  const reader = one.getReader({ mode: "byob" });
  const read = reader.read(new Uint8Array(2));
  await turn();
  two.cancel("two");
  controller.byobRequest.view[0] = 5;
  controller.byobRequest.respond(1);
  print(text(await read));
  await reader.cancel("one");
  print(reasons.join());
}
//> Uint8Array 5 false
//> one,two
{
  const { controller, branches: [one, two] } = source();
  const reads = [one.getReader({ mode: "byob" }).read(new Uint8Array(2)), two.getReader().read()];
  await turn();
  controller.error(new RangeError("broken off"));
  for (const read of reads) await read.catch((error) => print(error.message));
}
//> broken off
//> broken off
