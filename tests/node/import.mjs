// import: packages, CommonJS by name, builtins, import.meta, dynamic import.
import greet, { kind, count, increment } from 'esm-package';
import * as cjs from 'cjs-package';
import whole, { named, getter } from 'cjs-package';
import typed, { named as again } from '@scope/typed';
import { from } from 'dual';
import fs, { readFileSync, existsSync } from 'node:fs';
import { createRequire } from 'module';
import data from './lib/data.json' with { type: 'json' };
import { sum } from './lib/ambiguous.js';
import { late } from './lib/awaits.mjs';
console.log(greet('me'), kind, increment(), count, from, late);
console.log(Object.keys(cjs).sort(), whole.named === named, getter, cjs['module.exports'] === whole);
console.log(typed, again);
console.log(fs.readFileSync === readFileSync, existsSync(import.meta.filename), data, sum);
console.log(import.meta.filename === import.meta.dirname + '/import.mjs', import.meta.url === 'file://' + import.meta.filename, import.meta.resolve('./x.js') === 'file://' + import.meta.dirname + '/x.js', import.meta.resolve('fs'));
const require = createRequire(import.meta.url);
console.log(require('esm-package').increment(), count, (await import('esm-package')).count);
for (const name of ['./lib/nothing.mjs', 'no-package', 'esm-package/index.js', './lib', './lib/data.json']) {
  await import(name).then(() => console.log('fine'), (error) => console.log(name, error.code));
}
console.log(typeof globalThis.require, typeof module, typeof __filename, this);
