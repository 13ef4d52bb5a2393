// Modules whose text is in their URL, or in a blob.
import { one } from "data:text/javascript,export const one = 1";
const attempt = async (name, body) => {
  try { print(name, await body()); } catch (error) { print(name, error.name, "|", error.message); }
};
print(one);
//> 1
await attempt("default", async () => (await import("data:text/javascript,export default 'a%20b'#fragment")).default);
//> default a b
await attempt("json", async () => (await import('data:application/json,{"a":[1]}', { with: { type: "json" } })).default.a[0]);
//> json 1
await attempt("without attribute", () => import("data:application/json,1"));
//> without attribute TypeError | Module "data:application/json,1" needs an import attribute of "type: json"
await attempt("text", () => import("data:,export default 1"));
//> text TypeError | Unknown module format: text/plain;charset=US-ASCII for URL data:,export default 1
await attempt("meta", async () => (await import("data:text/javascript,export default import.meta.url")).default);
//> meta data:text/javascript,export default import.meta.url
await attempt("relative", () => import("data:text/javascript,import './a.js'"));
//> relative Error | Failed to resolve module specifier "./a.js" from "data:text/javascript,import './a.js'": Invalid relative URL or base scheme is not hierarchical.
const url = URL.createObjectURL(new Blob(["export default 2; export const { url } = import.meta"], { type: "text/javascript" }));
await attempt("blob", async () => { const { default: two, url: own } = await import(url); return [two, own === url].join(); });
//> blob 2,true
const gone = URL.createObjectURL(new Blob([""], { type: "text/javascript" }));
URL.revokeObjectURL(gone);
await attempt("gone", () => import(gone).catch((error) => { throw new Error(error.message.replace(gone, "it")); }));
//> gone Error | Cannot find module 'it'
