// The modules of Node with bad input: what comes of each function that they export, of each constructor and each method, with each of the
// values of the table in each of the first arguments, one letter each.
//
// `.` returned, `A` ERR_INVALID_ARG_TYPE, `V` ERR_INVALID_ARG_VALUE, `O` ERR_OUT_OF_RANGE, `N` another code of Node's, `E` an error of the system,
// `T` TypeError, `R` RangeError, `S` SyntaxError, `M` the very value that the argument threw, `D` a DOMException, `X` another error, `!` anything
// else, small where a promise or a callback had it instead, and `?` where nothing ever came.
import { createRequire } from "node:module";
import { marker, receivers, values } from "../../js/bad_input/table.mjs";

const require = createRequire(import.meta.url);
const fs = require("fs");
const folder = fs.mkdtempSync(require("path").join(require("os").tmpdir(), "weft-bad-input-"));
// A text that is a path outside of everybody's folders.
const bad = { ...values, string: () => `${folder}/text` };
process.on("uncaughtException", () => {}).on("unhandledRejection", () => {}).on("warning", () => {});
process.on("exit", () => fs.rmSync(folder, { recursive: true }));
const { log } = console, { setTimeout, Promise } = globalThis;

function letter(error) {
  if (error === marker) return "M";
  if (typeof error !== "object" || error === null) return "!";
  try {
    if (error instanceof DOMException) return "D";
    const letters = { ERR_INVALID_ARG_TYPE: "A", ERR_INVALID_ARG_VALUE: "V", ERR_OUT_OF_RANGE: "O" };
    if (typeof error.code === "string") return letters[error.code] ?? (error.code.startsWith("ERR_") ? "N" : "E");
    return { TypeError: "T", RangeError: "R", SyntaxError: "S", Error: "X" }[error.name] ?? "!";
  } catch { return "!"; }
}

const isPromise = (value) => { try { return value instanceof Promise; } catch { return false; } };
// What comes at all comes from this thread, so before a timer that is set later.
const soon = (promise) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 30, "?"))]);

async function outcome(call, takesCallback) {
  let called;
  const callback = new Promise((resolve) => { called = (error) => resolve(error ? letter(error).toLowerCase() : "."); });
  try {
    const result = call(called);
    if (isPromise(result)) return await soon(result.then(() => ".", (error) => letter(error).toLowerCase()));
    return takesCallback ? await soon(callback) : ".";
  } catch (error) { return letter(error); }
}

// A line for each of the first arguments; the others are good.
async function rows(name, call, good, takesCallback) {
  for (let at = 0; at < good.length; at++) {
    const shown = good.map((_, index) => (index === at ? "_" : "…")).join(", ");
    let letters = "";
    for (const [kind, make] of Object.entries(bad)) {
      // A function among others is the callback itself.
      if (takesCallback && kind === "function") {
        letters += "-";
        continue;
      }
      letters += await outcome((callback) => {
        const args = good.slice();
        args[at] = make();
        return call(takesCallback ? [...args, callback] : args);
      }, takesCallback);
    }
    log(`${name}(${shown})`.padEnd(44), letters);
  }
}

const of = (name, walk) => walk(require(name));

// Functions of a module, with what are good arguments for them, by their names.
async function walk(name, exports, good) {
  for (const key of Object.keys(good).sort()) {
    if (typeof exports[key] === "function") await rows(`${name}.${key}`, (args) => exports[key](...args), good[key]);
  }
}

