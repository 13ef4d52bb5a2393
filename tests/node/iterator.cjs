// Modules are found, and lines printed, whatever the program does to the iteration of arrays.
delete Array.prototype[Symbol.iterator];
console.log("start", 1, null);
const path = require("path");
console.log(path.join("a", "..", "b", "./c"), path.relative("/a/b", "/a/c/d"), path.parse("/x/y.tar.gz").name, path.basename("/q/r.js", ".js"));
console.log(require.resolve("./lib/answer.json").endsWith("/lib/answer.json"), require("./lib/answer.json").answer);
try { require("./lib/nothing"); } catch (error) { console.log(error.code); }
import("./lib/answer.mjs").then(({ answer, sep }) => console.log(answer, sep), (error) => console.log(String(error)));
