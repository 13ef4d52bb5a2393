// node:fs/promises.
(language, native, library) => {
  "use strict";
  const { Promise, Reflect, Symbol } = language;
  const { array } = library("node:internal/primordials");
  const fs = library("node:fs");
  const { Buffer } = library("node:buffer");
  const { needObject, unsupported } = library("node:internal/errors");

  // What another function does at once, as a promise. What it throws is why the promise is rejected.
  const later = (body) => new Promise((resolve, reject) => {
    let result;
    try {
      result = body();
    } catch (error) {
      library("node:timers").setImmediate(() => reject(error));
      return;
    }
    library("node:timers").setImmediate(() => resolve(result));
  });

  class FileHandle {
    #fd;
    constructor(fd) { this.#fd = fd; }
    get fd() { return this.#fd; }
    async read(buffer, ...rest) {
      if (!language.ArrayBuffer.isView(buffer)) {
        const options = buffer ?? {};
        buffer = options.buffer ?? Buffer.alloc(16384);
        rest = [options.offset, options.length, options.position];
      } else if (rest[0] !== null && typeof rest[0] === "object") {
        const [options] = rest;
        rest = [options.offset, options.length, options.position];
      }
      return new Promise((resolve, reject) => {
        fs.read(this.#fd, buffer, rest[0] ?? 0, rest[1] ?? buffer.byteLength - (rest[0] ?? 0), rest[2] ?? null, (error, bytesRead) => (error ? reject(error) : resolve({ bytesRead, buffer })));
      });
    }
    async write(data, ...rest) { return { bytesWritten: await later(() => fs.writeSync(this.#fd, data, ...rest)), buffer: data }; }
    async writev(buffers, position) { return { bytesWritten: await later(() => fs.writevSync(this.#fd, buffers, position)), buffers }; }
    async readv(buffers, position) { return { bytesRead: await later(() => fs.readvSync(this.#fd, buffers, position)), buffers }; }
    stat(options) { return later(() => fs.fstatSync(this.#fd, options)); }
    truncate(length) { return later(() => fs.ftruncateSync(this.#fd, length)); }
    sync() { return later(() => fs.fsyncSync(this.#fd)); }
    datasync() { return later(() => fs.fsyncSync(this.#fd)); }
    chmod(mode) { return later(() => fs.fchmodSync(this.#fd, mode)); }
    chown(uid, gid) { return later(() => fs.fchownSync(this.#fd, uid, gid)); }
    utimes(atime, mtime) { return later(() => fs.futimesSync(this.#fd, atime, mtime)); }
    readFile(options) { return later(() => fs.readFileSync(this.#fd, options)); }
    writeFile(data, options) { return later(() => fs.writeFileSync(this.#fd, data, options)); }
    appendFile(data, options) { return later(() => fs.writeFileSync(this.#fd, data, options)); }
    createReadStream(options) { return fs.createReadStream(null, { ...options, fd: this.#fd }); }
    createWriteStream(options) { return fs.createWriteStream(null, { ...options, fd: this.#fd }); }
    close() {
      const fd = this.#fd;
      this.#fd = -1;
      return fd === -1 ? Promise.resolve() : later(() => fs.closeSync(fd));
    }
    [Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose")]() { return this.close(); }
  }

  const ofHandle = (path) => (path instanceof FileHandle ? path.fd : path);
  const statOf = (stat) => (path, options) => later(() => {
    if (options !== undefined) needObject(options, "options");
    return stat(path, options);
  });
  const promises = {
    stat: statOf(fs.statSync),
    lstat: statOf(fs.lstatSync),
    constants: fs.constants,
    open: (path, flags, mode) => later(() => new FileHandle(fs.openSync(path, flags, mode))),
    readFile: (path, options) => later(() => fs.readFileSync(ofHandle(path), options)),
    appendFile: (path, data, options) => later(() => fs.appendFileSync(ofHandle(path), data, options)),
    async writeFile(path, data, options) {
      if (typeof data === "object" && data !== null && !language.ArrayBuffer.isView(data) && (data[Symbol.asyncIterator] || data[Symbol.iterator])) {
        const parts = [];
        for await (const part of data) parts.push(Buffer.from(part));
        data = Buffer.concat(parts);
      }
      return later(() => fs.writeFileSync(ofHandle(path), data, options));
    },
    watch: () => { throw unsupported("fs.promises.watch"); },
  };
  array.forEach(["access", "mkdir", "mkdtemp", "rmdir", "rm", "unlink", "rename", "copyFile", "cp", "link", "symlink", "readlink", "realpath", "readdir", "opendir", "truncate", "chmod", "chown", "lchown", "utimes", "lutimes", "statfs"], (name) => {
    promises[name] = (...args) => later(() => Reflect.apply(fs[`${name}Sync`], fs, args));
  });
  return promises;
};
