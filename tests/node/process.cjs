// process: order of what comes later, events at the end, exit codes.
const order = [];
process.nextTick((a) => order.push(a), 'tick');
Promise.resolve().then(() => { order.push('job'); process.nextTick(() => order.push('tick of job')); Promise.resolve().then(() => order.push('job of job')); });
queueMicrotask(() => order.push('microtask'));
order.push('main');
setTimeout(() => { order.push('timeout'); process.nextTick(() => order.push('tick of timeout')); Promise.resolve().then(() => order.push('job of timeout')); setTimeout(second, 1); }, 1);
function second() {
  order.push('second');
  setTimeout(() => { setTimeout(third, 1); throw new Error('in a timer'); }, 1);
}
function third() {
  setTimeout(() => { Promise.reject(new Error('of a promise')); setImmediate(fourth); }, 1);
}
function fourth() {
  order.push('immediate');
  process.nextTick(() => { setTimeout(() => order.push('last'), 1); throw new Error('in a tick'); });
}
setInterval(() => {}, 1000).unref();
const timer = setTimeout(() => {}, 1e6);
clearTimeout(+timer);
process.on('uncaughtException', (error, origin) => console.log('uncaught', error.message, origin));
process.on('unhandledRejection', (reason) => console.log('unhandled', reason.message));
let rounds = 0;
process.on('beforeExit', () => { if (rounds++ < 1) setTimeout(() => console.log('once more'), 1); });
process.on('exit', (code) => { console.log(order); console.log('exit', code, process.exitCode); setTimeout(() => console.log('never'), 0); });
process.exitCode = 3;
console.log(process.argv.slice(2), typeof process.version, process.platform, process.arch, process.versions.node.split('.')[0], process.release.name);
console.log(typeof process.hrtime()[0], typeof process.hrtime.bigint(), process.cwd() === require('fs').realpathSync('.'), String(process));
process.env.NUMBER = 5; delete process.env.NOTHING; console.log(process.env.NUMBER, process.env.NOTHING, 'NUMBER' in process.env);
console.log(process.memoryUsage().rss > 0, process.uptime() >= 0, process.stdout.fd);
process.stdout.write('no end of line'); process.stdout.write(Buffer.from(' bytes\n'));
