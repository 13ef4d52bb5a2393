// Runs a WASI program under Node, with the two functions that Sightglass programs import.
import { WASI } from 'node:wasi';
import { readFileSync } from 'node:fs';

const wasi = new WASI({ version: 'preview1', args: ['program'], preopens: { '.': '.' } });
const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const bench = { start() {}, end() {} };
wasi.start(new WebAssembly.Instance(module, { ...wasi.getImportObject(), bench }));
