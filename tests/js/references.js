// References to anything go straight between JavaScript and wasm, also where what is converted beside them has wasm's objects moved.
const imports = { m: {
  anything(any, number, external) { return anything(any, number, external); },
  external(external) { return external; },
} };
const { point, garbage, same, external, pass, back } = new WebAssembly.Instance(new WebAssembly.Module(wat`(module
  (type $point (struct (field (mut i32))))
  (type $bytes (array (mut i8)))
  (import "m" "anything" (func $anything (param anyref i32 externref) (result anyref)))
  (import "m" "external" (func $external (param externref) (result externref)))
  (func (export "point") (param i32) (result anyref) (struct.new $point (local.get 0)))
  (func (export "same") (param anyref i32 externref i64 anyref) (result anyref)
    (if (i32.eqz (local.get 1)) (then (return (local.get 0))))
    (local.get 4))
  (func (export "external") (param externref) (result externref) (local.get 0))
  (func (export "pass") (param anyref i32 externref) (result i32)
    (ref.eq (ref.cast eqref (local.get 0)) (ref.cast eqref (call $anything (local.get 0) (local.get 1) (local.get 2)))))
  (func (export "back") (param externref) (result externref) (call $external (local.get 0)))
  (global $turns (mut i32) (i32.const 0))
  (func (export "garbage")
    (global.set $turns (i32.const 200))
    (loop $again
      (drop (array.new_default $bytes (i32.const 100000)))
      (global.set $turns (i32.sub (global.get $turns) (i32.const 1)))
      (br_if $again (global.get $turns)))))`), imports).exports;
const first = point(1), second = point(2);
// The collector moves objects while the second argument is converted.
const moving = (number) => ({ valueOf() { garbage(); return number; } });
print(same(first, moving(0), {}, 0n, second) === first, same(first, moving(1), {}, 0n, second) === second);
//> true true
const object = {}, symbol = Symbol("s");
const values = [null, undefined, 0, -1, 2 ** 30 - 1, -(2 ** 30), 2 ** 30, -0, 1.5, NaN, "text", true, 10n, symbol, object, external, first, [first]];
print(values.every((value) => [external, back, (it) => same(it, 0, it, 0n, null)].every((pass) => Object.is(pass(value), value))));
//> true
// Fewer arguments than parameters are undefined, whose conversion may not be allowed.
print(external(), back());
//> undefined undefined
try { same(first, 0, object); } catch (error) { print(error.name); }
//> TypeError
// An exception of a conversion is thrown, and what was converted before is let go of.
try { same(object, { valueOf() { throw symbol; } }); } catch (error) { print(error === symbol); }
//> true
let anything = (any, number, external) => { garbage(); print(any === first, number, external === object); return any; };
print(pass(first, 7, object));
//> true 7 true
//> 1
anything = () => { garbage(); return second; };
print(pass(first, 7, object));
//> 0
anything = () => { throw symbol; };
try { pass(first, 7, object); } catch (error) { print(error === symbol); }
//> true
// As many as go the short way, and one more.
for (const count of [4, 5, 16, 17]) {
  const section = (id, content) => [id, content.length, ...content];
  const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, count, ...Array(count).fill(0x6f), 1, 0x6f]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
    ...section(10, [1, 4, 0, 0x20, count - 1, 0x0b])]);
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  print(f(...Array(count - 1).fill({}), object) === object);
}
//> true
//> true
//> true
//> true
