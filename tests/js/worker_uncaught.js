// An exception in a worker that nobody deals with, there or here, ends the program.
new Worker("data:,onmessage = () => { throw new RangeError('far away'); }").postMessage(0);
setInterval(() => {}, 1000);
//> uncaught RangeError: far away
