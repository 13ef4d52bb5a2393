// A list of any length, of which only the rows in view are elements. It works by keyboard, and tells how long it is.

/** Browsers lay out no taller elements; longer lists scroll by the same way in larger steps. */
const TALLEST = 8e6;

class List {
  /**
   * @param options.label what a screen reader calls it
   * @param options.row (number) => what to put into a row: an array of nodes or strings, or `undefined` while it is unpacked
   * @param options.select (number) => a row has become the current one
   * @param options.open (number) => Enter or a double click
   * @param options.columns titles of columns, for a table: { title, class, sort }
   */
  constructor(options) {
    Object.assign(this, { count: 0, current: -1, top: 0, rows: new Map(), rowHeight: 20 }, options);
    this.id = "list" + List.made++;
    this.space = make("div", { class: "space", role: this.columns ? "rowgroup" : "presentation" });
    this.box = make("div", {
      class: "list " + (this.class ?? ""),
      tabindex: "0",
      role: this.columns ? "grid" : "listbox",
      "aria-label": this.label,
    }, this.space);
    if (this.columns) this.box.prepend(this.head());
    this.box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.box.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    this.box.addEventListener("keydown", (event) => this.pressed(event));
    this.space.addEventListener("mousedown", (event) => this.clicked(event));
    this.space.addEventListener("dblclick", () => this.open?.(this.current));
    new ResizeObserver(() => this.draw()).observe(this.box);
    addEventListener("unpacked", () => this.isIncomplete && this.drawSoon());
  }

  head() {
    const cells = this.columns.map((column) => make("div", { role: "columnheader", class: column.class ?? "" }, column.title));
    this.header = make("div", { class: "row head", role: "row" }, ...cells);
    return this.header;
  }

  /** Shows `count` rows from the first on, or from where it was if `stay`. */
  show(count, stay = false) {
    this.count = count;
    this.current = stay ? Math.min(this.current, count - 1) : -1;
    if (!stay) this.top = 0;
    this.box.setAttribute(this.columns ? "aria-rowcount" : "aria-description", this.columns ? count + 1 : plural(count, "line"));
    this.tall = count * this.rowHeight;
    this.space.style.height = Math.min(this.tall, TALLEST) + "px";
    this.clear();
    this.place();
    this.draw();
  }

  clear() {
    this.rows.forEach((row) => row.remove());
    this.rows.clear();
  }

  /** Draws again what is in view, because it has changed. */
  refresh() {
    this.clear();
    this.draw();
  }

  get headHeight() {
    return this.columns ? this.rowHeight : 0;
  }

  get room() {
    return Math.max(this.box.clientHeight - this.headHeight, this.rowHeight);
  }

  /** How far the list is scrolled for each pixel of the scroll bar. */
  get step() {
    const way = Math.min(this.tall, TALLEST) - this.room;
    return this.tall > TALLEST ? (this.tall - this.room) / way : 1;
  }

  scrolled() {
    if (Math.abs(this.box.scrollTop - this.top / this.step) >= 1) this.top = this.box.scrollTop * this.step;
    this.drawSoon();
  }

  /** In a list that is too tall the wheel moves by rows and not by the scroll bar. */
  wheeled(event) {
    if (this.step === 1 || event.ctrlKey) return;
    event.preventDefault();
    this.top = Math.max(0, Math.min(this.top + event.deltaY, this.tall - this.room));
    this.place();
    this.drawSoon();
  }

  place() {
    this.box.scrollTop = this.top / this.step;
  }

