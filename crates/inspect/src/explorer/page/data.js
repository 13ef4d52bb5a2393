// The data in the page: pieces that are unpacked when they are needed, and the outline that says where they are.

const byId = (id) => document.getElementById(id);

const fromBase64 = (text) =>
  Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

const unpack = (id) => {
  const packed = new Blob([fromBase64(byId(id).textContent)]);
  return new Response(packed.stream().pipeThrough(new DecompressionStream("deflate")));
};

/** Pieces that were used last, by number; the oldest goes first. */
class Cache {
  constructor(limit, load) {
    this.limit = limit;
    this.load = load;
    this.map = new Map();
  }

  get(number) {
    const known = this.map.get(number);
    const entry = known ?? this.start(number);
    this.map.delete(number);
    this.map.set(number, entry);
    if (this.map.size > this.limit) this.map.delete(this.map.keys().next().value);
    return entry;
  }

  start(number) {
    const entry = { value: undefined };
    entry.promise = this.load(number).then((value) => {
      entry.value = value;
      dispatchEvent(new Event("unpacked"));
      return value;
    });
    return entry;
  }

  /** What `number` holds if it is there at once; else `undefined`, and the event `unpacked` tells when it is. */
  now(number) {
    return this.get(number).value;
  }
}

const json = new Cache(48, (number) => unpack("d" + number).json());
const raw = new Cache(160, (number) => unpack("d" + number).arrayBuffer().then((b) => new Uint8Array(b)));

/** The outline. Everything in it is as the module has it, with names that are harmless to show. */
const index = await unpack("index").json();
const { functions } = index;

/** The last of the sorted `list` for which `key` is at most `value`, as an index; -1 if there is none. */
const lastAtMost = (list, value, key = (item) => item) => {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(list[middle]) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

/** The piece of the file with the byte at `offset`, or `undefined` while it is unpacked. */
const [pieceLength, firstPiece] = index.pieces;
const pieceOf = (offset) => raw.now(firstPiece + Math.floor(offset / pieceLength));

const definedStarts = functions.start.slice(functions.imported);

/** The function whose body has the byte at `offset`, or -1. */
const functionAt = (offset) => {
  const defined = lastAtMost(definedStarts, offset);
  const found = defined + functions.imported;
  return defined >= 0 && offset < functions.start[found] + functions.length[found] ? found : -1;
};

/** The innermost section that has the byte at `offset`, or -1. */
const sectionAt = (offset) =>
  index.sections.findLastIndex((s) => s.offset <= offset && offset < s.offset + s.length);

const hex = (number, digits = 6) => "0x" + number.toString(16).padStart(digits, "0");
const count = (number) => number.toLocaleString("en");
const plural = (number, what) => `${count(number)} ${what}${number === 1 ? "" : "s"}`;
const percent = (part, all) => ((part * 100) / Math.max(all, 1)).toFixed(1) + " %";

/** An element. Text of the module comes in as text alone. */
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};

const say = (text) => (byId("said").textContent = text);
