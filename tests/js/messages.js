// MessageChannel, MessagePort and BroadcastChannel.
"use strict";
const { port1, port2 } = new MessageChannel();
print(Object.prototype.toString.call(port1), port1 instanceof EventTarget, port1.onmessage);
//> [object MessagePort] true null
port1.postMessage("before anybody listens");
port2.onmessage = function (event) {
  print(this === port2, event.type, event.data, event.isTrusted, event.ports.length, event.origin === "", event.source);
};
port1.postMessage({ list: [1] });
//> true message before anybody listens true 0 true null
//> true message [object Object] true 0 true null
// A port that nobody has started keeps what it gets, and takes it along.
const other = new MessageChannel();
other.port1.postMessage("first");
port2.addEventListener("message", ({ ports: [port] }) => {
  if (!port) return;
  print(port instanceof MessagePort, Object.isFrozen);
  port.addEventListener("message", ({ data }) => {
    print("moved:", data);
    if (data === "second") port.close();
  });
  port.start();
});
other.port1.onclose = () => print("closed");
port1.postMessage("a port", [other.port2]);
other.port1.postMessage("second");
other.port1.start();
//> true message a port true 1 true null
//> true function isFrozen() {
//>     [native code]
//> }
//> moved: first
//> moved: second
//> closed
setTimeout(() => {
  // Posting to oneself, through itself, and to nobody.
  const attempt = (body) => { try { print("returned", body()); } catch (error) { print(error.name, "|", error.message); } };
  const { port1, port2 } = new MessageChannel();
  attempt(() => port1.postMessage(0, [port1]));
  attempt(() => port1.postMessage(0, [port2]));
  attempt(() => port2.postMessage("gone already"));
  attempt(() => structuredClone(port2, { transfer: [port2] }));
  attempt(() => new MessagePort());
  attempt(() => MessagePort.prototype.postMessage.call({}, 1));
  attempt(() => port1.postMessage());
  attempt(() => port1.postMessage(() => {}));
  attempt(() => port1.postMessage(0, { get transfer() { throw new Error("mine"); } }));
  port1.close();
  port1.close();
  attempt(() => port1.postMessage("nobody"));
  attempt(() => structuredClone(port1, { transfer: [port1] }));
  // A long chain of ports within messages.
  let last = new MessageChannel();
  for (let index = 0; index < 20000; index++) {
    const next = new MessageChannel();
    next.port1.postMessage(0, [last.port1, last.port2]);
    last = next;
  }
  last = undefined;
  broadcast();
}, 1);
//> DataCloneError | Port at index 0 is the one that it is sent by.
//> returned undefined
//> returned undefined
//> DataCloneError | Object at index 0 of the transfer list has been transferred or closed before.
//> TypeError | Illegal constructor
//> TypeError | private class field '#port' does not exist
//> TypeError | Failed to execute 'postMessage' on 'MessagePort': 1 argument required, but only 0 present.
//> DataCloneError | A function could not be cloned.
//> Error | mine
//> returned undefined
//> DataCloneError | Object at index 0 of the transfer list has been transferred or closed before.

function broadcast() {
  const [a, b, c, d] = ["news", "news", "news", "olds"].map((name) => new BroadcastChannel(name));
  const hear = (name) => (event) => print(name, event.data.value, event.target.name);
  a.onmessage = hear("a");
  b.onmessage = hear("b");
  c.onmessage = hear("c");
  d.onmessage = hear("d");
  let reads = 0;
  a.postMessage({ get value() { return ++reads; } });
  c.close();
  b.postMessage({ value: "again" });
  try { c.postMessage(1); } catch (error) { print(error.name); }
  try { a.postMessage(Symbol()); } catch (error) { print(error.name); }
}
//> InvalidStateError
//> DataCloneError
//> b 1 news
//> a again news
