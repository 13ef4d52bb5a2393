// node:fs. What has a callback or a promise is done at once and told of later, but reading what may keep a program waiting.
(language, native, library) => {
  "use strict";
  const { Array, BigInt, Date, Error, Math, Number, Object, Promise, Reflect, String, Symbol, TypeError, Uint8Array, global } = language;
  const { array, exec, text } = library("node:internal/primordials");
  const { coded, invalidType, invalidValue, outOfRange, unsupported, needFunction, needBoolean, needInteger, needObject, isBytes } = library("node:internal/errors");
  const { Buffer } = library("node:buffer");
  const { tests } = library("node:internal/inspect");

  const constants = {
    UV_FS_SYMLINK_DIR: 1, UV_FS_SYMLINK_JUNCTION: 2, O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, UV_DIRENT_UNKNOWN: 0, UV_DIRENT_FILE: 1, UV_DIRENT_DIR: 2, UV_DIRENT_LINK: 3,
    UV_DIRENT_FIFO: 4, UV_DIRENT_SOCKET: 5, UV_DIRENT_CHAR: 6, UV_DIRENT_BLOCK: 7, S_IFMT: 0o170000, S_IFREG: 0o100000, S_IFDIR: 0o040000, S_IFCHR: 0o020000, S_IFBLK: 0o060000,
    S_IFIFO: 0o010000, S_IFLNK: 0o120000, S_IFSOCK: 0o140000, O_CREAT: 0o100, O_EXCL: 0o200, UV_FS_O_FILEMAP: 0, UV_FS_O_RANDOM: 0, UV_FS_O_SEQUENTIAL: 0, UV_FS_O_SHORT_LIVED: 0, UV_FS_O_TEMPORARY: 0, O_NOCTTY: 0o400, O_TRUNC: 0o1000, O_APPEND: 0o2000,
    O_DIRECTORY: 0o200000, O_NOATIME: 0o1000000, O_NOFOLLOW: 0o400000, O_SYNC: 0o4010000, O_DSYNC: 0o10000, O_DIRECT: 0o40000, O_NONBLOCK: 0o4000,
    S_IRWXU: 0o700, S_IRUSR: 0o400, S_IWUSR: 0o200, S_IXUSR: 0o100, S_IRWXG: 0o070, S_IRGRP: 0o040, S_IWGRP: 0o020, S_IXGRP: 0o010, S_IRWXO: 0o007, S_IROTH: 0o004,
    S_IWOTH: 0o002, S_IXOTH: 0o001, F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, UV_FS_COPYFILE_EXCL: 1, COPYFILE_EXCL: 1, UV_FS_COPYFILE_FICLONE: 2, COPYFILE_FICLONE: 2,
    UV_FS_COPYFILE_FICLONE_FORCE: 4, COPYFILE_FICLONE_FORCE: 4,
  };
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_EXCL, O_SYNC } = constants;
  const flagsByName = {
    __proto__: null,
    "r": O_RDONLY, "rs": O_RDONLY | O_SYNC, "sr": O_RDONLY | O_SYNC, "r+": O_RDWR, "rs+": O_RDWR | O_SYNC, "sr+": O_RDWR | O_SYNC,
    "w": O_TRUNC | O_CREAT | O_WRONLY, "wx": O_TRUNC | O_CREAT | O_WRONLY | O_EXCL, "xw": O_TRUNC | O_CREAT | O_WRONLY | O_EXCL,
    "w+": O_TRUNC | O_CREAT | O_RDWR, "wx+": O_TRUNC | O_CREAT | O_RDWR | O_EXCL, "xw+": O_TRUNC | O_CREAT | O_RDWR | O_EXCL,
    "a": O_APPEND | O_CREAT | O_WRONLY, "ax": O_APPEND | O_CREAT | O_WRONLY | O_EXCL, "as": O_APPEND | O_CREAT | O_WRONLY | O_SYNC,
    "a+": O_APPEND | O_CREAT | O_RDWR, "ax+": O_APPEND | O_CREAT | O_RDWR | O_EXCL, "as+": O_APPEND | O_CREAT | O_RDWR | O_SYNC,
  };

  function flagsOf(flags, otherwise = "r") {
    if (typeof flags === "number") return needInteger(flags, "flags", -2147483648, 2147483647);
    const known = typeof (flags ??= otherwise) === "string" ? flagsByName[flags] : undefined;
    if (known === undefined) throw invalidValue("flags", flags);
    return known;
  }

  function modeOf(mode, otherwise) {
    mode ??= otherwise;
    if (typeof mode !== "string") return needInteger(mode, "mode", 0, 4294967295);
    if (exec(/^[0-7]+$/, mode)) return Number.parseInt(mode, 8);
    throw invalidValue("mode", mode, "must be a 32-bit unsigned integer or an octal string");
  }

  // What is asked about a file, or how it is copied: some of the lowest three bits.
  const bitsOf = (mode) => (mode === undefined || mode === null ? 0 : needInteger(mode, "mode", 0, 7));

  const ownerOf = (id, name) => needInteger(id, name, -1, 4294967295);

  // The text of what names a file.
  function pathOf(path, name = "path") {
    if (typeof path !== "string") {
      if (isBytes(path)) path = Buffer.from(new Uint8Array(path).buffer).toString();
      else if (path !== null && typeof path === "object" && typeof path.href === "string" && typeof path.protocol === "string") path = library("node:url").fileURLToPath(path);
      else throw invalidType(name, "of type string or an instance of Buffer or URL", path);
    }
    if (text.includes(path, "\0")) throw invalidValue(name, path, "must be a string, Uint8Array, or URL without null bytes");
    return path;
  }

  function fdOf(fd) {
    return needInteger(fd, "fd", 0, 2147483647);
  }

  const isFd = (value) => Number.isInteger(value) && value >= 0 && value <= 2147483647;

  function optionsOf(options, defaults) {
    if (options === undefined || options === null || typeof options === "function") return defaults;
    if (typeof options === "string") options = { encoding: options };
    if (typeof options !== "object") throw invalidType("options", "of type string or an instance of Object", options);
    options = { ...defaults, ...options };
    const { encoding } = options;
    if (encoding && encoding !== "buffer" && !Buffer.isEncoding(encoding)) throw invalidValue("encoding", encoding, "is invalid encoding");
    return options;
  }

  function encoded(bytes, encoding) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return encoding && encoding !== "buffer" ? buffer.toString(encoding) : buffer;
  }
  const encodedName = (name, encoding) => (encoding === "buffer" ? Buffer.from(name) : encoding && encoding !== "utf8" ? Buffer.from(name).toString(encoding) : name);

  // A name that is made or found, as the options want it.
  function named(options, find) {
    const { encoding } = optionsOf(options, {});
    return encodedName(find(), encoding);
  }

  // One whose buffer is detached has none.
  const bytesOfView = (view) => (view.byteLength === 0 ? new Uint8Array() : new Uint8Array(view.buffer, view.byteOffset, view.byteLength));

  function bytesOf(data, encoding) {
    if (typeof data === "string") return Buffer.from(data, encoding);
    if (language.ArrayBuffer.isView(data)) return bytesOfView(data);
    throw invalidType("data", "of type string or an instance of Buffer, TypedArray, or DataView", data);
  }

  // Where to read, which is where the last one ended if it is negative.
  function positionOf(position) {
    if (position === undefined || position === null) return -1;
    if (typeof position === "bigint") {
      if (position < -1n || position > 9223372036854775807n) throw outOfRange("position", ">= -1 && <= 9223372036854775807", position);
      return Number(position);
    }
    if (typeof position !== "number") throw invalidType("position", "of type integer or bigint", position);
    return needInteger(position, "position", -1);
  }
  // Where to write, of which nothing else is said.
  const placeOf = (position) => (typeof position === "number" && position >= 0 ? position : -1);

  // The part of a view that is meant, as bytes.
  function partOf(view, offset, length) {
    const bytes = bytesOfView(view);
    needInteger(offset, "offset", 0);
    if (offset > bytes.length) throw outOfRange("offset", `<= ${bytes.length}`, offset);
    if (length > bytes.length - offset) throw outOfRange("length", `<= ${bytes.length - offset}`, length);
    if (length < 0) throw outOfRange("length", ">= 0", length);
    needInteger(length, "length", 0, 2147483647);
    return bytes.subarray(offset, offset + length);
  }

  function needView(buffer) {
    if (!language.ArrayBuffer.isView(buffer)) throw invalidType("buffer", "an instance of Buffer, TypedArray, or DataView", buffer);
    return buffer;
  }

  // What is to be filled: nothing if no bytes are asked for.
  function roomOf(buffer, offset, length) {
    needView(buffer);
    offset ??= 0;
    length |= 0;
    needInteger(offset, "offset", 0);
    if (length !== 0 && buffer.byteLength === 0) throw invalidValue("buffer", buffer, "is empty and cannot be written");
    return length === 0 ? null : partOf(buffer, offset, length);
  }

  function needViews(buffers) {
    if (!Array.isArray(buffers)) throw invalidType("buffers", "an instance of ArrayBufferView[]", buffers);
    for (let i = 0; i < buffers.length; i++) {
      if (!language.ArrayBuffer.isView(buffers[i])) throw invalidType(`buffers[${i}]`, "an instance of ArrayBufferView", buffers[i]);
    }
    return buffers;
  }

  // What kind of file the bits of a mode tell.
  const kinds = { isDirectory: 0o040000, isFile: 0o100000, isBlockDevice: 0o060000, isCharacterDevice: 0o020000, isSymbolicLink: 0o120000, isFIFO: 0o010000, isSocket: 0o140000 };

  function Stats(numbers, isBig) {
    const { 0: dev, 1: ino, 2: mode, 3: nlink, 4: uid, 5: gid, 6: rdev, 7: size, 8: blksize, 9: blocks, 10: atime, 11: mtime, 12: ctime, 13: birthtime } = numbers;
    const whole = isBig ? (number) => number : Number;
    Object.assign(this, {
      dev: whole(dev), mode: whole(mode), nlink: whole(nlink), uid: whole(uid), gid: whole(gid), rdev: whole(rdev), blksize: whole(blksize), ino: whole(ino),
      size: whole(size), blocks: whole(blocks),
    });
    const times = { atime, mtime, ctime, birthtime };
    array.forEach(Object.keys(times), (name) => {
      this[`${name}Ms`] = isBig ? times[name] / 1000000n : Number(times[name]) / 1e6;
      if (isBig) this[`${name}Ns`] = times[name];
    });
    array.forEach(Object.keys(times), (name) => { this[name] = new Date(Number(times[name] / 1000000n)); });
  }
  array.forEach(Object.keys(kinds), (name) => {
    Stats.prototype[name] = function () { return (Number(this.mode) & constants.S_IFMT) === kinds[name]; };
  });

  class Dirent {
    #kind;
    constructor(name, path, kind) {
      this.name = name;
      this.parentPath = path;
      this.#kind = kind;
    }
    static {
      array.forEach(Object.keys(kinds), (name) => { Dirent.prototype[name] = function () { return this.#kind === kinds[name]; }; });
    }
  }

  const sync = {
    openSync: (path, flags, mode) => native.open(pathOf(path), flagsOf(flags), modeOf(mode, 0o666)),
    closeSync(fd) { native.close(fdOf(fd)); },
    readSync(fd, buffer, offset, length, position) {
      fdOf(fd);
      needView(buffer);
      if (arguments.length <= 3 || (offset !== null && typeof offset === "object")) {
        if (offset !== undefined && offset !== null) needObject(offset, "options");
        ({ offset = 0, length = buffer.byteLength - offset, position = null } = offset ?? {});
      }
      const room = roomOf(buffer, offset, length);
      return room === null ? 0 : native.read(fd, room, positionOf(position));
    },
    readvSync(fd, buffers, position) {
      fdOf(fd);
      needViews(buffers);
      let total = 0, at = placeOf(position);
      for (let i = 0; i < buffers.length; i++) {
        const count = native.read(fd, partOf(buffers[i], 0, buffers[i].byteLength), at);
        total += count;
        if (at >= 0) at += count;
        if (count < buffers[i].byteLength) break;
      }
      return total;
    },
    writeSync(fd, data, offset, length, position) {
      fdOf(fd);
      if (typeof data === "string") {
        // fs.writeSync(fd, string, position, encoding)
        return native.write(fd, Buffer.from(data, Buffer.isEncoding(length) ? length : "utf8"), placeOf(offset));
      }
      if (!language.ArrayBuffer.isView(data)) throw invalidType("buffer", "of type string or an instance of Buffer, TypedArray, or DataView", data);
      if (offset !== null && typeof offset === "object") ({ offset = 0, length = data.byteLength - offset, position = null } = offset);
      offset ??= 0;
      if (typeof length !== "number") length = data.byteLength - offset;
      return native.write(fd, partOf(data, offset, length), placeOf(position));
    },
    writevSync(fd, buffers, position) {
      fdOf(fd);
      needViews(buffers);
      let total = 0;
      const at = placeOf(position);
      for (let i = 0; i < buffers.length; i++) total += native.write(fd, partOf(buffers[i], 0, buffers[i].byteLength), at < 0 ? -1 : at + total);
      return total;
    },
    readFileSync(path, options) {
      const { encoding, flag } = optionsOf(options, { encoding: null, flag: "r" });
      const bytes = isFd(path) ? native.readAll(path) : native.readFile(pathOf(path), flagsOf(flag));
      return encoded(bytes, encoding);
    },
    writeFileSync(path, data, options) {
      const { encoding, mode, flag, flush } = optionsOf(options, { encoding: "utf8", mode: 0o666, flag: "w" });
      const bytes = bytesOf(data, encoding);
      const fd = isFd(path) ? path : sync.openSync(path, flag, mode);
      try {
        for (let at = 0; at < bytes.length;) at += native.write(fd, bytes.subarray(at), -1);
      } finally {
        if (fd !== path) native.close(fd);
      }
    },
    appendFileSync(path, data, options) { sync.writeFileSync(path, data, { flag: "a", ...optionsOf(options, {}) }); },
    existsSync(path) {
      try {
        native.access(pathOf(path), 0);
        return true;
      } catch {
        return false;
      }
    },
    accessSync(path, mode) { native.access(pathOf(path), bitsOf(mode)); },
    statSync: (path, options) => statOf(options, () => native.stat(pathOf(path), true)),
    lstatSync: (path, options) => statOf(options, () => native.stat(pathOf(path), false)),
    fstatSync: (fd, options) => statOf(options, () => native.fstat(fdOf(fd))),
    statfsSync: () => { throw unsupported("fs.statfs"); },
    mkdirSync(path, options) {
      if (typeof options === "number" || typeof options === "string") options = { mode: options };
      const { recursive = false, mode } = options ?? {};
      needBoolean(recursive, "options.recursive");
      return native.mkdir(pathOf(path), recursive, modeOf(mode, 0o777));
    },
    mkdtempSync: (prefix, options) => named(options, () => native.mkdtemp(pathOf(prefix, "prefix"))),
    rmdirSync(path, options) {
      path = pathOf(path);
      if (options !== undefined) needObject(options, "options");
      native.rmdir(path);
    },
    rmSync(path, options) {
      path = pathOf(path);
      if (options !== undefined) needObject(options, "options");
      const { recursive = false, force = false } = options ?? {};
      needBoolean(recursive, "options.recursive");
      needBoolean(force, "options.force");
      let stats;
      try {
        stats = sync.lstatSync(path);
      } catch (error) {
        if (force && error.code === "ENOENT") return;
        error.syscall = "rm";
        error.message = text.replace(error.message, ", lstat ", ", rm ");
        throw error;
      }
      if (!stats.isDirectory()) return native.unlink(path);
      if (!recursive) throw coded(Error, "ERR_FS_EISDIR", `Path is a directory: rm returned EISDIR (is a directory) ${path}`, { errno: 21, syscall: "rm", path });
      native.removeAll(path);
    },
    unlinkSync(path) { native.unlink(pathOf(path)); },
    renameSync(from, to) { native.rename(pathOf(from, "oldPath"), pathOf(to, "newPath")); },
    copyFileSync(from, to, mode) { native.copyFile(pathOf(from, "src"), pathOf(to, "dest"), bitsOf(mode)); },
    cpSync(from, to, options = {}) { copyAll(pathOf(from, "src"), pathOf(to, "dest"), needObject(options, "options")); },
    linkSync(from, to) { native.link(pathOf(from, "existingPath"), pathOf(to, "newPath")); },
    symlinkSync(target, path, type) {
      if (type !== undefined && type !== null && type !== "dir" && type !== "file" && type !== "junction") throw invalidValue("type", type, "must be one of: 'dir', 'file', 'junction', null, undefined");
      native.symlink(pathOf(target, "target"), pathOf(path));
    },
    readlinkSync: (path, options) => named(options, () => native.readlink(pathOf(path))),
    realpathSync: (path, options) => named(options, () => native.realpath(pathOf(path))),
    readdirSync(path, options) {
      const { encoding, withFileTypes = false, recursive = false } = optionsOf(options, {});
      path = pathOf(path);
      const list = (folder, prefix) => {
        const { 0: names, 1: modes } = native.readdir(folder);
        return array.flatMap(names, (name, index) => {
          const own = withFileTypes ? new Dirent(encodedName(name, encoding), folder, modes[index]) : encodedName(prefix + name, encoding);
          return recursive && modes[index] === kinds.isDirectory ? array.concat([own], list(`${folder}/${name}`, `${prefix}${name}/`)) : [own];
        });
      };
      return list(path, "");
    },
    opendirSync(path, options) {
      optionsOf(options, {});
      return new Dir(pathOf(path));
    },
    truncateSync(path, length = 0) {
      path = pathOf(path);
      needInteger(length, "len");
      const fd = sync.openSync(path, "r+");
      try {
        native.ftruncate(fd, length);
      } finally {
        native.close(fd);
      }
    },
    ftruncateSync(fd, length = 0) { native.ftruncate(fdOf(fd), needInteger(length, "len")); },
    fsyncSync(fd) { native.fsync(fdOf(fd)); },
    fdatasyncSync(fd) { native.fsync(fdOf(fd)); },
    chmodSync(path, mode) { native.chmod(pathOf(path), modeOf(mode)); },
    fchmodSync(fd, mode) { native.fchmod(fdOf(fd), modeOf(mode)); },
    chownSync(path, uid, gid) { native.chown(pathOf(path), ownerOf(uid, "uid"), ownerOf(gid, "gid"), true); },
    lchownSync(path, uid, gid) { native.chown(pathOf(path), ownerOf(uid, "uid"), ownerOf(gid, "gid"), false); },
    fchownSync(fd, uid, gid) { native.fchown(fdOf(fd), ownerOf(uid, "uid"), ownerOf(gid, "gid")); },
    utimesSync(path, atime, mtime) { native.utimes(pathOf(path), secondsOf(atime, "atime"), secondsOf(mtime, "mtime"), true); },
    lutimesSync(path, atime, mtime) { native.utimes(pathOf(path), secondsOf(atime, "atime"), secondsOf(mtime, "mtime"), false); },
    futimesSync(fd, atime, mtime) { native.futimes(fdOf(fd), secondsOf(atime, "atime"), secondsOf(mtime, "mtime")); },
  };

  function statOf(options, stat) {
    const { bigint = false, throwIfNoEntry = true } = options ?? {};
    try {
      return new Stats(stat(), bigint);
    } catch (error) {
      if (!throwIfNoEntry && (error.code === "ENOENT" || error.code === "ENOTDIR")) return undefined;
      throw error;
    }
  }

  function secondsOf(time, name = "time") {
    if (typeof time === "string" && +time == time) return +time;
    if (Number.isFinite(time)) return time < 0 ? Date.now() / 1000 : time;
    if (tests.isDate(time)) return time.getTime() / 1000;
    throw invalidType(name, "of type number or an instance of Date", time);
  }

  function copyAll(from, to, options) {
    const stats = options.dereference ? sync.statSync(from) : sync.lstatSync(from);
    if (options.filter && !options.filter(from, to)) return;
    if (stats.isDirectory()) {
      if (!options.recursive) throw coded(Error, "ERR_FS_EISDIR", `Recursive option not enabled, cannot copy a directory: ${from}`);
      sync.mkdirSync(to, { recursive: true });
      const names = sync.readdirSync(from);
      for (let i = 0; i < names.length; i++) copyAll(`${from}/${names[i]}`, `${to}/${names[i]}`, options);
    } else if (stats.isSymbolicLink()) {
      sync.symlinkSync(sync.readlinkSync(from), to);
    } else if (options.force !== false || !sync.existsSync(to)) {
      sync.mkdirSync(library("node:path").dirname(to), { recursive: true });
      sync.copyFileSync(from, to);
    } else if (options.errorOnExist) {
      throw coded(Error, "ERR_FS_CP_EEXIST", `Target already exists: ${to}`);
    }
  }

  class Dir {
    #entries;
    constructor(path) {
      this.path = path;
      this.#entries = sync.readdirSync(path, { withFileTypes: true });
    }
    readSync() { return array.shift(this.#entries) ?? null; }
    async read() { return this.readSync(); }
    closeSync() {}
    async close() {}
    async *[Symbol.asyncIterator]() {
      for (let entry = this.readSync(); entry !== null; entry = this.readSync()) yield entry;
    }
  }

  // What can keep a program waiting is read by another thread.
  function readLater(fd, bytes, position, then) {
    try {
      if (native.isFile(fd)) {
        const count = native.read(fd, bytes, position);
        return later(() => then(null, count));
      }
    } catch (error) {
      return later(() => then(error, 0));
    }
    native.readLater(fd, bytes.length, (error, read) => {
      if (!error) bytes.set(read);
      then(error, read?.length ?? 0);
    });
  }
  const later = (callback) => { library("node:timers").setImmediate(callback); };

  const fs = { constants, Stats, Dirent, Dir, ...sync };
  const { F_OK, R_OK, W_OK, X_OK } = constants;
  Object.assign(fs, { F_OK, R_OK, W_OK, X_OK });

  // The functions with callbacks: the same, told later.
  const promisified = Symbol.for("nodejs.util.promisify.custom");
  array.forEach(Object.keys(sync), (name) => {
    const own = text.slice(name, 0, -4);
    fs[own] = { [own](...args) {
      const callback = needFunction(typeof args[args.length - 1] === "function" ? array.pop(args) : undefined, "cb");
      let result, error = null;
      try {
        result = Reflect.apply(sync[name], sync, args);
      } catch (thrown) {
        // What a caller does wrong it is told at once.
        if (thrown?.syscall === undefined) throw thrown;
        error = thrown;
      }
      if (own === "exists") later(() => callback(result));
      else if (error !== null) later(() => callback(error));
      else later(() => callback(null, result));
    } }[own];
  });
  fs.read = function read(fd, buffer, offset, length, position, callback) {
    fdOf(fd);
    if (arguments.length <= 4) {
      let options;
      if (arguments.length === 4) ({ options, callback } = { options: offset, callback: length });
      else if (arguments.length < 3) ({ buffer, callback } = { buffer: Buffer.alloc(16384), callback: buffer });
      else {
        callback = offset;
        if (!language.ArrayBuffer.isView(buffer)) ({ options, buffer } = { options: buffer, buffer: buffer?.buffer ?? Buffer.alloc(16384) });
      }
      needView(buffer);
      if (options !== undefined && options !== null) needObject(options, "options");
      ({ offset = 0, length = buffer.byteLength - offset, position = null } = options ?? {});
    }
    needFunction(callback, "cb");
    const room = roomOf(buffer, offset, length);
    if (room === null) return later(() => callback(null, 0, buffer));
    readLater(fd, room, positionOf(position), (error, count) => (error ? callback(error) : callback(null, count, buffer)));
  };
  fs.write = function write(fd, data, ...rest) {
    const callback = needFunction(array.pop(rest), "cb");
    let count = 0, error = null;
    try {
      count = sync.writeSync(fd, data, rest[0], rest[1], rest[2]);
    } catch (thrown) {
      if (thrown?.syscall === undefined) throw thrown;
      error = thrown;
    }
    later(() => (error ? callback(error) : callback(null, count, data)));
  };
  Object.defineProperty(fs.read, promisified, { __proto__: null, value: (...args) => promises.read(...args) });
  Object.defineProperty(fs.write, promisified, { __proto__: null, value: (...args) => promises.write(...args) });
  Object.defineProperty(fs.exists, promisified, { __proto__: null, value: async (path) => sync.existsSync(path) });
  fs.realpath.native = fs.realpath;
  fs.realpathSync.native = fs.realpathSync;

  const promises = {
    read: (fd, buffer, ...rest) => new Promise((resolve, reject) => fs.read(fd, buffer, ...rest, (error, bytesRead) => (error ? reject(error) : resolve({ bytesRead, buffer })))),
    write: (fd, buffer, ...rest) => new Promise((resolve, reject) => fs.write(fd, buffer, ...rest, (error, bytesWritten) => (error ? reject(error) : resolve({ bytesWritten, buffer })))),
  };

  // Streams of files.
  function closeQuietly(fd) {
    if (typeof fd !== "number") return;
    try { native.close(fd); } catch { /* It is closed. */ }
  }

  function readStream(path, options) {
    const { Readable } = library("node:stream");
    const { start = 0, end = Infinity, highWaterMark = 65536, flags = "r", mode, fd: given, autoClose = true, encoding } = optionsOf(options, {});
    let fd = given, at = start;
    const stream = new Readable({
      highWaterMark,
      encoding,
      read(size) {
        try {
          if (fd === undefined || fd === null) {
            fd = sync.openSync(path, flags, mode);
            stream.fd = fd;
            stream.emit("open", fd);
            stream.emit("ready");
          }
        } catch (error) {
          return stream.destroy(error);
        }
        const wanted = Math.min(size, end - at + 1);
        if (!(wanted > 0)) return stream.push(null);
        const bytes = Buffer.alloc(Math.min(wanted, highWaterMark));
        readLater(fd, bytes, given === undefined || start > 0 ? at : -1, (error, count) => {
          if (error) return stream.destroy(error);
          at += count;
          stream.bytesRead = at - start;
          stream.push(count === 0 ? null : bytes.subarray(0, count));
        });
      },
      destroy(error, done) {
        if (autoClose) closeQuietly(fd);
        fd = undefined;
        done(error);
      },
    });
    stream.path = path;
    stream.bytesRead = 0;
    stream.close = (done) => { if (done) stream.once("close", done); stream.destroy(); };
    return stream;
  }

  function writeStream(path, options) {
    const { Writable } = library("node:stream");
    const { flags = "w", mode, fd: given, start, autoClose = true, encoding } = optionsOf(options, {});
    let fd = given, at = start;
    const stream = new Writable({
      defaultEncoding: encoding,
      construct(done) {
        try {
          if (fd === undefined || fd === null) fd = sync.openSync(path, flags, mode);
          stream.fd = fd;
          done();
          stream.emit("open", fd);
          stream.emit("ready");
        } catch (error) {
          done(error);
        }
      },
      write(chunk, _encoding, done) {
        try {
          for (let written = 0; written < chunk.length;) {
            const count = native.write(fd, chunk.subarray(written), at === undefined ? -1 : at);
            written += count;
            if (at !== undefined) at += count;
          }
          stream.bytesWritten += chunk.length;
          done();
        } catch (error) {
          done(error);
        }
      },
      destroy(error, done) {
        if (autoClose) closeQuietly(fd);
        fd = undefined;
        done(error);
      },
    });
    stream.path = path;
    stream.bytesWritten = 0;
    stream.close = (done) => { if (done) stream.once("close", done); stream.end(); };
    return stream;
  }
  // Without a path there is an open file.
  const pathOrFile = (path, options) => (isFd(options?.fd) ? path : pathOf(path));
  fs.createReadStream = (path, options) => readStream(pathOrFile(path, options), options);
  fs.createWriteStream = (path, options) => writeStream(pathOrFile(path, options), options);
  fs.ReadStream = fs.createReadStream;
  fs.WriteStream = fs.createWriteStream;
  array.forEach(["watch", "watchFile", "unwatchFile", "glob", "globSync"], (name) => { fs[name] = () => { throw unsupported(`fs.${name}`); }; });
  fs.openAsBlob = (path, options = {}) => {
    const { type = "" } = needObject(options, "options");
    return Promise.resolve(new global.Blob([native.readFile(pathOf(path), O_RDONLY)], { type }));
  };
  fs._toUnixTimestamp = secondsOf;
  Object.defineProperty(fs, "promises", { __proto__: null, configurable: true, enumerable: true, get: () => library("node:fs/promises") });
  return fs;
};
