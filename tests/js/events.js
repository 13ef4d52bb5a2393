// Events: EventTarget and what it promises, and where exceptions of listeners go.
const target = new EventTarget();
const log = (name) => (event) => print(name, event.type, event.eventPhase, event.currentTarget === target, event.target === target);
target.addEventListener("a", log("second"));
target.addEventListener("a", log("first"), { capture: true, once: true });
target.addEventListener("a", log("first"), true);
target.addEventListener("a", { handleEvent(event) { print("object", this !== target, event.isTrusted); } });
print(target.dispatchEvent(new Event("a")));
//> first a 2 true true
//> first a 2 true true
//> second a 2 true true
//> object true false
//> true
target.dispatchEvent(new Event("a"));
//> first a 2 true true
//> second a 2 true true
//> object true false

// Listeners that are added or removed meanwhile, and stopping.
const other = new EventTarget();
const late = () => print("late");
const never = () => print("never");
other.addEventListener("b", () => { other.addEventListener("b", late); other.removeEventListener("b", never); print("early"); });
other.addEventListener("b", never);
other.dispatchEvent(new Event("b"));
//> early
other.addEventListener("b", (event) => event.stopImmediatePropagation(), true);
other.dispatchEvent(new Event("b"));

// Canceling.
const cancel = new EventTarget();
cancel.addEventListener("c", (event) => event.preventDefault());
cancel.addEventListener("p", (event) => event.preventDefault(), { passive: true });
print(cancel.dispatchEvent(new Event("c")), cancel.dispatchEvent(new Event("c", { cancelable: true })), cancel.dispatchEvent(new Event("p", { cancelable: true })));
//> true false true
const again = new Event("c");
cancel.addEventListener("again", () => { try { cancel.dispatchEvent(again); cancel.dispatchEvent(nested); } catch (e) { print(e.name, e instanceof DOMException); } });
const nested = new Event("again");
cancel.dispatchEvent(nested);
//> InvalidStateError true

// The forms of Web IDL.
for (const bad of [() => new Event(), () => Event("a"), () => target.addEventListener("x"), () => target.addEventListener("x", 1), () => target.dispatchEvent({}),
  () => EventTarget.prototype.addEventListener.call({}, "x", null), () => Event.prototype.type, () => new Event("x", 1)]) {
  try { bad(); print("no error"); } catch (e) { print(e.name, e.message); }
}
//> TypeError Failed to construct 'Event': 1 argument required, but only 0 present.
//> TypeError class constructors must be invoked with 'new'
//> TypeError Failed to execute 'addEventListener' on 'EventTarget': 2 arguments required, but only 1 present.
//> TypeError Failed to execute 'addEventListener' on 'EventTarget': parameter 2 is not of type 'Object'.
//> TypeError Failed to execute 'dispatchEvent' on 'EventTarget': parameter 1 is not of type 'Event'.
//> TypeError Illegal invocation
//> TypeError private class field '#type' does not exist
//> TypeError Failed to construct 'Event': The provided value is not an object.
const shape = (d) => d && [typeof (d.value ?? d.get), d.writable, d.enumerable, d.configurable].join();
print(shape(Object.getOwnPropertyDescriptor(globalThis, "CloseEvent")), shape(Reflect.getOwnPropertyDescriptor(globalThis, "AbortController")), shape(Object.getOwnPropertyDescriptors(globalThis).MessageEvent));
//> function,true,false,true function,true,false,true function,true,false,true
print(shape(Object.getOwnPropertyDescriptor(globalThis, "reportError")), shape(Object.getOwnPropertyDescriptor(globalThis, "onerror")), Object.getOwnPropertyDescriptor(globalThis, "nothing"));
//> function,true,true,true function,,true,true undefined
print(Object.getOwnPropertyDescriptor.name, Object.getOwnPropertyDescriptor.length, Object.getOwnPropertyDescriptors.length, Object.getOwnPropertyDescriptor("ab", 1).value);
//> getOwnPropertyDescriptor 2 1 b
print(shape(Object.getOwnPropertyDescriptor(Event.prototype, "preventDefault")), shape(Object.getOwnPropertyDescriptor(Event, "AT_TARGET")), Event.length, EventTarget.length, MessageEvent.length, PromiseRejectionEvent.length, EventTarget.prototype.addEventListener.length);
//> function,true,true,true number,false,true,false 1 0 1 2 2
print(String(new Event("x")), String(target), String(new MessageEvent("m")), Object.getPrototypeOf(ErrorEvent) === Event, Object.keys(new Event("x")));
//> [object Event] [object EventTarget] [object MessageEvent] true isTrusted

// A program's own thing of the name of ours.
CustomEvent = "mine";
print(CustomEvent, shape(Object.getOwnPropertyDescriptor(globalThis, "CustomEvent")));
//> mine string,true,false,true
print(Object.create(globalThis).CloseEvent === CloseEvent, delete globalThis.CloseEvent, typeof CloseEvent);
//> true true undefined

// The data of events.
const message = new MessageEvent("m", { data: 1, origin: "o\uD800", ports: [new MessageChannel().port1] });
print(message.data, message.origin, message.ports, message.ports[0] instanceof MessagePort, Object.isFrozen(message.ports), message.source, message.lastEventId === "");
//> 1 o� [object MessagePort] true true null true
const failure = new ErrorEvent("error", { lineno: -1, message: 3 });
print(failure.lineno, failure.message, failure.error, failure.filename === "");
//> 4294967295 3 undefined true

// The global object is a target, and what listeners throw goes to "error".
addEventListener("d", function (event) { print("global", this === globalThis, event.target === self); });
dispatchEvent(new Event("d"));
//> global true true
const thrown = new Error("thrown");
addEventListener("error", (event) => { print("error", event.message, event.error === thrown, event.isTrusted); event.preventDefault(); }, { once: true });
target.addEventListener("e", () => { throw thrown; });
target.addEventListener("e", () => print("next"));
target.dispatchEvent(new Event("e"));
//> error Uncaught Error: thrown true true
//> next
onerror = function (text, file, line, column, error) { print("onerror", text, error, line > 0); return true; };
print(typeof onerror);
//> function
reportError(7);
//> onerror Uncaught 7 7 false
queueMicrotask(() => { throw thrown; });
setTimeout(() => { throw 8; }, 1);
onunhandledrejection = (event) => { print(event.type, event.reason, event.promise instanceof Promise); return false; };
Promise.reject(9);
//> onerror Uncaught Error: thrown Error: thrown true
//> unhandledrejection 9 true
//> onerror Uncaught 8 8 false
setTimeout(() => { onerror = null; target.dispatchEvent(new Event("e")); print("then the end"); }, 5);
//> next
//> then the end
//> uncaught Error: thrown
setTimeout(() => print("not reached"), 10);

