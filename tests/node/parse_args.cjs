const { parseArgs } = require("node:util");
const options = { foo: { type: "boolean", short: "f" }, bar: { type: "string", short: "b" }, many: { type: "string", multiple: true }, given: { type: "string", default: "else" } };
const attempt = (config) => {
  try { console.log(JSON.stringify(parseArgs(config))); } catch (error) { console.log(error.name, error.code, error.message); }
};
attempt({ args: ["-f", "--bar", "b"], options });
attempt({ args: ["-fb", "x", "--many=1", "--many", "2"], options });
attempt({ args: ["-fbx", "--given="], options });
attempt({ args: ["a", "--foo", "--", "--bar"], options, allowPositionals: true });
attempt({ args: ["a", "--foo", "-b", "1", "--bar=2", "--", "-c"], options, allowPositionals: true, tokens: true });
attempt({ args: ["--unknown", "-x", "--foo=1", "free"], strict: false, options });
attempt({ args: ["--no-foo"], options, allowNegative: true });
attempt({ args: ["--no-foo"], options });
attempt({ args: ["--unknown"], options });
attempt({ args: ["-x"], options });
attempt({ args: ["--bar"], options });
attempt({ args: ["--foo=1"], options });
attempt({ args: ["--bar", "--foo"], options });
attempt({ args: [], options: { a: { type: "number" } } });
attempt({ args: [], options: { a: { type: "string", short: "ab" } } });
attempt({ args: "a" });
