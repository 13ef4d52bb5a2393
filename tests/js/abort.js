// AbortController and AbortSignal.
const { signal } = new AbortController();
print(signal.aborted, signal.reason, String(signal), signal instanceof EventTarget);
//> false undefined [object AbortSignal] true
const controller = new AbortController();
controller.signal.onabort = (event) => print("onabort", event.type, event.isTrusted, event.target === controller.signal);
const target = new EventTarget();
target.addEventListener("x", () => print("x"), { signal: controller.signal });
target.dispatchEvent(new Event("x"));
//> x
controller.abort();
controller.abort("again");
//> onabort abort true true
target.dispatchEvent(new Event("x"));
print(controller.signal.aborted, controller.signal.reason.name, controller.signal.reason.message, controller.signal.reason.code);
//> true AbortError signal is aborted without reason 20
try { controller.signal.throwIfAborted(); } catch (e) { print(e === controller.signal.reason); }
//> true
print(AbortSignal.abort(5).reason, AbortSignal.abort().reason.name);
//> 5 AbortError

// Signals that follow others: all are aborted before the first event.
const [a, b] = [new AbortController(), new AbortController()];
const any = AbortSignal.any([a.signal, b.signal]);
const all = AbortSignal.any([any, signal]);
b.signal.addEventListener("abort", () => print("b", any.aborted, all.aborted));
any.addEventListener("abort", () => print("any", any.reason));
all.addEventListener("abort", () => print("all", all.reason));
b.abort("because");
a.abort("late");
//> b true true
//> any because
//> all because
print(AbortSignal.any([]).aborted, AbortSignal.any([a.signal, signal]).reason);
//> false late

for (const bad of [() => new AbortSignal(), () => AbortSignal.timeout(-1), () => AbortSignal.timeout(), () => AbortSignal.any([1]), () => AbortSignal.any(1),
  () => target.addEventListener("x", () => {}, { signal: {} })]) {
  try { bad(); print("no error"); } catch (e) { print(e.name, e.message); }
}
//> TypeError Illegal constructor
//> TypeError Failed to execute 'timeout' on 'AbortSignal': Value is outside of the range of safe integers or not a number.
//> TypeError Failed to execute 'timeout' on 'AbortSignal': 1 argument required, but only 0 present.
//> TypeError member signal is not of type AbortSignal.
//> TypeError Failed to execute 'any' on 'AbortSignal': The provided value cannot be converted to a sequence.
//> TypeError member signal is not of type AbortSignal.

const timeout = AbortSignal.timeout(1);
timeout.onabort = () => print(timeout.reason.name, timeout.reason instanceof DOMException);
setTimeout(() => print("end"), 20);
//> TimeoutError true
//> end
// The program does not wait for this one.
AbortSignal.timeout(1e9).onabort = () => print("never");
