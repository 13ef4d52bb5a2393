// node:wasi.
(language, native, library) => {
  "use strict";
  const { Array, Error, Number, Object, String, Symbol, TypeError } = language;
  const { coded, invalidType, invalidValue, needFunction, outOfRange } = library("node:internal/errors");

  function needObject(value, name) {
    if (value === null || Array.isArray(value) || typeof value !== "object") throw invalidType(name, "of type object", value);
    return value;
  }

  function needFd(value, name) {
    if (typeof value !== "number") throw invalidType(name, "of type number", value);
    if (!Number.isInteger(value)) throw outOfRange(name, "an integer", value);
    if (value < 0 || value > 0x7fffffff) throw outOfRange(name, ">= 0 && <= 2147483647", value);
    return value;
  }

  function needUndefined(value, name) {
    if (value !== undefined) throw invalidType(name, "undefined", value);
  }

  // What a program that ends itself throws through its own frames.
  const ended = Symbol("kExitCode");

  // A program with what it is granted, and its functions.
  function create(isUnstable, { args = [], env = {}, preopens = {}, stdin = 0, stdout = 1, stderr = 2 }) {
    if (!Array.isArray(args)) throw invalidType("options.args", "an instance of Array", args);
    const variables = Object.entries(needObject(env, "options.env")).filter(([, value]) => value !== undefined).map(([key, value]) => `${key}=${value}`);
    const folders = Object.entries(needObject(preopens, "options.preopens"));
    const streams = [needFd(stdin, "options.stdin"), needFd(stdout, "options.stdout"), needFd(stderr, "options.stderr")];
    try {
      return native.create(isUnstable, args.map(String), variables, folders.map(([guest]) => guest), folders.map(([, host]) => `${host}`), streams);
    } catch (error) {
      // What Weft denies says how it is allowed.
      if (error.syscall !== "uvwasi_init" || error.code === "EACCES") throw error;
      throw coded(Error, `UVWASI_${error.code}`, `UVWASI_${error.code}, uvwasi_init`, { errno: error.errno, syscall: "uvwasi_init" });
    }
  }

  class WASI {
    #program;
    #namespace;
    #exitCode = 0;
    #isStarted = false;

    constructor(options = {}) {
      const { version, returnOnExit = true } = needObject(options, "options");
      if (typeof version !== "string") throw invalidType("options.version", "of type string", version);
      if (version !== "preview1" && version !== "unstable") throw invalidValue("options.version", version, "unsupported WASI version");
      this.#namespace = version === "preview1" ? "wasi_snapshot_preview1" : "wasi_unstable";
      const [program, imports] = create(version === "unstable", options);
      if (typeof returnOnExit !== "boolean") throw invalidType("options.returnOnExit", "of type boolean", returnOnExit);
      this.#program = program;
      imports.sched_yield = () => 0;
      imports.proc_raise = (signal) => native.raise(signal);
      imports.proc_exit = (code) => {
        if (!returnOnExit) library("node:process").reallyExit(code);
        this.#exitCode = code;
        throw ended;
      };
      this.wasiImport = imports;
    }

    finalizeBindings(instance, { memory = instance?.exports?.memory } = {}) {
      if (this.#isStarted) throw coded(Error, "ERR_WASI_ALREADY_STARTED", "WASI instance has already started");
      needObject(instance, "instance");
      needObject(instance.exports, "instance.exports");
      if (!native.setMemory(this.#program, memory)) throw coded(TypeError, "ERR_INVALID_ARG_TYPE", '"instance.exports.memory" property must be a WebAssembly.Memory object');
      this.#isStarted = true;
    }

    start(instance) {
      this.finalizeBindings(instance);
      const { _start, _initialize } = instance.exports;
      needFunction(_start, "instance.exports._start");
      needUndefined(_initialize, "instance.exports._initialize");
      try {
        _start();
      } catch (error) {
        if (error !== ended) throw error;
      }
      return this.#exitCode;
    }

    initialize(instance) {
      this.finalizeBindings(instance);
      const { _start, _initialize } = instance.exports;
      needUndefined(_start, "instance.exports._start");
      if (_initialize !== undefined) needFunction(_initialize, "instance.exports._initialize")();
    }

    getImportObject() { return { [this.#namespace]: this.wasiImport }; }
  }

  return { WASI };
};
