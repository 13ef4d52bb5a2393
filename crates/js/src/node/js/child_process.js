// node:child_process: a program of Weft's starts no others.
(language, native, library) => {
  "use strict";
  const { unsupported } = library("node:internal/errors");
  const exports = {};
  for (const name of ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"]) {
    exports[name] = () => { throw unsupported(`child_process.${name}: starting other programs`); };
  }
  exports.ChildProcess = class ChildProcess {};
  return exports;
};
