// node:vm, in this context alone: a context of its own would need all that this realm has been given.
(language, native, library) => {
  "use strict";
  const { Array, Object, WeakSet, Symbol } = { WeakSet: language.global.WeakSet, ...language };
  const { invalidType, needObject, unsupported } = library("node:internal/errors");

  const fileOf = (options) => (typeof options === "string" ? options : options === undefined ? undefined : needObject(options, "options").filename) ?? "evalmachine.<anonymous>";

  class Script {
    #source;
    #file;
    constructor(source, options) {
      this.#source = `${source}`;
      this.#file = fileOf(options);
      // What is wrong with its syntax is told now.
      native.checkScript(this.#source, this.#file);
    }
    runInThisContext() { return native.runScript(this.#source, this.#file); }
    runInNewContext() { throw unsupported("a context of node:vm"); }
    runInContext() { throw unsupported("a context of node:vm"); }
    createCachedData() { return library("node:buffer").Buffer.alloc(0); }
  }

  function runInThisContext(source, options) {
    return native.runScript(`${source}`, fileOf(options));
  }

  function compileFunction(source, parameters = [], options = {}) {
    if (typeof source !== "string") throw invalidType("code", "of type string", source);
    if (!Array.isArray(parameters)) throw invalidType("params", "an instance of Array", parameters);
    return native.runScript(`(function (${parameters.join(", ")}) {${source}\n})`, needObject(options, "options").filename ?? "");
  }

  return {
    Script, runInThisContext, compileFunction,
    createScript: (source, options) => new Script(source, options),
    isContext: () => false,
    createContext: () => { throw unsupported("vm.createContext"); },
    runInContext: () => { throw unsupported("vm.runInContext"); },
    runInNewContext: () => { throw unsupported("vm.runInNewContext"); },
    measureMemory: () => { throw unsupported("vm.measureMemory"); },
    constants: { USE_MAIN_CONTEXT_DEFAULT_LOADER: Symbol("vm_dynamic_import_main_context_default"), DONT_CONTEXTIFY: Symbol("vm_context_no_contextify") },
  };
};