const file = `${folder}/nowhere/text`, fd = 9999, ids = [process.getuid(), process.getgid()];
const ofFs = {
  access: [file, 0], appendFile: [file, "text", {}], chmod: [file, 0o666], chown: [file, ...ids], close: [fd], copyFile: [file, file, 0], cp: [`${folder}/none`, `${folder}/other`, {}],
  exists: [file], existsSync: [file], fchmod: [fd, 0o666], fchown: [fd, ...ids], fdatasync: [fd], fstat: [fd, {}], fsync: [fd], ftruncate: [fd, 0], futimes: [fd, 0, 0],
  lchown: [file, ...ids], lchmod: [file, 0], link: [file, file], lstat: [file, {}], lutimes: [file, 0, 0], mkdir: [file, {}], mkdtemp: [`${folder}/nowhere/nowhere/x`, {}],
  open: [file, "r", 0o666], opendir: [file, {}], read: [fd, Buffer.alloc(8), 0, 8, 0], readdir: [file, {}], readFile: [file, {}], readlink: [file, {}], readv: [fd, [Buffer.alloc(8)], 0],
  realpath: [file, {}], rename: [file, file], rm: [file, {}], rmdir: [file, {}], stat: [file, {}], symlink: [file, file, "file"], truncate: [file, 0], unlink: [file],
  utimes: [file, 0, 0], write: [fd, Buffer.alloc(8), 0, 8, 0], writeFile: [file, "text", {}], writev: [fd, [Buffer.alloc(8)], 0], createReadStream: [file, {}], createWriteStream: [file, {}],
};
await of("fs", async (fs) => {
  for (const key of Object.keys(fs).sort()) {
    const good = ofFs[key.replace(/Sync$/, "")];
    if (good === undefined || typeof fs[key] !== "function") continue;
    await rows(`fs.${key}`, (args) => fs[key](...args), good, `${key}Sync` in fs && key !== "exists");
  }
});
await of("fs/promises", async (promises) => {
  for (const key of Object.keys(promises).sort()) {
    if (ofFs[key]) await rows(`fs/promises.${key}`, (args) => promises[key](...args), ofFs[key]);
  }
});

