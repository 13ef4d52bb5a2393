// require() of ES modules that are being evaluated, and of those that are done or have not begun.
import { done } from './lib/cycle/done.mjs'; import { part } from './lib/cycle/part.mjs'; import { asked } from './lib/cycle/asks.cjs'; import { late } from './lib/cycle/late.mjs';
import { createRequire } from 'node:module';
export const own = 4;
console.log(done, part, asked, late);
const require = createRequire(import.meta.url);
console.log({ ...require('./lib/cycle/done.mjs') });
try { require('./cycle.mjs'); } catch (error) { console.log(error.code); }
setTimeout(() => console.log({ ...require('./cycle.mjs') }, { ...require('./lib/cycle/late.mjs') }));
import('./lib/cycle/new.mjs').then(({ fresh }) => console.log(fresh));
