// require: packages, cycles, cache, JSON, ES modules.
const path = require('path');
console.log(require('node:path') === path, path.basename(__filename), path.basename(__dirname), require.main === module, module.id);
const cjs = require('cjs-package');
console.log(cjs, cjs.self(), require('cjs-package') === cjs);
console.log(require('./lib/cycle-a.cjs'), require('./lib/cycle-b'.concat('.cjs')));
console.log(require('./lib/data'), require('./lib/data') === require('./lib/data.json'));
console.log(path.relative(__dirname, require.resolve('dual')), require('dual'), require('@scope/typed').default);
const esm = require('esm-package');
console.log(esm.kind, esm.default('you'), esm.__esModule, esm.increment(), esm.count);
console.log(require('esm-package/deep/thing').deep, require('./lib/ambiguous.js').sum);
for (const name of ['./nothing', 'no-package', 'esm-package/index.js', 'node:nothing', './lib/awaits.mjs']) {
  try { require(name); } catch (error) { console.log(name, error.code, error.message.split('\n')[0].replace(__dirname, '')); }
}
try { require('./lib/throws.cjs'); } catch (error) { console.log(error.message, Object.keys(require.cache).some((key) => key.includes('throws'))); }
try { require(1); } catch (error) { console.log(error.name, error.code, error.message); }
const { createRequire, builtinModules, isBuiltin } = require('module');
console.log(createRequire(__filename)('./lib/data.json').a.length, builtinModules.includes('fs'), isBuiltin('node:fs'), isBuiltin('x'));
require.extensions['.txt'] = (module, filename) => { module.exports = require('fs').readFileSync(filename, 'utf8').length; };
require.cache[path.join(__dirname, 'lib', 'fake.js')] = { exports: 'fake' };
console.log(module.paths[0].replace(__dirname, ''), module.children.length > 3, typeof module.require, this === module.exports, arguments.length);