const paths = { basename: ["a", "b"], dirname: ["a"], extname: ["a"], format: [{}], isAbsolute: ["a"], join: ["a", "b"], normalize: ["a"], parse: ["a"], relative: ["a", "b"], resolve: ["a", "b"] };
await of("path", async (path) => {
  await walk("path", path, paths);
  await walk("path.win32", path.win32, paths);
});
await of("url", (url) => walk("url", url, {
  domainToASCII: ["a"], domainToUnicode: ["a"], fileURLToPath: ["file:///a", {}], fileURLToPathBuffer: ["file:///a", {}], format: ["a:b", {}], parse: ["a:b"], pathToFileURL: ["/a", {}],
  resolve: ["a:b", "c"], resolveObject: ["a:b", "c"], urlToHttpOptions: [new URL("a:b")],
}));
await of("util", (util) => walk("util", util, {
  callbackify: [async () => {}], debug: ["a"], debuglog: ["a"], deprecate: [() => {}, "a", "b"], format: ["%s", "a"], formatWithOptions: [{}, "a"], inherits: [function () {}, function () {}],
  inspect: ["a", {}], isArray: [[]], isDeepStrictEqual: ["a", "b"], promisify: [() => {}], stripVTControlCharacters: ["a"], styleText: ["red", "a", {}],
  toUSVString: ["a"], getSystemErrorName: [-1], getSystemErrorMessage: [-1], aborted: [new AbortController().signal, {}],
}));
await of("util", async ({ parseArgs }) => {
  for (const key of ["args", "options"]) await rows(`util.parseArgs({ ${key} })`, ([value]) => parseArgs({ args: [], [key]: value }), [[]]);
});
await of("crypto", (crypto) => walk("crypto", crypto, {
  createHash: ["sha256", {}], createHmac: ["sha256", "key", {}], hash: ["sha256", "text", "hex"], pbkdf2Sync: ["a", "b", 1, 8, "sha256"], randomBytes: [8], randomFillSync: [Buffer.alloc(8), 0, 8],
  randomInt: [1, 5], randomUUID: [{}], timingSafeEqual: [Buffer.alloc(8), Buffer.alloc(8)], getRandomValues: [Buffer.alloc(8)],
}));
await of("os", (os) => walk("os", os, { userInfo: [{}] }));
await of("tty", (tty) => walk("tty", tty, { isatty: [fd] }));
await of("module", (module) => walk("module", module, {
  createRequire: ["/a"], isBuiltin: ["fs"], 
}));
await of("buffer", async (buffer) => {
  await walk("buffer", buffer, { atob: ["YQ=="], btoa: ["a"], isAscii: [Buffer.alloc(8)], isUtf8: [Buffer.alloc(8)], transcode: [Buffer.alloc(8), "utf8", "latin1"], resolveObjectURL: ["blob:a"] });
  await walk("Buffer", Object.fromEntries(["alloc", "allocUnsafe", "allocUnsafeSlow", "byteLength", "compare", "concat", "copyBytesFrom", "from", "isBuffer", "isEncoding", "of"].map((key) => [key, Buffer[key]])), {
    alloc: [8, 0, "utf8"], allocUnsafe: [8], allocUnsafeSlow: [8], byteLength: ["a", "utf8"], compare: [Buffer.alloc(8), Buffer.alloc(8)], concat: [[], 8], copyBytesFrom: [new Uint8Array(8), 0, 8],
    from: ["a", 0, 0], isBuffer: [0], isEncoding: ["utf8"], of: [0],
  });
  const of = (key, good) => rows(`buffer.${key}`, (args) => Buffer.alloc(16)[key](...args), good);
  for (const key of Object.keys(Buffer.prototype).sort()) {
    if (typeof Buffer.prototype[key] !== "function") continue;
    if (/^read.*Int[BL]E$/i.test(key)) await of(key, [0, 2]);
    else if (/^read/.test(key)) await of(key, [0]);
    else if (/^write.*BigU?[iI]nt/.test(key)) await of(key, [1n, 0]);
    else if (/^write.*[iI]nt[BL]E$/.test(key)) await of(key, [1, 0, 2]);
    else if (/^write./.test(key)) await of(key, [1, 0]);
  }
  const other = { write: ["a", 0, 1, "utf8"], fill: ["a", 0, 1, "utf8"], toString: ["utf8", 0, 1], copy: [Buffer.alloc(8), 0, 0, 1], compare: [Buffer.alloc(8), 0, 1, 0, 1], equals: [Buffer.alloc(8)], indexOf: ["a", 0],
    lastIndexOf: ["a", 0], includes: ["a", 0], slice: [0, 1], subarray: [0, 1], swap16: [], toJSON: [] };
  for (const key of Object.keys(other)) await of(key, other[key]);
});
await of("events", async (events) => {
  await walk("events", events, { once: [new events(), "a", {}], on: [new events(), "a", {}], getEventListeners: [new events(), "a"], listenerCount: [new events(), "a"], setMaxListeners: [1, new events()], getMaxListeners: [new events()],
    addAbortListener: [new AbortController().signal, () => {}], });
  for (const key of ["on", "once", "off", "addListener", "prependListener", "prependOnceListener", "removeListener"]) await rows(`emitter.${key}`, (args) => new events()[key](...args), ["a", () => {}]);
  for (const key of ["setMaxListeners", "removeAllListeners", "listeners", "rawListeners"]) await rows(`emitter.${key}`, (args) => new events()[key](...args), [1]);
  await rows("emitter.listenerCount", (args) => new events().listenerCount(...args), ["a", () => {}]);
  await rows("emitter.emit", (args) => new events().emit(...args), ["a", 1]);
  await rows("emitter.emit error", (args) => new events().emit("error", ...args), [1]);
});
await of("vm", (vm) => walk("vm", vm, { runInThisContext: ["1", {}], compileFunction: ["1", [], {}] }));
await of("vm", (vm) => rows("new vm.Script", (args) => new vm.Script(...args), ["1", {}]));
await of("wasi", ({ WASI }) => rows("new WASI", (args) => new WASI(...args), [{ version: "preview1" }]));
await of("wasi", async ({ WASI }) => {
  for (const key of ["version", "args", "env", "preopens", "stdin", "returnOnExit"]) await rows(`new WASI({ ${key} })`, ([value]) => new WASI({ version: "preview1", [key]: value }), [1]);
  for (const key of ["start", "initialize", "finalizeBindings"]) await rows(`wasi.${key}`, (args) => new WASI({ version: "preview1" })[key](...args), [{}]);
});
await of("process", (process) => walk("process", process, { emitWarning: ["a", "b", "c"], hrtime: [[0, 0]], nextTick: [() => {}, 1], cpuUsage: [{ user: 0, system: 0 }] }));
await of("timers", async (timers) => {
  await walk("timers", timers, { setTimeout: [() => {}, 1e9], setInterval: [() => {}, 1e9], setImmediate: [() => {}], clearTimeout: [0], clearInterval: [0], clearImmediate: [0] });
  await rows("timers/promises.setTimeout", (args) => timers.promises.setTimeout(...args), [1, 0, {}]);
  await rows("timers/promises.setImmediate", (args) => timers.promises.setImmediate(...args), [0, {}]);
});
await of("perf_hooks", ({ performance }) => walk("performance", { mark: (...args) => performance.mark(...args), measure: (...args) => performance.measure(...args) }, { mark: ["a", {}], measure: ["a", {}] }));
await of("string_decoder", async ({ StringDecoder }) => {
  await rows("new StringDecoder", (args) => new StringDecoder(...args), ["utf8"]);
  for (const key of ["write", "end"]) await rows(`decoder.${key}`, (args) => new StringDecoder("utf8")[key](...args), [Buffer.alloc(1)]);
});
await of("crypto", async ({ createHash, createHmac }) => {
  await rows("hash.update", (args) => createHash("sha256").update(...args), ["a", "utf8"]);
  await rows("hash.digest", (args) => createHash("sha256").digest(...args), ["hex"]);
  await rows("hmac.update", (args) => createHmac("sha256", "a").update(...args), ["a", "utf8"]);
  await rows("hmac.digest", (args) => createHmac("sha256", "a").digest(...args), ["hex"]);
});
await of("querystring", (querystring) => walk("querystring", querystring, { parse: ["a=b", "&", "=", {}], stringify: [{ a: 1 }, "&", "=", {}], escape: ["a"], unescape: ["a"] }));
await of("worker_threads", async (threads) => {
  await walk("worker_threads", threads, { getEnvironmentData: ["a"], setEnvironmentData: ["a", 1], markAsUntransferable: [{}], isMarkedAsUntransferable: [{}], receiveMessageOnPort: [new MessageChannel().port1] });
  await rows("new Worker", (args) => { const worker = new threads.Worker(...args); worker.on("error", () => {}); worker.terminate(); }, ["1", { eval: true }]);
});
await of("stream", async (stream) => {
  for (const key of ["Readable", "Writable", "Duplex", "Transform", "PassThrough"]) await rows(`new ${key}`, (args) => { new stream[key](...args).on("error", () => {}); }, [{}]);
  await rows("Readable.from", (args) => stream.Readable.from(...args), [[], {}]);
  await rows("pipeline", (args) => stream.pipeline(...args), [stream.Readable.from([]), new stream.PassThrough(), () => {}]);
  await rows("finished", (args) => stream.finished(...args), [new stream.PassThrough(), {}, () => {}]);
  await rows("writable.write", (args) => new stream.PassThrough().on("error", () => {}).write(...args), ["a", "utf8", () => {}]);
  await rows("readable.push", (args) => new stream.Readable({ read() {} }).on("error", () => {}).push(...args), ["a", "utf8"]);
});
await of("http", async (http) => {
  await rows("http.request", (args) => http.request(...args).on("error", () => {}).destroy(), ["http://127.0.0.1:9", {}]);
  await rows("http.createServer", (args) => http.createServer(...args), [{}, () => {}]);
});
await of("assert", (assert) => walk("assert", assert, { ok: [1, "a"], equal: [1, 1, "a"], deepEqual: [1, 1, "a"], throws: [() => { throw new Error(); }, {}], doesNotThrow: [() => {}], rejects: [Promise.reject(), {}], ifError: [null], match: ["a", /a/], fail: ["a"], strictEqual: [1, 1], deepStrictEqual: [1, 1] }));
// With wrong receivers nothing but an error may come, and none is compared: what Node's own scripts say is theirs.
const { Stats, Dirent, Dir } = fs, { Readable, Writable, Duplex, Transform } = require("stream"), { Hash, Hmac } = require("crypto");
const classes = [Stats, Dirent, Dir, Readable, Writable, Duplex, Transform, Hash, Hmac, Buffer, require("events"), require("string_decoder").StringDecoder,
  require("vm").Script, require("wasi").WASI, require("worker_threads").Worker, require("worker_threads").MessagePort, require("module"), require("url").Url];
for (const Class of classes) {
  for (const key of Reflect.ownKeys(Class.prototype)) {
    const { get, set, value } = Object.getOwnPropertyDescriptor(Class.prototype, key);
    for (const method of [get, set, key === "constructor" ? undefined : value]) {
      if (typeof method === "function") for (const receiver of receivers(Class, {})) await outcome(() => Reflect.apply(method, receiver, []));
    }
  }
}
log("wrong receivers: done");
process.exit();
