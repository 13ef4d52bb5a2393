// node:console, and the global of that name.
(language, native, library) => {
  "use strict";
  const { Array, Map, Math, Object, Reflect, String, Symbol } = language;
  const { array, text: texts } = library("node:internal/primordials");
  const { inspect, formatWithOptions } = library("node:internal/inspect");
  // Without iteration and prototypes, which programs may have changed.
  const format = (options, values) => Reflect.apply(formatWithOptions, undefined, array.concat([options], values));

  const methods = {
    log(...values) { this._write(1, values); },
    error(...values) { this._write(2, values); },
    dir(value, options) { this._put(1, inspect(value, { customInspect: false, ...options })); },
    assert(holds, ...values) {
      if (holds) return;
      if (typeof values[0] === "string") values[0] = `Assertion failed: ${values[0]}`;
      else array.unshift(values, "Assertion failed");
      this._write(2, values);
    },
    trace(...values) {
      const error = { name: "Trace", message: format({}, values) };
      const stack = array.join(array.slice(texts.split(new language.Error().stack, "\n"), 2), "\n");
      this._put(2, `${error.name}${error.message ? `: ${error.message}` : ""}\n${texts.trimEnd(stack)}`);
    },
    group(...values) {
      if (values.length > 0) Reflect.apply(this.log, this, values);
      this._indent += "  ";
    },
    groupEnd() { this._indent = texts.slice(this._indent, 2); },
    count(label = "default") {
      const count = (this._counts.get(`${label}`) ?? 0) + 1;
      this._counts.set(`${label}`, count);
      this.log(`${label}: ${count}`);
    },
    countReset(label = "default") { this._counts.delete(`${label}`); },
    time(label = "default") { this._times.set(`${label}`, native.now()); },
    timeEnd(label = "default") {
      this._time(label, []);
      this._times.delete(`${label}`);
    },
    timeLog(label = "default", ...values) { this._time(label, values); },
    table(rows, columns) { this.log(typeof rows === "object" && rows !== null ? table(rows, columns) : rows); },
    timeStamp() {},
    profile() {},
    profileEnd() {},
    clear() {},
  };
  Object.assign(methods, { debug: methods.log, info: methods.log, warn: methods.error, dirxml: methods.log, groupCollapsed: methods.group });

  class Console {
    constructor(options, errors) {
      const { stdout, stderr = stdout, inspectOptions } = typeof options?.write === "function" ? { stdout: options, stderr: errors } : options ?? {};
      const put = (fd, text) => {
        const process = library("node:process");
        const stream = fd === 1 ? stdout ?? process.stdout : stderr ?? process.stderr;
        stream.write(text);
      };
      setUp(this, put, inspectOptions);
    }
  }

  function setUp(console, put, options = {}) {
    const hidden = {
      _indent: "",
      _counts: new Map(),
      _times: new Map(),
      _put(fd, text) {
        if (hidden._indent !== "") text = hidden._indent + texts.replaceAll(text, "\n", `\n${hidden._indent}`);
        put(fd, `${text}\n`);
      },
      _write(fd, values) { hidden._put(fd, format(options, values)); },
      _time(label, values) {
        const start = hidden._times.get(`${label}`);
        if (start === undefined) return;
        const time = native.now() - start;
        const shown = time >= 1000 ? `${(time / 1000).toFixed(3)}s` : `${+time.toFixed(3)}ms`;
        array.unshift(values, `${label}: ${shown}`);
        hidden._write(1, values);
      },
    };
    const names = Object.keys(methods);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      hidden[name] = (...args) => Reflect.apply(methods[name], hidden, args);
      Object.defineProperty(hidden[name], "name", { __proto__: null, value: name });
      Object.defineProperty(console, name, { __proto__: null, value: hidden[name], writable: true, configurable: true, enumerable: true });
    }
  }

  // Rows as a table with lines.
  function table(rows, wanted) {
    const entries = Object.entries(rows);
    const columns = wanted ?? [...new language.Set(entries.flatMap(([, row]) => (typeof row === "object" && row !== null ? Object.keys(row) : [])))];
    const hasValues = entries.some(([, row]) => typeof row !== "object" || row === null);
    const shown = (value) => inspect(value, { depth: 0, compact: 3, breakLength: language.Infinity ?? 1 / 0 });
    const cells = entries.map(([index, row]) => {
      const isRow = typeof row === "object" && row !== null;
      return [index, ...columns.map((column) => (isRow && Object.hasOwn(row, column) ? shown(row[column]) : "")), ...(hasValues ? [isRow ? "" : shown(row)] : [])];
    });
    const head = ["(index)", ...columns, ...(hasValues ? ["Values"] : [])];
    const widths = head.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i].length)) + 2);
    const line = (left, middle, right) => left + widths.map((width) => "─".repeat(width)).join(middle) + right;
    const row = (cells) => `│${cells.map((cell, i) => ` ${cell}`.padEnd(widths[i])).join("│")}│`;
    return [line("┌", "┬", "┐"), row(head), line("├", "┼", "┤"), ...cells.map(row), line("└", "┴", "┘")].join("\n");
  }

  const console = Object.create({});
  const thread = library("node:internal/thread");
  setUp(console, (fd, text) => {
    if (thread.captures(fd)) thread.send(fd, library("node:buffer").Buffer.from(text));
    else native.writeText(fd, text);
  });
  Object.defineProperty(console, Symbol.toStringTag, { __proto__: null, value: "console", configurable: true });
  Object.defineProperty(console, "Console", { __proto__: null, value: Console, writable: true, configurable: true, enumerable: true });
  return console;
};
