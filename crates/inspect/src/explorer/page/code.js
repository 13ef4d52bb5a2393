// The view of code and bytes: an outline, the text of what is chosen there, and beside it its bytes, source and native code.
// One range of bytes is selected; each pane shows it, and each can choose another.

const code = (() => {
  let shown; // the document in the text pane
  let line = -1; // its current line
  let range = [0, 0]; // the bytes that are selected
  let isWide = false; // whether they are all of what is shown
  let sourceFile; // { number, lines, from, offsets } of the file in the source pane
  const isOpen = { bytes: true, source: index.code.files.length > 0, native: index.code.native > 0 };

  // The outline.

  const sections = new List({
    label: "Sections",
    rowHeight: 24,
    row: (number) => {
      const section = index.sections[number];
      const name = make("span", { class: "grow" + (section.id ? "" : " custom") }, section.name);
      if (section.depth) name.style.paddingLeft = section.depth + "em";
      return [name, make("span", { class: "quiet number" }, count(section.length))];
    },
    select: (number) => open(new SectionDocument(number)),
  });

  /** What imported functions are called without the module that they come from. */
  const imported = index.imports.filter((item) => item.kind === "function").map((item) => item.name);
  let order = [];
  const filter = make("input", { type: "search", placeholder: "Filter by name", "aria-label": "Filter functions by name", spellcheck: "false" });
  const sorting = make("select", { "aria-label": "Order of functions" },
    make("option", { value: "index" }, "by index"), make("option", { value: "size" }, "by size"), make("option", { value: "name" }, "by name"));
  const list = new List({
    label: "Functions",
    rowHeight: 24,
    row: (number) => {
      const index = order[number];
      return [
        make("span", { class: "quiet number index" }, String(index)),
        make("span", { class: "grow", title: functions.name[index] }, imported[index] ?? functions.name[index]),
        make("span", { class: "quiet number" }, index < functions.imported ? "import" : count(functions.size[index])),
      ];
    },
    select: (number) => open(new FunctionDocument(order[number])),
  });
  const arrange = () => {
    const wanted = filter.value.toLowerCase();
    order = [...functions.name.keys()];
    if (wanted) order = order.filter((at) => functions.name[at].toLowerCase().includes(wanted));
    if (sorting.value === "size") order.sort((a, b) => functions.size[b] - functions.size[a]);
    if (sorting.value === "name") order.sort((a, b) => (functions.name[a] < functions.name[b] ? -1 : 1));
    list.show(order.length);
    if (shown instanceof FunctionDocument) list.setCurrent(order.indexOf(shown.number));
  };
  filter.addEventListener("input", arrange);
  sorting.addEventListener("change", arrange);

  // The text.

  const text = new List({
    label: "Text",
    class: "mono",
    row: (number) => {
      const entry = shown.line(number);
      if (!entry) return undefined;
      const line = make("span", { class: "text" }, ...coloured(entry.text));
      const target = calleeOf(entry.text);
      if (target !== undefined) line.append("  ", make("span", { class: "goes", title: "Enter or click: go there" }, entry.text.includes(functions.name[target]) ? "→" : "→ " + functions.name[target]));
      return [make("span", { class: "offset" }, hex(entry.offset)), line];
    },
    select: (number) => selectLine(number),
    open: (number) => follow(number),
    isLinked: (number) => sourceFile && isOfSourceLine(number),
  });
  const title = make("h2", {}, "Text");
  const links = make("span", { class: "links" });

  /** Goes to what a line is about: the function that it calls, or its place among the functions. */
  const follow = (number) => {
    const entry = shown.line(number);
    const target = entry && calleeOf(entry.text);
    if (target !== undefined) show(new FunctionDocument(target));
    else if (entry && shown instanceof SectionDocument) goTo(entry.offset);
  };

  /** The function that a line of text calls, exports or defines, by what the printer writes. */
  const calleeOf = (line) => {
    const match = CALLED.exec(line) ?? (shown instanceof SectionDocument ? LISTED.exec(line) : undefined);
    if (!match) return undefined;
    const name = match.slice(1).find(Boolean);
    const found = /^\d+$/.test(name) ? Number(name) : byName.get(name.replace(/^\$"(.*)"$/, "$$$1"));
    return found < functions.name.length ? found : undefined;
  };
  const NAME = String.raw`(\$"(?:[^"\\]|\\.)*"|\$[^\s()]+|\d+)`;
  const CALLED = new RegExp(String.raw`(?:\bcall|return_call|ref\.func|^\(export .*\(func|^\(start) ` + NAME);
  const LISTED = /^\(func .*?\(;(\d+);\)|^function (\d+)/;
  const byName = new Map(functions.name.map((name, at) => ["$" + name, at]));

  // The bytes, sixteen a row.

  const bytes = new List({
    label: "Bytes",
    class: "mono",
    row: (number) => hexRow(number * 16),
    select: (number) => {
      const at = number * 16 + (bytes.at ? columnOf(bytes.at) : Math.max(0, range[0] % 16));
      selectOffset(Math.min(at, index.bytes - 1));
    },
    key: (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) selectOffset(Math.max(0, Math.min(cursor + step, index.bytes - 1)));
      return Boolean(step);
    },
  });
  let cursor = 0; // the byte that was chosen in the pane of bytes

  const hexRow = (start) => {
    const piece = pieceOf(start);
    if (!piece) return undefined;
    const from = start % pieceLength;
    const row = piece.subarray(from, from + Math.min(16, index.bytes - start));
    const [first, last] = range.map((end) => Math.max(0, Math.min(end - start, row.length)));
    const digits = (a, b) => Array.from(row.subarray(a, b), (byte, at) => byte.toString(16).padStart(2, "0") + (a + at === 7 ? "  " : " ")).join("");
    const letters = (a, b) => Array.from(row.subarray(a, b), (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    const parts = (shown) => [shown(0, first), first < last ? make("mark", { class: isWide && "wide" }, shown(first, last)) : "", shown(last, row.length)];
    const width = 16 - row.length;
    return [
      make("span", { class: "offset" }, hex(start)),
      make("span", { class: "digits" }, ...parts(digits), " ".repeat(width * 3 + (row.length < 8 ? 1 : 0))),
      make("span", { class: "letters" }, ...parts(letters)),
    ];
  };

  /** The column of the byte below the mouse. */
  const columnOf = (event) => {
    const part = event.target.closest(".digits, .letters");
    if (!part) return 0;
    const box = part.getBoundingClientRect();
    const letters = part.classList.contains("letters");
    const character = Math.floor((event.clientX - box.left) / (box.width / (letters ? part.textContent.length : 49)));
    const column = letters ? character : Math.floor((character - (character > 23 ? 1 : 0)) / 3);
    return Math.max(0, Math.min(column, 15));
  };

  // The source.

  const source = new List({
    label: "Source",
    class: "mono",
    row: (number) => {
      const from = sourceFile.rows[number];
      const known = sourceFile.lines?.[from - 1];
      return [
        make("span", { class: "offset" }, String(from)),
        make("span", { class: sourceFile.has.has(from) ? "text" : "text quiet" }, known ?? (sourceFile.lines ? "" : "(the text of this file is not in the page)")),
      ];
    },
    select: (number) => selectSourceLine(sourceFile.rows[number]),
    isLinked: (number) => shown?.placeOf(line)?.[2] === sourceFile.rows[number] && shown.placeOf(line)[1] === sourceFile.number,
  });
  const files = make("select", { "aria-label": "Source file" });
  index.code.files.forEach(([name], at) => files.append(make("option", { value: at }, name)));
  files.addEventListener("change", () => openFile(Number(files.value)));

  const openFile = async (number) => {
    if (sourceFile?.number === number) return;
    const file = await json.get(index.code.files[number][1]).promise;
    const lines = file.t?.split("\n");
    const has = new Set(file.l);
    const rows = lines ? lines.map((_, at) => at + 1) : [...has];
    sourceFile = { number, lines, has, rows, from: file.l, offsets: file.o };
    files.value = String(number);
    source.show(rows.length);
  };

  const showSource = async (reveal = true) => {
    if (!index.code.files.length) return;
    const place = shown?.placeOf(line) ?? shown?.places[0];
    if (!place) return source.draw();
    await openFile(place[1]);
    const at = sourceFile.lines ? place[2] - 1 : sourceFile.rows.indexOf(place[2]);
    if (reveal) source.setCurrent(at);
    else source.draw();
    text.draw();
  };

  const isOfSourceLine = (number) => {
    const current = sourceFile.rows[source.current];
    const place = shown.placeOf(number);
    return place?.[1] === sourceFile.number && place[2] === current;
  };

  /** Goes to code that a line of the source became: in this function if it has some. */
  const selectSourceLine = async (number) => {
    const here = shown?.places.find((place) => place[1] === sourceFile.number && place[2] === number);
    if (here) return selectLine(here[0], "source");
    const at = sourceFile.from.indexOf(number);
    if (at >= 0) return goTo(sourceFile.offsets[at], "source");
    say(`No code was made of line ${number}.`);
    text.draw();
  };

  // Native code.

  const native = new List({
    label: "Native code",
    class: "mono",
    row: (number) => [
      make("span", { class: "offset" }, shown.native.offsets[number].toString(16)),
      make("span", { class: "text" }, ...coloured(shown.native.lines[number])),
    ],
    select: (number) => selectLine(shown.native.from[number], "native"),
    isLinked: (number) => shown?.native?.from[number] === line,
  });
  const noNative = make("p", { class: "quiet note" });

  const showNative = (from) => {
    const has = shown?.native;
    noNative.hidden = Boolean(has);
    native.box.hidden = !has;
    noNative.textContent = !(shown instanceof FunctionDocument) || shown.isImported
      ? "Functions that are defined in the module have native code."
      : "This function's native code is not in the page: make it with --function " + shown.number + ".";
    if (!has || from === "native") return native.draw();
    native.setCurrent(shown.native.from.indexOf(line));
  };

  // What is selected.

  const select = (start, end, origin) => {
    range = [start, end];
    isWide = line < 0;
    if (origin !== "bytes") cursor = start;
    bytes.setCurrent(Math.floor(cursor / 16), true);
    bytes.refresh();
    status.textContent = describe();
    route.settle("code", shown instanceof FunctionDocument ? "f" + shown.number : "s" + shown.number, cursor);
  };

  const describe = () => {
    const section = index.sections[sectionAt(range[0])];
    const length = range[1] - range[0];
    const place = shown?.placeOf(line);
    const parts = [`${hex(range[0])}, ${plural(length, "byte")}`, section ? "section " + section.name : "no section"];
    if (place) parts.push(`${index.code.files[place[1]][0]}:${place[2]}`);
    return parts.join(" · ");
  };

  const selectLine = (number, origin) => {
    line = number;
    text.setCurrent(number);
    const entry = shown.line(number);
    if (entry) select(entry.offset, shown.endOf(number), origin);
    if (origin !== "source") showSource();
    else showSource(false);
    showNative(origin);
  };

  const selectOffset = async (offset) => {
    cursor = offset;
    await goTo(offset, "bytes");
  };

  /** Shows the document that has the byte at `offset` and selects its line. */
  const goTo = async (offset, origin) => {
    const wanted = documentAt(offset);
    if (!wanted) {
      range = [offset, offset + 1];
      bytes.setCurrent(Math.floor(offset / 16));
      bytes.refresh();
      status.textContent = `${hex(offset)}: outside of all sections`;
      return;
    }
    if (!isSame(wanted, shown)) await open(wanted, offset, origin);
    const at = await shown.lineAt(offset);
    if (at >= 0 && shown.count) selectLine(at, origin);
    else select(offset, offset + 1, origin);
  };

  const isSame = (a, b) => a && b && a.constructor === b.constructor && a.number === b.number;

  /** Shows a document from its beginning, or to select the byte at `offset`. */
  const open = async (wanted, offset, origin) => {
    shown = wanted;
    await wanted.load();
    if (shown !== wanted) return;
    line = -1;
    title.textContent = wanted.title;
    links.replaceChildren(...linksOf(wanted));
    native.show(wanted.native?.lines.length ?? 0);
    text.show(wanted.count);
    showNote(wanted);
    const section = wanted instanceof SectionDocument ? wanted.number : sectionAt(wanted.start);
    sections.setCurrent(section);
    list.setCurrent(wanted instanceof FunctionDocument ? order.indexOf(wanted.number) : -1);
    if (offset === undefined) select(wanted.start, Math.max(wanted.end, wanted.start), origin);
    showSource();
    showNative();
  };

  const note = make("p", { class: "quiet note" });
  const showNote = (wanted) => {
    const section = wanted.section;
    text.box.hidden = wanted.count === 0;
    note.hidden = wanted.count > 0;
    note.textContent = wanted.isImported ? "This function is imported: it has no body here."
      : section?.meaning ? section.meaning + "." : "Nothing more is known of these bytes.";
    if (section?.fault) note.textContent = `Damaged: ${section.fault.message} at ${hex(section.fault.offset)}.`;
    if (section?.fault) note.hidden = false;
  };

  const linksOf = (wanted) => {
    if (!(wanted instanceof FunctionDocument)) return [make("span", { class: "quiet" }, plural(wanted.end - wanted.start, "byte"))];
    const type = index.types[functions.ty[wanted.number]] ?? "";
    return [
      make("span", { class: "quiet" }, wanted.isImported ? type : `${type} · ${plural(wanted.end - wanted.start, "byte")}`),
      make("a", { href: "#calls/" + wanted.number }, "Calls"),
    ];
  };

  /** The same as `open`, as a step that "back" returns from. */
  const show = (wanted) => route.go("code", (wanted instanceof FunctionDocument ? "f" : "s") + wanted.number);

  // The panes.

  const status = make("p", { class: "status", role: "status" });
  const pane = (name, heading, ...content) => make("div", { class: "pane " + name, role: "region", "aria-label": heading }, ...content);
  const toggles = { bytes: "Bytes", source: "Source", native: "Native code" };
  const panes = {};
  const toolbar = make("div", { class: "toolbar" }, make("span", { class: "quiet" }, "Show"));
  for (const [name, label] of Object.entries(toggles)) {
    const box = make("input", { type: "checkbox", checked: isOpen[name] });
    box.addEventListener("change", () => {
      isOpen[name] = box.checked;
      arrangePanes();
    });
    toolbar.append(make("label", {}, box, " " + label));
  }
  const side = make("div", { class: "side" });
  const arrangePanes = () => {
    for (const name of Object.keys(toggles)) panes[name].hidden = !isOpen[name];
    side.hidden = !Object.values(isOpen).some(Boolean);
    [text, bytes, source, native].forEach((list) => list.draw());
  };

  const build = (host) => {
    panes.bytes = pane("bytes", "Bytes", make("h2", {}, "Bytes"), bytes.box);
    panes.source = pane("source", "Source", make("h2", {}, "Source ", files),
      index.code.files.length ? source.box : make("p", { class: "quiet note" }, "The module has no line tables (DWARF), so nothing is known of its source."));
    panes.native = pane("native", "Native code", make("h2", {}, "Native code"), noNative, native.box);
    files.hidden = !index.code.files.length;
    side.append(panes.bytes, panes.source, panes.native);
    host.append(
      toolbar,
      make("div", { class: "workspace" },
        make("nav", { class: "outline", "aria-label": "Outline" },
          make("h2", {}, "Sections"), sections.box,
          make("h2", {}, "Functions"), make("div", { class: "filter" }, filter, sorting), list.box),
        pane("text", "Text", make("div", { class: "heading" }, title, links), text.box, note),
        side),
    );
    toolbar.append(status);
    text.space.addEventListener("click", (event) => {
      if (event.target.classList.contains("goes")) follow(text.current);
    });
    sections.show(index.sections.length);
    bytes.show(Math.ceil(index.bytes / 16));
    arrange();
    arrangePanes();
  };

  /** Shows what an address names: `f12` or `s3`, and an offset. */
  const visit = async (what, at) => {
    const number = Number(what?.slice(1));
    const isKnown = what?.[0] === "f" ? number < functions.name.length : number < index.sections.length;
    const offset = at === undefined ? undefined : Number(at);
    if (offset !== undefined && offset < index.bytes && !isKnown) return goTo(offset);
    const start = index.code.pieces.length ? new FunctionDocument(functions.imported) : new SectionDocument(0);
    const wanted = !isKnown ? start : what[0] === "f" ? new FunctionDocument(number) : new SectionDocument(number);
    if (!index.sections.length) return goTo(0);
    if (!isSame(wanted, shown)) await open(wanted, offset);
    if (offset >= 0 && offset < index.bytes) await goTo(offset);
  };

  return { build, visit, goTo };
})();
