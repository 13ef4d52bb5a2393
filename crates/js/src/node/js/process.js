// node:process: the program, and how it ends.
(language, native, library) => {
  "use strict";
  const { Array, BigInt, Error, Function, Math, Number, Object, Proxy, Reflect, String, Symbol, TypeError, global } = { Proxy: language.global.Proxy, ...language };
  const { array } = library("node:internal/primordials");
  const EventEmitter = library("node:events");
  const { coded, invalidType, invalidValue, outOfRange, unsupported, needFunction, needNumber, needObject, needText } = library("node:internal/errors");

  function process() {}
  Object.setPrototypeOf(process.prototype, EventEmitter.prototype);
  const self = Object.create(process.prototype);
  Object.defineProperty(self, Symbol.toStringTag, { __proto__: null, value: "process", configurable: true });
  Reflect.apply(EventEmitter, self, []);

  const facts = native.facts();
  const lazy = (object, name, make) => Object.defineProperty(object, name, {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      const value = make();
      Object.defineProperty(object, name, { __proto__: null, value, writable: true, configurable: true, enumerable: true });
      return value;
    },
    set(value) { Object.defineProperty(object, name, { __proto__: null, value, writable: true, configurable: true, enumerable: true }); },
  });

  const thread = library("node:internal/thread");
  const isThread = thread.start !== null;
  // What is of the whole process only its first thread changes.
  const needFirstThread = (name) => { if (isThread) throw coded(TypeError, "ERR_WORKER_UNSUPPORTED_OPERATION", `${name} is not supported in workers`); };

  // Whatever a variable is set to is its text.
  const env = new Proxy(isThread ? thread.start.env : facts.env, {
    __proto__: null,
    set(target, key, value) {
      if (typeof key === "symbol" || typeof value === "symbol") throw new TypeError("Cannot convert a Symbol value to a string");
      target[key] = `${value}`;
      return true;
    },
    defineProperty(target, key, descriptor) {
      return Reflect.defineProperty(target, key, "value" in descriptor ? { ...descriptor, value: `${descriptor.value}` } : descriptor);
    },
  });

  const ticks = [];
  let exitCode, isExiting = false;

  function nextTick(callback, ...args) {
    needFunction(callback, "callback");
    if (isExiting) return;
    array.push(ticks, { callback, args });
    native.hasTicks();
  }

  // Runs what nextTick has queued until nothing is left. Jobs of promises run after each of them alone when the host does it.
  function runTicks() {
    let next = 0;
    try {
      while (next < ticks.length) {
        const { callback, args } = ticks[next++];
        Reflect.apply(callback, undefined, args);
      }
    } finally {
      array.splice(ticks, 0, next);
      if (ticks.length > 0) native.hasTicks();
    }
  }

  function codeOf(code, name = "code") {
    if (code === undefined || code === null) return undefined;
    const number = typeof code === "string" && code !== "" ? +code : code;
    if (!Number.isInteger(number)) throw invalidType(name, "of type integer", code);
    return number;
  }

  function exit(code) {
    const given = codeOf(code);
    if (given !== undefined) exitCode = given;
    emitExit();
    native.quit(exitCode ?? 0);
  }

  // Tells of the end once, and gives the code: the program's own or else this one.
  function emitExit(code = 0) {
    if (code !== 0) exitCode ??= code;
    if (!isExiting) {
      isExiting = true;
      self.emit("exit", exitCode ?? 0);
    }
    return exitCode ?? 0;
  }

  let capture = null;
  // Whether somebody has taken an exception that nobody caught.
  function uncaught(error, origin) {
    self.emit("uncaughtExceptionMonitor", error, origin);
    if (capture !== null) {
      capture(error, origin);
      return true;
    }
    return self.emit("uncaughtException", error, origin);
  }

  // The same for a rejection that nobody handles.
  function rejected(reason, promise) {
    if (self.emit("unhandledRejection", reason, promise)) return true;
    return uncaught(reason, "unhandledRejection");
  }

  // Without listeners an exception ends the program; its listeners of "exit" hear of it.
  function failed() {
    exitCode = exitCode || 1;
    try {
      emitExit();
    } catch { /* The first failure is the one that is reported. */ }
    return exitCode || 1;
  }

  function emitWarning(warning, type, code) {
    if (typeof type === "function") type = code = undefined;
    else if (typeof type === "object" && type !== null && !Array.isArray(type)) ({ type, code } = type);
    else if (typeof code === "function") code = undefined;
    if (type !== undefined) needText(type, "type");
    if (code !== undefined) needText(code, "code");
    if (typeof warning !== "string" && !(warning instanceof Error)) throw invalidType("warning", "of type string or an instance of Error", warning);
    const error = warning instanceof Error ? warning : Object.assign(new Error(warning), { name: type ?? "Warning" });
    if (code !== undefined) error.code = code;
    nextTick(() => {
      if (self.emit("warning", error)) return;
      if (error.name === "DeprecationWarning" && self.noDeprecation) return;
      self.stderr.write(`(weft:${self.pid}) ${error.code === undefined ? "" : `[${error.code}] `}${error.name}: ${error.message}\n`);
    });
  }

  function hrtime(since) {
    const now = native.nanoseconds();
    let seconds = Number(now / 1000000000n), nanoseconds = Number(now % 1000000000n);
    if (since !== undefined) {
      if (!Array.isArray(since)) throw invalidType("time", "an instance of Array", since);
      if (since.length !== 2) throw outOfRange("time", "2", since.length);
      seconds -= since[0];
      nanoseconds -= since[1];
      if (nanoseconds < 0) {
        seconds -= 1;
        nanoseconds += 1000000000;
      }
    }
    return [seconds, nanoseconds];
  }
  hrtime.bigint = () => native.nanoseconds();

  const memoryUsage = () => ({ ...native.memory() });
  memoryUsage.rss = () => native.memory().rss;

  function needUsage(before) {
    needObject(before, "prevValue");
    array.forEach(["user", "system"], (name) => {
      const value = needNumber(before[name], `prevValue.${name}`);
      if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) throw invalidValue(`prevValue.${name}`, value);
    });
  }

  let umask = facts.umask;
  const own = {
    title: "weft",
    version: `v${facts.node}`,
    versions: { node: facts.node, weft: facts.weft, modules: "147", uv: "1.52.0", ares: "", v8: "14.6.0-weft", zlib: "1.3.1", quickjs: facts.quickjs },
    arch: "x64",
    platform: "linux",
    release: { name: "node", lts: false },
    argv: facts.argv,
    argv0: facts.argv[0],
    execArgv: [],
    execPath: facts.execPath,
    env,
    pid: facts.pid,
    ppid: facts.ppid,
    debugPort: 9229,
    features: { inspector: false, debug: false, uv: true, ipv6: true, tls_alpn: true, tls_sni: true, tls_ocsp: true, tls: true, typescript: false, require_module: true, cached_builtins: true },
    config: { target_defaults: {}, variables: {} },
    allowedNodeEnvironmentFlags: new language.Set(),
    nextTick,
    exit,
    reallyExit: (code) => native.quit(codeOf(code) ?? 0),
    abort() {
      needFirstThread("process.abort()");
      native.quit(134);
    },
    emitWarning,
    cwd: () => native.cwd(),
    chdir(folder) {
      needFirstThread("process.chdir()");
      if (typeof folder !== "string") throw invalidType("directory", "of type string", folder);
      native.chdir(folder);
    },
    umask(mask) {
      const before = umask;
      if (mask !== undefined) needFirstThread("Setting process.umask()");
      if (mask !== undefined) umask = native.umask(typeof mask === "string" ? Number.parseInt(mask, 8) : mask);
      return before;
    },
    uptime: () => native.uptime(),
    hrtime,
    memoryUsage,
    availableMemory: () => native.memory().free,
    constrainedMemory: () => 0,
    cpuUsage(before) {
      const now = native.cpuUsage();
      if (before) needUsage(before);
      return !before ? now : { user: now.user - before.user, system: now.system - before.system };
    },
    resourceUsage: () => ({ userCPUTime: native.cpuUsage().user, systemCPUTime: native.cpuUsage().system, maxRSS: Math.trunc(native.memory().rss / 1024) }),
    getuid: () => facts.uid,
    geteuid: () => facts.uid,
    getgid: () => facts.gid,
    getegid: () => facts.gid,
    getgroups: () => [facts.gid],
    // The one of old that programs still ask for.
    binding(name) {
      if (name !== "constants") throw new Error(`No such module: ${name}`);
      return { os: library("node:os").constants, fs: library("node:fs").constants, crypto: {}, zlib: {}, trace: {} };
    },
    kill: () => { throw unsupported("process.kill"); },
    dlopen: () => { throw coded(Error, "ERR_DLOPEN_FAILED", "native code for Node does not run in Weft: use the package's wasm build"); },
    getBuiltinModule: (name) => (library("node:module").isBuiltin(name) ? library(`node:${name.replace(/^node:/, "")}`) : undefined),
    getActiveResourcesInfo: () => [],
    setSourceMapsEnabled() {},
    setUncaughtExceptionCaptureCallback(callback) {
      if (callback !== null) needFunction(callback, "fn");
      capture = callback;
    },
    hasUncaughtExceptionCaptureCallback: () => capture !== null,
    ref() {},
    unref() {},
    report: undefined,
  };
  array.forEach(Object.keys(own), (name) => { self[name] = own[name]; });
  Object.defineProperty(self, "exitCode", {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get: () => exitCode,
    set(code) { exitCode = codeOf(code); },
  });
  Object.defineProperty(self, "_exiting", { __proto__: null, configurable: true, get: () => isExiting, set(value) { isExiting = value; } });
  const output = (fd) => (thread.captures(fd) ? thread.output(fd) : new (library("node:tty").WriteStream)(fd));
  lazy(self, "stdout", () => output(1));
  lazy(self, "stderr", () => output(2));
  lazy(self, "stdin", () => (isThread ? thread.input() : library("node:internal/stdin").open()));
  native.keep(runTicks, emitExit, uncaught, rejected, failed, () => self.emit("beforeExit", exitCode ?? 0));
  return self;
};
