// Who calls whom: a function between those that call it and those it calls, with tables of all of them.

const calls = (() => {
  let graph; // lists of callees and callers, in one array each
  let current = -1;

  const read = async () => {
    const data = await json.get(index.calls).promise;
    const all = functions.name.length;
    const start = new Uint32Array(all + 1);
    data.callees.forEach((many, at) => (start[functions.imported + at + 1] = many));
    for (let at = 0; at < all; at++) start[at + 1] += start[at];
    const back = new Uint32Array(all + 1);
    for (const callee of data.to) if (callee < all) back[callee + 1]++;
    for (let at = 0; at < all; at++) back[at + 1] += back[at];
    const [from, sites, next] = [new Uint32Array(data.to.length), new Uint32Array(data.to.length), back.slice()];
    for (let caller = functions.imported; caller < all; caller++) {
      for (let at = start[caller]; at < start[caller + 1]; at++) {
        const callee = data.to[at];
        if (callee >= all) continue;
        const place = next[callee]++;
        [from[place], sites[place]] = [caller, data.sites[at]];
      }
    }
    graph = { start, to: data.to, sites: data.sites, back, from, backSites: sites, indirect: data.indirect, referenced: new Set(data.referenced) };
  };

  const list = (starts, ends, sites, number) => {
    const items = [];
    for (let at = starts[number]; at < starts[number + 1]; at++) if (ends[at] < functions.name.length) items.push({ number: ends[at], sites: sites[at] });
    return items.sort((a, b) => b.sites - a.sites || a.number - b.number);
  };
  const callees = (number) => list(graph.start, graph.to, graph.sites, number);
  const callers = (number) => list(graph.back, graph.from, graph.backSites, number);

  const exported = new Map(index.exports.filter((item) => item.kind === "function").map((item) => [item.index, item.name]));

  /** The shortest chain of calls from outside to a function, or `undefined`. */
  const chain = (number) => {
    const towards = new Map([[number, -1]]);
    const queue = [number];
    for (let at = 0; at < queue.length; at++) {
      const here = queue[at];
      if (exported.has(here)) {
        const way = [];
        for (let step = here; step !== -1; step = towards.get(step)) way.push(step);
        return way;
      }
      for (let place = graph.back[here]; place < graph.back[here + 1]; place++) {
        const caller = graph.from[place];
        if (!towards.has(caller)) {
          towards.set(caller, here);
          queue.push(caller);
        }
      }
    }
    return undefined;
  };

  // The picture.

  const SVG = "http://www.w3.org/2000/svg";
  const draw = (tag, attributes, ...children) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const MOST = 10;
  const [WIDTH, BOX, HEIGHT, GAP] = [960, 270, 26, 6];

  const box = (number, x, y, kind) => {
    const name = functions.name[number];
    const shown = name.length > 36 ? name.slice(0, 35) + "…" : name;
    const group = draw("g", { class: "box " + kind, transform: `translate(${x} ${y})` },
      draw("title", {}, `${number}: ${name}`),
      draw("rect", { width: BOX, height: HEIGHT, rx: 5 }),
      draw("text", { x: 10, y: 17.5 }, shown));
    group.addEventListener("click", () => route.go("calls", String(number)));
    return group;
  };

  const picture = make("div", { class: "picture scroll" });
  const drawPicture = (left, right) => {
    const rows = Math.max(Math.min(left.length, MOST), Math.min(right.length, MOST), 1);
    const height = rows * (HEIGHT + GAP) + 34;
    const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", width: WIDTH, height });
    const middle = { x: (WIDTH - BOX) / 2, y: height / 2 - HEIGHT / 2 };
    const side = (items, x, isLeft) => {
      const shown = items.slice(0, MOST);
      const top = (height - shown.length * (HEIGHT + GAP) + GAP) / 2;
      shown.forEach((item, at) => {
        const y = top + at * (HEIGHT + GAP);
        const [x1, x2] = isLeft ? [x + BOX, middle.x] : [middle.x + BOX, x];
        const [y1, y2] = isLeft ? [y + HEIGHT / 2, height / 2] : [height / 2, y + HEIGHT / 2];
        const bend = (x2 - x1) / 2;
        svg.append(draw("path", { d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, "stroke-width": Math.min(1 + Math.log2(item.sites), 5) }));
        svg.append(box(item.number, x, y, isLeft ? "caller" : "callee"));
      });
      if (items.length > MOST) svg.append(draw("text", { x: x + 10, y: height - 4, class: "more" }, `and ${count(items.length - MOST)} more in the table`));
    };
    side(left, 1, true);
    side(right, WIDTH - BOX - 1, false);
    svg.append(box(current, middle.x, middle.y, "middle"));
    svg.setAttribute("aria-label", `Call graph of ${functions.name[current]}: ${plural(left.length, "caller")}, ${plural(right.length, "callee")}. The tables have all of them.`);
    picture.replaceChildren(svg);
  };

  // The page.

  const tableOf = (heading) => {
    const title = make("h2", {}, heading);
    const shown = table({
      label: heading,
      items: [],
      open: (item) => route.go("calls", String(item.number)),
      columns: [
        { title: "Index", width: "5em", class: "number", key: (item) => item.number, cell: (item) => String(item.number) },
        { title: "Function", width: "minmax(8em, 1fr)", key: (item) => functions.name[item.number], cell: (item) => link(functions.name[item.number], "#calls/" + item.number) },
        { title: "Calls", width: "5em", class: "number", key: (item) => item.sites, down: true, cell: (item) => count(item.sites) },
        { title: "Bytes", width: "6em", class: "number", key: (item) => functions.size[item.number], down: true, cell: (item) => count(functions.size[item.number]) },
      ],
    });
    const set = (items) => {
      title.textContent = `${heading} (${count(items.length)})`;
      shown.setItems(items);
    };
    return { element: make("div", { class: "half" }, title, shown.box), set };
  };
  const left = tableOf("Called by");
  const right = tableOf("Calls");
  const title = make("h2", {});
  const facts = make("p", { class: "quiet" });
  const way = make("p", { class: "way" });

  const build = (host) =>
    host.append(make("div", { class: "page calls" }, make("div", { class: "heading" }, title), facts, way, picture,
      make("div", { class: "halves" }, left.element, right.element)));

  const largest = () => {
    let found = functions.imported;
    for (let at = found; at < functions.size.length; at++) if (functions.size[at] > functions.size[found]) found = at;
    return found;
  };

  const visit = async (what) => {
    if (!functions.name.length) return (facts.textContent = "There are no functions in this file.");
    if (!graph) await read();
    const asked = Number(what);
    current = what !== undefined && asked < functions.name.length ? asked : Math.min(largest(), functions.name.length - 1);
    const [before, after] = [callers(current), callees(current)];
    title.replaceChildren(make("a", { href: "#code/f" + current }, titleOf(current)));
    const said = [plural(before.length, "caller"), plural(after.length, "callee")];
    const indirect = graph.indirect[current - functions.imported];
    if (indirect) said.push(plural(indirect, "call") + " through tables or references");
    if (graph.referenced.has(current)) said.push("can be called through a table or reference");
    if (exported.has(current)) said.push(`exported as ${exported.get(current)}`);
    facts.textContent = said.join(" · ");
    const found = chain(current);
    way.replaceChildren(...(found?.length > 1
      ? ["Reached from outside: ", ...found.flatMap((number, at) => [at ? " → " : "", make("a", { href: "#calls/" + number }, functions.name[number])])]
      : [found ? "" : "No chain of direct calls leads here from an export."]));
    drawPicture(before, after);
    left.set(before);
    right.set(after);
  };

  return { build, visit };
})();
