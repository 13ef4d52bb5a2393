// A worker that tells what it finds.
const { isMainThread, parentPort, workerData, threadName, getEnvironmentData, MessagePort } = require('worker_threads');
const fail = (action) => { try { return action(); } catch (error) { return [error.name, error.code, error.message]; } };
parentPort.postMessage([isMainThread, workerData, threadName, getEnvironmentData('key'), parentPort instanceof MessagePort]);
parentPort.postMessage([process.argv.slice(2), Object.entries(process.env).sort(), require.main === module, __filename.endsWith('worker.cjs'), typeof self, typeof Worker]);
parentPort.postMessage([fail(() => process.chdir('/')), fail(() => process.abort()), fail(() => process.umask(0)), typeof process.umask()]);
