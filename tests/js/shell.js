// The shell around: output, arguments, and how values are shown.
print("several", 1, null);
//> several 1 null
print(arguments.join(), scriptArgs.join(), self === globalThis);
//> an,argument an,argument true
console.log("%s is %d years, %i, %o%%", "she", 1.5, 2.7, { a: 1 }, "more", [1]);
//> she is 1.5 years, 2, { a: 1 }% more [ 1 ]
console.error("to the other stream");
//> to the other stream
console.log([1, "two", 3n, null, undefined, -0, true, Symbol("s")], {}, []);
//> [ 1, 'two', 3n, null, undefined, -0, true, Symbol(s) ] {} []
console.log({ a: { b: { c: { d: 1 } } }, "not-a-name": 1, get x() { throw 1; } });
//> { a: { b: { c: [Object] } }, 'not-a-name': 1, x: [Getter] }
const circular = { name: "it's" };
circular.self = circular;
console.log(circular, class Some {}, () => {}, new Uint8Array(3), Object.create(null));
//> { name: "it's", self: [Circular] } [Function: Some] [Function (anonymous)] Uint8Array(3) [ 0, 0, 0 ] [Object: null prototype] {}
console.log(new Proxy({}, { get() { throw new Error("no"); }, ownKeys() { throw 1; } }));
//> {}
console.log({ first: "a long text that fills the line", second: "another long text that does not fit" });
//> {
//>   first: 'a long text that fills the line',
//>   second: 'another long text that does not fit'
//> }
console.assert(1 === 1, "never");
console.assert(false, "because", 1);
//> Assertion failed: because 1
print(typeof performance.now(), typeof read, typeof readbuffer, typeof load);
//> number function function function
try { read("/nowhere/at/all"); } catch (error) { print(error.message); }
//> cannot read /nowhere/at/all: No such file or directory (os error 2)
setTimeout(() => print("never"), 0);
try { quit(7); } catch { print("caught"); } finally { print("finally"); }
//> quit 7
