export { add as plus } from "./exports.wasm";
