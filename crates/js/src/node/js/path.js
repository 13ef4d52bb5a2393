// node:path: paths of POSIX and of Windows, which differ in their separators and in how they begin. Modules are found with these, so nothing
// here iterates over arrays or asks a prototype: programs may have replaced what is there.
(language, native, library) => {
  "use strict";
  const { RegExp } = language;
  const { array, exec, text } = library("node:internal/primordials");
  const { invalidType, needObject, unsupported } = library("node:internal/errors");

  function need(path, name = "path") {
    if (typeof path !== "string") throw invalidType(name, "of type string", path);
    return path;
  }

  // `begins` matches what a path begins with: a device, and what makes it absolute.
  function pathsOf(sep, delimiter, isSeparator, begins) {
    // The beginning of a path and what follows.
    function split(path) {
      const { 0: whole, 1: device = "", 2: root = "" } = exec(begins, path);
      return { device: text.replaceAll(device, "/", sep), isAbsolute: root !== "", rest: text.slice(path, whole.length), size: whole.length };
    }

    // The parts of a path without `.` and without what `..` takes back.
    function parts(path, isAbsolute) {
      const kept = [];
      for (let start = 0, end = 0; end <= path.length; end++) {
        if (end < path.length && !isSeparator(path[end])) continue;
        const part = text.slice(path, start, end);
        start = end + 1;
        if (part === "" || part === ".") continue;
        if (part !== "..") array.push(kept, part);
        else if (kept.length > 0 && kept[kept.length - 1] !== "..") array.pop(kept);
        else if (!isAbsolute) array.push(kept, "..");
      }
      return kept;
    }

    const isAbsolute = (path) => split(need(path)).isAbsolute;

    function normalize(path) {
      if (need(path) === "") return ".";
      const { device, isAbsolute, rest } = split(path);
      const inside = array.join(parts(rest, isAbsolute), sep);
      const isFolder = isSeparator(path[path.length - 1]);
      if (isAbsolute) return device + sep + inside + (isFolder && inside !== "" ? sep : "");
      return device + (inside === "" ? "." : inside) + (isFolder ? sep : "");
    }

    function join(...paths) {
      const joined = array.join(array.filter(paths, (path) => need(path) !== ""), sep);
      return joined === "" ? "." : normalize(joined);
    }

    function resolve(...paths) {
      let device = "", path = "", isAbsolute = false;
      for (let i = paths.length; i >= 0 && !isAbsolute; i--) {
        const next = i > 0 ? need(paths[i - 1], `paths[${i - 1}]`) : library("node:process").cwd();
        if (next === "") continue;
        const begin = split(next);
        if (begin.device !== "" && device !== "" && text.toLowerCase(begin.device) !== text.toLowerCase(device)) continue;
        device ||= begin.device;
        path = `${begin.rest}${sep}${path}`;
        ({ isAbsolute } = begin);
      }
      return device + sep + array.join(parts(path, true), sep);
    }

    function relative(from, to) {
      const list = (path, name) => {
        const { device, rest } = split(resolve(need(path, name)));
        return { device, list: parts(rest, true) };
      };
      const same = sep === "/" ? (one, other) => one === other : (one, other) => text.toLowerCase(one) === text.toLowerCase(other);
      const { device, list: source } = list(from, "from"), { device: other, list: target } = list(to, "to");
      if (!same(device, other)) return resolve(to);
      let shared = 0;
      while (shared < source.length && shared < target.length && same(source[shared], target[shared])) shared++;
      return array.join(array.concat(array.map(array.slice(source, shared), () => ".."), array.slice(target, shared)), sep);
    }

    // Where the last part begins and ends, without separators at the end.
    function last(path) {
      const { size } = split(path);
      let end = path.length;
      while (end > size && isSeparator(path[end - 1])) end--;
      let start = end;
      while (start > size && !isSeparator(path[start - 1])) start--;
      return { start, end, size };
    }

    function dirname(path) {
      if (need(path) === "") return ".";
      const { start, size } = last(path);
      const end = start > size ? start - 1 : size;
      return end === 0 ? "." : text.slice(path, 0, end);
    }

    function basename(path, suffix) {
      if (suffix !== undefined) need(suffix, "suffix");
      const { start, end } = last(need(path));
      const base = text.slice(path, start, end);
      return suffix && text.endsWith(base, suffix) && base !== suffix ? text.slice(base, 0, -suffix.length) : base;
    }

    function extname(path) {
      const base = basename(path);
      const point = text.lastIndexOf(base, ".");
      return point <= 0 || base === ".." ? "" : text.slice(base, point);
    }

    function parse(path) {
      const { start, end, size } = last(need(path));
      const before = start > size ? start - 1 : start;
      const base = text.slice(path, start, end);
      const ext = extname(base);
      return { root: text.slice(path, 0, size), dir: text.slice(path, 0, before), base, ext, name: ext ? text.slice(base, 0, -ext.length) : base };
    }

    function format(object) {
      needObject(object, "pathObject");
      const { dir = object.root, root = "" } = object;
      const ext = object.ext ? `${text.startsWith(`${object.ext}`, ".") ? "" : "."}${object.ext}` : "";
      const base = object.base || `${object.name || ""}${ext}`;
      if (!dir) return base;
      return dir === root ? `${dir}${base}` : `${dir}${sep}${base}`;
    }

    return {
      resolve, normalize, isAbsolute, join, relative, toNamespacedPath: (path) => path, dirname, basename, extname, format, parse,
      matchesGlob: () => { throw unsupported("path.matchesGlob"); },
      sep, delimiter, win32: null, posix: null,
    };
  }

  const posix = pathsOf("/", ":", (character) => character === "/", /^()(\/?)/);
  const win32 = pathsOf("\\", ";", (character) => character === "\\" || character === "/", /^([\\/]{2}[^\\/]+[\\/]+[^\\/]+|[A-Za-z]:)?([\\/]?)/);
  posix.posix = win32.posix = posix;
  posix.win32 = win32.win32 = win32;
  return posix;
};
