// Smaller parts of the web: performance, crypto, navigator, console.
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
print(hex(await crypto.subtle.digest("sha-1", new Uint8Array([97, 98, 99]))));
//> a9993e364706816aba3e25717850c26c9cd0d89d
print(hex(await crypto.subtle.digest({ name: "SHA-256" }, new DataView(new ArrayBuffer(0)))));
//> e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
for (const bad of [() => crypto.subtle.digest("MD5", new Uint8Array(1)), () => crypto.subtle.digest("SHA-1", 1), () => crypto.getRandomValues(new Float64Array(1)),
  () => crypto.getRandomValues(new Uint8Array(65537)), () => new Crypto(), () => crypto.getRandomValues.call({}, new Uint8Array(1))]) {
  try { await bad(); print("no error"); } catch (e) { print(e.name); }
}
//> NotSupportedError
//> TypeError
//> TypeMismatchError
//> QuotaExceededError
//> TypeError
//> TypeError
const random = new BigUint64Array(4);
print(crypto.getRandomValues(random) === random, random.every((n) => n !== 0n), /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(crypto.randomUUID()));
//> true true true

print(performance.now() <= performance.now(), Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1e4, String(performance));
//> true true [object Performance]
performance.mark("a", { startTime: 5, detail: { d: 1 } });
performance.mark("b", { startTime: 3 });
const measure = performance.measure("m", "b", "a");
print(measure.duration, measure.startTime, performance.getEntries().map((entry) => entry.name).join(), performance.getEntriesByName("a")[0].detail.d);
//> 2 3 b,m,a 1
performance.clearMarks("a"); performance.clearMeasures();
print(performance.getEntriesByType("mark").length, performance.getEntriesByType("measure").length);
//> 1 0
try { performance.measure("m", "none"); } catch (e) { print(e.name, e.message); }
//> SyntaxError Failed to execute 'measure' on 'Performance': The mark 'none' does not exist.

print(navigator.hardwareConcurrency >= 1, navigator.userAgent.startsWith("Weft/"), typeof navigator.onLine);
//> true true boolean
const shape = (name) => { const d = Object.getOwnPropertyDescriptor(globalThis, name); return [typeof d.get, typeof d.set, d.enumerable, d.configurable].join(); };
print(shape("performance"), shape("navigator"), shape("crypto"));
//> function,function,true,true function,function,true,true function,function,true,true
globalThis.navigator = "mine";
print(navigator, Object.getOwnPropertyDescriptor(globalThis, "navigator").writable);
//> mine true

console.group("group %d", 1);
console.log("a\nb");
console.group();
console.dir({ x: { y: 1 } });
console.groupEnd();
console.groupEnd();
console.groupEnd();
console.count(); console.count("x"); console.count(); console.countReset(); console.count(); console.countReset("none");
//> group 1
//>   a
//>   b
//>     { x: { y: 1 } }
//> default: 1
//> x: 1
//> default: 2
//> default: 1
//> Count for 'none' does not exist
console.table([[1, 2], [3]]);
//> ┌─────────┬───┬───┐
//> │ (index) │ 0 │ 1 │
//> ├─────────┼───┼───┤
//> │ 0       │ 1 │ 2 │
//> │ 1       │ 3 │   │
//> └─────────┴───┴───┘
console.table({ a: { k: "v", l: 1 }, b: 7 }, ["k"]);
//> ┌─────────┬─────┐
//> │ (index) │ k   │
//> ├─────────┼─────┤
//> │ a       │ 'v' │
//> │ b       │     │
//> └─────────┴─────┘
console.table(5);
//> 5
console.time("t"); console.time("t"); console.timeEnd("none");
//> Timer 't' already exists
//> Timer 'none' does not exist
console.assert(true, "no"); console.assert(false, "yes %s", "indeed");
//> Assertion failed: yes indeed
print(String(console));
//> [object console]
