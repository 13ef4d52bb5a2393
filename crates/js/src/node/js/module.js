// node:module: CommonJS modules, and what they have to do with ES modules.
(language, native, library) => {
  "use strict";
  const { Array, Error, JSON, Object, Reflect, Set, String, SyntaxError, global } = language;
  const { array, exec, text } = library("node:internal/primordials");
  const { coded, invalidType, invalidValue, unsupported } = library("node:internal/errors");
  const { dirname, isAbsolute, join, resolve } = library("node:path");

  const builtins = native.builtins();
  const withoutScheme = (name) => (text.startsWith(name, "node:") ? text.slice(name, 5) : name);
  const isBuiltin = (name) => typeof name === "string" && array.includes(builtins, withoutScheme(name));

  function Module(id = "", parent) {
    this.id = id;
    this.path = dirname(id);
    this.exports = {};
    Object.defineProperty(this, "parent", { __proto__: null, value: parent, writable: true, configurable: true, enumerable: false });
    if (parent?.children) array.push(parent.children, this);
    this.filename = null;
    this.loaded = false;
    this.children = [];
    this.paths = [];
  }
  Module._cache = { __proto__: null };
  Module._pathCache = { __proto__: null };
  Module.globalPaths = [];
  Module.Module = Module;

  // What a builtin exports.
  const builtin = (name) => library(text.startsWith(name, "node:") ? name : `node:${name}`);

  Module._nodeModulePaths = (from) => native.modulePaths(resolve(from));
  Module._resolveLookupPaths = (request, parent) => (isBuiltin(request) ? null : exec(/^\.\.?(\/|$)/, request) ? [parent?.filename ? dirname(parent.filename) : "."] : parent?.paths ?? []);

  Module._resolveFilename = (request, parent, isMain, options) => {
    if (options?.paths !== undefined) {
      if (!Array.isArray(options.paths)) throw invalidValue("options.paths", options.paths);
      let fault;
      for (let i = 0; i < options.paths.length; i++) {
        try {
          return native.resolve(request, join(resolve(options.paths[i]), "noop.js"), false);
        } catch (error) {
          fault = error;
        }
      }
      throw fault ?? coded(Error, "MODULE_NOT_FOUND", `Cannot find module '${request}'`, { requireStack: [] });
    }
    const from = parent?.filename ?? (parent?.id && isAbsolute(parent.id) ? parent.id : resolve("noop.js"));
    try {
      return native.resolve(request, from, false);
    } catch (error) {
      if (error.code === "MODULE_NOT_FOUND") {
        error.requireStack = [];
        for (let it = parent; it; it = it.parent) array.push(error.requireStack, it.filename ?? it.id);
        const stack = error.requireStack.length > 0 ? `\nRequire stack:\n- ${array.join(error.requireStack, "\n- ")}` : "";
        error.message = `Cannot find module '${request}'${stack}`;
      }
      throw error;
    }
  };

  Module._load = (request, parent, isMain) => {
    if (text.startsWith(request, "node:")) return builtin(native.resolve(request, "/", false));
    const filename = Module._resolveFilename(request, parent, isMain);
    // Somebody may have put a module of theirs there.
    const cached = Module._cache[filename];
    if (cached !== undefined) {
      if (parent?.children && !array.includes(parent.children, cached)) array.push(parent.children, cached);
      return cached.exports;
    }
    if (!isAbsolute(filename)) return builtin(filename);
    const module = new Module(filename, parent);
    if (isMain) {
      module.id = ".";
      library("node:process").mainModule = module;
      mainModule = module;
    }
    Module._cache[filename] = module;
    let isLoaded = false;
    try {
      module.load(filename);
      isLoaded = true;
    } finally {
      if (!isLoaded) delete Module._cache[filename];
    }
    return module.exports;
  };
  let mainModule;

  Module.prototype.load = function (filename) {
    this.filename = filename;
    this.paths = Module._nodeModulePaths(dirname(filename));
    const name = text.slice(filename, text.lastIndexOf(filename, "/") + 1);
    // The longest ending that somebody has registered.
    let ending = ".js";
    for (let at = text.indexOf(name, ".", 1); at >= 0; at = text.indexOf(name, ".", at + 1)) {
      if (Module._extensions[text.slice(name, at)]) {
        ending = text.slice(name, at);
        break;
      }
    }
    Module._extensions[ending](this, filename);
    this.loaded = true;
  };

  Module.prototype.require = function (id) {
    if (typeof id !== "string") throw invalidType("id", "of type string", id);
    if (id === "") throw invalidValue("id", id, "must be a non-empty string");
    return Module._load(id, this, false);
  };

  Module.wrapper = ["(function (exports, require, module, __filename, __dirname) { ", "\n});"];
  Module.wrap = (source) => Module.wrapper[0] + source + Module.wrapper[1];

  Module.prototype._compile = function (source, filename, format) {
    if (format === "module") {
      this.exports = requireModule(filename, this.parent?.filename);
      return undefined;
    }
    const run = native.runScript(Module.wrap(text.startsWith(`${source}`, "#!") ? `//${source}` : source), filename);
    return Reflect.apply(run, this.exports, [this.exports, makeRequire(this), this, filename, dirname(filename)]);
  };

  Module._extensions = {
    __proto__: null,
    ".js"(module, filename) {
      const { 0: format, 1: source } = native.read(filename);
      if (format === "module") module.exports = requireModule(filename, module.parent?.filename);
      else module._compile(source, filename);
    },
    ".json"(module, filename) {
      const { 1: source } = native.read(filename);
      try {
        module.exports = JSON.parse(source);
      } catch (error) {
        error.message = `${filename}: ${error.message}`;
        throw error;
      }
    },
    ".node"(module, filename) {
      throw coded(Error, "ERR_DLOPEN_FAILED", `${filename} is native code for Node, which Weft does not run: use the package's wasm build`);
    },
    ".mjs"(module, filename) {
      module.exports = requireModule(filename, module.parent?.filename);
    },
  };
  Object.defineProperty(Module._extensions, ".mjs", { __proto__: null, enumerable: false });

  // What `require` gives for an ES module: its namespace, or what it exports as "module.exports".
  function requireModule(filename, parent) {
    const namespace = evaluate(filename, `import * as namespace from ${JSON.stringify(filename)}; export { namespace };`, parent).namespace;
    if ("module.exports" in namespace) return namespace["module.exports"];
    if (!("default" in namespace) || "__esModule" in namespace) return namespace;
    // Compilers take a module that has a default export for one that says so.
    return evaluate(filename, `export * from ${JSON.stringify(filename)}; export { default } from ${JSON.stringify(filename)}; export const __esModule = true;`, parent);
  }

  let facades = 0;
  function evaluate(filename, source, parent = "") {
    facades++;
    const { 0: promise, 1: namespace } = native.runModule(source, `${filename}#require${facades}`, filename, parent);
    language.apply(language.then, promise, [undefined, () => {}]);
    const { 0: state, 1: reason } = native.promiseState(promise);
    if (state === "rejected") throw reason;
    if (state === "pending") {
      throw coded(Error, "ERR_REQUIRE_ASYNC_MODULE", `require() cannot be used on an ESM graph with top-level await. Use import() instead. To see where the top-level await comes from, use --experimental-print-required-tla.\n  ${filename}`);
    }
    return namespace;
  }

  function makeRequire(module) {
    const require = function (id) {
      return module.require(id);
    };
    require.resolve = (request, options) => {
      if (typeof request !== "string") throw invalidType("request", "of type string", request);
      return Module._resolveFilename(request, module, false, options);
    };
    require.resolve.paths = (request) => (isBuiltin(request) ? null : Module._resolveLookupPaths(request, module));
    require.main = mainModule;
    require.extensions = Module._extensions;
    require.cache = Module._cache;
    return require;
  }

  Module.createRequire = (from) => {
    const { URL } = global;
    let filename = from;
    if (URL !== undefined && from instanceof URL) {
      filename = library("node:url").fileURLToPath(from);
    } else if (typeof from === "string" && text.startsWith(from, "file://")) {
      filename = native.pathOfUrl(from);
    } else if (typeof from !== "string" || !isAbsolute(from)) {
      throw invalidValue("filename", from, "must be a file URL object, file URL string, or absolute path string");
    }
    if (text.endsWith(filename, "/")) filename += "noop.js";
    const module = new Module(filename);
    module.filename = filename;
    module.paths = Module._nodeModulePaths(module.path);
    return makeRequire(module);
  };

  // What an ES module that imports the CommonJS module `filename` gets: [exports by name].
  function importCommonJs(filename, names) {
    const exports = Module._load(filename, undefined, false);
    const namespace = { __proto__: null };
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      try {
        if (exports !== null && (typeof exports === "object" || typeof exports === "function") && Object.hasOwn(exports, name)) namespace[name] = exports[name];
      } catch { /* A getter that throws exports nothing. */ }
    }
    namespace.default = exports;
    namespace["module.exports"] = exports;
    return namespace;
  }

  // What `import.meta` has besides its URL.
  function fillMeta(meta, filename) {
    meta.dirname = dirname(filename);
    meta.filename = filename;
    meta.resolve = (specifier, parent) => native.resolveUrl(`${specifier}`, parent === undefined ? filename : library("node:url").fileURLToPath(parent));
    meta.main = native.isMain(filename);
  }

  // What Node has to tell tools that hook into loading, which nobody can here.
  const hooks = (name) => () => { throw unsupported(`module.${name}`); };
  Object.assign(Module, {
    builtinModules: builtins,
    isBuiltin,
    runMain: (filename) => Module._load(filename, null, true),
    _initPaths() {},
    _preloadModules() {},
    _findPath: (request, paths) => {
      for (let i = 0; i < (paths?.length ?? 0); i++) {
        try {
          return native.resolve(resolve(paths[i], request), "/", false);
        } catch { /* The next one. */ }
      }
      return false;
    },
    _debug() {},
    syncBuiltinESMExports() {},
    findSourceMap: () => undefined,
    enableCompileCache: () => ({ status: 3 }),
    getCompileCacheDir: () => undefined,
    flushCompileCache() {},
    register: hooks("register"),
    registerHooks: hooks("registerHooks"),
    stripTypeScriptTypes: hooks("stripTypeScriptTypes"),
    findPackageJSON: hooks("findPackageJSON"),
    constants: { compileCacheStatus: { FAILED: 0, ENABLED: 1, ALREADY_ENABLED: 2, DISABLED: 3 } },
  });
  // Runs a text that is no file, with what a CommonJS module of the present folder has as globals.
  function runText(source, name) {
    const module = new Module(name);
    module.filename = resolve(name);
    module.paths = Module._nodeModulePaths(dirname(module.filename));
    Object.assign(global, { exports: module.exports, require: makeRequire(module), module, __filename: name, __dirname: "." });
    native.runScript(source, name);
  }

  native.keep(importCommonJs, fillMeta, runText);
  return Module;
};
