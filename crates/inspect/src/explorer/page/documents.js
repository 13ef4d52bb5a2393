// What the text pane shows: a function or a section, as lines with offsets.

/** A function's index and its name, if it has one. */
const titleOf = (number) => (functions.name[number] === `function ${number}` ? `function ${number}` : `function ${number}: ${functions.name[number]}`);

/** A function by its index. */
class FunctionDocument {
  constructor(number) {
    this.number = number;
    this.title = titleOf(number);
    this.start = functions.start[number];
    this.end = this.start + functions.length[number];
    this.isImported = number < functions.imported;
  }

  async load() {
    if (this.lines || this.isImported) return this;
    const defined = this.number - functions.imported;
    const pieces = index.code.pieces;
    const at = lastAtMost(pieces, defined, (piece) => piece[0]);
    const body = at < 0 ? undefined : (await json.get(pieces[at][1]).promise)[defined - pieces[at][0]];
    this.lines = body ? body.t.split("\n").slice(0, -1) : [];
    this.offsets = new Uint32Array(body?.o ?? []);
    let last = this.start;
    this.offsets.forEach((delta, line) => (this.offsets[line] = last = (last + delta) >>> 0));
    this.places = body?.p ?? [];
    if (body?.n) this.native = { lines: body.n.t.split("\n").slice(0, -1), offsets: body.n.o, from: body.n.l };
    return this;
  }

  get count() {
    return this.lines?.length ?? 0;
  }

  line(number) {
    return { text: this.lines[number], offset: this.offsets[number] };
  }

  async lineAt(offset) {
    return Math.max(0, lastAtMost(this.offsets ?? [], offset));
  }

  /** Where the bytes of a line end. */
  endOf(line) {
    const start = this.offsets[line];
    const next = this.offsets.subarray(line + 1).find((offset) => offset > start);
    return next ?? this.end;
  }

  /** The place in the source of a line: [line of text, file, line], or `undefined`. */
  placeOf(line) {
    return this.places[lastAtMost(this.places, line, (place) => place[0])];
  }
}

/** A section by its place in the list. Its lines stay packed until they are looked at. */
class SectionDocument {
  constructor(number) {
    this.number = number;
    this.section = index.sections[number];
    this.title = `section ${this.section.name}`;
    this.start = this.section.offset;
    this.end = this.start + this.section.length;
    this.places = [];
  }

  async load() {
    return this;
  }

  get count() {
    return this.section.count;
  }

  line(number) {
    const piece = this.section.pieces[lastAtMost(this.section.pieces, number, (piece) => piece[0])];
    const lines = json.now(piece[2]);
    return lines && { text: lines.t[number - piece[0]], offset: lines.o[number - piece[0]] };
  }

  async lineAt(offset) {
    const pieces = this.section.pieces;
    const at = Math.max(0, lastAtMost(pieces, offset, (piece) => piece[1]));
    if (!pieces.length) return -1;
    const lines = await json.get(pieces[at][2]).promise;
    return pieces[at][0] + Math.max(0, lastAtMost(lines.o, offset));
  }

  endOf(line) {
    const here = this.line(line);
    for (let next = line + 1; here && next < this.count; next++) {
      const other = this.line(next);
      if (!other) break;
      if (other.offset > here.offset) return other.offset;
    }
    return this.end;
  }

  placeOf() {
    return undefined;
  }
}

/** The document of the byte at `offset`. */
const documentAt = (offset) => {
  const found = functionAt(offset);
  if (found >= 0) return new FunctionDocument(found);
  const section = sectionAt(offset);
  return section < 0 ? undefined : new SectionDocument(section);
};

const TOKEN = /(;;.*|\(;.*?;\))|("(?:[^"\\]|\\.)*"?)|(\$[^\s()]+)|(\b(?:0x[0-9a-f_.p+-]+|[0-9][0-9_.e+-]*|inf|nan)\b)|([a-z][\w.]*)/g;
const CLASSES = ["comment", "string", "name", "number", "word"];

/** A line of text in colours, as nodes. */
const coloured = (text) => {
  const shown = text.length > 600 ? text.slice(0, 600) + " …" : text;
  const nodes = [];
  let end = 0;
  for (const match of shown.matchAll(TOKEN)) {
    if (match.index > end) nodes.push(shown.slice(end, match.index));
    const kind = CLASSES[match.slice(1).findIndex(Boolean)];
    nodes.push(make("span", { class: kind }, match[0]));
    end = match.index + match[0].length;
  }
  nodes.push(shown.slice(end));
  return nodes;
};
