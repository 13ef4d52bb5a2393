// util: inspect, format and the rest.
const util = require('util');
class A { constructor() { this.x = 1; } get y() { return 2; } static s = 1; }
class E extends Map { }
const circular = { name: 'c', list: [] }; circular.self = circular; circular.list.push(circular);
console.log([1, 2, 3], [], {}, [[1, [2, [3, [4]]]]], { a: { b: { c: { d: 1 } } } }, 'text', ['text', "it's", `a"b'c`], [undefined, null, -0, 1n, Symbol('s')]);
console.log(new A(), A, E, new E([[1, { a: 2 }]]), new Set(['a', 1]), () => 1, function named() {}, async () => {}, function* g() {}, class {}, Math.max);
console.log(circular);
console.log({ 'a-b': 1, [Symbol('k')]: 2, get g() { return 1; }, set s(v) {}, get gs() { return 1; }, set gs(v) {} }, Object.create(null), Object.create({ a: 1 }), Object.create(A.prototype));
console.log(new Date(0), /re/g, new Error('e').message, [new Uint8Array(3), new Float64Array([1.5, 2])], new ArrayBuffer(4), new DataView(new ArrayBuffer(2)).byteLength);
console.log(Promise.resolve(4), Promise.resolve({ a: 1 }), new Promise(() => {}), new WeakMap(), new Number(3), new String('str'), Object(1n), [, 1, , , 2], Object.assign([1], { k: 'v' }));
console.log(Array.from({ length: 120 }, (_, i) => i), 'a'.repeat(10).split(''), Array.from({ length: 30 }, (_, i) => 'item' + i));
console.log({ long: 'x'.repeat(80), other: 'y'.repeat(20), nested: { array: Array.from({ length: 10 }, (_, i) => ({ i })) } });
console.log(new Proxy({ a: 1 }, {}), (function () { return arguments; })(1, 2), globalThis === global, [1.0, 2.5, -3], new Map([[{ a: 1 }, new Set([1])]]), [['a', 1], ['b', 2]]);
console.log('%s is %d and %i, %f %j %o %O %% %c.', 'it', 42.5, 42.9, '1.5', { a: 1 }, [1], { b: 2 }, 'css', 'rest', { c: 3 }); console.log('%s', { toString() { return 'own'; } }, '%s', null, 1n, Symbol('x')); console.log('100%', 5, '%d', '%z');
console.log(util.inspect({ a: [1, 2, { b: 3 }] }, { depth: 0 }), util.inspect('a\nb'), util.inspect({ a: 1, b: 2 }, { compact: false }), util.inspect([3, 1], { sorted: true }), util.inspect(new Map([['k', [1]]]), { depth: null }), util.inspect({ a: 1 }, { colors: true }));
console.log({ [util.inspect.custom](depth, options) { return `custom ${depth}`; } }, { f: { [util.inspect.custom]: () => ({ replaced: true }) } });
console.log(util.isDeepStrictEqual({ a: [1, new Map([[1, { b: 2 }]])] }, { a: [1, new Map([[1, { b: 2 }]])] }), util.isDeepStrictEqual([1], ['1']), util.types.isPromise(Promise.resolve()), util.types.isProxy(new Proxy({}, {})), util.types.isUint8Array(Buffer.alloc(1)), util.types.isRegExp(/a/));
util.promisify((a, done) => done(null, a + 1))(1).then((value) => console.log('promisified', value)); util.callbackify(async (a) => a * 2)(4, (error, value) => console.log('callbackified', error, value));
function Old() { require('events').call(this); } util.inherits(Old, require('events')); new Old().on('x', (a) => console.log('inherited', a)).emit('x', 1); console.log(util.format('%s', 'a', 'b', { c: 1 }), util.stripVTControlCharacters('\u001b[31mred\u001b[39m'), new util.TextEncoder().encode('é'));
const error = new TypeError('broken'); error.code = 'E_CODE'; console.log(String(error), util.inspect(error).split('\n')[0], util.inspect(error).includes("code: 'E_CODE'"));
console.log({ a: 1n, b: 'two', c: [true, null], d: undefined, e: { f: () => {} } }, [{ a: 1, b: { c: {} } }], [[[]]], [[[[]]]], { x: [[[1]]] }, 'multi\nline', ['multi\nline']);
