// The stack of an error begins with its class and message, as they are when it is asked for.
const first = (stack) => stack.split("\n")[0];
const error = new TypeError("one");
print(first(error.stack), /^ {4}at .*error_stack\.js:\d+:\d+\)$/.test(error.stack.split("\n")[1]), error.stack.endsWith("\n"));
//> TypeError: one true false
error.message = "two\nlines";
print(error.stack.split("\n").slice(0, 2).join("|"));
//> TypeError: two|lines
class Named extends Error { get name() { return "Named"; } }
print(first(new Named("it").stack), first(new AggregateError([], "all").stack), first(new WebAssembly.LinkError("l").stack));
//> Named: it AggregateError: all LinkError: l
try { null.property; } catch (caught) { print(first(caught.stack) === String(caught)); }
//> true
print(first(structuredClone(new RangeError("cloned")).stack));
//> RangeError: cloned
class Rude extends Error { get name() { throw 1; } }
print(first(new Rude().stack), first(Object.assign(new Error("s"), { name: Symbol() }).stack), Object.create(error).stack, Error.prototype.stack);
//> <error> <error> undefined undefined

// Error.captureStackTrace.
class Captured extends Error { constructor(message) { super(message); Error.captureStackTrace(this, Captured); this.name = "Later"; } }
function make() { return new Captured("c"); }
print(first(make().stack), make().stack.split("\n")[1].split(" (")[0].trim());
//> Later: c at make
const plain = { message: "m" };
function capture(above) { Error.captureStackTrace(plain, above); return plain.stack.split("\n").slice(0, 2).map((line) => line.trim().split(" (")[0]).join(); }
print(capture(), capture(capture), capture(() => {}));
//> Error: m,at capture Error: m,at <eval> Error: m,at capture
print(Object.keys(plain).join(), typeof Object.getOwnPropertyDescriptor(plain, "stack").get);
//> message function
for (const wrong of [undefined, 1, Object.freeze({})]) try { Error.captureStackTrace(wrong); print("taken"); } catch (e) { print(e instanceof TypeError); }
//> true
//> true
//> true

// What programs put there stays.
error.stack = "mine";
print(error.stack, Object.keys(error).join());
//> mine 
plain.stack = undefined;
print(plain.stack);
//> undefined
Error.prepareStackTrace = (error, calls) => `${error.message} ${calls[0].getFunctionName()}`;
function prepared() { return new Error("p"); }
function capturePrepared() { const it = { message: "q" }; Error.captureStackTrace(it); return it; }
print(prepared().stack, capturePrepared().stack);
//> p prepared q capturePrepared
Error.prepareStackTrace = undefined;
Error.stackTraceLimit = 0;
print(new Error("short").stack);
//> Error: short
Error.stackTraceLimit = 10;
WeakMap.prototype.get = WeakMap.prototype.set = String.prototype.split = null;
Error.captureStackTrace(plain);
print(plain.stack.startsWith("Error: m\n    at "));
//> true
