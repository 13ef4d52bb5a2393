// events and streams.
const EventEmitter = require('events'); const { once } = EventEmitter; const { Readable, Writable, Transform, pipeline, PassThrough } = require('stream');
const e = new EventEmitter(); const log = (...a) => console.log(...a);
e.once('a', (x) => log('once', x)); e.on('a', (x) => log('on', x)); e.prependListener('a', () => log('first')); log(e.emit('a', 1), e.emit('a', 2), e.emit('b'), e.listenerCount('a'), e.eventNames());
try { e.emit('error', new Error('nobody listens')); } catch (error) { log(error.message); } try { e.emit('error', 5); } catch (error) { log(error.code, error.message); } try { e.on('x', 5); } catch (error) { log(error.code, error.message); }
e.removeAllListeners(); log(e.listenerCount('a'), EventEmitter.defaultMaxListeners, EventEmitter === EventEmitter.EventEmitter);
once(e, 'later').then(([value]) => log('awaited', value)); e.emit('later', 'value');
const upper = new Transform({ transform(chunk, encoding, done) { done(null, chunk.toString().toUpperCase()); }, flush(done) { this.push('!'); done(); } });
const parts = []; const sink = new Writable({ write(chunk, encoding, done) { parts.push(chunk.toString()); setImmediate(done); }, final(done) { log('final'); done(); } });
pipeline(Readable.from(['a', 'b', 'c']), upper, sink, (error) => { log('piped', error, parts);
  const failing = new Readable({ read() { this.destroy(new Error('fails')); } }); pipeline(failing, new PassThrough(), (error) => { log('failed', error.message);
    (async () => { const got = []; for await (const x of Readable.from([1, 2, 3])) got.push(x); log(got); const r = new Readable({ read() {} }); r.push('xyz'); r.push(null); r.setEncoding('utf8'); for await (const text of r) log(text); })();
  }); });
