// Messages and workers where receivers, arguments and what happens in between are not what they should be.
"use strict";
function attempt(body) {
  try { print("returned", body()); } catch (error) { print(error?.name ?? error, "|", error?.message); }
}
const classes = [MessagePort, MessageChannel, BroadcastChannel, Worker];
const { port1, port2 } = new MessageChannel();
for (const Class of classes) {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(Class.prototype))) {
    for (const operation of [property.get, property.set, name === "constructor" ? undefined : property.value]) {
      if (typeof operation !== "function") continue;
      for (const receiver of [null, 1, {}, Class.prototype, Object.create(port1), new Proxy(port1, {}), new EventTarget()]) {
        // Every event target has handlers, whatever class the attribute is of; and the global object is what null means.
        if (name.startsWith("on") && (receiver === null || receiver instanceof EventTarget)) continue;
        try { operation.call(receiver, () => {}, 2); print("no exception", Class.name, name, receiver); } catch (error) {
          if (!(error instanceof TypeError)) print("another exception", Class.name, name, error);
        }
      }
    }
  }
}
// What a getter does to the port that is sending, and to what is being sent.
attempt(() => port1.postMessage({ get x() { port1.close(); return 1; } }));
//> returned undefined
{
  const { port1, port2 } = new MessageChannel();
  const other = new MessageChannel();
  attempt(() => port1.postMessage({ get x() { structuredClone(0, { transfer: [other.port1] }); } }, [other.port1]));
  attempt(() => port1.postMessage({ get x() { throw "out"; } }, [other.port2]));
  attempt(() => structuredClone(other.port2, { transfer: [other.port2] }) instanceof MessagePort);
  attempt(() => port1.postMessage({ get x() { port1.postMessage("within"); return "after"; } }));
  attempt(() => port1.postMessage(0, { transfer: { *[Symbol.iterator]() { yield new ArrayBuffer(1); throw "iterator"; } } }));
  attempt(() => port1.postMessage(0, [port1, port1]));
  attempt(() => port1.postMessage(0, [new Proxy(port2, {})]));
  attempt(() => port1.postMessage(0, [Object.create(port2)]));
  attempt(() => port1.postMessage(0, [MessagePort.prototype]));
  port2.onmessage = ({ data }) => {
    print(data.x ?? data);
    if (data.x) { port2.onmessage = ({ data }) => { print("again", data); port2.close(); port2.postMessage("lost"); }; port1.postMessage("one"); port1.postMessage("two"); }
  };
}
//> DataCloneError | Object at index 0 of the transfer list has been transferred or closed before.
//> out | undefined
//> returned true
//> returned undefined
//> iterator | undefined
//> DataCloneError | Port at index 0 is the one that it is sent by.
//> DataCloneError | Value at index 0 of the transfer list is not of a type that can be transferred.
//> DataCloneError | Value at index 0 of the transfer list is not of a type that can be transferred.
//> DataCloneError | Value at index 0 of the transfer list is not of a type that can be transferred.
// Subclasses, and things that are dropped.
class Mine extends BroadcastChannel { constructor() { super("mine"); } }
print(new Mine() instanceof Mine, new Mine().name);
//> true mine
for (let index = 0; index < 5000; index++) {
  const { port1, port2 } = new MessageChannel();
  port2.postMessage({ index, buffer: new ArrayBuffer(10) });
  if (index % 2) port1.onmessage = () => {};
}
attempt(() => structuredClone(new Proxy(function () {}, {})));
//> DataCloneError | A Proxy could not be cloned.
const { proxy, revoke } = Proxy.revocable([], {});
revoke();
attempt(() => structuredClone([proxy]));
//> DataCloneError | A Proxy could not be cloned.
attempt(() => structuredClone(new Proxy(new Map(), {})));
//> DataCloneError | A Proxy could not be cloned.
attempt(() => structuredClone(Object.setPrototypeOf({ a: 1 }, Map.prototype)).a);
//> returned 1
attempt(() => structuredClone(Object.setPrototypeOf(new Map([[1, 2]]), null)).get(1));
//> returned 2
attempt(() => structuredClone(Object.assign(Object.create(MessagePort.prototype), { b: 2 })).b);
//> returned 2
attempt(() => structuredClone({ __proto__: null, ["__proto__"]: 5, constructor: 6 })["__proto__"]);
//> returned 5
attempt(() => new Worker({ toString() { throw new Error("no URL"); } }));
//> Error | no URL
attempt(() => new Worker("data:,", { get type() { throw new Error("no type"); } }));
//> Error | no type
//> within
//> after
//> again one
