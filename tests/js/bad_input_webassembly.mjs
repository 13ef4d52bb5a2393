// The `WebAssembly` namespace with bad input; `bad_input/table.mjs` says what the letters are.
import { construction, row, wrongReceivers } from "./bad_input/table.mjs";

// (module (import "m" "f" (func)) (func (export "run") (param i32 i64 f32 externref funcref)))
const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const empty = new Uint8Array(header);
const module = new WebAssembly.Module(empty);
const importing = new WebAssembly.Module(new Uint8Array([...header, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x6d, 1, 0x66, 0, 0]));
const importOf = (kind) => new WebAssembly.Module(new Uint8Array([...header, 2, 5 + kind.length, 1, 1, 0x6d, 1, 0x78, ...kind]));
const taking = (type) => new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([
  ...header, 1, 5, 1, 0x60, 1, type, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0, 10, 4, 1, 2, 0, 0x0b]))).exports.f;
const giving = (type) => {
  const bytes = [...header, 1, 5, 1, 0x60, 0, 1, type, 2, 7, 1, 1, 0x6d, 1, 0x66, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x67, 0, 1, 10, 6, 1, 4, 0, 0x10, 0, 0x0b];
  const module = new WebAssembly.Module(new Uint8Array(bytes));
  return (result) => new WebAssembly.Instance(module, { m: { f: () => result } }).exports.g();
};
const memory = () => new WebAssembly.Memory({ initial: 0, maximum: 1 });
const table = (element = "anyfunc") => new WebAssembly.Table({ element, initial: 1, maximum: 2 });
const tag = new WebAssembly.Tag({ parameters: ["i32", "externref"] });
const number = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, externref: 0x6f, funcref: 0x70, v128: 0x7b };
const W = WebAssembly;

for (const name of ["validate", "compile", "instantiate", "compileStreaming", "instantiateStreaming"]) {
  await row(`${name}(_)`, (value) => W[name](value));
}
await row("validate(bytes, _)", (value) => W.validate(empty, value));
await row("validate(bytes, { builtins: _ })", (value) => W.validate(empty, { builtins: value }));
await row("validate(bytes, { importedStringConstants: _ })", (value) => W.validate(empty, { importedStringConstants: value }));
await row("compile(bytes, _)", (value) => W.compile(empty, value));
await row("instantiate(bytes, _)", (value) => W.instantiate(empty, value));
await row("instantiate(importing bytes, { m: _ })", (value) => W.instantiate(importing, { m: value }));
await row("instantiate(module, {}, _)", (value) => W.instantiate(module, {}, value));
await row("instantiate(bytes, {}, _)", (value) => W.instantiate(empty, {}, value));

await row("new Module(_)", (value) => new W.Module(value));
await row("new Module(bytes, _)", (value) => new W.Module(empty, value));
for (const name of ["exports", "imports", "customSections"]) await row(`Module.${name}(_)`, (value) => W.Module[name](value));
await row("Module.customSections(module, _)", (value) => W.Module.customSections(module, value));
await construction(W.Module, empty);
await wrongReceivers(W.Module, module);

await row("new Instance(_)", (value) => new W.Instance(value));
await row("new Instance(module, _)", (value) => new W.Instance(module, value));
await row("new Instance(importing, _)", (value) => new W.Instance(importing, value));
await row("new Instance(importing, { m: _ })", (value) => new W.Instance(importing, { m: value }));
await row("import of a function", (value) => new W.Instance(importing, { m: { f: value } }));
await row("import of a memory", (x) => new W.Instance(importOf([2, 0, 0]), { m: { x } }));
await row("import of a table", (x) => new W.Instance(importOf([1, 0x70, 0, 0]), { m: { x } }));
for (const [type, code] of Object.entries(number)) {
  await row(`import of a ${type}`, (x) => new W.Instance(importOf([3, code, 0]), { m: { x } }));
}
await row("import of a mutable i32", (x) => new W.Instance(importOf([3, 0x7f, 1]), { m: { x } }));
await construction(W.Instance, module);
await wrongReceivers(W.Instance, new W.Instance(module));

for (const [type, code] of Object.entries(number)) {
  await row(`call with a ${type}`, taking(code));
  await row(`call of what returns a ${type}`, giving(code));
}

