// Search: names at once; the text of all functions and the bytes when Enter asks for them.

const search = (() => {
  const query = byId("query");
  const results = byId("results");
  const found = byId("found");
  const MOST = 60;
  let items = []; // { kind, text, where, href }
  let current = -1;
  let run = 0; // the search that counts; others end

  const pause = () => new Promise((resolve) => setTimeout(resolve));

  const names = (wanted) => {
    const list = [];
    const offset = /^0x[0-9a-f]+$/.test(wanted) ? Number(wanted) : undefined;
    if (offset < index.bytes) list.push({ kind: "offset", text: `Go to ${hex(offset)}`, where: "", href: "#code//" + hex(offset, 1) });
    const matches = (name) => name.toLowerCase().includes(wanted);
    if (/^\d+$/.test(wanted) && Number(wanted) < functions.name.length) {
      list.push({ kind: "function", text: functions.name[wanted], where: "index " + wanted, href: "#code/f" + wanted });
    }
    index.sections.forEach((section, at) => {
      if (matches(section.name)) list.push({ kind: "section", text: section.name, where: plural(section.length, "byte"), href: "#code/s" + at });
    });
    const rank = (name) => (name.toLowerCase() === wanted ? 0 : name.toLowerCase().startsWith(wanted) ? 1 : 2);
    const hits = [];
    for (let at = 0; at < functions.name.length && hits.length < 2000; at++) if (matches(functions.name[at])) hits.push(at);
    hits.sort((a, b) => rank(functions.name[a]) - rank(functions.name[b]) || a - b);
    for (const at of hits.slice(0, MOST)) {
      list.push({ kind: "function", text: functions.name[at], where: "index " + at, href: "#code/f" + at });
    }
    for (const [kind, external] of [["import", index.imports], ["export", index.exports]]) {
      for (const item of external.filter((item) => item.kind !== "function" || kind === "import")) {
        const name = item.module === null ? item.name : `${item.module}.${item.name}`;
        if (matches(name)) list.push({ kind, text: name, where: item.ty, href: item.kind === "function" ? "#code/f" + item.index : "#interface" });
      }
    }
    index.code.files.forEach(([name]) => matches(name) && list.push({ kind: "file", text: name, where: "", href: "#size" }));
    return list.slice(0, 2 * MOST);
  };

  const show = () => {
    results.replaceChildren(...items.map((item, at) => {
      const row = make("div", { role: "option", id: "result" + at, class: "result", "aria-selected": at === current },
        make("span", { class: "kind" }, item.kind), make("span", { class: "grow mono" }, item.text), make("span", { class: "quiet" }, item.where));
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        choose(at);
      });
      return row;
    }));
    const isOpen = items.length > 0;
    results.hidden = !isOpen;
    query.setAttribute("aria-expanded", isOpen);
    mark();
  };

  const mark = () => {
    [...results.children].forEach((row, at) => row.setAttribute("aria-selected", at === current));
    if (current >= 0) {
      query.setAttribute("aria-activedescendant", "result" + current);
      results.children[current].scrollIntoView({ block: "nearest" });
    } else query.removeAttribute("aria-activedescendant");
  };

  const choose = (at) => {
    const item = items[at];
    close();
    if (!item.go) byId("main").focus();
    if (item.go) item.go();
    else if (location.hash === item.href) route.visit();
    else location.hash = item.href;
  };

  const close = () => {
    run++;
    items = [];
    current = -1;
    found.textContent = "";
    show();
  };

  const update = () => {
    const wanted = query.value.trim().toLowerCase();
    run++;
    current = -1;
    items = wanted ? names(wanted) : [];
    if (wanted) items.push({ kind: "all", text: `Search all text and bytes for “${query.value.trim()}”`, where: "Enter", go: everything });
    found.textContent = wanted ? plural(items.length - 1, "name") + " found" : "";
    show();
  };

  // Text and bytes, piece by piece, so that nothing waits for it.

  const everything = async () => {
    const asked = query.value.trim();
    const mine = ++run;
    const start = items.length;
    [items, current] = [[], -1];
    query.focus();
    const steps = [...textHits(asked), ...byteHits(asked)];
    for (const [at, step] of steps.entries()) {
      const hits = await step();
      if (mine !== run) return;
      if (hits.length) {
        items = items.concat(hits).slice(0, 4 * MOST);
        show();
      }
      if (at % 8 === 0) {
        found.textContent = `${percent(at, steps.length)} searched, ${count(items.length)} found`;
        await pause();
      }
      if (items.length >= 4 * MOST) break;
    }
    found.textContent = items.length >= 4 * MOST ? `the first ${4 * MOST} places` : `${plural(items.length, "place")} found in text and bytes`;
    if (!items.length && start) query.setAttribute("aria-expanded", "false");
  };

  const textHits = (asked) => index.code.pieces.map(([first, piece]) => async () => {
    const hits = [];
    const bodies = await json.get(piece).promise;
    for (const [at, body] of bodies.entries()) {
      for (let place = body.t.indexOf(asked); place >= 0 && hits.length < 20; place = body.t.indexOf(asked, place + 1)) {
        const number = functions.imported + first + at;
        const line = body.t.slice(0, place).split("\n").length - 1;
        const offset = body.o.slice(0, line + 1).reduce((sum, delta) => sum + delta, functions.start[number]);
        const text = body.t.slice(body.t.lastIndexOf("\n", place) + 1, body.t.indexOf("\n", place)).trim();
        hits.push({ kind: "text", text, where: functions.name[number], href: `#code/f${number}/${hex(offset, 1)}` });
        place = body.t.indexOf("\n", place);
      }
    }
    return hits;
  });

  /** A search of the file's pieces, with the end of the one before in front of each. */
  const byteHits = (asked) => {
    const letters = Array.from(new TextEncoder().encode(asked), (byte) => String.fromCharCode(byte)).join("");
    const isHex = /^([0-9a-f]{2}\s?){2,}$/i.test(asked);
    const digits = isHex && asked.replace(/\s/g, "").match(/../g).map((pair) => String.fromCharCode(parseInt(pair, 16))).join("");
    const needles = [letters, ...(isHex ? [digits] : [])];
    const longest = Math.max(...needles.map((needle) => needle.length));
    let tail = "";
    return Array.from({ length: Math.ceil(index.bytes / pieceLength) }, (_, piece) => async () => {
      const bytes = await raw.get(firstPiece + piece).promise;
      let text = tail;
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      const start = piece * pieceLength - tail.length;
      tail = text.slice(1 - longest || text.length);
      const hits = [];
      for (const needle of needles) {
        for (let at = text.indexOf(needle); at >= 0 && hits.length < 20; at = text.indexOf(needle, at + 1)) {
          const shown = text.slice(Math.max(0, at - 8), at + 40).replace(/[^ -~]/g, "·");
          hits.push({ kind: "bytes", text: shown, where: hex(start + at), href: "#code//" + hex(start + at, 1) });
        }
      }
      return hits;
    });
  };

  let timer;
  query.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, 80);
  });
  query.addEventListener("focus", () => query.value && !items.length && update());
  query.addEventListener("blur", () => setTimeout(() => document.activeElement !== query && close(), 150));
  query.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length) {
      current = (current + step + items.length) % items.length;
      mark();
    } else if (event.key === "Enter") {
      if (current >= 0) choose(current);
      else if (items.length > 1 && items.at(-1).go && items[0].kind !== "all") choose(0);
      else if (query.value.trim()) everything();
    } else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, select, textarea")) return;
    event.preventDefault();
    query.focus();
    query.select();
  });
})();
