// What the bytes are for: a treemap, and the same as a table beside it.

const size = (() => {
  let group = "sections";
  let root; // the node that is shown
  let drawn = []; // { node, x, y, w, h } of what can be clicked
  let pointed;

  const leaf = (name, bytes, href) => ({ name, bytes, href });
  const node = (name, children) => ({ name, children: children.sort((a, b) => b.bytes - a.bytes), bytes: children.reduce((sum, child) => sum + child.bytes, 0) });

  /** Functions by namespace; a namespace that has the name of none stands for the rest. */
  const namespaces = () => {
    const groups = new Map();
    for (let at = functions.imported; at < functions.name.length; at++) {
      const name = index.namespaces[functions.namespace[at - functions.imported]];
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(leaf(functions.name[at], functions.size[at], "#code/f" + at));
    }
    const named = [...groups].map(([name, items]) => node(name === "(none)" ? "without namespace" : name, items));
    return named.length === 1 ? named[0].children : named;
  };

  const trees = {
    sections: () => node(index.name, index.sections.map((section, number) => ({ section, number }))
      .filter(({ section }) => section.depth === 0)
      .map(({ section, number }) => {
        if (index.kind !== "module" || section.id !== 10 || functions.name.length === functions.imported) return leaf(section.name, section.length, "#code/s" + number);
        const code = node("code", namespaces());
        code.children.push(leaf("other bytes of the section", Math.max(0, section.length - code.bytes), "#code/s" + number));
        code.bytes = section.length;
        return code;
      })),
    files: () => node(index.name, index.files.map((file) => leaf(file.name, file.bytes))),
  };

  // The picture. Rectangles as close to squares as they can be (Bruls, Huizing and van Wijk).

  const squarify = (items, x, y, w, h, place) => {
    const all = items.reduce((sum, item) => sum + item.bytes, 0);
    let scale = (w * h) / Math.max(all, 1);
    let at = 0;
    while (at < items.length && w > 0.5 && h > 0.5) {
      const side = Math.min(w, h);
      let [sum, end, worst] = [0, at, Infinity];
      while (end < items.length) {
        const area = items[end].bytes * scale;
        const next = sum + area;
        const ratio = Math.max((side * side * items[at].bytes * scale) / (next * next), (next * next) / (side * side * Math.max(area, 1e-9)));
        if (ratio > worst) break;
        [sum, worst] = [next, ratio];
        end++;
      }
      const thick = sum / side;
      let along = 0;
      for (; at < end; at++) {
        const length = thick > 0 ? (items[at].bytes * scale) / thick : 0;
        if (w >= h) place(items[at], x, y + along, thick, length);
        else place(items[at], x + along, y, length, thick);
        along += length;
      }
      if (w >= h) [x, w] = [x + thick, w - thick];
      else [y, h] = [y + thick, h - thick];
    }
  };

  const canvas = make("canvas", { role: "img" });
  const tip = make("p", { class: "tip", "aria-hidden": "true", hidden: true });

  let isWaiting = false;
  const drawSoon = () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      draw();
    });
  };

  const draw = () => {
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!width || !height) return;
    const ratio = devicePixelRatio;
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const style = getComputedStyle(document.body);
    const colours = { fill: style.getPropertyValue("--fill"), frame: style.getPropertyValue("--frame"), text: style.getPropertyValue("--text"), line: style.getPropertyValue("--page") };
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "top";
    drawn = [];
    context.fillStyle = colours.line;
    context.fillRect(0, 0, width, height);
    squarify(root.children ?? [root], 0, 0, width, height, (item, x, y, w, h) => paint(context, colours, item, x, y, w, h, drawn.length, 0));
    canvas.setAttribute("aria-label", `Treemap of ${root.name}, ${plural(root.bytes, "byte")}: ` +
      (root.children ?? []).slice(0, 5).map((child) => `${child.name} ${percent(child.bytes, root.bytes)}`).join(", ") + ". The table has all of it.");
  };

  const paint = (context, colours, item, x, y, w, h, hue, depth) => {
    if (w < 2 || h < 2) return;
    drawn.push({ item, x, y, w, h });
    const colour = `hsl(${((hue * 137.5 + 215) % 360).toFixed(0)} ${item.children ? colours.frame : colours.fill})`;
    // To set a colour takes longer than to paint with it.
    if (colours.last !== colour) context.fillStyle = colours.last = colour;
    context.fillRect(x, y, w - 1, h - 1);
    if (w > 44 && h > 15) {
      context.save();
      context.beginPath();
      context.rect(x, y, w - 4, h - 1);
      context.clip();
      context.fillStyle = colours.text;
      context.fillText(item.name.slice(0, 80), x + 4, y + 3);
      context.restore();
    }
    if (!item.children || depth > 2) return;
    const room = h > 40 && w > 44 ? 18 : 2;
    if (w < 8 || h < 8) return;
    let number = hue;
    squarify(item.children, x + 2, y + room, w - 5, h - room - 3, (child, ...place) => paint(context, colours, child, ...place, depth ? hue : item.children[0].children ? number++ : hue, depth + 1));
  };

  const itemAt = (event) => drawn.findLast(({ x, y, w, h }) => event.offsetX >= x && event.offsetX < x + w && event.offsetY >= y && event.offsetY < y + h)?.item;

  canvas.addEventListener("mousemove", (event) => {
    pointed = itemAt(event);
    tip.hidden = !pointed;
    if (!pointed) return;
    tip.textContent = `${pointed.name}: ${plural(pointed.bytes, "byte")}, ${percent(pointed.bytes, index.bytes)}`;
    tip.style.left = Math.min(event.offsetX + 14, canvas.clientWidth - tip.offsetWidth - 4) + "px";
    tip.style.top = Math.min(event.offsetY + 18, canvas.clientHeight - tip.offsetHeight - 4) + "px";
  });
  canvas.addEventListener("mouseleave", () => (tip.hidden = true));
  canvas.addEventListener("click", (event) => {
    const item = itemAt(event);
    if (item) enter(item);
  });

  // The way to what is shown, and the table.

  let path = [];
  const crumbs = make("nav", { class: "crumbs", "aria-label": "Where you are" });
  const rows = table({
    label: "Sizes",
    items: [],
    open: (item) => enter(item),
    columns: [
      { title: "Name", width: "minmax(8em, 1fr)", key: (item) => item.name, cell: (item) => (item.href ? link(item.name, item.href) : item.children ? button(item) : item.name) },
      { title: "Bytes", width: "7em", class: "number", key: (item) => item.bytes, down: true, cell: (item) => count(item.bytes) },
      { title: "Share", width: "5em", class: "number", key: (item) => item.bytes, down: true, cell: (item) => percent(item.bytes, index.bytes) },
    ],
  });
  const button = (item) => make("button", { type: "button", class: "linklike", tabindex: "-1", onclick: () => enter(item) }, `${item.name} (${count(item.children.length)})`);

  const enter = (item) => {
    if (item.children) show([...path, item]);
    else if (item.href) location.hash = item.href;
  };

  const show = (way) => {
    path = way;
    root = way.at(-1);
    crumbs.replaceChildren(...way.map((part, at) =>
      make("button", { type: "button", "aria-current": at === way.length - 1 && "location", onclick: () => show(way.slice(0, at + 1)) }, part.name)));
    rows.setItems(root.children ?? []);
    drawSoon();
  };

  const choose = (name) => {
    group = name;
    show([trees[name]()]);
  };

  const build = (host) => {
    const by = make("select", { "aria-label": "Group by" }, make("option", { value: "sections" }, "by section and namespace"));
    if (index.files.length) by.append(make("option", { value: "files" }, "by source file"));
    by.addEventListener("change", () => choose(by.value));
    host.append(
      make("div", { class: "toolbar" }, by, crumbs),
      make("div", { class: "split" }, make("div", { class: "picture" }, canvas, tip), rows.box));
    choose(group);
    new ResizeObserver(drawSoon).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawSoon);
  };

  return { build, visit: drawSoon };
})();
