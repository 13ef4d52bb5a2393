// Performance (High Resolution Time, and what User Timing has of marks and measures).
(language, native, library) => {
  "use strict";
  const { DOMException, TypeError } = language;
  const { EventTarget } = library("event");
  const { expose, need, dictionary, isObject } = library("webidl");

  const key = language.Symbol();

  class PerformanceEntry {
    #name; #entryType; #startTime; #duration;
    constructor(given = undefined, name, entryType, startTime, duration) {
      if (given !== key) throw new TypeError("Illegal constructor");
      this.#name = name;
      this.#entryType = entryType;
      this.#startTime = startTime;
      this.#duration = duration;
    }
    get name() { return this.#name; }
    get entryType() { return this.#entryType; }
    get startTime() { return this.#startTime; }
    get duration() { return this.#duration; }
    toJSON() {
      return { name: this.#name, entryType: this.#entryType, startTime: this.#startTime, duration: this.#duration };
    }
  }
  expose(PerformanceEntry);

  class PerformanceMark extends PerformanceEntry {
    #detail;
    constructor(name, options = undefined) {
      need(arguments.length, 1, "construct 'PerformanceMark'");
      const { detail = null, startTime = native.now() } = dictionary(options, "construct 'PerformanceMark'");
      if (+startTime < 0) throw new TypeError(`'${name}' cannot have a negative start time.`);
      super(key, `${name}`, "mark", +startTime, 0);
      this.#detail = detail;
    }
    get detail() { return this.#detail; }
  }
  expose(PerformanceMark);

  class PerformanceMeasure extends PerformanceEntry {
    #detail;
    constructor(given = undefined, name, start, end, detail) {
      if (given !== key) throw new TypeError("Illegal constructor");
      super(key, name, "measure", start, end - start);
      this.#detail = detail;
    }
    get detail() { return this.#detail; }
  }
  expose(PerformanceMeasure);

  class Performance extends EventTarget {
    #entries = [];
    constructor(given = undefined) {
      if (given !== key) throw new TypeError("Illegal constructor");
      super();
    }
    get timeOrigin() { this.#entries; return native.timeOrigin(); }
    now() { this.#entries; return native.now(); }
    toJSON() { this.#entries; return { timeOrigin: native.timeOrigin() }; }

    mark(name, options = undefined) {
      need(arguments.length, 1, "execute 'mark' on 'Performance'");
      return this.#add(new PerformanceMark(name, options));
    }

    measure(name, startOrOptions = undefined, endMark = undefined) {
      need(arguments.length, 1, "execute 'measure' on 'Performance'");
      name = `${name}`;
      const { start, end, duration, detail = null } = this.#span(startOrOptions, endMark);
      const has = (value) => value !== undefined;
      const to = has(end) ? this.#time(end) : has(start) && has(duration) ? this.#time(start) + +duration : native.now();
      const from = has(start) ? this.#time(start) : has(duration) && has(end) ? to - duration : 0;
      return this.#add(new PerformanceMeasure(key, name, from, to, detail));
    }

    // The options of a measure, or the names of the marks that are given instead.
    #span(startOrOptions, endMark) {
      const end = endMark === undefined ? undefined : `${endMark}`;
      if (startOrOptions === undefined || startOrOptions === null) return { __proto__: null, end };
      if (!isObject(startOrOptions)) return { __proto__: null, start: `${startOrOptions}`, end };
      if (end !== undefined) throw new TypeError("Failed to execute 'measure' on 'Performance': If options are given, endMark must not be.");
      return startOrOptions;
    }

    // "Convert a mark to a timestamp".
    #time(mark) {
      if (typeof mark === "number") return mark;
      const name = `${mark}`;
      for (let i = this.#entries.length - 1; i >= 0; i--) {
        const entry = this.#entries[i];
        if (entry.name === name && entry.entryType === "mark") return entry.startTime;
      }
      throw new DOMException(`Failed to execute 'measure' on 'Performance': The mark '${name}' does not exist.`, "SyntaxError");
    }

    // By the time of their start.
    #add(entry) {
      const list = this.#entries;
      let at = list.length;
      for (; at > 0 && list[at - 1].startTime > entry.startTime; at--) list[at] = list[at - 1];
      list[at] = entry;
      return entry;
    }

    #select(keep) {
      const found = [];
      for (let i = 0; i < this.#entries.length; i++) {
        if (keep(this.#entries[i])) found[found.length] = this.#entries[i];
      }
      return found;
    }

    clearMarks(name = undefined) { this.#clear("mark", name); }
    clearMeasures(name = undefined) { this.#clear("measure", name); }
    #clear(type, name) {
      if (name !== undefined) name = `${name}`;
      this.#entries = this.#select((entry) => entry.entryType !== type || (name !== undefined && entry.name !== name));
    }
    getEntries() { return this.#select(() => true); }
    getEntriesByType(type) {
      need(arguments.length, 1, "execute 'getEntriesByType' on 'Performance'");
      type = `${type}`;
      return this.#select((entry) => entry.entryType === type);
    }
    getEntriesByName(name, type = undefined) {
      need(arguments.length, 1, "execute 'getEntriesByName' on 'Performance'");
      name = `${name}`;
      if (type !== undefined) type = `${type}`;
      return this.#select((entry) => entry.name === name && (type === undefined || entry.entryType === type));
    }
  }
  expose(Performance);

  const performance = new Performance(key);
  return {
    Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure,
    performance: () => library("globals").replaceable("performance", performance),
  };
}