await row("new Memory(_)", (value) => new W.Memory(value));
for (const member of ["initial", "maximum", "shared", "address"]) {
  await row(`new Memory({ ${member}: _ })`, (value) => new W.Memory({ initial: 0, maximum: 1, [member]: value }));
}
await row("memory.grow(_)", (value) => memory().grow(value));
await row("memory.grow(_), of 64 bits", (value) => new W.Memory({ initial: 0n, maximum: 2n, address: "i64" }).grow(value));
await row("memory.buffer = _", (value) => { memory().buffer = value; });
await row("memory.toResizableBuffer().resize(_)", (value) => memory().toResizableBuffer().resize(value));
await construction(W.Memory, { initial: 0 });
await wrongReceivers(W.Memory, memory());

await row("new Table(_)", (value) => new W.Table(value));
for (const member of ["element", "initial", "maximum", "address"]) {
  await row(`new Table({ ${member}: _ })`, (value) => new W.Table({ element: "anyfunc", initial: 0, maximum: 1, [member]: value }));
}
await row("new Table(of functions, _)", (value) => new W.Table({ element: "anyfunc", initial: 1 }, value));
await row("new Table(of references, _)", (value) => new W.Table({ element: "externref", initial: 1 }, value));
for (const name of ["get", "set", "grow"]) await row(`table.${name}(_)`, (value) => table()[name](value));
for (const name of ["set", "grow"]) await row(`table.${name}(0, _)`, (value) => table()[name](0, value));
await construction(W.Table, { element: "anyfunc", initial: 0 });
await wrongReceivers(W.Table, table());

await row("new Global(_)", (value) => new W.Global(value));
await row("new Global({ value: _ })", (value) => new W.Global({ value }));
await row("new Global({ mutable: _ })", (mutable) => new W.Global({ value: "i32", mutable }));
for (const type of Object.keys(number)) {
  const value = type === "funcref" ? "anyfunc" : type;
  await row(`new Global(${value}, _)`, (initial) => new W.Global({ value }, initial));
  if (type !== "v128") await row(`global.value = _, ${value}`, (next) => { new W.Global({ value, mutable: true }).value = next; });
}
await construction(W.Global, { value: "i32" });
await wrongReceivers(W.Global, new W.Global({ value: "i32", mutable: true }), [1]);

await row("new Tag(_)", (value) => new W.Tag(value));
await row("new Tag({ parameters: _ })", (parameters) => new W.Tag({ parameters }));
await row("new Tag({ parameters: [_] })", (value) => new W.Tag({ parameters: [value] }));
await construction(W.Tag, { parameters: [] });
await wrongReceivers(W.Tag, tag);

await row("new Exception(_)", (value) => new W.Exception(value));
await row("new Exception(tag, _)", (value) => new W.Exception(tag, value));
await row("new Exception(tag, [_, 0])", (value) => new W.Exception(tag, [value, 0]));
await row("new Exception(tag, [0, 0], _)", (value) => new W.Exception(tag, [0, 0], value));
await row("new Exception(tag, [0, 0], { traceStack: _ })", (traceStack) => new W.Exception(tag, [0, 0], { traceStack }));
await row("new Exception(JSTag, [_])", (value) => new W.Exception(W.JSTag, [value]));
await row("exception.is(_)", (value) => new W.Exception(tag, [0, 0]).is(value));
await row("exception.getArg(_, 0)", (value) => new W.Exception(tag, [0, 0]).getArg(value, 0));
await row("exception.getArg(tag, _)", (value) => new W.Exception(tag, [0, 0]).getArg(tag, value));
await construction(W.Exception, tag, [0, 0]);
await wrongReceivers(W.Exception, new W.Exception(tag, [0, 0]), [tag, 0]);

