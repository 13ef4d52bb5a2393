// TextEncoder and TextDecoder.
const encoder = new TextEncoder(), decoder = new TextDecoder();
print(encoder.encoding, decoder.encoding, new TextDecoder("utf-16").encoding, new TextDecoder("latin1").encoding);
//> utf-8 utf-8 utf-16le windows-1252
const bytes = encoder.encode("snow ☃ \ud800");
print(bytes.join());
//> 115,110,111,119,32,226,152,131,32,239,191,189
print(decoder.decode(bytes), decoder.decode(), decoder.decode(new Uint16Array([0x6968]).buffer));
//> snow ☃ �  hi
const room = new Uint8Array(8);
print(JSON.stringify(encoder.encodeInto("ab☃☃☃", room)), room.join());
//> {"read":4,"written":8} 97,98,226,152,131,226,152,131
const memory = new WebAssembly.Memory({ initial: 1 });
encoder.encodeInto("in wasm's memory", new Uint8Array(memory.buffer, 100));
print(decoder.decode(new Uint8Array(memory.buffer, 100, 16)));
//> in wasm's memory
// Streams keep what is not whole.
print([[0xe2], [0x98, 0x83, 0x20], [0xe2]].map((part) => decoder.decode(new Uint8Array(part), { stream: true })).join("|"), decoder.decode());
//> |☃ | �
print(decoder.decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])).length, new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])).length);
//> 1 2
function attempt(body) {
  try { print("returned", body()); } catch (error) { print(error.name, "|", error.message); }
}
attempt(() => new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff])));
//> TypeError | TextDecoder.decode(): the encoded data was not valid
attempt(() => new TextDecoder("nonsense"));
//> RangeError | TextDecoder(): the encoding 'nonsense' is not known
attempt(() => TextDecoder.prototype.decode.call({}));
//> TypeError | TextDecoder.decode(): Receiver is not a TextDecoder
attempt(() => encoder.encodeInto("x", new Uint16Array(1)));
//> TypeError | TextEncoder.encodeInto(): Argument 1 must be a Uint8Array
