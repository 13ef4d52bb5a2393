// What the tables of bad input are made of: bad values, one a column, and what came of a call, one letter each.
//
// `.` returned, `T` TypeError, `R` RangeError, `S` SyntaxError, `C` CompileError, `L` LinkError, `W` RuntimeError, `M` the very value that the
// argument threw, `D` a DOMException, `!` anything else; small where the promise that was returned did so instead.

export const marker = { name: "the marker" };

function raise() { throw marker; }

// New ones for each call, since a call may change or detach what it is given.
export const values = {
  undefined: () => undefined,
  null: () => null,
  "-1": () => -1,
  "1e300": () => 1e300,
  NaN: () => NaN,
  bigint: () => 1n,
  string: () => "text",
  symbol: () => Symbol("bad"),
  object: () => ({}),
  array: () => [],
  function: () => () => {},
  throwing: () => ({ valueOf: raise, toString: raise, [Symbol.toPrimitive]: raise, [Symbol.iterator]: raise }),
  getters: () => new Proxy({}, { get: raise, has: raise, ownKeys: raise, getPrototypeOf: raise }),
  revoked: () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; },
  detached: () => { const buffer = new ArrayBuffer(8); structuredClone(buffer, { transfer: [buffer] }); return buffer; },
  "detached view": () => { const view = new Uint8Array(8); structuredClone(view.buffer, { transfer: [view.buffer] }); return view; },
  "out of bounds": () => { const buffer = new ArrayBuffer(8, { maxByteLength: 16 }); const view = new Uint8Array(buffer, 4, 4); buffer.resize(2); return view; },
  shared: () => new SharedArrayBuffer(8),
  resizable: () => new ArrayBuffer(8, { maxByteLength: 16 }),
  proxy: () => new Proxy(new Uint8Array(8), {}),
};

function letter(error) {
  if (error === marker) return "M";
  if (!isOne(error, Error)) return "!";
  if (error instanceof DOMException) return "D";
  const letters = { TypeError: "T", RangeError: "R", SyntaxError: "S", CompileError: "C", LinkError: "L", RuntimeError: "W" };
  return letters[Object.getPrototypeOf(error).constructor.name] ?? "!";
}

/** What comes of `call`, a letter. */
export async function outcome(call) {
  try {
    const result = call();
    if (!isOne(result, Promise)) return ".";
    return await result.then(() => ".", (error) => letter(error).toLowerCase());
  } catch (error) { return letter(error); }
}

// Some values throw when they are asked for their prototype.
function isOne(value, Class) {
  try { return value instanceof Class; } catch { return false; }
}

/** A line: `name`, and what comes of `call` with each of the values. */
export async function row(name, call) {
  let letters = "";
  for (const make of Object.values(values)) letters += await outcome(() => call(make()));
  print(name.padEnd(44), letters);
}

/** What is neither an instance of `Class` nor looks enough like `instance`. */
export function receivers(Class, instance) {
  return [undefined, null, 1, "text", Symbol(), {}, Class.prototype, Object.create(Class.prototype), Object.create(instance), new Proxy(instance, {}), values.revoked()];
}

/** A line for each member of the prototype that takes what is no instance of `Class` for one. */
export async function wrongReceivers(Class, instance, rest = []) {
  const found = [];
  for (const name of Reflect.ownKeys(Class.prototype)) {
    const { get, set, value } = Object.getOwnPropertyDescriptor(Class.prototype, name);
    for (const operation of [get, set, name === "constructor" ? undefined : value]) {
      if (typeof operation !== "function") continue;
      let letters = "";
      for (const receiver of receivers(Class, instance)) letters += await outcome(() => operation.apply(receiver, rest));
      if (/[^Tt]/.test(letters)) found.push(`${String(name)} ${letters}`);
    }
  }
  print(Class.name.padEnd(44), "receivers", found.join(", "));
}

/** Construction without `new`, by a subclass, and by a function with a prototype that is none. */
export async function construction(Class, ...rest) {
  class Sub extends Class {}
  const odd = Object.assign(function () {}, { prototype: 1 });
  const lent = new Proxy(function () {}, { get: raise });
  let letters = "";
  for (const call of [
    () => Class(...rest),
    () => { if (!(new Sub(...rest) instanceof Sub)) throw 0; },
    () => { if (Object.getPrototypeOf(Reflect.construct(Class, rest, odd)) !== Class.prototype) throw 0; },
    () => Reflect.construct(Class, rest, lent),
  ]) letters += await outcome(call);
  print(Class.name.padEnd(44), "construction", letters);
}

