// Loads scripts, and fails to.
const own = 1;
importScripts("part.js", "part.js?again");
try { importScripts("nothing.js"); } catch (error) { postMessage([error.name, parts]); }
