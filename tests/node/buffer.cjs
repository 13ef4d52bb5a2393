// Buffer: encodings, numbers, search, and what it inherits.
const { Buffer: B, kMaxLength } = require('buffer');
console.log(B === Buffer, Buffer.from('héé ☃ 😀').toString(), Buffer.from('aGk=', 'base64').toString(), Buffer.from('ff00zz', 'hex'), Buffer.from('é', 'latin1'));
console.log(Buffer.from('any carnal pleas').toString('base64'), Buffer.from([251, 255]).toString('base64url'), Buffer.from('hi', 'utf16le'), Buffer.from('héy').toString('ascii'), Buffer.from([0xff, 0x41]).toString('latin1'));
const b = Buffer.alloc(16);
b.writeInt32LE(-5, 0); b.writeUInt16BE(0xabcd, 4); b.writeDoubleLE(1.5, 8);
console.log(b, b.readInt32LE(0), b.readUInt16BE(4), b.readDoubleLE(8), b.readUInt8(0), b.readInt8(0), b.readFloatBE(8), b.readBigInt64LE(0), b.readUIntBE(0, 3), b.readIntLE(0, 6));
console.log(b.slice(0, 2) instanceof Buffer, b.subarray(4, 6), Buffer.isBuffer(new Uint8Array(1)), b.slice(-2).length, b.buffer === b.slice(1).buffer);
console.log(Buffer.concat([Buffer.from('a'), Buffer.from('bc')]).toString(), Buffer.compare(Buffer.from('a'), Buffer.from('b')), Buffer.from('abc').equals(Buffer.from('abc')), Buffer.byteLength('é☃'), Buffer.from('abcabc').indexOf('ca'), Buffer.from('abcabc').lastIndexOf('bc'), Buffer.from('abc').includes(98));
console.log(JSON.stringify(Buffer.from('ab')), Buffer.alloc(5, 'xy').toString(), Buffer.from('abc').fill(0).length, [...Buffer.from('ab').entries()], Buffer.from('abc').map((x) => x + 1) instanceof Buffer, Buffer.from(new Uint16Array([1, 258])));
const t = Buffer.alloc(4); console.log(t.write('héé'), t, t.write('ff', 1, 'hex'), Buffer.from('abcd').copy(t, 1, 2), t, Buffer.from('abcd').swap16().toString());
for (const f of [() => Buffer.alloc(-1), () => b.readInt32LE(14), () => b.writeUInt8(300, 0), () => Buffer.from(5), () => Buffer.from('a', 'nope'), () => b.readInt8(1.5)]) try { f(); } catch (e) { console.log(e.name, e.code, e.message); }
console.log(Buffer.from(new ArrayBuffer(4), 1, 2).length, Buffer.from(Buffer.from('x')).toString(), Buffer.from({ length: 2, 0: 7, 1: 8 }), Buffer.from(new String('s')).toString(), typeof kMaxLength);
console.log(Buffer.from('a'.repeat(60)), new Uint8Array(Buffer.from([1, 2]).buffer).length > 0, Buffer.poolSize);
console.log(Buffer.from('zzz').toString('utf8', 1, 2), Buffer.from('test').toString('hex', 1), Buffer.from('€').toString('utf8', 0, 2), Buffer.of(1, 2), Buffer.isEncoding('UTF-8'), Buffer.isEncoding('x'));