await row("new Suspending(_)", (value) => new W.Suspending(value));
await row("promising(_)", (value) => W.promising(value));
await construction(W.Suspending, () => {});
for (const Class of [W.CompileError, W.LinkError, W.RuntimeError, W.SuspendError]) {
  await row(`new ${Class.name}(_)`, (value) => new Class(value));
  await row(`new ${Class.name}("", _)`, (value) => new Class("", value));
  await construction(Class, "message");
}
//> validate(_)                                  TTTTTTTTTTTTTT.....T
//> compile(_)                                   ttttttttttttttccccct
//> instantiate(_)                               ttttttttttttttccccct
//> compileStreaming(_)                          ttttttttttttmttttttt
//> instantiateStreaming(_)                      ttttttttttttmttttttt
//> validate(bytes, _)                           ..TTTTTT....MT......
//> validate(bytes, { builtins: _ })             .TTTTTTTT.TMMTTTTTTT
//> validate(bytes, { importedStringConstants: _ }) .......T...MMT.TT..T
//> compile(bytes, _)                            ..tttttt....mt......
//> instantiate(bytes, _)                        .ttttttt............
//> instantiate(importing bytes, { m: _ })       ttttttttllllmtllllll
//> instantiate(module, {}, _)                   ....................
//> instantiate(bytes, {}, _)                    ..tttttt....mt......
//> new Module(_)                                TTTTTTTTTTTTTTCCCCCT
//> new Module(bytes, _)                         ..TTTTTT....MT......
//> Module.exports(_)                            TTTTTTTTTTTTTTTTTTTT
//> Module.imports(_)                            TTTTTTTTTTTTTTTTTTTT
//> Module.customSections(_)                     TTTTTTTTTTTTTTTTTTTT
//> Module.customSections(module, _)             .......T...MMT.TT..T
//> Module                                       construction T..M
//> Module                                       receivers 
//> new Instance(_)                              TTTTTTTTTTTTTTTTTTTT
//> new Instance(module, _)                      .TTTTTTT............
//> new Instance(importing, _)                   TTTTTTTTTTTTMTTTTTTT
//> new Instance(importing, { m: _ })            TTTTTTTTLLLLMTLLLLLL
//> import of a function                         LLLLLLLLLL.LLLLLLLLL
//> import of a memory                           LLLLLLLLLLLLLLLLLLLL
//> import of a table                            LLLLLLLLLLLLLLLLLLLL
//> import of a i32                              LL...LLLLLLLLLLLLLLL
//> import of a i64                              LLLLL.LLLLLLLLLLLLLL
//> import of a f32                              LL...LLLLLLLLLLLLLLL
//> import of a f64                              LL...LLLLLLLLLLLLLLL
//> import of a externref                        ....................
//> import of a funcref                          L.LLLLLLLLLLLLLLLLLL
//> import of a v128                             LLLLLLLLLLLLLLLLLLLL
//> import of a mutable i32                      LLLLLLLLLLLLLLLLLLLL
//> Instance                                     construction T..M
//> Instance                                     receivers 
//> call with a i32                              .....T.T...MMT.TT..T
//> call of what returns a i32                   .....T.T...MMT.TT..T
//> call with a i64                              TTTTT.STS.SMMTSTTSST
//> call of what returns a i64                   TTTTT.STS.SMMTSTTSST
//> call with a f32                              .....T.T...MMT.TT..T
//> call of what returns a f32                   .....T.T...MMT.TT..T
//> call with a f64                              .....T.T...MMT.TT..T
//> call of what returns a f64                   .....T.T...MMT.TT..T
//> call with a externref                        ....................
//> call of what returns a externref             ....................
//> call with a funcref                          T.TTTTTTTTTTTTTTTTTT
//> call of what returns a funcref               T.TTTTTTTTTTTTTTTTTT
//> call with a v128                             TTTTTTTTTTTTTTTTTTTT
//> call of what returns a v128                  TTTTTTTTTTTTTTTTTTTT
//> new Memory(_)                                TTTTTTTTTTTTMTTTTTTT
//> new Memory({ initial: _ })                   T.TTTTTTT.TMMTTTTTTT
//> new Memory({ maximum: _ })                   ..TTTTTTT.TMMTTTTTTT
//> new Memory({ shared: _ })                    ....................
//> new Memory({ address: _ })                   .TTTTTTTTTTMMTTTTTTT
//> memory.grow(_)                               T.TTTTTTT.TMMTTTTTTT
//> memory.grow(_), of 64 bits                   TTTTT.STS.SMMTSTTSST
//> memory.buffer = _                            TTTTTTTTTTTTTTTTTTTT
//> memory.toResizableBuffer().resize(_)         ..RR.T.T...MMT.TT..T
//> Memory                                       construction T..M
//> Memory                                       receivers 
//> new Table(_)                                 TTTTTTTTTTTTMTTTTTTT
//> new Table({ element: _ })                    TTTTTTTTTTTMMTTTTTTT
//> new Table({ initial: _ })                    T.TTTTTTT.TMMTTTTTTT
//> new Table({ maximum: _ })                    ..TTTTTTT.TMMTTTTTTT
//> new Table({ address: _ })                    .TTTTTTTTTTMMTTTTTTT
//> new Table(of functions, _)                   ..TTTTTTTTTTTTTTTTTT
//> new Table(of references, _)                  ....................
//> table.get(_)                                 T.TTTTTTT.TMMTTTTTTT
//> table.set(_)                                 T.TTTTTTT.TMMTTTTTTT
//> table.grow(_)                                T.TTTTTTT.TMMTTTTTTT
//> table.set(0, _)                              T.TTTTTTTTTTTTTTTTTT
//> table.grow(0, _)                             T.TTTTTTTTTTTTTTTTTT
//> Table                                        construction T..M
//> Table                                        receivers 
//> new Global(_)                                TTTTTTTTTTTTMTTTTTTT
//> new Global({ value: _ })                     TTTTTTTTTTTMMTTTTTTT
//> new Global({ mutable: _ })                   ....................
//> new Global(i32, _)                           .....T.T...MMT.TT..T
//> global.value = _, i32                        .....T.T...MMT.TT..T
//> new Global(i64, _)                           .TTTT.STS.SMMTSTTSST
//> global.value = _, i64                        TTTTT.STS.SMMTSTTSST
//> new Global(f32, _)                           .....T.T...MMT.TT..T
//> global.value = _, f32                        .....T.T...MMT.TT..T
//> new Global(f64, _)                           .....T.T...MMT.TT..T
//> global.value = _, f64                        .....T.T...MMT.TT..T
//> new Global(externref, _)                     ....................
//> global.value = _, externref                  ....................
//> new Global(anyfunc, _)                       ..TTTTTTTTTTTTTTTTTT
//> global.value = _, anyfunc                    T.TTTTTTTTTTTTTTTTTT
//> new Global(v128, _)                          TTTTTTTTTTTTTTTTTTTT
//> Global                                       construction T..M
//> Global                                       receivers 
//> new Tag(_)                                   TTTTTTTTTTTTMTTTTTTT
//> new Tag({ parameters: _ })                   TTTTTTTTT.TMMTTTTTTT
//> new Tag({ parameters: [_] })                 TTTTTTTTTTTMMTTTTTTT
//> Tag                                          construction T..M
//> Tag                                          receivers 
//> new Exception(_)                             TTTTTTTTTTTTTTTTTTTT
//> new Exception(tag, _)                        TTTTTTTTTTTMMTTTTTTT
//> new Exception(tag, [_, 0])                   .....T.T...MMT.TT..T
//> new Exception(tag, [0, 0], _)                ..TTTTTT....MT......
//> new Exception(tag, [0, 0], { traceStack: _ }) ....................
//> new Exception(JSTag, [_])                    TTTTTTTTTTTTTTTTTTTT
//> exception.is(_)                              TTTTTTTTTTTTTTTTTTTT
//> exception.getArg(_, 0)                       TTTTTTTTTTTTTTTTTTTT
//> exception.getArg(tag, _)                     T.TTTTTTT.TMMTTTTTTT
//> Exception                                    construction T..M
//> Exception                                    receivers 
//> new Suspending(_)                            TTTTTTTTTT.TTTTTTTTT
//> promising(_)                                 TTTTTTTTTTTTTTTTTTTT
//> Suspending                                   construction T..M
//> new CompileError(_)                          .......T...MMT.TT..T
//> new CompileError("", _)                      ............MT......
//> CompileError                                 construction ...M
//> new LinkError(_)                             .......T...MMT.TT..T
//> new LinkError("", _)                         ............MT......
//> LinkError                                    construction ...M
//> new RuntimeError(_)                          .......T...MMT.TT..T
//> new RuntimeError("", _)                      ............MT......
//> RuntimeError                                 construction ...M
//> new SuspendError(_)                          .......T...MMT.TT..T
//> new SuspendError("", _)                      ............MT......
//> SuspendError                                 construction ...M
