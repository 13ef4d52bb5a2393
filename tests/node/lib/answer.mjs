import { sep } from "node:path";
import answer from "./answer.json" with { type: "json" };
const { answer: found } = answer;
export { found as answer, sep };
