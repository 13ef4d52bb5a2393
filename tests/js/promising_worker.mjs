// Calls that suspend, in a worker: each agent has stacks of its own.
const bytes = wat`(module
  (import "m" "f" (func $f (param i32) (result i32)))
  (func (export "twice") (param i32) (result i32) (i32.add (call $f (local.get 0)) (call $f (local.get 0)))))`;
const module = new WebAssembly.Module(bytes);
function begin(module, wait) {
  const f = new WebAssembly.Suspending((value) => new Promise((done) => setTimeout(done, wait, value + 1)));
  return WebAssembly.promising(new WebAssembly.Instance(module, { m: { f } }).exports.twice);
}
const source = `${begin}; onmessage = async ({ data: [module, values] }) => {
  const twice = begin(module, 1);
  const done = await Promise.all(values.map(twice));
  try { await WebAssembly.promising(() => {})(); } catch (error) { done.push(error.name); }
  postMessage(done); close();
}`;
const workers = [10, 20].map((start) => new Promise((done, failed) => {
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(source)}`);
  worker.onmessage = ({ data }) => done(data.join());
  worker.onerror = (event) => failed(event.message);
  worker.postMessage([module, [start, start + 1, start + 2]]);
}));
const here = [1, 2].map(begin(module, 2));
print(await Promise.all(here), await Promise.all(workers));
//> 4,6 22,24,26,TypeError,42,44,46,TypeError