  drawSoon() {
    if (this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      this.draw();
    });
  }

  draw() {
    if (!this.box.isConnected || this.box.clientHeight === 0) return;
    const first = Math.max(0, Math.floor(this.top / this.rowHeight) - 4);
    const last = Math.min(this.count, Math.ceil((this.top + this.room) / this.rowHeight) + 4);
    for (const [number, row] of this.rows) {
      if (number < first || number >= last || "waits" in row.dataset) {
        row.remove();
        this.rows.delete(number);
      }
    }
    this.isIncomplete = false;
    // Rows are placed from where the scroll bar is, so that the last ones of a list that is too tall have room.
    const base = this.box.scrollTop - this.top;
    for (let number = first; number < last; number++) {
      const row = this.rows.get(number) ?? this.add(number);
      row.style.transform = `translateY(${base + number * this.rowHeight}px)`;
    }
    this.mark();
  }

  add(number) {
    const content = this.row(number);
    this.isIncomplete ||= content === undefined;
    const isTable = Boolean(this.columns);
    const row = make("div", {
      class: "row",
      id: `${this.id}-${number}`,
      role: isTable ? "row" : "option",
      "data-number": number,
      "data-waits": content === undefined,
      "aria-rowindex": isTable ? number + 2 : undefined,
      "aria-posinset": isTable ? undefined : number + 1,
      "aria-setsize": isTable ? undefined : this.count,
    });
    if (isTable) {
      const cells = content ?? [];
      this.columns.forEach((column, at) =>
        row.append(make("div", { role: "gridcell", class: column.class ?? "" }, ...[cells[at] ?? ""].flat())));
    } else row.append(...(content ?? ["…"]));
    this.space.append(row);
    this.rows.set(number, row);
    return row;
  }

  mark() {
    for (const [number, row] of this.rows) {
      const isCurrent = number === this.current;
      row.classList.toggle("current", isCurrent);
      row.classList.toggle("linked", !isCurrent && Boolean(this.isLinked?.(number)));
      row.setAttribute("aria-selected", isCurrent);
    }
    const row = this.rows.get(this.current);
    if (row) this.box.setAttribute("aria-activedescendant", row.id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  /** Brings a row into view, with what is around it if it was far away. */
  reveal(number) {
    const [start, end] = [number * this.rowHeight, (number + 1) * this.rowHeight];
    const isFar = start < this.top - this.room || end > this.top + 2 * this.room;
    if (isFar) this.top = start - Math.floor(this.room / 3 / this.rowHeight) * this.rowHeight;
    else if (start < this.top) this.top = start;
    else if (end > this.top + this.room) this.top = end - this.room;
    this.top = Math.max(0, Math.min(this.top, this.tall - this.room));
    this.place();
  }

  /** Makes a row the current one without telling anybody. */
  setCurrent(number, isShown = true) {
    this.current = number;
    if (number >= 0 && isShown) this.reveal(number);
    this.draw();
  }

  choose(number) {
    if (!this.count) return;
    this.setCurrent(Math.max(0, Math.min(number, this.count - 1)));
    this.select?.(this.current);
  }

  clicked(event) {
    const row = event.target.closest(".row");
    if (!row || event.button !== 0) return;
    this.at = event;
    this.choose(Number(row.dataset.number));
    this.at = undefined;
  }

  pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.room / this.rowHeight) - 1);
    const to = {
      ArrowDown: this.current + 1,
      ArrowUp: this.current - 1,
      PageDown: this.current + page,
      PageUp: this.current - page,
      Home: 0,
      End: this.count - 1,
    }[event.key];
    if (to !== undefined) this.choose(to);
    else if (event.key === "Enter" && this.current >= 0) (this.open ?? this.select)?.(this.current);
    else if (!this.key?.(event)) return;
    event.preventDefault();
  }
}
List.made = 0;

/** A table whose rows are sorted by a column that is clicked, or chosen with its button. */
const table = ({ label, columns, items, open, select, filter }) => {
  let shown = items;
  let sorted = { column: -1, down: false };
  const list = new List({
    label,
    columns,
    class: "table",
    rowHeight: 26,
    row: (number) => columns.map((column) => column.cell(shown[number])),
    open: (number) => open?.(shown[number]),
    select: (number) => select?.(shown[number]),
  });
  list.box.style.setProperty("--columns", columns.map((column) => column.width).join(" "));
  const update = () => {
    const wanted = filter ? items.filter(filter) : [...items];
    const column = columns[sorted.column];
    if (column?.key) {
      const key = column.key;
      wanted.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (sorted.down ? -1 : 1));
    }
    shown = wanted;
    list.show(shown.length);
  };
  [...list.header.children].forEach((cell, at) => {
    if (!columns[at].key) return;
    const button = make("button", { type: "button" }, columns[at].title);
    button.addEventListener("click", () => sort(at, sorted.column === at ? !sorted.down : Boolean(columns[at].down)));
    cell.replaceChildren(button);
  });
  const sort = (column, down) => {
    sorted = { column, down };
    [...list.header.children].forEach((cell, at) => {
      if (columns[at].key) cell.setAttribute("aria-sort", at !== column ? "none" : down ? "descending" : "ascending");
    });
    update();
  };
  update();
  return { list, box: list.box, sort, update, setItems: (other) => { items = other; update(); } };
};
