// A checksum, as C without a library and with debug information:
// clang --target=wasm32 -O1 -g -ffile-prefix-map=$PWD=. -nostdlib -Wl,--no-entry,--export=adler -o sum.wasm sum.c
static const unsigned BASE = 65521;

static unsigned modulo(unsigned value) { return value % BASE; }

__attribute__((noinline)) static unsigned step(unsigned sum, unsigned char byte) {
  return modulo(sum + byte);
}

unsigned adler(const unsigned char *bytes, unsigned length) {
  unsigned a = 1, b = 0;
  for (unsigned i = 0; i < length; i++) {
    a = step(a, bytes[i]);
    b = modulo(b + a);
  }
  return b << 16 | a;
}
