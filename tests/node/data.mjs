// Modules whose text is in their URL, and URLs that modules cannot come from.
import { one } from "data:text/javascript,export const one = 1";
const attempt = async (name, body) => {
  try { console.log(name, await body()); } catch (error) { console.log(name, error.name, error.code); }
};
console.log(one);
await attempt("default", async () => (await import("data:text/javascript,export default 'a%20b'#fragment")).default);
await attempt("base64", async () => (await import("data:text/javascript;base64,ZXhwb3J0IGRlZmF1bHQgImInIg==")).default);
await attempt("again", async () => (await import("data:text/javascript,export default {}")) === (await import("data:text/javascript,export default {}")));
await attempt("json", async () => (await import('data:application/json,{"a":[1]}', { with: { type: "json" } })).default.a[0]);
await attempt("builtin", async () => (await import("data:text/javascript,import path from 'path'; import { sep } from 'node:path'; export default path.sep === sep")).default);
await attempt("nested", async () => (await import("data:text/javascript,export { default } from 'data:text/javascript,export default 7'")).default);
await attempt("meta", async () => (await import("data:text/javascript,export default [import.meta.url, import.meta.dirname]")).default.join());
await attempt("relative", () => import("data:text/javascript,import './data.mjs'"));
await attempt("syntax", () => import("data:text/javascript,export +"));
for (const url of ["http://localhost/a.js", "blob:nodedata:a", "made:up"]) await attempt(url, () => import(url));
for (const url of ["relative", "/absolute"]) await fetch(url).catch((error) => console.log(error.name, error.message.includes(`Failed to parse URL from ${url}`)));
