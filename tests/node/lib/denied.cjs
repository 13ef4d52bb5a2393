// Everything that reaches a file or the network, for a program that may read its own folder and write nothing, and has no network.
const fs = require("fs"), { WASI } = require("wasi"), { Worker } = require("worker_threads"), http = require("http");
const { pathToFileURL } = require("url");
const secret = __dirname + "/../secret.js", made = __dirname + "/made", link = __dirname + "/link", own = __filename;
const url = pathToFileURL(secret);
const event = (emitter) => new Promise((resolve, reject) => emitter.on("error", reject).on("listening", resolve).on("online", () => {}).on("exit", resolve));

const reads = {
  "require": () => require(secret),
  "require through a link": () => require(link),
  "createRequire": () => require("module").createRequire(secret)("./secret.js"),
  "import()": () => import(url),
  "import() of JSON": () => import(url + "on", { with: { type: "json" } }),
  "import() of wasm": () => import(__dirname + "/../secret.wasm"),
  "import() of a link": () => import(pathToFileURL(link)),
  "fetch": () => fetch(url),
  "fetch of a link": () => fetch(pathToFileURL(link)),
  "new Worker": () => event(new Worker(secret)),
  "new Worker of a URL": () => event(new Worker(url)),
  "import within a worker": () => event(new Worker(`import(${JSON.stringify(String(url))}).catch((error) => { throw error })`, { eval: true })),
  "fs within a worker": () => event(new Worker(`require("fs").readFileSync(${JSON.stringify(secret)})`, { eval: true })),
  "WASI": () => new WASI({ version: "preview1", preopens: { "/": __dirname + "/.." } }).initialize({ exports: { memory: new WebAssembly.Memory({ initial: 1 }) } }),
};
const names = {
  readFile: [], open: ["r"], stat: [], lstat: [], access: [], readdir: [], opendir: [], realpath: [], readlink: [], copyFile: [made], cp: [made],
};
for (const [name, rest] of Object.entries(names)) for (const target of ["lstat", "readlink", "cp"].includes(name) ? [secret] : [secret, link]) {
  const what = target === link ? `${name} of a link` : name;
  if (fs[`${name}Sync`]) reads[`fs.${what}Sync`] = () => fs[`${name}Sync`](target, ...rest);
  if (fs.promises[name]) reads[`fs.promises.${what}`] = () => fs.promises[name](target, ...rest);
  if (fs[name] && name !== "cp") reads[`fs.${what}`] = () => new Promise((resolve, reject) => fs[name](target, ...rest, (error) => (error ? reject(error) : resolve())));
}
reads["fs.createReadStream"] = () => new Promise((resolve, reject) => fs.createReadStream(secret).on("error", reject).on("data", resolve));
reads["require.resolve"] = () => require.resolve(secret);
reads["require.resolve without an ending"] = () => require.resolve(__dirname + "/../secret");
reads["require.resolve of a folder"] = () => require.resolve("..");
reads["require.resolve through a link"] = () => require.resolve(link);
reads["require.resolve with paths"] = () => require.resolve("./secret.js", { paths: [__dirname + "/.."] });
// Whether there is anything must not be told, so what is not there is refused, or missing, in the same words.
const same = (one, other) => { if (one.replaceAll("secret", "nothing") === other) throw new Error("--allow-read"); };
const said = (action) => { try { return String(action()); } catch (error) { return `${error.code} ${error.message}`; } };
for (const [name, ask] of Object.entries({
  "require.resolve": (name) => require.resolve(`${__dirname}/../${name}`),
  "require of a package": (name) => require(`${name}-package`),
  "require.resolve of a package": (name) => require.resolve(`${name}-package`, { paths: [__dirname + "/.."] }),
  "fs.existsSync": (name) => fs.existsSync(`${__dirname}/../${name}.js`),
  "fs.accessSync": (name) => fs.accessSync(`${__dirname}/../${name}.js`),
  "fs.createReadStream": (name) => fs.createReadStream(`${__dirname}/../${name}.js`).path,
})) reads[`${name} of what is not there`] = () => same(said(() => ask("secret")), said(() => ask("nothing")));
reads["import.meta.resolve of what is not there"] = async () => {
  const { default: resolve } = await import("data:text/javascript,export default import.meta.resolve");
  same(said(() => resolve(String(url), pathToFileURL(own))), said(() => resolve(String(url).replace("secret", "nothing"), pathToFileURL(own))));
};
reads["fs.existsSync"] = () => { if (!fs.existsSync(secret)) throw new Error("--allow-read"); };

const writes = {
  writeFile: [made, ""], appendFile: [own, ""], open: [made, "w"], mkdir: [made], mkdtemp: [made], rm: [own], rmdir: [__dirname + "/folder"], unlink: [own], rename: [own, made],
  symlink: [own, made], link: [own, made], truncate: [own, 0], chmod: [own, 0o777], chown: [own, 0, 0], utimes: [own, 1, 1], lutimes: [own, 1, 1], copyFile: [own, made], cp: [own, made],
};
const written = {};
for (const [name, args] of Object.entries(writes)) {
  if (fs[`${name}Sync`]) written[`fs.${name}Sync`] = () => fs[`${name}Sync`](...args);
  if (fs.promises[name]) written[`fs.promises.${name}`] = () => fs.promises[name](...args);
}
written["fs.createWriteStream"] = () => new Promise((resolve, reject) => fs.createWriteStream(made).on("error", reject).on("finish", resolve).end("x"));

const network = {
  "fetch": () => fetch("http://127.0.0.1:9/"),
  "fetch of https": () => fetch("https://127.0.0.1:9/"),
  "http.createServer": () => event(http.createServer().listen(0)),
  "compileStreaming": () => WebAssembly.compileStreaming(fetch("http://127.0.0.1:9/")),
  "fetch within a worker": () => event(new Worker(`fetch("http://127.0.0.1:9/").catch((error) => { throw error })`, { eval: true })),
};

(async () => {
  for (const [option, table] of [["--allow-read", reads], ["--allow-write", written], ["--deny-net", network]]) {
    let refused = 0;
    for (const [name, action] of Object.entries(table)) {
      const texts = [];
      try { await action(); texts.push("it was done"); } catch (error) { for (let at = error; at; at = at.cause) texts.push(String(at.message)); }
      if (texts.some((text) => text.includes(option))) refused++;
      else console.log(option, name, texts.join(" < "));
    }
    console.log(option, refused, "of", Object.keys(table).length, "refused");
  }
})();
