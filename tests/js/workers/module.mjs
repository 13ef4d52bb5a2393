// A module with imports and top-level await.
import { answer } from "./part.mjs";
try { importScripts("part.mjs"); } catch (error) { postMessage(`${error.name}: ${error.message}`); }
const early = new Promise((resolve) => addEventListener("message", (event) => resolve(event.data), { once: true }));
postMessage([answer, import.meta.url.endsWith("/workers/module.mjs"), typeof this, await early]);
