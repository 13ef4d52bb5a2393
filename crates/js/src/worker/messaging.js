// Messages between agents (HTML § 9.4 and § 9.5): MessageChannel, MessagePort, BroadcastChannel, and structuredClone.
(language, native, library) => {
  "use strict";
  const { DOMException, Object, Symbol, TypeError, apply } = language;
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const { Event, EventTarget, MessageEvent, handlers, send } = library("event");
  const { dictionary, expose, fault, isObject, need, sequence, uncloneable } = library("webidl");

  // Instances are made here alone.
  const ours = {};

  // What an argument that is a StructuredSerializeOptions or a sequence of objects says is transferred.
  function transferList(options, what) {
    const isList = isObject(options) && options[Symbol.iterator] !== undefined && options[Symbol.iterator] !== null;
    return transferables(isList ? options : dictionary(options, what).transfer, what);
  }

  function transferables(list, what) {
    if (list === undefined) return [];
    return sequence(list, (item) => {
      if (!isObject(item)) throw fault(what, "The transfer list holds a value that is not an object.");
      return item;
    }, what);
  }

  // What is called with messages for `target`: see `open` of port.rs.
  const deliverer = (target, closed) => function (value, transferred) {
    if (arguments.length === 0) return closed();
    if (arguments.length === 1) return send(target, new MessageEvent("messageerror"));
    const ports = [];
    for (let i = 0; i < transferred.length; i++) if (isPort(transferred[i])) ports[ports.length] = transferred[i];
    send(target, new MessageEvent("message", { __proto__: null, data: value, ports }));
  };

  class MessagePort extends EventTarget {
    #port;

    constructor(secret, port) {
      if (secret !== ours) throw new TypeError("Illegal constructor");
      super();
      this.#port = port;
      native.portable(this, "messaging", "portSteps");
    }

    postMessage(message, options = undefined) {
      const what = "execute 'postMessage' on 'MessagePort'";
      const port = this.#port;
      need(arguments.length, 1, what);
      const transfer = transferList(options, what);
      let isDropped = false;
      for (let i = 0; i < transfer.length; i++) {
        if (transfer[i] === this) throw new DOMException("Port at index " + i + " is the one that it is sent by.", "DataCloneError");
        // A message cannot take the port that it is for along.
        if (#port in transfer[i] && native.areEnds(port, transfer[i].#port)) isDropped = true;
      }
      native.post(port, message, transfer, isDropped);
    }

    start() { native.open(this.#port, deliverer(this, () => send(this, new Event("close")))); }

    close() { native.close(this.#port); }

    static {
      portSteps = {
        __proto__: null,
        transfer: (port) => native.move(port.#port),
        receive: (port) => new MessagePort(ours, port),
      };
      portOf = (port) => port.#port;
      isPort = (value) => #port in value;
    }
  }
  var portSteps, portOf, isPort;
  expose(MessagePort);
  handlers(MessagePort.prototype, "message", "messageerror", "close");
  {
    const { start } = MessagePort.prototype;
    const { get, set } = getOwnPropertyDescriptor(MessagePort.prototype, "onmessage");
    const accessor = {
      set onmessage(value) {
        apply(set, this, [value]);
        // Whoever sets it wants messages from now on.
        apply(start, this, []);
      },
    };
    const own = getOwnPropertyDescriptor(accessor, "onmessage");
    defineProperty(MessagePort.prototype, "onmessage", { __proto__: null, get, set: own.set });
  }

  class MessageChannel {
    #port1;
    #port2;
    constructor() {
      uncloneable(this);
      const ports = native.channel();
      this.#port1 = new MessagePort(ours, ports[0]);
      this.#port2 = new MessagePort(ours, ports[1]);
    }
    get port1() { return this.#port1; }
    get port2() { return this.#port2; }
  }
  expose(MessageChannel);

  class BroadcastChannel extends EventTarget {
    #name;
    #member;
    constructor(name) {
      need(arguments.length, 1, "construct 'BroadcastChannel'");
      super();
      this.#name = `${name}`;
      this.#member = native.join(this.#name, deliverer(this));
    }
    get name() { return this.#name; }
    postMessage(message) {
      const member = this.#member;
      need(arguments.length, 1, "execute 'postMessage' on 'BroadcastChannel'");
      if (!native.broadcast(member, message)) throw new DOMException("The channel is closed.", "InvalidStateError");
    }
    close() { native.quit(this.#member); }
    static { keepChannel = (channel, isAwaited) => native.keepMember(channel.#member, isAwaited); }
  }
  var keepChannel;
  expose(BroadcastChannel);
  handlers(BroadcastChannel.prototype, "message", "messageerror");

  function structuredClone(value, options = undefined) {
    const what = "execute 'structuredClone'";
    need(arguments.length, 1, what);
    return native.clone(value, transferables(dictionary(options, what).transfer, what));
  }

  return {
    MessagePort, MessageChannel, BroadcastChannel, structuredClone, portSteps,
    // The steps of objects that are not to be cloned or transferred.
    uncloneable: { __proto__: null },
    // For scripts of ours.
    deliverer, transferList, portOf, isPort: (value) => isObject(value) && isPort(value), keepChannel,
  };
}
