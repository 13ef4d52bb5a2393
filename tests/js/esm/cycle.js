// A function is there before the module is evaluated, so a module of wasm can have it in a cycle.
import { double } from "./cycle.wasm";
export function twelve() { return 12; }
export const f = () => double();
