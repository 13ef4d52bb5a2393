// node:os.
(language, native, library) => {
  "use strict";
  const { text } = library("node:internal/primordials");
  const facts = native.os();
  const constants = {
    UV_UDP_REUSEADDR: 4, dlopen: { RTLD_LAZY: 1, RTLD_NOW: 2, RTLD_GLOBAL: 256, RTLD_LOCAL: 0, RTLD_DEEPBIND: 8 },
    errno: native.errnos(),
    signals: {
      SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGIOT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9, SIGUSR1: 10, SIGSEGV: 11, SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14,
      SIGTERM: 15, SIGCHLD: 17, SIGSTKFLT: 16, SIGCONT: 18, SIGSTOP: 19, SIGTSTP: 20, SIGTTIN: 21, SIGTTOU: 22, SIGURG: 23, SIGXCPU: 24, SIGXFSZ: 25, SIGVTALRM: 26, SIGPROF: 27,
      SIGWINCH: 28, SIGIO: 29, SIGPOLL: 29, SIGPWR: 30, SIGSYS: 31,
    },
    priority: { PRIORITY_LOW: 19, PRIORITY_BELOW_NORMAL: 10, PRIORITY_NORMAL: 0, PRIORITY_ABOVE_NORMAL: -7, PRIORITY_HIGH: -14, PRIORITY_HIGHEST: -20 },
  };
  const { env } = library("node:process");
  const withoutSlash = (path) => (path.length > 1 && text.endsWith(path, "/") ? text.slice(path, 0, -1) : path);
  const cpu = { model: "", speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } };
  return {
    EOL: "\n", devNull: "/dev/null", constants,
    arch: () => "x64",
    platform: () => "linux",
    type: () => "Linux",
    machine: () => "x86_64",
    endianness: () => "LE",
    release: () => facts.release,
    version: () => facts.version,
    hostname: () => facts.hostname,
    homedir: () => env.HOME ?? "/",
    tmpdir: () => withoutSlash(env.TMPDIR ?? env.TMP ?? env.TEMP ?? "/tmp"),
    uptime: () => native.systemUptime(),
    loadavg: () => [0, 0, 0],
    totalmem: () => native.memory().total,
    freemem: () => native.memory().free,
    availableParallelism: () => facts.parallelism,
    cpus: () => language.Array.from({ length: facts.parallelism }, () => ({ ...cpu, times: { ...cpu.times } })),
    networkInterfaces: () => ({}),
    userInfo: () => ({ uid: facts.uid, gid: facts.gid, username: env.USER ?? "", homedir: env.HOME ?? "/", shell: env.SHELL ?? null }),
    getPriority: () => 0,
    setPriority() {},
  };
};
