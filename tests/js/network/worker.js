// Scripts of workers that come over the network.
const server = arguments[0];
function start(url, { expect = 1, type } = {}) {
  return new Promise((resolve) => {
    const worker = new Worker(url, { type }), heard = [];
    worker.onmessage = ({ data }) => {
      heard.push(typeof data === "string" ? data : data.join(" "));
      if (heard.length === expect) resolve(heard.join());
    };
    worker.onerror = (event) => {
      event.preventDefault();
      resolve(event.type);
    };
  });
}
(async () => {
  print(await start(`${server}/script`), "|", await start(`${server}/script`, { type: "module" }));
  const twice = `data:text/javascript,importScripts("${server}/script", "${server}/redirect/302/script")`;
  print(await start(twice, { expect: 2 }));
  // What is none, is not there, or is nobody's.
  for (const url of [`${server}/status/404`, `${server}/type/text/plain`, `${server}/untyped`, "http://127.0.0.1:1/"]) print(await start(url));
  const caught = `data:text/javascript,try { importScripts("${server}/wasm") } catch (e) { postMessage(e.name) }`;
  print(await start(caught));
  // A worker that still waits for its script can be ended.
  const waiting = new Worker(`${server}/never`);
  setTimeout(() => { waiting.terminate(); print("ended"); }, 50);
})();
//> loaded 1 http: | loaded 1 http:
//> loaded 1 data:,loaded 2 data:
//> error
//> error
//> error
//> error
//> NetworkError
//> ended
