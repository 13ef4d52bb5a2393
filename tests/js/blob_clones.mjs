// Blobs and files that are cloned, and that go to a worker and back.
const clone = structuredClone(new Blob(["a", "bc"], { type: "text/x" }));
print(clone instanceof Blob, clone instanceof File, clone.size, clone.type, await clone.text());
//> true false 3 text/x abc
const part = structuredClone({ part: new Blob(["0123456789"]).slice(2, 5) }).part;
print(part.size, await part.text(), (await part.arrayBuffer()).byteLength);
//> 3 234 3
const file = structuredClone(new File(["x"], "name", { type: "a/b", lastModified: 5 }));
print(file instanceof File, file.name, file.type, file.lastModified, await file.text());
//> true name a/b 5 x
class Own extends Blob {}
const twice = new Own(["y"]);
const list = structuredClone([twice, twice, new Map([[twice, twice]])]);
print(list[0] === list[1], list[2].get(list[0]) === list[0], list[0] instanceof Own, await list[0].text());
//> true true false y
const worker = new Worker("data:,onmessage = async ({ data }) => postMessage([data, await data.text(), data.name])");
worker.postMessage(new File(["to and fro"], "f"));
const [back, text, name] = await new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
print(back instanceof File, text, name, await back.text());
//> true to and fro f to and fro
worker.terminate();
for (const forged of [Object.create(Blob.prototype), new Proxy(new Blob(), {})]) {
  try { print(structuredClone(forged) instanceof Blob); } catch (e) { print(e.name); }
}
//> false
//> DataCloneError
