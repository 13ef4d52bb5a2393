// node:worker_threads: workers of files, texts and URLs, ports, and how workers end. Steps come one after another, since threads do not.
const { Worker, MessageChannel, MessagePort, BroadcastChannel, isMainThread, parentPort, workerData, threadId, threadName, receiveMessageOnPort, markAsUntransferable, isMarkedAsUntransferable, markAsUncloneable, setEnvironmentData, SHARE_ENV } = require('worker_threads');
const { once } = require('events'), path = require('path');
const ended = (worker) => new Promise((resolve) => worker.once('exit', resolve));
const fail = (action) => { try { console.log(action()); } catch (error) { console.log(error.name, error.code, error.message); } };
const steps = {
  async identity() {
    console.log(isMainThread, parentPort, workerData, threadId, threadName, typeof SHARE_ENV, typeof Worker.prototype.postMessage, parentPort instanceof MessagePort);
    setEnvironmentData('key', { of: 'environment' });
    const worker = new Worker(path.join(__dirname, 'lib/worker.cjs'), { workerData: { n: 1, big: 2n, map: new Map([[1, 'x']]) }, argv: ['x', 1], env: { A: 'b', C: 3 }, name: 'named' });
    worker.on('online', () => console.log('online', worker.threadId, worker.threadName));
    worker.on('message', (message) => console.log('message', message));
    console.log('exit', await ended(worker), worker.threadId);
  },
  async echo() {
    const worker = new Worker("const { parentPort } = require('worker_threads'); parentPort.on('message', (message) => { if (message === 'stop') parentPort.close(); else parentPort.postMessage(message); });", { eval: true });
    const buffer = new ArrayBuffer(8); const view = new Uint8Array(buffer); view[0] = 7;
    worker.postMessage({ view }, [buffer]); console.log(buffer.byteLength, (await once(worker, 'message'))[0]);
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }); worker.postMessage(shared); console.log((await once(worker, 'message'))[0].buffer instanceof SharedArrayBuffer);
    worker.postMessage('stop'); console.log('exit', await ended(worker));
  },
  async ways() {
    for (const source of ["process.exit(3)", "process.exitCode = 4", "process.on('exit', (code) => { process.exitCode = code + 5; })", "setTimeout(() => {}, 5)", "import('fs').then((fs) => process.exit(typeof fs.readFileSync === 'function' ? 6 : 7))", "import fs from 'fs'; process.exit(fs.existsSync('/') ? 8 : 9)"]) console.log(await ended(new Worker(source, { eval: true })));
    console.log(await ended(new Worker(new URL('data:text/javascript,' + encodeURIComponent('import { threadId } from "node:worker_threads"; process.exit(typeof threadId === "number" && typeof require === "undefined" ? 10 : 11)')))));
    for (const source of ["throw new TypeError('of the worker')", "Promise.reject(new RangeError('rejected'))", "throw 5", "syntax error"]) {
      const worker = new Worker(source, { eval: true }); worker.on('error', (error) => console.log('error', error instanceof Error ? error.name + (error.name === 'SyntaxError' ? '' : ': ' + error.message) : error)); console.log(await ended(worker));
    }
    const none = new Worker('./nothing.js'); none.on('error', (error) => console.log(error.code)); console.log(await ended(none));
  },
  async terminate() {
    for (const source of ["for (;;);", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)", "require('worker_threads').parentPort.on('message', () => {})", "process.on('exit', () => console.log('never'))  ; setInterval(() => {}, 1000)"]) {
      const worker = new Worker(source, { eval: true }); await once(worker, 'online'); const exits = []; worker.on('exit', (code) => exits.push(code)); console.log(await worker.terminate(), exits, await worker.terminate());
    }
  },
  async streams() {
    const worker = new Worker("process.stdin.on('data', (data) => { console.log('got ' + data); console.error('bad'); process.stdout.write('raw\\n'); })", { eval: true, stdin: true, stdout: true, stderr: true });
    let text = '', errors = ''; worker.stdout.on('data', (data) => { text += data; }); worker.stderr.on('data', (data) => { errors += data; });
    worker.stdin.write('abc'); worker.stdin.end(); console.log(await ended(worker), JSON.stringify(text), JSON.stringify(errors));
    const plain = new Worker("process.stdin.on('end', () => process.exit(2)); process.stdin.resume()", { eval: true }); console.log(plain.stdin, await ended(plain));
  },
  async ports() {
    const { port1, port2 } = new MessageChannel(); console.log(port1.hasRef(), typeof port1.on, port1 instanceof EventTarget);
    port1.postMessage(1); port1.postMessage({ two: 2 }); console.log(receiveMessageOnPort(port2), receiveMessageOnPort(port2), receiveMessageOnPort(port2)); fail(() => receiveMessageOnPort({}));
    const seen = []; const listener = (message) => seen.push(message); port2.on('message', listener); port2.once('message', (message) => seen.push(['once', message]));
    port1.postMessage('a'); port1.postMessage('b'); await new Promise((resolve) => setTimeout(resolve, 20)); console.log(seen, port2.listenerCount('message'));
    port2.off('message', listener); port1.postMessage('c'); port2.onmessage = ({ data }) => console.log('onmessage', data); await new Promise((resolve) => setTimeout(resolve, 20)); port2.onmessage = null;
    const worker = new Worker("require('worker_threads').workerData.on('message', (message, rest) => { require('worker_threads').workerData.postMessage([message, rest]); require('worker_threads').workerData.close(); })", { eval: true, workerData: port2, transferList: [port2] });
    port1.postMessage('through'); console.log((await once(port1, 'message'))[0]); await Promise.all([once(port1, 'close'), ended(worker)]); console.log('closed');
    const buffer = new ArrayBuffer(2), other = new MessageChannel(); markAsUntransferable(buffer); console.log(isMarkedAsUntransferable(buffer)); fail(() => other.port1.postMessage(0, [buffer]));
    const secret = {}; markAsUncloneable(secret); for (const action of [() => other.port1.postMessage(secret), () => new Worker('', { eval: true, workerData: () => {} })]) try { action(); } catch (error) { console.log(error.name, error.code); }
  },
  async channels() {
    const channel = new BroadcastChannel('news'); const got = new Promise((resolve) => { channel.onmessage = ({ data }) => resolve(data); });
    const worker = new Worker("const channel = new BroadcastChannel('news'); channel.postMessage('from the worker'); channel.close()", { eval: true }); console.log(await got, await ended(worker)); channel.unref(); channel.ref(); channel.close();
  },
  async wrong() {
    for (const [...args] of [['x.js'], [5], [new URL('http://x/')], [5, { eval: true }], ['', { eval: true, argv: 1 }], ['', { eval: true, env: 1 }], ['', { eval: true, name: 1 }], ['file:///x.js']]) fail(() => new Worker(...args));
  },
};
(async () => {
  for (const name of Object.keys(steps)) { console.log(`${name}:`); await steps[name](); }
  // One that nobody waits for ends with the program.
  new Worker('setInterval(() => {}, 1000)', { eval: true }).unref();
})();
// Nor does anybody wait for these.
for (const timeout of [undefined, 1e9]) Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeout).value.then(() => console.log('never'));
