// node:fs. What has a callback or a promise is done at once and told of later, but reading what may keep a program waiting.
(language, native, library) => {
  "use strict";
  const { Array, BigInt, Date, Error, Math, Number, Object, Promise, Reflect, String, Symbol, TypeError, Uint8Array, global } = language;
  const { coded, invalidType, invalidValue, outOfRange, unsupported, needFunction } = library("node:internal/errors");
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
    if (typeof flags === "number") return flags;
    const known = flagsByName[flags ?? otherwise];
    if (known === undefined) throw invalidValue("flags", flags);
    return known;
  }

  function modeOf(mode, otherwise) {
    if (mode === undefined || mode === null) return otherwise;
    if (typeof mode === "number") return mode;
    if (typeof mode === "string" && /^[0-7]+$/.test(mode)) return Number.parseInt(mode, 8);
    throw invalidValue("mode", mode, "must be a 32-bit unsigned integer or an octal string");
  }

  // The text of what names a file.
  function pathOf(path, name = "path") {
    if (typeof path !== "string") {
      if (path instanceof Uint8Array) path = Buffer.from(path).toString();
      else if (path !== null && typeof path === "object" && typeof path.href === "string" && typeof path.protocol === "string") path = library("node:url").fileURLToPath(path);
      else throw invalidType(name, "of type string or an instance of Buffer or URL", path);
    }
    if (path.includes("\0")) throw invalidValue(name, path, "must be a string, Uint8Array, or URL without null bytes");
    return path;
  }

  function fdOf(fd) {
    if (typeof fd !== "number") throw invalidType("fd", "of type number", fd);
    if (!(Number.isInteger(fd) && fd >= 0 && fd <= 2147483647)) throw outOfRange("fd", ">= 0 && <= 2147483647", fd);
    return fd;
  }

  const isFd = (value) => Number.isInteger(value) && value >= 0 && value <= 2147483647;

  function optionsOf(options, defaults) {
    if (options === undefined || options === null || typeof options === "function") return defaults;
    if (typeof options === "string") return { ...defaults, encoding: options };
    if (typeof options !== "object") throw invalidType("options", "of type string or an instance of Object", options);
    return { ...defaults, ...options };
  }

  function encoded(bytes, encoding) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return encoding && encoding !== "buffer" ? buffer.toString(encoding) : buffer;
  }
  const encodedName = (name, encoding) => (encoding === "buffer" ? Buffer.from(name) : encoding && encoding !== "utf8" ? Buffer.from(name).toString(encoding) : name);

  function bytesOf(data, encoding) {
    if (typeof data === "string") return Buffer.from(data, encoding);
    if (language.ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    throw invalidType("data", "of type string or an instance of Buffer, TypedArray, or DataView", data);
  }

  const positionOf = (position) => (typeof position === "bigint" ? Number(position) : typeof position === "number" && position >= 0 ? position : -1);

  // What kind of file the bits of a mode tell.
  const kinds = { isDirectory: 0o040000, isFile: 0o100000, isBlockDevice: 0o060000, isCharacterDevice: 0o020000, isSymbolicLink: 0o120000, isFIFO: 0o010000, isSocket: 0o140000 };

  function Stats(numbers, isBig) {
    const [dev, ino, mode, nlink, uid, gid, rdev, size, blksize, blocks, atime, mtime, ctime, birthtime] = numbers;
    const whole = isBig ? (number) => number : Number;
    Object.assign(this, {
      dev: whole(dev), mode: whole(mode), nlink: whole(nlink), uid: whole(uid), gid: whole(gid), rdev: whole(rdev), blksize: whole(blksize), ino: whole(ino),
      size: whole(size), blocks: whole(blocks),
    });
    const times = { atime, mtime, ctime, birthtime };
    for (const name of Object.keys(times)) {
      this[`${name}Ms`] = isBig ? times[name] / 1000000n : Number(times[name]) / 1e6;
      if (isBig) this[`${name}Ns`] = times[name];
    }
    for (const name of Object.keys(times)) this[name] = new Date(Number(times[name] / 1000000n));
  }
  for (const name of Object.keys(kinds)) {
    Stats.prototype[name] = function () { return (Number(this.mode) & constants.S_IFMT) === kinds[name]; };
  }

  class Dirent {
    #kind;
    constructor(name, path, kind) {
      this.name = name;
      this.parentPath = path;
      this.#kind = kind;
    }
    static {
      for (const name of Object.keys(kinds)) Dirent.prototype[name] = function () { return this.#kind === kinds[name]; };
    }
  }

  const sync = {
    openSync: (path, flags, mode) => native.open(pathOf(path), flagsOf(flags), modeOf(mode, 0o666)),
    closeSync(fd) { native.close(fdOf(fd)); },
    readSync(fd, buffer, offset, length, position) {
      fdOf(fd);
      if (!language.ArrayBuffer.isView(buffer)) throw invalidType("buffer", "an instance of Buffer, TypedArray, or DataView", buffer);
      if (offset !== null && typeof offset === "object") ({ offset = 0, length = buffer.byteLength - offset, position = null } = offset);
      offset = offset === undefined || offset === null ? 0 : offset;
      length = length === undefined || length === null ? buffer.byteLength - offset : Math.trunc(length);
      const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      if (length === 0) return 0;
      if (!(offset >= 0 && offset <= bytes.length)) throw outOfRange("offset", `>= 0 && <= ${bytes.length}`, offset);
      if (!(length >= 0 && offset + length <= bytes.length)) throw outOfRange("length", `>= 0 && <= ${bytes.length - offset}`, length);
      return native.read(fd, bytes.subarray(offset, offset + length), positionOf(position));
    },
    readvSync(fd, buffers, position) {
      let total = 0;
      for (const buffer of buffers) {
        const count = sync.readSync(fd, buffer, 0, buffer.byteLength, positionOf(position) < 0 ? null : position + total);
        total += count;
        if (count < buffer.byteLength) break;
      }
      return total;
    },
    writeSync(fd, data, offset, length, position) {
      fdOf(fd);
      if (typeof data === "string") {
        // fs.writeSync(fd, string, position, encoding)
        return native.write(fd, Buffer.from(data, length), positionOf(offset));
      }
      if (!language.ArrayBuffer.isView(data)) throw invalidType("buffer", "of type string or an instance of Buffer, TypedArray, or DataView", data);
      if (offset !== null && typeof offset === "object") ({ offset = 0, length = data.byteLength - offset, position = null } = offset);
      offset = offset === undefined || offset === null ? 0 : offset;
      const bytes = bytesOf(data);
      length = typeof length === "number" ? length : bytes.length - offset;
      if (!(offset >= 0 && offset <= bytes.length)) throw outOfRange("offset", `>= 0 && <= ${bytes.length}`, offset);
      if (!(length >= 0 && offset + length <= bytes.length)) throw outOfRange("length", `>= 0 && <= ${bytes.length - offset}`, length);
      return native.write(fd, bytes.subarray(offset, offset + length), positionOf(position));
    },
    writevSync(fd, buffers, position) {
      let total = 0;
      for (const buffer of buffers) total += sync.writeSync(fd, buffer, 0, buffer.byteLength, positionOf(position) < 0 ? null : position + total);
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
    accessSync(path, mode = 0) { native.access(pathOf(path), mode); },
    statSync: (path, options) => statOf(options, () => native.stat(pathOf(path), true)),
    lstatSync: (path, options) => statOf(options, () => native.stat(pathOf(path), false)),
    fstatSync: (fd, options) => statOf(options, () => native.fstat(fdOf(fd))),
    statfsSync: () => { throw unsupported("fs.statfs"); },
    mkdirSync(path, options) {
      const { recursive = false, mode } = typeof options === "object" && options !== null ? options : { mode: options };
      return native.mkdir(pathOf(path), recursive, modeOf(mode, 0o777));
    },
    mkdtempSync: (prefix, options) => encodedName(native.mkdtemp(pathOf(prefix, "prefix")), optionsOf(options, {}).encoding),
    rmdirSync(path) { native.rmdir(pathOf(path)); },
    rmSync(path, options) {
      const { recursive = false, force = false } = options ?? {};
      path = pathOf(path);
      let stats;
      try {
        stats = sync.lstatSync(path);
      } catch (error) {
        if (force && error.code === "ENOENT") return;
        error.syscall = "rm";
        error.message = error.message.replace(", lstat ", ", rm ");
        throw error;
      }
      if (!stats.isDirectory()) return native.unlink(path);
      if (!recursive) throw coded(Error, "ERR_FS_EISDIR", `Path is a directory: rm returned EISDIR (is a directory) ${path}`, { errno: 21, syscall: "rm", path });
      native.removeAll(path);
    },
    unlinkSync(path) { native.unlink(pathOf(path)); },
    renameSync(from, to) { native.rename(pathOf(from, "oldPath"), pathOf(to, "newPath")); },
    copyFileSync(from, to, mode = 0) { native.copyFile(pathOf(from, "src"), pathOf(to, "dest"), mode); },
    cpSync(from, to, options = {}) { copyAll(pathOf(from, "src"), pathOf(to, "dest"), options); },
    linkSync(from, to) { native.link(pathOf(from, "existingPath"), pathOf(to, "newPath")); },
    symlinkSync(target, path) { native.symlink(pathOf(target, "target"), pathOf(path)); },
    readlinkSync: (path, options) => encodedName(native.readlink(pathOf(path)), optionsOf(options, {}).encoding),
    realpathSync: (path, options) => encodedName(native.realpath(pathOf(path)), optionsOf(options, {}).encoding),
    readdirSync(path, options) {
      const { encoding, withFileTypes = false, recursive = false } = optionsOf(options, {});
      path = pathOf(path);
      const list = (folder, prefix) => {
        const [names, modes] = native.readdir(folder);
        return names.flatMap((name, index) => {
          const own = withFileTypes ? new Dirent(encodedName(name, encoding), folder, modes[index]) : encodedName(prefix + name, encoding);
          return recursive && modes[index] === kinds.isDirectory ? [own, ...list(`${folder}/${name}`, `${prefix}${name}/`)] : [own];
        });
      };
      return list(path, "");
    },
    opendirSync: (path) => new Dir(pathOf(path)),
    truncateSync(path, length = 0) {
      if (typeof path === "number") return native.ftruncate(path, length);
      const fd = sync.openSync(path, "r+");
      try {
        native.ftruncate(fd, length);
      } finally {
        native.close(fd);
      }
    },
    ftruncateSync(fd, length = 0) { native.ftruncate(fdOf(fd), length); },
    fsyncSync(fd) { native.fsync(fdOf(fd)); },
    fdatasyncSync(fd) { native.fsync(fdOf(fd)); },
    chmodSync(path, mode) { native.chmod(pathOf(path), modeOf(mode)); },
    fchmodSync(fd, mode) { native.fchmod(fdOf(fd), modeOf(mode)); },
    chownSync(path, uid, gid) { native.chown(pathOf(path), uid, gid, true); },
    lchownSync(path, uid, gid) { native.chown(pathOf(path), uid, gid, false); },
    fchownSync(fd, uid, gid) { native.fchown(fdOf(fd), uid, gid); },
    utimesSync(path, atime, mtime) { native.utimes(pathOf(path), secondsOf(atime), secondsOf(mtime), true); },
    lutimesSync(path, atime, mtime) { native.utimes(pathOf(path), secondsOf(atime), secondsOf(mtime), false); },
    futimesSync(fd, atime, mtime) { native.futimes(fdOf(fd), secondsOf(atime), secondsOf(mtime)); },
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

  const secondsOf = (time) => (time instanceof Date || tests.isDate(time) ? time.getTime() / 1000 : +time);

  function copyAll(from, to, options) {
    const stats = options.dereference ? sync.statSync(from) : sync.lstatSync(from);
    if (options.filter && !options.filter(from, to)) return;
    if (stats.isDirectory()) {
      if (!options.recursive) throw coded(Error, "ERR_FS_EISDIR", `Recursive option not enabled, cannot copy a directory: ${from}`);
      sync.mkdirSync(to, { recursive: true });
      for (const name of sync.readdirSync(from)) copyAll(`${from}/${name}`, `${to}/${name}`, options);
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
    readSync() { return this.#entries.shift() ?? null; }
    async read() { return this.readSync(); }
    closeSync() {}
    async close() {}
    async *[Symbol.asyncIterator]() {
      for (let entry = this.readSync(); entry !== null; entry = this.readSync()) yield entry;
    }
  }

  // What can keep a program waiting is read by another thread.
  function readLater(fd, bytes, position, then) {
    if (native.isFile(fd)) {
      let count = 0, error = null;
      try {
        count = native.read(fd, bytes, position);
      } catch (thrown) {
        error = thrown;
      }
      later(() => then(error, count));
      return;
    }
    native.readLater(fd, bytes.length, (error, read) => {
      if (!error) bytes.set(read);
      then(error, read?.length ?? 0);
    });
  }
  const later = (callback) => { library("node:timers").setImmediate(callback); };

  const fs = { constants, Stats, Dirent, Dir, ...sync };
  for (const name of ["F_OK", "R_OK", "W_OK", "X_OK"]) fs[name] = constants[name];

  // The functions with callbacks: the same, told later.
  const promisified = Symbol.for("nodejs.util.promisify.custom");
  for (const name of Object.keys(sync)) {
    const own = name.slice(0, -4);
    fs[own] = { [own](...args) {
      const callback = needFunction(typeof args[args.length - 1] === "function" ? args.pop() : undefined, "cb");
      let result, error = null;
      try {
        result = sync[name](...args);
      } catch (thrown) {
        // What a caller does wrong it is told at once.
        if (thrown.syscall === undefined) throw thrown;
        error = thrown;
      }
      if (own === "exists") later(() => callback(result));
      else if (error !== null) later(() => callback(error));
      else later(() => callback(null, result));
    } }[own];
  }
  fs.read = function read(fd, buffer, offset, length, position, callback) {
    fdOf(fd);
    if (typeof buffer === "function") [buffer, callback] = [Buffer.alloc(16384), buffer];
    else if (typeof offset === "function") [offset, callback] = [{}, offset];
    else if (typeof length === "function") [length, callback] = [undefined, length];
    else if (typeof position === "function") [position, callback] = [null, position];
    if (buffer !== null && typeof buffer === "object" && !language.ArrayBuffer.isView(buffer)) [buffer, offset] = [buffer.buffer ?? Buffer.alloc(16384), buffer];
    if (offset !== null && typeof offset === "object") ({ offset = 0, length = buffer.byteLength - offset, position = null } = offset);
    needFunction(callback, "cb");
    offset ??= 0;
    length ??= buffer.byteLength - offset;
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    if (!(offset >= 0 && offset <= bytes.length)) throw outOfRange("offset", `>= 0 && <= ${bytes.length}`, offset);
    if (!(length >= 0 && offset + length <= bytes.length)) throw outOfRange("length", `>= 0 && <= ${bytes.length - offset}`, length);
    readLater(fd, bytes.subarray(offset, offset + length), positionOf(position), (error, count) => (error ? callback(error) : callback(null, count, buffer)));
  };
  fs.write = function write(fd, data, ...rest) {
    const callback = needFunction(rest.pop(), "cb");
    let count = 0, error = null;
    try {
      count = sync.writeSync(fd, data, ...rest);
    } catch (thrown) {
      if (thrown.syscall === undefined) throw thrown;
      error = thrown;
    }
    later(() => (error ? callback(error) : callback(null, count, data)));
  };
  Object.defineProperty(fs.read, promisified, { value: (...args) => promises.read(...args) });
  Object.defineProperty(fs.write, promisified, { value: (...args) => promises.write(...args) });
  Object.defineProperty(fs.exists, promisified, { value: async (path) => sync.existsSync(path) });
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
  fs.createReadStream = (path, options) => readStream(typeof path === "string" ? path : path === null ? path : pathOf(path), options);
  fs.createWriteStream = (path, options) => writeStream(path === null ? path : pathOf(path), options);
  fs.ReadStream = fs.createReadStream;
  fs.WriteStream = fs.createWriteStream;
  for (const name of ["watch", "watchFile", "unwatchFile", "openAsBlob", "glob", "globSync"]) fs[name] = () => { throw unsupported(`fs.${name}`); };
  fs._toUnixTimestamp = secondsOf;
  Object.defineProperty(fs, "promises", { configurable: true, enumerable: true, get: () => library("node:fs/promises") });
  return fs;
};
