import { nothing } from "./exports.wasm";
