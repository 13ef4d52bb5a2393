// The overview: what the file is, and its sections; and the view of imports and exports.

const overview = (() => {
  const fact = (name, value) => [make("dt", {}, name), make("dd", {}, value)];

  const facts = () => {
    const defined = functions.name.length - functions.imported;
    const said = (name) => index.sections.find((section) => section.depth === 0 && section.id === 0 && section.name === name)?.meaning;
    const list = [
      fact("Kind", index.kind ?? "neither a module nor a component"),
      fact("Size", plural(index.bytes, "byte")),
      fact("Functions", `${count(defined)} defined, ${count(functions.imported)} imported`),
      fact("Imports and exports", `${count(index.imports.length)} and ${count(index.exports.length)}`),
    ];
    if (said("producers")) list.push(fact("Made by", said("producers")));
    if (said("target_features")) list.push(fact("Features", said("target_features").replace("the compiler's features: ", "")));
    list.push(fact("Source lines", index.code.files.length ? plural(index.code.files.length, "file") : "none: there is no debug information"));
    list.push(fact("Native code", index.code.native ? `of ${plural(index.code.native, "function")}` : "not in this page; --function NAME puts that of a function into it"));
    return make("dl", { class: "facts" }, ...list.flat());
  };

  /** The sections as parts of a bar; the table below says the same. */
  const bar = () => {
    const parts = index.sections.filter((section) => section.depth === 0).map((section, at) => {
      const part = make("span", { class: "part", title: `${section.name}: ${percent(section.length, index.bytes)}` });
      part.style.flexGrow = section.length;
      part.style.background = colourOf(at);
      if (section.length > index.bytes / 12) part.append(section.name);
      return part;
    });
    return make("div", { class: "bar", "aria-hidden": "true" }, ...parts);
  };

  const build = (host) => {
    const sections = table({
      label: "Sections",
      items: index.sections.map((section, number) => ({ ...section, number })),
      open: (section) => route.go("code", "s" + section.number),
      columns: [
        { title: "Id", width: "3.5em", class: "number", key: (s) => s.id, cell: (s) => String(s.id) },
        { title: "Section", width: "minmax(9em, 14em)", key: (s) => s.name, cell: (s) => [swatch(s), link("\u00a0".repeat(s.depth * 2) + s.name, "#code/s" + s.number)] },
        { title: "Offset", width: "7em", class: "number", key: (s) => s.offset, cell: (s) => hex(s.offset) },
        { title: "Bytes", width: "8em", class: "number", key: (s) => s.length, down: true, cell: (s) => count(s.length) },
        { title: "Share", width: "5em", class: "number", key: (s) => s.length, down: true, cell: (s) => percent(s.length, index.bytes) },
        { title: "What it says", width: "minmax(12em, 1fr)", cell: (s) => (s.fault ? `damaged: ${s.fault.message}` : s.meaning) },
      ],
    });
    host.append(make("div", { class: "page" }, make("h2", {}, "What it is"), facts(), make("h2", {}, "Sections"), bar(), sections.box));
  };

  const swatch = (section) => {
    const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
    if (section.depth === 0) swatch.style.background = colourOf(index.sections.filter((s) => s.depth === 0).findIndex((s) => s.offset === section.offset));
    return swatch;
  };
  return { build, visit: () => {} };
})();

const link = (text, href) => make("a", { href, tabindex: "-1" }, text);

/** Colours that differ from their neighbours; their lightness is the theme's. */
const colourOf = (number) => `hsl(${(number * 137.5 + 215) % 360} var(--fill))`;

const interfaces = (() => {
  const columns = [
    { title: "Kind", width: "6em", key: (item) => item.kind, cell: (item) => item.kind },
    { title: "Module", width: "minmax(4em, 0.6fr)", key: (item) => item.module, cell: (item) => item.module },
    { title: "Name", width: "minmax(10em, 1fr)", key: (item) => item.name, cell: (item) => (item.kind === "function" ? link(item.name, "#code/f" + item.index) : item.name) },
    { title: "Index", width: "5em", class: "number", key: (item) => item.index, cell: (item) => String(item.index) },
    { title: "Type", width: "minmax(10em, 1.6fr)", class: "mono", key: (item) => item.ty, cell: (item) => item.ty },
  ];
  const open = (item) => item.kind === "function" && route.go("code", "f" + item.index);
  const part = (heading, items, columns) => {
    const query = make("input", { type: "search", placeholder: "Filter", "aria-label": `Filter ${heading.toLowerCase()}`, spellcheck: "false" });
    const shown = table({
      label: heading, items, columns, open,
      filter: (item) => `${item.module ?? ""} ${item.name} ${item.ty}`.toLowerCase().includes(query.value.toLowerCase()),
    });
    query.addEventListener("input", shown.update);
    return make("div", { class: "half" }, make("div", { class: "heading" }, make("h2", {}, `${heading} (${count(items.length)})`), query), shown.box);
  };
  const build = (host) =>
    host.append(make("div", { class: "halves" },
      part("Imports", index.imports, columns),
      part("Exports", index.exports, columns.filter((column) => column.title !== "Module"))));
  return { build, visit: () => {} };
})();
