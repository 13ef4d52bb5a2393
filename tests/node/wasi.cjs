// node:wasi: a program that writes to its output and to a file, and ends with 40 and the number of its arguments.
const fs = require('fs'), os = require('os'), path = require('path'); const { WASI } = require('node:wasi');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weft-wasi-')); const out = path.join(folder, 'out');
const program = new WebAssembly.Module(Buffer.from('AGFzbQEAAAABIwVgBH9/f38Bf2ACf38Bf2AJf39/f39+fn9/AX9gAX8AYAAAApEBBBZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxCGZkX3dyaXRlAAAWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MQ5hcmdzX3NpemVzX2dldAABFndhc2lfc25hcHNob3RfcHJldmlldzEJcGF0aF9vcGVuAAIWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MQlwcm9jX2V4aXQAAwMCAQQFAwEAAQcTAgZtZW1vcnkCAAZfc3RhcnQABApUAVIAQQBBwAA2AgBBBEEGNgIAQQFBAEEBQRAQABpBFEEYEAEaQQNBAEHQAEEEQQFCwABCAEEAQSAQAhpBICgCAEEAQQFBEBAAGkEoQRQoAgBqEAMLCxcCAEHAAAsGaGVsbG8KAEHQAAsEbWFkZQAiBG5hbWUBGwQABXdyaXRlAQVzaXplcwIEb3BlbgMEZXhpdA==', 'base64'));
const run = (more) => {
  const stdout = fs.openSync(out, 'w'); const wasi = new WASI({ version: 'preview1', args: ['a', 'b'], env: { K: 'V' }, preopens: { '/': folder }, stdout, ...more });
  const instance = new WebAssembly.Instance(program, wasi.getImportObject()); const code = wasi.start(instance); fs.closeSync(stdout);
  try { wasi.start(instance); } catch (error) { console.log(error.code, error.message); } return code;
};
const attempt = (action) => { try { console.log(action()); } catch (error) { console.log(error.name, error.code, error.message); } };
console.log(run({}), fs.readFileSync(out, 'utf8'), fs.readFileSync(path.join(folder, 'made'), 'utf8'), run({ args: [] }));
for (const options of [null, {}, { version: 'none' }, { version: 'preview1', args: 1 }, { version: 'preview1', env: [] }, { version: 'preview1', stdin: 'x' }, { version: 'preview1', stdin: -1 }, { version: 'preview1', returnOnExit: 0 }]) attempt(() => new WASI(options));
attempt(() => new WASI({ version: 'preview1', preopens: { '/': folder + '/nothing' } }));
const memory = new WebAssembly.Memory({ initial: 1 }); const view = new DataView(memory.buffer);
attempt(() => new WASI({ version: 'preview1' }).start({ exports: { memory } }));
attempt(() => new WASI({ version: 'preview1' }).start({ exports: { memory: 1 } }));
attempt(() => new WASI({ version: 'preview1' }).initialize({ exports: { memory, _start() {} } }));
attempt(() => new WASI({ version: 'preview1' }).start({ exports: { memory, _start() { throw new RangeError('of the program'); } } }));
// Whoever calls the functions, they use the memory of the program.
const wasi = new WASI({ version: 'preview1', args: ['a', 'bc'] }); const { wasiImport } = wasi;
attempt(() => wasiImport.args_sizes_get(0, 4));
wasi.finalizeBindings({ exports: {} }, { memory });
attempt(() => [wasiImport.args_sizes_get(0, 4), view.getUint32(0, true), view.getUint32(4, true), wasiImport.args_sizes_get('0', 4), wasiImport.fd_seek(9, 0n, 0, 0), wasiImport.fd_seek(9, 0, 0, 0), wasiImport.sched_yield()]);
attempt(() => new WASI({ version: 'preview1' }).start({ exports: { memory, _start: () => wasi.wasiImport.proc_exit(3) } }));
console.log(Object.keys(new WASI({ version: 'unstable' }).getImportObject()), Object.keys(wasiImport).sort().join());
fs.writeFileSync(out, '');
process.on('exit', (code) => console.log('exit', code));
run({ returnOnExit: false, stdout: 1 });
