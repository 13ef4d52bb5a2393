// Events (the DOM standard, § 2): Event and EventTarget, the events that the host sends, event handler attributes, and how
// exceptions are reported (HTML § 8.1.4.6).
(language, native, library) => {
  "use strict";
  const { DOMException, Object, TypeError, apply, global } = language;
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const { expose, constants, need, dictionary, isObject, sequence, uncloneable, usv } = library("webidl");

  // What the host does to events and programs cannot.
  let dispatch, setCanceled;

  class Event {
    #type;
    #bubbles = false;
    #cancelable = false;
    #composed = false;
    #target = null;
    #currentTarget = null;
    #phase = 0;
    #time = native.now();
    #isStopped = false;
    #isStoppedAtOnce = false;
    #isCanceled = false;
    #isPassive = false;
    #isDispatched = false;
    #isTrusted = false;

    constructor(type, init = undefined) {
      need(arguments.length, 1, "construct 'Event'");
      this.#type = `${type}`;
      init = dictionary(init, "construct 'Event'");
      this.#bubbles = !!init.bubbles;
      this.#cancelable = !!init.cancelable;
      this.#composed = !!init.composed;
      defineProperty(this, "isTrusted", trusted);
    }

    get type() { return this.#type; }
    get target() { return this.#target; }
    get srcElement() { return this.#target; }
    get currentTarget() { return this.#currentTarget; }
    get eventPhase() { return this.#phase; }
    get bubbles() { return this.#bubbles; }
    get cancelable() { return this.#cancelable; }
    get defaultPrevented() { return this.#isCanceled; }
    get composed() { return this.#composed; }
    get timeStamp() { return this.#time; }
    get returnValue() { return !this.#isCanceled; }
    set returnValue(value) { this.#type; if (!value) setCanceled(this); }
    get cancelBubble() { return this.#isStopped; }
    set cancelBubble(value) { if (value) this.#isStopped = true; }

    composedPath() { return this.#currentTarget === null ? [] : [this.#currentTarget]; }
    stopPropagation() { this.#isStopped = true; }
    stopImmediatePropagation() { this.#isStopped = true; this.#isStoppedAtOnce = true; }
    preventDefault() { setCanceled(this); }

    initEvent(type, bubbles = false, cancelable = false) {
      need(arguments.length, 1, "execute 'initEvent' on 'Event'");
      type = `${type}`;
      if (this.#isDispatched) return;
      this.#isStopped = this.#isStoppedAtOnce = this.#isCanceled = this.#isTrusted = false;
      this.#target = null;
      this.#type = type;
      this.#bubbles = !!bubbles;
      this.#cancelable = !!cancelable;
    }

    static {
      const trusted = { get isTrusted() { return this.#isTrusted; } };
      this.trusted = { __proto__: null, get: getOwnPropertyDescriptor(trusted, "isTrusted").get, enumerable: true };
      setCanceled = (event) => {
        if (event.#cancelable && !event.#isPassive) event.#isCanceled = true;
      };
      // "Dispatch", and "inner invoke" for a target without parents. Gives whether nobody has canceled the event.
      dispatch = (target, event, isTrusted) => {
        if (!isObject(event) || !(#type in event)) throw new TypeError("Failed to execute 'dispatchEvent' on 'EventTarget': parameter 1 is not of type 'Event'.");
        if (event.#isDispatched) throw new DOMException("The event is already being dispatched.", "InvalidStateError");
        event.#isDispatched = true;
        event.#isTrusted = isTrusted;
        event.#target = event.#currentTarget = target;
        event.#phase = 2;
        invoke(target, event, true);
        invoke(target, event, false);
        event.#phase = 0;
        event.#currentTarget = null;
        event.#isDispatched = event.#isStopped = event.#isStoppedAtOnce = false;
        return !event.#isCanceled;
      };
      const invoke = (target, event, capture) => {
        if (event.#isStopped) return;
        // What is added meanwhile is not called.
        const { list } = Listeners.of(target);
        const count = list.length;
        const present = [];
        for (let i = 0; i < count; i++) {
          if (list[i].type === event.#type && list[i].capture === capture) present[present.length] = list[i];
        }
        for (let i = 0; i < present.length && !event.#isStoppedAtOnce; i++) {
          const listener = present[i];
          if (listener.isRemoved) continue;
          if (listener.once) Listeners.of(target).remove(listener);
          event.#isPassive = listener.passive;
          try {
            listener.call(target, event);
          } catch (exception) {
            report(exception);
          }
          event.#isPassive = false;
        }
      };
    }
  }
  const { trusted } = Event;
  const { initEvent } = Event.prototype;
  delete Event.trusted;
  constants(Event, { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 });
  expose(Event);

  // Gives fields of its heirs to objects of any kind: the global object is an event target too.
  class Stamp {
    constructor(object) { return object; }
  }

  class Listeners {
    // In the order in which they were added.
    list = [];
    // Those of event handler attributes, by type.
    handlers = { __proto__: null };
    static of(target) { return Target.listeners(target ?? global); }
    add(listener) { this.list[this.list.length] = listener; }
    // The listener that is there for this type, callback and phase.
    find(type, callback, capture) {
      for (let i = 0; i < this.list.length; i++) {
        const listener = this.list[i];
        if (listener.type === type && listener.callback === callback && listener.capture === capture) return listener;
      }
    }
    remove(listener) {
      listener.isRemoved = true;
      const rest = [];
      for (let i = 0; i < this.list.length; i++) if (this.list[i] !== listener) rest[rest.length] = this.list[i];
      this.list = rest;
    }
  }

  class Target extends Stamp {
    #listeners = new Listeners();
    static listeners(target) {
      if (!isObject(target) || !(#listeners in target)) throw new TypeError("Illegal invocation");
      return target.#listeners;
    }
  }

  class Listener {
    once = false;
    passive = false;
    signal = undefined;
    isRemoved = false;
    constructor(type, callback, capture) {
      this.type = type;
      this.callback = callback;
      this.capture = capture;
    }
    call(target, event) {
      const { callback } = this;
      if (typeof callback === "function") return apply(callback, target, [event]);
      const method = callback.handleEvent;
      if (typeof method !== "function") throw new TypeError("The 'handleEvent' property of an event listener is not a function");
      return apply(method, callback, [event]);
    }
  }

  // The listener of an event handler attribute.
  class Handler {
    once = false;
    passive = false;
    capture = false;
    isRemoved = false;
    callback = null;
    constructor(type, value) {
      this.type = type;
      this.value = value;
    }
    // "The event handler processing algorithm" (HTML § 8.1.8.1).
    call(target, event) {
      if (typeof this.value !== "function") return;
      if (target === global && this.type === "error" && isErrorEvent(event)) {
        const { message, filename, lineno, colno, error } = event;
        if (apply(this.value, target, [message, filename, lineno, colno, error]) === true) setCanceled(event);
      } else if (apply(this.value, target, [event]) === false) {
        setCanceled(event);
      }
    }
  }

  // Options of a listener, of which one that is no object is `capture`.
  const flatten = (options) => isObject(options) ? !!options.capture : !!options;

  const isCallback = (callback, what) => {
    if (callback === null || callback === undefined) return false;
    if (!isObject(callback)) throw new TypeError(`Failed to ${what}: parameter 2 is not of type 'Object'.`);
    return true;
  };

  class EventTarget {
    constructor() {
      new Target(this);
      uncloneable(this);
    }

    addEventListener(type, callback, options = undefined) {
      const what = "execute 'addEventListener' on 'EventTarget'";
      const target = this ?? global;
      const listeners = Listeners.of(target);
      need(arguments.length, 2, what);
      type = `${type}`;
      const has = isCallback(callback, what);
      const listener = new Listener(type, callback, flatten(options));
      if (isObject(options)) {
        listener.once = !!options.once;
        listener.passive = !!options.passive;
        const { signal } = options;
        if (signal !== undefined) {
          const { isAborted, onAbort } = library("abort");
          if (isAborted(signal)) return;
          if (has) onAbort(signal, () => listeners.remove(listener));
        }
      }
      if (has && !listeners.find(type, callback, listener.capture)) listeners.add(listener);
    }

    removeEventListener(type, callback, options = undefined) {
      const what = "execute 'removeEventListener' on 'EventTarget'";
      const listeners = Listeners.of(this);
      need(arguments.length, 2, what);
      type = `${type}`;
      isCallback(callback, what);
      const found = listeners.find(type, callback, flatten(options));
      if (found) listeners.remove(found);
    }

    dispatchEvent(event) {
      const target = this ?? global;
      Listeners.of(target);
      need(arguments.length, 1, "execute 'dispatchEvent' on 'EventTarget'");
      return dispatch(target, event, false);
    }
  }
  expose(EventTarget);
  new Target(global);

  // Defines event handler attributes, such as `onmessage` for "message", on a prototype or the global object.
  function handlers(object, ...types) {
    // Without a receiver the global object is meant, which has its own attributes alone (Web IDL § 3.7.6).
    const targetOf = (receiver) => object === global ? receiver : receiver ?? object;
    for (let i = 0; i < types.length; i++) {
      const type = types[i], name = `on${type}`;
      const accessor = getOwnPropertyDescriptor({
        get [name]() { return Listeners.of(targetOf(this)).handlers[type]?.value ?? null; },
        set [name](value) { setHandler(Listeners.of(targetOf(this)), type, isObject(value) ? value : null); },
      }, name);
      defineProperty(object, name, { __proto__: null, get: accessor.get, set: accessor.set, enumerable: true, configurable: true });
    }
  }

  function setHandler(listeners, type, value) {
    const handler = listeners.handlers[type];
    if (handler !== undefined && value !== null) {
      handler.value = value;
    } else if (handler !== undefined) {
      delete listeners.handlers[type];
      listeners.remove(handler);
    } else if (value !== null) {
      listeners.add(listeners.handlers[type] = new Handler(type, value));
    }
  }

  // Whether an event of this type would find somebody.
  function hasListener(target, type) {
    const { list } = Listeners.of(target);
    for (let i = 0; i < list.length; i++) if (list[i].type === type) return true;
    return false;
  }

  class CustomEvent extends Event {
    #detail;
    constructor(type, init = undefined) {
      need(arguments.length, 1, "construct 'CustomEvent'");
      super(type, init);
      this.#detail = init?.detail ?? null;
    }
    get detail() { return this.#detail; }
    initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
      this.#detail;
      apply(initEvent, this, [type, bubbles, cancelable]);
      this.#detail = detail;
    }
  }
  expose(CustomEvent);

  function toPort(value, member) {
    if (library("messaging").isPort(value)) return value;
    throw new TypeError(`Failed to construct 'MessageEvent': member ${member} is not of type MessagePort.`);
  }

  class MessageEvent extends Event {
    #data; #origin; #lastEventId; #source; #ports;
    constructor(type, init = undefined) {
      need(arguments.length, 1, "construct 'MessageEvent'");
      super(type, init);
      init = dictionary(init);
      const { data = null, lastEventId = "", origin = "", ports, source = null } = init;
      this.#data = data;
      this.#lastEventId = `${lastEventId}`;
      this.#origin = usv(origin);
      const what = "construct 'MessageEvent'";
      this.#ports = Object.freeze(ports === undefined ? [] : sequence(ports, (port) => toPort(port, "ports"), what));
      this.#source = source === null || source === undefined ? null : toPort(source, "source");
    }
    get data() { return this.#data; }
    get origin() { return this.#origin; }
    get lastEventId() { return this.#lastEventId; }
    get source() { return this.#source; }
    get ports() { return this.#ports; }
  }
  expose(MessageEvent);

  let isErrorEvent;

  class ErrorEvent extends Event {
    #message; #filename; #lineno; #colno; #error;
    constructor(type, init = undefined) {
      need(arguments.length, 1, "construct 'ErrorEvent'");
      super(type, init);
      const { colno = 0, error, filename = "", lineno = 0, message = "" } = dictionary(init);
      this.#colno = colno >>> 0;
      this.#error = error;
      this.#filename = usv(filename);
      this.#lineno = lineno >>> 0;
      this.#message = `${message}`;
    }
    get message() { return this.#message; }
    get filename() { return this.#filename; }
    get lineno() { return this.#lineno; }
    get colno() { return this.#colno; }
    get error() { return this.#error; }
    static { isErrorEvent = (event) => #message in event; }
  }
  expose(ErrorEvent);

  class PromiseRejectionEvent extends Event {
    #promise; #reason;
    constructor(type, init) {
      const what = "construct 'PromiseRejectionEvent'";
      need(arguments.length, 2, what);
      super(type, init);
      const { promise, reason } = dictionary(init, what);
      if (!isObject(promise)) throw new TypeError(`Failed to ${what}: The 'promise' property must be an object.`);
      this.#promise = promise;
      this.#reason = reason;
    }
    get promise() { return this.#promise; }
    get reason() { return this.#reason; }
  }
  expose(PromiseRejectionEvent);

  class CloseEvent extends Event {
    #wasClean; #code; #reason;
    constructor(type, init = undefined) {
      need(arguments.length, 1, "construct 'CloseEvent'");
      super(type, init);
      const { code = 0, reason = "", wasClean = false } = dictionary(init);
      this.#code = code & 0xffff;
      this.#reason = usv(reason);
      this.#wasClean = !!wasClean;
    }
    get wasClean() { return this.#wasClean; }
    get code() { return this.#code; }
    get reason() { return this.#reason; }
  }
  expose(CloseEvent);

  // Whether an exception is being reported now: one that its listeners throw goes no further.
  let isReporting = false;

  // "Report an exception" as far as programs take part: gives whether one of them has dealt with it.
  function handleError(exception) {
    if (isReporting || !hasListener(global, "error")) return false;
    isReporting = true;
    try {
      const { message, filename, lineno, colno } = native.describe(exception);
      const init = { __proto__: null, cancelable: true, message, filename, lineno, colno, error: exception };
      return !dispatch(global, new ErrorEvent("error", init), true);
    } finally {
      isReporting = false;
    }
  }

  // "Report an exception": what nobody deals with ends the program.
  function report(exception) {
    if (!handleError(exception)) native.uncaught(exception);
  }

  // A rejection that nobody has handled: gives whether a listener has now.
  function handleRejection(promise, reason) {
    if (!hasListener(global, "unhandledrejection")) return false;
    const init = { __proto__: null, cancelable: true, promise, reason };
    return !dispatch(global, new PromiseRejectionEvent("unhandledrejection", init), true);
  }

  function reportError(exception) {
    need(arguments.length, 1, "execute 'reportError'");
    report(exception);
  }

  const { addEventListener, removeEventListener, dispatchEvent } = EventTarget.prototype;

  return {
    Event, EventTarget, CustomEvent, MessageEvent, ErrorEvent, PromiseRejectionEvent, CloseEvent,
    addEventListener, removeEventListener, dispatchEvent, reportError,
    onerror: () => handlers(global, "error"),
    onunhandledrejection: () => handlers(global, "unhandledrejection"),
    // For scripts of ours.
    handlers, hasListener, report, handleError, handleRejection,
    // Sends a new event of the host's own.
    send: (target, event) => dispatch(target, event, true),
  };
}
