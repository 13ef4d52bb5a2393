// Modules of WebAssembly as modules of JavaScript: names, values, cycles, builtins, and what is refused.
import { add as plus, "value with spaces" as spaced, "🎯" as target } from "./exports.wasm";
import * as exports from "./exports.wasm";
import fallback from "./exports.wasm";
import source compiled from "./exports.wasm";
const write = globalThis.print ?? console.log;
const print = (...values) => write(values.map(String).join(" "));
const rejected = (promise) => promise.then(() => print("fulfilled"), (error) => print(error.name, "|", error.message.replaceAll(import.meta.url.slice(7, -8), "")));

print(plus(2, 3), spaced, target(), fallback());
//> 5 123 456 7
print(Object.keys(exports).join(), exports[Symbol.toStringTag], Object.isSealed(exports));
//> add,count,default,fixed,increment,memory,table,tag,value with spaces,vector,wide,🎯 Module true
print(exports.memory instanceof WebAssembly.Memory, exports.table instanceof WebAssembly.Table, exports.tag instanceof WebAssembly.Tag, exports.add === plus);
//> true true true true
// Globals are their values, and those that change do so in the binding.
print(exports.fixed, exports.wide, exports.count);
//> 42 9223372036854775807 100
exports.increment();
print(exports.count);
//> 101
const instance = WebAssembly.namespaceInstance(exports);
print(instance instanceof WebAssembly.Instance, instance.exports.add === plus, instance === WebAssembly.namespaceInstance(exports));
//> true true true
instance.exports.count.value = 7;
print(exports.count, exports.vector);
//> 7 undefined
for (const wrong of [{}, null, 42, await import("./values.js")]) {
  try { WebAssembly.namespaceInstance(wrong); } catch (error) { print(error.name, "|", error.message); }
}
//> TypeError | WebAssembly.namespaceInstance(): Argument 0 must be the namespace of a WebAssembly module
//> TypeError | WebAssembly.namespaceInstance(): Argument 0 must be the namespace of a WebAssembly module
//> TypeError | WebAssembly.namespaceInstance(): Argument 0 must be the namespace of a WebAssembly module
//> TypeError | WebAssembly.namespaceInstance(): Argument 0 must be the namespace of a WebAssembly module
try { exports.add = 1; } catch (error) { print(error.name); }
//> TypeError

// A module imports from JavaScript, and from another one what that really has.
const importing = await import("./importing.wasm");
print(importing.run(20), importing.constant, importing.shared, importing.table === exports.table);
//> 41 11 7 true
importing.set(500);
print(exports.count, importing.shared, importing.lane());
//> 500 500 3
print(importing === await import("./importing.wasm"), (await import("./reexport.js")).plus === plus);
//> true true

// The program's prototypes are not asked.
const { [Symbol.iterator]: iterator } = Array.prototype;
if (typeof process === "undefined") Array.prototype[Symbol.iterator] = undefined;
Object.prototype.get = () => { throw new Error("asked"); };
print((await import("./cycle.js")).f(), (await import("./strings.wasm")).length("four"), (await import("./strings.wasm")).hello);
//> 24 4 hello
delete Object.prototype.get;
Array.prototype[Symbol.iterator] = iterator;

await rejected(import("./missing_name.js"));
//> SyntaxError | Could not find export 'nothing' in module 'exports.wasm'
await rejected(import("./reserved_import.wasm"));
//> LinkError | Invalid name of an import "wasm:x": names that begin so are reserved
await rejected(import("./reserved_export.wasm"));
//> LinkError | Invalid name of an export "wasm-js:x": names that begin so are reserved
await rejected(import("./reserved_module.wasm"));
//> LinkError | Invalid module of an import "wasm-js:x": names that begin so are reserved
await rejected(import("./wrong_type.wasm"));
//> LinkError | WebAssembly.Instance(): Import #0 "./values.js" "eleven": function import requires a callable
await rejected(import("./trap.wasm"));
//> RuntimeError | unreachable
await rejected(import("./trap.wasm"));
//> RuntimeError | unreachable
await rejected(import("./invalid.wasm").catch((error) => { throw new error.constructor(error.message.slice(0, 44)); }));
//> CompileError | WebAssembly.Module(): malformed module: magi
// The source phase gives the module itself.
print(compiled instanceof WebAssembly.Module, compiled === await import.source("./exports.wasm"), new WebAssembly.Instance(compiled).exports.add(1, 2));
//> true true 3
print(new WebAssembly.Instance(await import.source("./strings.wasm"), {}).exports.length("three"));
//> 5
await rejected(import.source("./values.js").catch((error) => { throw new error.constructor(error.message.slice(0, 57)); }));
//> SyntaxError | Source phase import object is not defined for module 'fil
await rejected(import.source({ toString() { throw new RangeError("a name"); } }));
//> RangeError | a name
const Abstract = Object.getPrototypeOf(WebAssembly.Module);
print(Object.getOwnPropertyDescriptor(Abstract.prototype, Symbol.toStringTag).get.call(compiled), compiled instanceof Abstract);
//> WebAssembly.Module true
print(Abstract.name, Abstract.length, Object.getPrototypeOf(WebAssembly.Module.prototype) === Abstract.prototype);
//> AbstractModuleSource 0 true
try { new Abstract(); } catch (error) { print(error.name, "|", error.message); }
//> TypeError | AbstractModuleSource cannot be constructed
