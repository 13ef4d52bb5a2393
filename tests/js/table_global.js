// WebAssembly.Table and WebAssembly.Global.
function attempt(body) {
  try { print("returned", body()); } catch (error) { print(error.name, "|", error.message); }
}
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wat`(module
  (table (export "table") 2 10 funcref)
  (func $f (export "f") (result i32) i32.const 1)
  (func (result i32) i32.const 2)
  (elem (i32.const 0) $f 1)
  (global (export "constant") f64 (f64.const 0.5))
  (global (export "mutable") (mut i64) (i64.const 5))
  (global (export "vector") v128 (v128.const i64x2 0 0))
  (func (export "get") (result i64) global.get 1))`));
const { table } = exports;
print(table.length, table.get(0) === exports.f, table.get(1)(), table.get(1) === table.get(1), table.get(1).name);
//> 2 true 2 true 1
print(table.grow(2, exports.f), table.get(3) === exports.f, table.grow(1), table.get(4));
//> 2 true 4 null
table.set(4, table.get(1));
print(table.get(4)());
//> 2
attempt(() => table.set(0, () => 1));
//> TypeError | type incompatibility when transforming from/to JS: the value is no (ref null func)
attempt(() => table.get(5));
//> RangeError | WebAssembly.Table.get(): invalid address 5 in a table of size 5
attempt(() => table.grow(6));
//> RangeError | WebAssembly.Table.grow(): failed to grow table by 6
const values = new WebAssembly.Table({ element: "externref", initial: 2 }, "filled");
print(values.get(1), (values.set(0), values.get(0)), values.grow(1, 5), values.get(2));
//> filled undefined 2 5
const wide = new WebAssembly.Table({ element: "anyfunc", address: "i64", initial: 1n });
print(wide.length, wide.get(0n), wide.grow(2n));
//> 1 null 1
const read = [];
const members = { maximum: 2, initial: 1, element: "anyfunc", address: "i32" };
new WebAssembly.Table(new Proxy(members, { get: (target, name) => (read.push(name), target[name]) }));
print(read.join());
//> element,address,initial,maximum

print(exports.constant.value, exports.mutable.value, exports.mutable.valueOf());
//> 0.5 5 5
exports.mutable.value = 6n;
print(exports.get());
//> 6
attempt(() => { exports.constant.value = 1; });
//> TypeError | set WebAssembly.Global.value: Can't set the value of an immutable global.
attempt(() => exports.vector.value);
//> TypeError | get WebAssembly.Global.value: Can't get the value of this type of global
attempt(() => new WebAssembly.Global({ value: "i16" }));
//> TypeError | WebAssembly.Global(): 'i16' is not a WebAssembly type; pass 'i32', 'i64', 'f32', 'f64', 'anyfunc' or 'externref'
const any = new WebAssembly.Global({ value: "externref", mutable: true });
print(any.value, (any.value = any, any.value === any));
//> undefined true
any.value = null;
print(new WebAssembly.Global({ value: "f32" }, 1.1).value, new WebAssembly.Global({ value: "i32" }, 2 ** 32 + 3).value);
//> 1.100000023841858 3
