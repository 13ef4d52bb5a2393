// The modules that every program uses, after a program has broken everything of one kind that the language's prototypes give.
const { defineProperty, getOwnPropertyNames } = Object, { includes } = Array.prototype, { apply } = Reflect;
const isOneOf = (list, name) => apply(includes, list, [name]);

function breakAll(object, names, kept = []) {
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (isOneOf(kept, name) || typeof object[name] !== "function") continue;
    defineProperty(object, name, { __proto__: null, configurable: true, writable: true, value() { throw new Error(`used: ${String(name)}`); } });
  }
}

const changes = {
  nothing() {},
  iteration() {
    const iterators = Object.getPrototypeOf([][Symbol.iterator]());
    breakAll(Array.prototype, [Symbol.iterator]);
    breakAll(iterators, ["next"]);
  },
  // Old packages add methods to all objects; these have the names that descriptors of properties have.
  objects() {
    const names = ["value", "get", "set", "enumerable", "configurable"];
    Object.prototype.added = () => {};
    for (let i = 0; i < names.length; i++) {
      const used = () => { throw new Error(`used: ${names[i]}`); };
      defineProperty(Object.prototype, names[i], { __proto__: null, configurable: true, get: used, set: used });
    }
  },
  arrays: () => breakAll(Array.prototype, getOwnPropertyNames(Array.prototype), ["constructor"]),
  // The engine itself puts texts together with `concat` in templates.
  texts: () => breakAll(String.prototype, getOwnPropertyNames(String.prototype), ["constructor", "concat", "toString", "valueOf"]),
  expressions: () => breakAll(RegExp.prototype, ["exec", "test", Symbol.replace, Symbol.match, Symbol.matchAll, Symbol.split, Symbol.search]),
  functions: () => breakAll(Function.prototype, ["call", "apply", "bind"]),
  promises: () => breakAll(Promise.prototype, ["then", "catch", "finally"]),
  collections() {
    breakAll(Map.prototype, ["get", "set", "has", "delete", "forEach"]);
    breakAll(Set.prototype, ["add", "has", "delete", "forEach"]);
  },
};

const uses = {
  require() {
    require("./answer.json");
    require.resolve("../require.cjs");
    try { require("./nothing"); } catch (error) { if (error.code !== "MODULE_NOT_FOUND") throw error; }
    require("module").isBuiltin("node:fs");
  },
  path() {
    const path = require("path");
    return [path.join("/a", "../b", "c.js"), path.resolve("/a", "b"), path.relative("/a/b", "/a/c"), path.basename("/a/b.js", ".js"), path.parse("/a/b.c").name, path.format({ dir: "/a", base: "b" })];
  },
  fs() {
    const fs = require("fs");
    fs.existsSync(__filename);
    fs.readFileSync(__filename, "utf8");
    fs.statSync(__filename).isFile();
    fs.readdirSync(__dirname, { withFileTypes: true });
    fs.realpathSync(__filename);
    fs.writeFileSync("/dev/null", "x");
    fs.mkdirSync("/tmp", { recursive: true });
    const fd = fs.openSync(__filename, "r");
    fs.readSync(fd, Buffer.alloc(8), 0, 8, 0);
    fs.closeSync(fd);
    fs.readFile(__filename, "utf8", () => {});
    fs.promises.readFile(__filename);
    try { fs.readFileSync("/nowhere"); } catch (error) { if (error.code !== "ENOENT") throw error; }
    try { fs.readFileSync(1.5); } catch (error) { if (error.code !== "ERR_INVALID_ARG_TYPE") throw error; }
  },
  buffer() {
    const buffer = Buffer.from("abc");
    Buffer.from([1, 2]).equals(Buffer.concat([buffer, buffer]));
    Buffer.alloc(4).fill("ab").writeBigUInt64LE;
    buffer.copy(Buffer.alloc(3).slice(1));
    buffer.write("x", "latin1");
    return [buffer.toString("hex"), buffer.indexOf("c"), buffer.readUInt8(0), Buffer.byteLength("a"), Buffer.alloc(8).writeDoubleBE(1)];
  },
  events() {
    const EventEmitter = require("events"), emitter = new EventEmitter();
    let calls = 0;
    const listener = () => { calls++; };
    emitter.on("a", listener).once("a", listener).prependListener("a", listener);
    emitter.emit("a", 1, 2, 3, 4);
    emitter.off("a", listener).removeAllListeners("a");
    return [calls, emitter.listenerCount("a")];
  },
  process() {
    process.nextTick(() => {}, 1);
    process.on("other", () => {}).emit("other");
    process.stdout.write("");
    process.hrtime.bigint();
    process.memoryUsage();
    return [typeof process.env.PATH, typeof process.cwd(), process.argv.length];
  },
  console() {
    console.log("%s %d", "text", 1, { a: 1, b: [1, "x", null], get c() { return 1; } }, [1, , 2], new (class Named { field = "a\nb"; })());
    console.error("error");
    console.group();
    console.log("inside", () => {}, Symbol("s"));
    console.groupEnd();
  },
  util() {
    const util = require("util");
    util.promisify(() => {})();
    util.inherits(function () {}, function () {});
    return [util.inspect({ a: [1, { b: [] }] }), util.format("%s", 1), util.types.isDate(new Date())];
  },
  url() {
    // The web's own scripts find the prototype of iterators when they first run.
    if (kind === "iteration") return;
    const { fileURLToPath, pathToFileURL } = require("url");
    fileURLToPath(pathToFileURL("/a b#"));
  },
  timers() {
    clearTimeout(setTimeout(() => {}, 1, 2));
    setImmediate(() => {}, 1);
  },
  os: () => [typeof require("os").tmpdir(), require("os").EOL],
  vm: () => require("vm").runInThisContext("1"),
};

const { 2: kind } = process.argv, { log } = console, names = Object.keys(uses);
changes[kind]();
for (let i = 0; i < names.length; i++) {
  try {
    const shown = uses[names[i]]();
    if (shown) log(names[i], shown);
  } catch (error) {
    log(names[i], error.message, error.stack);
  }
}
