// node:path: paths of POSIX and of Windows, which differ in their separators and in how they begin. Modules are found with these, so nothing
// here iterates over arrays: programs may have replaced how that is done.
(language, native, library) => {
  "use strict";
  const { RegExp } = language;
  const { invalidType, needObject, unsupported } = library("node:internal/errors");

  function need(path, name = "path") {
    if (typeof path !== "string") throw invalidType(name, "of type string", path);
    return path;
  }

  // `begins` matches what a path begins with: a device, and what makes it absolute.
  function pathsOf(sep, delimiter, separators, begins) {
    const isSeparator = (character) => character !== undefined && separators.test(character);

    // The beginning of a path and what follows.
    function split(path) {
      const { 0: whole, 1: device = "", 2: root = "" } = begins.exec(path);
      return { device: device.replaceAll("/", sep), isAbsolute: root !== "", rest: path.slice(whole.length), size: whole.length };
    }

    // The parts of a path without `.` and without what `..` takes back.
    function parts(path, isAbsolute) {
      const kept = [];
      const all = path.split(separators);
      for (let i = 0; i < all.length; i++) {
        const part = all[i];
        if (part === "" || part === ".") continue;
        if (part !== "..") kept.push(part);
        else if (kept.length > 0 && kept[kept.length - 1] !== "..") kept.pop();
        else if (!isAbsolute) kept.push("..");
      }
      return kept;
    }

    const isAbsolute = (path) => split(need(path)).isAbsolute;

    function normalize(path) {
      if (need(path) === "") return ".";
      const { device, isAbsolute, rest } = split(path);
      const inside = parts(rest, isAbsolute).join(sep);
      const isFolder = isSeparator(path[path.length - 1]);
      if (isAbsolute) return device + sep + inside + (isFolder && inside !== "" ? sep : "");
      return device + (inside === "" ? "." : inside) + (isFolder ? sep : "");
    }

    function join(...paths) {
      const joined = paths.filter((path) => need(path) !== "").join(sep);
      return joined === "" ? "." : normalize(joined);
    }

    function resolve(...paths) {
      let device = "", path = "", isAbsolute = false;
      for (let i = paths.length; i >= 0 && !isAbsolute; i--) {
        const next = i > 0 ? need(paths[i - 1], `paths[${i - 1}]`) : library("node:process").cwd();
        if (next === "") continue;
        const begin = split(next);
        if (begin.device !== "" && device !== "" && begin.device.toLowerCase() !== device.toLowerCase()) continue;
        device ||= begin.device;
        path = `${begin.rest}${sep}${path}`;
        ({ isAbsolute } = begin);
      }
      return device + sep + parts(path, true).join(sep);
    }

    function relative(from, to) {
      const list = (path, name) => {
        const { device, rest } = split(resolve(need(path, name)));
        return { device, list: parts(rest, true) };
      };
      const same = sep === "/" ? (one, other) => one === other : (one, other) => one.toLowerCase() === other.toLowerCase();
      const { device, list: source } = list(from, "from"), { device: other, list: target } = list(to, "to");
      if (!same(device, other)) return resolve(to);
      let shared = 0;
      while (shared < source.length && shared < target.length && same(source[shared], target[shared])) shared++;
      return source.slice(shared).map(() => "..").concat(target.slice(shared)).join(sep);
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
      return end === 0 ? "." : path.slice(0, end);
    }

    function basename(path, suffix) {
      if (suffix !== undefined) need(suffix, "suffix");
      const { start, end } = last(need(path));
      const base = path.slice(start, end);
      return suffix && base.endsWith(suffix) && base !== suffix ? base.slice(0, -suffix.length) : base;
    }

    function extname(path) {
      const base = basename(path);
      const point = base.lastIndexOf(".");
      return point <= 0 || base === ".." ? "" : base.slice(point);
    }

    function parse(path) {
      const { start, end, size } = last(need(path));
      const before = start > size ? start - 1 : start;
      const base = path.slice(start, end);
      const ext = extname(base);
      return { root: path.slice(0, size), dir: path.slice(0, before), base, ext, name: ext ? base.slice(0, -ext.length) : base };
    }

    function format(object) {
      needObject(object, "pathObject");
      const { dir = object.root, root = "" } = object;
      const ext = object.ext ? `${object.ext.startsWith(".") ? "" : "."}${object.ext}` : "";
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

  const posix = pathsOf("/", ":", /\//, /^()(\/?)/);
  const win32 = pathsOf("\\", ";", /[\\/]/, /^([\\/]{2}[^\\/]+[\\/]+[^\\/]+|[A-Za-z]:)?([\\/]?)/);
  posix.posix = win32.posix = posix;
  posix.win32 = win32.win32 = win32;
  return posix;
};
