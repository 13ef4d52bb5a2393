// What Emscripten's glue asks of the 64-bit numbers that it gets, in the forms that it comes in.
const INT53_MAX = 9007199254740992, INT53_MIN = -9007199254740992;
const bigintToI53Checked = (num) => (num < INT53_MIN || num > INT53_MAX) ? NaN : Number(num);
function minified(a){a=-9007199254740992>a||9007199254740992<a?NaN:Number(a);return a}
const assigned = (offset, num) => (offset=(num=offset)<-9007199254740992||num>9007199254740992?NaN:Number(num));
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wat`(module
  (import "m" "seek" (func $seek (param i64) (result f64)))
  (func (export "call") (param i64) (result f64) (call $seek (local.get 0))))`), { m: { seek: (offset) => bigintToI53Checked(offset) } });
for (const number of [-1n, -20n, 20n, 0n, -(2n ** 53n), -(2n ** 53n) - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n)]) {
  print(number, exports.call(number), minified(number), assigned(number));
}
//> -1 -1 -1 -1
//> -20 -20 -20 -20
//> 20 20 20 20
//> 0 0 0 0
//> -9007199254740992 -9007199254740992 -9007199254740992 -9007199254740992
//> -9007199254740993 NaN NaN NaN
//> 9007199254740992 9007199254740992 9007199254740992 9007199254740992
//> 9007199254740993 NaN NaN NaN
//> -9223372036854775808 NaN NaN NaN
print(minified(-5), minified(-1e300), minified("7"), minified(undefined));
//> -5 NaN 7 NaN

// The comparison alone is wrong in QuickJS. When this is false, crates/js/src/bigint_bounds.rs has become needless.
print(-20n < INT53_MIN);
//> true
