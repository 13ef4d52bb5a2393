// Exceptions: WebAssembly.Tag and Exception, JSTag, values of JavaScript through wasm, and traps.
function attempt(body) {
  try { print("returned", body()); } catch (error) { print(error.name, "|", error.message); }
}
const tag = new WebAssembly.Tag({ parameters: ["i32", "externref"] });
const payload = {};
const exception = new WebAssembly.Exception(tag, [42, payload], { traceStack: true });
print(exception.is(tag), exception.getArg(tag, 0), exception.getArg(tag, 1) === payload, typeof exception.stack);
//> true 42 true string
print(new WebAssembly.Exception(tag, [1, 2]).stack, exception.is(new WebAssembly.Tag({ parameters: [] })));
//> undefined false
attempt(() => exception.getArg(tag, 2));
//> RangeError | WebAssembly.Exception.getArg(): Index must be convertible to a valid number
attempt(() => exception.getArg(WebAssembly.JSTag, 0));
//> TypeError | WebAssembly.Exception.getArg(): First argument does not match the exception tag
attempt(() => new WebAssembly.Exception(WebAssembly.JSTag, [1]));
//> TypeError | WebAssembly.Exception(): Argument 0 cannot be WebAssembly.JSTag
attempt(() => new WebAssembly.Exception(tag, [1]));
//> TypeError | WebAssembly.Exception(): Number of exception values does not match signature length
print(WebAssembly.JSTag === WebAssembly.JSTag, WebAssembly.JSTag instanceof WebAssembly.Tag);
//> true true

let toThrow;
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wat`(module
  (import "m" "throws" (func $throws))
  (import "m" "tag" (tag $tag (param i32 externref)))
  (import "m" "jstag" (tag $js (param externref)))
  (func (export "pass") call $throws)
  (func (export "rethrow")
    (block $caught (result exnref)
      (try_table (catch_all_ref $caught) call $throws)
      return)
    throw_ref)
  (func (export "catch_js") (result externref)
    (block $caught (result externref)
      (try_table (catch $js $caught) call $throws)
      ref.null extern))
  (func (export "throw") (param i32 externref) (throw $tag (local.get 0) (local.get 1)))
  (func (export "throw_js") (param externref) (throw $js (local.get 0)))
  (func (export "trap") (result i32) (i32.div_s (i32.const 1) (i32.const 0)))
  (func $deep (export "deep") call $deep call $deep)
  (func (export "bounds") (drop (i32.load (i32.const 70000))))
  (memory 1))`), { m: { throws() { throw toThrow; }, tag, jstag: WebAssembly.JSTag } });
const caught = (body) => { try { return ["returned", body()]; } catch (error) { return error; } };
for (const value of [new Error("one"), "text", undefined, null, 5, Symbol("s"), exception, {}]) {
  toThrow = value;
  if (caught(exports.pass) !== value || caught(exports.rethrow) !== value) print("another", String(value));
}
toThrow = payload;
print(exports.catch_js() === payload, caught(() => exports.throw_js(payload)) === payload);
//> true true
const thrown = caught(() => exports.throw(7, "with"));
print(thrown instanceof WebAssembly.Exception, thrown.getArg(tag, 0), thrown.getArg(tag, 1), thrown.stack);
//> true 7 with undefined
// What a script puts on an exception stays on it while wasm alone has it.
const once = new WebAssembly.Instance(new WebAssembly.Module(wat`(module
  (import "m" "throws" (func $throws))
  (func (export "rethrow")
    (block $caught (result exnref)
      (try_table (catch_all_ref $caught) call $throws)
      return)
    throw_ref))`), { m: { throws() { throw Object.assign(new WebAssembly.Exception(tag, [1, 2]), { mark: 3 }); } } });
print(caught(once.exports.rethrow).mark);
//> 3

attempt(exports.trap);
//> RuntimeError | divide by zero
attempt(exports.bounds);
//> RuntimeError | memory access out of bounds
attempt(exports.deep);
//> RangeError | Maximum call stack size exceeded
const trap = caught(exports.trap);
print(trap instanceof WebAssembly.RuntimeError, trap instanceof Error, Object.prototype.toString.call(trap));
//> true true [object Error]
print(trap.stack.split("\n")[1].trim().replace(/0x[0-9a-f]+/, "0x…").replace(/[0-9a-f]{8}:/, "…:"));
//> at trap (wasm://wasm/…:wasm-function[6]:0x…)

// Recursion through both ends as in JavaScript, and the program goes on.
const loop = new WebAssembly.Instance(new WebAssembly.Module(wat`(module
  (import "m" "f" (func $f)) (func (export "g") call $f))`), { m: { f: () => loop.exports.g() } });
for (let round = 0; round < 3; round++) attempt(loop.exports.g);
//> RangeError | Maximum call stack size exceeded
//> RangeError | Maximum call stack size exceeded
//> RangeError | Maximum call stack size exceeded

for (const name of ["CompileError", "LinkError", "RuntimeError"]) {
  const Class = WebAssembly[name];
  const error = Class("message", { cause: 1 });
  print(error instanceof Class, error.message, error.cause, String(error), Class.length, Object.getPrototypeOf(Class) === Error);
}
//> true message 1 CompileError: message 1 true
//> true message 1 LinkError: message 1 true
//> true message 1 RuntimeError: message 1 true
class Mine extends WebAssembly.RuntimeError {}
print(new Mine("x") instanceof Mine, new Mine("x").name);
//> true RuntimeError
